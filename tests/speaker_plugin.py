"""A plugin that uses every verb of the context, and one that listens to it."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from coterie.core.api import (
    Button,
    Card,
    Context,
    Event,
    MemberRef,
    MessageDelivered,
    PaymentReceived,
    Plugin,
    Refusal,
    Rest,
    button,
    command,
    form,
    listens,
    task,
    timer,
)

RENDERED: list[str] = []
"""What was rendered; a plugin itself keeps nothing."""


class Rang(Event, frozen=True, kw_only=True):
    """A plugin's own event."""

    times: int = 0


class Speaker(Plugin):
    """Uses every verb."""

    name = "speaker"

    @command("say")
    def say(self, ctx: Context, verb: str, words: Annotated[str, Rest()] = "") -> None:
        """Use one verb."""
        getattr(self, f"_{verb}")(ctx, words)

    def _reply(self, ctx: Context, words: str) -> None:
        ctx.reply(f"all: {words}")

    def _answer(self, ctx: Context, words: str) -> None:
        ctx.answer(f"you: {words}")

    def _send(self, ctx: Context, words: str) -> None:
        sent = ctx.send(ctx.member_of(MemberRef(words)), f"to {words}")
        ctx.answer("sent" if sent is not None else "no way")

    def _elsewhere(self, ctx: Context, words: str) -> None:
        ctx.timers.at(timedelta(hours=1), "later", channel=ctx.channel_id(), words=words)

    @timer("later")
    def later(self, ctx: Context, channel: int, words: str) -> None:
        """Say it in a channel that was kept."""
        ctx.send(channel, f"later: {words}")

    def _cancel(self, ctx: Context, words: str) -> None:
        assert ctx.timers.due("later") is not None
        ctx.answer(f"cancelled {ctx.timers.cancel('later')} {ctx.timers.cancel('later')}")

    def _edit(self, ctx: Context, words: str) -> None:
        ref = ctx.reply("first")
        ctx.edit(ref, "second")
        ctx.edit(ref, f"third {words}")

    def _edit_private(self, ctx: Context, words: str) -> None:
        ctx.edit(ctx.answer("first"), f"second {words}")

    def _delete(self, ctx: Context, words: str) -> None:
        ref = ctx.reply("short-lived")
        ctx.edit(ref, "never seen")
        ctx.delete(ref)

    def _board(self, ctx: Context, words: str) -> None:
        ref = int(ctx.reply(Card("0 taps", buttons=((Button("Tap", do="tap"), Button("No", do="no")),))))
        ctx.timers.at(timedelta(days=9), "later", key="board", channel=ref, words="")

    @button("tap")
    def tap(self, ctx: Context) -> None:
        """Count a tap on the board."""
        ctx.ledger.grant(ctx.member, 1, reason="tap", key=ctx.event.key)
        found = ctx.unit.journal.find_timer(ctx.community.id, "speaker", "later", "board")
        assert found is not None
        ref = int(found[2].partition('"channel":')[2].partition(",")[0])

        def render(later: Context) -> Card:
            RENDERED.append("board")
            return Card(f"{-later.ledger.balance(later.ledger.issuer())} taps")

        ctx.refresh(ref, render)

    @button("no")
    def no(self, ctx: Context) -> None:
        """Change a lot, then say no."""
        ctx.ledger.grant(ctx.member, 100, reason="no", key=ctx.event.key)
        ctx.reply("never said")
        raise Refusal("not-allowed", namespace="core")

    def _ask(self, ctx: Context, words: str) -> None:
        ctx.ask("survey")

    @form("survey")
    def survey(self, ctx: Context, age: int) -> None:
        """Take the answers."""
        ctx.answer(f"you are {age}")

    def _invoice(self, ctx: Context, words: str) -> None:
        ctx.invoice(7, "XTR", title="Seven", description="Seven stars", name="seven")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        """Thank."""
        ctx.answer(f"paid {event.amount} for {event.invoice}")

    def _run(self, ctx: Context, words: str) -> None:
        ctx.run(self.ask_oracle, question=words)

    @task()
    async def ask_oracle(self, question: str) -> str:
        """Ask the outside world."""
        return question[::-1]

    @ask_oracle.done
    def answered(self, ctx: Context, result: str) -> None:
        """Tell whoever asked."""
        ctx.answer(f"oracle: {result}")

    def _emit(self, ctx: Context, words: str) -> None:
        ctx.emit(Rang(key="", times=int(words)))

    @listens(Rang)
    def rang(self, event: Rang, ctx: Context) -> None:
        """Ring again."""
        if event.times:
            ctx.emit(Rang(key="", times=event.times - 1))

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        """Note what could not be delivered."""
        RENDERED.append(f"{event.state}: {event.reason}")


class Bell(Plugin):
    """Listens to another plugin's event, and fails at a certain one."""

    name = "bell"

    @listens(Rang)
    def heard(self, event: Rang, ctx: Context) -> None:
        """Count it."""
        if event.times == 13:
            raise ZeroDivisionError
        ctx.ledger.grant(ctx.operators()[0], 1, reason="rang", key=ctx.new_id())
