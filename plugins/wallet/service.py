"""What moves: payments, what operators give and take, budgets, counter-entries."""

from __future__ import annotations

from coterie.core.api import (
    Account,
    Booked,
    Context,
    Currency,
    Insufficient,
    InsufficientFunds,
    LedgerError,
    Member,
    MemberRef,
    Money,
    NotReversible,
    Refusal,
    UsageError,
)
from coterie.plugins.wallet import cards, rules
from coterie.plugins.wallet.config import WalletConfig


def person(ctx: Context, reference: MemberRef) -> Member:
    """The member who is named; raises :class:`Refusal` for a bot."""
    member = ctx.member_of(reference)
    if ctx.is_bot(member):
        raise Refusal("bots-cannot", namespace="core")
    return member


def known(ctx: Context) -> tuple[str, ...]:
    """Every currency that a command can name."""
    return tuple(dict.fromkeys((*ctx.config.known, *ctx.currencies())))


def currency_and_words(
    ctx: Context, word: str, rest: str, allowed: tuple[str, ...], *, strict: bool = True
) -> tuple[Currency, str]:
    """The currency that a command names, and the words behind it; raises :class:`Refusal` for one not allowed here.

    Without ``strict`` a word that only looks like a code ("LOL") is one of the words.
    """
    code, words = rules.currency_and_reason(word, rest, known(ctx), strict=strict)
    if code not in allowed:
        raise Refusal("no-such-currency", currency=code, known=list(allowed))
    return ctx.currency(code), words


# -- payments


def payable(ctx: Context, currency: Currency, typed: str) -> int:
    """The amount of a payment; raises :class:`UsageError` outside of what the configuration allows."""
    config: WalletConfig = ctx.config
    least = 1 if config.pay_min == 1 else rules.units(currency, config.pay_min)
    return rules.amount_of(currency, typed, least, rules.units(currency, config.pay_max))


def check_payment(ctx: Context, receiver: Member, amount: int, currency: Currency) -> None:
    """Raise :class:`Refusal` for a payment that cannot be made now."""
    if receiver.id == ctx.member.id:
        raise Refusal("pay-self")
    if receiver.left:
        raise Refusal("pay-left", name=receiver.name)
    balance = ctx.ledger.balance(ctx.member, currency.code)
    if balance < amount:
        raise InsufficientFunds(balance, amount, currency.code)
    most = rules.units(currency, ctx.config.pay_daily_max)
    if most:
        left = max(0, most - ctx.ledger.spent_today(ctx.member, "pay", currency.code))
        if amount > left:
            raise Refusal("pay-too-much-today", left=Money(left, currency.code), most=Money(most, currency.code))


def pay(ctx: Context, payment: object, receiver: Member, amount: int, currency: Currency, note: str) -> None:
    """Move the money, once for each ``payment``, and tell both."""
    done = ctx.ledger.transfer(
        ctx.member, receiver, amount, reason="pay", key=payment, currency=currency.code, note=note
    )
    if done.repeated:
        raise Refusal("pay-already")
    money = Money(amount, currency.code)
    ctx.answer(cards.paid(ctx, receiver, money))
    ctx.send(receiver, cards.received(ctx, receiver, money, note))


# -- operators


def with_reason(words: str) -> str:
    """What an operator does is done for a reason; raises :class:`UsageError` where there is none."""
    if not words:
        raise UsageError("arg-missing", name="reason")
    return words


def take(ctx: Context, operation: int, member: Member, amount: int, currency: str, reason: str) -> None:
    """Take money from a member for good, at most what is there, once for each ``operation``."""
    taken = min(amount, ctx.ledger.balance(member, currency))
    before = ctx.ledger.find(f"take:{member.id}:{operation}")
    if before is not None:
        raise Refusal("take-already")
    if not taken:
        raise Refusal("take-nothing", name=member.name)
    ctx.ledger.charge(member, taken, reason="take", key=operation, currency=currency, note=reason)
    money = Money(taken, currency)
    ctx.audit("take", member, reason=reason, amount=taken, currency=currency)
    ctx.answer(cards.taken(ctx, member, money))
    if member.id != ctx.member.id:
        ctx.send(member, cards.taken_from(ctx, member, money, reason))


# -- budgets


def move_budget(ctx: Context, action: str, name: str, amount: int, currency: Currency, reason: str) -> None:
    """Put new money, or the operator's own, into a budget, or take money out of the world again."""
    budget, issuer = ctx.ledger.budget(name), ctx.ledger.issuer()
    moves: dict[str, tuple[Member | Account, Account]] = {
        "fund": (issuer, budget),
        "donate": (ctx.member, budget),
        "take": (budget, issuer),
    }
    source, target = moves[action]
    if action == "take":
        has = ctx.ledger.balance(budget, currency.code)
        if has < amount:
            raise Refusal("budget-too-little", name=name, has=Money(has, currency.code))
    ctx.ledger.transfer(
        source,
        target,
        amount,
        reason=f"budget-{action}",
        key=f"{name}:{ctx.event.key or ctx.new_id()}",
        currency=currency.code,
        note=reason,
    )


# -- counter-entries


def transfer_named(ctx: Context, typed: str) -> Booked:
    """The transfer with a number; raises :class:`Refusal`."""
    digits = typed.removeprefix("#")
    found = ctx.ledger.find(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 20 else None
    if found is None:
        raise Refusal("reverse-unknown", number=typed[:40])
    return found


def left_to_take(ctx: Context, booked: Booked) -> int | None:
    """How much of a transfer can be taken back, ``None`` for all of it; raises :class:`Refusal`."""
    if booked.reversed_by:
        raise Refusal("reverse-already")
    try:
        ctx.ledger.reversal_of(booked.id)
    except Insufficient as short:
        if len(booked.legs) != 2 or not short.balance:
            raise Refusal("reverse-nothing-left", left=Money(short.balance, booked.currency)) from short
        return short.balance
    except NotReversible as error:
        raise Refusal(f"reverse-{error.why}") from error
    return None


def take_back(ctx: Context, booked: Booked, reason: str, *, up_to: bool) -> int:
    """Book the counter-entry; returns the amount. Raises :class:`Refusal`."""
    if booked.reversed_by:
        raise Refusal("reverse-already")
    try:
        done = ctx.ledger.reverse(booked.id, reason="reverse", note=reason, up_to=up_to)
    except Insufficient as short:
        raise Refusal("reverse-nothing-left", left=Money(short.balance, booked.currency)) from short
    except NotReversible as error:
        raise Refusal(f"reverse-{error.why}") from error
    except LedgerError as error:
        raise Refusal("reverse-unknown", number=str(booked.id)) from error
    ctx.audit("reverse", reason=reason, transfer=str(booked.id), amount=done.amount, currency=booked.currency)
    return done.amount


def party_name(ctx: Context, account: Account) -> str:
    """Who is on the other side, as people know them; empty for accounts that belong to nobody."""
    if account.kind == "budget":
        return str(ctx.t("statement-budget", name=account.owner))
    if account.kind != "member" or not account.owner.isdecimal():
        return ""
    member = ctx.find_member(int(account.owner))
    return "" if member is None else member.name
