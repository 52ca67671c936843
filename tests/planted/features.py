"""Bugs of features: days, ranks, applications, tips, news."""

from __future__ import annotations

from datetime import UTC, date
from typing import Any

from coterie.core import broadcasts
from coterie.core.api import to_datetime
from coterie.core.community import Community
from coterie.plugins.checkin import rules as days
from coterie.plugins.gate import review
from coterie.plugins.gate import service as applications
from coterie.plugins.levels import boards, ladder
from coterie.plugins.tipjar import service as tips
from tests.planted.planting import bug


@bug(Community, "today", "The day begins at midnight in Greenwich: people in Shanghai lose their streak at breakfast.")
def day_by_utc(before: Any, community: Community) -> date:
    return to_datetime(community.clock.now()).astimezone(UTC).date()


@bug(days, "streak", "A day that somebody missed does not end their streak: it pays as if they had been there.")
def streak_over_gaps(before: Any, found: Any, until: date) -> int:
    return len([day for day in found if day <= until])


@bug(boards, "_count", "Ranks are wrong: who passes somebody on the leaderboard is not counted.")
def rank_not_counted(before: Any, ctx: Any, moves: Any) -> None:
    before(ctx, [move for move in moves if not move[1]])


@bug(ladder, "sink", "Who loses XP keeps the level that it had made.")
def level_never_falls(before: Any, ctx: Any, member: Any, xp: int) -> None:
    return None


@bug(boards, "add", "Half of what somebody earns is missing on the board of all time.")
def board_of_all_time_left_out(before: Any, ctx: Any, member: int, names: Any, xp: int, *, shown: bool) -> int:
    total: int = before(ctx, member, names[1:], xp, shown=shown)
    return total


@bug(applications, "under_way", "Who asks to join twice has to answer twice, and operators decide twice.")
def application_forgotten(before: Any, ctx: Any, space: str) -> None:
    return None


@bug(review, "_show_outcome", "Operators are reminded of applications that they have decided.")
def reminder_not_cancelled(before: Any, ctx: Any, application: Any) -> None:
    return None


@bug(applications, "decide", "An application is decided, and nobody knows when or by whom.")
def decision_not_written(before: Any, ctx: Any, application: int, decision: Any, by: Any) -> bool:
    here = {"community_id": ctx.community.id, "application": application}
    found: int = ctx.sql.run(applications.DECIDE, **here, to=decision, now=None, by=None)
    return found == 1


@bug(tips, "book", "Tips are put in the jar out of nothing instead of from what was paid.")
def tip_from_nowhere(before: Any, ctx: Any, payment: Any) -> bool:
    source, jar = ctx.ledger.issuer(), tips.jar(ctx)
    done = ctx.ledger.transfer(source, jar, payment.amount, reason="tip", key=payment.charge, currency=payment.currency)
    return not done.repeated


@bug(broadcasts, "_end", "A broadcast is called done while people still wait for it.")
def broadcast_without_an_end(before: Any, ctx: Any, job: Any, state: Any) -> None:
    broadcasts._set_state(ctx, job.id, state)
