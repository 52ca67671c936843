"""Hostile input through every door: each has its answer, none is more than literal text, none holds a lane up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from coterie.core.actions import OpenForm
from coterie.core.api import Card
from coterie.core.doors import cleaned
from coterie.core.engine.fence import describe
from coterie.core.events import ButtonTapped, CommandCalled, FormSubmitted, Where, Who, decode_event
from coterie.core.events import MessagePosted as Posted
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.people import Message
from coterie.core.text import Span, spans_of
from tests.hostile import BROKEN, COMMANDS, NUMBERS, STRINGS
from tests.parrot_plugin import Parrot

QUICK = 1.0
"""Seconds of a processor, which no other work on the machine makes longer, within which one event must be handled, with
all its answers.
"""


pytestmark = pytest.mark.coterie(plugins=[Parrot])


@pytest.fixture
def crowd(town: LiveTown) -> Iterator[LiveTown]:
    """A town in which alice, who is addressed by the hostile lines, and bob are known."""
    for person in town.people("alice", "bob"):
        person.says("hello")
    yield town
    check_everything(town)


def check_everything(town: LiveTown) -> None:
    """What holds whatever was said: literal text only, nobody pinged, nothing broken, the books in order."""
    assert town.stage.pings == {}
    for message in town.stage.messages.values():
        for span in spans(message):
            assert (span.member, span.url) == (0, "")
            assert span.text.encode()
            assert "\0" not in span.text
    app = town._host.app
    assert app.breaker.paused() == []
    assert all(not worker.counts.failures and not worker.counts.lost for worker in app.lanes.workers())
    assert (
        town.inside(lambda ctx: ctx.db.connection().exec_driver_sql("SELECT count(*) FROM dead_letters").scalar()) == 0
    )
    assert town.ledger_balanced()


def spans(message: Message) -> Iterator[Span]:
    found: Card | None = message.card
    if found is not None:
        yield from spans_of(found.title)
        yield from spans_of(found.text)
        yield from spans_of(found.footer)
        for field in found.fields:
            yield from (*spans_of(field.name), *spans_of(field.value))
        for row in found.buttons:
            for each in row:
                yield from spans_of(each.label)
    opened: OpenForm | None = message.form
    if opened is not None:
        yield from map(Span, (*opened.answers.values(), *opened.errors.values(), opened.title))


def answered(town: LiveTown, line: str, room: str = "general") -> list[Message]:
    """Let alice write, and give what came back, which must be something."""
    (alice,) = town.people("alice")
    started = time.process_time()
    alice.says(line, room=room)
    assert time.process_time() - started < QUICK, f"{line[:40]!r} takes too long"
    seen = town.stage.seen(alice.persona)
    assert seen, f"no answer to {line[:40]!r}"
    return seen


def test_as_a_message(crowd: LiveTown) -> None:
    for line in (each for each in STRINGS if not each.startswith("/")):
        seen = answered(crowd, line)
        if line.isprintable() and line == line.strip():
            text = seen[-1].card
            assert text is not None
            assert str(text.text) == line[:1000], "literally what was said"
    answered(crowd, "and on")


def test_as_a_command(crowd: LiveTown) -> None:
    for line in COMMANDS:
        answered(crowd, line)
    assert "I don’t know" in answered(crowd, "/" + "a" * 100_000)[-1].shown()
    assert "\u202e" not in answered(crowd, "/\u202eecho")[-1].shown()


def test_as_words_of_a_command(crowd: LiveTown) -> None:
    for line in STRINGS:
        shown = answered(crowd, f"/echo {line}")[-1].shown()
        visible = any(char.isprintable() and char not in " \u3164\u2800\u115f\u1160\ufffd" for char in line)
        if "Please add words" in shown:
            assert not visible or not line.isascii(), line
        if len(line) > 250 and line.isalnum():
            assert f"words is too long: {len(line):,} characters, and the limit is 200" in shown


def test_as_a_number(crowd: LiveTown) -> None:
    (alice,) = crowd.people("alice")
    for line in NUMBERS:
        shown = answered(crowd, f"/pay {line}")[-1].shown()
        if line == "+7" or line.strip() == "5":
            assert "paid" in shown, line
            continue
        assert "amount" in shown, line
        assert "paid" not in shown
        assert any(word in shown for word in ("must be a whole number", "is too small", "is too large")), line
        assert "Usage: /pay <amount> [note]" in shown
    assert crowd.balance(alice) in (7, 12)


def test_as_a_note_to_a_payment(crowd: LiveTown) -> None:
    (alice,) = crowd.people("alice")
    paid = 0
    for line in STRINGS:
        paid += "paid 1" in answered(crowd, f'/pay 1 "{line}"')[-1].shown()
    assert crowd.balance(alice) == paid > 50


def test_as_options_of_a_slash_command(crowd: LiveTown) -> None:
    (alice,) = crowd.people("alice")
    where = crowd.stage.room("general").where
    values: list[Any] = [*STRINGS, 10**30, -(10**30), 10**400, 1e308, float("nan"), float("inf"), True, -1]
    for number, value in enumerate(values):
        for name in ("words", str(value)[:300] if not isinstance(value, int) else "x"):
            event = CommandCalled(
                key=f"o{number}{name[:5]}", who=alice.persona.who, where=where, name="echo", options={name: value}
            )
            crowd.act(lambda event=event: crowd.stage.redeliver(event))  # type: ignore[misc]
    answered(crowd, "and on")


def test_as_answers_to_a_form(crowd: LiveTown) -> None:
    (alice,) = crowd.people("alice")
    for line in STRINGS:
        alice.says("/ask")
        started = time.process_time()
        alice.fills({"words": line, "amount": line})
        assert time.process_time() - started < QUICK
        assert crowd.stage.seen(alice.persona), f"no answer to {line[:40]!r}"
        opened = crowd.stage.open_forms(alice.persona)
        if opened:
            crowd.act(lambda: crowd.stage.cancel_form(alice.persona))


def test_answers_to_questions_that_were_not_asked(crowd: LiveTown) -> None:
    (alice,) = crowd.people("alice")
    alice.says("/ask")
    opened = crowd.stage.open_form(alice.persona).form
    assert opened is not None
    answers = {line: line for line in STRINGS} | {"ctx": "x", "self": "y", "words": "fine", "amount": "3"}
    where = crowd.stage.room("general").where
    event = FormSubmitted(key="f", who=alice.persona.who, where=where, token=opened.token, answers=answers)
    crowd.act(lambda: crowd.stage.redeliver(event))
    assert crowd.shows("fine 3")


def test_as_the_token_of_a_button(crowd: LiveTown) -> None:
    alice, bob = crowd.people("alice", "bob")
    where = crowd.stage.room("general").where
    for number, line in enumerate(STRINGS):
        event = ButtonTapped(key=f"t{number}", who=alice.persona.who, where=where, token=line)
        crowd.act(lambda event=event: crowd.stage.redeliver(event))  # type: ignore[misc]
    refused = [m for m in crowd.stage.messages.values() if "This button is not valid here" in m.shown()]
    assert len(refused) == len(STRINGS)
    assert all(m.private_to == "alice" for m in refused)
    assert bob.sees_not("not valid")


def test_what_a_button_carries_is_literal(crowd: LiveTown) -> None:
    (bob,) = crowd.people("bob")
    carried = 0
    for line in STRINGS:
        if any("carried" in m.shown() or (m.card and m.card.buttons) for m in answered(crowd, f"/echo {line}")):
            bob.taps("")
            carried += any("carried" in message.shown() for message in crowd.stage.seen(bob.persona))
    assert carried > 80


def test_as_a_name(crowd: LiveTown) -> None:
    where = crowd.stage.room("general").where
    for number, line in enumerate(STRINGS):
        who = Who("sandbox", f"n{number}", line, locale=line[:50])
        started = time.process_time()
        event = Posted(key=f"name{number}", who=who, where=where, text="/echo hi")
        crowd.act(lambda event=event: crowd.stage.redeliver(event))  # type: ignore[misc]
        assert time.process_time() - started < QUICK
        newest = next(m for m in reversed(crowd.stage.messages.values()) if m.card is not None)
        assert newest.card is not None
        name = str(newest.card.fields[1].value)
        assert 0 < len(name) <= 50, line[:40]
        assert "\n" not in name
        assert not set("\u202e\u202d\u200b\u200e\u200f\u061c") & set(name)


def test_as_the_title_of_a_place(crowd: LiveTown) -> None:
    (alice,) = crowd.people("alice")
    home = crowd.stage.room("general").where
    for number, line in enumerate(STRINGS):
        where = Where(home.adapter, home.channel, home.space, home.kind, line)
        event = Posted(key=f"place{number}", who=alice.persona.who, where=where, text="/echo hi")
        crowd.act(lambda event=event: crowd.stage.redeliver(event))  # type: ignore[misc]
    kept = crowd.inside(
        lambda ctx: [
            ctx.place_of(ctx.channel_id(Where("sandbox", f"c{n}", "town", "room", line))).title
            for n, line in enumerate(map(cleaned_text, STRINGS))
        ]
    )
    assert all(len(title) <= 256 and "\n" not in title for title in kept)


def cleaned_text(line: str) -> str:
    return cleaned(Posted(key="k", text=line)).text


def test_one_among_many_stops_nobody(crowd: LiveTown) -> None:
    alice, bob = crowd.people("alice", "bob")
    for line in BROKEN:
        crowd.at_once(lambda line=line: alice.says(line), lambda: bob.says("hello"))  # type: ignore[misc]
        assert bob.sees("said Bob")


def test_the_words_of_an_error_are_safe() -> None:
    for line in STRINGS:
        words = describe(ValueError(line))
        assert words.startswith("ValueError")
        assert len(words) <= 500
        assert words.encode()
        assert not set("\0\n\u202e") & set(words)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"null",
        b"[]",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"type":"task","key":"k","task":1,"plugin":"p","name":"n","result":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
        b'{"type":"message","key":"k","text":"\\ud800"}',
        b'{"type":"message","key":1,"text":"x"}',
        b'{"type":"message","text":"x"}',
        b'{"type":"message","key":"k","text":"x","at":' + b"9" * 5_000 + b"}",
        b'{"type":"message","key":"k","text":"x","at":1e999}',
        b'{"type":"nobody-knows","key":"k"}',
        b'{"type":"tap","key":"k","token":"t","who":{"platform":"x"}}',
        b'{"type":"message","key":"k","text":"x"} trailing',
    ],
)
def test_json_that_is_no_event(raw: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_event(raw)


def test_the_door_lets_nothing_through_that_cannot_be_kept() -> None:
    for line in STRINGS:
        event = CommandCalled(key=f"k{line}", who=Who("p", "1", line), name=line, options={line: line, "n": 10**5000})
        clean = cleaned(event)
        words = (clean.key, clean.name, *clean.options, *(v for v in clean.options.values() if isinstance(v, str)))
        assert all("\0" not in each and each.encode() for each in words)
        if line.isprintable():
            assert (clean.name, clean.options[line]) == (line, line), "what can be kept is kept as it is"
    assert cleaned(Posted(key="k", text="\ud83d\ude00 a\0b \ud800")).text == "😀 a\ufffdb \ufffd"
