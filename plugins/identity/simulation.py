"""Who becomes one person in a simulation and who parts again, and what has to be true of it at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, select

from coterie.core.api import Context, Statement, is_code, namesakes
from coterie.plugins.identity.models import codes, unlinks
from coterie.plugins.identity.service import wrong_codes

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 5
"""Codes and accounts separated again that are looked at."""
_ANSWERS: Final = ("Merge", "Undo", "Unlink")

_b = bindparam
CODES: Final = Statement(
    select(codes.c.code, codes.c.member_id, codes.c.expires_at, codes.c.used_at)
    .where(codes.c.community_id == _b("community_id"))
    .order_by(codes.c.expires_at.desc())
    .limit(_b("newest"))
)
UNLINKS: Final = Statement(
    select(unlinks.c.member_id, unlinks.c.account_id, unlinks.c.at)
    .where(unlinks.c.community_id == _b("community_id"))
    .order_by(unlinks.c.id.desc())
    .limit(_b("newest"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Links between accounts of one name, wrong codes, members who part, operators who merge and undo."""
    rng = view.rng
    name = rng.choice(view.people)
    yield f"{name}: {rng.choice(('/whoami', '/link', '/link ZZZZZZZZ', '/unlink'))}"
    for one, other in namesakes(view):
        yield f"link {one} {other}"
        yield f"{other}: /unlink"
    for each in view.people:
        for label in view.buttons(each):
            if label.startswith((*_ANSWERS, f"{each.partition('@')[0].title()} (")):
                yield f"{each}: [{label}]"
    if view.operators:
        operator, one, two = rng.choice(view.operators), rng.choice(view.people), rng.choice(view.people)
        yield f"{operator}: /merge {one.partition('@')[0]} {two.partition('@')[0]}"
        yield f"{operator} in dm: /unmerge {one.partition('@')[0]}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the newest codes, in wrong tries, and in accounts that were separated again.

    Three statements on tables that are kept small: codes are forgotten after a day, tries with their window.
    """
    here = {"community_id": ctx.community.id, "newest": NEWEST}
    for row in ctx.sql.all(CODES, **here):
        yield from _code(ctx, *row)
    yield from wrong_codes.problems(ctx)
    for member, account, at in ctx.sql.all(UNLINKS, **here):
        yield from _separated(ctx, member, account, at)


def _code(ctx: Context, code: str, member: int, expires_at: int, used_at: Any) -> Iterator[str]:
    """One code: nobody can guess it, it is somebody's, and it was not used when it was worthless already."""
    if not is_code(code):
        yield f"a code is {code!r}, which is none"
    owner = ctx.find_member(member)
    if owner is not None and owner.id != member:
        yield f"a code belongs to record {member}, which is {owner.name}’s by now"
    if used_at is not None and used_at > expires_at:
        yield f"the code of record {member} was used after its end"


def _separated(ctx: Context, member: int, account: int, at: int) -> Iterator[str]:
    """One account that was separated: it belongs to somebody else, unless they were linked again."""
    found = ctx.find_account(account)
    if found is not None and found.member.id == member and not any(m.at >= at for m in ctx.merges_of(found.member)):
        yield f"account {account} was separated from {found.member.name}, and is still theirs"
