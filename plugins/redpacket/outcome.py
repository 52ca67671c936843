"""What becomes of prizes, told to the plugin that gave them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnClause, bindparam, literal_column, select

from coterie.core.api import Context, PrizeChanged, Statement
from coterie.plugins.redpacket.models import packets

PRIZE: Final[ColumnClause[str]] = literal_column("'prize'")
BETWEEN: Final = ":"
"""What stands between the name of the giver and the giver's own key."""
PRIZE_OF: Final = Statement(
    select(
        packets.c.origin_name,
        packets.c.state,
        packets.c.number,
        packets.c.total,
        packets.c.taken_count,
        packets.c.taken,
        packets.c.refunded,
    ).where(
        packets.c.community_id == bindparam("community_id"),
        packets.c.id == bindparam("packet"),
        packets.c.origin == PRIZE,
    )
)


def tell(ctx: Context, packet: int) -> None:
    """Tell how a packet stands whoever gave it as a prize; of other packets there is nothing to tell."""
    row = ctx.sql.one(PRIZE_OF, community_id=ctx.community.id, packet=packet)
    if row is None:
        return
    name, state, number, total, takers, taken, returned = row
    giver, _, key = str(name).partition(BETWEEN)
    ctx.emit(
        PrizeChanged(
            key=key,
            giver=giver,
            state=state,
            packet=packet,
            number=number,
            total=total,
            takers=takers,
            taken=taken,
            returned=returned,
        )
    )
