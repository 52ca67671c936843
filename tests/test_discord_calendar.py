"""Gatherings in a Discord server's own calendar."""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

import pytest

from coterie.adapters.discord.reading.fields import EPOCH
from coterie.core.actions import CallOff, Reschedule, Schedule
from coterie.core.platform import Refused, RetryLater, Uncertain
from tests.discord_extras_kit import DELIVERY, DIRECT, SPACE, Verbs, refused, sent
from tests.discord_reading_kit import BOT, GUILD

pytestmark = pytest.mark.asyncio

EVENTS = f"/guilds/{GUILD}/scheduled-events"
EVENT = f"{EVENTS}/42"
STARTS = 4_000_000_000_000
ENDS = STARTS + 7_200_000


def gathering(**fields: Any) -> Schedule:
    known: dict[str, Any] = {"where": SPACE, "ref": 1, "title": "Karaoke", "starts": STARTS, "ends": ENDS}
    return Schedule(**{**known, "text": "Bring a song", "place": "The lounge", **fields})


def change(**fields: Any) -> Reschedule:
    known: dict[str, Any] = {"where": SPACE, "ref": 1, "title": "Karaoke", "starts": STARTS, "ends": ENDS}
    return Reschedule(**{**known, **fields})


async def test_a_gathering_is_put_in_the_calendar() -> None:
    platform = Verbs()
    platform.script.answer("POST", EVENTS, {"id": "42"})
    assert await platform.schedule(gathering(), DELIVERY) == "42"
    assert platform.script.body(f"POST {EVENTS}") == {
        "name": "Karaoke",
        "description": "Bring a song",
        "entity_type": 3,
        "entity_metadata": {"location": "The lounge"},
        "channel_id": None,
        "scheduled_start_time": "2096-10-02T07:06:40.000+00:00",
        "scheduled_end_time": "2096-10-02T09:06:40.000+00:00",
        "privacy_level": 2,
    }


async def test_words_are_cut_to_what_discord_takes_and_a_place_there_must_be() -> None:
    platform = Verbs()
    platform.script.answer("POST", EVENTS, {"id": "42"})
    await platform.schedule(gathering(title="x" * 101, text="y" * 1001, place=" "), DELIVERY)
    body = platform.script.body(f"POST {EVENTS}")
    assert (len(body["name"]), len(body["description"])) == (100, 1000)
    assert body["name"].endswith("…")
    assert body["entity_metadata"] == {"location": "Harbour"}


async def test_what_should_have_begun_begins_soon() -> None:
    platform = Verbs()
    platform.script.answer("POST", EVENTS, {"id": "42"})
    await platform.schedule(gathering(starts=1), DELIVERY)
    begins = datetime.fromisoformat(platform.script.body(f"POST {EVENTS}")["scheduled_start_time"]).timestamp()
    assert time.time() < begins < time.time() + 60


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"starts": 1, "ends": 2}, "time is over"),
        ({"ends": STARTS}, "ends before it starts"),
        ({"title": " "}, "must have a title"),
        ({"ends": 10**18}, "no calendar goes that far"),
        ({"where": DIRECT}, "no Discord server"),
    ],
)
async def test_what_no_calendar_takes_is_refused_without_asking(fields: Any, why: str) -> None:
    platform = Verbs()
    with pytest.raises(Refused, match=why):
        await platform.schedule(gathering(**fields), DELIVERY)
    assert platform.script.log == []


@pytest.mark.parametrize(("code", "why"), [(50013, "Create Events"), (30038, "as many planned events")])
async def test_a_gathering_that_cannot_be_is_told_in_plain_words(code: int, why: str) -> None:
    platform = Verbs()
    platform.script.answer("POST", EVENTS, refused(code))
    with pytest.raises(Refused, match=why):
        await platform.schedule(gathering(), DELIVERY)


async def test_a_gathering_of_which_nobody_knows_is_looked_for_before_another_is_made() -> None:
    platform = Verbs()
    platform.script.answer("POST", EVENTS, None)
    with pytest.raises(Uncertain):
        await platform.schedule(gathering(), DELIVERY)
    fresh = str((STARTS - EPOCH) << 22)
    found = {"id": fresh, "name": "Karaoke", "creator_id": BOT, "guild_id": GUILD}
    platform.script.answer("GET", EVENTS, [{**found, "creator_id": "1"}, found])
    assert await platform.schedule(gathering(), DELIVERY) == fresh


async def test_a_change_says_everything_anew_but_a_start_that_has_passed() -> None:
    platform = Verbs()
    await platform.reschedule(change(title="Dancing"), sent("42"))
    assert platform.script.body(f"PATCH {EVENT}")["name"] == "Dancing"
    assert "scheduled_start_time" in platform.script.body(f"PATCH {EVENT}")
    await platform.reschedule(change(starts=1), sent("42"))
    assert "scheduled_start_time" not in platform.script.body(f"PATCH {EVENT}")


async def test_a_change_of_what_is_gone_is_refused() -> None:
    platform = Verbs()
    platform.script.answer("PATCH", EVENT, refused(10070), refused(180000))
    for why in ("not in the calendar any more", "is over"):
        with pytest.raises(Refused, match=why):
            await platform.reschedule(change(), sent("42"))
    for native in ("", "x", "1,2"):
        with pytest.raises(Refused, match="no such gathering"):
            await platform.reschedule(change(), sent(native))


@pytest.mark.parametrize(("status", "told"), [(1, 4), (2, 3), (3, None), (4, None)])
async def test_what_is_planned_is_called_off_and_what_is_on_ends(status: int, told: int | None) -> None:
    platform = Verbs()
    platform.script.answer("GET", EVENT, {"id": "42", "status": status})
    assert await platform.call_off(CallOff(where=SPACE, ref=1), sent("42")) == ""
    expected = [(f"GET {EVENT}", None)] + ([] if told is None else [(f"PATCH {EVENT}", {"status": told})])
    assert platform.script.log == expected


async def test_what_is_gone_or_over_meanwhile_is_called_off() -> None:
    platform = Verbs()
    platform.script.answer("GET", EVENT, refused(10070), {"status": 1}, {"status": 1}, RetryLater(1))
    platform.script.answer("PATCH", EVENT, refused(180000), refused(10070))
    for _ in range(3):
        assert await platform.call_off(CallOff(where=SPACE, ref=1), sent("42")) == ""
    with pytest.raises(RetryLater):
        await platform.call_off(CallOff(where=SPACE, ref=1), sent("42"))
