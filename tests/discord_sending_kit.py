"""Discord's verbs about cards and forms in front of the fake server, through the unmodified library."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from coterie.adapters.discord.base import Me
from coterie.adapters.discord.calls import Calls
from coterie.adapters.discord.doors import ClosedDoors
from coterie.adapters.discord.fake import FakeDiscord
from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage
from coterie.adapters.discord.forms import Forms
from coterie.adapters.discord.interactions import Interactions
from coterie.adapters.discord.places import Places
from coterie.adapters.discord.posting import Poster
from coterie.core.events import Where, Who
from coterie.core.platform import Delivery, Picture, Platform
from tests.discord_calls_kit import signed_in

WITHIN: Final = 10.0
"""Seconds after which a test that waits for something fails."""
CALLBACK: Final = "/interactions/{interaction_id}/{interaction_token}/callback"
FOLLOW_UP: Final = "/webhooks/{webhook_id}/{token}"
MESSAGES: Final = "/channels/{channel_id}/messages"
MESSAGE: Final = "/channels/{channel_id}/messages/{message_id}"
PNG: Final = Picture(b"\x89PNG first", "image/png", "a chart")
OTHER: Final = Picture(b"\x89PNG second", "image/png", "a chart")


class Clock:
    """Seconds since 1970, which pass when a test says so."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now


class Bench(Forms, Platform):
    """The verbs, on a server with the channel ``general`` and the members ann and bo."""

    def __init__(self, fake: FakeDiscord, calls: Calls, clock: Clock) -> None:
        self.fake = fake
        self.clock = clock
        self.calls = calls
        self.me = Me(fake.bot_id, fake.application_id, "bot")
        self.guild = fake.add_guild("Harbour", members=["ann", "bo"])
        self.general = self.guild.channel("general")
        self.home = Where("discord", self.general.id, self.guild.id)
        self.ann = Who("discord", fake.person("ann").id, "Ann", "en-US")
        self.forget()

    def forget(self, **pauses: float) -> None:
        """Be another run of the process; ``pauses`` are those of interactions."""
        self.interactions = Interactions(self.calls, self.me, clock=self.clock, wall=self.clock, **pauses)
        self.places = Places(self.calls)
        for name in ("_begun", "_asked"):
            self.__dict__.pop(name, None)
        self.__dict__["poster"] = Poster(self.calls, clock=self.clock, wall=self.clock)
        self.__dict__["doors"] = ClosedDoors(self.calls, self.places, self.clock)

    def opened(self, interaction: FakeInteraction) -> str:
        """The handle of an interaction that came in."""
        handle = handle_of(interaction)
        self.interactions.opened(handle)
        return handle

    def calls_command(self) -> tuple[FakeInteraction, str]:
        """Ann calls a command; what she did, and its handle."""
        made = self.fake.calls_command("ann", self.general, "tip", {})
        return made, self.opened(made)

    def taps(self, message: FakeMessage, label: str) -> tuple[FakeInteraction, str]:
        """Ann presses a button; what she did, and its handle."""
        (found,) = (each for each in message.buttons if each["label"] == label)
        made = self.fake.taps("ann", message, found["custom_id"])
        return made, self.opened(made)

    def shown(self, channel: FakeChannel | None = None) -> list[FakeMessage]:
        """What of the bot's stands in a channel, for everybody to see."""
        place = self.general if channel is None else channel
        return [each for each in place.messages if each.own and not each.deleted and not each.seen_by]

    def texts(self, channel: FakeChannel | None = None) -> list[str]:
        """The words of what stands there."""
        return [words_of(each) for each in self.shown(channel)]

    def dm(self) -> FakeChannel:
        """Ann's direct chat with the bot."""
        return self.fake.direct("ann")

    def asked(self) -> list[str]:
        """What was requested since the last time."""
        found = [f"{each.method} {each.path.rpartition('/api/v10')[2]}" for each in self.fake.calls]
        self.fake.calls.clear()
        return found

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something about the server holds; raises :class:`TimeoutError`."""
        async with asyncio.timeout(WITHIN):
            await self.fake.until(lambda: bool(condition()))

    async def finds(self, condition: Callable[[], object]) -> None:
        """Wait until something holds that wakes nobody; raises :class:`TimeoutError`."""
        async with asyncio.timeout(WITHIN):
            while not condition():  # noqa: ASYNC110  # nothing tells of it
                await asyncio.sleep(0.005)


@asynccontextmanager
async def bench(*, patience: float = 5.0) -> AsyncIterator[Bench]:
    """The verbs in front of a server of their own."""
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake, signed_in(fake.rest_url, fake.token) as client:
        calls = Calls(client, clock=clock, patience=patience)
        made = Bench(fake, calls, clock)
        fake.calls.clear()
        try:
            yield made
        finally:
            await made.interactions.finish(1.0)
            await calls.close()


def handle_of(interaction: FakeInteraction) -> str:
    """The handle under which an interaction is known."""
    kind = {2: "c", 3: "b"}.get(interaction.type) or ("m" if interaction.message is not None else "n")
    return f"i:{kind}:{interaction.id}:{interaction.token}"


def words_of(message: FakeMessage) -> str:
    """All words of a message."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [embed.get("title", ""), embed.get("description", "")]
    return "\n".join(part for part in parts if part)


def labels(message: FakeMessage) -> list[str]:
    """What stands on the buttons."""
    return [each["label"] for each in message.buttons]


def about(key: str = "1", native: str = "", **more: Any) -> Delivery:
    """What the sender hands over beside an action."""
    return Delivery(key, native, **more)
