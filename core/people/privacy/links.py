"""One-time links to an export: the store keeps a hash, so that nobody who reads it can use one."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, select, update

from coterie.storage.statement import Statement, insertion
from coterie.storage.tables import export_links

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.storage.engine import LaneConnection
    from coterie.storage.members import MemberRecord

LIFE: Final = 3_600_000
"""Milliseconds for which a link can be used."""
PATH: Final = "/privacy/export/"

_b = bindparam
_l = export_links.c
ADD = insertion(export_links, "community_id", "id", "member_id", "digest", "expires_at")
DROP_OLD = Statement(delete(export_links).where(_l.community_id == _b("community_id"), _l.member_id == _b("member_id")))
FIND = Statement(
    select(_l.community_id, _l.id, _l.member_id).where(
        _l.digest == _b("digest"), _l.used_at.is_(None), _l.expires_at > _b("now")
    )
)
USE = Statement(
    update(export_links)
    .where(_l.digest == _b("digest"), _l.used_at.is_(None), _l.expires_at > _b("now"))
    .values(used_at=_b("now_"))
)
FORGET = Statement(delete(export_links).where(_l.expires_at < _b("before")))


def new_link(ctx: Context, member: MemberRecord) -> str | None:
    """A link that can be used once; one that was given before is void. None without a public address."""
    public = ctx.unit.services.public
    if not public:
        return None
    secret = f"{ctx.unit.services.rng(f'export:{ctx.new_id()}').getrandbits(192):048x}"
    here: dict[str, Any] = {"community_id": ctx.community.id, "member_id": member.id}
    ctx.unit.writes += 1
    ctx.unit.db.run(DROP_OLD, here)
    row = {"id": ctx.new_id(), "digest": digest_of(secret), "expires_at": ctx.instant + LIFE}
    ctx.unit.db.run(ADD, here | row)
    return f"{public.rstrip('/')}{PATH}{secret}"


def digest_of(secret: str) -> str:
    """What the store keeps of a link."""
    return sha256(secret.encode()).hexdigest()


def find(db: LaneConnection, secret: str, now: int) -> tuple[int, int, int] | None:
    """Community, link and member of a link that can be used."""
    row = db.one(FIND, {"digest": digest_of(secret), "now": now})
    return None if row is None else (row[0], row[1], row[2])


def use(db: LaneConnection, secret: str, now: int) -> bool:
    """Use a link up; false when somebody else was first, or its time has passed."""
    return bool(db.run(USE, {"digest": digest_of(secret), "now": now, "now_": now}).rowcount)
