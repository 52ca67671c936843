"""A plugin for tests of the scenario language: a small fair that uses every way in which a plugin can speak."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from coterie.core.api import (
    Account,
    Button,
    Card,
    Context,
    Event,
    Field,
    JoinDecision,
    JoinRequested,
    Length,
    MemberJoined,
    MemberRef,
    MessagePosted,
    PaymentReceived,
    Plugin,
    Refusal,
    button,
    code,
    command,
    form,
    timer,
)

_POT = "pot"


class Fair(Plugin):
    """Tickets, a raffle, a codeword, an application form, a tip."""

    name = "fair"

    @command("stand")
    def stand(self, ctx: Context, prize: int) -> None:
        """Open a stand that pays its prize to the first who asks."""
        ctx.ledger.transfer(ctx.member, ctx.ledger.escrow(_POT), prize, reason="stand", key=ctx.event.key)
        ref = ctx.new_id()
        card = Card(
            title="Stand",
            text=f"{prize} for the first",
            fields=(Field("State", "open"),),
            buttons=(
                (Button("Take it", do="take", args={"prize": prize}), Button("Rules", url="https://example.org")),
            ),
        )
        ctx.reply(card)
        ctx.timers.at(timedelta(hours=24), "close", key=ref)

    @button("take")
    def take(self, ctx: Context, prize: int) -> None:
        """Pay the prize, or say that it is gone."""
        pot: Account = ctx.ledger.escrow(_POT)
        if ctx.ledger.balance(pot) < prize:
            ctx.answer("Too late.")
            return
        ctx.ledger.transfer(pot, ctx.member, prize, reason="take", key=ctx.event.key)
        ctx.answer(f"You got {prize:,} points.")
        ctx.reply(
            Card(
                text=f"Taken by {ctx.member.name}",
                buttons=((Button("take it again", do="take", args={"prize": prize}),),),
            )
        )

    @timer("close")
    def close(self, ctx: Context) -> None:
        """Say that the fair is over."""

    @command("remind")
    def remind(self, ctx: Context) -> None:
        """Say something three times, an hour apart, and change it."""
        ref = ctx.reply("Round 0")
        for number in (1, 2, 3):
            ctx.timers.at(timedelta(hours=number), "round", key=number, ref=int(ref), number=number)

    @timer("round")
    def round_over(self, ctx: Context, ref: int, number: int) -> None:
        """Change the line; the last round takes it away."""
        ctx.edit(ref, f"Round {number}")
        if number == 3:
            ctx.delete(ref)

    @command("draw")
    def draw(self, ctx: Context) -> None:
        """Draw a number."""
        ctx.reply(f"Drawn: {ctx.rng.randrange(10**9)}")

    @command("word")
    def word(self, ctx: Context) -> None:
        """Tell the codeword to one person."""
        ctx.answer("The code is " + code(f"W{ctx.rng.randrange(1000, 9999)}") + ".")

    @command("boom")
    def boom(self, ctx: Context) -> None:
        """Break."""
        raise RuntimeError("the fair\nburnt down")

    @command("no")
    def no(self, ctx: Context) -> None:
        """Refuse."""
        raise Refusal("no")

    @command("pass")
    def pass_on(self, ctx: Context, to: MemberRef, amount: int) -> None:
        """Give somebody points."""
        ctx.ledger.transfer(ctx.member, ctx.member_of(to), amount, reason="pass", key=ctx.event.key)

    @command("tip")
    def tip(self, ctx: Context, amount: int) -> None:
        """Ask for a tip."""
        ctx.invoice(amount, "XTR", title="A tip", description="for the fair", name="tip")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        """Pay points for a tip."""
        ctx.ledger.grant(ctx.member, event.amount, reason="tip", key=event.charge)
        ctx.reply(f"Thank you, {ctx.member.name}.")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Greet whoever greets."""
        if event.text.startswith("hello"):
            ctx.reply(f"Hello, {ctx.member.name}: {event.text}")

    def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
        """Ask first."""
        ctx.ask("apply", to=ctx.member)
        return None

    @form("apply")
    def applied(self, ctx: Context, why: Annotated[str, Length(60)], age: int) -> None:
        """Let in whoever is old enough."""
        assert ctx.account is not None
        if age < 18:
            ctx.answer("Come back later.")
            return
        ctx.send(ctx.where, f"Welcome, you said {why!r}.")

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        """Greet."""
        ctx.reply(f"{ctx.member.name} is new here")


class Unnamed(Event, frozen=True, kw_only=True):
    """Something that is not a plugin."""
