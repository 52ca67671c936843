"""State → message."""

from __future__ import annotations

from typing import Final

from coterie.core.api import Button, Card, Context, Field, Money, Rich, bold, join
from coterie.plugins.redpacket import rules, service
from coterie.plugins.redpacket.service import Packet

SHOWN: Final = 10
"""People named on a card."""


def packet(ctx: Context, state: Packet) -> Card:
    """The card of a packet, whatever its state."""
    sender = ctx.find_member(state.sender)
    name = sender.name if sender is not None else "?"
    title = ctx.t_room(f"packet-title-{state.split}", sender=name)
    rows = (
        ((Button(ctx.t_room("packet-grab"), do="grab", args={"packet": state.id}, style="primary"),),)
        if state.state == "open"
        else ()
    )
    return Card(
        title=title,
        text=join([state.greeting or ctx.t_room("packet-greeting"), *_people(ctx, state)], "\n"),
        fields=(
            Field(ctx.t_room("packet-total"), ctx.t_room("packet-money", money=Money(state.total, state.currency))),
            Field(
                ctx.t_room("packet-taken"), ctx.t_room("packet-progress", taken=state.taken_count, count=state.count)
            ),
            Field(ctx.t_room("packet-left"), ctx.t_room("packet-money", money=Money(state.left, state.currency))),
        ),
        buttons=rows,
        tone="warn" if state.state == "open" else "plain",
        footer=_footer(ctx, state),
    )


def _people(ctx: Context, state: Packet) -> list[Rich]:
    """Those who took a share: the last ones while it is open, a ranking with the luckiest at the end."""
    if not state.taken_count:
        return []
    claims = service.takers(ctx, state.id)
    lucky = rules.luckiest(claims) if state.state == "empty" and state.split == "lucky" else None
    shown = claims[-SHOWN:] if state.state == "open" else sorted(claims, key=lambda claim: -claim[1])[:SHOWN]
    lines: list[Rich] = []
    for member_id, amount in shown:
        member = ctx.find_member(member_id)
        key = "packet-luckiest" if member_id == lucky else "packet-person"
        line = ctx.t_room(key, name=member.name if member is not None else "?", money=Money(amount, state.currency))
        lines.append(bold(line) if member_id == lucky else line)
    if len(claims) > len(shown):
        lines.append(ctx.t_room("packet-more", count=len(claims) - len(shown)))
    return lines


def _footer(ctx: Context, state: Packet) -> Rich:
    if state.state == "open":
        return ctx.t_room("packet-open-until", until=ctx.community.local(state.expires_at))
    if state.state == "expired" and state.left:
        return ctx.t_room("packet-returned", money=Money(state.left, state.currency))
    return ctx.t_room(f"packet-state-{state.state}")
