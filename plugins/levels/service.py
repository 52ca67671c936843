"""Deeds become XP: what each one earns, once, within its caps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from coterie.core.api import (
    Context,
    Contribution,
    Member,
    MessagePosted,
    ReactionAdded,
    Refusal,
    Where,
    made_at,
)
from coterie.plugins.levels import boards, ladder, likeness, rules, seasons
from coterie.plugins.levels.config import LevelsConfig
from coterie.plugins.levels.sql import (
    ADD_CREDIT,
    ADD_MEMBER,
    ALL,
    AUTHOR,
    FIND_CREDIT,
    HIDE,
    MEMBER,
    PAIRS,
    REACTED,
    SEEN,
    STATE,
    TALLY,
)

MESSAGE: Final = "message"
REACTION: Final = "reaction"
OPERATOR: Final = "operator"
_MILLISECOND: Final = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class State:
    """What is known of a member when they do something: XP in all, today's tally of the source, the season, the boost
    in percent.
    """

    hidden: bool
    tier: str
    xp: int
    earned: int
    times: int
    last_at: int
    marks: str
    season: int
    season_ends: str
    boost: int


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, and what it is worth before caps; ``key`` tells it from all others of its source."""

    source: str
    key: str
    xp: int
    cap: int
    points: int = 0
    points_cap: int = 0
    marks: str = ""


def state_of(ctx: Context, member: Member, source: str, day: date) -> State:
    """A member's state; a member who is new here gets a row."""
    mine = {"community_id": ctx.community.id, "member_id": member.id}
    asked = {**mine, "day": day.isoformat(), "source": source, "now": ctx.instant}
    row = ctx.sql.one(STATE, **asked)
    if row is None:
        enrol(ctx, member)
        row = ctx.sql.one(STATE, **asked)
        assert row is not None
    hidden, tier, xp, earned, times, last_at, marks, season, ends, boost = row
    return State(
        bool(hidden),
        tier,
        xp or 0,
        earned or 0,
        times or 0,
        last_at or 0,
        marks or "",
        season or 0,
        ends or "",
        100 if boost is None else boost,
    )


def enrol(ctx: Context, member: Member) -> None:
    """Let a member have a row; who has one keeps it."""
    ctx.sql.run(ADD_MEMBER, community_id=ctx.community.id, member_id=member.id, since=made_at(member.id))


# -- what earns


def message(ctx: Context, event: MessagePosted) -> None:
    """A message: its author is remembered for reactions, and earns XP if it says something of its own."""
    config: LevelsConfig = ctx.config
    place = event.where
    if ctx.account is None or place is None or place.kind == "dm" or _ignored(config, place):
        return
    native = _native(place, event.message or event.key[-128:])
    mine = {"community_id": ctx.community.id, "member_id": ctx.member.id}
    if not ctx.sql.run(SEEN, **mine, **native, at=ctx.instant):
        return  # this message has been here already
    own = config.messages
    day = ctx.community.today()
    state = state_of(ctx, ctx.member, MESSAGE, day)
    if ctx.instant - state.last_at < own.cooldown // _MILLISECOND:
        return
    essence = likeness.essence(event.text)
    if likeness.substance(essence) < own.min_length:
        return
    new, earlier = likeness.sketch(essence), likeness.unpack(state.marks)
    xp = rules.damped(own.xp, likeness.nearest(new, earlier), own.similar, own.same) if own.remember else own.xp
    if not xp:
        return
    marks = likeness.pack([new, *earlier][: own.remember])
    xp = rules.diminished(xp, state.times, own.full)
    deed = Deed(MESSAGE, "|".join(native.values()), xp, own.daily_cap, own.points, own.points_cap, marks)
    credit(ctx, ctx.member, state, day, deed)


def reaction(ctx: Context, event: ReactionAdded) -> None:
    """A reaction: the author of the message earns XP, once for each member who reacts."""
    config: LevelsConfig = ctx.config
    place, own = event.where, config.reactions
    if ctx.account is None or place is None or place.kind == "dm" or _ignored(config, place):
        return
    native = _native(place, event.message)
    here = {"community_id": ctx.community.id, **native}
    row = ctx.sql.one(AUTHOR, **here)
    author = None if row is None or ctx.instant - row[1] > own.window // _MILLISECOND else ctx.find_member(row[0])
    if author is None or author.id == ctx.member.id:
        return
    day = ctx.community.today()
    pair = {"reactor_id": ctx.member.id, "author_id": author.id, "day": day.isoformat()}
    if own.per_pair:
        found = ctx.sql.one(PAIRS, community_id=ctx.community.id, **pair)
        if found is not None and found[0] >= own.per_pair:
            return
    if not ctx.sql.run(REACTED, **here, **pair, at=ctx.instant):
        return  # with another emoji, or on another platform
    key = "|".join((*native.values(), str(ctx.member.id)))
    deed = Deed(REACTION, key, own.xp, own.daily_cap, own.points, own.points_cap)
    credit(ctx, author, state_of(ctx, author, REACTION, day), day, deed)


def contribution(ctx: Context, event: Contribution) -> None:
    """What another plugin reports, if the configuration says what it is worth."""
    config: LevelsConfig = ctx.config
    own = config.contributions.get(event.kind)
    member = ctx.find_member(event.member)
    if own is None or member is None or event.weight < 1 or is_bot(ctx, member):
        return
    source = f"c:{event.kind}"
    if not _once(ctx, member, source, event.key, own.xp * event.weight):
        return
    day = ctx.community.today()
    worth, points = own.xp * event.weight, own.points * event.weight
    deed = Deed(source, event.key, worth, own.daily_cap, points, own.points_cap)
    credit(ctx, member, state_of(ctx, member, source, day), day, deed)


def correct(ctx: Context, member: Member, change: int, reason: str) -> int:
    """An operator gives XP, or takes some with a negative ``change``; returns what the member has afterwards."""
    day = ctx.community.today()
    state = state_of(ctx, member, OPERATOR, day)
    _once(ctx, member, OPERATOR, ctx.event.key, change, actor=ctx.member.id, note=reason)
    shown = not state.hidden and not member.left
    if change > 0:
        after = boards.add(ctx, member.id, _boards(ctx, state, day), change, shown=shown)
        ladder.rise(ctx, member, state.xp, after, look=True)
        return after
    ahead = day + timedelta(days=1)  # before the clock was put back, something may have counted for tomorrow
    only = (*_boards(ctx, state, day), rules.day_board(ahead), rules.week_board(ahead))
    boards.settle(ctx, member.id, shown=shown, change=change, only=only)
    after = max(0, state.xp + change)
    ladder.sink(ctx, member, after)
    return after


def credit(ctx: Context, member: Member, state: State, day: date, deed: Deed) -> int:
    """Book what a deed earns after every multiplier and cap; returns the XP."""
    config: LevelsConfig = ctx.config
    xp = rules.scaled(deed.xp, _percents(config, ctx.event.where, state))
    xp = rules.room_left(xp, state.earned, deed.cap)
    if (not xp and not deed.points) or _is_ignored(ctx, member):
        return 0
    ctx.sql.run(
        TALLY,
        community_id=ctx.community.id,
        member_id=member.id,
        day=day.isoformat(),
        source=deed.source,
        xp=xp,
        times=1,
        last_at=ctx.instant,
        marks=deed.marks,
    )
    if deed.points and deed.points_cap:
        ctx.ledger.grant_capped(member, deed.points, reason=deed.source, key=deed.key, cap=deed.points_cap)
    elif deed.points:
        ctx.ledger.grant(member, deed.points, reason=deed.source, key=deed.key)
    if xp:
        shown = not state.hidden and not member.left
        after = boards.add(ctx, member.id, _boards(ctx, state, day), xp, shown=shown)
        ladder.rise(ctx, member, after - xp, after, look=not state.times)
    return xp


# -- who is shown


def show(ctx: Context, member: Member) -> None:
    """Put a member on the boards or take them off, as their wish and their presence say."""
    boards.settle(ctx, member.id, shown=is_shown(ctx, member))


def is_shown(ctx: Context, member: Member) -> bool:
    """Whether a member is on the boards: who left is not, nor who does not want to be."""
    row = ctx.sql.one(MEMBER, community_id=ctx.community.id, member_id=member.id)
    return not member.left and (row is None or not row[0])


def hide(ctx: Context, member: Member, *, hidden: bool) -> None:
    """A member's wish to be on the boards, or not."""
    enrol(ctx, member)
    ctx.sql.run(HIDE, community_id=ctx.community.id, member=member.id, hidden=int(hidden))
    show(ctx, member)


# -- parts


def _native(place: Where, message: str) -> dict[str, str]:
    """What names a message: its id is unique in a space, and a reaction may not say in which channel of it."""
    return {"adapter": place.adapter, "space": place.space or place.channel, "message": message}


def _ignored(config: LevelsConfig, place: Where) -> bool:
    return bool(config.ignored_channels) and not config.ignored_channels.isdisjoint((place.channel, place.space))


def _is_ignored(ctx: Context, member: Member) -> bool:
    """Whether the filter of members who earn nothing means somebody."""
    text = ctx.config.ignored_members
    try:
        return bool(text) and ctx.in_segment(member, text)
    except Refusal as error:  # no member's mistake: it must not be answered, but reach the operators
        raise ValueError(f"ignored_members = {text!r} is no filter: {error}") from error


def _percents(config: LevelsConfig, place: Where | None, state: State) -> Sequence[int]:
    found = [state.boost] if state.boost != 100 else []
    tier = rules.place_of(config.tiers, state.tier)
    if tier >= 0 and config.tiers[tier].bonus != 100:
        found.append(config.tiers[tier].bonus)
    if config.multipliers and place is not None:
        found += [config.multipliers[each] for each in (place.channel, place.space) if each in config.multipliers][:1]
    return found


def _boards(ctx: Context, state: State, day: date) -> list[str]:
    """The boards that XP of today goes to: all time, the week, the day, and the season if there is one."""
    season = seasons.current(ctx, state.season, state.season_ends, day)
    found = [ALL, rules.week_board(day), rules.day_board(day)]
    return [*found, rules.season_board(season)] if season else found


def _once(ctx: Context, member: Member, source: str, key: str, xp: int, *, actor: int = 0, note: str = "") -> bool:
    """Write a credit down; False if there is one with this key."""
    if ctx.sql.one(FIND_CREDIT, community_id=ctx.community.id, source=source, key=key) is not None:
        return False
    row = {"id": ctx.new_id(), "member_id": member.id, "source": source, "key": key, "xp": xp, "at": ctx.instant}
    ctx.sql.run(ADD_CREDIT, community_id=ctx.community.id, **row, actor_id=actor, note=note)
    return True


def is_bot(ctx: Context, member: Member) -> bool:
    """Whether a member is nothing but bots."""
    if ctx.account is not None and ctx.account.member.id == member.id:
        return False  # a bot's own events reach no plugin
    accounts = ctx.accounts_of(member)
    return bool(accounts) and all(account.bot for account in accounts)
