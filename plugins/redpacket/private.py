"""What one member is shown alone: their packets, the check of a packet, the ledger of one."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import UTC
from typing import Final

from sqlalchemy import bindparam, func, literal_column, select

from coterie.core.api import Button, Card, Context, Field, Money, Refusal, Rich, Statement, code, join, to_datetime
from coterie.plugins.redpacket.cards import sender_name
from coterie.plugins.redpacket.ending import drawn_order
from coterie.plugins.redpacket.fairness import Draws, promise
from coterie.plugins.redpacket.models import packets, shares
from coterie.plugins.redpacket.pot import Packet
from coterie.plugins.redpacket.rules import Pool, divide
from coterie.plugins.redpacket.service import find
from coterie.plugins.redpacket.sql import ENTRIES, PROOF, SHARES

PAGE: Final = 8
"""Packets on a page of somebody's history."""
LINES: Final = 25
"""Lines on a page of a ledger."""

_b = bindparam
_SENT: Final = (
    packets.c.community_id == _b("community_id"),
    packets.c.sender_id == _b("member"),
    packets.c.origin == literal_column("'member'"),
)
_GOT: Final = (shares.c.community_id == _b("community_id"), shares.c.member_id == _b("member"))
SENT_IN_ALL: Final = Statement(
    select(func.count(), func.coalesce(func.sum(packets.c.total - packets.c.refunded), 0)).where(
        *_SENT, packets.c.currency == _b("currency")
    )
)
GOT_IN_ALL: Final = Statement(
    select(func.count(), func.coalesce(func.sum(shares.c.amount), 0), func.coalesce(func.max(shares.c.amount), 0))
    .select_from(
        shares.join(packets, (packets.c.community_id == shares.c.community_id) & (packets.c.id == shares.c.packet_id))
    )
    .where(*_GOT, packets.c.currency == _b("currency"))
)
SENT: Final = Statement(
    select(packets.c.id).where(*_SENT, packets.c.id < _b("before")).order_by(packets.c.id.desc()).limit(_b("page"))
)
GOT: Final = Statement(
    select(shares.c.packet_id, shares.c.amount, shares.c.taken_at)
    .where(*_GOT, shares.c.packet_id < _b("before"))
    .order_by(shares.c.packet_id.desc())
    .limit(_b("page"))
)
NEWEST: Final = 2**63 - 1


def history(ctx: Context, *, sent: bool, before: int = NEWEST) -> Card:
    """What the acting member gave or got, newest first, a page from behind a packet's id."""
    mine = {"community_id": ctx.community.id, "member": ctx.member.id}
    rows = ctx.sql.all(SENT if sent else GOT, **mine, before=before, page=PAGE + 1)
    lines: list[Rich] = []
    for row in rows[:PAGE]:
        state = find(ctx, int(row[0]))
        if state is not None:
            lines.append(_given(ctx, state) if sent else _received(ctx, state, int(row[1]), int(row[2])))
    last = int(rows[PAGE - 1][0]) if len(rows) > PAGE else 0
    return Card(
        title=ctx.t("packets-sent" if sent else "packets-got"),
        text=join(lines or [ctx.t("packets-none")], "\n"),
        fields=_totals(ctx),
        buttons=_turn(ctx, sent, last),
    )


def _given(ctx: Context, state: Packet) -> Rich:
    return ctx.t(
        f"packets-line-{state.state}",
        number=str(state.number),
        when=ctx.community.local(state.created_at),
        money=Money(state.total, state.currency),
        taken=state.taken_count,
        count=state.count,
    )


def _received(ctx: Context, state: Packet, amount: int, at: int) -> Rich:
    return ctx.t(
        "packets-line-got",
        number=str(state.number),
        when=ctx.community.local(at),
        money=Money(amount, state.currency),
        sender=sender_name(ctx, state),
    )


def _totals(ctx: Context) -> tuple[Field, ...]:
    currency = ctx.config.currency
    mine = {"community_id": ctx.community.id, "member": ctx.member.id, "currency": currency}
    given, gave = (int(each) for each in ctx.sql.one(SENT_IN_ALL, **mine) or (0, 0))
    times, got, best = (int(each) for each in ctx.sql.one(GOT_IN_ALL, **mine) or (0, 0, 0))
    return (
        Field(ctx.t("packets-given"), ctx.t("packets-sum", count=given, money=Money(gave, currency))),
        Field(ctx.t("packets-received"), ctx.t("packets-sum", count=times, money=Money(got, currency))),
        Field(ctx.t("packets-best"), ctx.t("packet-money", money=Money(best, currency))),
    )


def _turn(ctx: Context, sent: bool, last: int) -> tuple[tuple[Button, ...], ...]:
    """Buttons to the other list, and to what is older."""
    me = ctx.member.id
    other = Button(
        ctx.t("packets-show-got" if sent else "packets-show-sent"),
        do="history",
        args={"sent": not sent, "before": NEWEST},
        only=me,
    )
    older = Button(ctx.t("packets-older"), do="history", args={"sent": sent, "before": last}, only=me)
    return ((other, older),) if last else ((other,),)


# -- whether it was fair


def verify(ctx: Context, state: Packet) -> Card:
    """The seed of a packet, and whether its shares follow from it; of one that is open the hash alone."""
    here = {"community_id": ctx.community.id, "packet": state.id}
    row = ctx.sql.one(PROOF, **here)
    if row is None or not row[0]:
        raise Refusal("packet-no-seed")
    seed, sealed, least, most = str(row[0]), str(row[1]), int(row[2]), int(row[3])
    title = ctx.t("verify-title", number=str(state.number))
    fields = [Field(ctx.t("verify-hash"), code(sealed), inline=False)]
    if state.state == "open":
        return Card(title=title, text=ctx.t("verify-open"), fields=tuple(fields))
    fields.append(Field(ctx.t("verify-seed"), code(seed), inline=False))
    made = tuple(int(amount) for _, amount, _, _ in ctx.sql.all(SHARES, **here))
    pool = Pool(state.split, state.total, state.count, least, most, made if state.split == "fixed" else ())
    kept = promise(seed, state.split, state.total, state.count, least, most) == sealed
    fair = kept and tuple(divide(pool, Draws(seed))) == made
    lines: list[Rich] = [ctx.t("verify-fair" if fair else "verify-unfair", count=state.count)]
    if fair and state.draws_at is not None:
        lines.append(ctx.t("verify-draw" if _drawn_as_said(ctx, state, seed) else "verify-draw-changed"))
    lines.append(ctx.t("verify-how", count=state.count, split=state.split, least=str(least), most=str(most)))
    return Card(title=title, text=join(lines, "\n"), fields=tuple(fields), tone="good" if fair else "bad")


def _drawn_as_said(ctx: Context, state: Packet, seed: str) -> bool:
    """Whether the winners of a draw follow from the seed and from those who are known to have joined."""
    here = {"community_id": ctx.community.id, "packet": state.id}
    order = drawn_order([int(member) for member, _ in ctx.sql.all(ENTRIES, **here)], seed)
    winners = [member for _, _, member, _ in ctx.sql.all(SHARES, **here) if member is not None]
    return order[: len(winners)] == winners


# -- what moved


def ledger(ctx: Context, state: Packet, page: int = 0) -> Card:
    """All that happened with a packet's money, as lines of CSV that can be copied as they stand."""
    lines = list(_ledger(ctx, state))
    last = (len(lines) - 2) // LINES
    page = min(max(0, page), max(0, last))
    shown = [lines[0], *lines[1 + page * LINES : 1 + (page + 1) * LINES]]
    turns = [
        Button(ctx.t(key), do="ledger", args={"packet": state.id, "page": to}, only=ctx.member.id)
        for key, to in (("ledger-back", page - 1), ("ledger-on", page + 1))
        if 0 <= to <= last
    ]
    return Card(
        title=ctx.t("ledger-title", number=str(state.number)),
        text=code("\n".join(shown)),
        buttons=(tuple(turns),) if turns else (),
        footer=ctx.t("ledger-page", page=page + 1, pages=last + 1),
    )


def _ledger(ctx: Context, state: Packet) -> Iterator[str]:
    """The lines: what is in the packet changes by ``amount`` and is ``balance`` then."""
    here = {"community_id": ctx.community.id, "packet": state.id}
    yield _csv("at", "what", "who", "amount", "balance")
    balance = state.total
    yield _csv(_at(state.created_at), "packet", str(sender_name(ctx, state)), f"{balance}", f"{balance}")
    for number, amount, member, at in ctx.sql.all(SHARES, **here):
        if member is not None:
            balance -= int(amount)
            found = ctx.find_member(int(member))
            who = "?" if found is None else found.name
            yield _csv(_at(int(at)), f"share {number + 1}", who, f"-{amount}", f"{balance}")
    row = ctx.sql.one(PROOF, **here)
    if row is not None and row[4]:
        who = str(sender_name(ctx, state)) if row[5] == "sender" else "budget"
        yield _csv(_at(int(row[6])), "refund", who, f"-{row[4]}", f"{balance - int(row[4])}")


def _at(instant: int) -> str:
    return to_datetime(instant).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _csv(*cells: str) -> str:
    """A line; a name that looks like a spreadsheet's formula gets an apostrophe before it (OWASP, CSV injection)."""
    out = io.StringIO()
    safe = [f"'{cell}" if cell[:1] in "=+@\t" else cell for cell in cells]
    csv.writer(out, lineterminator="").writerow(safe)
    return out.getvalue()
