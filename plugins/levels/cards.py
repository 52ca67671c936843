"""State → message."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Final

from coterie.core.api import POINTS, Button, Card, Context, Field, Member, Money, Picture, Rich, bold, join

if TYPE_CHECKING:
    from coterie.plugins.levels.boards import Page, Row
    from coterie.plugins.levels.config import Tier
    from coterie.plugins.levels.seasons import Prizes, Season
    from coterie.plugins.levels.views import Board, Standing

PLAIN_COLOUR: Final = "#6b8afd"
_MEDALS: Final = {1: "🥇", 2: "🥈", 3: "🥉"}
_CELLS: Final = 12


def tier_name(ctx: Context, tier: Tier, reader: Member | None) -> str:
    """What a tier is called: its title, or else what its short name means in the reader's language (in the
    community's for ``None``).
    """
    if tier.title:
        return tier.title
    said = ctx.t_room("tier-name", name=tier.name) if reader is None else ctx.t_for(reader, "tier-name", name=tier.name)
    return str(said)


# -- climbing


def risen_room(ctx: Context, member: Member, level: int, tier: Tier | None) -> Card:
    """A new level or tier, as the room reads it."""
    if tier is None:
        return Card(text=ctx.t_room("risen-room-level", name=member.name, level=level), tone="good")
    name = tier_name(ctx, tier, None)
    if not level:
        return Card(text=ctx.t_room("risen-room-tier", name=member.name, tier=name), tone="good")
    return Card(text=ctx.t_room("risen-room-both", name=member.name, level=level, tier=name), tone="good")


def risen(ctx: Context, member: Member, level: int, tier: Tier | None) -> Card:
    """A new level or tier, as the member alone reads it."""
    if tier is None:
        return Card(text=ctx.t_for(member, "risen-level", level=level), tone="good")
    name = tier_name(ctx, tier, member)
    if not level:
        return Card(text=ctx.t_for(member, "risen-tier", tier=name), tone="good")
    return Card(text=ctx.t_for(member, "risen-both", level=level, tier=name), tone="good")


def notice(ctx: Context, member: Member, tier: Tier, ends_on: date) -> Card:
    """What a member reads some days before a tier ends."""
    name = tier_name(ctx, tier, member)
    return Card(text=ctx.t_for(member, "tier-notice", tier=name, day=ends_on), tone="warn")


def lapsed(ctx: Context, member: Member, old: Tier, new: Tier | None) -> Card:
    """What a member reads when a tier has ended."""
    name = tier_name(ctx, old, member)
    if new is None:
        return Card(text=ctx.t_for(member, "tier-lapsed", tier=name))
    return Card(text=ctx.t_for(member, "tier-lapsed-to", tier=name, now=tier_name(ctx, new, member)))


# -- rank


def rank(ctx: Context, state: Standing, *, room: bool = False) -> Card:
    """Where a member stands: a picture, and the same in words; ``room`` in the community's language for everybody."""

    def t(key: str, /, **args: object) -> Rich:
        return ctx.t_room(key, **args) if room else ctx.t(key, **args)

    done, own = state.progress, not room and ctx.member.id == state.member.id
    tier = "" if state.tier is None else tier_name(ctx, state.tier, None if room else ctx.member)
    lines: list[Rich] = [t("rank-level", level=done.level, xp=state.xp)]
    if done.needed:
        lines.append(join([bar(done.percent), t("rank-next", into=done.into, needed=done.needed)], " "))
    else:
        lines.append(t("rank-top"))
    lines.append(t("rank-place", rank=state.rank, members=state.members) if state.rank else t("rank-no-place"))
    if tier:
        lines.append(t("rank-tier", tier=tier))
    lines.append(t("rank-week", xp=state.week))
    if own and state.ends_on is not None:
        lines.append(t("rank-ends", tier=tier, day=state.ends_on))
    if own and state.hidden:
        lines.append(t("rank-hidden"))
    share = Button(ctx.t("rank-share"), do="share", only=ctx.member.id)
    return Card(
        title=t("rank-title", name=state.member.name),
        text=join(lines, "\n"),
        picture=_picture(state, tier, t),
        buttons=((share,),) if own and not ctx.in_dm and not state.hidden else (),
    )


def _picture(state: Standing, tier: str, t: Callable[..., Rich]) -> Picture:
    done = state.progress
    place = str(t("rank-picture-place", rank=state.rank, members=state.members)) if state.rank else ""
    left = str(t("rank-picture-next", into=done.into, needed=done.needed)) if done.needed else str(t("rank-top"))
    said = str(t("rank-picture-alt", name=state.member.name, level=done.level, percent=done.percent))
    return Picture(
        draw="rank",
        alt=" · ".join(part for part in (said, place, tier) if part),
        args={
            "name": state.member.name,
            "level": str(t("rank-picture-level", level=done.level)),
            "xp": str(t("rank-picture-xp", xp=state.xp)),
            "left": left,
            "place": place,
            "tier": tier,
            "colour": PLAIN_COLOUR if state.tier is None else state.tier.colour,
            "percent": done.percent,
        },
    )


def bar(percent: int) -> str:
    """A bar of twelve cells; it is full only at 100 and empty only at 0."""
    full = min(_CELLS - 1, max(1, percent * _CELLS // 100)) if 0 < percent < 100 else percent * _CELLS // 100
    return "▰" * full + "▱" * (_CELLS - full)


# -- leaderboards


def board(ctx: Context, shown: Board, page: Page, own: tuple[int, int], tag: int) -> Card:
    """A page of a leaderboard as the acting member sees it; ``own`` is their rank and score, ``tag`` the message's."""
    lines: list[Rich] = [_line(ctx, row) for row in page.rows] or [ctx.t("board-empty")]
    mine = ctx.t("board-own", rank=own[0], xp=own[1]) if own[0] else ctx.t("board-own-none")
    footer = join([ctx.t("board-page", page=page.number, pages=page.pages, members=page.members), mine], " · ")
    return Card(
        title=_title(ctx, shown),
        text=join(lines, "\n"),
        footer=footer,
        buttons=_board_buttons(ctx, shown, page, tag, ranked=bool(own[0])),
    )


def _line(ctx: Context, row: Row) -> Rich:
    member = ctx.find_member(row.member)
    name = "?" if member is None else member.name
    said = ctx.t("board-line", place=_MEDALS.get(row.rank, f"{row.rank}."), name=name, xp=row.score)
    return bold(join([said, ctx.t("board-you")], " ")) if row.member == ctx.member.id else said


def _title(ctx: Context, shown: Board) -> Rich:
    if shown.season is not None:
        return ctx.t("board-season", season=season_name(ctx, shown.season))
    return ctx.t(("board-all", "board-day", "board-week")[shown.code])


def _board_buttons(ctx: Context, shown: Board, page: Page, tag: int, *, ranked: bool) -> tuple[tuple[Button, ...], ...]:
    def to(label: str, code: int, number: int, *, here: bool = False) -> Button:
        args: dict[str, str | int | bool] = {"board": code, "page": number, "tag": tag}
        return Button(ctx.t(label), do="board", args=args, only=ctx.member.id, style="primary" if here else "normal")

    turns = [to("board-back", shown.code, page.number - 1)] if page.number > 1 else []
    if ranked:
        turns.append(to("board-me", shown.code, 0))
    turns += [to("board-on", shown.code, page.number + 1)] if page.number < page.pages else []
    periods = [("board-tab-all", 0), ("board-tab-day", 1), ("board-tab-week", 2), ("board-tab-season", 3)]
    tabs = tuple(to(label, code, 1, here=code == shown.code) for label, code in periods)
    return (tuple(turns), tabs) if turns else (tabs,)


# -- seasons


def season_name(ctx: Context, season: Season, *, room: bool = False) -> str:
    """What a season is called."""
    if season.name:
        return season.name
    said = ctx.t_room("season-name", number=season.number) if room else ctx.t("season-name", number=season.number)
    return str(said)


def season_list(ctx: Context, found: list[Season]) -> Card:
    """All seasons, with buttons that open the boards of the newest."""
    lines: list[Rich] = []
    for season in found:
        name = season_name(ctx, season)
        if season.over:
            lines.append(ctx.t("season-line-over", season=name, begins=season.begins_on))
        elif season.ends_on is None:
            lines.append(ctx.t("season-line-open", season=name, begins=season.begins_on))
        else:
            lines.append(ctx.t("season-line-runs", season=name, begins=season.begins_on, ends=season.ends_on))
    buttons = [
        Button(
            season_name(ctx, season),
            do="board",
            args={"board": 4 + season.number, "page": 1, "tag": 0},
            only=ctx.member.id,
        )
        for season in found[:9]
    ]
    rows = tuple(tuple(buttons[place : place + 3]) for place in range(0, len(buttons), 3))
    return Card(title=ctx.t("seasons-title"), text=join(lines or [ctx.t("seasons-none")], "\n"), buttons=rows)


def season_over(ctx: Context, season: Season, rows: tuple[Row, ...], prizes: Prizes) -> Card:
    """The result of a season for the room where it was started."""
    given = {member.id: amount for member, amount in prizes.winners} if prizes.paid else {}
    lines: list[Rich] = []
    for row in rows:
        member = ctx.find_member(row.member)
        name = "?" if member is None else member.name
        line = ctx.t_room("board-line", place=_MEDALS.get(row.rank, f"{row.rank}."), name=name, xp=row.score)
        won = given.get(row.member)
        lines.append(join([line, ctx.t_room("season-won", money=Money(won, POINTS))], " ") if won else line)
    title = ctx.t_room("season-over", season=season_name(ctx, season, room=True))
    return Card(title=title, text=join(lines or [ctx.t_room("board-empty")], "\n"), tone="good")


def prize(ctx: Context, member: Member, season: Season, amount: int) -> Card:
    """What a winner reads."""
    name = season.name or str(ctx.t_for(member, "season-name", number=season.number))
    return Card(text=ctx.t_for(member, "season-prize", season=name, money=Money(amount, POINTS)), tone="good")


def unfunded(ctx: Context, operator: Member, season: Season, prizes: Prizes) -> Card:
    """What operators read when a budget cannot pay a season's prizes."""
    name = season.name or str(ctx.t_for(operator, "season-name", number=season.number))
    said = ctx.t_for(
        operator,
        "season-unfunded",
        season=name,
        budget=ctx.config.seasons.budget,
        has=Money(prizes.budget, POINTS),
        needs=Money(prizes.total, POINTS),
    )
    return Card(text=said, tone="warn")


# -- operators


def profile(ctx: Context, state: Standing) -> list[Field]:
    """What an operator reads of a member."""
    fields = [Field(ctx.t("profile-level"), ctx.t("rank-level", level=state.progress.level, xp=state.xp))]
    if state.tier is not None:
        fields.append(Field(ctx.t("profile-tier"), tier_name(ctx, state.tier, ctx.member)))
    return fields
