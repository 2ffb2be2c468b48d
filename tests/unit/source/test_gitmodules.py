"""The .gitmodules of strangers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.errors import SourceError
from runix_tui.source.gitmodules import Module, address_of, read
from runix_tui.source.urls import parse

WEB = parse("https://host:8443/owner/app.git")[0]


def test_reads_gits_syntax() -> None:
    text = b"""# a comment
[core]
    hooksPath = /tmp
[include]
    path = /etc/passwd
[submodule "libs/one"]
\tpath = libs/one ; a comment
\turl = "https://host/a \\"b\\"#c.git"
[SUBMODULE "two"]
    path=two
    URL = ../two.git
    update = none
[submodule "no path"]
    url = x
"""
    assert read(text) == {
        "libs/one": Module("libs/one", "libs/one", 'https://host/a "b"#c.git'),
        "two": Module("two", "two", "../two.git", skipped=True),
    }


@given(st.binary(max_size=300))
def test_any_bytes_are_read(data: bytes) -> None:
    read(data)
    read(b'[submodule "x"]\npath = y\nurl = ' + data)


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://other.example/a.git", "https://other.example/a.git"),
        ("git@other.example:a/b.git", "git@other.example:a/b.git"),
        ("ssh://git@other.example/a", "ssh://git@other.example/a"),
        ("../lib.git", "https://host:8443/owner/lib.git"),
        ("./lib.git", "https://host:8443/owner/app.git/lib.git"),
        ("../../else/lib", "https://host:8443/else/lib"),
    ],
)
def test_addresses_that_are_followed(url: str, result: str) -> None:
    assert str(address_of(Module("m", "m", url), WEB)[0]) == result


@pytest.mark.parametrize(
    "url",
    [
        *[
            "file:///etc",
            "/etc",
            "http://other.example/a",
            "http://127.0.0.1/a",
            "git://other.example/a",
            "file://host/etc",
            "~/x",
        ],
        *[
            "--upload-pack=x",
            "-x",
            "relative/x",
            "../../../../x",
            "ssh://-oProxyCommand=x/y",
            "https://user:canary@-x/a",
        ],
        *("", "ext::sh -c id", "https://host/a\x00", "c:\\x"),
    ],
)
def test_addresses_that_are_refused_with_the_submodules_path(url: str) -> None:
    with pytest.raises(SourceError) as caught:
        address_of(Module("m", "libs/m", url), WEB)
    assert caught.value.code == "submodule_refused"
    assert caught.value.message.startswith("libs/m: ")
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("url", ["file:///srv/x", "/srv/x", "http://127.0.0.1/a", "https://host/a", "../x"])
def test_a_repository_on_this_machine_may_name_what_is_on_it(url: str) -> None:
    assert address_of(Module("m", "m", url), parse("/srv/app")[0])


def test_user_info_of_a_submodule_is_kept_apart() -> None:
    address, secret = address_of(Module("m", "m", "https://u:p@other.example/a"), WEB)
    assert str(address) == "https://other.example/a"
    assert secret is not None
    assert secret.reveal() == "u:p"
