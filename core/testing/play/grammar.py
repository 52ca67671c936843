"""Reads a scenario: one step a line, and all mistakes of the file at once."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coterie.core.events import Standing
from coterie.core.testing.play import braces
from coterie.core.testing.play.cursor import Cursor
from coterie.core.testing.play.faulting import read_fault
from coterie.core.testing.play.references import check_references
from coterie.core.testing.play.steps import (
    POINTS,
    Act,
    Buy,
    Condition,
    Duplicate,
    Enter,
    Expectation,
    ExpectBalance,
    ExpectIs,
    ExpectLedger,
    ExpectPins,
    ExpectRoom,
    ExpectSees,
    Fill,
    Give,
    Link,
    Move,
    Moving,
    Pay,
    Person,
    Post,
    Press,
    Regex,
    Restart,
    SetStanding,
    Simulation,
    Sought,
    Step,
    Vote,
    Wait,
)
from coterie.core.testing.play.values import LEADING, Wrong, did_you_mean, listed

_DEEDS: Final = ("is", "joins", "leaves", "asks", "fills", "in", "votes", "buys", "loses", "blocks", "unblocks")
_AFTER_NAME: Final = (
    "`: text`, `: [Label]`, `in dm: …`, `is operator`, `is member`, `joins`, `leaves`, `asks to join`, `fills: …`, "
    "`votes …`, `buys …`, `loses …`, `blocks` or `unblocks`"
)
_STANDINGS: Final[dict[str, Standing]] = {"operator": "operator", "member": "member"}
_MOVES: Final[dict[str, Moving]] = {
    "joins": "joins",
    "leaves": "leaves",
    "blocks": "blocks",
    "unblocks": "unblocks",
}
_CONDITIONS: Final[dict[str, Condition]] = {"muted": "muted", "banned": "banned"}


@dataclass(frozen=True, slots=True)
class Line:
    """A step with the place where it is written; lines count from 1."""

    number: int
    source: str
    step: Step


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario as read; ``name`` is the file's name as messages show it."""

    name: str
    lines: tuple[Line, ...]

    @property
    def simulation(self) -> int | None:
        """The seed of the simulation that this scenario is from, if it is from one."""
        first = self.lines[0].step if self.lines else None
        return first.seed if isinstance(first, Simulation) else None


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something in a file that cannot be read; line and column count from 1."""

    line: int
    column: int
    message: str
    allowed: str
    source: str

    def show(self, name: str) -> str:
        """Place and message, the line with a caret below, and what could stand there."""
        before = "".join("\t" if c == "\t" else " " * _width(c) for c in self.source[: self.column - 1])
        text = f"{name}:{self.line}:{self.column}: {self.message}\n    {self.source}\n    {before}^"
        return f"{text}\n    allowed here: {self.allowed}" if self.allowed else text


class ScenarioError(Exception):
    """A scenario cannot be read; ``mistakes`` holds every reason in the order of the lines."""

    def __init__(self, name: str, mistakes: Sequence[Mistake]) -> None:
        super().__init__("\n".join(mistake.show(name) for mistake in mistakes))
        self.name = name
        self.mistakes = tuple(mistakes)


def parse(text: str, name: str = "scenario") -> Scenario:
    """The scenario in a text; raises :class:`ScenarioError` naming all that cannot be read."""
    lines: list[Line] = []
    mistakes: list[Mistake] = []
    captured: set[str] = set()
    for number, source in enumerate(re.split(r"\r\n|\n|\r", text.removeprefix("\ufeff")), 1):
        try:
            step = parse_line(source)
            if step is not None:
                check_references(step, source, captured)
                if isinstance(step, Simulation) and lines:
                    raise Wrong(0, "`simulation` can only be the first step", "the step on a line above all others")
                lines.append(Line(number, source.strip(), step))
                if isinstance(step, ExpectSees | ExpectRoom) and step.capture:
                    captured.add(step.capture)
        except Wrong as wrong:
            mistakes.append(Mistake(number, wrong.column + 1, wrong.message, wrong.allowed, source))
            # What this line meant to capture counts as captured, so that one mistake is not told twice.
            captured.update(re.findall(r"\sas\s+(\w+)\s*(?:\s#.*)?$", source))
    if mistakes:
        raise ScenarioError(name, mistakes)
    return Scenario(name, tuple(lines))


def parse_line(source: str) -> Step | None:
    """The step on a line, None for a blank line or a comment; raises :class:`Wrong`."""
    cursor = Cursor(source)
    if cursor.done():
        return None
    step = _step(cursor)
    cursor.end()
    return step


def _step(cursor: Cursor) -> Step:
    start = cursor.at
    head, _ = cursor.word("a step", f"a persona's name, or {listed(LEADING)}")
    if head == "fault":
        return read_fault(cursor)
    if head in LEADING and cursor.peek(":"):
        raise Wrong(start, f"`{head}` is a word of the language and cannot be a persona's name", "another name")
    match head:
        case "in":
            return Enter(cursor.room())
        case "give":
            return _give(cursor)
        case "link":
            return Link(cursor.person(), cursor.person())
        case "wait":
            return Wait(cursor.length())
        case "restart":
            return Restart()
        case "duplicate":
            return _duplicate(cursor)
        case "expect":
            return _expectation(cursor)
        case "pay":
            return _pay(cursor)
        case "simulation":
            return Simulation(cursor.number("a seed"))
        case _:
            cursor.at = start
            return _deed(cursor, head)


def _give(cursor: Cursor) -> Give:
    person = cursor.person()
    start = cursor.at
    amount = cursor.amount()
    if amount == 0:
        raise Wrong(start, "a gift is more than nothing", "a whole number from 1 up")
    return Give(person, amount, cursor.currency(POINTS))


def _pay(cursor: Cursor) -> Pay:
    return Pay(cursor.person(), cursor.amount(), cursor.currency())


def _duplicate(cursor: Cursor) -> Duplicate:
    start = cursor.at
    allowed = "what a person does, such as `bob: [Grab]`, `bob in dm: text`, `bob joins` or `pay bob 500 XTR`"
    if cursor.done():
        raise Wrong(start, "what is delivered twice is missing", allowed)
    act = _step(cursor)
    if not isinstance(act, Act):
        raise Wrong(start, "this is not something that a platform could deliver twice", allowed)
    return Duplicate(act)


def _deed(cursor: Cursor, head: str) -> Step:
    person = _first_person(cursor, head)
    if cursor.peek(":"):
        return _post(cursor, person)
    if cursor.done():
        hint = did_you_mean(head, LEADING)
        raise Wrong(cursor.at, f"what {head} does is missing{hint}", _AFTER_NAME)
    deed, start = cursor.word("a colon", _AFTER_NAME)
    match deed:
        case "is":
            return SetStanding(person, _STANDINGS[cursor.one_of("a standing", *_STANDINGS)])
        case "joins" | "leaves" | "blocks" | "unblocks":
            return Move(person, _MOVES[deed])
        case "asks":
            cursor.one_of("`to join`", "to")
            cursor.one_of("`join`", "join")
            return Move(person, "asks to join")
        case "fills":
            return _fill(cursor, person)
        case "votes":
            return _vote(cursor, person)
        case "buys" | "loses":
            return _buy(cursor, person, lost=deed == "loses")
        case "in":
            cursor.one_of("`dm`", "dm")
            return _post(cursor, person, dm=True)
        case _:
            hint = did_you_mean(head, LEADING) or did_you_mean(deed, _DEEDS)
            raise Wrong(start, f"`{deed}` is not something that a person does{hint}", _AFTER_NAME)


def _first_person(cursor: Cursor, head: str) -> Person:
    try:
        return cursor.person()
    except Wrong as wrong:
        hint = did_you_mean(head, LEADING)
        raise Wrong(wrong.column, wrong.message + hint, wrong.allowed) from None


def _post(cursor: Cursor, person: Person, *, dm: bool = False) -> Post | Press:
    cursor.mark(":", "a colon, then text or [Label]")
    said, is_label = cursor.said()
    return Press(person, said, dm) if is_label else Post(person, said, dm)


def _fill(cursor: Cursor, person: Person) -> Fill:
    cursor.mark(":", 'a colon, then "Question" = "answer", …')
    answers: dict[str, str] = {}
    while True:
        start = cursor.at
        label = cursor.quoted()
        if not label.strip() or label in answers:
            message = "this question is answered twice" if label in answers else "the question is empty"
            raise Wrong(start, message, '"Question" = "answer"')
        cursor.mark("=", '= "answer"')
        answers[label] = cursor.quoted()
        if not cursor.peek(","):
            return Fill(person, tuple(answers.items()))
        cursor.mark(",", ', "Question" = "answer"')


def _vote(cursor: Cursor, person: Person) -> Vote:
    if not cursor.peek('"'):
        cursor.one_of('"an option" or `nothing`', "nothing")
        return Vote(person, ())
    options: list[str] = []
    while True:
        start = cursor.at
        option = cursor.quoted()
        if not option.strip() or option in options:
            message = "this option is chosen twice" if option in options else "the option is empty"
            raise Wrong(start, message, '"part of an option"')
        options.append(option)
        if not cursor.peek(","):
            return Vote(person, tuple(options))
        cursor.mark(",", ', "part of another option"')


def _buy(cursor: Cursor, person: Person, *, lost: bool) -> Buy:
    start = cursor.at
    sku = cursor.quoted()
    if not sku.strip():
        raise Wrong(start, "what is bought is empty", '"supporter"')
    if lost or cursor.done() or cursor.here() != "`for`":
        return Buy(person, sku, lost=lost)
    cursor.one_of("`for`", "for")
    return Buy(person, sku, cursor.length())


def _expectation(cursor: Cursor) -> Expectation:
    start = cursor.at
    head, _ = cursor.word("what is expected", "a persona's name, room, balance or ledger")
    if head == "ledger":
        cursor.one_of("`balanced`", "balanced")
        return ExpectLedger()
    if head == "balance":
        return ExpectBalance(cursor.person(), cursor.amount(), cursor.currency(POINTS))
    if head == "room":
        verb, negated = _verb(cursor, "shows", "pins")
        return ExpectRoom(*_sought(cursor, negated)) if verb == "shows" else ExpectPins(cursor.sought(), negated)
    cursor.at = start
    person = cursor.person()
    verb, negated = _verb(cursor, "sees", *_CONDITIONS)
    if verb in _CONDITIONS:
        return ExpectIs(person, _CONDITIONS[verb], negated)
    return ExpectSees(person, *_sought(cursor, negated))


def _verb(cursor: Cursor, *verbs: str) -> tuple[str, bool]:
    """One of several verbs, the first of which is the usual one, and whether ``not`` stands before it."""
    verb = cursor.one_of(f"`{verbs[0]}`", *verbs, "not")
    negated = verb == "not"
    if negated:
        verb = cursor.one_of(f"`{verbs[0]}`", *verbs)
    start = cursor.at
    if not cursor.done() and cursor.here() == "`not`":
        raise Wrong(start, "`not` stands in another place", f"not {verb} …, in this order")
    return verb, negated


def _sought(cursor: Cursor, negated: bool) -> tuple[Sought, bool, str]:
    sought = cursor.sought()
    if cursor.done() or cursor.here() != "`as`":
        return sought, negated, ""
    start = cursor.at
    if negated or not isinstance(sought, Regex):
        why = "what must not be there" if negated else "plain text"
        raise Wrong(start, f"{why} cannot be captured", "as NAME after a /pattern/ that should be found")
    cursor.word("`as`", "as")
    name, start = cursor.word("a name", "a name, such as code")
    if not braces.NAME.fullmatch(name):
        raise Wrong(start, f"`{name}` cannot be a name for what is captured", "letters, digits and _, such as code")
    return sought, negated, name


def _width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1
