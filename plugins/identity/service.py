"""Codes as rows, and links by them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import bindparam, delete, or_, select, update

from coterie.core.api import AccountRecord, Context, Member, Merge, Statement, Tries, insertion, make_code
from coterie.plugins.identity.config import IdentityConfig
from coterie.plugins.identity.models import codes, tries

REMEMBERED: Final = timedelta(days=1)
"""How long a code is known that can no longer be used, so that its sender reads why."""

_b = bindparam

FIND_CODE = Statement(
    select(codes.c.code, codes.c.member_id, codes.c.account_id, codes.c.expires_at, codes.c.used_at).where(
        codes.c.community_id == _b("community_id"), codes.c.code == _b("code")
    )
)
ADD_CODE = insertion(codes, "community_id", "code", "member_id", "account_id", "expires_at")
DROP_CODES = Statement(
    delete(codes).where(
        codes.c.community_id == _b("community_id"),
        or_(codes.c.expires_at < _b("before"), (codes.c.member_id == _b("member_id")) & codes.c.used_at.is_(None)),
    )
)
USE_CODE = Statement(
    update(codes)
    .where(codes.c.community_id == _b("community_id"), codes.c.code == _b("code_"))
    .values(used_at=_b("used_at"))
)
wrong_codes: Final = Tries(tries)


@dataclass(frozen=True, slots=True)
class Code:
    """A code and whose it is; ``account_id`` asked for it."""

    code: str
    member_id: int
    account_id: int
    expires_at: int
    used_at: int | None


# -- codes -------------------------------------------------------------------------------------------------------------


def new_code(ctx: Context) -> Code:
    """A fresh code for the acting member, in place of an unused one."""
    config: IdentityConfig = ctx.config
    made = Code(make_code(ctx.rng), ctx.member.id, _account(ctx).id, _later(ctx, config.code_expires), None)
    here = {"community_id": ctx.community.id, "member_id": made.member_id}
    ctx.sql.run(DROP_CODES, **here, before=_later(ctx, -REMEMBERED))
    ctx.sql.run(ADD_CODE, **here, code=made.code, account_id=made.account_id, expires_at=made.expires_at)
    return made


def find_code(ctx: Context, code: str) -> Code | None:
    """A code that was given out, used and expired ones too."""
    row = ctx.sql.one(FIND_CODE, community_id=ctx.community.id, code=code)
    return None if row is None else Code(*row)


# -- links -------------------------------------------------------------------------------------------------------------


def shared_platforms(ctx: Context, other: Member) -> list[str]:
    """Platforms on which both the acting and another member have an account."""
    mine = {account.platform for account in ctx.accounts_of(ctx.member)}
    return sorted(mine & {account.platform for account in ctx.accounts_of(other)})


def link(ctx: Context, code: Code, owner: Member) -> Merge:
    """Use a code: its owner and the acting member become one, in the older of the two records."""
    kept, gone = sorted((owner, ctx.member), key=lambda member: member.id)
    ctx.sql.run(USE_CODE, community_id=ctx.community.id, code_=code.code, used_at=ctx.instant)
    return ctx.merge_members(kept, gone)


def _account(ctx: Context) -> AccountRecord:
    if ctx.account is None:
        raise LookupError("this event belongs to no account")
    return ctx.account


def _later(ctx: Context, span: timedelta) -> int:
    """The instant that lies so much later (or, below zero, earlier)."""
    return ctx.instant + span // timedelta(milliseconds=1)
