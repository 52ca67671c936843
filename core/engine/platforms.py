"""What platforms tell beside what people say: answers to polls, direct chats, calendars, spaces with another id."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import msgspec

from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.context.sentences import by_hand
from coterie.core.engine.registry import NO_CALLS
from coterie.core.events import (
    AccountModerated,
    DirectChanged,
    InterestChanged,
    PollAnswered,
    ScheduleChanged,
    SpaceMoved,
    Where,
)
from coterie.core.moves import Moves
from coterie.core.people.standings import settle_community
from coterie.core.rights import Rights
from coterie.storage.journal import POLL
from coterie.storage.moves import move_space

if TYPE_CHECKING:
    from coterie.core.engine.dispatcher import Dispatcher
    from coterie.core.engine.registry import Table

CORE: Final = "core"
LONGEST_SPACE: Final = 64
"""Characters that the store keeps of a space's native id."""


def home_of_poll(ctx: Context, adapter: str, poll: str) -> int:
    """The community in which a poll was sent, 0 for one that nobody knows: its answers do not always say where."""
    row = ctx.unit.db.one(POLL, {"adapter": adapter, "poll": poll})
    return 0 if row is None else int(row[0])


def poll_answered(dispatcher: Dispatcher, table: Table, ctx: Context, event: PollAnswered) -> None:
    """Hand an answer to the plugin whose poll it is; of other polls nobody hears."""
    adapter = adapter_of(event)
    row = ctx.unit.db.one(POLL, {"adapter": adapter, "poll": event.poll})
    if row is None or row[0] != ctx.community.id:
        return
    _, ref, plugin, place = row
    told = msgspec.structs.replace(event, ref=ref, where=event.where or msgspec.json.decode(place, type=Where))
    calls = tuple(call for call in table.observers.get(PollAnswered, NO_CALLS) if call.plugin == plugin)
    dispatcher.notify(calls, Context(ctx.unit, ctx.community, told, ctx.account), told)


def adapter_of(event: PollAnswered) -> str:
    """The adapter that an answer came through; one that says no place came through that of its account's platform."""
    if event.where is not None:
        return event.where.adapter
    return "" if event.who is None else event.who.platform


def direct_changed(dispatcher: Dispatcher, table: Table, ctx: Context, event: DirectChanged) -> None:
    """Remember whether an account can be written to; what waited for its direct chat can be sent now."""
    account, where, unit = ctx.account, event.where, ctx.unit
    if account is None or where is None:
        return
    if not event.open:
        unit.members.close_dm(account, where.adapter, unit.now)
    else:
        channel = where.channel if where.kind == "dm" else ""
        if not channel and event.who is not None:
            channel = unit.services.direct(where.adapter, event.who)
        unit.members.set_dm(account, where.adapter, channel)
        unit.stir(account.member.id)
    dispatcher.notify(table.observers.get(DirectChanged, NO_CALLS), ctx, event)


def gathering_told(
    dispatcher: Dispatcher, table: Table, ctx: Context, event: ScheduleChanged | InterestChanged
) -> None:
    """Tell every plugin of a calendar, with our own id of a gathering that we put there."""
    adapter = "" if event.where is None else event.where.adapter
    row = ctx.unit.db.one(POLL, {"adapter": adapter, "poll": event.native}) if event.native else None
    told = event
    if row is not None and row[0] == ctx.community.id:
        told = msgspec.structs.replace(event, ref=row[1])
    dispatcher.notify(
        table.observers.get(type(event), NO_CALLS), Context(ctx.unit, ctx.community, told, ctx.account), told
    )


def moderated(dispatcher: Dispatcher, table: Table, ctx: Context, event: AccountModerated) -> None:
    """What a person decides with the platform's own means ends what we had set for later."""
    if ctx.account is not None and event.where is not None:
        by_hand(ctx, ctx.account, event)
    dispatcher.notify(table.observers.get(AccountModerated, NO_CALLS), ctx, event)


def space_moved(dispatcher: Dispatcher, table: Table, ctx: Context, event: SpaceMoved) -> None:
    """Let all rows follow a space, and tell the operators once that their configuration should too."""
    where, unit, community = event.where, ctx.unit, ctx.community
    if where is None or not where.space or not 0 < len(event.to) <= LONGEST_SPACE:
        return
    if not move_space(unit.db, community.id, where.adapter, where.space, event.to, unit.now):
        return
    unit.writes += 1
    settle_community(unit, community.id)
    unit.members.forget_channels()
    unit.places.clear()
    # The rest of this batch has to see it already; should the batch be rolled back, it has not happened.
    unit.undo.append(partial(_take_back, community, community.rights, community.spaces))
    move = Moves([(community.id, where.adapter, where.space, event.to)])
    community.rights = move.rights(community.rights)
    community.spaces = tuple(
        dict.fromkeys((adapter, move.space(adapter, space)) for adapter, space in community.spaces)
    )
    unit.aftermath.moved.append((community.id, where.adapter, where.space, event.to))
    _tell(ctx, where, event.to)
    dispatcher.notify(table.observers.get(SpaceMoved, NO_CALLS), ctx, event)


def _take_back(community: Community, rights: Rights, spaces: tuple[tuple[str, str], ...]) -> None:
    community.rights, community.spaces = rights, spaces


def _tell(ctx: Context, where: Where, new: str) -> None:
    asked = ctx.plugin
    ctx.plugin = CORE
    for operator in ctx.operators():
        said = ctx.unit.services.translator.text(
            CORE,
            "operator-space-moved",
            operator.locale or ctx.community.locale,
            {"title": where.title or where.space, "old": where.space, "new": new, "platform": where.adapter},
            ctx.community.zone,
        )
        ctx.send(operator, said)
    ctx.plugin = asked
