"""The whole application in front of Discord: lanes on threads, the unmodified library, and the fake over sockets.

An application of a test keeps no pauses between messages and connections; everything else is real.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, ClassVar, Final

from sqlalchemy import text

from coterie.adapters.discord import DiscordAdapter, DiscordConfig
from coterie.adapters.discord.fake import FakeChannel, FakeDiscord, FakeMessage
from coterie.adapters.discord.fake.markdown import looks
from coterie.adapters.discord.fake.mirror import card_of
from coterie.adapters.discord.limits import LIMITS
from coterie.core.api import Context, Plugin, command
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.testing.people import card_words
from coterie.core.testing.scratch import Scratch, scratch
from tests.discord_connection_kit import connected

LATE: Final = 30.0
"""Seconds after which a handler is ended."""
ADDRESS: Final = "page "
"""The look of an address that is there to be read: what it leads to is what is shown, without a preview."""
BOLD: Final = frozenset({"bold"})
"""What the parrot sets in bold."""
WITHIN: Final = 30.0
"""Seconds after which a test that waits for something fails."""
OPERATOR: Final = "oscar"


class Probe(Plugin):
    """Answers at once."""

    name: ClassVar[str] = "probe"

    @command("ping")
    def ping(self, ctx: Context, word: str = "") -> None:
        ctx.send(ctx.where, f"pong {word}".rstrip())


class Wire:
    """One server with one channel, and the application that serves it; :func:`wire` makes one."""

    def __init__(self, fake: FakeDiscord, plugins: Sequence[type[Plugin]], config: Mapping[str, Any]) -> None:
        self.fake = fake
        self.plugins = plugins
        self.guild = fake.add_guild("Harbour", members=[OPERATOR, "mallory"])
        self.channel = self.guild.channel("general")
        self._config = config
        self._database: Scratch | None = None
        self.app: App
        self.adapter: DiscordAdapter

    # -- life

    async def start(self) -> None:
        """Start an application on the database, and wait until it hears what happens."""
        made = [plugin() for plugin in self.plugins]
        if self._database is None:
            self._database = scratch(made)
        settings = self._settings(self._database.url)
        values = settings.adapters["discord"].config
        assert isinstance(values, DiscordConfig)
        self.adapter = DiscordAdapter(values)
        self.adapter.platform.connection._pause = lambda _tries: 0.01
        no_pauses = replace(LIMITS, overall_rate=0, channel_rate=0, space_rate=0)
        self.adapter.platform.limits = no_pauses  # type: ignore[misc]  # the class says what Discord really takes
        self.app = App(settings, plugins=made, adapters=[self.adapter], soft_limit=LATE, hard_limit=LATE)
        await self.app.start()
        await self.until(lambda: connected(self.fake, self.adapter.platform))
        await self.until(lambda: self.fake.world.commands[""])

    def _settings(self, database: str) -> Settings:
        space = {"platform": "discord", "id": self.guild.id}
        account = f"discord:{self.fake.person(OPERATOR).id}"
        return Settings.of(
            {
                "adapters": {
                    "discord": {
                        "token": self.fake.token,
                        "rest_url": self.fake.rest_url,
                        "gateway_url": self.fake.gateway_url,
                    }
                },
                "plugins": {plugin.name: dict(self._config.get(plugin.name, {})) for plugin in self.plugins},
                "communities": {"main": {"spaces": [space], "operators": [account]}},
            },
            {plugin.name: plugin.config for plugin in self.plugins},
            {"discord": DiscordConfig},
            core={"database": database},
        )

    async def stop(self) -> None:
        """Stop the application."""
        await self.app.stop()

    def remove(self) -> None:
        """Give the database up."""
        if self._database is not None:
            self._database.remove()

    # -- what is there

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something about the server or the application holds; raises :class:`TimeoutError`."""
        async with asyncio.timeout(WITHIN):
            while not condition():  # noqa: ASYNC110  # a server and an application, neither of which knows the other
                await asyncio.sleep(0.002)

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the store."""

        def look(ctx: Context) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in ctx.db.execute(text(statement)).all()]

        found: list[tuple[Any, ...]] = await self.app.on_lane(None, look)
        return found

    @property
    def ours(self) -> list[FakeMessage]:
        """Everything that the bot has sent and that stands somewhere."""
        channels = self.fake.world.channels.values()
        return [message for channel in channels for message in channel.messages if message.own and not message.deleted]

    async def sees(self, words: str, channel: FakeChannel | None = None) -> None:
        """Wait until a message of the bot with these words stands in a channel."""

        def shown() -> list[FakeMessage]:
            there = (channel or self.channel).shown
            return [message for message in there if message.own and words in reading(message)]

        try:
            await self.until(shown)
        except TimeoutError:
            raise AssertionError(f"{words!r} is not there") from None

    async def still_answers(self, word: str) -> None:
        """A normal command is answered: nothing that came before it holds anything up."""
        self.fake.calls_command(OPERATOR, self.channel, "ping", {"word": word})
        await self.sees(f"pong {word}")

    async def settled(self) -> None:
        """Wait until all that has been told is committed, and all that follows is out."""
        await self.until(lambda: connected(self.fake, self.adapter.platform))
        async with asyncio.timeout(WITHIN):
            await self.app.settle()


def reading(message: FakeMessage) -> str:
    """The words of a message as a reader sees them."""
    return card_words(card_of(message))


@asynccontextmanager
async def wire(
    plugins: Sequence[type[Plugin]] = (), *, compresses: bool = True, config: Mapping[str, Any] | None = None
) -> AsyncIterator[Wire]:
    """A running application with :class:`Probe` and other plugins; at the end the books must balance."""
    async with FakeDiscord(compresses=compresses) as fake:
        made = Wire(fake, [Probe, *plugins], config or {})
        try:
            await made.start()
            try:
                yield made
                assert await made.app.verify_ledger() == []
            finally:
                await made.stop()
        finally:
            made.remove()


# -- what may be shown


def check_output(town: Wire, own: frozenset[str] = frozenset()) -> int:
    """Nothing that the bot sent notifies anybody or has a look, but for what plugins set in bold and the like (``own``)
    in the texts of an embed, and numbers set as code; how much it sent.
    """
    for call in town.fake.calls:
        body = call.body.get("data", call.body) if isinstance(call.body, dict) else {}
        if "content" in body or "embeds" in body:
            assert body["allowed_mentions"] == {"parse": [], "users": [], "replied_user": False}, call.path
    for message in town.ours:
        assert not message.mentions, message.content
        assert not message.mention_roles, message.content
        assert not message.mention_everyone, message.content
        for markup, allowed in marked_up(message, own):
            for words, look in looks(markup):
                strange = {each for each in look - allowed if not each.startswith(ADDRESS)}
                assert not strange or (strange == {"code"} and words.isdecimal()), (words, strange, markup)
    return len(town.ours)


def marked_up(message: FakeMessage, own: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """All texts of a message in which Discord's clients look for markup, with the looks that they may have."""
    nothing: frozenset[str] = frozenset()
    yield message.content, nothing
    for embed in message.embeds:
        assert "url" not in embed
        assert "author" not in embed
        yield embed.get("title", ""), nothing
        yield embed.get("description", ""), own
        for field in embed.get("fields", ()):
            yield field["name"], nothing
            yield field["value"], own


def text_input(words: str) -> dict[str, Any]:
    """A form's answer as a client sends it, which may never have been asked for."""
    return {"type": 18, "component": {"type": 4, "custom_id": words, "value": words}}
