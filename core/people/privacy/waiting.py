"""What waits, failed or was sent: rows of the engine that are about somebody are deleted, others lose their words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec
from sqlalchemy import Column, Table, bindparam, delete, literal_column, select, update

from coterie.storage.statement import Statement
from coterie.storage.tables import (
    audit_log,
    broadcasts,
    button_args,
    channels,
    dead_letters,
    merges,
    messages,
    open_forms,
    outbox,
    pauses,
    queued_events,
    tasks,
    timers,
)

if TYPE_CHECKING:
    from coterie.core.people.privacy.scrubbing import Scrubber
    from coterie.storage.engine import LaneConnection

AT_ONCE: Final = 1_000
"""Rows that are looked at in one transaction."""

Mode = Literal["said", "machine", "text"]
"""How a column is read: JSON that people see, JSON that programs read, or plain text."""
Row = Mapping[str, Any]
Fate = Literal["keep", "drop", "wait"]


@dataclass(frozen=True, slots=True)
class Place:
    """A table of the engine: the column that its rows are ordered by, and the columns that may name somebody."""

    table: Table
    columns: Mapping[str, Mode]
    order: str = "id"
    more: tuple[str, ...] = ()
    """Further columns that ``fate`` looks at."""
    fate: Callable[[Scrubber, Row], Fate] = lambda _scrubber, _row: "keep"
    also: Callable[[Row], Mapping[str, str]] = lambda _row: {}
    """What else changes in a row that was changed."""


def _by_who(column: str, *path: str) -> Callable[[Scrubber, Row], Fate]:
    def fate(scrubber: Scrubber, row: Row) -> Fate:
        value = _decoded(row[column])
        for part in path:
            value = value.get(part) if isinstance(value, dict) else None
        return "drop" if scrubber.is_them(value) else "keep"

    return fate


def _outbound(scrubber: Scrubber, row: Row) -> Fate:
    value = _decoded(row["payload"])
    if not isinstance(value, dict):
        return "keep"
    if scrubber.is_them(value.get("to")) or scrubber.is_their_chat(value.get("where")):
        return "wait" if row["state"] == "pending" else "drop"
    return "keep"


def _sent(scrubber: Scrubber, row: Row) -> Fate:
    return "drop" if scrubber.is_their_chat(_decoded(row["place"])) else "keep"


def _form(scrubber: Scrubber, row: Row) -> Fate:
    return "drop" if scrubber.is_them(_decoded(row["account"])) else "keep"


PLACES: Final = (
    Place(outbox, {"payload": "said", "reason": "text"}, more=("state", "adapter"), fate=_outbound),
    Place(messages, {"place": "said"}, "ref", fate=_sent),
    Place(queued_events, {"payload": "said"}, fate=_by_who("payload", "who")),
    Place(dead_letters, {"payload": "said", "error": "text"}, fate=_by_who("payload", "who")),
    Place(tasks, {"args": "machine", "origin": "said"}, fate=_by_who("origin", "who")),
    Place(timers, {"args": "machine"}),
    Place(open_forms, {"args": "machine", "answers": "said", "place": "said"}, more=("account",), fate=_form),
    # Equal arguments share a row, found by its digest: a row that was changed must not be found any more.
    Place(button_args, {"args": "machine"}, also=lambda row: {"digest": f"erased:{row['id']}"}),
    Place(audit_log, {"details": "said", "reason": "text"}),
    Place(merges, {"accounts": "said", "before": "said"}),
    Place(broadcasts, {"card": "said", "audience": "machine"}),
)
_b = bindparam
DIRECT_CHAT = Statement(
    select(channels.c.id).where(
        channels.c.community_id == _b("community_id"),
        channels.c.adapter == _b("adapter"),
        channels.c.native == _b("native"),
    )
)
EMPTY_CHANNEL = Statement(
    update(channels)
    .where(channels.c.community_id == _b("community_id"), channels.c.id == _b("id_"))
    .values(native=_b("native"), title=literal_column("''"))
)
PAUSES = Statement(select(pauses.c.plugin, pauses.c.hook, pauses.c.error))
SAY_PAUSE = Statement(
    update(pauses).where(pauses.c.plugin == _b("plugin_"), pauses.c.hook == _b("hook_")).values(error=_b("error"))
)


@dataclass(slots=True)
class Sweep:
    """One look through the engine's rows; ``met`` counts what was changed, ``waits`` messages that are on their way;
    ``withdrawn`` are those that were given up (adapter, row), which senders must not send any more.
    """

    met: int = 0
    waits: int = 0
    withdrawn: list[tuple[str, int]] = field(default_factory=list)


def sweep(db: LaneConnection, community: int, scrubber: Scrubber, position: str, *, patient: bool) -> tuple[Sweep, str]:
    """Look through at most :data:`AT_ONCE` rows; returns what was met, and the next position, empty when all is done.

    Messages to them that are on their way are counted while one is ``patient``, and deleted otherwise.
    """
    index, after = (int(part) for part in (position or "0:0").split(":"))
    done = Sweep()
    if not index and not after:
        _channels(db, community, scrubber, done)
        _pauses(db, scrubber, done)
    if index == len(PLACES):
        return done, ""
    place = PLACES[index]
    names = (place.order, *place.columns, *place.more)
    wanted = (
        select(*(place.table.c[name] for name in names))
        .where(place.table.c.community_id == community, place.table.c[place.order] > after)
        .order_by(place.table.c[place.order])
        .limit(AT_ONCE)
    )
    rows = [dict(zip(names, row, strict=True)) for row in db.all(Statement(wanted), {})]
    for row in rows:
        _one(db, community, scrubber, place, row, done, patient=patient)
    further = f"{index}:{rows[-1][place.order]}" if len(rows) == AT_ONCE else f"{index + 1}:0"
    return done, "" if further == f"{len(PLACES)}:0" else further


def _one(
    db: LaneConnection,
    community: int,
    scrubber: Scrubber,
    place: Place,
    row: dict[str, Any],
    done: Sweep,
    *,
    patient: bool,
) -> None:
    fate = place.fate(scrubber, row)
    if fate == "wait" and patient:
        done.waits += 1
        return
    here = (place.table.c.community_id == community, _order(place) == row[place.order])
    if fate != "keep":
        db.run(Statement(delete(place.table).where(*here)), {})
        done.met += 1
        if fate == "wait":
            done.withdrawn.append((row["adapter"], row["id"]))
        return
    cleaned = {name: _cleaned(scrubber, row[name], mode) for name, mode in place.columns.items()}
    if any(cleaned[name] != row[name] for name in cleaned):
        db.run(Statement(update(place.table).where(*here).values({**cleaned, **place.also(row)})), {})
        done.met += 1


def _order(place: Place) -> Column[Any]:
    return place.table.c[place.order]


def _cleaned(scrubber: Scrubber, raw: str, mode: Mode) -> str:
    return scrubber.text(raw) if mode == "text" else scrubber.json(raw, machine=mode == "machine")


def _decoded(raw: str) -> Any:
    try:
        return msgspec.json.decode(raw)
    except msgspec.DecodeError:
        return None


def _channels(db: LaneConnection, community: int, scrubber: Scrubber, done: Sweep) -> None:
    for adapter, native in scrubber.known.dms:
        row = db.one(DIRECT_CHAT, {"community_id": community, "adapter": adapter, "native": native})
        if row is not None:
            db.run(EMPTY_CHANNEL, {"community_id": community, "id_": row[0], "native": f"erased:{row[0]}"})
            done.met += 1


def _pauses(db: LaneConnection, scrubber: Scrubber, done: Sweep) -> None:
    for plugin, hook, error in db.all(PAUSES, {}):
        if (cleaned := scrubber.text(error)) != error:
            db.run(SAY_PAUSE, {"plugin_": plugin, "hook_": hook, "error": cleaned})
            done.met += 1
