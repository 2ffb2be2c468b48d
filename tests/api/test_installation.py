"""The machine and the settings, over the API."""

import pytest

from runix_tui.client import Client
from runix_tui.errors import Conflict, InvalidRequest
from tests.api.test_client import TOKEN


async def test_a_checkup(api):
    found = (await api.get("/checkup")).json()
    assert found == [
        {"name": "home", "status": "ok", "found": "/home", "remedy": "", "fixable": False},
        {"name": "engine", "status": "fail", "found": "no ? engine", "remedy": "Install it.", "fixable": True},
        {"name": "linger", "status": "warn", "found": "off", "remedy": "Ask somebody.", "fixable": False},
    ]


async def test_settings_are_changed_key_by_key(api):
    before = (await api.get("/settings")).json()
    assert (before["path"], before["text"], before["restart"]) == ("/home/config.toml", "", False)
    made = await api.patch("/settings", json={"build.cpus": 1.5, "registry.offline": True})
    assert made.status_code == 200
    keys = {one["key"]: one for one in made.json()["settings"]}
    assert keys["build.cpus"] == {
        "key": "build.cpus",
        "type": "float",
        "value": 1.5,
        "default": 2.0,
        "description": "Cores of one build.",
        "set": True,
        "by_hand": False,
    }
    assert keys["api.allowed_hosts"]["by_hand"]
    assert made.json()["restart"]
    assert (await api.patch("/settings", json={"build.cpus": None})).json()["text"].endswith("offline = true\n")
    assert (await api.patch("/settings", json={})).status_code == 200


async def test_whom_to_trust_is_not_for_a_token_to_say(api):
    answer = await api.patch("/settings", json={"api.allowed_hosts": ["evil.example"], "registry.insecure": True})
    assert answer.status_code == 422
    assert {one["path"] for one in answer.json()["errors"]} == {"api.allowed_hosts", "registry.insecure"}
    assert "edit it there" in answer.json()["hint"]
    assert (await api.get("/settings")).json()["text"] == ""


async def test_wrong_settings_are_named(api, fake):
    answer = await api.patch("/settings", json={"build.cpus": 0, "nothing": 1})
    assert answer.status_code == 422
    assert {one["path"] for one in answer.json()["errors"]} == {"build.cpus", "nothing"}
    assert answer.json()["hint"]
    for body in ("[]", '"x"', "1", "null"):
        wrong = await api.patch("/settings", content=body, headers={"Content-Type": "application/json"})
        assert wrong.status_code == 422, body
    fake.installation.fault = Conflict("the file is wrong", code="config")
    assert (await api.get("/settings")).status_code == 409


async def test_both_need_the_token(api):
    for path in ("/settings", "/checkup", "/activity", "/usage"):
        assert (await api.get(path, headers={"Authorization": ""})).status_code == 401


def test_the_client_reads_them(running):
    with Client(running.url, TOKEN) as client:
        assert [(one.name, one.status, one.fixable) for one in client.checkup()][1] == ("engine", "fail", True)
        assert client.settings().text == ""
        assert client.change_settings({"build.cpus": 1.5}).settings[3].value == 1.5
        with pytest.raises(InvalidRequest) as wrong:
            client.change_settings({"build.cpus": "x"})
        assert wrong.value.errors[0].path == "build.cpus"
