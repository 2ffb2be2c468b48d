"""Verdicts on real keys, as OpenSSH's own tools write known_hosts."""

import base64
import subprocess
from pathlib import Path

import pytest

from runix_tui.source.known_hosts import Verdict, check, fingerprint, key_type


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, bytes]]:
    """``name → (algorithm and base64, raw key)``."""
    folder = tmp_path_factory.mktemp("keys")
    made = {}
    for name, kind in (("one", "ed25519"), ("two", "ed25519"), ("ec", "ecdsa")):
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", str(folder / name)], check=True)
        text = " ".join((folder / f"{name}.pub").read_text().split()[:2])
        made[name] = text, base64.b64decode(text.split()[1])
    return made


Keys = dict[str, tuple[str, bytes]]


def test_shows_the_fingerprint_that_ssh_keygen_shows(keys: Keys, tmp_path: Path) -> None:
    text, raw = keys["one"]
    (tmp_path / "key.pub").write_text(text)
    shown = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / "key.pub"], check=True, capture_output=True, text=True)
    assert fingerprint(raw) == shown.stdout.split()[1]
    assert key_type(raw) == "ssh-ed25519"


@pytest.mark.parametrize(
    ("line", "host", "port", "verdict"),
    [
        ("host {one}", "host", 22, Verdict.KNOWN),
        ("HOST {one} a comment", "host", 22, Verdict.KNOWN),
        ("other,host,10.0.0.1 {one}", "host", 22, Verdict.KNOWN),
        ("*.example {one}", "git.example", 22, Verdict.KNOWN),
        ("*,!git.example {one}", "git.example", 22, Verdict.UNKNOWN),
        ("[host]:2222 {one}", "host", 2222, Verdict.KNOWN),
        ("[host]:2222 {one}", "host", 22, Verdict.UNKNOWN),
        ("host {one}", "host", 2222, Verdict.UNKNOWN),
        ("host {two}", "host", 22, Verdict.CHANGED),
        ("host {ec}", "host", 22, Verdict.UNKNOWN),
        ("host {two}\nhost {one}", "host", 22, Verdict.KNOWN),
        ("host {one}\n@revoked * {one}", "host", 22, Verdict.REVOKED),
        ("@cert-authority * {one}", "host", 22, Verdict.UNKNOWN),
        ("# host {one}", "host", 22, Verdict.UNKNOWN),
        ("host ssh-ed25519 not-base-64", "host", 22, Verdict.CHANGED),
        ("host", "host", 22, Verdict.UNKNOWN),
        ("", "host", 22, Verdict.UNKNOWN),
        ("hos {one}", "host", 22, Verdict.UNKNOWN),
    ],
)
def test_verdicts(keys: Keys, line: str, host: str, port: int, verdict: Verdict) -> None:
    lines = line.format(**{name: text for name, (text, _) in keys.items()}).splitlines()
    assert check(lines, host, port, keys["one"][1]) is verdict


def test_reads_hashed_names(keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.write_text(f"[host]:2222 {keys['one'][0]}\n")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    lines = file.read_text().splitlines()
    assert lines[0].startswith("|1|")
    assert check(lines, "host", 2222, keys["one"][1]) is Verdict.KNOWN
    assert check(lines, "host", 2222, keys["two"][1]) is Verdict.CHANGED
    assert check(lines, "guest", 2222, keys["one"][1]) is Verdict.UNKNOWN
