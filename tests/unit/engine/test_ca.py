import base64
from pathlib import Path

import pytest

from runix_tui.engine.ca import VARIABLES, host_trust, pem
from runix_tui.errors import ConfigError


def certificate(name: str, *, width: int = 64) -> str:
    """Something in a certificate's form; nothing here looks inside."""
    body = base64.b64encode((name * 40).encode()).decode()
    lines = "\n".join(body[at : at + width] for at in range(0, len(body), width))
    return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


A, B, OWN = certificate("authority-a"), certificate("authority-b"), certificate("distribution")


def put(root: Path, path: str, text: str) -> Path:
    target = root / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text)
    return target


@pytest.fixture
def debian(tmp_path: Path) -> Path:
    put(tmp_path, "usr/share/ca-certificates/mozilla/own.crt", OWN)
    put(tmp_path, "etc/ssl/certs/ca-certificates.crt", OWN)
    return tmp_path


def test_a_plain_host_trusts_nothing_beyond_its_distribution(debian: Path) -> None:
    environ = {"SSL_CERT_FILE": str(debian / "etc/ssl/certs/ca-certificates.crt")}
    trust = host_trust(environ, root=debian)
    assert not trust
    assert trust.bundle == ""
    assert trust.digest == ""


def test_what_an_administrator_added_is_extra(debian: Path) -> None:
    put(debian, "usr/local/share/ca-certificates/company.crt", A)
    trust = host_trust({}, root=debian)
    assert trust.extra == (A,)
    assert set(pem(trust.bundle)) == {OWN, A}, "builds trust the distribution's own as well"


@pytest.mark.parametrize("name", VARIABLES)
def test_a_file_named_in_the_environment_counts_by_what_it_holds_beyond(debian: Path, name: str) -> None:
    bundle = put(debian, "srv/bundle.pem", f"# ours\n{OWN}\ntext between\n{B}")
    assert host_trust({name: str(bundle)}, root=debian).extra == (B,)


def test_the_same_certificate_in_another_form_is_the_same(debian: Path) -> None:
    bundle = put(debian, "srv/bundle.pem", certificate("distribution", width=76).replace("\n", "\r\n"))
    assert not host_trust({"SSL_CERT_FILE": str(bundle)}, root=debian)


def test_a_bundle_of_the_settings_is_extra_and_must_be_readable(debian: Path) -> None:
    assert host_trust({}, put(debian, "srv/ca.pem", A), root=debian).extra == (A,)
    with pytest.raises(ConfigError, match=r"build\.ca_bundle"):
        host_trust({}, debian / "missing.pem", root=debian)
    with pytest.raises(ConfigError, match=r"build\.ca_bundle"):
        host_trust({}, put(debian, "srv/empty.pem", "no certificate"), root=debian)


def test_a_variable_that_names_no_file_is_no_error(debian: Path) -> None:
    assert not host_trust({"SSL_CERT_FILE": str(debian / "gone.pem")}, root=debian)


def test_the_digest_follows_the_extra_ones_alone(debian: Path) -> None:
    one = host_trust({}, put(debian, "srv/a.pem", A), root=debian).digest
    two = host_trust({}, put(debian, "srv/b.pem", B), root=debian).digest
    both = host_trust({}, put(debian, "srv/ab.pem", B + A), root=debian).digest
    assert len({one, two, both}) == 3
    assert both == host_trust({}, put(debian, "srv/ba.pem", A + B + OWN), root=debian).digest, "in any order"


def test_a_distribution_that_keeps_its_own_in_one_file(tmp_path: Path) -> None:
    put(tmp_path, "etc/pki/tls/certs/ca-bundle.crt", OWN + A)
    put(tmp_path, "etc/pki/ca-trust/source/anchors/company.pem", A)
    assert host_trust({}, root=tmp_path).extra == (A,)
