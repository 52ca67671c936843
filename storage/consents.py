"""Consents as rows: when somebody agreed to what, in which wording, and when they took it back."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import bindparam, insert, literal_column, select, update

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Statement
from coterie.storage.tables import consents

_b = bindparam
_c = consents.c
_FIELDS = (_c.id, _c.purpose, _c.wording, _c.plugin, _c.account_id, _c.given_at, _c.withdrawn_at)
_MINE = (_c.community_id == _b("community_id"), _c.member_id == _b("member_id"))

ADD = Statement(
    insert(consents).values(
        {
            name: _b(name)
            for name in (
                *("community_id", "id", "member_id", "purpose", "wording", "plugin"),
                *("account_id", "given_at", "withdrawn_at"),
            )
        }
    )
)
NEWEST = Statement(
    select(*_FIELDS).where(*_MINE, _c.purpose == _b("purpose")).order_by(_c.id.desc()).limit(literal_column("1"))
)
ALL = Statement(select(*_FIELDS).where(*_MINE).order_by(_c.id))
WITHDRAW = Statement(
    update(consents)
    .where(*_MINE, _c.purpose == _b("purpose_"), _c.withdrawn_at.is_(None))
    .values(withdrawn_at=_b("now"))
)


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One agreement or refusal; instants are milliseconds, ``given_at`` is None for a refusal."""

    id: int
    purpose: str
    wording: str
    plugin: str
    account: int
    given_at: int | None
    withdrawn_at: int | None

    @property
    def given(self) -> bool:
        """Whether it is an agreement that stands."""
        return self.given_at is not None and self.withdrawn_at is None


def newest(db: LaneConnection, community: int, member: int, purpose: str) -> ConsentRow | None:
    """What somebody said last about a purpose."""
    row = db.one(NEWEST, {"community_id": community, "member_id": member, "purpose": purpose})
    return None if row is None else ConsentRow(*row)


def history(db: LaneConnection, community: int, member: int) -> list[ConsentRow]:
    """All that somebody ever agreed to or refused, oldest first."""
    return [ConsentRow(*row) for row in db.all(ALL, {"community_id": community, "member_id": member})]
