"""What plugins run on the way out: wrapping what is sent, drawing pictures; a message goes out without a broken one."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, Final

import msgspec
import pytest
from sqlalchemy import bindparam, update

from coterie.core.api import Card, Context, MessagePosted, Picture, Plugin, command, picture
from coterie.core.engine import outside
from coterie.core.engine.breaker import THRESHOLD
from coterie.core.platform import Refused, RetryLater
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.statement import Statement
from coterie.storage.tables import outbox

Proceed = Callable[[Any], Awaitable[str]]


class Echo(Plugin):
    """Repeats what is said."""

    name = "echo"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Repeat it."""
        ctx.reply(f"echo {event.text}")


async def decent(job: Any, proceed: Proceed) -> str:
    """Add a word to every card."""
    card = msgspec.structs.replace(job.action.card, footer=f"{job.action.card.footer}.")
    return await proceed(replace(job, action=msgspec.structs.replace(job.action, card=card)))


async def raises_before(job: Any, proceed: Proceed) -> str:
    raise ZeroDivisionError("before")


async def raises_after(job: Any, proceed: Proceed) -> str:
    await proceed(job)
    raise ZeroDivisionError("after")


async def refuses_after(job: Any, proceed: Proceed) -> str:
    await proceed(job)
    raise Refused("too late")


async def exits(job: Any, proceed: Proceed) -> str:
    sys.exit(3)


async def hangs_before(job: Any, proceed: Proceed) -> str:
    await asyncio.sleep(3600)
    return await proceed(job)


async def hangs_after(job: Any, proceed: Proceed) -> str:
    await proceed(job)
    await asyncio.sleep(3600)
    return ""


async def forgets(job: Any, proceed: Proceed) -> str:
    return "never sent"


async def proceeds_twice(job: Any, proceed: Proceed) -> str:
    await proceed(job)
    return await proceed(job)


async def answers_nonsense(job: Any, proceed: Proceed) -> str:
    await proceed(job)
    return None  # type: ignore[return-value]


async def swallows(job: Any, proceed: Proceed) -> str:
    try:
        return await proceed(job)
    except Exception:
        return ""


BROKEN: Final = (raises_before, raises_after, refuses_after, exits, hangs_before, hangs_after, forgets)


def wrapper(name: str, around: Callable[[Any, Proceed], Awaitable[str]]) -> type[Plugin]:
    """A plugin that wraps what is sent."""

    async def around_send(self: Any, job: Any, proceed: Proceed) -> str:
        return await around(job, proceed)

    return type("Wrapper", (Plugin,), {"name": name, "around_send": around_send})


def echoes(town: LiveTown) -> list[str]:
    return [m.shown() for m in town.stage.room("general").messages if m.author == "bot"]


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outside, "WRAP_LIMIT", 0.05)
    monkeypatch.setattr(outside, "DRAW_LIMIT", 0.1)


def test_wrappers_stand_around_each_other(town_factory: TownFactory) -> None:
    async def inner(job: Any, proceed: Proceed) -> str:
        assert job.action.card.footer == ".", "the first plugin is outermost"
        return await proceed(job)

    town = town_factory(plugins=[Echo, wrapper("a", decent), wrapper("b", inner)])
    town.people("alice")[0].says("hello")
    assert echoes(town) == ["echo hello\n."]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda each: each.__name__)
def test_a_broken_wrapper_is_left_out_and_paused(town_factory: TownFactory, broken: Any) -> None:
    town = town_factory(plugins=[Echo, wrapper("a", decent), wrapper("b", broken)])
    alice, olga = town.people("alice", "olga")
    olga.becomes("operator")
    with town.failures() as failures:
        for number in range(THRESHOLD + 2):
            alice.says(f"{number}")
    assert [words.splitlines()[0] for words in echoes(town)] == [f"echo {n}" for n in range(THRESHOLD + 2)]
    assert len([each for each in failures if not isinstance(each, RetryLater)]) >= THRESHOLD
    assert [row[:2] for row in town._host.app.breaker.paused()] == [("b", "around_send")]
    assert sum("b is paused at around_send" in m.shown() for m in town.stage.room("dm:olga").messages) == 1


@pytest.mark.parametrize("around", [proceeds_twice, answers_nonsense, swallows], ids=lambda each: each.__name__)
def test_what_a_wrapper_does_with_the_answer_changes_nothing(town_factory: TownFactory, around: Any) -> None:
    town = town_factory(plugins=[Echo, wrapper("a", around)])
    (alice,) = town.people("alice")
    town.stage.faults.honour_keys = False
    alice.says("one")
    town.stage.faults.fail_next(RetryLater(5))
    alice.says("two")
    assert echoes(town) == ["echo one"], "the platform's no reaches the sender"
    town.wait(seconds=6)
    assert echoes(town) == ["echo one", "echo two"], "each once"


def test_a_wrapper_may_say_no(town_factory: TownFactory) -> None:
    async def veto(job: Any, proceed: Proceed) -> str:
        if "bad" in str(job.action.card.text):
            raise Refused("not this")
        return await proceed(job)

    town = town_factory(plugins=[Echo, wrapper("a", veto)])
    (alice,) = town.people("alice")
    alice.says("good")
    alice.says("bad")
    assert echoes(town) == ["echo good"]
    assert town._host.app.breaker.paused() == []


# -- pictures


class Painter(Plugin):
    """Shows pictures that cannot be drawn."""

    name = "painter"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Show one."""
        ctx.reply(Card("Look", picture=Picture(draw=event.text, alt="a picture")))

    @picture("fine")
    def fine(self) -> bytes:
        """Draw."""
        return b"png"

    @picture("raises")
    def raises(self) -> bytes:
        """Fail."""
        raise ZeroDivisionError

    @picture("exits")
    def exits(self) -> bytes:
        """Leave."""
        sys.exit(1)

    @picture("nothing")
    def nothing(self) -> bytes:
        """Give nothing."""
        return None  # type: ignore[return-value]

    @picture("loops")
    def loops(self) -> bytes:
        """Never end."""
        while True:
            pass

    @picture("sleeps")
    def sleeps(self) -> bytes:
        """Take very long, inside C code."""
        time.sleep(2)
        return b""


class Gallery(Plugin):
    """Shows several pictures at once."""

    name = "gallery"

    @command("show")
    def show(self, ctx: Context, count: int) -> None:
        """Show so many; the second cannot be drawn."""
        asked = tuple(Picture(draw="one", alt=f"picture {number}", args={"number": number}) for number in range(count))
        ctx.reply(Card("Look", album=asked))

    @picture("one")
    def one(self, number: int) -> bytes:
        """Draw."""
        if number == 1:
            raise ZeroDivisionError
        return f"png {number}".encode()


def test_a_card_has_several_pictures_of_which_one_may_fail(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Gallery])
    (alice,) = town.people("alice")
    with town.failures() as failures:
        alice.says("/show 3")
    assert len(failures) == 1
    [message] = [m for m in town.stage.room("general").messages if m.author == "bot"]
    assert message.shown() == "Look\n[picture 0]\n[picture 1]\n[picture 2]"
    assert [each.data for each in message.pictures] == [b"png 0", b"png 2"]


def test_a_card_has_ten_pictures_at_most(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Gallery])
    (alice,) = town.people("alice")
    with town.failures() as failures:
        alice.says("/show 11")
    assert "a card has at most 10 pictures, not 11" in str(failures)


@pytest.mark.parametrize("name", ["raises", "exits", "nothing", "loops", "sleeps"])
def test_a_picture_that_cannot_be_drawn_keeps_nothing_back(town_factory: TownFactory, name: str) -> None:
    town = town_factory(plugins=[Painter])
    (alice,) = town.people("alice")
    alice.says("fine")
    started = time.monotonic()
    with town.failures() as failures:
        for _ in range(THRESHOLD + 1):
            alice.says(name)
    assert time.monotonic() - started < 2
    messages = [m for m in town.stage.room("general").messages if m.author == "bot"]
    assert [m.shown() for m in messages] == ["Look\n[a picture]"] * (THRESHOLD + 2)
    assert len(messages[0].pictures) == 1
    assert messages[0].pictures[0].data == b"png"
    assert all(not m.pictures for m in messages[1:])
    assert len(failures) == THRESHOLD
    assert [row[:2] for row in town._host.app.breaker.paused()] == [("painter", f"picture:{name}")]
    alice.says("fine")
    assert alice.sees("Look")


def test_a_row_that_nobody_can_read_holds_nothing_up(
    town_factory: TownFactory, caplog: pytest.LogCaptureFixture
) -> None:
    town = town_factory(plugins=[Echo])
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(RetryLater(60), 2)
    alice.says("first")
    alice.says("second")
    spoil = Statement(update(outbox).where(outbox.c.payload.like(bindparam("like"))).values(payload=bindparam("raw")))
    town.inside(lambda ctx: ctx.unit.db.run(spoil, {"like": "%first%", "raw": "{"}))
    town.restart()
    town.wait(seconds=61)
    assert echoes(town) == ["echo second"]
    (record,) = (record for record in caplog.records if "cannot be read" in record.getMessage())
    assert "echo" in record.getMessage()
