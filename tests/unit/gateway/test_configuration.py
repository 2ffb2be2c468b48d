import shutil
import subprocess
from pathlib import Path

import pytest

from runix_tui.core.ports import Page
from runix_tui.gateway import configuration
from runix_tui.gateway.table import Table, Target

TABLE = (
    Table.of_size(2)
    .with_route("web-ab12", Target("10.0.0.1", 8080))
    .with_route("web-ab12", Target("10.0.0.2", 9090))
    .with_route("six-ab12", Target("fd00::2", 80))
    .with_page("off-ab12", Page.STOPPED)
)


def servers(text: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in text.splitlines() if line.startswith("    server s")]


def test_only_slots_that_serve_are_written():
    found = servers(configuration.configuration(TABLE, port=8080))
    assert found[:3] == ["s0 127.0.0.1:1 disabled", "s1 10.0.0.2:9090", "s2 127.0.0.1:1 disabled"]
    assert found[4] == "s0 [fd00::2]:80"


def test_the_map_leads_hosts_to_backends_and_pages():
    assert configuration.host_map(TABLE) == (
        "off-ab12.localhost stopped\nsix-ab12.localhost svc_1\nweb-ab12.localhost svc_0\n"
    )


def test_only_the_loopback_is_bound():
    binds = [
        line for line in configuration.configuration(TABLE, port=8081).splitlines() if line.strip().startswith("bind")
    ]
    assert binds == ["    bind 127.0.0.1:8081"]


def test_every_page_is_there_and_has_a_backend():
    files = configuration.render(TABLE, port=8080)
    for page in (*Page, configuration.UNKNOWN):
        assert f"backend {page}\n" in files[configuration.CONFIG_FILE]
        assert f"{page}.html" in files


def test_the_revision_tells_all_but_routes(monkeypatch: pytest.MonkeyPatch):
    def revision(stock: int = 2, port: int = 8080) -> str:
        return configuration.revision(stock, port=port)

    before = revision()
    assert before in configuration.configuration(TABLE, port=8080)
    assert before in configuration.configuration(Table.of_size(2), port=8080)
    assert len({before, revision(stock=3), revision(port=8081)}) == 3
    monkeypatch.setattr("runix_tui.gateway.pages.REFRESH", 3)
    monkeypatch.setattr("runix_tui.gateway.pages.files", lambda: {"starting.html": "new"})
    assert revision() != before


@pytest.mark.skipif(not shutil.which("haproxy"), reason="needs an haproxy of the host")
def test_haproxy_takes_it_without_a_warning(tmp_path: Path):
    for name, text in configuration.render(TABLE, port=8080, folder=str(tmp_path)).items():
        (tmp_path / name).write_text(text, "utf-8", newline="")
    command = ["haproxy", "-c", "-f", str(tmp_path / configuration.CONFIG_FILE)]
    checked = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    assert checked.returncode == 0, checked.stderr
    assert "WARNING" not in checked.stderr
