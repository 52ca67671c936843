"""Segments inside a handler: on the lane's transaction, with all that the batch has changed so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coterie.core.segments.people import Segments

if TYPE_CHECKING:
    from coterie.core.context.knowing import Knowing


def segments_of(ctx: Knowing, at: int = 0) -> Segments:
    """The segments of the event's community, now or at an instant."""
    fields = ctx.unit.services.segment_fields(ctx.community.enabled)
    return Segments(lambda statement: execute(ctx, statement), ctx.community, fields, at or ctx.unit.now)


def execute(ctx: Knowing, statement: Any) -> Any:
    """Run a statement of ours; what is collected in memory is written first, so that it counts."""
    unit = ctx.unit
    unit.settle()
    unit.ledger.flush()
    if unit.session is not None:
        unit.session.flush()
    unit.count_statement(0)
    if not statement.is_select:
        unit.writes += 1
    return unit.db.connection.execute(statement)
