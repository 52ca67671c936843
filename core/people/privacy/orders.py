"""Erasures as rows: ordered, under way, put off, taken back, done; and what each part reported."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import bindparam, delete, literal_column, select, update

from coterie.storage.merges import MergeJournal
from coterie.storage.statement import Statement, insertion
from coterie.storage.tables import erasure_parts, erasures

if TYPE_CHECKING:
    from coterie.core.unit import Unit
    from coterie.storage.engine import LaneConnection
    from coterie.storage.ids import IdMaker

State = Literal["open", "postponed", "done", "withdrawn"]
Why = Literal["member", "operator", "retention", "restore"]
"""Who wanted it: the member, an operator, the retention period, or a backup that was older than the erasure."""

POSTPONED: Final = 86_400_000
"""Milliseconds until those who had a reason against an erasure are asked again."""
RETRIES: Final = (60_000, 600_000, 3_600_000, 86_400_000)
"""Milliseconds until parts that failed are tried again; the last one repeats."""

_b = bindparam
_e, _p = erasures.c, erasure_parts.c
_HERE = (_e.community_id == _b("community_id"), _e.id == _b("erasure"))
_FIELDS = (
    _e.community_id,
    _e.id,
    _e.member_id,
    _e.state,
    _e.why,
    _e.asked_by,
    _e.asked_at,
    _e.forced,
    _e.tries,
    _e.not_before,
    _e.reason,
    _e.known,
    _e.ended_at,
)
_LIVE = _e.state.in_((literal_column("'open'"), literal_column("'postponed'")))

ADD = insertion(erasures, "community_id", "id", "member_id", "why", "asked_by", "asked_at", "forced", "not_before")
FIND = Statement(select(*_FIELDS).where(*_HERE))
OF_MEMBER = Statement(
    select(*_FIELDS)
    .where(_e.community_id == _b("community_id"), _e.member_id == _b("member"))
    .order_by(_e.id.desc())
    .limit(literal_column("1"))
)
DUE = Statement(select(_e.community_id, _e.id).where(_LIVE, _e.not_before <= _b("now")).order_by(_e.not_before, _e.id))
NEXT = Statement(select(_e.not_before).where(_LIVE).order_by(_e.not_before).limit(literal_column("1")))
SET_STATE = Statement(
    update(erasures)
    .where(*_HERE)
    .values(state=_b("state_"), reason=_b("reason_"), not_before=_b("not_before_"), tries=_b("tries_"))
)
AGAIN = Statement(update(erasures).where(*_HERE, _LIVE).values(not_before=_b("not_before_"), forced=_b("forced_")))
SET_KNOWN = Statement(update(erasures).where(*_HERE).values(known=_b("known_")))
END = Statement(
    update(erasures)
    .where(*_HERE)
    .values(state=literal_column("'done'"), reason=_b("empty"), known=_b("empty"), ended_at=_b("now"))
)
WITHDRAW = Statement(
    update(erasures)
    .where(*_HERE, _LIVE, _e.known == _b("nothing"))
    .values(state=literal_column("'withdrawn'"), ended_at=_b("now"))
)
PARTS = Statement(
    select(_p.part, _p.state, _p.reason, _p.met, _p.position, _p.at)
    .where(_p.community_id == _b("community_id"), _p.erasure_id == _b("erasure"))
    .order_by(_p.part)
)
_PART = (_p.community_id == _b("community_id"), _p.erasure_id == _b("erasure_id"), _p.part == _b("part"))
DROP_PART = Statement(delete(erasure_parts).where(*_PART))
ADD_PART = insertion(erasure_parts, "community_id", "erasure_id", "part", "state", "reason", "met", "position", "at")
FORGET_REASONS = Statement(
    update(erasure_parts)
    .where(_p.community_id == _b("community_id"), _p.erasure_id == _b("erasure"))
    .values(reason=_b("empty"), position=_b("empty"))
)


@dataclass(frozen=True, slots=True)
class Erasure:
    """An erasure as its row is; ``reason`` tells why it is put off, ``known`` is what waiting rows are searched for."""

    community: int
    id: int
    member: int
    state: State
    why: Why
    asked_by: int
    asked_at: int
    forced: bool
    tries: int
    not_before: int
    reason: str
    known: str
    ended_at: int | None

    @property
    def live(self) -> bool:
        """Whether it is still to be done."""
        return self.state in ("open", "postponed")

    @property
    def begun(self) -> bool:
        """Whether anything has been erased, so that it cannot be taken back any more."""
        return bool(self.known) or self.state == "done"


@dataclass(frozen=True, slots=True)
class Part:
    """What a plugin, or a part of the core, reported; ``met`` counts the rows that it deleted or emptied."""

    state: Literal["underway", "done", "failed", "refused"]
    reason: str = ""
    met: int = 0
    position: str = ""
    at: int = 0


def _erasure(row: tuple[Any, ...]) -> Erasure:
    community, identifier, member, state, why, asked_by, asked_at, forced, *rest = row
    return Erasure(community, identifier, member, state, why, asked_by, asked_at, bool(forced), *rest)


def order(unit: Unit, community: int, member: int, why: Why, *, asked_by: int = 0, forced: bool = False) -> Erasure:
    """Have a member erased, from right after this commit on; one that was ordered before is tried again now."""
    unit.writes += 1
    made = order_in(unit.db, unit.services.ids, community, member, why, now=unit.now, asked_by=asked_by, forced=forced)
    unit.aftermath.erasures = True
    return made


def order_in(
    db: LaneConnection,
    ids: IdMaker,
    community: int,
    member: int,
    why: Why,
    *,
    now: int,
    asked_by: int = 0,
    forced: bool = False,
) -> Erasure:
    """The same from outside of a running application, which looks for such rows now and then."""
    found = of_member(db, community, member)
    if found is not None and found.live:
        again = {"not_before_": now, "forced_": int(forced or found.forced)}
        db.run(AGAIN, {"community_id": community, "erasure": found.id} | again)
    else:
        row = {"community_id": community, "id": ids.next(), "member_id": member, "why": why, "asked_by": asked_by}
        db.run(ADD, row | {"asked_at": now, "forced": int(forced), "not_before": now})
    made = of_member(db, community, member)
    assert made is not None
    return made


def find(db: LaneConnection, community: int, erasure: int) -> Erasure | None:
    """An erasure by its id."""
    row = db.one(FIND, {"community_id": community, "erasure": erasure})
    return None if row is None else _erasure(row)


def of_member(db: LaneConnection, community: int, member: int) -> Erasure | None:
    """The newest erasure of a member."""
    row = db.one(OF_MEMBER, {"community_id": community, "member": member})
    return None if row is None else _erasure(row)


def withdraw(db: LaneConnection, erasure: Erasure, now: int) -> bool:
    """Take an erasure back; false when it has begun already."""
    values = {"community_id": erasure.community, "erasure": erasure.id, "now": now, "nothing": ""}
    return bool(db.run(WITHDRAW, values).rowcount)


def parts_of(db: LaneConnection, erasure: Erasure) -> dict[str, Part]:
    """What was reported so far, by part."""
    rows = db.all(PARTS, {"community_id": erasure.community, "erasure": erasure.id})
    return {part: Part(*rest) for part, *rest in rows}


def report(db: LaneConnection, erasure: Erasure, name: str, part: Part, now: int) -> None:
    """Write down what became of a part."""
    row = {"community_id": erasure.community, "erasure_id": erasure.id, "part": name}
    db.run(DROP_PART, row)
    told = {"state": part.state, "reason": part.reason[:500], "met": part.met, "position": part.position, "at": now}
    db.run(ADD_PART, row | told)


def put_off(
    db: LaneConnection, erasure: Erasure, state: State, reason: str, until: int, *, tries: int | None = None
) -> None:
    """Go on with an erasure later."""
    told = {"state_": state, "reason_": reason[:500], "not_before_": until}
    tried = {"tries_": erasure.tries if tries is None else tries}
    db.run(SET_STATE, {"community_id": erasure.community, "erasure": erasure.id} | told | tried)


def end(db: LaneConnection, erasure: Erasure, now: int) -> None:
    """All is done: what was looked for is forgotten too, and so are reasons, for words of errors may name somebody."""
    here: Mapping[str, Any] = {"community_id": erasure.community, "erasure": erasure.id, "empty": ""}
    db.run(END, {**here, "now": now})
    db.run(FORGET_REASONS, here)


def records_of(db: LaneConnection, community: int, member: int) -> list[int]:
    """The ids of a member's records: its own first, then those that were merged into it."""
    return [member, *MergeJournal(db, community).merged_into(member)]
