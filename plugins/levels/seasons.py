"""Seasons as rows: they begin and end by themselves or by an operator, and their boards stay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from coterie.core.api import Context, Member, Refusal
from coterie.plugins.levels import boards, cards, rules
from coterie.plugins.levels.sql import (
    ADD_PRIZE,
    ADD_SEASON,
    END_SEASON,
    OPEN_SEASON,
    PAID,
    PRIZES,
    SEASON_BY_ID,
    SEASON_BY_NUMBER,
    SEASONS,
)

TIED: Final = 100
"""So many members beyond the last prize are looked at for the same score."""


@dataclass(frozen=True, slots=True)
class Season:
    """A season; ``channel`` is where it was started (0: by itself), ``ends_on`` its first day that is not in it
    (``None``: open), ``over`` whether it has ended.
    """

    id: int
    number: int
    name: str
    channel: int
    begins_on: date
    ends_on: date | None
    over: bool

    @property
    def board(self) -> str:
        """The name of its board."""
        return rules.season_board(self.id)


@dataclass(frozen=True, slots=True)
class Prizes:
    """What a season pays: members with their points, best first; what the budget has for it; whether it is paid."""

    winners: tuple[tuple[Member, int], ...]
    total: int
    budget: int
    paid: bool


def _season(row: tuple[Any, ...]) -> Season:
    identifier, number, name, channel, begins_on, ends_on, ended_at = row
    ends = date.fromisoformat(ends_on) if ends_on else None
    return Season(identifier, number, name, channel, date.fromisoformat(begins_on), ends, ended_at is not None)


def open_season(ctx: Context) -> Season | None:
    """The season that runs, if any."""
    row = ctx.sql.one(OPEN_SEASON, community_id=ctx.community.id)
    return None if row is None else _season(row)


def by_id(ctx: Context, season: int) -> Season | None:
    """A season by its id."""
    row = ctx.sql.one(SEASON_BY_ID, community_id=ctx.community.id, id=season)
    return None if row is None else _season(row)


def by_number(ctx: Context, number: int) -> Season | None:
    """A season by its number."""
    row = ctx.sql.one(SEASON_BY_NUMBER, community_id=ctx.community.id, number=number)
    return None if row is None else _season(row)


def newest(ctx: Context) -> list[Season]:
    """At most fifty seasons, newest first."""
    return [_season(row) for row in ctx.sql.all(SEASONS, community_id=ctx.community.id)]


def current(ctx: Context, season: int, ends_on: str, today: date) -> int:
    """The id of the season that XP of today belongs to, 0 for none; one whose time is over ends here, and where the
    configuration says how long seasons are, the next one begins.
    """
    days = ctx.config.seasons.days
    if season and (not ends_on or today.isoformat() < ends_on):
        return season
    begins = today
    if season:
        close(ctx, season)
        begins = date.fromisoformat(ends_on)
    if not days:
        return 0
    # One after the other without a gap, unless a whole one would be over already.
    while begins + timedelta(days=days) <= today:
        begins += timedelta(days=days)
    return begin(ctx, begins=begins, days=days).id


def begin(ctx: Context, *, begins: date, days: int, name: str = "", channel: int = 0) -> Season:
    """Begin a season; ``days`` 0 leaves its end open.  Raises :class:`Refusal` while another one runs."""
    if open_season(ctx) is not None:
        raise Refusal("season-runs")
    last = newest(ctx)
    number = last[0].number + 1 if last else 1
    identifier = ctx.new_id()
    ends = begins + timedelta(days=days) if days else None
    ctx.sql.run(
        ADD_SEASON,
        community_id=ctx.community.id,
        id=identifier,
        number=number,
        name=name,
        channel_id=channel,
        begins_on=begins.isoformat(),
        ends_on=ends.isoformat() if ends else "",
    )
    return Season(identifier, number, name, channel, begins, ends, over=False)


def close(ctx: Context, season: int) -> None:
    """End a season; what follows from that is done right after by the timer ``season-over``."""
    ctx.sql.run(END_SEASON, community_id=ctx.community.id, season=season, ended_at=ctx.instant)
    ctx.timers.at(timedelta(0), "season-over", key=season, season=season)


def award(ctx: Context, season: Season) -> None:
    """Write down who wins what in a season that has just ended; later changes of the board change nothing."""
    prizes = ctx.config.seasons.prizes
    rows = boards.page_of(ctx, season.board, 1, len(prizes) + TIED).rows if prizes else ()
    here = {"community_id": ctx.community.id, "season_id": season.id, "paid": 0}
    for row, amount in zip(rows, rules.shares(prizes, [row.score for row in rows]), strict=True):
        if amount:
            ctx.sql.run(ADD_PRIZE, **here, member_id=row.member, rank=row.rank, amount=amount)


def prizes_of(ctx: Context, season: Season) -> Prizes:
    """What a season pays to whom, and whether it has."""
    budget = ctx.ledger.balance(ctx.ledger.budget(ctx.config.seasons.budget))
    rows = ctx.sql.all(PRIZES, community_id=ctx.community.id, season_id=season.id)
    found = [(ctx.find_member(member), int(amount)) for member, amount, _ in rows]
    winners = tuple((member, amount) for member, amount in found if member is not None)
    return Prizes(winners, sum(amount for _, amount in winners), budget, all(paid for _, _, paid in rows))


def pay(ctx: Context, season: Season) -> Prizes:
    """Pay a season's prizes, all of them once, or none while the budget has not enough."""
    prizes = prizes_of(ctx, season)
    if prizes.paid or prizes.budget < prizes.total:
        return prizes
    source = ctx.ledger.budget(ctx.config.seasons.budget)
    for member, amount in prizes.winners:
        ctx.ledger.transfer(source, member, amount, reason="season", key=f"{season.id}:{member.id}")
        ctx.send(member, cards.prize(ctx, member, season, amount))
    ctx.sql.run(PAID, community_id=ctx.community.id, season=season.id, paid=1)
    return replace(prizes, paid=True)


def conclude(ctx: Context, identifier: int) -> None:
    """Pay the prizes of a season that has ended and tell its result; operators hear of a budget that is too small."""
    season = by_id(ctx, identifier)
    if season is None or not season.over:
        return
    award(ctx, season)
    prizes = pay(ctx, season)
    if not prizes.paid:
        for operator in ctx.operators():
            ctx.send(operator, cards.unfunded(ctx, operator, season, prizes))
    if season.channel:
        best = boards.page_of(ctx, season.board, 1, ctx.config.page).rows
        ctx.send(season.channel, cards.season_over(ctx, season, best, prizes))
