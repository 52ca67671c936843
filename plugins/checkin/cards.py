"""State → message."""

from __future__ import annotations

from coterie.core.api import POINTS, Button, Card, Context, Money, Rich, join
from coterie.plugins.checkin import rules
from coterie.plugins.checkin.config import CheckInConfig
from coterie.plugins.checkin.service import Collected, Standing


def for_room(ctx: Context, done: Collected) -> Card:
    """A check-in as the room sees it."""
    lines: list[Rich] = [
        ctx.t_room("checkin-done-room", name=ctx.member.name, money=Money(done.points, POINTS), days=done.streak)
    ]
    if done.bonus:
        lines.append(ctx.t_room("checkin-bonus", money=Money(done.bonus, POINTS), days=done.streak))
    return Card(text=join(lines, "\n"), tone="good")


def for_member(ctx: Context, done: Collected) -> Card:
    """A check-in as its member alone sees it, with the new balance."""
    lines: list[Rich] = [ctx.t("checkin-done", money=Money(done.points, POINTS), days=done.streak)]
    if done.bonus:
        lines.append(ctx.t("checkin-bonus", money=Money(done.bonus, POINTS), days=done.streak))
    lines.append(ctx.t("checkin-balance", money=Money(ctx.ledger.balance(ctx.member), POINTS)))
    return Card(text=join(lines, "\n"), tone="good")


def standing(ctx: Context, state: Standing) -> Card:
    """A member's streak, what it leads to, and whether today is still open."""
    lines: list[Rich] = [ctx.t("checkin-streak", days=state.streak, total=state.total)]
    ahead = rules.next_milestone(ctx.config, state.streak)
    if ahead is not None:
        lines.append(ctx.t("checkin-ahead", days=ahead[0], money=Money(ahead[1], POINTS)))
    lines.append(ctx.t("checkin-today-done" if state.today else "checkin-today-open"))
    return Card(text=join(lines, "\n"))


def invitation(ctx: Context) -> Card:
    """The card that stays in a room."""
    config: CheckInConfig = ctx.config
    begins = ctx.community.day_start.strftime("%H:%M")
    return Card(
        title=ctx.t_room("checkin-card-title"),
        text=ctx.t_room("checkin-card-text", money=Money(config.reward, POINTS)),
        footer=ctx.t_room("checkin-card-day", time=begins, zone=str(ctx.community.zone)),
        buttons=((Button(ctx.t_room("checkin-card-button"), do="checkin", style="primary"),),),
    )
