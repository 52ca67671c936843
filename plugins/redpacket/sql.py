"""The statements on packets and their shares; what happens often is asked for in one."""

from __future__ import annotations

from typing import Final

from sqlalchemy import bindparam, func, literal_column, select, update

from coterie.core.api import Statement, insertion, upsert
from coterie.plugins.redpacket.models import days, entries, faces, invited, packets, shares, thanks, tries

_b = bindparam
STANDING: Final = (
    packets.c.currency,
    packets.c.total,
    packets.c.count,
    packets.c.state,
    packets.c.taken_count,
    packets.c.taken,
)
"""What was put into a packet, and how much of it is taken."""
CLAIM_FIELDS: Final = (
    packets.c.id,
    packets.c.sender_id,
    *STANDING,
    packets.c.expires_at,
    packets.c.draws_at,
    packets.c.terms,
)
"""What a claim needs to know, in the order of :class:`~coterie.plugins.redpacket.service.Pot`."""
FIELDS: Final = (
    *CLAIM_FIELDS,
    packets.c.split,
    packets.c.greeting,
    packets.c.created_at,
    packets.c.number,
    packets.c.anonymous,
    packets.c.origin,
)
"""What a card shows beside that, in the order of :class:`~coterie.plugins.redpacket.service.Packet`."""
_HERE: Final = (packets.c.community_id == _b("community_id"), packets.c.id == _b("packet"))
_SHARE: Final = (shares.c.community_id == _b("community_id"), shares.c.packet_id == _b("packet"))

# -- packets

PACKET: Final = Statement(select(*FIELDS).where(*_HERE))
BY_FACE: Final = Statement(
    select(*FIELDS).where(
        faces.c.community_id == _b("community_id"),
        faces.c.ref == _b("ref"),
        packets.c.community_id == faces.c.community_id,
        packets.c.id == faces.c.packet_id,
    )
)
BY_NUMBER: Final = Statement(
    select(*FIELDS).where(packets.c.community_id == _b("community_id"), packets.c.number == _b("number"))
)
BY_PHRASE: Final = Statement(
    select(packets.c.id)
    .where(
        packets.c.community_id == _b("community_id"),
        packets.c.phrase == _b("phrase"),
        packets.c.state == literal_column("'open'"),
    )
    .order_by(packets.c.id)
    .limit(literal_column("1"))
)
OPEN_OF: Final = Statement(
    select(*FIELDS)
    .where(
        packets.c.community_id == _b("community_id"),
        packets.c.sender_id == _b("sender"),
        packets.c.state == literal_column("'open'"),
    )
    .order_by(packets.c.id.desc())
)
HIGHEST: Final = Statement(
    select(packets.c.number)
    .where(packets.c.community_id == _b("community_id"))
    .order_by(packets.c.number.desc())
    .limit(literal_column("1"))
)
ADD_PACKET: Final = insertion(
    packets,
    *("community_id", "id", "sender_id", "split", "currency", "total", "count", "greeting", "state", "created_at"),
    *("expires_at", "number", "least", "most", "draws_at", "anonymous", "terms", "phrase", "seed", "seed_hash"),
    *("origin", "origin_name", "rain_id"),
)
_COUNTED: Final = {
    "taken_count": packets.c.taken_count + _b("more"),
    "taken": packets.c.taken + _b("amount"),
}
COUNT: Final = Statement(update(packets).where(*_HERE).values(_COUNTED))
"""Shares are taken. No column of an index is named here, so that no index has to be written."""
COUNT_LAST: Final = Statement(
    update(packets).where(*_HERE).values({**_COUNTED, "state": literal_column("'empty'"), "ended_at": _b("now")})
)
END: Final = Statement(
    update(packets)
    .where(*_HERE, packets.c.state == literal_column("'open'"))
    .values(
        state=_b("state_"),
        ended_at=_b("ended"),
        refunded=_b("back"),
        refunded_to=_b("back_to"),
        ended_by=_b("by"),
        reason=_b("why"),
    )
)
ORIGIN: Final = Statement(select(packets.c.origin, packets.c.origin_name).where(*_HERE))
PROOF: Final = Statement(
    select(
        packets.c.seed,
        packets.c.seed_hash,
        packets.c.least,
        packets.c.most,
        packets.c.refunded,
        packets.c.refunded_to,
        packets.c.ended_at,
    ).where(*_HERE)
)

# -- the messages that show them

ADD_FACE: Final = insertion(faces, "community_id", "ref", "packet_id")
_FACES: Final = (faces.c.community_id == _b("community_id"), faces.c.packet_id == _b("packet"))
FACES: Final = Statement(select(faces.c.ref, faces.c.failed).where(*_FACES).order_by(faces.c.ref))
FAILED: Final = Statement(
    update(faces).where(faces.c.community_id == _b("community_id"), faces.c.ref == _b("ref_")).values(failed=_b("one"))
)

# -- shares

ADD_SHARE: Final = insertion(shares, "community_id", "packet_id", "number", "amount")
_mine = (
    select(shares.c.amount)
    .where(
        shares.c.community_id == packets.c.community_id,
        shares.c.packet_id == packets.c.id,
        shares.c.member_id == _b("member"),
    )
    .scalar_subquery()
)
CLAIMED: Final = Statement(
    select(*CLAIM_FIELDS, _mine, faces.c.ref, faces.c.failed)
    .select_from(
        packets.outerjoin(faces, (faces.c.community_id == packets.c.community_id) & (faces.c.packet_id == packets.c.id))
    )
    .where(*_HERE)
    .order_by(faces.c.ref)
)
"""All that a claim asks for, in one look-up: a row for each message that shows the packet."""
SHARE_OF: Final = Statement(select(shares.c.amount).where(*_SHARE, shares.c.member_id == _b("member")))
_take = (
    update(shares)
    .where(*_SHARE, shares.c.number == _b("position"), shares.c.member_id.is_(None))
    .values(member_id=_b("member"), taken_at=_b("now"))
)
TAKE: Final = Statement(_take.returning(shares.c.amount))
TAKE_KNOWN: Final = Statement(_take)
"""For shares whose amount is known."""
SHARES: Final = Statement(
    select(shares.c.number, shares.c.amount, shares.c.member_id, shares.c.taken_at)
    .where(*_SHARE)
    .order_by(shares.c.number)
)
_TAKEN: Final = select(shares.c.member_id, shares.c.amount, shares.c.taken_at).where(
    *_SHARE, shares.c.member_id.is_not(None)
)
FIRST: Final = Statement(_TAKEN.order_by(shares.c.number).limit(_b("count")))
LAST: Final = Statement(_TAKEN.order_by(shares.c.number.desc()).limit(_b("count")))
GREATEST: Final = Statement(_TAKEN.order_by(shares.c.amount.desc(), shares.c.number).limit(_b("count")))

# -- who may, who wants to, who tried, who is grateful

ADD_INVITED: Final = Statement(upsert(invited, {name: _b(name) for name in ("community_id", "packet_id", "member_id")}))
IS_INVITED: Final = Statement(
    select(invited.c.member_id).where(
        invited.c.community_id == _b("community_id"),
        invited.c.packet_id == _b("packet"),
        invited.c.member_id == _b("member"),
    )
)
INVITED: Final = Statement(
    select(invited.c.member_id)
    .where(invited.c.community_id == _b("community_id"), invited.c.packet_id == _b("packet"))
    .order_by(invited.c.member_id)
)
ADD_ENTRY: Final = Statement(
    upsert(entries, {name: _b(name) for name in ("community_id", "packet_id", "member_id", "joined_at")})
)
_ENTRIES: Final = (entries.c.community_id == _b("community_id"), entries.c.packet_id == _b("packet"))
ENTRIES: Final = Statement(
    select(entries.c.member_id, entries.c.joined_at).where(*_ENTRIES).order_by(entries.c.joined_at, entries.c.member_id)
)
JOINED: Final = Statement(select(func.count()).select_from(entries).where(*_ENTRIES))
_TRIES: Final = (
    tries.c.community_id == _b("community_id"),
    tries.c.packet_id == _b("packet"),
    tries.c.member_id == _b("member"),
)
TRIED: Final = Statement(select(tries.c.wrong).where(*_TRIES))
TRY: Final = Statement(
    upsert(
        tries,
        {name: _b(name) for name in ("community_id", "packet_id", "member_id", "wrong")},
        lambda new: {"wrong": tries.c.wrong + new.wrong},
    )
)
THANK: Final = Statement(upsert(thanks, {name: _b(name) for name in ("community_id", "packet_id", "member_id", "at")}))
THANKED: Final = Statement(
    select(func.count())
    .select_from(thanks)
    .where(thanks.c.community_id == _b("community_id"), thanks.c.packet_id == _b("packet"))
)

# -- what a day has given

SPEND: Final = Statement(
    upsert(
        days,
        {name: _b(name) for name in ("community_id", "day", "source", "currency", "amount", "packets")},
        lambda new: {"amount": days.c.amount + new.amount, "packets": days.c.packets + new.packets},
    )
)
SPENT: Final = Statement(
    select(days.c.amount).where(
        days.c.community_id == _b("community_id"),
        days.c.day == _b("day"),
        days.c.source == _b("source"),
        days.c.currency == _b("currency"),
    )
)
