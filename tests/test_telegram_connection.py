"""Taking updates in: what is committed before an update counts as taken, and which chats are heard."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest

from coterie.adapters.telegram.served import Served
from coterie.core.events import ButtonTapped, MessagePosted, SpaceMoved, Where
from tests.hostile import STRINGS
from tests.telegram_connection_kit import (
    BOT,
    GROUP,
    NOBODYS,
    STORE_DOWN,
    Bench,
    said,
    spin,
    tapped,
    until,
    writers,
)

pytestmark = pytest.mark.asyncio
NEVER = 1000.0
"""Seconds that no test waits."""


async def test_an_update_is_taken_when_its_event_is_committed() -> None:
    bench = Bench()
    bench.inbox.hold = True
    taking = asyncio.create_task(bench.intake.take(said(1)))
    await spin()
    assert [type(event) for event in bench.inbox.events] == [MessagePosted]
    assert bench.inbox.events[0].key == f"telegram:{BOT}:1"
    assert not taking.done()
    bench.inbox.commit(0)
    await taking


async def test_updates_reach_their_lanes_in_the_order_of_the_calls() -> None:
    bench = Bench()
    bench.inbox.hold = True
    takings = [asyncio.create_task(bench.intake.take(said(number, who=number))) for number in range(100, 160)]
    await spin(2)
    assert writers(bench.inbox) == [str(number) for number in range(100, 160)]
    for number in reversed(range(60)):
        bench.inbox.commit(number)
    await asyncio.gather(*takings)


async def test_a_failing_store_makes_the_update_come_again() -> None:
    bench = Bench()
    bench.inbox.errors = [STORE_DOWN]
    with pytest.raises(ConnectionError):
        await bench.intake.take(said(1))
    await bench.intake.take(said(1))
    first, second = bench.inbox.events
    assert first.key == second.key, "the second delivery is known by its key"


async def test_one_of_several_events_that_fails_fails_the_update() -> None:
    bench = Bench()
    bench.inbox.errors = [None, STORE_DOWN]
    moved = said(9, text="", new_chat_members=[{"id": number, "is_bot": False, "first_name": "x"} for number in (1, 2)])
    del moved["message"]["text"]
    with pytest.raises(ConnectionError):
        await bench.intake.take(moved)
    assert len(bench.inbox.events) == 2


async def test_a_place_that_belongs_to_nobody_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    bench.inbox.errors = [NOBODYS, NOBODYS, NOBODYS]
    with caplog.at_level(logging.INFO, "coterie.adapters.telegram"):
        await bench.intake.take(said(1))
        await bench.intake.take(said(2))
        await bench.intake.take(said(3, where=-100300))
    assert [line.count(str(GROUP)) for line in caplog.messages] == [2, 0]
    assert '{ platform = "telegram", id = -100300 }' in caplog.messages[1]


async def test_what_cannot_be_put_on_a_lane_at_all_is_dropped(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()

    def refuse(event: Any) -> Any:
        raise ValueError("no lane takes this")

    bench.inbox.submit = refuse  # type: ignore[method-assign]
    await bench.intake.take(said(1))
    assert "dropped" in caplog.text


@pytest.mark.parametrize("junk", [{}, {"update_id": "x"}, {"update_id": 1, "message": []}, {"update_id": 1, "poll": 3}])
async def test_what_makes_no_sense_is_passed_over(junk: dict[str, Any]) -> None:
    bench = Bench()
    await bench.intake.take(junk)
    assert bench.inbox.events == []


def named(update: dict[str, Any], name: str) -> dict[str, Any]:
    """The same from somebody of another name."""
    update["message"]["from"]["first_name"] = name
    return update


async def test_hostile_words_arrive() -> None:
    bench = Bench()
    for number, text in enumerate(STRINGS):
        await bench.intake.take(named(said(number, text or "x"), text))
    assert len(bench.inbox.events) == len(STRINGS)


# -- chats that are served


async def test_only_chats_of_the_configuration_are_served(caplog: pytest.LogCaptureFixture) -> None:
    served = Served()
    bench = Bench(served=served)
    await bench.intake.take(said(1))
    assert len(bench.inbox.events) == 1, "as long as nobody says what is served, everything is"
    served.name(["-100999"])
    await bench.intake.take(said(2))
    await bench.intake.take(said(3))
    assert len(bench.inbox.events) == 1
    assert caplog.text.count("is not served") == 1
    served.name([str(GROUP)])
    await bench.intake.take(said(4))
    assert len(bench.inbox.events) == 2


async def test_chats_win_over_what_communities_name() -> None:
    served = Served(["-100999"])
    served.name([str(GROUP)])
    bench = Bench(served=served)
    await bench.intake.take(said(1))
    await bench.intake.take(said(2, where=-100999))
    assert [event.where and event.where.space for event in bench.inbox.events] == ["-100999"]
    assert served.known == {"-100999"}


async def test_a_star_serves_every_chat_and_direct_chats_always_are() -> None:
    everywhere, nowhere = Served(["*"]), Served()
    everywhere.name([])
    nowhere.name([])
    room = MessagePosted(key="k", text="x", where=Where("telegram", str(GROUP), str(GROUP)))
    direct = MessagePosted(key="k", text="x", where=Where("telegram", "7", "", "dm"))
    assert [each.allows(room) for each in (everywhere, nowhere)] == [True, False]
    assert everywhere.allows(direct)
    assert nowhere.allows(direct)


async def test_a_group_that_moves_stays_served(caplog: pytest.LogCaptureFixture) -> None:
    moves: list[tuple[str, str]] = []
    served = Served(["-5"])
    bench = Bench(served=served, moved=lambda old, new: moves.append((old, new)))
    old = {"id": -5, "type": "group", "title": "Old"}
    await bench.intake.take(
        {
            "update_id": 1,
            "message": {"message_id": 1, "date": 1, "chat": old, "migrate_to_chat_id": -1005, "from": {"id": 1}},
        }
    )
    assert [type(event) for event in bench.inbox.events] == [SpaceMoved]
    assert moves == [("-5", "-1005")]
    await bench.intake.take(said(2, where=-1005))
    assert len(bench.inbox.events) == 2
    assert "put that in place of the old one" in caplog.text


async def test_so_many_unknown_chats_are_forgotten_again() -> None:
    served = Served(["-1"])
    for number in range(1500):
        where = Where("telegram", f"-9{number}", f"-9{number}")
        assert not served.allows(MessagePosted(key="k", text="x", where=where))
    assert len(served._told) == 1000


# -- taps


async def test_a_tap_is_opened_before_its_event_and_closed_after_its_commit() -> None:
    bench = Bench(close_after=0)
    bench.inbox.hold = True
    taking = asyncio.create_task(bench.intake.take(tapped(1, "q1")))
    await spin()
    assert bench.queries.open == ["q1"]
    assert [type(event) for event in bench.inbox.events] == [ButtonTapped]
    assert bench.queries.closed == []
    bench.inbox.commit(0)
    await taking
    await until(lambda: bench.queries.closed == ["q1"])


async def test_closing_a_tap_holds_up_nobody_and_happens_at_the_end_at_once() -> None:
    bench = Bench(close_after=NEVER)
    await bench.intake.take(tapped(1, "q1"))
    await spin()
    assert bench.queries.closed == [], "an answer may still come"
    await bench.intake.finish()
    assert bench.queries.closed == ["q1"]


async def test_a_tap_whose_answer_waits_for_its_turn_is_left_to_that() -> None:
    bench = Bench(close_after=0)
    bench.queries.waiting = {"q1"}
    await bench.intake.take(tapped(1, "q1"))
    await bench.intake.take(tapped(2, "q2"))
    await until(lambda: bench.queries.closed)
    await bench.intake.finish()
    assert bench.queries.closed == ["q2"]


async def test_a_tap_in_a_foreign_chat_stops_spinning_at_once() -> None:
    bench = Bench(served=Served(["-1"]), close_after=NEVER)
    await bench.intake.take(tapped(1, "q1"))
    await until(lambda: bench.queries.closed == ["q1"])


async def test_a_tap_that_could_not_be_committed_stays_open() -> None:
    bench = Bench(close_after=0)
    bench.inbox.errors = [STORE_DOWN]
    with pytest.raises(ConnectionError):
        await bench.intake.take(tapped(1, "q1"))
    await spin()
    assert bench.queries.closed == []
