"""Erasures that wait, as timers, and questions to the operators."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from coterie.core.api import Context, MembersMerged, Refusal

ASK_AGAIN: Final = timedelta(days=1)
"""How long the operators are not asked a second time for the same member's data."""


def erased_on(ctx: Context) -> datetime | None:
    """When the acting member will be erased, if they asked for it."""
    return ctx.timers.due("erase", key=key_of(ctx.member.id))


def set_erasure(ctx: Context) -> datetime:
    """Have the acting member erased after the delay; the moment of one that is set already stays."""
    found = erased_on(ctx)
    if found is not None:
        return found
    ctx.timers.at(ctx.config.delay, "erase", key=key_of(ctx.member.id), member=ctx.member.id)
    moment: datetime = ctx.now + ctx.config.delay
    return moment


def take_back(ctx: Context) -> bool:
    """Take the acting member's erasure back; whether there was one."""
    return ctx.timers.cancel("erase", key=key_of(ctx.member.id))


def forget_erasures(ctx: Context, event: MembersMerged) -> None:
    """Two records became one: what either asked for meant less than what would be erased now."""
    asked = [ctx.timers.cancel("erase", key=key_of(record)) for record in (event.kept, event.gone)]
    member = ctx.find_member(event.kept)
    if any(asked) and member is not None:
        ctx.send(member, ctx.t_for(member, "privacy-erase-merged"))


def erase(ctx: Context, identifier: int) -> None:
    """Order the erasure of who asked for it."""
    member = ctx.find_member(identifier)
    if member is None or member.id != identifier:
        return
    objection = ctx.privacy.objection(member)
    ctx.send(member, ctx.t_for(member, "privacy-erase-waits" if objection else "privacy-erase-begins"))
    ctx.privacy.erase(member)


def ask_operators(ctx: Context) -> bool:
    """Ask the operators to hand the acting member's data over; False when they were asked a short while ago.

    Raises :class:`Refusal` where there is nobody to ask.
    """
    key = key_of(ctx.member.id)
    if ctx.timers.due("asked", key=key) is not None:
        return False
    operators = ctx.operators()
    if not operators:
        raise Refusal("privacy-export-nobody")
    ctx.timers.at(ASK_AGAIN, "asked", key=key)
    for operator in operators:
        ctx.send(operator, ctx.t_for(operator, "privacy-export-please", name=ctx.member.name, id=str(ctx.member.id)))
    return True


def key_of(member: int) -> str:
    """The key of a member's timers."""
    return f"member:{member}"
