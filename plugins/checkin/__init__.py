"""Daily check-in: points once a community day, more for days in a row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import MetaData

from coterie.core.api import Condition, Config, Context, MemberTable, Plugin, button, command
from coterie.plugins.checkin import cards, models, service
from coterie.plugins.checkin.config import CheckInConfig


class CheckIn(Plugin):
    """Pays once a day, by command or by a button that stays in a room."""

    name: ClassVar[str] = "checkin"
    config: ClassVar[type[Config]] = CheckInConfig
    metadata: ClassVar[MetaData | None] = models.metadata
    member_data: ClassVar[tuple[MemberTable, ...]] = models.member_data

    @command("checkin", aliases=("签到", "簽到"))
    def check_in(self, ctx: Context) -> None:
        """Collect today's points; a room sees it."""
        done = service.collect(ctx)
        ctx.reply(cards.for_member(ctx, done) if ctx.in_dm else cards.for_room(ctx, done))

    @button("checkin")
    def tap(self, ctx: Context) -> None:
        """Collect today's points; only the member sees it, so that many taps leave the room quiet."""
        ctx.answer(cards.for_member(ctx, service.collect(ctx)))

    @command("streak", aliases=("连签", "連簽"))
    def streak(self, ctx: Context) -> None:
        """Tell how many days in a row it is."""
        ctx.answer(cards.standing(ctx, service.standing(ctx)))

    @command("checkin-card", level="operator", where="room", aliases=("签到卡", "簽到卡"))
    def post_card(self, ctx: Context) -> None:
        """Post a card with a button for everybody."""
        ctx.reply(cards.invitation(ctx))

    def contribute_conditions(self) -> Sequence[Condition]:
        """Who has collected today's points."""
        return (Condition("checkin", meets=service.collected_today, aliases=("签到", "簽到")),)
