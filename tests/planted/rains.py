"""Bugs of rains: packets that fall too often, go on for ever, are not counted, or are paid by the wrong one."""

from __future__ import annotations

from typing import Any

from coterie.core.context.accounting import Accounting
from coterie.core.context.timing import PluginTimers
from coterie.plugins.redpacket import funding, raining, rains
from coterie.plugins.redpacket import service as packets
from tests.planted.planting import bug


@bug(raining, "_try", "A rain falls twice for one timer: its owner pays two packets for every evening.")
def rain_falls_twice(before: Any, ctx: Any, found: Any, owner: Any) -> bool:
    before(ctx, found, owner)
    goes_on: bool = before(ctx, found, owner)
    return goes_on


@bug(PluginTimers, "cancel", "A rain that was stopped keeps its timer.")
def rain_keeps_its_timer(before: Any, timers: Any, name: str, **rest: Any) -> bool:
    return False if name == "rain" else before(timers, name, **rest)


@bug(raining, "_wait", "A rain falls once, and never again although it is on.")
def rain_dries_up(before: Any, ctx: Any, found: Any) -> Any:
    now = rains.find(ctx, found.id)
    return before(ctx, found) if now is None or now.last_at is None else ctx.instant


@bug(rains, "is_due", "What a rain missed while the bot was away falls again where a clock is put back.")
def late_rain_falls_again(before: Any, ctx: Any, rain: Any, due: int) -> bool:
    here = {"community_id": ctx.community.id, "rain": rain.id}
    return bool(ctx.sql.run(rains.DUE, **here, due=due, due_at=due))


@bug(rains, "sent", "Operators read that less has fallen than was paid for.")
def rain_not_counted(before: Any, ctx: Any, rain: Any) -> None:
    if not rain.sent:
        before(ctx, rain)


@bug(raining, "given_today", "A rain gives more in a day than its owner allowed.")
def rain_without_its_bound(before: Any, *args: Any) -> int:
    return 0


@bug(funding, "given_today", "The community’s budget gives without end in a day: operators’ bound is not held.")
def budget_without_its_bound(before: Any, ctx: Any, currency: str, source: str = "all") -> int:
    given: int = before(ctx, currency, source)
    return 0 if source.startswith("budget:") else given


@bug(Accounting, "spent_today", "Who may put so much into packets in a day can put in as much as they like.")
def sender_without_a_bound(before: Any, ledger: Any, of: Any, reason: str, currency: str = "points") -> int:
    spent: int = before(ledger, of, reason, currency)
    return 0 if reason == "packet" else spent


@bug(packets, "giver", "What is left of the community’s packets goes into the pocket of who ordered them.")
def rest_to_who_ordered(before: Any, ctx: Any, packet: Any) -> Any:
    return before(ctx, packet) if packet.origin != "budget" else ctx.find_member(packet.sender) or ctx.ledger.budget()
