"""The steps of a scenario as frozen values; how each is written stands in :mod:`.showing`.

Every string that a person wrote may hold ``{name}``, which stands for what an earlier expectation captured.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from coterie.core.events import Standing

SANDBOX: Final = "sandbox"
POINTS: Final = "points"
PLATFORMS: Final = (SANDBOX, "telegram", "discord")
Moving = Literal["joins", "leaves", "asks to join", "blocks", "unblocks"]
Condition = Literal["muted", "banned"]


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
    """``dave joins``, ``dave leaves``, ``dave asks to join``, ``dave blocks`` (the bot), ``dave unblocks``."""

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
class Vote:
    """``bob votes "Tea", "Cake"``; ``bob votes nothing`` takes the vote back."""

    person: Person
    options: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Buy:
    """``bob buys "supporter"``, ``bob buys "supporter" for 30d`` (without blanks), ``bob loses "supporter"``."""

    person: Person
    sku: str
    length: str = ""
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """``wait 1h30m``; ``length`` is the duration as written, without blanks."""

    length: str


@dataclass(frozen=True, slots=True)
class Restart:
    """``restart``."""


FaultKind = Literal[
    "crash",
    "duplicate",
    "late",
    "reorder",
    "send uncertain",
    "429",
    "5xx",
    "platform down",
    "clock",
    "database",
    "two owners",
    "plugin",
]


@dataclass(frozen=True, slots=True)
class Fault:
    """``fault: crash before commit``, ``fault: database busy 3``, ``fault: plugin levels off``.

    ``how`` is the moment, the sign, the damage or what becomes of a plugin (``name``); ``count`` and ``length`` are the
    number or the duration behind it.
    """

    kind: FaultKind
    how: str = ""
    count: int = 0
    length: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    """``simulation 42``: the scenario is one of ``coterie simulate`` with this seed; only the first line can be."""

    seed: int


Act = Post | Press | Fill | Move | Pay | Vote | Buy


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
class ExpectPins:
    """``expect room pins "Rules"``."""

    sought: Sought
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ExpectIs:
    """``expect bob muted``, ``expect bob not banned``."""

    person: Person
    condition: Condition
    negated: bool = False


@dataclass(frozen=True, slots=True)
class ExpectBalance:
    """``expect balance bob 100``."""

    person: Person
    amount: Amount
    currency: str = POINTS


@dataclass(frozen=True, slots=True)
class ExpectLedger:
    """``expect ledger balanced``."""


Expectation = ExpectSees | ExpectRoom | ExpectPins | ExpectIs | ExpectBalance | ExpectLedger
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
    | Vote
    | Buy
    | Wait
    | Restart
    | Fault
    | Simulation
    | Duplicate
    | ExpectSees
    | ExpectRoom
    | ExpectPins
    | ExpectIs
    | ExpectBalance
    | ExpectLedger
)

__all__ = [
    "PLATFORMS",
    "POINTS",
    "SANDBOX",
    "Act",
    "Amount",
    "Buy",
    "Condition",
    "Duplicate",
    "Enter",
    "ExpectBalance",
    "ExpectIs",
    "ExpectLedger",
    "ExpectPins",
    "ExpectRoom",
    "ExpectSees",
    "Expectation",
    "Fault",
    "FaultKind",
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
    "Simulation",
    "Sought",
    "Step",
    "Vote",
    "Wait",
    "Words",
]
