"""Grants as operators give them, and what people typed turned into what is meant."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from coterie.core.api import Context, Member, Refusal
from coterie.plugins.access import rules


def named(ctx: Context, typed: str) -> str:
    """The access that somebody means, by its name or title; raises :class:`Refusal` telling which there are."""
    accesses = ctx.grants.accesses()
    if not accesses:
        raise Refusal("access-no-accesses")
    wanted = typed.strip().casefold()
    for name, title in accesses.items():
        if wanted in (name.casefold(), title.casefold()):
            return name
    raise Refusal("access-unknown", found=typed[:40], known=list(accesses))


def end_of(ctx: Context, typed: str) -> datetime | None:
    """Until when, None for ever; raises :class:`Refusal` for what is no end or has passed."""
    read = rules.read_until(typed)
    if read is None:
        return None
    try:
        if isinstance(read, timedelta):
            return ctx.now + read
        if isinstance(read, date):
            end = ctx.community.day_begins(read + timedelta(days=1))
            if end > ctx.now:
                return end
    except OverflowError:
        pass  # a day beyond the calendar
    raise Refusal("access-until-wrong", found=typed[:40])


def give(ctx: Context, member: Member, access: str, until: datetime | None, reason: str) -> None:
    """Grant in the operator's name; their second grant of it moves the end."""
    ctx.grants.give(member, access, source=f"operator:{ctx.member.id}", until=until, reason=reason)


def end(ctx: Context, member: Member, access: str, reason: str) -> bool:
    """End what any operator gave; whether there was something."""
    mine = [grant for grant in ctx.grants.of(member) if (grant.plugin, grant.access) == (ctx.plugin, access)]
    for grant in mine:
        ctx.grants.end(member, access, source=grant.source, reason=reason)
    return bool(mine)
