"""People who come into spaces, go, ask to be let in, or run them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coterie.core.context import Context
from coterie.core.context.sentences import came_back
from coterie.core.engine.fence import UNKNOWN
from coterie.core.engine.registry import Table
from coterie.core.events import JoinRequested, MemberJoined, MemberLeft, StandingChanged, Where
from coterie.core.people.standings import settle_standing

if TYPE_CHECKING:
    from coterie.core.engine.dispatcher import Dispatcher

SLACK: Final = 300_000
"""Milliseconds by which an arrival may lie before the first sight of its space and still be news."""


def joined(dispatcher: Dispatcher, table: Table, ctx: Context, event: MemberJoined) -> None:
    """Note that somebody is in a space.

    Plugins hear of it unless they were known to be in, or had come before anybody here knew of the space: a server of
    many thousands that is served for the first time has members, but no newcomers.
    """
    if ctx.account is None or event.where is None:
        return
    from coterie.core.access.outcome import came  # loaded with the first who comes or goes

    adapter, space, unit = event.where.adapter, event.where.space, dispatcher.unit
    came(ctx, ctx.account, adapter, space, event.invite)
    came_back(ctx, ctx.account, adapter, space)
    news = not 0 < event.at < _known_since(dispatcher, ctx.community.id, event.where) - SLACK
    if unit.members.enter(ctx.account, adapter, space, unit.now) and news:
        dispatcher.notify(table.observers[MemberJoined], ctx, event)


def _known_since(dispatcher: Dispatcher, community: int, where: Where) -> int:
    """When the first account was seen in a space; now for a space in which none was."""
    key = community, where.adapter, where.space
    known = dispatcher.since.get(key)
    if known is None:
        unit = dispatcher.unit
        known = unit.members.first_seen(*key)
        known = dispatcher.since[key] = unit.now if known is None else known
    return known


def left(dispatcher: Dispatcher, table: Table, ctx: Context, event: MemberLeft) -> None:
    """Note that somebody is not in a space any more."""
    if ctx.account is None or event.where is None:
        return
    from coterie.core.access.outcome import went

    unit = dispatcher.unit
    unit.members.leave(ctx.account, event.where.adapter, event.where.space, unit.now)
    went(ctx, ctx.account, event.where.adapter, event.where.space)
    demoted = settle_standing(unit, ctx.member)
    if not ctx.account.bot:
        dispatcher.notify(table.observers[MemberLeft], ctx, event)
    if demoted:
        told = StandingChanged(key=event.key, at=event.at, who=event.who, where=event.where, standing="member")
        dispatcher.notify(table.observers[StandingChanged], Context(unit, ctx.community, told, ctx.account), told)


def asked_to_join(dispatcher: Dispatcher, table: Table, ctx: Context, event: JoinRequested) -> None:
    """Let the plugins that decide about applicants decide; where none does, all hear of it."""
    if ctx.account is None or event.where is None:
        return
    sure = True
    for call in table.join_deciders:
        decision = dispatcher.decide(call, ctx, event)
        if decision == "decline":
            ctx.decline_join(ctx.account, event.where)
            return
        if decision == "approve" and sure:
            ctx.approve_join(ctx.account, event.where)
            return
        # One that is out of order might have declined: from there on nobody is let in without a person's word.
        sure = sure and decision != UNKNOWN
    dispatcher.notify(table.observers[JoinRequested], ctx, event)


def stands(dispatcher: Dispatcher, table: Table, ctx: Context, event: StandingChanged) -> None:
    """Note how somebody stands in a space; plugins hear of it where that makes them an operator, or one no more."""
    if ctx.account is None or event.where is None or not event.where.space:
        return
    unit = dispatcher.unit
    unit.members.stand(ctx.account, event.where.adapter, event.where.space, event.standing, unit.now)
    if settle_standing(unit, ctx.member):
        dispatcher.notify(table.observers[StandingChanged], ctx, event)
