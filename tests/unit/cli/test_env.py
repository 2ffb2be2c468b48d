"""Variables changed from the shell: what is sent, and what is said of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner

from runix_tui.cli import env


class Holder:
    """A client of one stopped service with variables; ``sent`` is what was asked to change."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.sent: list[Any] = []

    def deployment(self, deployment_id: str) -> Any:
        variables = dict.fromkeys(self.names, "********")
        return SimpleNamespace(id=deployment_id, service_name="site", env=variables, latest_version=1)

    def change(self, deployment_id: str, body: Any) -> Any:
        self.sent.append(body)
        return self.deployment(deployment_id)


def said(client: Holder, monkeypatch: pytest.MonkeyPatch, *words: str) -> str:
    @contextmanager
    def connected() -> Iterator[Holder]:
        yield client

    monkeypatch.setattr(env, "connected", connected)
    monkeypatch.setattr(env, "find", lambda client, name: client.deployment("id"))
    outcome = CliRunner().invoke(env.app, list(words))
    assert outcome.exit_code == 0, outcome.output
    return outcome.stderr


@pytest.mark.parametrize(
    ("there", "told"),
    [(("B", "A"), "site: NOPE is not set; set: A, B.\n"), ((), "site: NOPE is not set; no variable is.\n")],
)
def test_removing_what_is_not_set_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, there: tuple[str, ...], told: str
) -> None:
    client = Holder(*there)
    assert said(client, monkeypatch, "rm", "site", "NOPE") == told
    assert client.sent == []


def test_what_is_set_is_removed_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    client = Holder("A")
    told = said(client, monkeypatch, "rm", "site", "A", "NOPE", "NADA")
    assert told.splitlines() == [
        "site: NOPE, NADA are not set; set: A.",
        "site: stored; the next start or deploy uses it.",
    ]
    assert client.sent == [{"env": {"A": None}}]
