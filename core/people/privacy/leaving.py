"""Letting somebody's accounts go: the record keeps its id and a pseudonym, whoever comes back is somebody new."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import msgspec
from sqlalchemy import bindparam, delete, literal_column, select, update

from coterie.core.cards import encode
from coterie.core.people.privacy.orders import SET_KNOWN, Erasure, records_of
from coterie.core.people.privacy.rows import texts_of
from coterie.core.people.privacy.scrubbing import Known
from coterie.storage.statement import Statement, any_of
from coterie.storage.tables import accounts, applied_access, members, presences, queued_events

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.memberdata import MemberTable
    from coterie.storage.members import MemberRecord

_b = bindparam
_a, _m, _p = accounts.c, members.c, presences.c
_CODE: Final = "23456789CFGHJMPQRVWX"
"""Letters of a pseudonym: none is taken for another, and they spell no words."""

NAMES = Statement(
    select(_m.name).where(_m.community_id == _b("community_id"), any_of(_m.id, _b("records"))).order_by(_m.id)
)
ACCOUNTS = Statement(
    select(_a.id, _a.platform, _a.native, _a.name, _a.adapter, _a.dm)
    .where(_a.community_id == _b("community_id"), any_of(_a.member_id, _b("records")))
    .order_by(_a.id)
)
DROP_PRESENCES = Statement(
    delete(presences).where(_p.community_id == _b("community_id"), any_of(_p.account_id, _b("accounts")))
)
DROP_APPLIED = Statement(
    delete(applied_access).where(
        applied_access.c.community_id == _b("community_id"), any_of(applied_access.c.account_id, _b("accounts"))
    )
)
DROP_ACCOUNTS = Statement(
    delete(accounts).where(_a.community_id == _b("community_id"), any_of(_a.member_id, _b("records")))
)
RENAME = Statement(
    update(members)
    .where(_m.community_id == _b("community_id"), any_of(_m.id, _b("records")))
    .values(
        name=_b("pseudonym"),
        locale=literal_column("''"),
        standing=literal_column("'member'"),
        heard_account=literal_column("0"),
    )
)
LEAVE = Statement(
    update(members)
    .where(_m.community_id == _b("community_id"), any_of(_m.id, _b("records")), _m.left_at.is_(None))
    .values(left_at=_b("now"))
)
PAYMENTS = Statement(
    select(queued_events.c.plugin, queued_events.c.payload).where(
        queued_events.c.community_id == _b("community_id"),
        queued_events.c.hook.in_((literal_column("'on_payment'"), literal_column("'on_refund'"))),
    )
)


def let_go(ctx: Context, erasure: Erasure) -> int:
    """Note what is known of a member, take accounts and presences away and give a pseudonym; returns rows met."""
    unit, community = ctx.unit, erasure.community
    if erasure.known:
        return 0
    known = _known(ctx, erasure)
    records = unit.db.list_value(known.records)
    here: dict[str, Any] = {"community_id": community, "records": records}
    rows = unit.db.all(ACCOUNTS, here)
    for _, platform, native, name, adapter, dm in rows:
        known.accounts.append((platform, native))
        known.names.append(name)
        if dm:
            known.dms.append((adapter, dm))
    known.names = sorted(set(known.names))
    ids = unit.db.list_value(row[0] for row in rows)
    met: int = unit.db.run(DROP_PRESENCES, {"community_id": community, "accounts": ids}).rowcount
    met += unit.db.run(DROP_APPLIED, {"community_id": community, "accounts": ids}).rowcount
    met += unit.db.run(DROP_ACCOUNTS, here).rowcount
    met += unit.db.run(RENAME, here | {"pseudonym": known.pseudonym}).rowcount
    unit.db.run(LEAVE, here | {"now": unit.now})
    _keep(ctx, erasure, known)
    unit.members.forget()
    return met


def note_texts(ctx: Context, erasure: Erasure, known: Known, tables: Iterable[MemberTable]) -> None:
    """Note what they wrote before it is deleted, to take it out of what waits elsewhere."""
    before = len(known.texts)
    known.add_texts(texts_of(ctx.unit.db, tables, erasure.community, known.records))
    if len(known.texts) != before:
        _keep(ctx, erasure, known)


def waiting_payments(ctx: Context, member: MemberRecord) -> list[str]:
    """The plugins for which a payment of somebody waits: it must not be lost."""
    theirs = {(account.platform, account.native) for account in ctx.accounts_of(member)}
    found = set()
    for plugin, payload in ctx.unit.db.all(PAYMENTS, {"community_id": ctx.community.id}):
        who = msgspec.json.decode(payload).get("who") or {}
        if (who.get("platform"), who.get("id")) in theirs:
            found.add(plugin)
    return sorted(found)


def _known(ctx: Context, erasure: Erasure) -> Known:
    db = ctx.unit.db
    records = records_of(db, erasure.community, erasure.member)
    names = [name for (name,) in db.all(NAMES, {"community_id": erasure.community, "records": db.list_value(records)})]
    member = ctx.find_member(erasure.member)
    name = names[0] if member is None else member.name
    pseudonym = str(ctx.t_core("erased-name", code=_code(erasure.id)))[:64]
    return Known(name=name, pseudonym=pseudonym, names=names, records=records)


def _keep(ctx: Context, erasure: Erasure, known: Known) -> None:
    here = {"community_id": erasure.community, "erasure": erasure.id}
    ctx.unit.db.run(SET_KNOWN, here | {"known_": encode(known).decode()})


def _code(erasure: int) -> str:
    """Five letters that follow from the erasure's id, and from nothing that is known of the person."""
    number = int.from_bytes(blake2b(str(erasure).encode(), digest_size=8).digest())
    letters = []
    for _ in range(5):
        number, place = divmod(number, len(_CODE))
        letters.append(_CODE[place])
    return "".join(letters)
