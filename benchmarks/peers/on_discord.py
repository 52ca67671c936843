"""discord.py: a ``commands.Bot`` with a cog for each plugin, as in its guide. Runs in its own environment."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import discord
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.webhook.async_ import AsyncWebhookAdapter

from benchmarks.peers.asked import main
from benchmarks.peers.discord_ends import Counting, connection, plain_bot
from benchmarks.peers.subject import PeerBot, resting
from benchmarks.peers.wire import CALLBACK, DISCORD_SENT

if TYPE_CHECKING:
    from benchmarks.peers.packets import Packets

TOGETHER = 128
"""Payloads in flight."""


class Stub(Counting):
    """Stands where the library's HTTP client and its client for interactions take a request."""

    def __init__(self) -> None:
        super().__init__()
        self.last = ""

    async def message(self, route: Any, **options: Any) -> Any:
        """Take a message."""
        self._took(options["json"]["content"])
        return DISCORD_SENT

    async def response(self, *_: Any, payload: Any = None, **__: Any) -> Any:
        """Take the answer to an interaction."""
        self._took(payload["data"]["content"])
        return CALLBACK

    def _took(self, text: str) -> None:
        self.last = text
        self.took()


def plugin(number: int) -> commands.Cog:
    """A plugin: one command, one whole number, and an answer."""

    class Plugin(commands.Cog, name=f"plugin{number}"):
        @commands.command(name=f"c{number}")
        async def act(self, ctx: commands.Context[Any], amount: commands.Range[int, 1, 1000]) -> None:
            await ctx.send("ok")

    return Plugin()


class Bot(PeerBot):
    """The bot; ``path`` of its database, if it has packets."""

    def __init__(self, plugins: int, path: str, careful: bool) -> None:
        super().__init__(Stub(), path, careful)
        self.client = plain_bot()
        self.plugins = [plugin(number) for number in range(plugins)]
        if self.packets is not None:
            Grab.packets = self.packets
            self.client.add_dynamic_items(Grab)

    async def start(self) -> None:
        """Be ready."""
        await self.client._async_setup_hook()
        self.client.http.token = "benchmark"
        self.client.http.request = self.stub.message  # type: ignore[method-assign]
        AsyncWebhookAdapter.request = self.stub.response  # type: ignore[method-assign]
        for each in self.plugins:
            await self.client.add_cog(each)
        self.socket = connection(DiscordWebSocket, self.client)
        await super().start()

    async def see(self, batch: Sequence[str]) -> None:
        """Take what nobody answers."""
        for raw in batch:
            await self.socket.received_message(raw)

    async def handle(self, batch: Sequence[str]) -> None:
        """As they come: the library makes a task for each, and a few of them are in flight."""
        before = self.stub.sent
        for first in range(0, len(batch), TOGETHER):
            some = batch[first : first + TOGETHER]
            await self.see(some)
            await self.stub.until(before + first + len(some))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once."""
        before = self.stub.sent
        await self.see(batch)
        await self.stub.until(before + len(batch))


class Grab(discord.ui.DynamicItem[discord.ui.Button[Any]], template=r"claim:(?P<packet>[0-9]+)"):
    """A packet's button, which outlives the process."""

    packets: Packets

    def __init__(self, packet: int) -> None:
        super().__init__(discord.ui.Button(label="Take a share", custom_id=f"claim:{packet}"))
        self.packet = packet

    @classmethod
    async def from_custom_id(cls, interaction: Any, item: Any, match: re.Match[str], /) -> Grab:
        """The button that was tapped."""
        return cls(int(match["packet"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Take a share."""
        words = await self.packets.claim(self.packet, str(interaction.user.id))
        await interaction.response.send_message(words, ephemeral=True)


async def idle(path: str) -> object:
    """A bot with one command, and its database if it has one."""
    client = plain_bot()

    @client.command()
    async def hello(ctx: commands.Context[Any]) -> None:
        await ctx.send("ok")

    await client._async_setup_hook()
    return await resting(path, client)


if __name__ == "__main__":
    main(Bot, idle)
