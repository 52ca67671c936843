"""Rain: what people order, what falls when it is due, and what its owner is told."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Final

from coterie.core.api import (
    Context,
    InsufficientFunds,
    Member,
    Money,
    Refusal,
    Rich,
    Where,
    to_datetime,
)
from coterie.plugins.redpacket import budgets, rains, schedule, sending
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.funding import Order, given_today
from coterie.plugins.redpacket.plans import Plan, read_plan
from coterie.plugins.redpacket.rains import Rain

MOST: Final = 10
"""Rains that one member can have running."""
MOST_PLACES: Final = 50
LONGEST_PLAN: Final = 1000
_MILLISECOND: Final = timedelta(milliseconds=1)


# -- what people do


def start(ctx: Context, every: str, total: int, count: int, text: str) -> Rain:
    """The acting member orders a rain for where they are; raises :class:`Refusal` for what cannot be or is not allowed.

    No money moves before the first packet.
    """
    _check_may(ctx, ctx.member)
    plan = read_plan(text, ctx.conditions.names())
    if plan.wishes.people:
        raise Refusal("rain-not-for")
    if plan.budget:
        ctx.require_operator()
    order = _order(ctx, total, count, plan, ctx.member, later=True)
    if plan.per_day and plan.per_day < total:
        raise Refusal("rain-day-small", money=Money(plan.per_day, order.currency))
    made = rains.add(
        ctx,
        owner_id=ctx.member.id,
        origin=order.origin,
        origin_name=order.name,
        currency=order.currency,
        total=total,
        count=count,
        plan=text,
        places=json.dumps([ctx.channel_id()]),
        every=_rhythm(ctx, every),
        per_day=plan.per_day,
        ends_at=None if plan.lasts is None else ctx.instant + plan.lasts // _MILLISECOND,
    )
    if _wait(ctx, made) is None:
        raise Refusal("rain-never")
    _write_down(ctx, "rain-started", made)
    return made


def stop(ctx: Context, number: int) -> Rain:
    """Its owner or an operator ends a rain for now; raises :class:`Refusal` for one that does not run."""
    found = _mine(ctx, number)
    if found.state != "on":
        raise Refusal("rain-not-on", number=str(number))
    rains.move(ctx, found, "stopped")
    ctx.timers.cancel("rain", key=found.id)
    _write_down(ctx, "rain-stopped", found)
    owner = ctx.find_member(found.owner_id)
    if owner is not None and owner.id != ctx.member.id:
        ctx.send(owner, ctx.t_for(owner, "rain-stopped-by", number=str(number), name=ctx.member.name))
    return found


def resume(ctx: Context, number: int) -> Rain:
    """A rain that was stopped goes on: by its owner, one of a budget by any operator; raises :class:`Refusal`."""
    found = _mine(ctx, number)
    if found.origin == "budget":
        ctx.require_operator()
    elif found.owner_id != ctx.member.id:
        raise Refusal("rain-not-yours")
    if found.state == "on":
        raise Refusal("rain-is-on", number=str(number))
    owner = ctx.find_member(found.owner_id)
    _check_may(ctx, ctx.member if owner is None else owner)
    if _wait(ctx, found) is None:
        raise Refusal("rain-over", number=str(number))
    rains.move(ctx, found, "on")
    rains.not_sent(ctx, found, "")
    _write_down(ctx, "rain-resumed", found)
    return found


def add_place(ctx: Context, number: int) -> Rain:
    """Let a rain fall here, too; raises :class:`Refusal`."""
    found, here = _mine(ctx, number), ctx.channel_id()
    if here in found.channels:
        raise Refusal("rain-here-already", number=str(number))
    if len(found.channels) >= MOST_PLACES:
        raise Refusal("rain-places", count=MOST_PLACES)
    rains.set_places(ctx, found, [*found.channels, here])
    return found


def forget(ctx: Context, owner: Member) -> None:
    """A member is erased: what they ordered ends."""
    for each in rains.running_of(ctx, owner):
        rains.move(ctx, each, "over")
        ctx.timers.cancel("rain", key=each.id)


# -- what happens by itself


def fall(ctx: Context, identifier: int, due: int) -> None:
    """A rain is due: send its packet once for this moment, and wait for the next; one that is late falls once,
    however many moments have passed.
    """
    found = rains.find(ctx, identifier)
    if found is None or found.state != "on":
        return
    owner = ctx.find_member(found.owner_id)
    if owner is None or (found.ends_at is not None and found.ends_at < ctx.instant):
        rains.move(ctx, found, "over")
        return
    if rains.is_due(ctx, found, due) and not _try(ctx, found, owner):
        rains.move(ctx, found, "stopped")
        return
    if _wait(ctx, found) is None:
        rains.move(ctx, found, "over")


def _try(ctx: Context, found: Rain, owner: Member) -> bool:
    """Send a packet, or tell the owner why not, once until one falls again; whether the rain goes on."""
    if found.per_day and given_today(ctx, found.currency, f"rain:{found.id}") + found.total > found.per_day:
        return True
    try:
        _send(ctx, found, owner)
    except Refusal as refusal:
        stops = refusal.key == "rain-nowhere" or ctx.config.rain_short == "stop"
        if not found.said:
            key = "rain-stopped-short" if stops else "rain-skipped"
            ctx.send(owner, ctx.t_for(owner, key, number=str(found.number), why=_why(ctx, found, owner, refusal)))
        rains.not_sent(ctx, found, refusal.key)
        return not stops
    rains.sent(ctx, found)
    return True


def _send(ctx: Context, found: Rain, owner: Member) -> None:
    if found.origin == "member" and owner.standing != "operator" and not ctx.config.rain_members:
        raise Refusal("rain-operators")
    plan = read_plan(found.plan, ctx.conditions.names())
    order = _order(ctx, found.total, found.count, replace(plan, budget=found.origin_name), owner)
    sending.send(ctx, replace(order, currency=found.currency, rain=found.id), _places(ctx, found))


def _order(ctx: Context, total: int, count: int, plan: Plan, owner: Member, *, later: bool = False) -> Order:
    order = sending.order_of(ctx, total, count, plan.wishes, owner)
    return budgets.from_budget(ctx, order, plan.budget, later=later) if plan.budget else order


def _places(ctx: Context, found: Rain) -> list[Where]:
    """Where a rain falls, and the rooms that the operator chose, each once; raises :class:`Refusal` for nowhere."""
    places: dict[tuple[str, str], Where] = {}
    for channel in found.channels:
        try:
            here = ctx.place_of(channel)
        except LookupError:
            continue
        for place in sending.places(ctx, here):
            places.setdefault((place.adapter, place.channel), place)
    if not places:
        raise Refusal("rain-nowhere")
    return list(places.values())


def _why(ctx: Context, found: Rain, owner: Member, refusal: Refusal) -> Rich:
    """Why a packet was not sent, in its owner's language."""
    if isinstance(refusal, InsufficientFunds):
        money = Money(refusal.balance, refusal.currency)
        key = "rain-short-budget" if found.origin == "budget" else "rain-short"
        return ctx.t_for(owner, key, money=money, needed=Money(refusal.needed, refusal.currency))
    if refusal.namespace:
        return ctx.t_for(owner, "rain-terms")
    return ctx.t_for(owner, refusal.key, **refusal.args)


def _wait(ctx: Context, found: Rain) -> int | None:
    """Set the timer of a rain's next packet; its moment, ``None`` where there is none any more."""
    due = rains.next_of(ctx, found)
    if due is None:
        return None
    ctx.timers.at(to_datetime(due), "rain", key=found.id, rain=found.id, due=due)
    return due


# -- who may


def _check_may(ctx: Context, owner: Member) -> None:
    config: RedPacketConfig = ctx.config
    if owner.standing != "operator" and not config.rain_members:
        raise Refusal("rain-operators")
    if len(rains.running_of(ctx, owner)) >= MOST:
        raise Refusal("rain-many", count=MOST)


def _mine(ctx: Context, number: int) -> Rain:
    """A rain that the acting member may change; others' are there for operators alone."""
    found = rains.find_by_number(ctx, number)
    if found is None or (found.owner_id != ctx.member.id and ctx.member.standing != "operator"):
        raise Refusal("rain-unknown", number=str(number))
    return found


def _rhythm(ctx: Context, every: str) -> str:
    try:
        return schedule.read_every(every, ctx.community.local(ctx.instant))
    except schedule.TooOften:
        raise Refusal("rain-too-often", least=schedule.SHORTEST) from None
    except ValueError:
        raise Refusal("rain-every", found=every[:40]) from None


def _write_down(ctx: Context, act: str, found: Rain) -> None:
    """The audit log keeps what operators do with money that is not their own, and with what others ordered."""
    if ctx.member.standing == "operator" and (found.origin == "budget" or found.owner_id != ctx.member.id):
        ctx.audit(act, ctx.find_member(found.owner_id), rain=found.number, budget=found.origin_name)
