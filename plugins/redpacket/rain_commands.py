"""Commands for rain, and the timer by which it falls."""

from __future__ import annotations

from typing import Annotated

from coterie.core.api import Context, Length, MessagePosted, Range, Rest, button, command, timer
from coterie.plugins.redpacket import rain_cards, raining
from coterie.plugins.redpacket.plans import read_plan
from coterie.plugins.redpacket.raining import LONGEST_PLAN
from coterie.plugins.redpacket.rules import LARGEST, MOST
from coterie.plugins.redpacket.schedule import LONGEST

Number = Annotated[int, Range(1)]


class RainCommands:
    """The part of the plugin that lets packets rain."""

    @command("rain", where="room", aliases=("红包雨", "紅包雨"))
    def rain(
        self,
        ctx: Context,
        every: Annotated[str, Length(LONGEST)],
        total: Annotated[int, Range(1, LARGEST)],
        shares: Annotated[int, Range(1, MOST)],
        wishes: Annotated[str, Length(LONGEST_PLAN), Rest()] = "",
    ) -> None:
        """Let packets rain here, every so often or at a time."""
        found = raining.start(ctx, every, total, shares, wishes)
        plan = read_plan(wishes, ctx.conditions.names())
        hidden = plan.wishes.anonymous or plan.wishes.question
        if hidden and isinstance(ctx.event, MessagePosted) and ctx.event.message:
            ctx.remove_message(ctx.event)  # it tells who pays, or the answer
        ctx.answer(rain_cards.started(ctx, found))

    @command("rains", aliases=("我的红包雨", "我的紅包雨"))
    def rains(self, ctx: Context) -> None:
        """Your rains; an operator sees everybody's."""
        ctx.answer(rain_cards.listing(ctx))

    @button("rains")
    def older_rains(self, ctx: Context, before: int) -> None:
        """Turn a page of the rains."""
        ctx.answer(rain_cards.listing(ctx, before))

    @command("rain-stop", aliases=("停红包雨", "停紅包雨"))
    def stop_rain(self, ctx: Context, number: Number) -> None:
        """End a rain for now."""
        found = raining.stop(ctx, number)
        ctx.answer(ctx.t("rain-stopped", number=str(found.number)))

    @command("rain-resume", aliases=("继续红包雨", "繼續紅包雨"))
    def resume_rain(self, ctx: Context, number: Number) -> None:
        """Let a rain go on."""
        ctx.answer(rain_cards.started(ctx, raining.resume(ctx, number), "rain-resumed"))

    @command("rain-here", where="room", aliases=("红包雨同步", "紅包雨同步"))
    def rain_here(self, ctx: Context, number: Number) -> None:
        """Let a rain fall in this room, too: one packet, shown in all of its rooms."""
        ctx.answer(rain_cards.started(ctx, raining.add_place(ctx, number), "rain-placed"))

    @timer("rain")
    def fall(self, ctx: Context, rain: int, due: int) -> None:
        """Send the packet of a rain."""
        raining.fall(ctx, rain, due)
