"""State → message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from coterie.core.api import (
    Account,
    Booked,
    Button,
    Card,
    Context,
    Entry,
    Member,
    Money,
    Rich,
    join,
    quote,
    to_datetime,
)
from coterie.plugins.wallet import rules

CONFIRM_SECONDS: Final = 300
"""How long what asks once more can be confirmed."""
PAGE: Final = 8
"""Lines of a statement on one page."""
NOTE: Final = 100
"""Characters of a note that a statement shows."""

Args = dict[str, str | int | bool]
NameOf = Callable[[Context, Account], str]


def balance(ctx: Context) -> Card:
    """What the acting member has."""
    lines = [ctx.t("wallet-money", money=money) for money in rules.shown(ctx.ledger.balances(ctx.member))]
    return Card(title=ctx.t("wallet-title"), text=join(lines, "\n"))


def question(
    ctx: Context, text: Rich, note: str, key: str, do: str, args: Args, footer: str = "confirm-expires"
) -> Card:
    """A question with one button, for the acting member alone."""
    yes = Button(ctx.t(key), do=do, args=args, style="primary", only=ctx.member.id, expires=CONFIRM_SECONDS)
    return Card(text=_with_note(text, note), buttons=((yes,),), footer=ctx.t(footer, minutes=CONFIRM_SECONDS // 60))


def confirm(ctx: Context, payment: int, receiver: Member, money: Money, note: str) -> Card:
    """The question before a large payment, for the payer alone."""
    args: Args = {
        "payment": payment,
        "to": receiver.id,
        "amount": money.amount,
        "note": note,
        "currency": money.currency,
    }
    text = ctx.t("pay-confirm", name=receiver.name, money=money)
    return question(ctx, text, note, "pay-confirm-yes", "confirm", args, "pay-confirm-expires")


def confirm_take(ctx: Context, operation: int, member: Member, money: Money, reason: str) -> Card:
    """The question before an operator takes money."""
    args: Args = {
        "operation": operation,
        "member": member.id,
        "amount": money.amount,
        "currency": money.currency,
        "reason": reason,
    }
    has = Money(ctx.ledger.balance(member, money.currency), money.currency)
    text = ctx.t("take-confirm", name=member.name, money=money, has=has)
    return question(ctx, text, reason, "take-confirm-yes", "take", args)


def confirm_reversal(ctx: Context, booked: Booked, left: int | None, reason: str, name_of: NameOf) -> Card:
    """What a counter-entry would do, before it is booked."""
    money = Money(booked.amount, booked.currency)
    lines: list[Rich] = [
        ctx.t(
            "reverse-confirm",
            money=money,
            reason=ctx.t_reason(booked.plugin, booked.reason),
            when=to_datetime(booked.at),
        )
    ]
    for leg in booked.legs:
        name = name_of(ctx, leg.account)
        if name:
            key = "reverse-gave" if leg.amount < 0 else "reverse-got"
            lines.append(ctx.t(key, name=name, money=Money(abs(leg.amount), booked.currency)))
    if left is not None:
        lines.append(ctx.t("reverse-short", left=Money(left, booked.currency)))
    args: Args = {"transfer": booked.id, "reason": reason, "up_to": left is not None}
    label = "reverse-confirm-yes" if left is None else "reverse-confirm-part"
    return question(ctx, join(lines, "\n"), reason, label, "reverse", args)


def paid(ctx: Context, receiver: Member, money: Money) -> Card:
    """What the payer reads."""
    left = Money(ctx.ledger.balance(ctx.member, money.currency), money.currency)
    return Card(text=ctx.t("pay-done", name=receiver.name, money=money, left=left), tone="good")


def received(ctx: Context, receiver: Member, money: Money, note: str) -> Card:
    """What the receiver of a payment reads."""
    said = ctx.t_for(receiver, "pay-received", name=ctx.member.name, money=money)
    return Card(text=_with_note(said, note), tone="good")


def given(ctx: Context, receiver: Member, money: Money, reason: str) -> Card:
    """What a member reads who was given something by an operator."""
    return Card(text=_with_note(ctx.t_for(receiver, "give-received", money=money), reason), tone="good")


def taken(ctx: Context, member: Member, money: Money) -> Card:
    """What an operator reads who took something."""
    left = Money(ctx.ledger.balance(member, money.currency), money.currency)
    return Card(text=ctx.t("take-done", name=member.name, money=money, left=left), tone="good")


def taken_from(ctx: Context, member: Member, money: Money, reason: str) -> Card:
    """What a member reads from whom something was taken."""
    return Card(text=_with_note(ctx.t_for(member, "take-received", money=money), reason), tone="warn")


def budgets(ctx: Context) -> Card:
    """What the community's budgets hold."""
    lines: list[Rich] = [
        ctx.t("budget-line", name=name, money=Money(amount, currency))
        for name, currency, amount in ctx.ledger.budgets()
        if amount
    ]
    return Card(title=ctx.t("budget-title"), text=join(lines, "\n") if lines else ctx.t("budget-none"))


def statement(ctx: Context, of: Member, currency: str, entries: list[Entry], *, first: bool, name_of: NameOf) -> Card:
    """A page of what moved, newest first; operators see the numbers of transfers in other people's statements."""
    own = of.id == ctx.member.id
    title = ctx.t("statement-title", currency=currency) if own else ctx.t("statement-title-of", name=of.name)
    if not entries:
        return Card(title=title, text=ctx.t("statement-empty" if first else "statement-end"))
    lines = [_line(ctx, entry, currency, name_of, numbers=not own) for entry in entries[:PAGE]]
    last = entries[:PAGE][-1]
    buttons: list[Button] = []
    if len(entries) > PAGE:
        args: Args = {
            "member": of.id,
            "currency": currency,
            "before": last.transfer,
            "after": last.balance - last.amount,
        }
        buttons.append(Button(ctx.t("statement-older"), do="page", args=args, only=ctx.member.id))
    if not first:
        start: Args = {"member": of.id, "currency": currency, "before": 0, "after": 0}
        buttons.append(Button(ctx.t("statement-newest"), do="page", args=start, only=ctx.member.id))
    return Card(title=title, text=join(lines, "\n"), buttons=(tuple(buttons),) if buttons else ())


def _line(ctx: Context, entry: Entry, currency: str, name_of: NameOf, *, numbers: bool) -> Rich:
    names = [name for account in entry.others if (name := name_of(ctx, account))]
    key = "statement-in" if entry.amount > 0 else "statement-out"
    parts: list[Rich] = [
        ctx.t(
            key,
            when=to_datetime(entry.at),
            money=Money(abs(entry.amount), currency),
            reason=ctx.t_reason(entry.plugin, entry.reason),
            left=Money(entry.balance, currency),
        )
    ]
    if names:
        parts.append(ctx.t("statement-party", names=names[:3]))
    if entry.note:
        parts.append(entry.note if len(entry.note) <= NOTE else entry.note[: NOTE - 1] + "…")
    if numbers:
        parts.append(f"#{entry.transfer}")
    return join(parts, " · ")


def _with_note(said: Rich, note: str) -> Rich:
    """A sentence with what somebody wrote below it, literally."""
    return join([said, quote(note)], "\n") if note else said
