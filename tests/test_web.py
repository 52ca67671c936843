"""The web shell: health, metrics, contributed pages, headers and limits."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from typing import Any, ClassVar

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import Engine, text

from coterie.core.api import Context, Plugin, command
from coterie.core.app import App
from coterie.core.config import Config, Settings
from coterie.core.engine.lanes import ThreadLanes
from coterie.core.testing import Town
from coterie.core.testing.scratch import scratch
from coterie.core.web import health, metrics
from coterie.core.web.shell import HEADERS, LARGEST_BODY, address_of, listen, make_web, serve
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.settings import write

pytestmark = pytest.mark.asyncio

Client = TestClient[web.Request, web.Application]


class Talker(Plugin):
    """Greets, or fails."""

    name: ClassVar[str] = "talker"

    @command("hello")
    def hello(self, ctx: Context) -> None:
        """Say hello."""
        ctx.reply("hello")

    @command("fail")
    def fail(self, ctx: Context) -> None:
        """Fail."""
        raise ValueError("on purpose")


class Pages(Plugin):
    """Serves pages, good and bad ones."""

    name: ClassVar[str] = "pages"

    def contribute_routes(self) -> Sequence[Any]:
        """Pages of all kinds."""

        async def good(_request: web.Request) -> web.Response:
            return web.Response(text="good", headers={"Content-Security-Policy": "default-src 'self'"})

        async def echo(request: web.Request) -> web.Response:
            return web.Response(text=str(len(await request.read())))

        async def bad(_request: web.Request) -> web.Response:
            raise RuntimeError("secret detail")

        async def leave(_request: web.Request) -> web.Response:
            raise SystemExit(1)

        async def absent(_request: web.Request) -> web.Response:
            raise web.HTTPNotFound(text="no such packet")

        return (
            ("GET", "/good", good),
            ("POST", "/echo", echo),
            ("GET", "/bad", bad),
            ("GET", "/leave", leave),
            ("GET", "/absent", absent),
            ("GET", "/health", bad),
            ("SHOUT", "/x", good),
            ("GET", "no-slash", good),
            "nonsense",
        )


class Broken(Plugin):
    """Cannot say what it serves."""

    name: ClassVar[str] = "broken"

    def contribute_routes(self) -> Sequence[Any]:
        """Fail."""
        raise KeyError("oops")


class House:
    """A running application with its pages, a town to act in, and another engine for its store."""

    def __init__(self, app: App, town: Town, client: Client, other: Engine) -> None:
        self.app = app
        self.town = town
        self.client = client
        self.other = other

    async def says(self, text: str) -> None:
        """Somebody writes, and all that follows has happened."""
        await self.town.post(self.town.persona("mallory"), self.town.room("general"), text)
        await self.app.settle()

    async def figures(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """Every sample of the metrics page."""
        response = await self.client.get("/metrics")
        assert response.status == 200
        assert response.headers["Content-Type"].startswith("text/plain; version=")
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(await response.text())
            for sample in family.samples
        }

    async def health(self) -> tuple[int, dict[str, Any]]:
        """Status and body of the health page."""
        response = await self.client.get("/health")
        return response.status, await response.json()


@asynccontextmanager
async def house(*plugins: Plugin) -> AsyncIterator[House]:
    """An application on a thread lane, as `coterie run` has it."""
    from coterie.core.clock import Clock

    database = scratch(plugins)
    other = open_engine(database.url)
    town = Town(Clock())
    models = {plugin.name: plugin.config for plugin in plugins}
    settings = Settings.default(models, {"sandbox": Config}, core={"database": database.url})
    app = App(settings, plugins=plugins, platforms=[town.platform])
    await app.start()
    try:
        async with TestClient(TestServer(make_web(app))) as client:
            yield House(app, town, client, other)
    finally:
        await app.stop()
        other.dispose()
        database.remove()


async def test_health_is_ok_when_events_are_handled() -> None:
    async with house() as at:
        status, body = await at.health()
        assert status == 200
        assert body["status"] == "ok"
        assert body["problems"] == []
        assert body["uptime_seconds"] >= 0


async def test_health_names_a_lane_that_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.2)
    async with house() as at:
        lanes = at.app.lanes
        assert isinstance(lanes, ThreadLanes)
        lanes.lanes[0].queue.put(None)
        await asyncio.to_thread(lanes.lanes[0].thread.join)
        status, body = await at.health()
        assert status == 503
        assert body["status"] == "failing"
        assert body["problems"][0] == "the thread coterie-lane-0 has ended: restart the process"
        assert body["problems"][1].startswith("the store took no write within 0.2 s; ")


async def test_health_names_a_store_that_takes_no_write(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "PATIENCE", 0.3)
    monkeypatch.setattr(health, "FRESH", 0.0)
    async with house() as at:
        with at.other.connect() as other:
            if other.dialect.name == "postgresql":  # on SQLite, having begun is enough
                other.execute(text("LOCK TABLE settings"))
            else:
                other.begin()
            status, body = await at.health()
            assert status == 503
            assert body["problems"][0].startswith("the store took no write within 0.3 s; ")
            assert body["problems"][0].endswith(" events wait")
            other.rollback()
        monkeypatch.setattr(health, "PATIENCE", 10.0)
        assert (await at.health())[0] == 200, "it recovers by itself"


async def test_health_tells_what_the_store_says() -> None:
    async with house() as at:
        with at.other.begin() as other:
            other.execute(text("DROP TABLE settings"))
        status, body = await at.health()
        assert status == 503
        assert "the store cannot be written" in body["problems"][0]
        assert "settings" in body["problems"][0]


async def test_health_names_a_sender_that_has_ended() -> None:
    async with house() as at:
        (task,) = at.app.post.running
        task.cancel()
        await asyncio.wait([task])
        assert (await at.health())[1]["problems"] == ["sender sandbox has ended: restart the process"]


async def test_many_questions_cost_one_write(monkeypatch: pytest.MonkeyPatch) -> None:
    writes: list[str] = []

    def counted(db: LaneConnection, name: str, value: str) -> None:
        writes.append(name)
        write(db, name, value)

    monkeypatch.setattr(health, "write", counted)
    async with house() as at:
        answers = await asyncio.gather(*(at.health() for _ in range(50)))
        assert {status for status, _ in answers} == {200}
        assert len(writes) == 1


async def test_metrics_count_what_happens() -> None:
    async with house(Talker()) as at:
        before = await at.figures()
        for _ in range(3):
            await at.says("/hello")
        await at.town.redeliver(at.town.last_event["mallory"])
        await at.says("/fail")
        after = await at.figures()

        def grew(name: str, **labels: str) -> float:
            key = (name, tuple(sorted(labels.items())))
            return after[key] - before.get(key, 0)

        assert grew("coterie_events_total", outcome="handled") == 4
        assert grew("coterie_events_total", outcome="duplicate") == 1
        assert grew("coterie_events_total", outcome="lost") == 0
        assert grew("coterie_handler_failures_total", plugin="talker", hook="command:fail") == 1
        assert grew("coterie_batch_replays_total") == 2, "the key that came again, and the failure"
        assert grew("coterie_sender_actions_total", adapter="sandbox", outcome="sent") == 4
        assert grew("coterie_dead_letters") == 1
        assert after["coterie_store_up", ()] == 1
        assert after["coterie_lane_queue", ()] == 0
        assert after["process_resident_memory_bytes", ()] > 1_000_000
        for family in ("coterie_batch_events", "coterie_commit_seconds"):
            buckets = [value for (name, _), value in after.items() if name == f"{family}_bucket"]
            assert buckets == sorted(buckets), "each bucket holds those below it"
            assert buckets[-1] == after[f"{family}_count", ()]
            assert after[f"{family}_sum", ()] > 0


async def test_metrics_tell_what_waits_and_what_is_paused() -> None:
    async with house(Talker()) as at:
        for _ in range(5):
            await at.says("/fail")
        await at.app.on_lane(
            None, lambda ctx: ctx.unit.set_timer(ctx.community.id, "talker", "later", "", {}, ctx.unit.now + 3_600_000)
        )
        figures = await at.figures()
        assert figures["coterie_paused_hooks", (("hook", "command:fail"), ("plugin", "talker"))] == 1
        assert figures["coterie_timers", (("state", "waiting"),)] == 1
        assert figures["coterie_timers", (("state", "due"),)] == 0
        assert figures["coterie_sender_queue", (("adapter", "sandbox"), ("priority", "answer"))] == 0


async def test_no_label_names_a_person_or_a_place() -> None:
    async with house(Talker()) as at:
        await at.says("/hello")
        for _, labels in await at.figures():
            assert {name for name, _ in labels} <= {
                "version",
                "outcome",
                "plugin",
                "hook",
                "le",
                "adapter",
                "priority",
                "state",
            }
            assert not {value for _, value in labels} & {"mallory", "general", "town", "main"}


async def test_metrics_do_without_the_store(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise OSError("gone")

    monkeypatch.setattr(metrics, "read_store", away)
    async with house() as at:
        figures = await at.figures()
        assert figures["coterie_store_up", ()] == 0
        assert ("coterie_events_total", (("outcome", "handled"),)) in figures
        assert not [name for name, _ in figures if name == "coterie_outbox_rows"]


async def test_metrics_can_be_had_as_openmetrics() -> None:
    async with house() as at:
        response = await at.client.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
        assert response.headers["Content-Type"].startswith("application/openmetrics-text")
        assert (await response.text()).endswith("# EOF\n")


async def test_pages_of_plugins_are_served_with_safe_headers(caplog: pytest.LogCaptureFixture) -> None:
    async with house(Pages(), Broken()) as at:
        good = await at.client.get("/good")
        assert await good.text() == "good"
        assert good.headers["Content-Security-Policy"] == "default-src 'self'", "a page may bring its own policy"
        assert good.headers["X-Content-Type-Options"] == "nosniff"
        for path in ("/health", "/metrics", "/nothing", "/bad"):
            response = await at.client.get(path)
            assert {name: response.headers.get(name) for name in HEADERS} == HEADERS
            assert response.headers["Server"] == "Coterie"
        assert (await at.health())[0] == 200, "nobody takes the core's pages over"
        assert "broken: its pages cannot be served" in caplog.text
        assert "pages: its route ('GET', '/health'" in caplog.text
        assert "pages: its route ('SHOUT', '/x'" in caplog.text
        assert "pages: its route ('GET', 'no-slash'" in caplog.text
        assert "pages: its route 'nonsense'" in caplog.text


@pytest.mark.parametrize("path", ["/bad", "/leave"])
async def test_a_page_that_fails_says_nothing_and_harms_nobody(path: str, caplog: pytest.LogCaptureFixture) -> None:
    async with house(Pages()) as at:
        response = await at.client.get(path)
        assert response.status == 500
        assert await response.text() == "Something went wrong here. The operator finds it in the log.\n"
        assert f"pages: the page GET {path} failed" in caplog.text
        assert (await at.client.get("/good")).status == 200


async def test_pages_that_are_not_there() -> None:
    async with house(Pages()) as at:
        assert (await at.client.get("/nothing")).status == 404
        assert await (await at.client.get("/nothing")).text() == "There is no such page.\n"
        assert await (await at.client.get("/absent")).text() == "no such packet"
        refused = await at.client.delete("/good")
        assert refused.status == 405
        assert refused.headers["Allow"] == "GET,HEAD"
        assert (await at.client.head("/good")).status == 200


async def test_a_body_has_a_limit() -> None:
    async with house(Pages()) as at:
        assert await (await at.client.post("/echo", data=b"x" * LARGEST_BODY)).text() == str(LARGEST_BODY)
        assert (await at.client.post("/echo", data=b"x" * (LARGEST_BODY + 1))).status == 413


async def test_serving_on_a_port_that_is_taken() -> None:
    async with house() as at:
        with closing(listen("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            assert address_of(taken) == f"http://127.0.0.1:{port}/"
            with pytest.raises(OSError, match="in use"):
                await serve(at.app, "127.0.0.1", port)
        runner = await serve(at.app, "127.0.0.1", 0)
        assert runner.addresses[0][0] == "127.0.0.1"
        await runner.cleanup()


async def test_addresses_are_written_for_a_browser() -> None:
    with closing(listen("localhost", 0)) as local, closing(listen("0.0.0.0", 0)) as everywhere:
        assert local.family == socket.AF_INET
        assert address_of(everywhere).startswith("http://127.0.0.1:")
    if socket.has_dualstack_ipv6():
        with closing(listen("::", 0)) as six:
            assert address_of(six).startswith("http://[::1]:")
    with pytest.raises(OSError, match=r"not known|No address|resolution"):
        listen("no-such-host.invalid", 0)
