"""What open pages are told: a snapshot, then each change once; and what a restart finds in the state file."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Protocol
from unittest.mock import Mock

import pytest
from aiohttp import ClientWebSocketResponse

from coterie.adapters.sandbox import SandboxAdapter, SandboxConfig
from coterie.adapters.sandbox.hub import MOST_BEHIND, Page
from coterie.adapters.sandbox.views import PER_ROOM
from coterie.core.actions import (
    Ban,
    CloseTopic,
    EditMessage,
    Mute,
    OpenForm,
    OpenTopic,
    Pin,
    SendInvoice,
    SendMessage,
    SendPoll,
)
from coterie.core.cards import Card, Field, Question
from coterie.core.clock import MovableClock, ShiftedClock
from coterie.core.events import Where
from coterie.core.platform import Delivery, Picture
from coterie.core.text import bold
from tests.sandbox_kit import GRAB, Desk, FakeStage, hear, served

pytestmark = pytest.mark.asyncio


async def say(socket: ClientWebSocketResponse, body: Mapping[str, Any]) -> None:
    await socket.send_str(json.dumps(dict(body)))


async def test_a_page_gets_a_snapshot_and_then_the_changes() -> None:
    async with served() as play, play.client.ws_connect("/ws") as socket:
        card = await play.says(GRAB)
        await say(socket, {"do": "hello"})
        all_ = await hear(socket, "all")
        assert [person["key"] for person in all_["people"]] == ["alice", "bob", "carol", "dave"]
        assert [room["title"] for room in all_["rooms"]] == ["#general", "#market"]
        assert [message["id"] for message in all_["messages"]] == [card]
        await say(socket, {"id": 7, "do": "post", "persona": "bob", "room": "general", "text": "<b>hi</b>"})
        assert await hear(socket, "done") == {"kind": "done", "id": 7}
        change = await hear(socket, "change")
        assert change["after"] <= all_["seq"] < change["seq"]
        assert change["messages"][-1]["text"] == "<b>hi</b>"
        assert "people" not in change


async def test_people_rooms_and_time_are_sent_when_they_change() -> None:
    async with served(clock=ShiftedClock()) as play, play.client.ws_connect("/ws") as socket:
        await say(socket, {"do": "hello"})
        before = (await hear(socket, "all"))["clock"]
        assert before["runs"] is True
        await say(socket, {"id": 1, "do": "advance", "ms": 3_600_000})
        assert (await hear(socket, "change"))["clock"]["now"] >= before["now"] + 3_600_000
        await say(socket, {"id": 2, "do": "person", "name": "Zoe"})
        assert (await hear(socket, "change"))["people"][-1]["name"] == "Zoe"
        # A direct chat comes into being with its first message.
        await say(socket, {"id": 3, "do": "post", "persona": "zoe", "room": "dm:zoe", "text": "/help"})
        frame = await hear(socket, "change")
        assert (frame["rooms"][-1]["id"], frame["rooms"][-1]["owner"]) == ("dm:zoe", "zoe")


async def test_a_page_that_was_away_gets_only_what_it_missed() -> None:
    async with served() as play:
        first = await play.says(GRAB)
        async with play.client.ws_connect("/ws") as socket:
            await say(socket, {"do": "hello"})
            known = await hear(socket, "all")
        await play.says(Card(text="while you were away"))
        edit = EditMessage(where=play.town.room("general").where, ref=1, card=Card(text="gone"))
        await play.adapter.platform.edit(edit, Delivery(key="e", native=first))
        async with play.client.ws_connect("/ws") as socket:
            await say(socket, {"do": "hello", "run": known["run"], "since": known["seq"]})
            missed = await hear(socket, "change")
            assert missed["after"] == known["seq"]
            assert {message["card"]["text"] for message in missed["messages"]} == {"while you were away", "gone"}
            await say(socket, {"do": "hello", "run": "another", "since": known["seq"]})
            assert len((await hear(socket, "all"))["messages"]) == 2
            await say(socket, {"do": "hello", "run": known["run"], "since": 10**9})
            assert (await hear(socket, "all"))["seq"] == play.town.seq


async def test_a_flood_of_acts_is_answered_completely() -> None:
    async with served() as play, play.client.ws_connect("/ws") as socket:
        await say(socket, {"do": "hello"})
        for number in range(1, 601):
            await say(socket, {"id": number, "do": "post", "persona": "bob", "room": "general", "text": f"{number}"})
        answered, shown = set[int](), dict[str, str]()
        async with asyncio.timeout(20):
            while len(answered) < 600 or len(shown) < 600:
                frame = json.loads(await socket.receive_str())
                if frame["kind"] == "done":
                    assert "error" not in frame
                    answered.add(frame["id"])
                else:
                    shown |= {message["id"]: message["text"] for message in frame["messages"]}
        assert sorted(shown.values(), key=int) == [str(number) for number in range(1, 601)]


async def test_earlier_messages_come_page_by_page() -> None:
    async with served() as play, play.client.ws_connect("/ws") as socket:
        for number in range(PER_ROOM + 30):
            play.town.say(play.town.room("general"), "joined", play.town.persona("bob"), str(number))
        await say(socket, {"do": "hello"})
        shown = await hear(socket, "all")
        assert len(shown["messages"]) == PER_ROOM
        assert shown["rooms"][0]["more"] is True
        await say(socket, {"id": 1, "do": "earlier", "room": "general", "before": shown["messages"][0]["id"]})
        earlier = await hear(socket, "done")
        assert [message["text"] for message in earlier["messages"]] == [str(number) for number in range(30)]
        assert earlier["more"] is False
        assert earlier["messages"][-1]["order"] < shown["messages"][0]["order"]


async def test_a_page_far_behind_is_cut_off() -> None:
    transport = Mock()
    page = Page(transport)
    page.push("x" * MOST_BEHIND)
    transport.abort.assert_not_called()
    page.push("x")
    transport.abort.assert_called_once()


async def test_pages_are_closed_when_the_application_stops() -> None:
    async with served() as play, play.client.ws_connect("/ws") as socket:
        await say(socket, {"do": "hello"})
        await hear(socket, "all")
        await play.adapter.platform.stop()
        async with asyncio.timeout(5):
            await socket.receive()
        assert socket.close_code == 1001


class Furnish(Protocol):
    def __call__(self) -> SandboxAdapter: ...


@pytest.fixture
def furnished(tmp_path: Path) -> Iterator[Furnish]:
    """Makes playgrounds over one state file, each as a fresh process would."""
    made: list[SandboxAdapter] = []

    def furnish() -> SandboxAdapter:
        path = str(tmp_path / "deep" / "town.jsonl")
        made.append(SandboxAdapter(SandboxConfig(state=path, people=("Alice", "Bob"), rooms=("general",))))
        return made[-1]

    yield furnish
    for adapter in made:
        assert adapter.notebook is not None
        adapter.notebook.close()


async def test_a_restart_shows_the_same_rooms(furnished: Furnish) -> None:
    adapter = furnished()
    town, platform = adapter.town, adapter.platform
    adapter.attach(FakeStage(ShiftedClock()))
    await platform.start(Desk())
    where, bob = town.room("general").where, town.persona("bob")
    rich = Card(title=bold("A packet"), fields=(Field("Left", "3"),), buttons=GRAB.buttons, pings=(5,))
    native = await platform.send(SendMessage(where=where, ref=1, card=rich), Delivery(key="k1"))
    town.messages[native].pictures = (Picture(b"\x89PNG", "image/png", "a chart"),)
    form = OpenForm(where=where, token="f", to=bob.who, title="F", questions=(Question("a", "A"),), errors={"a": "no"})
    await platform.open_form(form, Delivery(key="k2"))
    bill = SendInvoice(where=where, ref=2, to=bob.who, invoice="i", title="T", description="", amount=5, currency="XTR")
    await platform.send_invoice(bill, Delivery(key="k3"))
    town.react(bob, town.messages[native], "🎉")
    town.post(bob, "dm:bob", "only for the bot")
    town.set_standing(town.persona("alice"), "member")
    town.leave(bob)
    town.persona("Erin", "discord")
    room = town.room("quiz")
    town.tell(None)
    seen = {m.id: (m.shown(), m.private_to, m.room, m.reactions, m.pictures) for m in town.messages.values()}
    await platform.stop()

    again = furnished()
    assert {
        m.id: (m.shown(), m.private_to, m.room, m.reactions, m.pictures) for m in again.town.messages.values()
    } == seen
    assert list(again.town.people) == ["alice", "bob", "erin@discord"]
    assert (again.town.people["alice"].standing, again.town.people["bob"].present) == ("member", False)
    assert room.id in again.town.rooms
    assert again.town.run != town.run
    earlier = await again.platform.send(SendMessage(where=where, ref=1, card=rich), Delivery(key="k1"))
    assert earlier == native, "what was sent before a crash is not sent again"
    fresh = await again.platform.send(SendMessage(where=where, ref=3, card=rich), Delivery(key="k9"))
    assert fresh not in seen


async def test_a_restart_keeps_polls_topics_pins_and_who_may_do_what(furnished: Furnish) -> None:
    adapter = furnished()
    town, platform = adapter.town, adapter.platform
    adapter.attach(FakeStage(ShiftedClock()))
    await platform.start(Desk())
    where, bob = town.room("general").where, town.persona("bob")
    poll = SendPoll(where=where, ref=1, question="Drink?", options=("Tea", "Coffee"), correct=(0,))
    native = await platform.send_poll(poll, Delivery(key="p1"))
    message = town.messages[native.partition("/")[0]]
    town.vote(bob, message, (1,))
    await platform.pin(Pin(where=where, ref=1), Delivery(key="p2", native=message.id))
    topic = await platform.open_topic(OpenTopic(where=where, ref=2, title="Help desk"), Delivery(key="t1"))
    await platform.close_topic(CloseTopic(where=town.rooms[topic].where), Delivery(key="t2"))
    space = Where("sandbox", "", town.space)
    await platform.mute(Mute(where=space, to=bob.who, until=0), Delivery(key="o1"))
    await platform.ban(Ban(where=space, to=bob.who, until=5), Delivery(key="o2"))
    town.block(bob)
    await platform.stop()

    again = furnished()
    kept = again.town.messages[message.id]
    assert (kept.poll, kept.votes, kept.pinned, kept.shown()) == (poll, {"bob": (1,)}, True, message.shown())
    room = again.town.rooms["help-desk"]
    assert (room.where, room.closed) == (town.rooms["help-desk"].where, True)
    somebody = again.town.people["bob"]
    assert (somebody.muted, somebody.banned, somebody.blocked) == (0, 5, True)
    assert await again.platform.send_poll(poll, Delivery(key="p1")) == native, "a poll is not sent twice either"


async def test_what_a_crash_interrupted_is_handed_in_again(furnished: Furnish) -> None:
    adapter, desk = furnished(), Desk()
    adapter.attach(FakeStage())
    await adapter.platform.start(desk)
    bob = adapter.town.persona("bob")
    await adapter.town.post(bob, "general", "committed")
    await asyncio.sleep(0)
    desk.hold = True
    lost = adapter.town.post(bob, "general", "interrupted")
    assert not lost.done()
    # The process ends here: nobody stops the platform, nothing is told that it failed.
    again, fresh = furnished(), Desk()
    again.attach(FakeStage())
    await again.platform.start(fresh)
    assert fresh.kinds() == ["MessagePosted"]
    assert fresh.events[-1] == desk.events[-1]
    await asyncio.sleep(0)
    third, last = furnished(), Desk()
    await third.platform.start(last)
    assert last.kinds() == []


async def test_a_torn_line_is_left_out(furnished: Furnish, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "town.jsonl"
    adapter = furnished()
    adapter.town.say(adapter.town.room("general"), "joined", adapter.town.persona("bob"), "first")
    adapter.town.say(adapter.town.room("general"), "joined", adapter.town.persona("bob"), "second")
    await adapter.platform.stop()
    path.write_bytes(path.read_bytes()[:-20])
    again = furnished()
    assert [message.text for message in again.town.messages.values()] == ["first"]
    again.town.say(again.town.room("general"), "joined", again.town.persona("bob"), "third")
    await again.platform.stop()
    lines = path.read_bytes().splitlines()
    assert all(json.loads(line) for line in lines)
    assert [message.text for message in furnished().town.messages.values()] == ["first", "third"]


async def test_an_outgrown_file_is_tidied(furnished: Furnish, tmp_path: Path) -> None:
    path = tmp_path / "deep" / "town.jsonl"
    adapter = furnished()
    message = adapter.town.say(adapter.town.room("general"), "joined", adapter.town.persona("bob"), "0")
    for number in range(1, 700):
        message.text = str(number)
        adapter.town.changed(message)
    await adapter.platform.stop()
    grown = path.stat().st_size
    again = furnished()
    assert again.town.messages[message.id].text == "699"
    assert path.stat().st_size < grown / 50
    await again.platform.stop()
    assert furnished().town.messages[message.id].text == "699"


async def test_time_does_not_go_back_over_a_restart(furnished: Furnish) -> None:
    adapter = furnished()
    stage = FakeStage(ShiftedClock())
    adapter.attach(stage)
    await stage.advance(5 * 86_400_000)
    late = adapter.town.say(adapter.town.room("general"), "joined", adapter.town.persona("bob"), "late").at
    await adapter.platform.stop()
    again, clock = furnished(), ShiftedClock()
    again.attach(FakeStage(clock))
    assert clock.now() >= late
    fixed = furnished()
    fixed.attach(FakeStage(MovableClock()))
    assert fixed.views.clock() == {"now": MovableClock().now(), "runs": False, "zone": ""}
