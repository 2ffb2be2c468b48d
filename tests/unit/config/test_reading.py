"""What a config.toml may be and say, and what is told of one that is wrong."""

import os
from pathlib import Path

import pytest

from runix_tui.config import load
from runix_tui.errors import ConfigError

PEM = "-----BEGIN CERTIFICATE-----\nMAo=\n-----END CERTIFICATE-----\n"


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as error:
        load(path)
    assert str(path) in error.value.message
    assert error.value.hint
    return error.value.message


def written(folder: Path, text: str) -> Path:
    path = folder / "config.toml"
    path.write_text(text)
    return path


@pytest.mark.timeout(10)
def test_what_is_no_file_is_said_at_once(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    assert "a pipe or a device, not a file" in refused(pipe)
    assert "a pipe or a device, not a file" in refused(link)
    assert "a pipe or a device, not a file" in refused(Path("/dev/zero"))
    assert "directory" in refused(tmp_path)
    assert "more than 1048576 bytes" in refused(written(tmp_path, "#" * (1024**2 + 1)))


def test_what_is_no_text_is_said(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"# \xff\n")
    assert refused(path) == f"{path} is not UTF-8 text: byte 2"
    assert "line 1" in refused(written(tmp_path, "[build\n"))
    assert load(tmp_path / "none.toml") == load(written(tmp_path, ""))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[build]\ncpus = 0\n", "build.cpus: must be at least 0.01"),
        ("[build]\nmemory = 1\n", "build.memory: must be at least 67108864"),
        ("[build]\nmemory = 1_000_000_000_000_000\n", "build.memory: must be at most"),
        ("[build]\ntimeout = -5\n", "build.timeout: must be at least 0.1"),
        ("[build]\ntimeout = 1e12\n", "build.timeout: must be at most 604800"),
        ("[build]\ncpu = 1\n", "build.cpu: is not a setting; did you mean 'build.cpus'?"),
        ("[bild]\n", "bild: is not a setting; did you mean 'build'?"),
        ("build = 1\n", "build: must be a section"),
        ("[deploy]\ndrain_timeout = -1\n", "deploy.drain_timeout: must be at least 0"),
        ("[deploy]\nkeep_releases = 0\n", "deploy.keep_releases: must be at least 1"),
        ("[logs]\nmax_bytes = 10_000_000_000_000\n", "logs.max_bytes: must be at most"),
        ("[api]\nallowed_hosts = ['*']\n", "api.allowed_hosts: must be a host or host:port"),
        ("[api]\nallowed_hosts = ['a', 'http://b']\n", "api.allowed_hosts: must be a host or host:port"),
        ("[api]\nallowed_hosts = ['a.example:0']\n", "api.allowed_hosts: has a port that is none"),
        ("[api]\nallowed_hosts = ['a.example:70000']\n", "api.allowed_hosts: has a port that is none"),
        ("[registry]\nmirror = ''\n", "registry.mirror: must be a host and a path"),
        ("[registry]\nmirror = 'm.example/a b'\n", "registry.mirror: must be a host and a path"),
        ("[registry]\nmirror = 'm.example:70000/hub'\n", "registry.mirror: has a port that is none"),
        ("[registry]\nmirror = 'me:hunter2@m.example'\n", "registry.mirror: must not hold a user name or a password"),
        ("[build]\nca_bundle = 'my-ca.pem'\n", "build.ca_bundle: must be an absolute path"),
        ("[build]\nca_bundle = '/no/such.pem'\n", "build.ca_bundle: /no/such.pem cannot be read: No such file"),
        ("[build]\nca_bundle = '/dev/zero'\n", "build.ca_bundle: /dev/zero cannot be read: it is a pipe or a device"),
        ("[build]\nca_bundle = '/etc'\n", "build.ca_bundle: /etc cannot be read: Is a directory"),
        ("[build]\nca_bundle = '/etc/passwd'\n", "build.ca_bundle: /etc/passwd holds no certificate"),
        ("[build]\nca_bundle = '~nobody-of-that-name/ca.pem'\n", "ca.pem leads nowhere"),
        ('[git.credentials."git.example"]\nusername = "me"\n', "git.credentials.git.example: names neither token_env"),
        ("[git.credentials.box]\ntoken = 'hunter2'\n", "git.credentials.box.token: is not a setting"),
    ],
)
def test_useless_values_are_refused_with_their_key(tmp_path: Path, text: str, says: str) -> None:
    path = written(tmp_path, text)
    message = refused(path)
    assert says in message
    assert "hunter2" not in message


def test_useful_values_are_taken(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text(PEM)
    text = f"""\
[api]
allowed_hosts = ["runix.example", "box:7676", "10.0.0.5", "[fd00::1]:7676"]
[build]
ca_bundle = "{tmp_path / "ca.pem"}"
[registry]
mirror = "http://[::1]:5000/hub/"
[deploy]
drain_timeout = 0
"""
    found = load(written(tmp_path, text))
    assert found.api.allowed_hosts[1] == "box:7676"
    assert found.registry.mirror == "http://[::1]:5000/hub/"
    assert found.build.ca_bundle == tmp_path / "ca.pem"
