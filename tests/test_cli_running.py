"""The real thing as a process of its own: started, asked, stopped."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from coterie.core.cli.running import _until_stopped
from tests.cli_kit import (
    Running,
    coterie,
    environment,
    own_points_fixture,  # noqa: F401 - pytest finds it here
    package,
    rows,
    written,
)

CONFIG = """
[coterie]
database = "sqlite:///coterie.db"
web = { host = "127.0.0.1", port = 0 }
log = { level = "info", format = "json" }
[adapters.sandbox]
[plugins.checkin]
"""
FOREIGN = """
from coterie.core.api import Plugin

class Foreign(Plugin):
    name = "probe-foreign"

    def contribute_routes(self):
        from aiohttp import web

        async def page(request):
            return web.Response(text="foreign")

        return [("GET", "/foreign", page)]
"""


def on(store: str) -> str:
    """The configuration, with another store."""
    return CONFIG.replace("sqlite:///coterie.db", store)


@pytest.fixture(name="env")
def env_fixture(own_points: list[Path]) -> dict[str, str]:
    """The environment of a process that finds Coterie."""
    return environment(*own_points)


def act(running: Running, **values: str) -> None:
    """Do something in the playground, and wait for all that follows."""
    request = urllib.request.Request(
        f"{running.address}api/act?settle=1",
        data=json.dumps(values).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=30) as response:
        assert json.load(response)["ok"] is True


def test_run_serves_and_ends_cleanly(tmp_path: Path, env: dict[str, str], empty_here: str) -> None:
    (tmp_path / "plugins.toml").write_text(on(empty_here))
    with Running(["run"], tmp_path, env) as running:
        status, body = running.get("/health")
        assert status == 200
        assert json.loads(body)["status"] == "ok"
        act(running, do="post", persona="alice", room="general", text="/checkin")
        assert 'coterie_events_total{outcome="handled"}' in running.get("/metrics")[1]
        assert running.get("/")[0] == 200
        assert running.stop(signal.SIGTERM) == 0
        lines = [json.loads(line) for line in running.said().splitlines()]
        assert lines[-1]["message"] == "stopping"
        assert not [line for line in lines if line["level"] in ("warning", "error", "critical")]
    assert rows(empty_here, "SELECT count(*) FROM checkin_days") == [(1,)]
    assert rows(empty_here, "SELECT count(*) FROM outbox WHERE state = 'pending'") == [(0,)]
    with Running(["run", "-c", "plugins.toml"], tmp_path, env) as again:
        assert again.get("/health")[0] == 200
        assert again.stop(signal.SIGINT) == 0
        assert "Traceback" not in again.said()


def test_run_does_not_start_on_a_broken_configuration(tmp_path: Path, env: dict[str, str]) -> None:
    (tmp_path / "wrong.toml").write_text("[coterie]\nprot = 1\n[plugins.checkin]\nreward = 'ten'\n")
    ended = coterie(["run", "-c", "wrong.toml"], tmp_path, env)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("The configuration has 2 problems:\n  wrong.toml:2: coterie.prot: ")
    assert "wrong.toml:4: plugins.checkin.reward: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["wrong.toml"]


def test_run_on_a_port_that_is_taken(tmp_path: Path, env: dict[str, str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        port = taken.getsockname()[1]
        (tmp_path / "plugins.toml").write_text(CONFIG.replace("port = 0", f"port = {port}"))
        ended = coterie(["run"], tmp_path, env)
        assert ended.returncode == 1
        assert ended.stderr.startswith(
            f"Error: Port {port} on 127.0.0.1 is already in use. Stop the program that uses it"
        )
        assert ended.stderr.count("\n") == 1
        assert not (tmp_path / "coterie.db").exists(), "nothing is opened before the port is had"
        ended = coterie(["demo", "--port", str(port)], tmp_path, env)
        assert ended.returncode == 1
        assert "choose another port: --port 0 takes a free one" in ended.stderr


def test_run_refuses_a_store_that_is_newer(tmp_path: Path, env: dict[str, str], empty_here: str) -> None:
    (tmp_path / "plugins.toml").write_text(on(empty_here))
    assert coterie(["db", "upgrade"], tmp_path, env).returncode == 0
    written(empty_here, "UPDATE alembic_version_core SET version_num = 'from_the_future'")
    ended = coterie(["run"], tmp_path, env)
    assert ended.returncode == 1
    assert "was used with a newer version" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_safe_mode_leaves_foreign_plugins_out(tmp_path: Path, own_points: list[Path], empty_here: str) -> None:
    points = {"coterie.plugins": {"probe-foreign": "probe_foreign:Foreign"}}
    site = package(tmp_path / "site", "coterie-probe", points, {"probe_foreign": FOREIGN})
    env = environment(site, *own_points)
    (tmp_path / "plugins.toml").write_text(on(empty_here) + "[plugins.probe-foreign]\n")
    with Running(["run"], tmp_path, env) as running:
        assert running.get("/foreign") == (200, "foreign")
        assert running.stop() == 0
    with Running(["run", "--safe-mode"], tmp_path, env) as running:
        assert running.get("/foreign")[0] == 404
        assert running.get("/health")[0] == 200
        assert running.stop() == 0
        assert "Warning: safe mode leaves out the plugin probe-foreign" in running.said()


def test_the_demo_opens_and_leaves_nothing_behind(tmp_path: Path, env: dict[str, str]) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    work = tmp_path / "work"
    work.mkdir()
    with Running(["demo", "--port", "0"], work, {**env, "TMPDIR": str(temporary)}) as running:
        assert running.address.startswith("http://127.0.0.1:")
        assert "<html" in running.get("/")[1]
        act(running, do="post", persona="alice", room="general", text="/checkin")
        assert running.stop(signal.SIGINT) == 0
        assert "Traceback" not in running.said()
    assert [each.name for each in work.iterdir()] == ["stderr.txt"]
    assert not list(temporary.iterdir()), "the store of a demo is gone with it"


def test_the_demo_keeps_what_it_is_told_to_keep(tmp_path: Path, env: dict[str, str], empty_here: str) -> None:
    for _ in range(2):
        with Running(["demo", "--port", "0", "--db", empty_here], tmp_path, env) as running:
            act(running, do="post", persona="alice", room="general", text="/checkin")
            assert running.stop() == 0
    assert rows(empty_here, "SELECT title FROM communities") == [("Coterie Town",)]
    assert rows(empty_here, "SELECT count(*) FROM transfers WHERE key LIKE '%demo:Alice%'") == [(1,)]


def test_the_demo_is_for_this_machine_only(tmp_path: Path, env: dict[str, str]) -> None:
    ended = coterie(["demo", "--host", "0.0.0.0", "--port", "0"], tmp_path, env)
    assert ended.returncode == 1
    assert "lets whoever opens it act as anyone" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_pipe_that_closes_is_no_error(tmp_path: Path, env: dict[str, str]) -> None:
    command = f"{sys.executable} -m coterie.core.cli hooks | head -1"
    ended = subprocess.run(["bash", "-c", command], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert ended.stdout.startswith("HOOK")
    assert ended.stderr == ""


class Halting:
    """Stands for an application of which a part may end."""

    def __init__(self, *parts: Coroutine[Any, Any, None]) -> None:
        self.parts = [asyncio.create_task(part, name="sender sandbox") for part in parts]

    def background(self) -> list[asyncio.Task[None]]:
        """The parts."""
        return self.parts


@pytest.mark.asyncio
async def test_a_part_that_ends_by_itself_ends_the_run(caplog: pytest.LogCaptureFixture) -> None:
    async def fail() -> None:
        raise RuntimeError("out of order")

    parts: Any = Halting(fail())
    assert await _until_stopped(parts, asyncio.Event()) == 1
    assert "sender sandbox ended by itself" in caplog.text
    assert "out of order" in caplog.text


@pytest.mark.asyncio
async def test_a_signal_ends_the_run_cleanly(caplog: pytest.LogCaptureFixture) -> None:
    stop = asyncio.Event()
    parts: Any = Halting(asyncio.sleep(60))
    asyncio.get_running_loop().call_soon(stop.set)
    assert await _until_stopped(parts, stop) == 0
    assert "ended by itself" not in caplog.text
    for part in parts.parts:
        part.cancel()
