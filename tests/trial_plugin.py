"""A plugin that does a little of everything, for tests of what surrounds plugins."""

from __future__ import annotations

from datetime import timedelta

from coterie.core.api import (
    Button,
    Card,
    Config,
    Context,
    JoinDecision,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessagePosted,
    PaymentReceived,
    Plugin,
    ReactionAdded,
    StandingChanged,
    button,
    command,
    form,
    timer,
)


class TrialConfig(Config):
    """Settings of the plugin under test."""

    reward: int = 10
    greeting: str = "Welcome"


class Trial(Plugin):
    """A plugin that does a little of everything."""

    name = "trial"
    config = TrialConfig

    @command("collect")
    def collect(self, ctx: Context) -> None:
        """Collect today's points."""
        day = f"{ctx.community.today()}"
        done = ctx.ledger.grant(ctx.member, ctx.config.reward, reason="collect", key=day)
        ctx.answer(f"Already collected on {day}" if done.repeated else f"You got {ctx.config.reward} points")

    @command("dice")
    def dice(self, ctx: Context) -> None:
        """Throw a die with many sides."""
        ctx.reply(f"The die shows {ctx.rng.randrange(10**9)}")

    @command("later")
    def later(self, ctx: Context, hours: int) -> None:
        """Say something after some hours."""
        card = ctx.reply(Card("Wait", buttons=((Button("Stop", do="stop"),),)))
        ctx.timers.at(timedelta(hours=hours), "due", card=int(card))

    @timer("due")
    def due(self, ctx: Context, card: int) -> None:
        """The time has come."""
        ctx.edit(card, f"Done at {ctx.now:%d %H:%M}")

    @button("stop")
    def stop(self, ctx: Context) -> None:
        """Stop waiting."""
        ctx.answer("Too late")

    @command("apply")
    def apply(self, ctx: Context) -> None:
        """Answer some questions."""
        ctx.ask("about")

    @form("about")
    def about(self, ctx: Context, why: str, age: int) -> None:
        """Take the answers."""
        ctx.answer(f"{why}, {age}")

    @command("buy")
    def buy(self, ctx: Context) -> None:
        """Buy something."""
        ctx.invoice(500, "XTR", title="Gold", description="For a month", name="gold")

    @command("break")
    def fail(self, ctx: Context) -> None:
        """Do something wrong."""
        raise ZeroDivisionError("broken on purpose")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        """Thank for a payment."""
        ctx.reply(f"Paid {event.amount} {event.currency} for {event.invoice}")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Answer a greeting."""
        if event.text == "hi":
            ctx.reply(f"hi {ctx.member.name} in {ctx.where.title or 'private'}")

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        """Greet a newcomer."""
        ctx.reply(f"{ctx.config.greeting}, {ctx.member.name}")

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        """Wave goodbye."""
        ctx.reply(f"Goodbye, {ctx.member.name}")

    def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
        """Let in whoever says please."""
        return "approve" if "please" in event.text else "decline"

    def on_reaction(self, event: ReactionAdded, ctx: Context) -> None:
        """Count a reaction."""
        ctx.reply(f"{ctx.member.name} reacted {event.emoji}")

    def on_standing_changed(self, event: StandingChanged, ctx: Context) -> None:
        """Congratulate."""
        ctx.reply(f"{ctx.member.name} is {event.standing}")
