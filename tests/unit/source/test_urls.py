"""What may be written as repo_url, what it becomes, and that nothing of a password is ever repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runix_tui.core.secret import Secret
from runix_tui.errors import InvalidRequest
from runix_tui.source.urls import is_loopback, parse


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("https://github.com/user/my-api", "https://github.com/user/my-api"),
        ("https://GitHub.com:443/User/Repo.git/", "https://github.com/User/Repo.git"),
        ("HTTPS://host/a", "https://host/a"),
        ("https://host:8443/a//b", "https://host:8443/a//b"),
        ("https://[2001:DB8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
        ("https://münchen.example/a", "https://xn--mnchen-3ya.example/a"),
        ("http://127.0.0.1:3000/a.git", "http://127.0.0.1:3000/a.git"),
        ("ssh://git@host/a/b.git", "ssh://git@host/a/b.git"),
        ("ssh://git@host:22/a", "ssh://git@host/a"),
        ("git+ssh://git@host:2222/a", "ssh://git@host:2222/a"),
        ("ssh://host/~ada/a", "ssh://host/~ada/a"),
        ("git@github.com:user/repo.git", "git@github.com:user/repo.git"),
        ("host.example:repo", "host.example:repo"),
        ("git@host:/srv/repo.git", "git@host:/srv/repo.git"),
        ("git@[::1]:repo", "git@[::1]:repo"),
        ("file:///srv/repo.git", "file:///srv/repo.git"),
        ("file://localhost/srv/repo", "file:///srv/repo"),
        ("file:///srv/a%20b", "file:///srv/a%20b"),
        ("/srv/my repo/", "/srv/my repo"),
        ("/srv//repo", "/srv/repo"),
        ("  https://host/a  ", "https://host/a"),
    ],
)
def test_writes_an_address_the_one_normal_way(text: str, normal: str) -> None:
    address, secret = parse(text)
    assert str(address) == normal
    assert secret is None
    assert parse(normal)[0] == address


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "ext::sh -c 'touch /tmp/x'",
        "fd::17",
        "::x",
        "--upload-pack=touch /tmp/x",
        "-x",
        "ssh://-oProxyCommand=touch/x",
        "ssh://host/-x",
        "ssh://-user@host/x",
        "-user@host:x",
        "host:-x",
        "git@-host:x",
        "https://host/--upload-pack=x",
        "https://-host/x",
        "git://host/x",
        "ftp://host/x",
        "javascript://host/x",
        "https://host",
        "https://host/",
        "https:///x",
        "https://host:0/x",
        "https://host:65536/x",
        "https://host:²/x",
        "https://ho st/x",
        "https://host/a b",
        "https://host/a?b=c",
        "https://host/a#main",
        "https://host/a\nb",
        "https://host/a%0ab",
        "https://host%0a/x",
        "https://host/a\u202eb",
        "https://[::1/x",
        "https://[::g]/x",
        "file://server/share",
        "file://relative",
        "file:///",
        "file:///a%00b",
        "file:///%ff",
        "/",
        "//",
        "/..",
        "/tmp/\0",
        "relative/folder",
        "./x",
        "../x",
        "~/x",
        "C:\\code\\x",
        "github.com/user/repo",
        "/" + "x" * 3000,
    ],
)
def test_refuses_with_the_field_and_a_hint(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse(text)
    assert caught.value.errors[0].path == "repo_url"
    assert caught.value.errors[0].message
    assert caught.value.hint


@pytest.mark.parametrize(
    ("text", "normal", "secret"),
    [
        ("https://user:pa%40ss@host/a", "https://host/a", "user:pa%40ss"),
        ("https://token@host/a", "https://host/a", "token"),
        ("https://a@b:c@host/a", "https://host/a", "a@b:c"),
        ("http://user:pw@localhost:3000/a", "http://localhost:3000/a", "user:pw"),
        ("ssh://git:pw@host/a", "ssh://git@host/a", "git:pw"),
        ("https://@host/a", "https://host/a", None),
        ("https://:@host/a", "https://host/a", None),
    ],
)
def test_takes_user_info_out(text: str, normal: str, secret: str | None) -> None:
    address, given_secret = parse(text)
    assert str(address) == normal
    assert (given_secret.reveal() if given_secret else None) == secret
    assert "pw" not in repr((address, given_secret))


@pytest.mark.parametrize(
    "text",
    [
        "http://user:canary@example.test/a",
        "git:canary@host:a/b",
        "https://user:canary@-host/a",
        "https://user:canary@host/a b",
        "https://user:can/ary@host/a",
        "canary://user:x@host/a?canary",
        "ssh://user:canary@host/-x",
    ],
)
def test_a_refusal_does_not_repeat_what_was_written(text: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        parse(text)
    said = f"{caught.value} {caught.value.hint} {caught.value.errors}"
    assert "canary" not in said.replace("canary: is not supported", "")
    assert "user:" not in said


@pytest.mark.parametrize(
    ("base", "reference", "result"),
    [
        ("https://host/a/b.git", "../c.git", "https://host/a/c.git"),
        ("https://host:8443/a/b.git", "./c", "https://host:8443/a/b.git/c"),
        ("git@host:a/b", "../../c", "git@host:c"),
        ("ssh://git@host/a/b", "../../c", "ssh://git@host/c"),
        ("/srv/a", "../b", "/srv/b"),
        ("file:///srv/a", "../b", "file:///srv/b"),
    ],
)
def test_relative_addresses_stay_on_their_host(base: str, reference: str, result: str) -> None:
    assert str(parse(base)[0].relative(reference)) == result


@pytest.mark.parametrize(
    ("base", "reference"),
    [
        ("https://host/a", "../../b"),
        ("https://host/a/b", "../.."),
        ("git@host:a", "../../b"),
        ("git@host:a/b", "../.."),
        ("https://host/a", "../../../../etc"),
    ],
)
def test_relative_addresses_do_not_climb_over_the_top(base: str, reference: str) -> None:
    with pytest.raises(InvalidRequest):
        parse(base)[0].relative(reference)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "a.localhost",
        "LOCALHOST.",
        "localhost.localdomain",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "0.0.0.0",
        "::",
        "::ffff:127.0.0.1",
        "2130706433",
        "0x7f000001",
        "127.1",
        "0177.0.0.1",
        "169.254.169.254",
        "fe80::1",
    ],
)
def test_knows_this_machine_under_all_its_names(host: str) -> None:
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host", ["github.com", "10.0.0.1", "192.168.1.1", "localhost.example", "2001:db8::1", "7f.org"]
)
def test_other_machines_are_others(host: str) -> None:
    assert not is_loopback(host)


@given(st.text(max_size=80))
def test_any_text_is_parsed_or_refused(text: str) -> None:
    try:
        address, _ = parse(text)
    except InvalidRequest:
        return
    written = str(address)
    assert parse(written) == (address, None)
    assert not written.startswith("-")
    assert written.isprintable()


_word = st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789", min_size=1, max_size=12)
_secret = st.text(alphabet="ABCDEFGHIJKLMNOPQRSTUVWXYZ%+=_~!$&'()*,;:", min_size=6, max_size=40).filter(
    lambda text: set(text) != {"*"}  # what is shown in its place
)


@given(_word, _word, _secret, st.sampled_from(["https", "ssh"]), st.integers(0, 65535))
def test_no_password_survives_in_the_address(host: str, path: str, password: str, scheme: str, port: int) -> None:
    written = f"{scheme}://user:{password}@{host}.example{f':{port}' if port else ''}/{path}"
    try:
        address, secret = parse(written)
    except InvalidRequest as error:
        said = f"{error} {error.hint} {error.errors}"
        address, secret = said, Secret(f"user:{password}")
    assert secret is not None
    assert secret.reveal() == f"user:{password}"
    assert password not in f"{address} {address!r} {secret} {secret!r}"


@given(st.lists(st.sampled_from(["..", ".", "a", "b", "c.git", ""]), max_size=8).map("/".join))
def test_no_relative_reference_reaches_another_host(reference: str) -> None:
    base = parse("https://host:8443/one/two")[0]
    try:
        moved = base.relative(f"../{reference}")
    except InvalidRequest:
        return
    assert moved.origin == base.origin
    assert moved.path.startswith("/")
    assert ".." not in moved.path.split("/")
