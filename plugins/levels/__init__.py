"""Levels: XP from what members do, levels and tiers from XP, and leaderboards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, ClassVar, Literal

from sqlalchemy import MetaData

from coterie.core.api import (
    Condition,
    Config,
    Context,
    Contribution,
    Field,
    HistoryImported,
    Length,
    Member,
    MemberJoined,
    MemberLeft,
    MemberRef,
    MembersMerged,
    MemberTable,
    MergeUndone,
    MessagePosted,
    Plugin,
    Range,
    ReactionAdded,
    Refusal,
    Rest,
    SegmentField,
    button,
    command,
    job,
    listens,
    picture,
    timer,
)
from coterie.plugins.levels import cards, models, past, people, review, seasons, service, views
from coterie.plugins.levels.config import LevelsConfig

Words = Annotated[str, Length(200), Rest()]
Amount = Annotated[int, Range(1, 10**9)]
Percent = Annotated[int, Range(0, 1000)]
LONGEST_BOOST = timedelta(days=31)


class Levels(Plugin):
    """Counts XP and shows who has how much of it; every number follows from rows."""

    name: ClassVar[str] = "levels"
    config: ClassVar[type[Config]] = LevelsConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = people.TABLES

    # -- what earns

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """A message may earn XP."""
        service.message(ctx, event)

    def on_reaction(self, event: ReactionAdded, ctx: Context) -> None:
        """A reaction may earn XP for the author of the message."""
        service.reaction(ctx, event)

    def on_history_imported(self, event: HistoryImported, ctx: Context) -> None:
        """Messages from before may earn what they would have earned."""
        past.imported(ctx, event)

    @listens(Contribution)
    def contributed(self, event: Contribution, ctx: Context) -> None:
        """What another plugin reports may earn XP."""
        service.contribution(ctx, event)

    # -- what members ask

    @command("rank", aliases=("等级", "等級"))
    def rank(self, ctx: Context, member: MemberRef | None = None) -> None:
        """Show where a member stands, the acting one if no other is named."""
        found = ctx.member if member is None else ctx.member_of(member)
        state = views.standing(ctx, found)
        if state.hidden and found.id != ctx.member.id and ctx.member.standing != "operator":
            raise Refusal("rank-private", name=found.name)
        ctx.answer(cards.rank(ctx, state))

    @button("share")
    def share(self, ctx: Context) -> None:
        """Show the room where the member stands."""
        ctx.reply(cards.rank(ctx, views.standing(ctx, ctx.member), room=True))

    @command("leaderboard", aliases=("排行榜",))
    def leaderboard(
        self,
        ctx: Context,
        show: Literal["all", "day", "week", "season", "hide", "show"] = "all",
        page: Annotated[int, Range(1, 10**7)] = 1,
    ) -> None:
        """Show a board by pages; or be on none (`hide`), and on all of them again (`show`)."""
        if show in ("hide", "show"):
            service.hide(ctx, ctx.member, hidden=show == "hide")
            ctx.answer(ctx.t("board-hidden" if show == "hide" else "board-shown"))
        else:
            self._open(ctx, views.PERIODS.index(show), page)

    @button("board")
    def turn(self, ctx: Context, board: int, page: int, tag: int) -> None:
        """Turn to another page or board, on the same message while it is the newest."""
        self._open(ctx, board, page, tag)

    def _open(self, ctx: Context, code: int, page: int, tag: int = 0) -> None:
        """Show a page; page 0 is the member's own."""
        shown = views.board_of(ctx, code)
        found = views.page_at(ctx, shown, page or views.own_page(ctx, shown, ctx.member))
        own = views.place_on(ctx, shown, ctx.member)
        ref = views.view_of(ctx)
        if not tag or tag != ref & views.TAG:
            service.enrol(ctx, ctx.member)
            ref = int(ctx.answer(cards.board(ctx, shown, found, own, 0)))
            views.set_view(ctx, ref)
        # An edit of a message that is not sent yet takes its place: so its buttons can name the message they are on.
        ctx.edit(ref, cards.board(ctx, shown, found, own, ref & views.TAG))

    @command("seasons", aliases=("赛季", "賽季"))
    def seasons(self, ctx: Context) -> None:
        """Show all seasons, with their boards."""
        ctx.answer(cards.season_list(ctx, seasons.newest(ctx)))

    # -- what operators do

    @command("xp", level="operator", aliases=("经验", "經驗"))
    def xp(
        self, ctx: Context, action: Literal["give", "take"], member: MemberRef, amount: Amount, reason: Words
    ) -> None:
        """Give a member XP or take some, with the reason."""
        found = ctx.member_of(member)
        accounts = ctx.accounts_of(found)
        if accounts and all(account.bot for account in accounts):
            raise Refusal("bots-cannot", namespace="core")
        after = service.correct(ctx, found, amount if action == "give" else -amount, reason)
        ctx.answer(ctx.t("xp-given" if action == "give" else "xp-taken", name=found.name, xp=amount, now=after))

    @command("xp-boost", level="operator", aliases=("经验加成", "經驗加成"))
    def boost(
        self, ctx: Context, percent: Percent, during: Annotated[timedelta, Range(None, LONGEST_BOOST)] = timedelta(0)
    ) -> None:
        """Multiply all XP for a while; 100 percent, or no time, ends it."""
        lasts = percent != 100 and bool(during)
        people.set_boost(ctx, percent, during if lasts else timedelta(0))
        ctx.answer(ctx.t("boost-on", percent=percent, until=ctx.now + during) if lasts else ctx.t("boost-off"))

    @command("season", level="operator", aliases=("赛季管理", "賽季管理"))
    def season(
        self, ctx: Context, action: Literal["start", "end", "pay"], name: Annotated[str, Length(64), Rest()] = ""
    ) -> None:
        """Start a season, end the one that runs, or pay the prizes of the last one again."""
        if action == "start":
            days = ctx.config.seasons.days
            channel = 0 if ctx.in_dm else ctx.channel_id()
            made = seasons.begin(ctx, begins=ctx.community.today(), days=days, name=name, channel=channel)
            ctx.answer(ctx.t("season-started", season=cards.season_name(ctx, made)))
        elif action == "end":
            running = seasons.open_season(ctx)
            if running is None:
                raise Refusal("season-none")
            seasons.close(ctx, running.id)
            ctx.answer(ctx.t("season-ended", season=cards.season_name(ctx, running)))
        else:
            self._pay_again(ctx)

    def _pay_again(self, ctx: Context) -> None:
        last = next((season for season in seasons.newest(ctx) if season.over), None)
        if last is None:
            raise Refusal("season-no-last")
        prizes = seasons.pay(ctx, last)
        if prizes.paid:
            ctx.answer(ctx.t("season-paid", season=cards.season_name(ctx, last), count=len(prizes.winners)))
        else:
            ctx.answer(cards.unfunded(ctx, ctx.member, last, prizes))

    def contribute_profile(self, member: Member, ctx: Context) -> Sequence[Field]:
        """Level, XP and tier."""
        return cards.profile(ctx, views.standing(ctx, member))

    def contribute_segment_fields(self) -> Sequence[SegmentField]:
        """`xp`, `level` and `tier`."""
        return people.segment_fields()

    def contribute_conditions(self) -> Sequence[Condition]:
        """`level` and `tier`."""
        return people.conditions()

    # -- what happens by itself

    @job("round", every="7 * * * *")
    def round(self, ctx: Context) -> None:
        """Begin the daily round when a community day has begun, whatever its hour."""
        review.begin(ctx)

    @timer("review")
    def review(self, ctx: Context, after: int) -> None:
        """Review some members."""
        review.part(ctx, after)

    @timer("recount")
    def recount(self, ctx: Context, board: str, low: int) -> None:
        """Prove some counts."""
        review.recount(ctx, board, low)

    @timer("forget")
    def forget(self, ctx: Context, step: int) -> None:
        """Forget some rows."""
        review.forget(ctx, step)

    @timer("season-over")
    def season_over(self, ctx: Context, season: int) -> None:
        """Pay a season's prizes and tell its result."""
        seasons.conclude(ctx, season)

    @picture("rank")
    def draw_rank(
        self, name: str, level: str, xp: str, left: str, place: str, tier: str, colour: str, percent: int
    ) -> bytes:
        """Draw the rank card."""
        from coterie.plugins.levels.drawing import RankCard, draw  # Pillow is loaded where something is drawn

        return draw(RankCard(name, level, xp, left, place, tier, colour, percent))

    # -- people

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        """Who comes is known from now on, who comes back is on the boards again."""
        service.enrol(ctx, ctx.member)
        service.show(ctx, ctx.member)

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        """Who is in no space any more is on no board; what they have stays."""
        if ctx.member.left:
            service.show(ctx, ctx.member)

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        """One person has one line on each board, and the tier of what both have together."""
        people.merged(ctx, event.kept)

    def on_merge_undone(self, event: MergeUndone, ctx: Context) -> None:
        """Two lines again."""
        people.parted(ctx, event.kept, event.gone)

    def erase_member(self, member: Member, ctx: Context) -> None:
        """Take somebody who is erased off the boards and out of their counts; the rows are deleted right after."""
        people.forget(ctx, member)
