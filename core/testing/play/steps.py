"""The steps of a scenario as frozen values, and how each is written.

Every string that a person wrote may hold ``{name}``, which stands for what an earlier expectation captured.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

from coterie.core.events import Standing

SANDBOX: Final = "sandbox"
POINTS: Final = "points"
PLATFORMS: Final = (SANDBOX, "telegram", "discord")
Moving = Literal["joins", "leaves", "asks to join"]


@dataclass(frozen=True, slots=True)
class Person:
    """A persona as a line names it."""

    name: str
    platform: str = SANDBOX


@dataclass(frozen=True, slots=True)
class Words:
    """Literal text to look for."""

    text: str


@dataclass(frozen=True, slots=True)
class Regex:
    """A pattern to look for; ``flags`` are letters of ``imsx`` in this order."""

    pattern: str
    flags: str = ""


Sought = Words | Regex
Amount = int | str
"""Minor units of a currency; a string holds ``{name}`` until the step runs."""


@dataclass(frozen=True, slots=True)
class SetStanding:
    """``alice is operator``."""

    person: Person
    standing: Standing


@dataclass(frozen=True, slots=True)
class Give:
    """``give alice 5 GEM``."""

    person: Person
    amount: Amount
    currency: str = POINTS


@dataclass(frozen=True, slots=True)
class Post:
    """``alice: text`` in the current channel, or ``alice in dm: text``."""

    person: Person
    text: str
    dm: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """``bob: [Label]``."""

    person: Person
    label: str
    dm: bool = False


@dataclass(frozen=True, slots=True)
class Enter:
    """``in #market``; ``room`` has no ``#``."""

    room: str


@dataclass(frozen=True, slots=True)
class Move:
    """``dave joins``, ``dave leaves``, ``dave asks to join``."""

    person: Person
    how: Moving


@dataclass(frozen=True, slots=True)
class Link:
    """``link alice@telegram alice@discord``."""

    first: Person
    second: Person


@dataclass(frozen=True, slots=True)
class Fill:
    """``alice fills: "Why?" = "Curious"``: pairs of a question's label and the answer."""

    person: Person
    answers: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pay:
    """``pay bob 500 XTR``."""

    person: Person
    amount: Amount
    currency: str


@dataclass(frozen=True, slots=True)
class Wait:
    """``wait 1h30m``; ``length`` is the duration as written, without blanks."""

    length: str


@dataclass(frozen=True, slots=True)
class Restart:
    """``restart``."""


Act = Post | Press | Fill | Move | Pay


@dataclass(frozen=True, slots=True)
class Duplicate:
    """``duplicate bob: [Grab]``: the act happens once, its platform event is delivered twice."""

    act: Act


@dataclass(frozen=True, slots=True)
class ExpectSees:
    """``expect bob sees "100"``."""

    person: Person
    sought: Sought
    negated: bool = False
    capture: str = ""


@dataclass(frozen=True, slots=True)
class ExpectRoom:
    """``expect room shows "Empty"``."""

    sought: Sought
    negated: bool = False
    capture: str = ""


@dataclass(frozen=True, slots=True)
class ExpectBalance:
    """``expect balance bob 100``."""

    person: Person
    amount: Amount
    currency: str = POINTS


@dataclass(frozen=True, slots=True)
class ExpectLedger:
    """``expect ledger balanced``."""


Expectation = ExpectSees | ExpectRoom | ExpectBalance | ExpectLedger
Step = (
    SetStanding
    | Give
    | Post
    | Press
    | Enter
    | Move
    | Link
    | Fill
    | Pay
    | Wait
    | Restart
    | Duplicate
    | ExpectSees
    | ExpectRoom
    | ExpectBalance
    | ExpectLedger
)

# In a post, "#" between blanks begins a comment; a backslash before it makes it text again.
_BARE_HASH: Final = re.compile(r"(?<=\s)(\\*#)(?=\s|$)")


def show(step: Step) -> str:
    """The step as a line; reading that line again gives an equal step."""
    match step:
        case Give(person, amount, currency):
            return f"give {show_person(person)} {amount}{_unless_points(currency)}"
        case Enter(room):
            return f"in #{room}"
        case Link(first, second):
            return f"link {show_person(first)} {show_person(second)}"
        case Wait(length):
            return f"wait {length}"
        case Restart():
            return "restart"
        case Duplicate(act):
            return f"duplicate {_show_act(act)}"
        case SetStanding(person, standing):
            return f"{show_person(person)} is {standing}"
        case ExpectSees() | ExpectRoom() | ExpectBalance() | ExpectLedger():
            return f"expect {_show_expectation(step)}"
        case _:
            return _show_act(step)


def show_person(person: Person) -> str:
    """``alice`` or ``alice@telegram``."""
    return person.name if person.platform == SANDBOX else f"{person.name}@{person.platform}"


def show_sought(sought: Sought) -> str:
    """What is looked for, in its quotes or slashes."""
    if isinstance(sought, Words):
        return quoted(sought.text)
    pattern = re.sub(r"(\\.)|/", lambda m: m[1] or "\\/", sought.pattern)
    return f"/{pattern}/{sought.flags}"


def quoted(text: str) -> str:
    """Text in double quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _show_act(act: Act) -> str:
    name = show_person(act.person)
    match act:
        case Post(_, text, dm):
            escaped = _BARE_HASH.sub(lambda m: "\\" + m[1], text)
            return f"{name}{' in dm' if dm else ''}: {escaped}"
        case Press(_, label, dm):
            return f"{name}{' in dm' if dm else ''}: [{label}]"
        case Fill(_, answers):
            return f"{name} fills: " + ", ".join(f"{quoted(label)} = {quoted(value)}" for label, value in answers)
        case Pay(_, amount, currency):
            return f"pay {name} {amount} {currency}"
        case Move(_, how):
            return f"{name} {how}"


def _show_expectation(step: Expectation) -> str:
    match step:
        case ExpectSees(person, sought, negated, capture):
            return f"{show_person(person)} {'not ' if negated else ''}sees {show_sought(sought)}{_as(capture)}"
        case ExpectRoom(sought, negated, capture):
            return f"room {'not ' if negated else ''}shows {show_sought(sought)}{_as(capture)}"
        case ExpectBalance(person, amount, currency):
            return f"balance {show_person(person)} {amount}{_unless_points(currency)}"
        case ExpectLedger():
            return "ledger balanced"


def _as(capture: str) -> str:
    return f" as {capture}" if capture else ""


def _unless_points(currency: str) -> str:
    return "" if currency == POINTS else f" {currency}"


__all__ = [
    "PLATFORMS",
    "POINTS",
    "SANDBOX",
    "Act",
    "Amount",
    "Duplicate",
    "Enter",
    "ExpectBalance",
    "ExpectLedger",
    "ExpectRoom",
    "ExpectSees",
    "Expectation",
    "Fill",
    "Give",
    "Link",
    "Move",
    "Moving",
    "Pay",
    "Person",
    "Post",
    "Press",
    "Regex",
    "Restart",
    "SetStanding",
    "Sought",
    "Step",
    "Wait",
    "Words",
    "quoted",
    "show",
    "show_person",
    "show_sought",
]
