"""Steps as lines of a scenario."""

from __future__ import annotations

import re
from typing import Final

from coterie.core.testing.play.faulting import show_fault
from coterie.core.testing.play.steps import (
    POINTS,
    SANDBOX,
    Act,
    Buy,
    Duplicate,
    Enter,
    Expectation,
    ExpectBalance,
    ExpectIs,
    ExpectLedger,
    ExpectPins,
    ExpectRoom,
    ExpectSees,
    Fault,
    Fill,
    Give,
    Link,
    Move,
    Pay,
    Person,
    Post,
    Press,
    Restart,
    SetStanding,
    Simulation,
    Sought,
    Step,
    Vote,
    Wait,
    Words,
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
        case Fault():
            return f"fault: {show_fault(step)}"
        case Simulation(seed):
            return f"simulation {seed}"
        case Duplicate(act):
            return f"duplicate {_show_act(act)}"
        case SetStanding(person, standing):
            return f"{show_person(person)} is {standing}"
        case ExpectSees() | ExpectRoom() | ExpectPins() | ExpectIs() | ExpectBalance() | ExpectLedger():
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
        case Buy(_, sku, length, lost):
            return f"{name} {'loses' if lost else 'buys'} {quoted(sku)}" + (f" for {length}" if length else "")
        case Vote(_, options):
            return f"{name} votes " + (", ".join(quoted(option) for option in options) or "nothing")


def _show_expectation(step: Expectation) -> str:
    match step:
        case ExpectSees(person, sought, negated, capture):
            return f"{show_person(person)} {'not ' if negated else ''}sees {show_sought(sought)}{_as(capture)}"
        case ExpectRoom(sought, negated, capture):
            return f"room {'not ' if negated else ''}shows {show_sought(sought)}{_as(capture)}"
        case ExpectPins(sought, negated):
            return f"room {'not ' if negated else ''}pins {show_sought(sought)}"
        case ExpectIs(person, condition, negated):
            return f"{show_person(person)} {'not ' if negated else ''}{condition}"
        case ExpectBalance(person, amount, currency):
            return f"balance {show_person(person)} {amount}{_unless_points(currency)}"
        case ExpectLedger():
            return "ledger balanced"


def _as(capture: str) -> str:
    return f" as {capture}" if capture else ""


def _unless_points(currency: str) -> str:
    return "" if currency == POINTS else f" {currency}"
