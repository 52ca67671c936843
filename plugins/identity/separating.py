"""What a member does to separate one of their accounts; see ``rules.py`` for when that is possible."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, func, insert, select

from coterie.core.api import AccountRecord, Context, Member, Refusal, Statement, to_datetime
from coterie.plugins.identity.config import IdentityConfig
from coterie.plugins.identity.models import unlinks
from coterie.plugins.identity.rules import next_unlink

_b = bindparam
LAST_UNLINK: Final = Statement(
    select(func.max(unlinks.c.at)).where(
        unlinks.c.community_id == _b("community_id"), unlinks.c.member_id == _b("member_id")
    )
)
ADD_UNLINK: Final = Statement(insert(unlinks).values({column.name: _b(column.name) for column in unlinks.c}))


def check(ctx: Context) -> list[AccountRecord]:
    """The acting member's accounts; raises :class:`Refusal` unless one of them can be separated now."""
    config: IdentityConfig = ctx.config
    if not config.unlink:
        raise Refusal("unlink-off")
    accounts = ctx.accounts_of(ctx.member)
    if len(accounts) < 2:
        raise Refusal("unlink-last")
    linked = next((merge.at for merge in ctx.merges_of(ctx.member) if merge.undone_at is None), 0)
    row = ctx.sql.one(LAST_UNLINK, community_id=ctx.community.id, member_id=ctx.member.id)
    when = next_unlink(_moment(linked), _moment(row[0] if row is not None else 0), config)
    if when is not None and when > ctx.now:
        raise Refusal("unlink-too-soon", at=when)
    return accounts


def own(ctx: Context, account: int) -> AccountRecord:
    """One of the acting member's accounts that can be separated now; raises :class:`Refusal`."""
    found = next((each for each in check(ctx) if each.id == account), None)
    if found is None:
        raise Refusal("unlink-not-yours")
    return found


def separate(ctx: Context, account: AccountRecord) -> Member:
    """Separate an account of the acting member for good; returns the record that it has now."""
    old = account.member
    member = ctx.separate(account)
    ctx.sql.run(
        ADD_UNLINK,
        community_id=ctx.community.id,
        id=ctx.new_id(),
        member_id=old.id,
        account_id=account.id,
        at=ctx.instant,
    )
    return member


def _moment(instant: int | None) -> datetime | None:
    return to_datetime(instant) if instant else None
