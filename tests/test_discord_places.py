"""Direct chats are opened once, and no faster than Discord likes."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from coterie.adapters.discord.calls import Calls
from coterie.adapters.discord.places import AT_ONCE, FEW, LATER, OPENINGS, Places
from coterie.core.platform import Refused, RetryLater

pytestmark = pytest.mark.asyncio


class Doors:
    """Opens every direct chat, and counts."""

    def __init__(self) -> None:
        self.opened: list[str] = []

    async def call(self, method: str, path: str, body: Any, **_: Any) -> Any:
        self.opened.append(body["recipient_id"])
        return {"id": f"9{body['recipient_id']}"}


async def test_a_direct_chat_is_opened_once() -> None:
    doors = Doors()
    kept = Places(cast(Calls, doors))
    assert [await kept.channel("u:7") for _ in range(3)] == ["97"] * 3
    assert await kept.channel("12") == "12"
    assert doors.opened == ["7"]
    with pytest.raises(Refused):
        await kept.channel("u:nobody")


async def test_what_came_too_late_for_an_answer_waits_for_no_direct_chat() -> None:
    doors = Doors()
    kept = Places(cast(Calls, doors))
    others = [asyncio.create_task(kept.channel(f"u:{number}")) for number in range(AT_ONCE + FEW)]
    await asyncio.sleep(0)
    with pytest.raises(RetryLater) as caught:
        await kept.channel("u:777", patient=False)
    assert caught.value.seconds == LATER
    assert not caught.value.everywhere
    await asyncio.gather(*others)
    assert await kept.channel("u:777", patient=False) == "9777"


async def test_many_direct_chats_are_opened_in_turn_and_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []

    async def nap(seconds: float) -> None:
        naps.append(seconds)

    monkeypatch.setattr(asyncio, "sleep", nap)
    now = [1000.0]
    kept = Places(cast(Calls, Doors()), lambda: now[0])
    await asyncio.gather(*(kept.channel(f"u:{number}") for number in range(AT_ONCE + 20)))
    assert naps == pytest.approx([(number + 1) / OPENINGS for number in range(20)])
    now[0] += 60
    await kept.channel("u:9999")
    assert len(naps) == 20, "after a quiet time nobody waits"
