import pytest

from runix_tui.engine.proxy import build_proxies, is_loopback


def test_proxies_go_in_under_both_spellings_with_their_exceptions() -> None:
    found = build_proxies({"https_proxy": "http://proxy.example:3128", "NO_PROXY": "10.0.0.0/8"})
    assert found.arguments == {
        "HTTPS_PROXY": "http://proxy.example:3128",
        "https_proxy": "http://proxy.example:3128",
        "NO_PROXY": "10.0.0.0/8",
        "no_proxy": "10.0.0.0/8",
    }
    assert found.notes == ()


def test_without_proxies_there_are_no_exceptions_either() -> None:
    assert build_proxies({"NO_PROXY": "10.0.0.0/8"}).arguments == {}


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:3128", "localhost:3128", "http://[::1]:1", "socks5://127.9.9.9", "http://0.0.0.0:1"]
)
def test_a_loopback_proxy_is_named_and_left_out(url: str) -> None:
    found = build_proxies({"HTTP_PROXY": url, "NO_PROXY": "x"})
    assert found.arguments == {}
    assert "HTTP_PROXY" in found.notes[0]
    assert "builds cannot reach" in found.notes[0]


def test_a_password_is_never_in_a_note() -> None:
    [note] = build_proxies({"HTTP_PROXY": "http://me:hunter2@localhost:3128"}).notes
    assert "hunter2" not in note


@pytest.mark.parametrize("url", ["http://proxy.example", "http://192.0.2.1:3128", "proxy:3128", "http://["])
def test_other_addresses_are_not_loopback(url: str) -> None:
    assert not is_loopback(url)
