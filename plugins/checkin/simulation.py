"""What people do in a simulation to check in, and what has to be true of the rows at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam, select

from coterie.core.api import Context, Member, Statement
from coterie.plugins.checkin import rules
from coterie.plugins.checkin.config import CheckInConfig
from coterie.plugins.checkin.models import days
from coterie.plugins.checkin.service import ALL

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

LOOKED_AT: Final = 5
"""Check-ins of today and yesterday that are looked at, the last ones."""
PAID: Final = 1
"""So many of them, the very last, are held against the ledger."""
REGULARS: Final = 2
"""So many people check in more often than others."""

_b = bindparam
LATELY: Final = Statement(
    select(days.c.member_id, days.c.day, days.c.at)
    .where(days.c.community_id == _b("community_id"), days.c.day >= _b("since"))
    .order_by(days.c.at.desc())
    .limit(_b("count"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Check-ins by command and by the card, the question how long the streak is, and days that pass; some people come
    nearly every day, so that there are streaks.
    """
    rng = view.rng
    for name in (rng.choice(view.people[:REGULARS]), *rng.sample(view.people, min(2, len(view.people)))):
        yield f"{name}: {rng.choice(('/checkin', '/签到', '/streak'))}"
        if rng.random() < 0.2:
            yield f"duplicate {name} in dm: /checkin"
        if any(label == "Check in" for label in view.buttons(name)):
            yield f"{name}: [Check in]"
    if view.operators and rng.random() < 0.2:
        yield f"{rng.choice(view.operators)}: /checkin-card"
    yield f"wait {rng.choice(('6h', '1d', '1d', '2d'))}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself or the ledger in the last check-ins of yesterday and today.

    Days have no index of their own, so that the table is read once: in a large community, only for a person who asks.
    Amounts are compared with the configuration as it is now; who changed it today hears of today's earlier check-ins.
    """
    since = (ctx.community.today() - timedelta(days=1)).isoformat()
    rows = ctx.sql.all(LATELY, community_id=ctx.community.id, since=since, count=LOOKED_AT)
    for place, (identifier, day, at) in enumerate(rows):
        member = ctx.find_member(identifier)
        if ctx.community.day_of(at).isoformat() != day:
            yield f"a check-in of {ctx.community.day_of(at)} is written down for {day}"
        if member is None:
            continue  # being erased
        if member.id != identifier:
            yield f"a check-in of {day} belongs to record {identifier}, which is {member.name}’s by now"
        elif place < PAID:
            yield from _paid(ctx, member, date.fromisoformat(day))


def _paid(ctx: Context, member: Member, day: date) -> Iterator[str]:
    """One day of a member: paid once, and as much as its place in the streak says."""
    if ctx.merges_of(member):
        return  # records that became one had streaks of their own, and were paid under the names that they had
    config: CheckInConfig = ctx.config
    rows = ctx.sql.all(ALL, community_id=ctx.community.id, member_id=member.id)
    found = [date.fromisoformat(each) for (each,) in rows]
    streak = next(count for count in range(1, len(found) + 2) if day - timedelta(days=count) not in found)
    due = rules.reward(config, streak) + config.milestones.get(streak, 0)
    paid = ctx.ledger.find(f"checkin:{member.id}:{day}")
    if due and paid is None:
        yield f"{member.name} was paid nothing for {day}"
    elif paid is not None and paid.amount != due:
        yield f"{member.name} was paid {paid.amount} for {day}, day {streak} in a row, which is worth {due}"
