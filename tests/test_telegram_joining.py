"""Join requests on the wire: the gate's questions reach people who never pressed Start, and operators decide."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, ClassVar

import pytest

from coterie.adapters.telegram import intake, joins, polling
from coterie.adapters.telegram.fake import FakeMessage
from coterie.core.api import Context, MemberJoined, Plugin
from coterie.plugins.gate import Gate
from tests.telegram_wire_kit import OPERATOR, Wire, hurry, showing, wire

pytestmark = pytest.mark.asyncio

WINDOW = 5 * 60
"""Seconds in which Telegram lets a bot write to an applicant."""
NO_ANSWERS = "None. The questions are turned off, or could not be delivered."
STATES = "SELECT state, why, age FROM gate_applications ORDER BY id"


class Porter(Plugin):
    """Tells the group who came in."""

    name: ClassVar[str] = "porter"

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        ctx.send(ctx.where, f"welcome {ctx.member.name}")


@asynccontextmanager
async def door(**config: Any) -> AsyncIterator[Wire]:
    """A group with the gate before it; erin has never started the bot."""
    async with wire([Gate, Porter], config={"gate": config}) as town:
        town.fake.private("erin", started=False)
        await town.still_answers("here")  # an operator is told of applicants once somebody knows them
        yield town


async def asks(town: Wire, **more: Any) -> None:
    """Erin asks to join; wait until the application is committed."""
    await town.fake.confirmed(town.fake.asks_to_join("erin", town.group, **more))


async def question(town: Wire, label: str) -> FakeMessage:
    """The question that waits for erin's reply."""
    found = await town.sees(town.dm("erin"), label)
    assert (found.reply_markup or {}).get("force_reply") is True
    return found


async def answers(town: Wire, why: str = "Curious", age: str = "30") -> None:
    """Erin answers both questions."""
    await town.replies("erin", await question(town, "Why?"), why)
    await town.replies("erin", await question(town, "Age"), age)
    await town.sees(town.dm("erin"), "Thank you.")


async def card(town: Wire, words: str = "erin asks to join") -> FakeMessage:
    """What the operator sees."""
    return await town.sees(town.dm(OPERATOR), words)


def inside(town: Wire) -> bool:
    return town.fake.world.member(town.group, town.fake.user("erin")["id"]).inside


def refused(town: Wire) -> list[Any]:
    """Messages to erin that were tried, and are not in the chat."""
    number = str(town.fake.user("erin")["id"])
    return [data for data in town.fake.called("sendMessage") if data["chat_id"] == number][len(ours(town)) :]


def ours(town: Wire) -> list[FakeMessage]:
    """All that the bot ever posted in erin's direct chat."""
    return [message for message in town.dm("erin").messages if message.own]


def shift(town: Wire, seconds: float) -> None:
    """The server's time goes on."""
    before = town.fake.clock
    town.fake.clock = lambda: before() + seconds


async def test_who_never_pressed_start_is_asked_answers_and_is_let_in() -> None:
    async with door() as town:
        await asks(town, bio="may I?")
        first = await question(town, "Why?")
        assert not town.dm("erin").started, "the window alone opened the chat"
        assert first.date < town.fake.clock() + WINDOW
        await answers(town)
        shown = await card(town)
        for words in ("Their words: may I?", "Why?: Curious", "Age: 30"):
            assert words in shown.text
        await town.fake.confirmed(town.taps(OPERATOR, shown, "Approve"))
        await town.sees(town.group, "welcome erin")
        await town.sees(town.dm("erin"), "You are in.")
        await town.until(lambda: "Approved by oscar" in shown.text and not shown.buttons)
        await town.settled()
        assert inside(town)
        assert len(town.fake.called("approveChatJoinRequest")) == 1
        assert await town.rows(STATES) == [("approved", "Curious", 30)]
        assert not [each for each in town.group.messages if each.own and "Why?" in each.text]


async def test_an_answer_that_is_wrong_is_asked_again_and_commands_are_no_answers() -> None:
    async with door() as town:
        await asks(town)
        first = await question(town, "Why?")
        await town.replies("erin", first, "/ping there")
        await town.sees(town.dm("erin"), "pong there")
        await town.replies("erin", first, "Curious")
        await town.replies("erin", await question(town, "Age"), "seven")
        await town.sees(town.dm("erin"), "⚠️")
        assert await town.rows(STATES) == [("new", "", None)]
        await town.replies("erin", await question(town, "Age"), "13")
        assert "Age: 13" in (await card(town)).text
        # A question that was answered can be replied to again; that changes nothing.
        await town.replies("erin", first, "Something else")
        await town.settled()
        assert await town.rows(STATES) == [("applied", "Curious", 13)]


async def test_a_request_that_is_read_after_the_window() -> None:
    """The bot was away: the questions cannot be asked any more, and operators decide without answers."""
    async with door() as town:
        await town.stop()
        town.fake.asks_to_join("erin", town.group, bio="may I?")
        shift(town, WINDOW + 60)
        await town.start()
        shown = await card(town)
        assert "Their words: may I?" in shown.text
        assert NO_ANSWERS in shown.text
        assert ours(town) == []
        assert refused(town), "it was tried"
        assert await town.rows(STATES) == [("applied", "", None)]
        await town.fake.confirmed(town.taps(OPERATOR, shown, "Approve"))
        await town.sees(town.group, "welcome erin")
        await town.until(lambda: "Approved by oscar" in shown.text)
        await town.settled()
        assert inside(town)
        assert await town.rows(STATES) == [("approved", "", None)]
        said = [each.text for each in town.group.messages if each.own]
        assert said == ["pong here", "welcome erin"], "nothing was asked in public"
        await town.still_answers("after")


async def test_a_question_that_was_asked_in_time_may_be_answered_late() -> None:
    async with door() as town:
        await asks(town)
        first = await question(town, "Why?")
        shift(town, WINDOW + 60)
        await town.replies("erin", first, "Curious")  # which opens the chat
        await town.replies("erin", await question(town, "Age"), "30")
        await town.fake.confirmed(town.taps(OPERATOR, await card(town), "Approve"))
        await town.sees(town.dm("erin"), "You are in.")
        await town.settled()
        assert inside(town)


async def test_who_is_silent_past_the_window_is_declined_without_a_word() -> None:
    """The word about the decision cannot be delivered any more, which harms nobody."""
    async with door(questions=False) as town:
        await asks(town)
        shown = await card(town)
        assert NO_ANSWERS in shown.text
        shift(town, WINDOW + 60)
        await town.fake.confirmed(town.taps(OPERATOR, shown, "Decline"))
        await town.until(lambda: "Declined by oscar" in shown.text)
        await town.settled()
        assert len(town.fake.called("declineChatJoinRequest")) == 1
        assert ours(town) == []
        assert refused(town), "it was tried"
        assert not inside(town)
        assert await town.rows(STATES) == [("declined", "", None)]
        await town.still_answers("after")


async def test_who_is_declined_is_told_and_stays_out() -> None:
    async with door() as town:
        await asks(town)
        await answers(town)
        shown = await card(town)
        await town.fake.confirmed(town.taps(OPERATOR, shown, "Decline"))
        await town.sees(town.dm("erin"), "have decided not to let you in")
        await town.until(lambda: "Declined by oscar" in shown.text and not shown.buttons)
        await town.settled()
        assert not inside(town)
        assert town.group.requests == {}
        assert len(town.fake.called("declineChatJoinRequest")) == 1
        assert await town.rows(STATES) == [("declined", "Curious", 30)]


async def test_somebody_else_decides_nothing() -> None:
    async with door() as town:
        await asks(town)
        await answers(town)
        shown = await card(town)
        (token,) = (button["callback_data"] for button in shown.buttons if button["text"] == "Approve")
        # The button's token, sent from another message by somebody who is no operator.
        theirs = town.fake.world.post(town.dm("mallory"), town.fake.world.me, own=True, text="x", reply_markup={
            "inline_keyboard": [[{"text": "Approve", "callback_data": token}]]
        })  # fmt: skip
        town.dm("mallory").started = True
        await town.fake.confirmed(town.taps("mallory", theirs, "Approve"))
        await town.settled()
        assert not inside(town)
        assert await town.rows(STATES) == [("applied", "Curious", 30)]


async def test_a_request_that_a_person_decides_in_telegram() -> None:
    async with door() as town:
        await asks(town)
        await answers(town)
        shown = await card(town)
        town.group.requests.clear()
        town.fake.joins("erin", town.group)  # an administrator let her in
        await town.sees(town.group, "welcome erin")
        await town.until(lambda: "Let in on the platform itself." in shown.text)
        assert await town.rows(STATES) == [("approved", "Curious", 30)]
        assert town.fake.called("approveChatJoinRequest") == []


@pytest.mark.parametrize("after", ["the first question", "the first answer"])
async def test_a_restart_in_the_middle_of_the_chain(after: str) -> None:
    async with door() as town:
        await asks(town)
        first = await question(town, "Why?")
        if after == "the first answer":
            await town.replies("erin", first, "Curious")
            await question(town, "Age")
        await town.restart()
        if after == "the first question":
            await town.replies("erin", first, "Curious")
        await town.replies("erin", await question(town, "Age"), "30")
        await town.sees(town.dm("erin"), "Thank you.")
        assert "Why?: Curious\nAge: 30" in (await card(town)).text
        assert await town.rows(STATES) == [("applied", "Curious", 30)]


async def test_an_answer_that_comes_while_nobody_runs_is_taken_later() -> None:
    async with door() as town:
        await asks(town)
        first = await question(town, "Why?")
        await town.stop()
        town.fake.says("erin", town.dm("erin"), "Curious", reply_to=first.message_id)
        await town.start()
        await town.replies("erin", await question(town, "Age"), "30")
        assert "Why?: Curious\nAge: 30" in (await card(town)).text


async def test_the_form_is_cancelled_from_the_chat() -> None:
    async with door() as town:
        await asks(town)
        first = await question(town, "Why?")
        await town.replies("erin", first, "/cancel")
        await town.settled()
        await town.replies("erin", first, "Curious")
        await town.settled()
        assert showing(town.dm("erin"), "Age") == []
        assert await town.rows(STATES) == [("new", "", None)]
        assert not inside(town)


# -- join request queries (Bot API 10.1): an answer within ten seconds


async def test_a_query_that_nobody_decides_is_left_to_the_administrators(monkeypatch: pytest.MonkeyPatch) -> None:
    defaults = intake.Intake.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "queue_after", 0.05)
    async with door() as town:
        await asks(town, query=True)
        await town.until(lambda: town.fake.called("answerChatJoinRequestQuery"))
        (answer,) = town.fake.called("answerChatJoinRequestQuery")
        assert answer["result"] == "queue"
        (query,) = town.fake.world.join_queries.values()
        assert query.answer is not None, "the server took it"
        await answers(town)
        await town.fake.confirmed(town.taps(OPERATOR, await card(town), "Approve"))
        await town.sees(town.group, "welcome erin")
        await town.settled()
        assert len(town.fake.called("answerChatJoinRequestQuery")) == 1
        assert len(town.fake.called("approveChatJoinRequest")) == 1
        assert inside(town)


async def test_a_query_is_left_to_the_administrators_in_time_while_a_lane_is_busy(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    defaults = intake.Intake.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "queue_after", 0.05)
    monkeypatch.setitem(defaults, "queue_at_last", 0.3)
    hurry(monkeypatch)
    async with door() as town:
        await town.hold()
        asked = town.fake.asks_to_join("erin", town.group, query=True)
        await town.until(lambda: town.fake.called("answerChatJoinRequestQuery"))
        assert town.fake.called("answerChatJoinRequestQuery")[0]["result"] == "queue"
        assert town.fake.updates.waiting(asked), "it is not committed yet"
        town.release()
        await town.fake.confirmed(asked)
        await answers(town)
        await town.fake.confirmed(town.taps(OPERATOR, await card(town), "Decline"))
        await town.sees(town.dm("erin"), "have decided not to let you in")
        assert not inside(town)


async def test_there_is_time_left_to_answer_a_query_that_is_read_late() -> None:
    """While a lane is busy, updates are read every few seconds only; what Telegram waits for began before."""
    assert polling.AGAIN + intake.QUEUE_AT_LAST < joins.PATIENCE


async def test_a_query_that_the_gate_decides_at_once_is_answered_with_that() -> None:
    async with door(auto_approve=True) as town:
        await asks(town, query=True)
        await town.sees(town.group, "welcome erin")
        (answer,) = town.fake.called("answerChatJoinRequestQuery")
        assert answer["result"] == "approve"
        assert town.fake.called("approveChatJoinRequest") == []
        await town.settled()
        assert inside(town)


async def test_two_deliveries_of_one_request_ask_once() -> None:
    async with door() as town:
        town.fake.faults.duplicate(1)
        await asks(town)
        await question(town, "Why?")
        await town.settled()
        assert len(showing(town.dm("erin"), "Why?")) == 1
        assert await town.rows(STATES) == [("new", "", None)]
