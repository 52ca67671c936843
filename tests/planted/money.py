"""Bugs with money: what is paid twice, lost, or comes from nowhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from unittest import mock

from sqlalchemy import bindparam, update

from coterie.core.api import Statement
from coterie.core.context.wallet import PluginLedger
from coterie.core.people import merging
from coterie.plugins.redpacket import claiming, funding
from coterie.plugins.redpacket import service as packets
from coterie.plugins.redpacket.models import shares
from coterie.storage.books import booking, holds
from coterie.storage.books.sql import MOVE_HOLD
from coterie.storage.engine import LaneConnection
from tests.planted.planting import bug


@bug(PluginLedger, "_book", "The same payment can be booked again and again, each time under another key.")
def transfer_without_its_key(before: Any, ledger: PluginLedger, legs: Any, *, key: str, **rest: Any) -> Any:
    return before(ledger, legs, key=f"{key}#{ledger._unit.services.ids.next()}", **rest)


@bug(holds.Holds, "release", "Money set aside is given back twice, the second time out of other people's pledges.")
def hold_released_twice(before: Any, ledger: Any, community: int, key: str, *args: Any, **kwargs: Any) -> Any:
    found = before(ledger, community, key, *args, **kwargs)
    ledger.db.run(
        MOVE_HOLD,
        {"community_id": community, "id_": found.id, "captured": 0, "released": 0, "state": "open"},
    )
    return found


def _no_checks() -> Any:
    """Let the database take what it would refuse."""
    opened = LaneConnection.open

    def unchecked(connection: LaneConnection) -> None:
        opened(connection)
        if connection.is_sqlite:
            connection._driver.execute("PRAGMA ignore_check_constraints = ON")

    return mock.patch.object(LaneConnection, "open", unchecked)


@bug(booking, "_fault", "Everybody can pay with money that they do not have.", also=_no_checks)
def balance_below_zero(before: Any, *args: Any) -> None:
    return None


@bug(merging, "_move_money", "Who links two accounts loses what the second one had.")
def merge_loses_the_wallet(before: Any, *args: Any) -> dict[str, int]:
    return {}


# -- red packets

_NOBODYS = Statement(
    update(shares)
    .where(
        shares.c.community_id == bindparam("community_id"),
        shares.c.packet_id == bindparam("packet"),
        shares.c.number == bindparam("position"),
    )
    .values(member_id=bindparam("nobody"))
)


@bug(packets, "take", "A share is handed out before it is written down whose it is: who taps again gets another one.")
def share_without_its_taker(before: Any, ctx: Any, packet: Any, *args: Any) -> int:
    amount: int = before(ctx, packet, *args)
    here = {"community_id": ctx.community.id, "packet": packet.id, "position": packet.taken_count}
    ctx.sql.run(_NOBODYS, **here, nobody=None)
    return amount


@bug(packets, "take", "A tap that is slow is paid twice.")
def share_paid_twice(before: Any, ctx: Any, packet: Any, member: Any = None) -> int:
    amount: int = before(ctx, packet, member)
    if packet.left - amount >= amount:
        taker = member or ctx.member
        ctx.ledger.transfer(packets.purse(ctx, packet.id), taker, amount, reason="again", key=ctx.new_id())
    return amount


@bug(packets, "expire", "What people took from a packet goes back to its sender, too; or nothing at all does.")
def whole_packet_back(before: Any, ctx: Any, packet: Any, *args: Any) -> Any:
    return before(ctx, replace(packet, taken=0), *args)


@bug(packets, "expire", "What nobody took from a packet stays in it for ever.")
def nothing_comes_back(before: Any, ctx: Any, packet: Any, *args: Any) -> Any:
    return before(ctx, replace(packet, taken=packet.total), *args)


@bug(packets, "find_to_claim", "Who has had a share and taps again breaks the packet.")
def taker_forgotten(before: Any, *args: Any) -> Any:
    packet, _, shown = before(*args)
    return packet, None, shown


@bug(funding, "divide", "Packets have less in them than was paid for.")
def split_loses_the_rest(before: Any, pool: Any, draws: Any) -> list[int]:
    return [pool.total // pool.count] * pool.count


@bug(claiming, "_join", "A share is popped for whoever joins a draw, long before it is drawn.")
def popped_before_the_draw(before: Any, ctx: Any, found: Any) -> None:
    before(ctx, found)
    packets.take(ctx, found)
