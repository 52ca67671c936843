"""Polls, pins and topics: from a plugin through the sender to the platform, and back as answers."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.actions import ClosePoll, OpenTopic, Pin, SendPoll, Unpin, native_parts
from coterie.core.api import Context, MessageDelivered, Plugin, PollAnswered, Where, Who, command
from coterie.core.cli.play import run_play
from coterie.core.platform import Limits, Refused, RetryLater, Uncertain
from coterie.core.testing import NoSuchPoll, NotPermitted
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.retention import FORGET_MESSAGES
from tests.engine_kit import two_communities
from tests.sender_kit import Desk, Fake, KeyedFake, turn, where

HEARD: list[tuple[Any, ...]] = []
"""What plugins of this module were told; a plugin itself keeps nothing."""


@pytest.fixture(autouse=True)
def silence() -> None:
    HEARD.clear()


class Asker(Plugin):
    """Sends polls, pins things, opens topics."""

    name = "asker"

    @command("ask")
    def ask(self, ctx: Context, how: str = "plain") -> None:
        """Ask."""
        more: dict[str, dict[str, Any]] = {
            "plain": {},
            "several": {"several": True},
            "quiz": {"correct": 0, "explanation": "Leaves."},
            "secret": {"anonymous": True},
            "hour": {"closes_in": "1h"},
        }
        ref = ctx.poll(ctx.where, "Tea or coffee?", ["Tea", "Coffee", "Nothing"], **more[how])
        ctx.pin(ref, loud=True)
        HEARD.append(("asked", ref))

    @command("end")
    def end(self, ctx: Context, ref: str) -> None:
        """End a poll."""
        ctx.close_poll(int(ref))
        ctx.unpin(int(ref))

    @command("topic")
    def topic(self, ctx: Context) -> None:
        """Open a topic."""
        HEARD.append(("wanted", ctx.open_topic(ctx.where, "Help desk")))

    @command("shut")
    def shut(self, ctx: Context) -> None:
        """Close this topic."""
        ctx.close_topic(ctx.where)

    @command("note")
    def note(self, ctx: Context) -> None:
        """A pinned card."""
        ref = ctx.reply("rules")
        ctx.pin(ref)
        HEARD.append(("noted", ref))

    @command("drop")
    def drop(self, ctx: Context, ref: str) -> None:
        """Take a message away."""
        ctx.delete(int(ref))

    def on_poll_answer(self, event: PollAnswered, ctx: Context) -> None:
        HEARD.append((ctx.member.name, event.options, event.ref, ctx.where.channel))
        ctx.reply(f"{ctx.member.name} has chosen")

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        HEARD.append((event.state, event.ref, event.native))
        if event.state == "sent":
            ctx.reply("Ask here")


class Other(Plugin):
    """Has nothing to do with anybody's polls."""

    name = "other"

    def on_poll_answer(self, event: PollAnswered, ctx: Context) -> None:
        HEARD.append(("other", event.ref))


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    return town_factory(plugins=[Asker, Other])


def asked() -> int:
    """The ref of the newest poll."""
    return next(int(each[1]) for each in reversed(HEARD) if each[0] == "asked")


# -- polls


def test_answers_reach_the_plugin_that_asked(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/ask")
    ref = asked()
    assert bob.sees(re.compile(r"Tea or coffee\?\nTea: 0\nCoffee: 0"))
    assert town.pins("Tea or coffee?")
    bob.votes("Coffee")
    bob.votes("tea")
    bob.votes()
    assert HEARD[1:] == [("Bob", (1,), ref, "general"), ("Bob", (0,), ref, "general"), ("Bob", (), ref, "general")]
    assert town.shows(re.compile(r"^Tea: 0$", re.MULTILINE))


def test_what_a_poll_does_not_allow_is_told(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    with pytest.raises(NoSuchPoll):
        bob.votes("Tea")
    alice.says("/ask")
    with pytest.raises(NotPermitted, match="one option"):
        bob.votes("Tea", "Coffee")
    alice.says("/ask several")
    bob.votes("Tea", "Coffee")
    assert HEARD[-1][:2] == ("Bob", (0, 1))
    alice.says("/ask quiz")
    bob.votes("Tea")
    with pytest.raises(NotPermitted, match="already"):
        bob.votes("Coffee")
    alice.says(f"/end {asked()}")
    assert town.shows("Tea: 1 (correct)")
    assert town.shows("Leaves.")
    with pytest.raises(AssertionError):
        town.pins("(closed)")
    with pytest.raises(NotPermitted, match="closed"):
        alice.votes("Tea")


def test_nobody_hears_of_an_anonymous_poll(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/ask secret")
    bob.votes("Tea")
    assert [each[0] for each in HEARD] == ["asked"]
    assert town.shows("Tea: 1")


def test_a_poll_ends_by_itself_also_after_a_restart(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/ask hour")
    town.restart()
    town.wait(minutes=59)
    bob.votes("Tea")
    assert town.shows_not("(closed)")
    town.wait(minutes=1)
    assert town.shows("Tea or coffee? (closed)")
    with pytest.raises(NotPermitted):
        bob.votes("Coffee")


def test_a_poll_that_was_closed_early_has_no_timer_left(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/ask hour")
    alice.says(f"/end {asked()}")
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM timers"))) == 0


@pytest.mark.parametrize(
    "event",
    [
        PollAnswered(key="x1", who=Who("sandbox", "eve"), poll="poll-nobody-knows", options=(0,)),
        PollAnswered(key="x2", who=Who("sandbox", "eve"), poll="", options=(0,)),
        PollAnswered(key="x3", poll="poll-m2", options=(0,)),
    ],
)
def test_an_answer_to_an_unknown_poll_is_dropped(town: LiveTown, event: PollAnswered) -> None:
    (alice,) = town.people("alice")
    alice.says("/ask")
    people = town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM members")))
    town.act(lambda: town.stage.hand_in(event))
    assert [each[0] for each in HEARD] == ["asked"]
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM members"))) == people


def test_an_answer_that_names_no_place_finds_its_community(
    town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = two_communities(town_factory, monkeypatch, [Asker])
    alice, bob = town.people("alice", "bob")
    alice.says("/ask", room="second")
    ref = asked()
    bob.says("hello", room="general")  # bob was heard last in the other community
    poll = next(message for message in town.stage.messages.values() if message.poll is not None)
    event = PollAnswered(key="p1", who=bob.persona.who, poll=f"poll-{poll.id}", options=(2,))
    town.act(lambda: town.stage.hand_in(event))
    assert HEARD[-1] == ("Bob", (2,), ref, "second")


def test_a_vote_delivered_twice_counts_once(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/ask")
    bob.votes("Tea")
    town.duplicate(bob)
    said = [message.words() for message in town.stage.room("general").messages]
    assert said.count("Bob has chosen") == 1


def test_a_poll_is_forgotten_with_its_message(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/ask")
    town.inside(lambda ctx: ctx.unit.db.run(FORGET_MESSAGES, {"community_id": ctx.community.id, "before": asked() + 1}))
    bob.votes("Tea")
    assert [each[0] for each in HEARD] == ["asked"]


def test_a_poll_that_cannot_be_sent_is_told_of(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Refused("no polls here"), verb="send_poll")
    alice.says("/ask")
    assert HEARD[1:] == [("failed", asked(), "")]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"question": ""}, "1 to 300 characters"),
        ({"question": "x" * 301}, "1 to 300 characters"),
        ({"question": "\u202e\u200b"}, "1 to 300 characters"),
        ({"options": ["one"]}, "2 to 10 options, not 1"),
        ({"options": [str(number) for number in range(11)]}, "2 to 10 options, not 11"),
        ({"options": ["a", ""]}, "an option has 1 to 55"),
        ({"options": ["a", "x" * 56]}, "an option has 1 to 55"),
        ({"options": ["a", " a "]}, "read the same"),
        ({"correct": 2}, "numbers from 0 to 1"),
        ({"correct": -1}, "numbers from 0 to 1"),
        ({"correct": (0, 1)}, "several=True"),
        ({"explanation": "why"}, "only a quiz"),
        ({"correct": 0, "explanation": "x" * 201}, "at most 200 characters"),
        ({"correct": 0, "explanation": "a\nb\nc\nd"}, "3 lines"),
        ({"closes_in": "4s"}, "5 seconds to 30 days"),
        ({"closes_in": timedelta(days=30, seconds=1)}, "5 seconds to 30 days"),
    ],
)
def test_what_no_platform_takes_is_refused_at_once(town: LiveTown, change: dict[str, Any], said: str) -> None:
    values: dict[str, Any] = {"question": "Why?", "options": ["a", "b"], **change}
    place = town.stage.room("general").where

    def ask(ctx: Context) -> str:
        with pytest.raises(ValueError, match=re.escape(said)):
            ctx.poll(place, values.pop("question"), values.pop("options"), **values)
        return ""

    town.inside(ask, "asker")
    assert town.shows_not("Why?")


def test_the_bounds_themselves_are_taken(town: LiveTown) -> None:
    place = town.stage.room("general").where
    options = [f"{number}" + "x" * 54 for number in range(10)]
    town.inside(
        lambda ctx: ctx.poll(
            place, "q" * 300, options, several=True, correct={9, 0}, explanation="e" * 200, closes_in=timedelta(days=30)
        )
    )
    assert town.shows("q" * 300)


def test_a_topic_needs_a_title(town: LiveTown) -> None:
    place = town.stage.room("general").where

    def open_them(ctx: Context) -> None:
        for title in ("", "x" * 101):
            with pytest.raises(ValueError, match="1 to 100"):
                ctx.open_topic(place, title)
        assert ctx.can("open_topic", place)
        assert not ctx.can("fly", place)
        assert not ctx.can("open_topic", Where("nowhere", "c"))

    town.inside(open_them)


def test_the_example_of_the_authors_page_does_what_it_says(town_factory: TownFactory) -> None:
    page = (Path(__file__).parents[1] / "docs" / "plugins.md").read_text(encoding="utf-8")
    (code,) = (each for each in re.findall(r"^```python\n(.*?)^```$", page, re.M | re.S) if "class Lunch" in each)
    names: dict[str, Any] = {"__name__": __name__}
    exec(compile(code, "plugins.md", "exec"), names)
    town = town_factory(plugins=[names["Lunch"]])
    alice, bob = town.people("alice", "bob")
    alice.says("/lunch")
    assert town.pins("Where to?")
    bob.votes("Noodles", "Soup")
    assert bob.sees("Noted: 2 choices.")
    alice.says("/table")
    assert town.shows("This is the table's own topic.", room="who-brings-what")
    town.wait(hours=2)
    assert town.shows("Where to? (closed)")


# -- pins


def test_a_pin_waits_for_its_message_and_goes_with_it(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(RetryLater(60), verb="send")
    alice.says("/note")
    assert town.shows_not("rules")
    town.wait(minutes=1)
    assert town.pins("rules")
    ref = HEARD[-1][1]
    alice.says(f"/drop {ref}")
    alice.says(f"/end {ref}")  # of what is gone nothing comes
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM outbox"))) == 0


# -- topics


def test_a_topic_says_where_it_is(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/topic")
    ref = HEARD[0][1]
    assert [("wanted", ref), ("sent", ref, "help-desk")] == HEARD
    assert town.shows("Ask here", room="help-desk")
    place = town.inside(lambda ctx: ctx.topic(ref))
    assert place == Where("sandbox", "help-desk", "town", "thread", "Help desk")
    assert town.inside(lambda ctx: ctx.topic(ref + 1)) is None
    bob.says("hello", room="help-desk")
    bob.says("/shut", room="help-desk")
    with pytest.raises(NotPermitted, match="closed"):
        bob.says("more", room="help-desk")


def test_a_topic_that_nobody_can_be_sure_of_is_unknown(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Uncertain("lost"), verb="open_topic", happened=True)
    alice.says("/topic")
    assert HEARD[1:] == [("unknown", HEARD[0][1], "")]
    assert town.inside(lambda ctx: ctx.topic(HEARD[0][1])) is None


# -- in a scenario

SCENARIO = """
alice: /ask
bob votes "Tea"
duplicate carol@telegram votes "cof"
expect room shows "Tea: 1"
expect room shows "Coffee: 1"
carol@telegram votes nothing
expect room shows "Coffee: 0"
expect room pins "Tea or coffee?"
expect room not pins "hello"
"""


def test_a_scenario_votes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "polls.play"
    file.write_text(SCENARIO, encoding="utf-8")
    heard = import_module("tests.test_core_polls").HEARD
    heard.clear()
    code = run_play(file, enable=["tests.test_core_polls:Asker"])
    assert (code, capsys.readouterr().err) == (0, "")
    answers = list(dict.fromkeys(each[:2] for each in heard if each[0] in ("Bob", "Carol")))
    assert answers == [("Bob", (0,)), ("Carol", (1,)), ("Carol", ())]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('bob votes "Tea"', "sees no poll"),
        ("expect bob muted", "expected bob to be muted"),
        ('expect room pins "x"', 'expected #general to pin "x"'),
    ],
)
def test_a_scenario_tells_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, said: str
) -> None:
    file = tmp_path / "polls.play"
    file.write_text(line, encoding="utf-8")
    assert run_play(file) == 1
    assert said in capsys.readouterr().out


# -- the sender


class PollFake(KeyedFake):
    """A fake with pins and polls."""

    async def pin(self, action: Pin, delivery: Any) -> str:
        return await self._do("pin", action, delivery)

    async def unpin(self, action: Unpin, delivery: Any) -> str:
        return await self._do("unpin", action, delivery)

    async def send_poll(self, action: SendPoll, delivery: Any) -> str:
        return f"{await self._do('poll', action, delivery)}/p1"

    async def close_poll(self, action: ClosePoll, delivery: Any) -> str:
        return await self._do("close-poll", action, delivery)

    async def open_topic(self, action: OpenTopic, delivery: Any) -> str:
        return f"c/{await self._do('open-topic', action, delivery)}"


class DoubtfulFake(PollFake):
    """One that may do things twice."""

    idempotent_sends = False


def verbs(desk: Desk) -> list[str]:
    return [call.verb for call in desk.fake.calls]


def poll(ref: int) -> SendPoll:
    return SendPoll(where=where("c"), ref=ref, question="?", options=("a", "b"))


@pytest.mark.asyncio
async def test_pins_wait_for_the_native_id_and_keep_their_order() -> None:
    desk = Desk(platform=PollFake)
    desk.fake.gate.clear()
    rows = [desk.put(poll(7)), desk.put(Pin(where=where("c"), ref=7), 0), desk.put(Unpin(where=where("c"), ref=7), 0)]
    rows += [desk.put(Pin(where=where("c"), ref=7), 0), desk.put(ClosePoll(where=where("c"), ref=7))]
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    assert verbs(desk) == ["poll"]
    desk.fake.gate.set()
    await settling
    await desk.drain()
    assert verbs(desk) == ["poll", "pin", "unpin", "pin", "close-poll"]
    assert {call.delivery.native for call in desk.fake.calls[1:]} == {"n1"}
    assert set(desk.fates().values()) == {"sent"}
    assert desk.located == []


@pytest.mark.asyncio
async def test_a_pin_of_a_message_that_was_not_sent_is_cancelled() -> None:
    desk = Desk(platform=PollFake)
    desk.fake.errors.append(Refused("no"))
    send, pin = desk.put(poll(7)), desk.put(Pin(where=where("c"), ref=7))
    await desk.drain()
    late = desk.put(Pin(where=where("c"), ref=7))
    unknown = desk.put(Unpin(where=where("c"), ref=8))
    await desk.drain()
    assert desk.fates() == {send: "failed", pin: "cancelled", late: "cancelled", unknown: "cancelled"}
    assert verbs(desk) == ["poll"]


@pytest.mark.asyncio
async def test_a_delete_cancels_pins_that_wait() -> None:
    desk = Desk(platform=PollFake)
    desk.natives[1, 7] = "old"
    desk.fake.errors.append(RetryLater(10))
    pin = desk.put(Pin(where=where("c"), ref=7))
    await desk.sender.settle()
    delete = desk.delete(7)
    after = desk.put(Unpin(where=where("c"), ref=7))
    await desk.drain()
    assert desk.fates() == {pin: "cancelled", delete: "sent", after: "cancelled"}
    assert verbs(desk) == ["pin", "delete"]


@pytest.mark.asyncio
@pytest.mark.parametrize(("platform", "states"), [(PollFake, ["sent", "sent"]), (DoubtfulFake, ["unknown", "unknown"])])
async def test_polls_and_topics_are_sent_again_only_with_a_key(platform: type[Fake], states: list[str]) -> None:
    desk = Desk(platform=platform)
    for action in (poll(1), OpenTopic(where=where("c"), ref=2, title="t")):
        desk.fake.errors.append(Uncertain("?"))
        desk.put(action)
        await desk.drain()
    assert list(desk.fates().values()) == states


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "action", [Pin(where=where("c"), ref=7), Unpin(where=where("c"), ref=7), ClosePoll(where=where("c"), ref=7)]
)
async def test_what_can_be_done_twice_is_done_again(action: Any) -> None:
    desk = Desk(platform=DoubtfulFake)
    desk.natives[1, 7] = "old"
    desk.fake.errors += [Uncertain("?"), Uncertain("?")]
    row = desk.put(action)
    await desk.drain()
    assert desk.fates() == {row: "sent"}
    assert len(desk.fake.calls) == 3


@pytest.mark.asyncio
async def test_polls_count_as_messages_of_their_channel_and_pins_do_not() -> None:
    desk = Desk(Limits(channel_rate=1), platform=PollFake)
    desk.natives[1, 9] = "old"
    for ref in (1, 2):
        desk.put(poll(ref))
    for _ in range(5):
        desk.put(Pin(where=where("c"), ref=9), 0)
    await desk.sender.settle()
    at_once = [call.verb for call in desk.fake.calls if call.at == desk.fake.calls[0].at]
    assert sorted(at_once) == ["pin"] * 5 + ["poll"]
    await desk.drain()
    polls = [call.at for call in desk.fake.calls if call.verb == "poll"]
    assert polls[1] - polls[0] >= 1000


@pytest.mark.asyncio
async def test_a_topic_is_no_message_that_could_be_pinned() -> None:
    desk = Desk(platform=PollFake)
    rows = [desk.put(OpenTopic(where=where("c"), ref=3, title="t")), desk.put(Pin(where=where("c"), ref=3))]
    await desk.drain()
    assert [desk.fates()[row] for row in rows] == ["sent", "cancelled"]
    assert desk.result(rows[0]).native == "c/n1"


def test_native_ids_are_told_apart() -> None:
    one = poll(1)
    assert native_parts(one, "5/6") == ("5", "6")
    assert native_parts(one, "5") == ("5", "5")
    assert native_parts(one, "a/b/6") == ("a/b", "6")
    assert native_parts(OpenTopic(where=where("c"), ref=3, title="t"), "1/2") == ("", "")
    assert native_parts(Pin(where=where("c"), ref=3), "1/2") == ("1/2", "")
