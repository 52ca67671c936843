"""The watchdog: ends what does not come back, hits nothing else, and restarts the process where it must."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from coterie.core.api import Context, MessagePosted, Plugin
from coterie.core.engine.fence import Watch
from coterie.core.engine.lanes import ThreadLanes
from coterie.core.engine.pauses import PAUSED_VARIABLE, give_up
from coterie.core.engine.registry import Call
from coterie.core.engine.watchdog import Watchdog, Watched, set_exception, take_back
from coterie.core.errors import HandlerTimeout
from tests.engine_kit import on_threads
from tests.unruly import MISDEEDS, Early, Late, Unruly, work

PLUGINS = [Early, Late, Unruly]
STUCK = ("loop", "loop_deaf", "loop_in_a_statement", "loop_in_a_deaf_write", "loop_over_statements")
SOFT = 0.25

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


@pytest.mark.parametrize("deed", [*STUCK, "interrupt_keyboard", "cancel", "exit_process"])
def test_a_lane_outlives_whatever_a_handler_does(deed: str) -> None:
    assert deed in MISDEEDS

    async def play() -> None:
        async with on_threads(PLUGINS) as threads:
            started = time.monotonic()
            assert sorted(await threads.say("alice", deed)) == ["early heard it", "zlate heard it"]
            assert time.monotonic() - started < 4 * SOFT + 0.5
            assert await threads.ask("SELECT plugin, hook FROM dead_letters") == [("unruly", "on_message")]
            assert await threads.say("alice", f"/do {deed}") == [
                "Something went wrong on our side; nothing was lost. The operators can see it."
            ]
            assert sorted(await threads.say("bob", "hello")) == ["early heard it", "zlate heard it"]
            assert threads.app.lanes.ended() == []

    asyncio.run(play())


class Slow(Plugin):
    """Takes most of the time that a handler may take."""

    name = "aslow"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Take a while, all of it in Python."""
        until = time.monotonic() + float(event.text.partition(" ")[2] or 0)
        while time.monotonic() < until:
            pass
        ctx.reply("slow but there")


class Slower(Slow):
    """Takes as long again."""

    name = "bslower"


def test_every_call_has_its_own_time() -> None:
    async def play() -> list[str]:
        async with on_threads([Slow, Slower], soft=0.5) as threads:
            return await threads.say("alice", "take 0.35")

    assert asyncio.run(play()) == ["slow but there"] * 2


def test_a_late_blow_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers that end just when they are about to be ended: each event is answered or put aside, never half of it."""
    monkeypatch.setattr("coterie.core.engine.breaker.THRESHOLD", 1000)

    async def play() -> None:
        async with on_threads([Early, Slow], soft=0.04) as threads:
            for number in range(20):
                # Most end about when the blow comes; two take so long that it must come, a quick one never feels it.
                take = 0.5 if number in (7, 15) else 0.04 + number % 10 * 0.002
                await threads.say_all((f"p{number}", f"take {take}"), (f"q{number}", "quick"))
            assert threads.app.lanes.ended() == []
            said = [message.shown() for message in threads.town.messages.values()]
            dead = dict(await threads.ask("SELECT plugin, count(*) FROM dead_letters GROUP BY plugin"))
            (kept,) = (await threads.ask("SELECT count(*) FROM early_notes"))[0]
            assert said.count("slow but there") + dead.get("aslow", 0) == 40
            assert kept == said.count("early heard it") == 40 - dead.get("early", 0)
            assert 0 < dead["aslow"] < 40, "some were ended, some were not"
            assert await threads.ask("SELECT count(*) FROM outbox") == [(0,)], "what was committed was also sent"
            assert all(worker.counts.lost == 0 for worker in threads.app.lanes.workers())

    asyncio.run(play())


class Lucky(Plugin):
    """Leaves its handler while a blow is on its way to it."""

    name = "lucky"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Work, and be late by a hair."""
        work(ctx, event.text)
        lane = threading.get_ident()
        watch = next(each.watch for each in WATCHED if each.thread == lane)
        watch.blow = 1

        def strike() -> None:
            while watch.busy:
                time.sleep(0.001)
            time.sleep(0.02)
            set_exception(lane, HandlerTimeout)
            watch.blow = 2

        threading.Thread(target=strike).start()


WATCHED: list[Watched] = []


def test_a_blow_that_comes_too_late_hits_nothing() -> None:
    async def play() -> None:
        async with on_threads([Early, Lucky], soft=20) as threads:
            assert isinstance(threads.app.lanes, ThreadLanes)
            WATCHED[:] = threads.app.lanes.watchdog._lanes
            for number in range(5):
                assert await threads.say("alice", f"hello {number}") == ["early heard it", "lucky heard it"]
            (worker,) = threads.app.lanes.workers()
            assert (worker.counts.replays, worker.counts.lost, worker.counts.failures) == (0, 0, {})

    asyncio.run(play())


class NoStore:
    """Stands where the lane's connection is."""

    def interrupt(self) -> None:
        """Nothing runs."""


def watched(watch: Watch) -> Watched:
    return Watched(threading.get_ident(), watch, NoStore())  # type: ignore[arg-type]


def test_a_blow_is_held_back_when_the_call_has_ended() -> None:
    call = Call("one", "on_message", print)
    watch = Watch(turn=1, call=call, busy=True)
    lane = watched(watch)
    dog = Watchdog([lane], lambda _: None, soft=0.01, hard=60)
    dog._look(lane, 0.0)
    watch.busy = False
    dog._strike(lane, call)
    watch.busy, watch.turn = True, 2
    dog._strike(lane, call)
    watch.turn, watch.call = 1, Call("two", "on_message", print)
    dog._strike(lane, call)
    assert watch.blow == 0


def test_a_blow_is_taken_back() -> None:
    call = Call("one", "on_message", print)
    watch = Watch(turn=1, call=call, busy=True)
    lane = watched(watch)
    dog = Watchdog([lane], lambda _: None, soft=0.01, hard=60)
    dog._look(lane, 0.0)
    hit = False
    try:
        dog._strike(lane, call)
    except HandlerTimeout:
        hit = True
    take_back(watch)
    assert watch.blow == 0
    assert hit, "one thread plays both parts here: the blow lands before anything can take it back"
    dog._strike(lane, Call("other", "on_message", print))
    take_back(watch)
    sum(range(1000))  # nothing is on its way any more


TRACED = """
import sys
from coterie.core.engine.fence import Watch
from coterie.core.engine.watchdog import take_back

take_back(Watch(turn=1, busy=False, blow=2))
sys.settrace(lambda *_: None)
print(sum(map(lambda number: number + 1, range(10))))
"""


def test_a_debugger_can_be_attached_after_a_blow_was_taken_back() -> None:
    """In a process of its own: what this looks for is a function that never gets past its first instruction."""
    done = subprocess.run([sys.executable, "-c", TRACED], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("55\n", "")


def test_the_culprit_is_named_when_nothing_helps() -> None:
    named: list[Call] = []
    call = Call("one", "on_message", print)
    lane = watched(Watch(turn=1, call=call, busy=True))
    dog = Watchdog([lane], named.append, soft=5, hard=10)
    dog._look(lane, 100.0)
    dog._look(lane, 104.0)
    assert named == []
    dog._look(lane, 110.5)
    assert named == [call]


# -- a handler that sleeps inside C code cannot be interrupted: the process starts anew

SCRIPT = """
    import asyncio, json, os, sys
    from dataclasses import replace

    from coterie.core.app import App
    from coterie.core.clock import Clock
    from coterie.core.testing.host import settings_for
    from coterie.core.testing.town import Town
    from tests.unruly import Early, Late, Unruly

    PLUGINS = [Early, Late, Unruly]

    async def main() -> None:
        settings = settings_for(PLUGINS, {}, {})
        core = settings.core.model_copy(update={"database": sys.argv[1]})
        runs = sys.argv[2]
        with open(runs, "a") as file:
            file.write("run\\n")
        again = len(open(runs).readlines()) > 1
        town = Town(Clock(), run=str(os.getpid()) if again else "")
        app = App(replace(settings, core=core), plugins=[p() for p in PLUGINS], platforms=[town.platform],
                  soft_limit=0.2, hard_limit=0.8)
        await app.start()
        olga, alice = town.persona("olga"), town.persona("alice")
        if not again:
            await town.set_standing(olga, "operator")
            await town.post(alice, "general", "hello")
        await asyncio.wait_for(town.post(alice, "general", "sleep" if not again else "/do divide"), 5)
        if not again:
            os._exit(9)  # the sleep came back: nobody was ended
        await town.post(alice, "general", "sleep")
        await asyncio.sleep(0.1)
        await app.settle()
        print(json.dumps({
            "general": [m.shown() for m in town.room("general").messages if m.author == "bot"],
            "olga": [m.shown() for m in town.room("dm:olga").messages],
            "paused": [row[:2] for row in app.breaker.paused()],
            "variable": os.environ.get("COTERIE_PAUSED"),
            "notes": await app.on_lane(None, lambda ctx: [tuple(r) for r in ctx.db.connection().exec_driver_sql(
                "SELECT plugin, words FROM early_notes ORDER BY id")]),
        }))
        await app.stop()

    asyncio.run(main())
"""


def test_a_process_that_cannot_end_a_handler_starts_anew_without_it(tmp_path: Path, empty_here: str) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT), encoding="utf-8")
    root = Path(__file__).parents[1]
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join((str(root / "typings"), str(root)))}
    environ.pop(PAUSED_VARIABLE, None)
    done = subprocess.run(
        [sys.executable, str(script), empty_here, str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        timeout=60,
        env=environ,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "runs").read_text() == "run\nrun\n", "exactly one restart"
    assert "plugin unruly does not come back from on_message" in done.stderr
    found = json.loads(done.stdout)
    assert found["paused"] == [["unruly", "on_message"]]
    assert found["variable"] is None
    assert any("unruly is paused at on_message" in words for words in found["olga"])
    assert found["general"][-2:] == ["early heard it", "zlate heard it"], "the event that hung is handled without it"
    assert found["notes"] == [["early", "hello"], ["zlate", "hello"], ["early", "sleep"], ["zlate", "sleep"]]


def test_a_restart_that_fails_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []

    def refuse(*_: object) -> None:
        raise OSError("no such file")

    monkeypatch.setattr(os, "execv", refuse)
    monkeypatch.setattr(os, "_exit", ended.append)
    monkeypatch.delenv(PAUSED_VARIABLE, raising=False)
    give_up(Call("one", "on_message", print))
    assert ended == [70]
    assert os.environ.pop(PAUSED_VARIABLE) == "one|on_message"
