"""The wallet: what members have, payments between them, and what operators give, take and take back."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from coterie.core.api import (
    Config,
    Context,
    Length,
    Member,
    MemberRef,
    Money,
    Plugin,
    Refusal,
    Rest,
    UsageError,
    button,
    command,
)
from coterie.plugins.wallet import cards, rules, service
from coterie.plugins.wallet.config import WalletConfig

Words = Annotated[str, Length(200), Rest()]
Word = Annotated[str, Length(64)]
First = Annotated[str, Length(1000)]
"""A word that may belong to what follows it; how long both may be together is looked at then."""


class Wallet(Plugin):
    """Shows balances and moves points; the ledger of the core keeps the books."""

    name: ClassVar[str] = "wallet"
    config: ClassVar[type[Config]] = WalletConfig

    @command("balance", aliases=("余额", "餘額"))
    def balance(self, ctx: Context) -> None:
        """Show what the member has, in every currency."""
        ctx.answer(cards.balance(ctx))

    # -- payments

    @command("pay", aliases=("转账", "轉帳"))
    def pay(self, ctx: Context, member: MemberRef, amount: Word, currency: First = "", note: Words = "") -> None:
        """Pay another member; a large amount asks once more."""
        config: WalletConfig = ctx.config
        receiver = service.person(ctx, member)
        if receiver.id == ctx.member.id:
            raise Refusal("pay-self")
        paid, words = service.currency_and_words(ctx, currency, note, config.pay_currencies, strict=False)
        _check_length("note", words)
        whole = service.payable(ctx, paid, amount)
        service.check_payment(ctx, receiver, whole, paid)
        if whole > rules.units(paid, config.confirm_above):
            ctx.answer(cards.confirm(ctx, ctx.new_id(), receiver, Money(whole, paid.code), words))
        else:
            service.pay(ctx, ctx.event.key or ctx.new_id(), receiver, whole, paid, words)

    @button("confirm")
    def confirm(self, ctx: Context, payment: int, to: int, amount: int, note: str, currency: str = "points") -> None:
        """Carry out a payment that asked first; a second tap pays nothing."""
        receiver = ctx.find_member(to)
        if receiver is None or receiver.id == ctx.member.id:
            raise Refusal("pay-self")  # linked meanwhile
        paid = ctx.currency(currency)
        if ctx.ledger.find(f"pay:{payment}") is not None:
            raise Refusal("pay-already")
        service.check_payment(ctx, receiver, amount, paid)
        service.pay(ctx, payment, receiver, amount, paid, note)

    # -- what happened

    @command("statement", aliases=("账单", "帳單", "明细", "明細"))
    def statement(self, ctx: Context, whose: Word = "", currency: Word = "") -> None:
        """Show what moved, newest first; operators may name a member."""
        member, known = ctx.member, service.known(ctx)
        code = rules.currency_named(whose, known, strict=False) if not currency else ""
        if whose and not code:
            ctx.require_operator()
            member = ctx.member_of(MemberRef(whose))
        code = code or rules.currency_named(currency, known) or known[0]
        _show_page(ctx, member, code, 0, 0)

    @button("page")
    def page(self, ctx: Context, member: int, currency: str, before: int, after: int) -> None:
        """Show another page of a statement."""
        found = ctx.find_member(member)
        if found is None or found.id != ctx.member.id:
            ctx.require_operator()
        _show_page(ctx, found or ctx.member, currency, before, after)

    # -- operators

    @command("give", level="operator", aliases=("发放", "發放"))
    def give(self, ctx: Context, member: MemberRef, amount: Word, currency: First = "", reason: Words = "") -> None:
        """Give a member new money, booked under the operator with the reason."""
        config: WalletConfig = ctx.config
        receiver = service.person(ctx, member)
        given, words = service.currency_and_words(ctx, currency, reason, config.currencies)
        whole = rules.amount_of(given, amount, 1, rules.units(given, config.give_max))
        _check_length("reason", service.with_reason(words))
        ctx.ledger.grant(
            receiver, whole, reason="give", key=ctx.event.key or ctx.new_id(), currency=given.code, note=words
        )
        money = Money(whole, given.code)
        ctx.answer(ctx.t("give-done", name=receiver.name, money=money))
        if receiver.id != ctx.member.id:
            ctx.send(receiver, cards.given(ctx, receiver, money, words))

    @command("take", level="operator", aliases=("扣除",))
    def take(self, ctx: Context, member: MemberRef, amount: Word, currency: First = "", reason: Words = "") -> None:
        """Take money from a member for good, at most what is there; asks once more."""
        payer = service.person(ctx, member)
        taken, words = service.currency_and_words(ctx, currency, reason, service.known(ctx))
        whole = rules.amount_of(taken, amount, 1, rules.units(taken, 10**9))
        _check_length("reason", service.with_reason(words))
        if not ctx.ledger.balance(payer, taken.code):
            raise Refusal("take-nothing", name=payer.name)
        ctx.answer(cards.confirm_take(ctx, ctx.new_id(), payer, Money(whole, taken.code), words))

    @button("take")
    def take_confirmed(
        self, ctx: Context, operation: int, member: int, amount: int, currency: str, reason: str
    ) -> None:
        """Take what was asked for; a second tap takes nothing."""
        ctx.require_operator()
        payer = ctx.find_member(member)
        if payer is None:
            raise LookupError(f"there is no member {member}")
        service.take(ctx, operation, payer, amount, currency, reason)

    @command("budget", level="operator", aliases=("预算", "預算"))
    def budget(
        self,
        ctx: Context,
        action: Literal["list", "fund", "donate", "take"] = "list",
        name: Word = "",
        amount: Word = "",
        currency: First = "",
        reason: Words = "",
    ) -> None:
        """List the community's budgets; fund one with new money, donate own money to it, or take money back out."""
        if action == "list":
            ctx.answer(cards.budgets(ctx))
            return
        config: WalletConfig = ctx.config
        if not rules.is_budget_name(name):
            raise Refusal("budget-name")
        if not amount:
            raise UsageError("arg-missing", name="amount")
        moved, words = service.currency_and_words(ctx, currency, reason, service.known(ctx))
        whole = rules.amount_of(moved, amount, 1, rules.units(moved, config.give_max))
        _check_length("reason", service.with_reason(words))
        service.move_budget(ctx, action, name, whole, moved, words)
        has = Money(ctx.ledger.balance(ctx.ledger.budget(name), moved.code), moved.code)
        ctx.answer(ctx.t("budget-done", name=name, has=has))

    @command("reverse", level="operator", aliases=("冲正", "沖正"))
    def reverse(self, ctx: Context, transfer: Word, reason: Words = "") -> None:
        """Take a transfer back by a counter-entry; its number stands in the member's statement. Asks once more."""
        booked = service.transfer_named(ctx, transfer)
        service.with_reason(reason)
        left = service.left_to_take(ctx, booked)
        ctx.answer(cards.confirm_reversal(ctx, booked, left, reason, service.party_name))

    @button("reverse")
    def reverse_confirmed(self, ctx: Context, transfer: int, reason: str, up_to: bool) -> None:
        """Book the counter-entry; a second tap books nothing."""
        ctx.require_operator()
        booked = service.transfer_named(ctx, str(transfer))
        amount = service.take_back(ctx, booked, reason, up_to=up_to)
        ctx.answer(ctx.t("reverse-done", money=Money(amount, booked.currency)))


def _show_page(ctx: Context, member: Member, currency: str, before: int, after: int) -> None:
    """Answer with a page of a statement; ``before`` 0 is the newest."""
    count = cards.PAGE + 1  # one more tells whether there is a page behind
    entries = (
        ctx.ledger.statement(member, currency, before=before, after=after, count=count)
        if before
        else ctx.ledger.statement(member, currency, count=count)
    )
    ctx.answer(cards.statement(ctx, member, currency, entries, first=not before, name_of=service.party_name))


def _check_length(name: str, words: str) -> None:
    """Raise :class:`UsageError` for words that became too long when they were put together."""
    if len(words) > 200:
        raise UsageError("arg-too-long", name=name, maximum=200, found=len(words))
