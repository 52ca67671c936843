"""What a scenario expects, held against what people see and own."""

from __future__ import annotations

from coterie.core.testing.people import Message
from coterie.core.testing.play import seen
from coterie.core.testing.play.captures import whole
from coterie.core.testing.play.showing import show_person, show_sought
from coterie.core.testing.play.steps import (
    Expectation,
    ExpectBalance,
    ExpectIs,
    ExpectLedger,
    ExpectPins,
    ExpectRoom,
    ExpectSees,
)
from coterie.core.testing.play.world import StepFailed, World


async def check(world: World, step: Expectation) -> None:
    """Compare; what is captured goes into the world. Raises :class:`StepFailed`."""
    match step:
        case ExpectSees():
            _sees(world, step)
        case ExpectRoom():
            _shows(world, step)
        case ExpectPins():
            _pins(world, step)
        case ExpectIs(person, condition, negated):
            persona, town = world.persona(person), world.town
            so = town.is_muted(persona) if condition == "muted" else town.is_banned(persona)
            if so == negated:
                raise StepFailed(f"expected {persona.key} {'not ' if negated else ''}to be {condition}")
        case ExpectBalance(person, amount, currency):
            expected, found = (
                whole(amount),
                await world.through(lambda app: app.balance(world.persona(person).who, currency)),
            )
            if found != expected:
                message = f"expected {show_person(person)} to have {expected} {currency}, but it is {found} {currency}"
                raise StepFailed(message)
        case ExpectLedger():
            problems = await world.through(lambda app: app.verify_ledger())
            if problems:
                raise StepFailed("expected the ledger to balance, but it does not", problems)


def _sees(world: World, step: ExpectSees) -> None:
    persona = world.persona(step.person)
    messages = seen.seen_since(world.town, persona, world.started_at.get(persona.key, 0))
    if persona.key in world.acted_on:
        since = f"since their last step (line {world.acted_on[persona.key]})"
    else:
        since = "since the beginning"
    wish = f"{persona.key} {'not ' if step.negated else ''}to see"
    _compare(world, step, messages, wish, f"{since}, {persona.key} saw:")


def _shows(world: World, step: ExpectRoom) -> None:
    messages = seen.in_public(world.town, world.room.id)
    wish = f"{world.room.title} {'not ' if step.negated else ''}to show"
    _compare(world, step, messages, wish, f"{world.room.title} shows:")


def _pins(world: World, step: ExpectPins) -> None:
    pinned = [message for message in seen.in_public(world.town, world.room.id) if message.pinned]
    if (seen.find(pinned, step.sought) is None) != step.negated:
        wish = f"{world.room.title} {'not ' if step.negated else ''}to pin {show_sought(step.sought)}"
        lines = seen.quoted_lines(world.town, pinned)
        raise StepFailed(f"expected {wish}", [f"pinned in {world.room.title}:", *lines])


def _compare(
    world: World, step: ExpectSees | ExpectRoom, messages: list[Message], wish: str, introduction: str
) -> None:
    match = seen.find(messages, step.sought)
    if (match is None) != step.negated:
        lines = seen.quoted_lines(world.town, messages)
        raise StepFailed(f"expected {wish} {show_sought(step.sought)}", [introduction, *lines])
    if match is not None and step.capture:
        world.captured[step.capture] = seen.captured(match)
