"""State → the message that everybody sees."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from coterie.core.api import Button, Card, Context, Field, Money, Picture, Rich, bold, join
from coterie.plugins.redpacket import service
from coterie.plugins.redpacket.pot import Packet
from coterie.plugins.redpacket.rules import Claim
from coterie.plugins.redpacket.sql import INVITED, JOINED, PROOF, THANKED
from coterie.plugins.redpacket.terms import Terms

SHOWN: Final = 10
"""People named on a card."""
HASH_SHOWN: Final = 16
"""Digits of the seed's hash on a card; the whole of it is told by ``/packet-verify``."""


def packet(ctx: Context, state: Packet) -> Card:
    """The card of a packet, whatever its state."""
    terms = state.asks
    return Card(
        title=ctx.t_room(f"packet-title-{_kind(state, terms)}", sender=sender_name(ctx, state)),
        text=join(
            [state.greeting or ctx.t_room("packet-greeting"), *_asked(ctx, state, terms), *_people(ctx, state)], "\n"
        ),
        fields=_fields(ctx, state),
        picture=Picture("cover", alt=str(ctx.t_room("packet-cover"))) if terms.cover else None,
        buttons=_buttons(ctx, state),
        tone="warn" if state.state == "open" else "plain",
        footer=_footer(ctx, state),
    )


def sender_name(ctx: Context, state: Packet) -> Rich:
    """Who gave a packet, as everybody may know it."""
    if state.origin != "member" and not state.anonymous:
        return ctx.t_room("packet-community")
    sender = None if state.anonymous else ctx.find_member(state.sender)
    if sender is not None:
        return sender.name
    return ctx.t_room("packet-somebody") if state.anonymous else "?"


def _kind(state: Packet, terms: Terms) -> str:
    """What people call such a packet."""
    if terms.named:
        return "named"
    if state.draws_at is not None:
        return "draw"
    if terms.phrase:
        return "phrase"
    return "question" if terms.question else state.split


def _asked(ctx: Context, state: Packet, terms: Terms) -> list[Rich]:
    """What somebody has to be, to do or to know; of a packet that has ended, the right answers."""
    lines: list[Rich] = []
    if terms.named:
        rows = ctx.sql.all(INVITED, community_id=ctx.community.id, packet=state.id)
        lines.append(ctx.t_room("packet-for", people=[_name(ctx, int(member)) for (member,) in rows]))
    if terms.asked:
        asked = join([ctx.conditions.said(each) for each in terms.asked], " · ")
        lines.append(ctx.t_room("packet-asks", conditions=asked))
    if terms.phrase and state.state == "open":
        lines.append(ctx.t_room("packet-say", phrase=terms.phrase))
    if terms.question:
        lines.append(ctx.t_room("packet-question", question=terms.question))
        if state.state != "open":
            lines.append(ctx.t_room("packet-answer", answer=" / ".join(terms.answers)))
    return lines


def _fields(ctx: Context, state: Packet) -> tuple[Field, ...]:
    def money(amount: int) -> Rich:
        return ctx.t_room("packet-money", money=Money(amount, state.currency))

    total = Field(ctx.t_room("packet-total"), money(state.total))
    if state.draws_at is not None and state.state == "open":
        row = ctx.sql.one(JOINED, community_id=ctx.community.id, packet=state.id)
        joined = ctx.t_room("packet-people", count=0 if row is None else int(row[0]))
        shares = ctx.t_room("packet-people", count=state.count)
        return total, Field(ctx.t_room("packet-shares"), shares), Field(ctx.t_room("packet-joined-so-far"), joined)
    progress = ctx.t_room("packet-progress", taken=state.taken_count, count=state.count)
    return total, Field(ctx.t_room("packet-taken"), progress), Field(ctx.t_room("packet-left"), money(state.left))


def _buttons(ctx: Context, state: Packet) -> tuple[tuple[Button, ...], ...]:
    here: dict[str, int | str | bool] = {"packet": state.id}
    if state.state == "open":
        label = ctx.t_room("packet-grab" if state.draws_at is None else "packet-join")
        return ((Button(label, do="grab", args=here, style="primary"),),)
    if not state.taken_count:
        return ()
    row = ctx.sql.one(THANKED, community_id=ctx.community.id, packet=state.id)
    thanked = ctx.t_room("packet-thank", count=0 if row is None else int(row[0]))
    return ((Button(thanked, do="thank", args=here), Button(ctx.t_room("packet-check"), do="check", args=here)),)


# -- people


def _people(ctx: Context, state: Packet) -> list[Rich]:
    """Those who took a share: the last ones while it is open, a ranking, the luckiest and the fastest at the end."""
    if not state.taken_count:
        return []
    over, several = state.state != "open", state.taken_count > 1
    shown = service.greatest(ctx, state.id, SHOWN) if over else service.latest(ctx, state.id, SHOWN)
    contest = several and state.state == "empty" and state.split in ("lucky", "bounded", "fixed")
    lines = [_line(ctx, state, claim, contest and number == 0) for number, claim in enumerate(shown)]
    if state.taken_count > len(shown):
        lines.append(ctx.t_room("packet-more", count=state.taken_count - len(shown)))
    first = service.first(ctx, state.id) if over and several and state.draws_at is None else None
    if first is not None:
        lines.append(ctx.t_room("packet-fastest", name=_name(ctx, first.member), time=_since(state, first.at)))
    return lines


def _line(ctx: Context, state: Packet, claim: Claim, lucky: bool) -> Rich:
    money = Money(claim.amount, state.currency)
    line = ctx.t_room("packet-luckiest" if lucky else "packet-person", name=_name(ctx, claim.member), money=money)
    return bold(line) if lucky else line


def _name(ctx: Context, member: int) -> str:
    found = ctx.find_member(member)
    return "?" if found is None else found.name


def _since(state: Packet, instant: int) -> timedelta:
    """How long after its beginning something happened, in whole seconds, at least one."""
    return timedelta(seconds=max(1, -(-(instant - state.created_at) // 1000)))


# -- the last line


def _footer(ctx: Context, state: Packet) -> Rich:
    row = ctx.sql.one(PROOF, community_id=ctx.community.id, packet=state.id)
    parts: list[Rich] = [ctx.t_room("packet-number", number=str(state.number)), _standing(ctx, state, row)]
    if row is not None and row[1]:
        parts.append(ctx.t_room("packet-sealed", hash=str(row[1])[:HASH_SHOWN]))
    return join(parts, " · ")


def _standing(ctx: Context, state: Packet, row: tuple[object, ...] | None) -> Rich:
    if state.state == "open":
        key = "packet-open-until" if state.draws_at is None else "packet-drawn-at"
        return ctx.t_room(key, until=ctx.community.local(state.expires_at))
    if state.state != "empty" and state.left:
        public = row is not None and row[5] == "budget"
        why = "-cancelled" if state.state == "cancelled" else "" if state.draws_at is None else "-draw"
        return ctx.t_room(f"packet-returned{why}{'-budget' if public else ''}", money=Money(state.left, state.currency))
    if state.state == "empty" and state.draws_at is None and row is not None and isinstance(row[6], int):
        return ctx.t_room("packet-emptied", time=_since(state, row[6]))
    return ctx.t_room(f"packet-state-{state.state}")
