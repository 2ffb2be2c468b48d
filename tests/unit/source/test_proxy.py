"""Which proxy an address takes."""

import pytest

from runix_tui.source.proxy import proxy_for
from runix_tui.source.urls import parse

BOTH = {"HTTP_PROXY": "http://plain:1", "HTTPS_PROXY": "http://secure:2"}


@pytest.mark.parametrize(
    ("url", "environ", "proxy"),
    [
        ("https://host/a", {}, None),
        ("https://host/a", BOTH, "http://secure:2"),
        ("http://host/a", BOTH, None),
        ("ssh://host/a", BOTH, None),
        ("/srv/a", BOTH, None),
        ("https://host/a", {"https_proxy": "http://low:3", **BOTH}, "http://low:3"),
        ("https://host/a", {"ALL_PROXY": "http://all:4"}, "http://all:4"),
        ("https://host/a", {"HTTPS_PROXY": "proxy:3128"}, "http://proxy:3128"),
        ("https://host/a", {**BOTH, "NO_PROXY": "*"}, None),
        ("https://host/a", {**BOTH, "NO_PROXY": "other, HOST"}, None),
        ("https://git.host/a", {**BOTH, "no_proxy": "host"}, None),
        ("https://git.host/a", {**BOTH, "NO_PROXY": ".host"}, None),
        ("https://git.host/a", {**BOTH, "NO_PROXY": "*.host"}, None),
        ("https://ghost/a", {**BOTH, "NO_PROXY": "host"}, "http://secure:2"),
        ("https://host/a", {**BOTH, "NO_PROXY": "host:443"}, None),
        ("https://host/a", {**BOTH, "NO_PROXY": "host:8443"}, "http://secure:2"),
        ("https://host/a", {**BOTH, "NO_PROXY": "host:x"}, "http://secure:2"),
        ("https://10.1.2.3/a", {**BOTH, "NO_PROXY": "10.0.0.0/8"}, None),
        ("https://11.1.2.3/a", {**BOTH, "NO_PROXY": "10.0.0.0/8"}, "http://secure:2"),
        ("https://host/a", {**BOTH, "NO_PROXY": "10.0.0.0/8"}, "http://secure:2"),
        ("http://127.0.0.1:8/a", {**BOTH, "NO_PROXY": "localhost,127.0.0.1"}, None),
        ("https://[::1]/a", {**BOTH, "NO_PROXY": "::1"}, None),
    ],
)
def test_follows_the_environment(url: str, environ: dict[str, str], proxy: str | None) -> None:
    assert proxy_for(parse(url)[0], environ) == proxy
