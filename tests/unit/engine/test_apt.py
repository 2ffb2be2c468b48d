from pathlib import Path

import pytest

from runix_tui.engine.apt import Entry, codename, deb822, mirror, one_line, settings, sources
from runix_tui.errors import BuildError

KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"

DEB822 = f"""\
# A comment
Types: deb deb-src
URIs: https://mirror.example/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: {KEYS}

Types: deb
Enabled: no
URIs: https://other.example/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: https://sources.example/debian
Suites: bookworm
Components: main
"""


def entry(uri: str = "https://m.example/debian", suite: str = "bookworm", **more: object) -> Entry:
    return Entry(uri, suite, ("main",), **more)  # type: ignore[arg-type]  # a test's own keywords


def test_deb822_gives_an_entry_for_each_suite() -> None:
    assert deb822(DEB822) == [
        Entry("https://mirror.example/debian", "bookworm", ("main", "contrib"), KEYS),
        Entry("https://mirror.example/debian", "bookworm-updates", ("main", "contrib"), KEYS),
    ]


def test_a_key_inside_deb822_keeps_its_lines() -> None:
    text = (
        "Types: deb\nURIs: https://m.example\nSuites: bookworm\nComponents: main\n"
        "Signed-By:\n -----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n abc\n -----END PGP PUBLIC KEY BLOCK-----\n"
    )
    [found] = deb822(text)
    assert found.signed_by == "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----"


def test_the_one_line_format_with_and_without_options() -> None:
    text = (
        "# deb http://off.example x main\n"
        "deb http://a.example/debian bookworm main non-free-firmware # why\n"
        f"deb [ arch=amd64 signed-by={KEYS} trusted=yes ] http://b.example/debian bookworm-security main\n"
        "deb-src http://a.example/debian bookworm main\n"
    )
    assert one_line(text) == [
        Entry("http://a.example/debian", "bookworm", ("main", "non-free-firmware")),
        Entry("http://b.example/debian", "bookworm-security", ("main",), KEYS, trusted=True),
    ]
    assert one_line(text)[1].line == (
        f"deb [signed-by={KEYS} trusted=yes] http://b.example/debian bookworm-security main"
    )


def test_all_files_of_a_host_are_read_and_mirror_lists_resolved(tmp_path: Path) -> None:
    parts = tmp_path / "etc/apt/sources.list.d"
    parts.mkdir(parents=True)
    (tmp_path / "etc/apt/sources.list").write_text("deb http://a.example/debian bookworm main\n")
    (parts / "b.sources").write_text(DEB822.replace("https://mirror.example/debian", "mirror+file:///etc/apt/m.list"))
    (parts / "c.list.save").write_text("deb http://saved.example/debian bookworm main\n")
    (tmp_path / "etc/apt/m.list").write_text(
        "# nearest first\nhttps://near.example/debian\tpriority:1\nhttps://far.example\n"
    )
    assert [each.uri for each in sources(tmp_path)] == [
        "http://a.example/debian",
        "https://near.example/debian",
        "https://near.example/debian",
    ]


def test_a_host_without_apt_has_none(tmp_path: Path) -> None:
    assert sources(tmp_path) == ()
    assert codename(tmp_path) == ""


def test_the_mirror_of_another_suite_is_that_of_the_hosts_own() -> None:
    listed = [
        entry(),
        entry(suite="bookworm-updates"),
        entry("https://m.example/debian-security", "bookworm-security"),
        entry("https://vendor.example", "bookworm-pgdg"),
        entry(suite="bookworm-backports"),
    ]
    assert [each.line for each in mirror(listed, "trixie", "bookworm")] == [
        "deb https://m.example/debian trixie main",
        "deb https://m.example/debian trixie-updates main",
        "deb https://m.example/debian-security trixie-security main",
    ]


def test_another_vendors_repository_of_the_same_suite_is_not_taken_for_the_archive() -> None:
    vendor = entry("https://vendor.example/debian", signed_by="/usr/share/keyrings/vendor.gpg")
    [found] = mirror([vendor, entry(signed_by=KEYS)], "bookworm", "bookworm")
    assert found.uri == "https://m.example/debian"


def test_a_mirror_that_signs_anew_is_taken_when_there_is_no_other() -> None:
    own = entry("https://company.example/debian", signed_by="/etc/apt/keyrings/company.gpg")
    assert mirror([own], "bookworm", "bookworm") == (own,)


@pytest.mark.parametrize(
    "useless",
    [
        [],
        [entry("file:///srv/debian")],
        [entry("cdrom:[Debian]/")],
        [entry("http://localhost:3142/debian")],
        [entry(suite="noble")],
        [Entry("https://m.example/debian", "bookworm", ("contrib",))],
    ],
)
def test_without_a_mirror_that_containers_reach_the_remedies_are_named(useless: list[Entry]) -> None:
    with pytest.raises(BuildError) as caught:
        mirror(useless, "bookworm", "bookworm")
    assert caught.value.code == "no_base_image"
    assert "registry.mirror" in caught.value.hint


def test_a_mirrors_password_stays_out_of_its_public_form() -> None:
    assert entry("https://user:secret@m.example:8443/debian").public.uri == "https://m.example:8443/debian"


def test_only_settings_that_builds_need_are_taken_along() -> None:
    dump = (
        'Acquire::Check-Valid-Until "false";\n'
        'Acquire::http::Proxy "http://proxy.example:3128";\n'
        'Acquire::https::Proxy "http://127.0.0.1:3128";\n'
        'Acquire::http::Proxy::m.example "DIRECT";\n'
        'Acquire::https::SslKey "/etc/ssl/private/me.key";\n'
        'Acquire::ForceIPv4 "";\n'
        'APT::Install-Recommends "1";\n'
        'DPkg::Post-Invoke:: "rm -rf /";\n'
    )
    assert settings(dump) == (
        'Acquire::Check-Valid-Until "false";',
        'Acquire::http::Proxy "http://proxy.example:3128";',
        'Acquire::http::Proxy::m.example "DIRECT";',
    )
