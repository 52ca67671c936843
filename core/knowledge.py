"""What may be known about a member: how tags and attributes are named, and the values that attributes have."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, Literal, get_args

from coterie.core.text import clean_text

AttributeValue = str | int | bool | date
AttributeKind = Literal["text", "int", "bool", "date"]

TAG_LENGTH: Final = 32
VALUE_LENGTH: Final = 200
_LARGEST: Final = 10**15
# Nothing that a segment's filter reads as something else.
_TAG = re.compile(r"[^\s()（）\"“”「」<>=!~≤≥≠＜＞＝！～:：,，;；&|＆｜]{1,32}")
_NAME = re.compile(r"[^\W\d][\w-]{0,31}")
_INT = re.compile(r"[+-]?[0-9]{1,15}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES: Final = frozenset(("yes", "true", "on", "是", "开", "開"))
_NO: Final = frozenset(("no", "false", "off", "否", "关", "關"))


def tag_name(raw: str) -> str | None:
    """A tag as it is kept, in lower case and without a leading ``#``; ``None`` for what cannot be one."""
    cleaned = clean_text(raw.strip().removeprefix("#"), TAG_LENGTH + 1, lines=False).casefold()
    return cleaned if _TAG.fullmatch(cleaned) else None


def attribute_name(raw: str) -> str | None:
    """An attribute's name as it is kept, in lower case; ``None`` for what cannot be one."""
    cleaned = clean_text(raw.strip(), TAG_LENGTH + 1, lines=False).casefold()
    return cleaned if _NAME.fullmatch(cleaned) else None


def attribute_value(raw: str, kind: AttributeKind | None = None) -> AttributeValue | None:
    """What somebody typed, as a value of a kind; without a kind it is what it looks like.  ``None``: not of this
    kind.
    """
    typed = clean_text(raw, VALUE_LENGTH, lines=False)
    folded = typed.casefold()
    if kind in (None, "int") and _INT.fullmatch(typed) and abs(int(typed)) <= _LARGEST:
        return int(typed)
    if kind in (None, "bool") and folded in _YES | _NO:
        return folded in _YES
    if kind in (None, "date") and _DATE.fullmatch(typed):
        try:
            return date.fromisoformat(typed)
        except ValueError:
            pass
    return typed if kind in (None, "text") and typed else None


def stored(value: AttributeValue) -> dict[str, str | int | None]:
    """The columns ``kind``, ``value``, ``folded`` and ``number`` of a value."""
    kind: AttributeKind
    number: int | None = None
    if isinstance(value, bool):
        kind, number, text = "bool", int(value), "yes" if value else "no"
    elif isinstance(value, int):
        kind, number, text = "int", value, str(value)
    elif isinstance(value, date):
        kind, number, text = "date", value.toordinal(), value.isoformat()
    else:
        kind, text = "text", clean_text(value, VALUE_LENGTH, lines=False)
    return {"kind": kind, "value": text, "folded": text.casefold()[:VALUE_LENGTH], "number": number}


def loaded(kind: str, text: str) -> AttributeValue:
    """A value from its columns."""
    match kind:
        case "int":
            return int(text)
        case "bool":
            return text == "yes"
        case "date":
            return date.fromisoformat(text)
    return text


@dataclass(frozen=True, slots=True)
class Note:
    """What an operator wrote about a member; ``author`` is a member's id, 0 for the system."""

    id: int
    author: int
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """When somebody came, left for good (``None``: did not), and wrote last (as far as that is counted)."""

    joined: datetime
    left: datetime | None
    last_day: date | None


@dataclass(frozen=True, slots=True)
class Segment:
    """A saved filter; ``author`` is a member's id, 0 for the command line."""

    id: int
    name: str
    filter: str
    author: int
    at: int


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One act: who (a member's id, else ``actor`` says it), what, whom it concerned (0: nobody), why."""

    id: int
    at: datetime
    actor_id: int
    actor: str
    plugin: str
    act: str
    member: int
    details: Mapping[str, Any]
    reason: str


State = Literal["collecting", "running", "stopped", "done", "failed"]
TargetState = Literal["pending", "queued", "sent", "failed", "unknown", "unreachable", "opted_out", "gone"]
TARGET_STATES: Final[tuple[TargetState, ...]] = get_args(TargetState)


@dataclass(frozen=True, slots=True)
class Broadcast:
    """How far a broadcast has come; ``counts`` has its targets by state, instants are milliseconds."""

    id: int
    plugin: str
    audience: str
    state: State
    author: int
    created_at: int
    ended_at: int | None
    collected: bool
    counts: Mapping[TargetState, int]

    @property
    def total(self) -> int:
        """Targets that are known so far; all of them once they are ``collected``."""
        return sum(self.counts.values())

    @property
    def open(self) -> int:
        """Targets whose fate is not known yet."""
        return self.counts["pending"] + self.counts["queued"]
