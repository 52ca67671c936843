"""Packets as rows: sending, taking a share, ending."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, select, update

from coterie.core.api import Account, Context, Member, Refusal, Statement, insertion
from coterie.plugins.redpacket.models import faces, packets, shares
from coterie.plugins.redpacket.rules import Split, split

_b = bindparam
_FIELDS: Final = (
    packets.c.id,
    packets.c.sender_id,
    packets.c.split,
    packets.c.currency,
    packets.c.total,
    packets.c.count,
    packets.c.greeting,
    packets.c.state,
    packets.c.taken_count,
    packets.c.taken,
    packets.c.expires_at,
)
_HERE: Final = (packets.c.community_id == _b("community_id"), packets.c.id == _b("packet"))
_SHARE: Final = (shares.c.community_id == _b("community_id"), shares.c.packet_id == _b("packet"))

PACKET = Statement(select(*_FIELDS).where(*_HERE))
BY_FACE = Statement(
    select(*_FIELDS).where(
        faces.c.community_id == _b("community_id"),
        faces.c.ref == _b("ref"),
        packets.c.community_id == faces.c.community_id,
        packets.c.id == faces.c.packet_id,
    )
)
ADD_PACKET = insertion(
    packets,
    "community_id",
    "id",
    "sender_id",
    "split",
    "currency",
    "total",
    "count",
    "greeting",
    "state",
    "created_at",
    "expires_at",
)
ADD_FACE = insertion(faces, "community_id", "ref", "packet_id")
_FACES: Final = (faces.c.community_id == _b("community_id"), faces.c.packet_id == _b("packet"))
FACES = Statement(select(faces.c.ref, faces.c.failed).where(*_FACES).order_by(faces.c.ref))
FAILED = Statement(
    update(faces).where(faces.c.community_id == _b("community_id"), faces.c.ref == _b("ref_")).values(failed=_b("one"))
)
ADD_SHARE = insertion(shares, "community_id", "packet_id", "number", "amount")
_mine = (
    select(shares.c.amount)
    .where(
        shares.c.community_id == packets.c.community_id,
        shares.c.packet_id == packets.c.id,
        shares.c.member_id == _b("member"),
    )
    .scalar_subquery()
)
CLAIMED = Statement(
    select(*_FIELDS, _mine, faces.c.ref, faces.c.failed)
    .select_from(
        packets.outerjoin(faces, (faces.c.community_id == packets.c.community_id) & (faces.c.packet_id == packets.c.id))
    )
    .where(*_HERE)
    .order_by(faces.c.ref)
)
"""All that a claim asks for, in one look-up: a row for each message that shows the packet."""
TAKE = Statement(
    update(shares)
    .where(*_SHARE, shares.c.number == _b("position"), shares.c.member_id.is_(None))
    .values(member_id=_b("member"), taken_at=_b("now"))
    .returning(shares.c.amount)
)
COUNT = Statement(
    update(packets)
    .where(*_HERE)
    .values(
        taken_count=packets.c.taken_count + _b("one"),
        taken=packets.c.taken + _b("amount"),
        state=_b("state_"),
        ended_at=_b("ended"),
    )
)
END = Statement(update(packets).where(*_HERE).values(state=_b("state_"), ended_at=_b("ended")))
TAKERS = Statement(
    select(shares.c.member_id, shares.c.amount)
    .where(*_SHARE, shares.c.member_id.is_not(None))
    .order_by(shares.c.number)
)


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet as it stands."""

    id: int
    sender: int
    split: Split
    currency: str
    total: int
    count: int
    greeting: str
    state: str
    taken_count: int
    taken: int
    expires_at: int

    @property
    def left(self) -> int:
        """What nobody has taken yet."""
        return self.total - self.taken


def find(ctx: Context, packet: int) -> Packet | None:
    """A packet by id."""
    row = ctx.sql.one(PACKET, community_id=ctx.community.id, packet=packet)
    return None if row is None else Packet(*row)


def find_by_face(ctx: Context, ref: int) -> Packet | None:
    """The packet that a message shows."""
    row = ctx.sql.one(BY_FACE, community_id=ctx.community.id, ref=ref)
    return None if row is None else Packet(*row)


def faces_of(ctx: Context, packet: int) -> list[int]:
    """The messages that show a packet, but for those that could not be sent."""
    rows = ctx.sql.all(FACES, community_id=ctx.community.id, packet=packet)
    return [int(ref) for ref, failed in rows if not failed]


def drop_face(ctx: Context, ref: int) -> None:
    """A message could not be sent."""
    ctx.sql.run(FAILED, community_id=ctx.community.id, ref_=ref, one=1)


def purse(ctx: Context, packet: int) -> Account:
    """The escrow account that holds a packet's money."""
    return ctx.ledger.escrow(packet)


def fund(ctx: Context, mode: Split, total: int, count: int, greeting: str) -> Packet:
    """Take the money from the sender into a new packet's purse; raises :class:`InsufficientFunds`."""
    config = ctx.config
    packet = ctx.new_id()
    ctx.ledger.transfer(
        ctx.member, purse(ctx, packet), total, reason="packet", key=packet, currency=config.currency, note=greeting
    )
    expires_at = ctx.instant + round(config.expires.total_seconds() * 1000)
    return Packet(packet, ctx.member.id, mode, config.currency, total, count, greeting, "open", 0, 0, expires_at)


def save(ctx: Context, packet: Packet, refs: Iterable[int]) -> None:
    """Keep a funded packet, shown in the messages ``refs``, with its shares divided once and for all."""
    ctx.sql.run(
        ADD_PACKET,
        community_id=ctx.community.id,
        id=packet.id,
        sender_id=packet.sender,
        split=packet.split,
        currency=packet.currency,
        total=packet.total,
        count=packet.count,
        greeting=packet.greeting,
        state="open",
        created_at=ctx.instant,
        expires_at=packet.expires_at,
    )
    here = {"community_id": ctx.community.id, "packet_id": packet.id}
    ctx.sql.many(ADD_FACE, [{**here, "ref": ref} for ref in refs])
    ctx.sql.many(
        ADD_SHARE,
        [
            {**here, "number": number, "amount": amount}
            for number, amount in enumerate(split(packet.split, packet.total, packet.count, ctx.rng))
        ],
    )


def find_to_claim(ctx: Context, packet: int, member: Member) -> tuple[Packet | None, int | None, list[int]]:
    """A packet by id, what a member took from it, and the messages that show it (not those that failed)."""
    rows = ctx.sql.all(CLAIMED, community_id=ctx.community.id, packet=packet, member=member.id)
    if not rows:
        return None, None, []
    *fields, mine, _, _ = rows[0]
    return Packet(*fields), mine, [ref for *_, ref, failed in rows if ref is not None and not failed]


def take(ctx: Context, packet: Packet) -> int:
    """Give the acting member the next share: recorded, counted and paid in one go; returns the amount."""
    here: dict[str, Any] = {"community_id": ctx.community.id, "packet": packet.id}
    rows = ctx.sql.all(TAKE, **here, position=packet.taken_count, member=ctx.member.id, now=ctx.instant)
    if not rows:
        raise Refusal("packet-empty")
    amount = int(rows[0][0])
    last = packet.taken_count + 1 == packet.count
    ctx.sql.run(
        COUNT, **here, one=1, amount=amount, state_="empty" if last else "open", ended=ctx.instant if last else None
    )
    ctx.ledger.transfer(
        purse(ctx, packet.id),
        ctx.member,
        amount,
        reason="share",
        key=f"{packet.id}:{packet.taken_count}",
        currency=packet.currency,
    )
    if last:
        ctx.timers.cancel("expire", key=packet.id)
    return amount


def expire(ctx: Context, packet: Packet, sender: Member) -> None:
    """End a packet and give back what is left."""
    ctx.sql.run(END, community_id=ctx.community.id, packet=packet.id, state_="expired", ended=ctx.instant)
    if packet.left:
        ctx.ledger.transfer(
            purse(ctx, packet.id), sender, packet.left, reason="refund", key=packet.id, currency=packet.currency
        )


def takers(ctx: Context, packet: int) -> list[tuple[int, int]]:
    """Who took what, in the order of taking: (member, amount)."""
    return [
        (int(member), int(amount))
        for member, amount in ctx.sql.all(TAKERS, community_id=ctx.community.id, packet=packet)
    ]
