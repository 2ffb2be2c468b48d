"""A real sshd on loopback, for tests, and its user's keys, agent and known_hosts. Needs Debian's openssh-server."""

import contextlib
import getpass
import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from tests.integration.installation import until

SSHD = "/usr/sbin/sshd"
PRIVSEP = Path("/run/sshd")


class SshServer:
    """Lets the user of the tests in with the keys of :meth:`admit`. Its own are ``host_ed25519`` and ``host_rsa``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = getpass.getuser()
        self.keys = folder / "authorized_keys"
        self.log = folder / "sshd.log"
        self.keys.touch()
        self.host_keys = [make_key(folder / f"host_{kind}", kind) for kind in ("ed25519", "rsa")]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def url(self, path: Path) -> str:
        """The ssh address of a folder."""
        return f"ssh://{self.user}@127.0.0.1:{self.port}{path}"

    def admit(self, key: Path) -> None:
        """Let this key in."""
        with self.keys.open("a") as stream:
            stream.write(key.with_name(f"{key.name}.pub").read_text())

    def known(self, *names: str) -> str:
        """Lines of known_hosts for these of its keys."""
        texts = [(self.folder / f"host_{name}.pub").read_text().split() for name in names]
        return "".join(f"[127.0.0.1]:{self.port} {kind} {key}\n" for kind, key, *_ in texts)

    @contextlib.contextmanager
    def running(self) -> Iterator["SshServer"]:
        """Serve until the end of the block."""
        assert Path(SSHD).exists(), "install the distribution's openssh-server (`make test` does it by itself)"
        if os.getuid() == 0:
            PRIVSEP.mkdir(mode=0o755, exist_ok=True)
        config = self.folder / "sshd_config"
        lines = {
            "Port": self.port,
            "ListenAddress": "127.0.0.1",
            "AuthorizedKeysFile": self.keys,
            "StrictModes": "no",
            "PidFile": "none",
            "UsePAM": "no",
            "PasswordAuthentication": "no",
            "PermitRootLogin": "yes",
        }
        keys = "".join(f"HostKey {key}\n" for key in self.host_keys)
        config.write_text(keys + "".join(f"{name} {value}\n" for name, value in lines.items()))
        with self.log.open("wb") as log:
            process = subprocess.Popen([SSHD, "-D", "-e", "-f", str(config)], stderr=log)
        try:
            self._wait(process)
            yield self
        finally:
            process.terminate()
            process.wait(10)

    def _wait(self, process: "subprocess.Popen[bytes]") -> None:
        def listens() -> bool:
            assert process.poll() is None, self.log.read_text()
            return _accepts(socket.AF_INET, ("127.0.0.1", self.port))

        until(listens)


def _accepts(family: socket.AddressFamily, address: object) -> bool:
    with socket.socket(family) as probe:
        return probe.connect_ex(address) == 0


def make_key(path: Path, kind: str = "ed25519", passphrase: str = "") -> Path:
    """A private key, and its public half beside it."""
    argv = ["ssh-keygen", "-q", "-t", kind, "-N", passphrase, "-f", str(path)]
    subprocess.run(argv, check=True, timeout=60)
    return path


@contextlib.contextmanager
def agent(folder: Path, *keys: Path) -> Iterator[str]:
    """An ssh-agent that holds ``keys``; gives its socket's path."""
    place = folder / "agent"
    program = shutil.which("ssh-agent")
    assert program
    process = subprocess.Popen([program, "-D", "-a", str(place)], stdout=subprocess.DEVNULL)
    try:
        until(lambda: _accepts(socket.AF_UNIX, str(place)))  # its file is there before it listens
        environ = {**os.environ, "SSH_AUTH_SOCK": str(place)}
        subprocess.run(["ssh-add", "-q", *map(str, keys)], check=True, env=environ, timeout=60)
        yield str(place)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)
