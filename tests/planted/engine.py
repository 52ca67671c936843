"""Bugs of the engine: what must happen once, in order, and not be forgotten."""

from __future__ import annotations

from typing import Any

from coterie.core.app import App
from coterie.core.engine import followups
from coterie.core.engine.fence import CallRefused, Fence
from coterie.core.engine.lanes import InlineLane, resolve
from coterie.core.engine.post import PostOffice
from coterie.core.engine.timers import Timers
from coterie.core.engine.work import DONE
from coterie.core.unit import Unit
from coterie.storage.journal import DROP_TIMER, Journal
from tests.planted.planting import bug


@bug(Journal, "flush", "Whatever a platform delivers twice happens twice: two taps, two payments.")
def event_key_not_written(before: Any, journal: Journal) -> None:
    journal.keys.clear()
    before(journal)


@bug(InlineLane, "put", "A bot that is killed forgets what it had already told the platform it had taken.")
def acknowledged_before_commit(before: Any, lane: InlineLane, work: Any) -> None:
    before(lane, work)
    if work.happens:
        work.outcome = DONE
        resolve(work)


@bug(InlineLane, "_process", "Who taps first is served second: what arrives together is handled backwards.")
def newest_event_first(before: Any, lane: InlineLane) -> None:
    lane._queue.reverse()
    before(lane)


@bug(Fence, "run", "A command that says no has done half of what it was asked for all the same.")
def refusal_keeps_its_rows(before: Any, fence: Fence, *args: Any, **kwargs: Any) -> Any:
    try:
        return before(fence, *args, **kwargs)
    except CallRefused as refused:
        raise refused.refusal from None


@bug(Unit, "rolled_back", "After a full disk, balances in memory are wrong: people can spend what they do not have.")
def rollback_forgets_balances(before: Any, unit: Unit) -> None:
    balances = unit.ledger._balances.copy()
    before(unit)
    unit.ledger._balances.update(balances)


@bug(followups, "timer_due", "What has ended ends again an hour later: reminders of what was decided long ago.")
def timer_comes_again(before: Any, dispatcher: Any, table: Any, ctx: Any, event: Any) -> None:
    before(dispatcher, table, ctx, event)
    thing = event.args.get("packet", event.args.get("application", 0))
    if thing and event.plugin in ("gate", "redpacket"):
        due = ctx.instant + 3_600_000
        ctx.unit.set_timer(ctx.community.id, event.plugin, event.name, str(thing), event.args, due)


@bug(followups, "timer_due", "A timer that is due is dropped and nobody is called: packets and reminders never end.")
def timer_dropped_unheard(before: Any, dispatcher: Any, table: Any, ctx: Any, event: Any) -> None:
    if event.plugin == "redpacket":
        ctx.unit.db.run(DROP_TIMER, {"community_id": ctx.community.id, "id": event.timer})
    else:
        before(dispatcher, table, ctx, event)


@bug(Timers, "_look", "After a restart nobody looks at timers that were set before: packets stay open for ever.")
def timer_forgotten_at_restart(before: Any, timers: Timers, ctx: Any) -> tuple[list[Any], int | None]:
    rows, _ = before(timers, ctx)
    return rows, None


@bug(PostOffice, "recover", "Messages that waited when the bot was killed are never sent.")
def outbox_forgotten_at_restart(before: Any, post: PostOffice, rows: Any) -> int:
    return len([*rows])


@bug(App, "_catch_up", "When a commit's answer is lost, people's answers wait until the next restart.")
def lost_answer_not_looked_up(before: Any, app: App) -> None:
    return None
