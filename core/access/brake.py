"""The brake: many changes of one kind within an hour stop, and wait for a person's word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from coterie.core.access.look import Finding
from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.events import AccessBraked
from coterie.storage.applied import (
    ADD_BRAKE,
    ADD_COUNT,
    BRAKES,
    DROP_BRAKE,
    FORGET_COUNTS,
    RECENT,
    AppliedRows,
)
from coterie.storage.engine import LaneConnection

Braked = Literal["take", "again"]
Kind = tuple[str, Braked]
"""An access, and a kind of change that can be too many."""
Counts = Mapping[Kind, int]

HOUR: Final = 3_600_000
STANDING: Final = ("given", "taking")
EVERYTHING: Final[frozenset[Kind]] = frozenset({("", "take"), ("", "again")})
"""Stands for all that is stopped."""


@dataclass(frozen=True, slots=True)
class Brake:
    """A stop: ``wanted`` accounts were to be changed at ``since`` (milliseconds), ``allowed`` would have passed."""

    access: str
    act: Braked
    wanted: int
    allowed: int
    since: int


def counted(findings: Iterable[Finding]) -> Counter[Kind]:
    """How many accounts there would be changes of each kind for that can be too many."""
    changes = ((finding.account.id, finding.step.access, finding.step.act) for finding in findings)
    return Counter((access, act) for _, access, act in set(changes) if act in ("take", "again"))


def brakes(db: LaneConnection, community: int) -> list[Brake]:
    """What is stopped."""
    return [Brake(*row) for row in db.all(BRAKES, {"community_id": community})]


def judge(ctx: Context, counts: Counts, confirmed: Collection[Kind] = ()) -> frozenset[Kind]:
    """Which of these changes have to wait; the first time that one has to, the operators are told."""
    if not counts:
        return frozenset()
    stopped = {(brake.access, brake.act) for brake in brakes(ctx.unit.db, ctx.community.id)}
    held = set()
    for kind, wanted in counts.items():
        if kind in confirmed:
            continue
        if kind in stopped:
            held.add(kind)
        elif (allowed := too_many(ctx.unit.db, ctx.community, kind, wanted, ctx.unit.now)) is not None:
            held.add(kind)
            _stop(ctx, kind, wanted, allowed)
    return frozenset(held)


def too_many(db: LaneConnection, community: Community, kind: Kind, wanted: int, now: int) -> int | None:
    """How many would have been allowed, if these are too many on top of those of the last hour."""
    access, act = kind
    row = db.one(RECENT, {"community_id": community.id, "access": access, "act": act, "since": now - HOUR})
    recent = 0 if row is None else int(row[0])
    if recent + wanted <= community.rights.brake_number:
        return None
    standing = AppliedRows(db).standing(community.id, access, STANDING) + (recent if act == "take" else 0)
    allowed = community.rights.allowed(standing)
    return allowed if recent + wanted > allowed else None


def note(ctx: Context, counts: Counts) -> None:
    """Write down changes that are made, for the next hour; those that a person confirmed are not handed in."""
    here = {"community_id": ctx.community.id}
    if counts:
        ctx.unit.db.run(FORGET_COUNTS, here | {"before": ctx.unit.now - HOUR})
    for (access, act), count in counts.items():
        row = {"id": ctx.new_id(), "access": access, "act": act, "count": count, "at": ctx.unit.now}
        ctx.unit.db.run(ADD_COUNT, here | row)


def release(ctx: Context, kind: Kind) -> None:
    """Let go: a person has confirmed, or nothing waits any more."""
    ctx.unit.writes += 1
    ctx.unit.db.run(DROP_BRAKE, {"community_id": ctx.community.id, "access": kind[0], "act": kind[1]})


def _stop(ctx: Context, kind: Kind, wanted: int, allowed: int) -> None:
    access, act = kind
    unit, community = ctx.unit, ctx.community.id
    unit.writes += 1
    row = {"access": access, "act": act, "wanted": wanted, "allowed": allowed, "since": unit.now}
    unit.db.run(ADD_BRAKE, {"community_id": community} | row)
    key = f"access-braked:{ctx.new_id()}"
    unit.emit(AccessBraked(key=key, access=access, act=act, wanted=wanted, allowed=allowed))
