"""A plugin that repeats what it is told, in every place where text can stand."""

from __future__ import annotations

from typing import Annotated

from coterie.core.api import (
    Button,
    Card,
    Context,
    Field,
    Length,
    MessagePosted,
    Money,
    Plugin,
    Range,
    Rest,
    bold,
    button,
    command,
    form,
)


class Parrot(Plugin):
    """Repeats, in every place where text can stand."""

    name = "parrot"

    @command("echo")
    def echo(self, ctx: Context, words: Annotated[str, Length(200), Rest()]) -> None:
        """Repeat some words."""
        ctx.reply(card(ctx, words))

    @command("pay")
    def pay(self, ctx: Context, amount: Annotated[int, Range(1, 9)], note: str = "") -> None:
        """Be paid."""
        ctx.ledger.grant(ctx.member, amount, reason="pay", key=ctx.event.key, note=note)
        ctx.reply(f"paid {amount}")

    @command("ask")
    def ask(self, ctx: Context) -> None:
        """Ask."""
        ctx.ask("about")

    @form("about")
    def about(self, ctx: Context, words: Annotated[str, Length(200)], amount: Annotated[int, Range(1, 9)]) -> None:
        """Repeat the answers."""
        ctx.reply(card(ctx, f"{words} {amount}"))

    @button("press")
    def press(self, ctx: Context, words: str) -> None:
        """Repeat what the button carried."""
        ctx.reply(f"carried {words}")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Repeat what is said, as far as a message takes it."""
        ctx.reply(Card(text=event.text[:1000], footer=f"said {ctx.member.name}"))


def card(ctx: Context, words: str) -> Card:
    """Words in every place of a card."""
    return Card(
        title=words,
        text=ctx.t_core("usage", usage=words) + bold(words),
        fields=(Field(words, words), Field("name", ctx.member.name)),
        footer=ctx.t_core("insufficient-funds", balance=Money(1, "points"), needed=words),
        buttons=((Button(words[:40] or "-", do="press", args={"words": words}),),),
    )
