"""Making packets: the order for one, its money, its shares divided once and for all, and what a day has given."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, Literal

from coterie.core.api import Account, Context, Member
from coterie.plugins.redpacket.fairness import Draws, new_seed, promise
from coterie.plugins.redpacket.pot import Packet
from coterie.plugins.redpacket.rules import Pool, divide
from coterie.plugins.redpacket.service import purse
from coterie.plugins.redpacket.sql import ADD_FACE, ADD_INVITED, ADD_PACKET, ADD_SHARE, HIGHEST, SPEND, SPENT
from coterie.plugins.redpacket.terms import Terms
from coterie.plugins.redpacket.wishes import fold

Origin = Literal["member", "budget", "prize"]
EVERYTHING: Final = "all"
"""The source under which a day counts all that went into packets."""


@dataclass(frozen=True, slots=True)
class Order:
    """A packet that somebody wants: how much for how many, from whom, and on which terms.

    ``source`` is who pays: a member, or an account such as a budget.  ``name`` tells where else it comes from: the
    budget's name, or the key of who gives a prize.  ``lasts`` and ``draw`` are milliseconds; with ``draw`` shares are
    drawn among those who joined until then.  ``invited`` are members (ids); nobody there means everybody.
    """

    pool: Pool
    currency: str
    sender: Member
    source: Member | Account
    lasts: int
    draw: int = 0
    greeting: str = ""
    anonymous: bool = False
    terms: Terms = field(default_factory=Terms)
    invited: tuple[int, ...] = ()
    origin: Origin = "member"
    name: str = ""
    rain: int | None = None


def fund(ctx: Context, order: Order) -> Packet:
    """Take the money from who pays into a new packet's purse, and divide it once and for all.

    Raises :class:`InsufficientFunds`.
    """
    packet, pool, now = ctx.new_id(), order.pool, ctx.instant
    made = Packet(
        id=packet,
        sender=order.sender.id,
        currency=order.currency,
        total=pool.total,
        count=pool.count,
        state="open",
        taken_count=0,
        taken=0,
        expires_at=now + (order.draw or order.lasts),
        draws_at=now + order.draw if order.draw else None,
        terms=order.terms.written(),
        split=pool.split,
        greeting=order.greeting,
        created_at=now,
        number=_next_number(ctx),
        anonymous=int(order.anonymous),
        origin=order.origin,
    )
    ctx.ledger.transfer(
        order.source,
        purse(ctx, packet),
        pool.total,
        reason="packet",
        key=packet,
        currency=order.currency,
        note=order.greeting,
    )
    _save(ctx, made, order)
    _count(ctx, order)
    return made


def _next_number(ctx: Context) -> int:
    row = ctx.sql.one(HIGHEST, community_id=ctx.community.id)
    return 1 if row is None else int(row[0]) + 1


def _save(ctx: Context, packet: Packet, order: Order) -> None:
    pool, seed = order.pool, new_seed(ctx.rng)
    here = {"community_id": ctx.community.id, "packet_id": packet.id}
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
        created_at=packet.created_at,
        expires_at=packet.expires_at,
        number=packet.number,
        least=pool.least,
        most=pool.most,
        draws_at=packet.draws_at,
        anonymous=packet.anonymous,
        terms=packet.terms,
        phrase=fold(order.terms.phrase),
        seed=seed,
        seed_hash=promise(seed, pool.split, pool.total, pool.count, pool.least, pool.most),
        origin=order.origin,
        origin_name=order.name,
        rain_id=order.rain,
    )
    shares = enumerate(divide(pool, Draws(seed)))
    ctx.sql.many(ADD_SHARE, [{**here, "number": number, "amount": amount} for number, amount in shares])
    if order.invited:
        ctx.sql.many(ADD_INVITED, [{**here, "member_id": member} for member in order.invited])


def _count(ctx: Context, order: Order) -> None:
    """Add a packet to what its day has given, in all and from its source."""
    sources = [EVERYTHING]
    if order.origin == "budget":
        sources.append(f"budget:{order.name}"[:64])
    if order.rain is not None:
        sources.append(f"rain:{order.rain}")
    for source in sources:
        ctx.sql.run(
            SPEND,
            community_id=ctx.community.id,
            day=ctx.community.today().isoformat(),
            source=source,
            currency=order.currency,
            amount=order.pool.total,
            packets=1,
        )


def given_today(ctx: Context, currency: str, source: str = EVERYTHING) -> int:
    """What went into packets today: all of it, or that of ``budget:NAME`` or ``rain:ID``."""
    today = ctx.community.today().isoformat()
    row = ctx.sql.one(SPENT, community_id=ctx.community.id, day=today, source=source, currency=currency)
    return 0 if row is None else int(row[0])


def add_faces(ctx: Context, packet: int, refs: Iterable[int]) -> None:
    """Remember the messages that show a packet."""
    ctx.sql.many(ADD_FACE, [{"community_id": ctx.community.id, "packet_id": packet, "ref": ref} for ref in refs])
