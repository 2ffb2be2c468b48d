"""The client configuration of OpenSSH, as far as it is followed."""

import subprocess
from pathlib import Path

import pytest

from runix_tui.errors import SourceError
from runix_tui.source.ssh import host_for, known_hosts_lines, needs_passphrase
from runix_tui.source.urls import parse


@pytest.fixture
def ssh(tmp_path: Path) -> Path:
    folder = tmp_path / ".ssh"
    folder.mkdir()
    return folder


def look(home: Path, url: str, **environ: str):
    return host_for(parse(url)[0], {"HOME": str(home), "USER": "ada", **environ})


def test_without_a_configuration_the_user_is_who_runs_it(tmp_path: Path) -> None:
    host = look(tmp_path, "ssh://host.example/a")
    assert str(host.address) == "ssh://ada@host.example/a"
    assert (host.keys, host.named, host.agent) == ((), False, False)


def test_an_alias_becomes_host_user_port_and_key(tmp_path: Path, ssh: Path) -> None:
    (ssh / "work").write_text("key")
    (ssh / "config").write_text(
        "Host other\n  User nobody\nHost=work wor?\n  HostName Git.Example\n\tUser = git\n  Port 2222\n"
        "  IdentityFile ~/.ssh/work\n  IdentityFile ~/.ssh/absent\nHost *\n  User late\n"
    )
    host = look(tmp_path, "ssh://work/a/b.git")
    assert str(host.address) == "ssh://git@git.example:2222/a/b.git"
    assert host.keys == (ssh / "work",)
    assert host.named


def test_what_the_address_says_wins(tmp_path: Path, ssh: Path) -> None:
    (ssh / "config").write_text("Host host\n User conf\n Port 2222\n")
    assert str(look(tmp_path, "ssh://me@host:2200/a").address) == "ssh://me@host:2200/a"
    assert str(look(tmp_path, "me@host:a").address).startswith("me@")


def test_negated_patterns_and_other_blocks_do_not_apply(tmp_path: Path, ssh: Path) -> None:
    (ssh / "config").write_text(
        'Host * !host\n User wrong\nMatch exec "touch /tmp/x"\n User evil\nMatch all\n User git'
    )
    assert look(tmp_path, "ssh://host/a").address.user == "git"


def test_follows_includes_a_few_levels_deep(tmp_path: Path, ssh: Path) -> None:
    (ssh / "config").write_text("Include conf.d/*.conf\nInclude config\n")
    (ssh / "conf.d").mkdir()
    (ssh / "conf.d/a.conf").write_text("Host host\n User included\n")
    assert look(tmp_path, "ssh://host/a").address.user == "included"


@pytest.mark.parametrize("line", ["ProxyCommand nc %h %p", "ProxyJump bastion"])
def test_runs_no_proxy_command(tmp_path: Path, ssh: Path, line: str) -> None:
    (ssh / "config").write_text(f"Host host\n {line}\n")
    with pytest.raises(SourceError) as caught:
        look(tmp_path, "ssh://host/a")
    assert caught.value.code == "ssh_proxy_unsupported"
    assert look(tmp_path, "ssh://elsewhere/a")


def test_takes_the_usual_keys_and_the_agent(tmp_path: Path, ssh: Path) -> None:
    for name in ("id_rsa", "id_ed25519", "id_other"):
        (ssh / name).write_text("key")
    host = look(tmp_path, "ssh://host/a", SSH_AUTH_SOCK="/tmp/agent")
    assert host.keys == (ssh / "id_ed25519", ssh / "id_rsa")
    assert host.agent
    (ssh / "config").write_text("IdentitiesOnly yes\n")
    assert not look(tmp_path, "ssh://host/a", SSH_AUTH_SOCK="/tmp/agent").agent


@pytest.mark.parametrize("format_", ["OPENSSH", "PEM", "PKCS8"])
@pytest.mark.parametrize("passphrase", ["", "secret"])
def test_knows_a_key_that_needs_a_passphrase(tmp_path: Path, format_: str, passphrase: str) -> None:
    key = tmp_path / "key"
    kind = ["-m", format_] if format_ != "OPENSSH" else []
    argv = ["ssh-keygen", "-q", "-t", "ecdsa", *kind, "-N", passphrase, "-f", str(key)]
    subprocess.run(argv, check=True)
    assert needs_passphrase(key) is bool(passphrase)


def test_what_cannot_be_read_is_not_there(tmp_path: Path, ssh: Path) -> None:
    (ssh / "config").mkdir()
    (ssh / "known_hosts").write_bytes(b"\xff\xfe host\nhost2 x y\n")
    assert look(tmp_path, "ssh://host/a")
    assert len([line for line in known_hosts_lines({"HOME": str(tmp_path)}) if "host2" in line]) == 1
    assert needs_passphrase(tmp_path / "absent")
