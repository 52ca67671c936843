"""Who asks to join in a simulation and who decides, and what has to be true of applications at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, get_args

from sqlalchemy import bindparam, func, literal_column, or_, select

from coterie.core.api import Context, Statement
from coterie.plugins.gate.models import applications
from coterie.plugins.gate.rules import State

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

NEWEST: Final = 5
"""Applications that are looked at: those of long ago do not change any more."""
OPEN: Final = ("new", "applied")

_b = bindparam
_a = applications.c
APPLICATIONS: Final = Statement(
    select(_a.id, _a.state, _a.why, _a.age, _a.applied_at, _a.decided_at)
    .where(_a.community_id == _b("community_id"))
    .order_by(_a.id.desc())
    .limit(_b("newest"))
)
TWICE: Final = Statement(
    select(_a.account_id, _a.space, func.count())
    .where(_a.community_id == _b("community_id"), or_(*(_a.state == literal_column(f"'{state}'") for state in OPEN)))
    .group_by(_a.account_id, _a.space)
    .having(func.count() > literal_column("1"))
)


def actions(view: SimulatedView) -> Iterator[str]:
    """People who come, ask, answer in part, wrongly or well, and leave; operators who decide."""
    rng = view.rng
    for name in view.people:
        if name not in view.present:
            yield from (f"{name} asks to join", f"{name} {rng.choice(('asks to join', 'asks to join', 'joins'))}")
    if rng.random() < 0.5 and view.present:
        yield f"{rng.choice(view.present)} leaves"
    for applicant in view.people:
        questions = view.forms(applicant)
        if {"Why?", "Age"} <= set(questions):
            why, age = '"Why?" = "I am curious"', f'"Age" = "{rng.choice((12, 30, 121))}"'
            answers = rng.choice((why, age, f"{why}, {age}", f"{why}, {age}"))
            yield f"{'duplicate ' if rng.random() < 0.2 else ''}{applicant} fills: {answers}"
    for operator in view.operators:
        yield from (f"{operator}: [{label}]" for label in view.buttons(operator) if label in ("Approve", "Decline"))
    if view.operators:
        yield f"{rng.choice(view.operators)}: /applications"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the newest applications. Two statements, and a look-up for each of them, always."""
    for row in ctx.sql.all(APPLICATIONS, community_id=ctx.community.id, newest=NEWEST):
        yield from _application(ctx, *row)
    for account, space, count in ctx.sql.all(TWICE, community_id=ctx.community.id):
        yield f"account {account} has {count} applications under way for space {space}"


def _application(
    ctx: Context, application: int, state: str, why: str, age: int | None, applied_at: Any, decided_at: Any
) -> Iterator[str]:
    """One application: what its state says is written down, and somebody will look at it while it waits."""
    if state not in get_args(State):
        yield f"application {application} is {state!r}, which is no state"
    if (decided_at is None) != (state in OPEN):
        yield f"application {application} is {state}, and its decision is written down as {decided_at}"
    if (state == "new" and applied_at) or (state == "applied" and not applied_at):
        yield f"application {application} is {state}, and was handed in at {applied_at}"
    if (age is None) != (not why) or (age is not None and not applied_at):
        yield f"application {application} has answers that were never handed in whole"
    waits = ctx.timers.due("review", key=application) is not None
    if waits and state != "applied":
        yield f"application {application} is {state}, and operators would be reminded of it"
    # Half of the time, so that a clock that is put back does not make a reminder of long ago one that is missed.
    young = applied_at and 2 * (ctx.instant - applied_at) < ctx.config.review_expires // timedelta(milliseconds=1)
    if state == "applied" and young and not waits:
        yield f"application {application} waits, and nobody will be reminded of it"
