"""Who is offered what: never more than what was given for exactly that server."""

from pathlib import Path

import pytest

from runix_tui.config import Git, GitCredential
from runix_tui.core.secret import Secret
from runix_tui.source.credentials import Credentials, Userinfo
from runix_tui.source.urls import parse


def offers(url: str, config: Git | None = None, userinfo: str = "", **environ: str) -> list[tuple[str, str]]:
    """``(user, password)`` of what is offered to the server of ``url``."""
    address, secret = parse(url)
    if userinfo:
        address_given, secret = parse(userinfo)
    else:
        address_given = address
    credentials = Credentials(config or Git(), {"HOME": "/nonexistent", **environ})
    given = Userinfo(address_given, secret) if secret else None
    found = credentials.passwords(address, given)
    return [(offer.user, offer.password.reveal() if offer.password else "") for offer in found]


def test_user_info_goes_to_its_own_server_decoded() -> None:
    assert offers("https://u:p%40w@host/a") == [("u", "p@w")]
    assert offers("https://token@host/a") == [("token", "")]


@pytest.mark.parametrize(
    "other",
    ["https://elsewhere/a", "https://host:8443/a", "http://host/a", "https://sub.host/a", "https://host.evil/a"],
)
def test_user_info_goes_nowhere_else(other: str) -> None:
    assert offers(other, userinfo="https://u:p@host/a") == []


def test_a_token_of_the_environment(tmp_path: Path) -> None:
    config = Git(credentials={"host": GitCredential(token_env="TOKEN", username="me")})
    assert offers("https://host/a", config, TOKEN=" t0ken\n") == [("me", "t0ken")]
    assert offers("https://host/a", config) == []
    assert offers("https://other/a", config, TOKEN="t0ken") == []
    assert offers("http://host/a", config, TOKEN="t0ken") == []
    missing = Credentials(config, {}).missing(parse("https://host/a")[0])
    assert missing == ["$TOKEN is not set"]


def test_a_token_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    config = Git(credentials={"host:8443": GitCredential(token_file=file)})
    assert offers("https://host:8443/a", config) == []
    file.write_text("from-file\n")
    assert offers("https://host:8443/a", config) == [("x-access-token", "from-file")]
    assert offers("https://host/a", config) == []


def test_plain_http_gets_a_token_on_loopback_only() -> None:
    config = Git(credentials={name: GitCredential(token_env="T") for name in ("127.0.0.1", "host")})
    assert offers("http://127.0.0.1:3000/a", config, T="t") == [("x-access-token", "t")]
    assert offers("http://host/a", config, T="t") == []


def test_gits_credential_store(tmp_path: Path) -> None:
    (tmp_path / ".git-credentials").write_text(
        "https://ada:p%40ss@host\nhttps://bob:x@host:8443\nhttp://eve:y@host\nhttps://cy:z@host/only/this.git\n"
        "https://nopassword@host\nnonsense\nhttps://a:b@[bad\nhttps://a:b@host:notaport\n"
    )
    (tmp_path / ".config/git").mkdir(parents=True)
    (tmp_path / ".config/git/credentials").write_text("https://xdg:q@HOST\n")
    home = str(tmp_path)
    assert offers("https://host/a", HOME=home) == [("ada", "p@ss"), ("xdg", "q")]
    assert offers("https://host/only/this", HOME=home) == [("ada", "p@ss"), ("cy", "z"), ("xdg", "q")]
    assert offers("https://host:8443/a", HOME=home) == [("bob", "x")]
    assert offers("http://host/a", HOME=home) == [("eve", "y")]
    assert offers("https://else/a", HOME=home) == []


def test_the_order_is_address_configuration_store(tmp_path: Path) -> None:
    (tmp_path / ".git-credentials").write_text("https://s:s@host\n")
    config = Git(credentials={"host": GitCredential(token_env="T")})
    found = offers("https://u:u@host/a", config, HOME=str(tmp_path), T="t")
    assert [password for _, password in found] == ["u", "t", "s"]


def test_nothing_printed_shows_a_secret(tmp_path: Path) -> None:
    (tmp_path / ".git-credentials").write_text("https://s:canary@host\n")
    address, secret = parse("https://u:canary@host/a")
    assert secret is not None
    credentials = Credentials(
        Git(credentials={"host": GitCredential(token_env="T")}), {"HOME": str(tmp_path), "T": "canary"}
    )
    given = Userinfo(address, secret)
    shown = [*credentials.passwords(address, given), given]
    assert len(shown) == 4
    assert "canary" not in f"{shown} {credentials.__dict__.keys()}"


def test_ssh_offers_named_keys_before_the_agent_and_notes_locked_ones(tmp_path: Path) -> None:
    ssh = tmp_path / ".ssh"
    ssh.mkdir()
    (ssh / "id_rsa").write_text("-----BEGIN RSA PRIVATE KEY-----\nx")
    (ssh / "id_ed25519").write_text("-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n")
    credentials = Credentials(Git(), {"HOME": str(tmp_path), "SSH_AUTH_SOCK": "/x", "USER": "ada"})
    address, _ = parse("ssh://git@host/a")
    host, found, notes = credentials.keys(address, Userinfo(parse("ssh://git:pw@host/a")[0], Secret("git:pw")))
    assert host.address == address
    assert [offer.label.split()[-1] for offer in found] == ["password", "ssh-agent", "~/.ssh/id_rsa"]
    assert notes == ["~/.ssh/id_ed25519 needs a passphrase: load it with ssh-add"]
    (ssh / "config").write_text("Host host\n IdentityFile ~/.ssh/id_rsa\n")
    _, found, _ = credentials.keys(address, None)
    assert [offer.label.split()[-1] for offer in found] == ["~/.ssh/id_rsa", "ssh-agent"]
