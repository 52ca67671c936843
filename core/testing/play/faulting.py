"""Faults as lines: reading and showing them."""

from __future__ import annotations

from typing import Final

from coterie.core.testing.play.cursor import Cursor
from coterie.core.testing.play.steps import Fault
from coterie.core.testing.play.values import Wrong, did_you_mean, listed
from coterie.core.testing.trouble.strikes import DAMAGES, MOMENTS

_WORDS: Final = (
    *("crash", "duplicate", "late", "reorder", "send", "429", "5xx", "platform", "clock", "database", "two", "plugin"),
)
MOST: Final = 50
"""How often one line may let something go wrong."""


def read_fault(cursor: Cursor) -> Fault:
    """Read what stands behind ``fault``."""
    cursor.mark(":", "a colon, then a fault, such as `fault: crash before commit`")
    word, start = cursor.word("a fault", listed(_WORDS))
    match word:
        case "crash":
            when = cursor.one_of("`before`, `during` or `after`", "before", "during", "after")
            what = cursor.one_of("`commit`, `send` or `task`", "commit", "send", "task")
            if f"{when} {what}" not in MOMENTS:
                raise Wrong(start, f"no process ends {when} a {what}", f"crash {listed(MOMENTS)}")
            return Fault("crash", f"{when} {what}")
        case "duplicate" | "reorder" | "5xx" | "429":
            return Fault(word, count=_count(cursor))
        case "late":
            return Fault("late", length=cursor.length())
        case "send":
            cursor.one_of("`uncertain`", "uncertain")
            return Fault("send uncertain", cursor.one_of("`happened` or `lost`", "happened", "lost"))
        case "platform":
            cursor.one_of("`down`", "down")
            return Fault("platform down", length=cursor.length())
        case "clock":
            return _clock(cursor)
        case "database":
            return Fault("database", cursor.one_of(listed(DAMAGES), *DAMAGES), _count(cursor))
        case "two":
            cursor.one_of("`owners`", "owners")
            return Fault("two owners")
        case "plugin":
            name, _ = cursor.word("a plugin", "the name of a plugin")
            return Fault("plugin", cursor.one_of("`off`, `on` or `upgraded`", "off", "on", "upgraded"), name=name)
        case _:
            raise Wrong(start, f"`{word}` is not a fault{did_you_mean(word, _WORDS)}", listed(_WORDS))


def _count(cursor: Cursor) -> int:
    start = cursor.at
    count = cursor.number("how often it happens")
    if not 1 <= count <= MOST:
        raise Wrong(start, f"a fault strikes from 1 to {MOST} times", f"a whole number from 1 to {MOST}")
    return count


def _clock(cursor: Cursor) -> Fault:
    sign = "-" if cursor.peek("-") else "+"
    cursor.mark(sign, "+DURATION or -DURATION")
    return Fault("clock", sign, length=cursor.length())


def show_fault(fault: Fault) -> str:
    """What stands behind ``fault:``."""
    if fault.kind == "clock":
        return f"clock {fault.how}{fault.length}"
    parts = (fault.kind, fault.name, fault.how, str(fault.count or ""), fault.length)
    return " ".join(part for part in parts if part)
