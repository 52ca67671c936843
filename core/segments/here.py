"""Segments inside a handler: on the lane's transaction, with all that the batch has changed so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.core.segments.asking import WHOM, Asking
from coterie.core.segments.people import Segments

if TYPE_CHECKING:
    from coterie.core.context.knowing import Knowing


def segments_of(ctx: Knowing, at: int = 0) -> Segments:
    """The segments of the event's community, now or at an instant."""
    fields = ctx.unit.services.segment_fields(ctx.community.enabled)
    return Segments(lambda statement: execute(ctx, statement), ctx.community, fields, at or ctx.unit.now)


def means(ctx: Knowing, member: int, text: str) -> bool:
    """Whether a saved segment or a filter means a member; raises :class:`FilterError`."""
    unit, community = ctx.unit, ctx.community.id
    if unit.asking is None:
        unit.asking = Asking()
    asked = unit.asking.find(community, text, unit.now)
    if asked is None:
        segments = segments_of(ctx)
        asked = segments.asked(text)
        if asked is None:
            return segments.has(member, text)
        unit.asking.keep(community, text, asked)
    if asked.foreign:
        unit.settle()
    if asked.money == "any" or (asked.money and unit.ledger.owes(str(member))):
        unit.ledger.flush()
    unit.flush_orm()
    unit.count_statement(0)
    return unit.db.one(asked.statement, {WHOM: member}) is not None


def execute(ctx: Knowing, statement: Any) -> Any:
    """Run a statement of ours; what is collected in memory is written first, so that it counts."""
    unit = ctx.unit
    unit.settle()
    unit.ledger.flush()
    unit.flush_orm()
    unit.count_statement(0)
    if not statement.is_select:
        unit.writes += 1
    return unit.db.connection.execute(statement)
