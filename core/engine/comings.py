"""People who come into spaces, are found to be there, go, ask to be let in, or run them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from coterie.core.context import Context
from coterie.core.context.sentences import came_back
from coterie.core.engine.fence import UNKNOWN
from coterie.core.engine.registry import Table
from coterie.core.events import (
    CommandCalled,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessagePosted,
    StandingChanged,
    Where,
)
from coterie.core.people.standings import settle_standing

if TYPE_CHECKING:
    from coterie.core.engine.dispatcher import Dispatcher
    from coterie.storage.members import AccountRecord

SLACK: Final = 300_000
"""Milliseconds by which a platform's clock may be behind ours, or ahead of it."""


def joined(dispatcher: Dispatcher, table: Table, ctx: Context, event: MemberJoined) -> None:
    """Note that somebody is in a space.

    Plugins hear of it unless they were known to be in, or had come before anybody here knew of the space: a server of
    many thousands that is served for the first time has members, but no newcomers.
    """
    if ctx.account is None or event.where is None:
        return
    where, unit = event.where, dispatcher.unit
    _is_in(ctx, ctx.account, where, event.invite)
    news = not 0 < event.at < _known_since(dispatcher, ctx.community.id, where) - SLACK
    if unit.presences.enter(ctx.account, where.adapter, where.space, unit.now) and news:
        dispatcher.notify(table.observers[MemberJoined], ctx, event)


def wrote(dispatcher: Dispatcher, ctx: Context, event: MessagePosted | CommandCalled) -> None:
    """Note that whoever writes in a space is in it.

    Of those who were in before the bot was, no platform tells but by what they do; of those who come while the bot is
    away, Telegram does not after a day.  Plugins do not hear of it: nobody came.
    """
    if ctx.account is None or event.where is None or not event.where.space or event.where.kind == "dm":
        return
    if type(event) is MessagePosted and event.comment:
        return
    where, unit = event.where, dispatcher.unit
    if unit.presences.wrote(ctx.account, where.adapter, where.space, event.at - SLACK):
        _is_in(ctx, ctx.account, where, "")


def _is_in(ctx: Context, account: AccountRecord, where: Where, invite: str) -> None:
    """What waited for somebody to be in a space: things to be given there, and a mute that goes on."""
    from coterie.core.access.outcome import came  # loaded with the first who comes or goes

    came(ctx, account, where.adapter, where.space, invite)
    came_back(ctx, account, where.adapter, where.space)


def _known_since(dispatcher: Dispatcher, community: int, where: Where) -> int:
    """When somebody first came into a space; now for a space into which nobody was told to have come."""
    key = community, where.adapter, where.space
    known = dispatcher.since.get(key)
    if known is None:
        unit = dispatcher.unit
        known = unit.presences.first_joined(*key)
        known = dispatcher.since[key] = unit.now if known is None else known
    return known


def left(dispatcher: Dispatcher, table: Table, ctx: Context, event: MemberLeft) -> None:
    """Note that somebody is not in a space any more."""
    if ctx.account is None or event.where is None:
        return
    from coterie.core.access.outcome import went

    unit = dispatcher.unit
    unit.presences.leave(ctx.account, event.where.adapter, event.where.space, unit.now)
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
    unit.presences.stand(ctx.account, event.where.adapter, event.where.space, event.standing, unit.now)
    if settle_standing(unit, ctx.member):
        dispatcher.notify(table.observers[StandingChanged], ctx, event)
