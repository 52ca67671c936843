"""Plugins for the benchmarks: many small ones with a command each, observers, and one that moves money."""

from __future__ import annotations

from typing import Annotated, Any

from coterie.core.api import Config, Context, MessagePosted, Plugin, Range, command


def command_plugin(number: int) -> Plugin:
    """A plugin with one command, ``/c<number> <amount>``, that answers."""

    def act(self: Plugin, ctx: Context, amount: Annotated[int, Range(1, 1000)]) -> None:
        ctx.reply("ok")

    return _plugin(f"bench{number}", {"act": command(f"c{number}")(act)})


def money_plugin(number: int) -> Plugin:
    """A plugin whose command books a transfer from a till to the member and answers."""

    def act(self: Plugin, ctx: Context, amount: Annotated[int, Range(1, 1000)]) -> None:
        ctx.ledger.transfer(ctx.ledger.budget("till"), ctx.member, amount, reason="bench", key=ctx.event.key)
        ctx.reply("paid")

    return _plugin(f"bench{number}", {"act": command(f"c{number}")(act)})


def observer_plugin(number: int) -> Plugin:
    """A plugin that sees every message and does nothing."""

    def on_message(self: Plugin, event: MessagePosted, ctx: Context) -> None:
        return None

    return _plugin(f"observer{number}", {"on_message": on_message})


def _plugin(name: str, members: dict[str, Any]) -> Plugin:
    made: Any = type(name.title(), (Plugin,), {"name": name, "config": Config, **members})
    plugin: Plugin = made()
    return plugin
