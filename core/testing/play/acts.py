"""What people do in a scenario, carried out in the town."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from coterie.core.cards import Button, Card
from coterie.core.testing.people import (
    Message,
    NoInvoice,
    NoOpenForm,
    NoSuchPoll,
    NoSuchPurchase,
    NotPermitted,
    Persona,
    Room,
    show,
)
from coterie.core.testing.play import seen
from coterie.core.testing.play.captures import whole
from coterie.core.testing.play.steps import Act, Buy, Fill, Link, Move, Pay, Post, Press, SetStanding, Vote
from coterie.core.testing.play.values import milliseconds
from coterie.core.testing.play.world import StepFailed, World
from coterie.core.text import Style, spans_of

Committed = asyncio.Future[Any]
_MOST_BUTTONS: Final = 12


async def act(world: World, step: Act, *, twice: bool = False) -> None:
    """Somebody does something; ``twice`` delivers the platform's event a second time. Raises :class:`StepFailed`."""
    persona = world.persona(step.person)
    if isinstance(step, Post):
        await world.introduce(step)
    world.begin(persona)
    try:
        futures = [_do(world, persona, step)]
    except NotPermitted as error:
        raise StepFailed(str(error)) from error
    if twice:
        futures.append(world.town.redeliver(world.town.last_event[persona.key]))
    await world.committed(*futures)


async def set_standing(world: World, step: SetStanding) -> None:
    """Somebody becomes an operator, or a member again."""
    persona = world.persona(step.person)
    _must_be_in(persona, "run it")
    await world.committed(world.town.set_standing(persona, step.standing))


async def link(world: World, step: Link) -> None:
    """Two accounts become one member's, by the whole exchange of ``/link`` in both direct chats."""
    first, second = world.persona(step.first), world.persona(step.second)
    if await _same_member(world, first, second):
        return
    begin = world.town.seq
    for persona in (first, second):
        world.begin(persona)
    await world.committed(world.town.post(first, world.town.dm(first), "/link"))
    code = _code(seen.seen_since(world.town, first, begin), first)
    if not code:
        shown = seen.quoted_lines(world.town, seen.seen_since(world.town, first, begin))
        raise StepFailed(f"{first.key} got no code from /link", [f"{first.key} saw:", *shown])
    await world.committed(world.town.post(second, world.town.dm(second), f"/link {code}"))
    if not await _same_member(world, first, second):
        shown = seen.quoted_lines(world.town, seen.seen_since(world.town, second, begin))
        raise StepFailed(f"{first.key} and {second.key} are still two members", [f"{second.key} saw:", *shown])


def _do(world: World, persona: Persona, step: Act) -> Committed:
    town = world.town
    match step:
        case Post(_, text, dm):
            return town.post(persona, _place(world, persona, dm=dm), text)
        case Press(_, label, dm):
            message, button = _button(world, persona, label, _place(world, persona, dm=dm), dm=dm)
            return town.tap(persona, message, button)
        case Fill(_, answers):
            try:
                return town.fill(persona, dict(answers))
            except NoOpenForm as error:
                raise StepFailed(str(error), _visible(world, persona)) from error
        case Pay(_, amount, currency):
            try:
                return town.pay(persona, whole(amount), currency)
            except NoInvoice as error:
                raise StepFailed(str(error)) from error
        case Vote(_, options):
            try:
                return town.vote(persona, *town.find_poll(persona, options))
            except NoSuchPoll as error:
                raise StepFailed(str(error)) from error
        case Buy(_, sku, length, lost):
            try:
                if lost:
                    return town.lose(persona, sku)
                return town.buy(persona, sku, timedelta(milliseconds=milliseconds(length)) if length else None)
            except NoSuchPurchase as error:
                raise StepFailed(str(error)) from error
        case Move(_, "blocks"):
            return town.block(persona)
        case Move(_, "unblocks"):
            return town.unblock(persona)
        case Move(_, "joins"):
            return town.join(persona)
        case Move(_, "leaves"):
            return town.leave(persona)
        case Move():
            if persona.present and persona.key in town.last_event:
                raise StepFailed(f"{persona.key} is in the town already; `{persona.key} leaves` changes that")
            persona.present = False  # who asks stands outside, also when nobody heard of them before
            return town.ask_to_join(persona)


def _place(world: World, persona: Persona, *, dm: bool) -> Room:
    if dm:
        return world.town.dm(persona)
    _must_be_in(persona, "act anywhere but in dm")
    return world.room


def _must_be_in(persona: Persona, what: str) -> None:
    if not persona.present:
        raise StepFailed(f"{persona.key} is not in the town and cannot {what}; `{persona.key} joins` changes that")


def _button(world: World, persona: Persona, label: str, room: Room, *, dm: bool) -> tuple[Message, Button]:
    """The newest button whose label contains a text: here, or else (unless it has to be in dm) anywhere."""
    rooms: list[Room | None] = [room] if dm else [room, None]
    for place in rooms:
        for fold in (str, str.casefold):
            for message, button in _buttons(world, persona, place, label, fold):
                if button.token:
                    return message, button
                raise StepFailed(f"[{show(button.label)}] opens {button.url or 'nothing'}, there is nothing to press")
    shown = [f"[{show(button.label)}]" for message in world.town.newest(persona) for button in _on(message)]
    where = "in dm" if dm else f"in {room.title} or elsewhere"
    listed = ", ".join(list(dict.fromkeys(shown))[:_MOST_BUTTONS]) or "no button at all"
    raise StepFailed(f"{persona.key} sees no button [{label}] {where}; {persona.key} could press: {listed}")


def _buttons(
    world: World, persona: Persona, room: Room | None, label: str, fold: Callable[[str], str]
) -> Iterator[tuple[Message, Button]]:
    """Buttons whose label contains a text, the newest message first; on one message the very label comes first."""
    wanted = fold(label)
    for message in world.town.newest(persona, room):
        buttons = [(fold(seen.plain(show(button.label))), button) for button in _on(message)]
        yield from ((message, button) for words, button in buttons if words == wanted)
        yield from ((message, button) for words, button in buttons if wanted in words)


def _on(message: Message) -> list[Button]:
    return [button for row in message.card.buttons for button in row] if message.card is not None else []


def _visible(world: World, persona: Persona) -> list[str]:
    messages = seen.seen_since(world.town, persona, 0)
    return [f"{persona.key} can see:", *seen.quoted_lines(world.town, messages)]


async def _same_member(world: World, first: Persona, second: Persona) -> bool:
    member = await world.through(lambda app: app.find_member(first.who))
    return member is not None and member == await world.through(lambda app: app.find_member(second.who))


def _code(messages: list[Message], persona: Persona) -> str:
    """The one-time code in an answer: what is set in monospace, or what stands behind ``/link``."""
    for message in reversed(messages):
        if message.author == persona.key:
            continue
        spans = [span for part in _parts(message.card) for span in spans_of(part)]
        marked = [span.text.strip() for span in spans if span.style & Style.CODE]
        written = re.findall(r"/link[ \u00a0]+([A-Za-z0-9-]{4,})", seen.plain(message.words()))
        pieces: list[str] = [*marked, *written]
        for piece in pieces:
            code = piece.removeprefix("/link").strip()
            if re.fullmatch(r"[A-Za-z0-9-]{4,}", code):
                return code
    return ""


def _parts(card: Card | None) -> list[Any]:
    if card is None:
        return []
    return [card.title, card.text, *(field.value for field in card.fields), card.footer]
