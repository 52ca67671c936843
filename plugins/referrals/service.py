"""Codes and referrals as rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from coterie.core.api import Context, Member, Statement, Tries, made_at, make_code, to_datetime
from coterie.plugins.referrals import sql
from coterie.plugins.referrals.config import ReferralsConfig
from coterie.plugins.referrals.models import tries
from coterie.plugins.referrals.rules import State, Why

wrong_codes: Final = Tries(tries)
VEST: Final = "vest"
"""The timer by which a referral is looked at; its key is the referral's id."""


@dataclass(frozen=True, slots=True)
class Referral:
    """Who brought whom, and what became of it; instants in milliseconds, rewards as they were paid (minor units)."""

    id: int
    referrer: int
    newcomer: int
    state: State
    why: Why
    due_at: int
    vested_at: int | None
    ended_at: int | None
    reward: int
    reward_newcomer: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many referrals have vested, wait, and are void."""

    vested: int = 0
    waiting: int = 0
    void: int = 0


# -- codes


def own_code(ctx: Context) -> str:
    """The acting member's code, made on first asking; the oldest of several."""
    mine = {"community_id": ctx.community.id, "member_id": ctx.member.id}
    row = ctx.sql.one(sql.OWN_CODE, **mine)
    if row is not None:
        return str(row[0])
    code = make_code(ctx.rng)
    while owner_of(ctx, code) is not None:
        code = make_code(ctx.rng)
    ctx.sql.run(sql.ADD_CODE, **mine, code=code, at=ctx.instant)
    return code


def owner_of(ctx: Context, code: str) -> Member | None:
    """Whose code it is, if it is one."""
    row = ctx.sql.one(sql.FIND_CODE, community_id=ctx.community.id, code=code)
    return None if row is None else ctx.find_member(row[0])


# -- referrals


def add(ctx: Context, referrer: Member, newcomer: Member) -> Referral:
    """Write a referral down, to be looked at when the newcomer has stayed long enough."""
    config: ReferralsConfig = ctx.config
    made = Referral(
        ctx.new_id(), referrer.id, newcomer.id, "waiting", "", later(ctx, config.vests_after), None, None, 0, 0
    )
    row = {"id": made.id, "referrer_id": made.referrer, "newcomer_id": made.newcomer, "state": made.state}
    ctx.sql.run(sql.ADD, community_id=ctx.community.id, **row, due_at=made.due_at)
    ctx.timers.at(to_datetime(made.due_at), VEST, key=made.id, referral=made.id)
    return made


def find(ctx: Context, referral: int) -> Referral | None:
    """A referral by id."""
    return next(iter(_read(ctx, sql.FIND, id=referral)), None)


def of_newcomer(ctx: Context, member: Member) -> list[Referral]:
    """The referrals of somebody who was brought, oldest first: one, but for records that became one person."""
    return _read(ctx, sql.OF_NEWCOMER, member_id=member.id)


def of_referrer(ctx: Context, member: Member, most: int) -> list[Referral]:
    """Whom somebody brought, newest first."""
    return _read(ctx, sql.OF_REFERRER, member_id=member.id, most=most)


def waiting_of(ctx: Context, member: Member) -> list[Referral]:
    """Referrals by somebody that wait."""
    return _read(ctx, sql.WAITING_OF, member_id=member.id)


def newest(ctx: Context, most: int) -> list[Referral]:
    """The community's newest referrals."""
    return _read(ctx, sql.NEWEST, most=most)


def has_brought(ctx: Context, referrer: Member, newcomer: Member) -> bool:
    """Whether somebody was ever said to have brought somebody."""
    pair = {"referrer_id": referrer.id, "newcomer_id": newcomer.id}
    return ctx.sql.one(sql.BETWEEN, community_id=ctx.community.id, **pair) is not None


def end(ctx: Context, referral: Referral, state: State, why: Why = "") -> None:
    """A referral has vested or is void: nothing looks at it any more."""
    vested_at = ctx.instant if state == "vested" else referral.vested_at
    done = {"state_": state, "why_": why, "vested_at_": vested_at, "ended_at_": ctx.instant}
    ctx.sql.run(sql.END, community_id=ctx.community.id, id_=referral.id, **done)
    ctx.timers.cancel(VEST, key=referral.id)


def drop(ctx: Context, referral: Referral) -> None:
    """Forget a referral altogether."""
    ctx.sql.run(sql.DROP, community_id=ctx.community.id, id=referral.id)
    ctx.timers.cancel(VEST, key=referral.id)


# -- counts


def counts_of(ctx: Context, member: Member) -> Counts:
    """How many people a member has brought."""
    return _counts(_rows(ctx, sql.COUNTS, member_id=member.id))


def totals(ctx: Context) -> Counts:
    """How many referrals there are in the community."""
    return _counts(_rows(ctx, sql.TOTALS))


def top(ctx: Context, most: int) -> list[tuple[Member, int, int]]:
    """Who brought the most people: how many have vested, and how many there are with those that wait."""
    found = ((ctx.find_member(member), vested, count) for member, vested, count in _rows(ctx, sql.TOP, most=most))
    return [(member, int(vested), int(count)) for member, vested, count in found if member is not None]


def since(ctx: Context, member: Member) -> int:
    """The id of a person's first record: the lesser, the longer they have been here."""
    return min(ctx.records_of(member))


def been_here(ctx: Context, member: Member) -> timedelta:
    """How long somebody has been a member."""
    return timedelta(milliseconds=ctx.instant - made_at(since(ctx, member)))


def later(ctx: Context, span: timedelta) -> int:
    """The instant that lies so much later (or, below zero, earlier)."""
    return ctx.instant + span // timedelta(milliseconds=1)


def _counts(rows: list[tuple[Any, ...]]) -> Counts:
    found = {state: int(count) for state, count in rows}
    return Counts(found.get("vested", 0), found.get("waiting", 0), found.get("void", 0))


def _rows(ctx: Context, statement: Statement, **values: Any) -> list[tuple[Any, ...]]:
    return ctx.sql.all(statement, community_id=ctx.community.id, **values)


def _read(ctx: Context, statement: Statement, **values: Any) -> list[Referral]:
    return [Referral(*row) for row in _rows(ctx, statement, **values)]
