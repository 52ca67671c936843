"""``coterie access``: who has which rights and why, what would change, and a person's word for mass changes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from coterie.core.cli.codes import CLEAN, FAILED
from coterie.core.cli.members import assembled, check_current, community_named, people_of
from coterie.core.cli.opened import db_option, reading, writing
from coterie.core.cli.output import Failure, config_option, json_option, print_json, say
from coterie.core.cli.people import community_option

if TYPE_CHECKING:
    from coterie.core.access.plan import Plan
    from coterie.core.cli.assemble import Assembly
    from coterie.core.community import Community
    from coterie.core.platform import Platform
    from coterie.storage.engine import LaneConnection

T = TypeVar("T")


@click.command("plan")
@config_option
@db_option
@community_option
@json_option
def plan(file: Path, db: str | None, community: str | None, as_json: bool) -> int:
    """Show what a comparison with the platforms would do now: to whom, what, and why. Changes nothing.

    Asks the platforms itself, with the bot's own rights, and works while Coterie runs or not. Exit code 1 where the
    brake would stop something, or a platform does not tell.
    """
    from coterie.core.access.words import told

    parts = assembled(file, db)
    plans = []
    with reading(parts.settings.core.database) as engine:
        check_current(engine, {plugin.name: plugin for plugin in parts.plugins})

        def read(look: Callable[[LaneConnection], T]) -> T:
            with _lane(engine) as lane:
                return look(lane)

        for name in _names(parts, community):
            found = read(partial(community_named, settings=parts.settings, name=name))
            plans.append((found, asyncio.run(_plan(read, found, parts))))
    if as_json:
        print_json([_as_json(each) for _, each in plans])
    else:
        for found, each in plans:
            for line in told(each, found.rights):
                say(line)
    return FAILED if any(each.stopped or each.silent for _, each in plans) else CLEAN


@click.command("apply")
@click.option("--confirm", is_flag=True, help="Let go on what the brake has stopped.")
@config_option
@db_option
@community_option
def apply(confirm: bool, file: Path, db: str | None, community: str | None) -> int:
    """Ask for a comparison with the platforms now; the running process does it within a minute, or at its next start.

    What the brake stops is told to the operators and waits; look at `coterie access plan` before you --confirm it.
    """
    from coterie.core.access.due import APPLY
    from coterie.core.audit import audit_from_cli
    from coterie.core.cards import encode
    from coterie.core.context.granting import CORE
    from coterie.storage.journal import Journal
    from coterie.storage.settings import take_ids

    parts = assembled(file, db)
    now = time.time_ns() // 1_000_000
    asked = []
    with writing(parts.settings.core.database) as engine:
        check_current(engine, {plugin.name: plugin for plugin in parts.plugins})
        with _lane(engine) as lane, lane.transaction():
            ids = take_ids(lane, lambda: now)
            for name in _names(parts, community):
                found = community_named(lane, parts.settings, name)
                timer = {
                    "community_id": found.id,
                    "id": ids.next(),
                    "plugin": CORE,
                    "name": APPLY,
                    "key": "confirm" if confirm else "",
                    "args": encode({"confirm": confirm}).decode(),
                    "due": now,
                    "attempts": 0,
                    "created_at": now,
                }
                Journal(lane).set_timer(timer)
                audit_from_cli(lane, ids, found.id, APPLY, at=now, confirm=confirm)
                asked.append(name)
    say(f"Asked for {', '.join(asked)}: `coterie run` does it within a minute, or at its next start.")
    return CLEAN


@click.command("show")
@click.argument("member")
@config_option
@db_option
@community_option
def show(member: str, file: Path, db: str | None, community: str | None) -> int:
    """Show a member's accesses, the grants behind them, and what stands where: MEMBER is a number, a name, or
    platform:id.
    """
    from coterie.core.access.look import people
    from coterie.core.access.words import moment
    from coterie.storage.access import FOREVER, Grants

    with people_of(file, db, community) as found:
        ctx, who = found.ctx, found.find(member)
        now = time.time_ns() // 1_000_000
        say(f"{who.name}, member {who.id}")
        history = Grants(ctx.unit.db).history(ctx.community.id, who.id)
        for row in history:
            runs = not row.ended_at and row.until > now
            until = "without an end" if row.until == FOREVER else f"until {moment(row.until)}"
            ended = "" if runs else f", ended {moment(row.ended_at or row.until)}"
            why = " ".join(f"({text})" for text in (row.reason, row.end_reason) if text)
            title = ctx.community.rights.title(row.access)
            says = f"  {'has' if runs else 'had'} {title} by {row.plugin}:{row.source} since {moment(row.given_at)}"
            say(f"{says}, {until}{ended} {why}".rstrip())
        if not history:
            say("  no grants")
        here = people(ctx.unit.db, ctx.community.id, [who.id], now)
        for account in here.accounts:
            for known in here.applied.get(account.id, ()):
                slot, at = known.slot, moment(known.since)
                thing = "membership" if slot.kind == "join" else f"{slot.kind} {slot.target or known.value}"
                told = f"  {account.platform}:{account.native}: {thing} in {slot.platform}:{slot.space}"
                say(f"{told}: {known.state} since {at}{f' ({known.reason})' if known.reason else ''}")
    return CLEAN


async def _plan(read: Callable[..., Any], community: Community, parts: Assembly) -> Plan:
    from coterie.core.access.plan import make_plan

    platforms: dict[str, Platform] = {}
    for adapter in parts.adapters:
        for platform in adapter.contribute_platforms():
            platforms[platform.name] = platform
    return await make_plan(read, community, platforms, time.time_ns() // 1_000_000)


@contextlib.contextmanager
def _lane(engine: Any) -> Iterator[LaneConnection]:
    from coterie.storage.engine import LaneConnection

    lane = LaneConnection(engine)
    try:
        if engine.get_execution_options().get("coterie_read"):
            assert lane.connection is not None  # inside a transaction of its own
        yield lane
    finally:
        lane.close()


def _names(parts: Assembly, community: str | None) -> list[str]:
    names = [each.name for each in parts.settings.communities]
    if community is not None and community not in names:
        raise Failure(f"There is no community {community!r}; there is: {', '.join(names)}.")
    return names if community is None else [community]


def _as_json(plan: Plan) -> dict[str, Any]:
    return {
        "community": plan.community,
        "members": plan.members,
        "changes": plan.changes,
        "stopped": [asdict(each) for each in plan.stopped],
        "silent": [{"space": ":".join(place), "why": why} for place, why in plan.silent.items()],
        "blocked": [{"role": ":".join(role), "why": why} for role, why in plan.blocked.items()],
        "lines": [asdict(line) | {"member": str(line.member)} for line in plan.lines],
    }
