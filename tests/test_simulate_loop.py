"""The loop of a simulation: what waits for nothing is told, and where it waits."""

from __future__ import annotations

import asyncio
import threading

import pytest

from coterie.core.testing.play.hosting import recipe_for
from coterie.core.testing.simulate import loop, running
from coterie.core.testing.simulate.loop import Stuck, run_alone
from coterie.core.testing.simulate.running import replayed


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PATIENCE", 0.2)


async def never() -> None:
    await asyncio.get_running_loop().create_future()


async def stubborn() -> None:
    try:
        await never()
    finally:
        await never()


def test_what_waits_for_nothing_is_told() -> None:
    with pytest.raises(Stuck, match=r"^never:\d+$"):
        run_alone(never())


def test_so_is_what_waits_when_it_is_cancelled() -> None:
    with pytest.raises(Stuck, match=r"^stubborn:\d+ > never:\d+$"):
        run_alone(stubborn())


def test_a_thread_with_a_timer_is_waited_for() -> None:
    async def work() -> str:
        here = asyncio.get_running_loop()
        done = here.create_future()
        waits = threading.Timer(0.5, lambda: here.call_soon_threadsafe(done.set_result, "drawn"))
        waits.start()
        async with asyncio.timeout(10):
            return str(await done)

    assert run_alone(work()) == "drawn"


def test_a_town_that_is_stuck_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stuck(*_: object) -> list[str]:
        await never()
        return []

    monkeypatch.setattr(running, "_step", stuck)
    outcome = replayed(recipe_for(simulation=True), 1, ["wait 1d"])
    assert outcome.lines == ["wait 1d"]
    assert outcome.kind.startswith("nothing goes on any more, and these wait: ")
    assert "stuck:# > never:#" in outcome.kind
