"""What a member looks at: standings and pages, read from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from coterie.core.api import Context, Member, Refusal
from coterie.plugins.levels import boards, rules, seasons
from coterie.plugins.levels.boards import Page
from coterie.plugins.levels.config import LevelsConfig, Tier
from coterie.plugins.levels.rules import Progress
from coterie.plugins.levels.seasons import Season
from coterie.plugins.levels.sql import ALL, MEMBER, SET_VIEW, VIEW

PERIODS: Final = ("all", "day", "week", "season")
"""The boards that a button names by their place here; a greater number is that of an ended season plus these."""
TAG: Final = 0xFFFF
"""What a button carries of the message it is on."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a member stands; ``rank`` is 0 for who is on no board, ``ends_on`` the day on which the tier ends, if it
    does.
    """

    member: Member
    xp: int
    progress: Progress
    rank: int
    members: int
    tier: Tier | None
    ends_on: date | None
    hidden: bool
    week: int


@dataclass(frozen=True, slots=True)
class Board:
    """A board to be shown: ``code`` names it in buttons; a season that is shown is told."""

    code: int
    name: str
    season: Season | None


def standing(ctx: Context, member: Member) -> Standing:
    """Where a member stands now."""
    config: LevelsConfig = ctx.config
    row = ctx.sql.one(MEMBER, community_id=ctx.community.id, member_id=member.id)
    hidden, tier, ends_on = (False, "", "") if row is None else (bool(row[0]), row[1], row[2])
    score, xp = boards.score_of(ctx, ALL, member.id)
    _, week = boards.score_of(ctx, rules.week_board(ctx.community.today()), member.id)
    place = rules.place_of(config.tiers, tier)
    return Standing(
        member,
        xp,
        rules.progress(config.curve, xp),
        boards.rank_of(ctx, ALL, score) if score else 0,
        boards.size_of(ctx, ALL),
        config.tiers[place] if place >= 0 else None,
        date.fromisoformat(ends_on) if ends_on else None,
        hidden,
        week,
    )


def board_of(ctx: Context, code: int) -> Board:
    """The board that a button names; raises :class:`Refusal` where there is none."""
    today = ctx.community.today()
    if code >= len(PERIODS):
        season = seasons.by_number(ctx, code - len(PERIODS))
        if season is None:
            raise Refusal("season-unknown", number=code - len(PERIODS))
        return Board(code, season.board, season)
    match PERIODS[code]:
        case "day":
            return Board(code, rules.day_board(today), None)
        case "week":
            return Board(code, rules.week_board(today), None)
        case "season":
            season = seasons.open_season(ctx)
            if season is None:
                raise Refusal("season-none")
            return Board(code, season.board, season)
    return Board(code, ALL, None)


def place_on(ctx: Context, board: Board, member: Member) -> tuple[int, int]:
    """A member's rank and score on a board, zeros for who is not on it."""
    score, _ = boards.score_of(ctx, board.name, member.id)
    return (boards.rank_of(ctx, board.name, score), score) if score else (0, 0)


def own_page(ctx: Context, board: Board, member: Member) -> int:
    """The page of a board that the member's line is on, the first for who has none."""
    score, _ = boards.score_of(ctx, board.name, member.id)
    return (boards.place_of(ctx, board.name, member.id, score) - 1) // ctx.config.page + 1 if score else 1


def page_at(ctx: Context, board: Board, number: int) -> Page:
    """A page of a board."""
    return boards.page_of(ctx, board.name, number, ctx.config.page)


def view_of(ctx: Context) -> int:
    """The message on which the acting member looked at a board last, 0 for none."""
    row = ctx.sql.one(VIEW, community_id=ctx.community.id, member_id=ctx.member.id)
    return 0 if row is None else int(row[0])


def set_view(ctx: Context, ref: int) -> None:
    """The acting member looks at a board on this message from now on."""
    ctx.sql.run(SET_VIEW, community_id=ctx.community.id, member=ctx.member.id, view=ref)
