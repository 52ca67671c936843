"""The ground of scenarios on Discord: the unmodified library, over HTTP and a WebSocket, against the fake server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.config import DiscordConfig
from coterie.adapters.discord.fake import FakeDiscord
from coterie.adapters.discord.fake.town import DiscordTown
from coterie.adapters.discord.interactions import Interactions
from coterie.adapters.discord.limits import LIMITS
from coterie.adapters.discord.platform import DiscordPlatform
from coterie.adapters.discord.posting import Poster
from coterie.core.clock import MovableClock
from coterie.core.config import Secret
from coterie.core.platform import Inbox
from coterie.core.testing.wired_ground import WiredGround, unhurried

if TYPE_CHECKING:
    from coterie.core.actions import SendInvoice
    from coterie.core.platform import Delivery

WITHIN: Final = 10.0
"""Seconds in which a bot has to be connected, and to take what happens."""
STEP: Final = 0.002
"""Seconds between two looks at how far the bot is."""


class DiscordGround(WiredGround[DiscordTown, "_WiredPlatform"]):
    """A town on a server of its own."""

    def __init__(self, clock: MovableClock, space: str) -> None:
        super().__init__(DiscordTown(clock, space, FakeDiscord.threaded()))

    def bot(self) -> _WiredPlatform:
        server = self.town.server
        config = DiscordConfig(
            token=Secret(server.token),
            rest_url=server.rest_url,
            gateway_url=server.gateway_url,
            guilds=(self.town.guild,),
        )
        return _WiredPlatform(config, self.town)

    async def leave(self, bot: _WiredPlatform) -> None:
        await bot.leave()

    async def quiet(self) -> bool:
        return await self.town.caught_up()


class _WiredPlatform(DiscordPlatform):
    """Goes by the town's clock, sells whatever a plugin asks a payment for, and tells the town how far it is."""

    def __init__(self, config: DiscordConfig, town: DiscordTown) -> None:
        super().__init__(config)
        self.limits = unhurried(LIMITS)  # type: ignore[misc]
        self._town = town
        self.skus = town.skus
        self.interactions = Interactions(self.calls, self.me, clock=self._now, wall=self._now)
        self._poster = Poster(self.calls, clock=self._now, wall=self._now)

    @property
    def poster(self) -> Poster:
        return self._poster

    def _now(self) -> float:
        return self._town.clock.now() / 1000

    async def start(self, inbox: Inbox) -> None:
        self._town.progress = self.progress
        self._town.settle = inbox.settle  # type: ignore[attr-defined]  # the inbox of a scenario is its application
        await super().start(inbox)
        await asyncio.to_thread(
            self._town.server.wait, lambda fake: fake.until(lambda: fake.world.commands[""], within=WITHIN)
        )
        async with asyncio.timeout(WITHIN):
            while self.progress() is None:  # noqa: ASYNC110  # the library tells nobody
                await asyncio.sleep(STEP)
        await self._town.caught_up()

    async def stop(self) -> None:
        self._town.progress = None
        await super().stop()

    async def leave(self) -> None:
        """End what a killed application has left: connections, and the thread that keeps one alive."""
        for socket in self.client.sockets.values():
            socket.tracker.release()
            await socket.part()
        await self.client.http.close()

    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        self._town.sell(action)
        return await super().send_invoice(action, delivery)

    def progress(self) -> tuple[str, int] | None:
        """The session, and the number of its last event that is committed; None without a session."""
        for shard in self.connection.shards:
            socket = shard.socket
            if socket is None or not (socket.open and socket.heard and socket.session_id):
                continue  # what it goes on from is its own word as long as the server has not answered
            if socket.tracker.done is not None:
                return socket.session_id, socket.tracker.done
        return None


__all__ = ["DiscordGround"]
