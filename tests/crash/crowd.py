"""A plugin for the crash tests: money to begin with, and alarms that ring a little later."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar

from coterie.core.api import Context, Plugin, command, timer


class Crowd(Plugin):
    """Gives money, rings alarms."""

    name: ClassVar[str] = "crowd"

    @command("fund")
    def fund(self, ctx: Context, amount: int) -> None:
        """Get money, once."""
        ctx.ledger.grant(ctx.member, amount, reason="fund", key="once")

    @command("alarm")
    def alarm(self, ctx: Context, number: int, seconds: int) -> None:
        """Say something later."""
        ctx.timers.at(timedelta(seconds=seconds), "ring", key=number, number=number, place=ctx.channel_id())

    @timer("ring")
    def ring(self, ctx: Context, number: int, place: int) -> None:
        """Say it."""
        ctx.send(place, f"alarm {number} rings")
