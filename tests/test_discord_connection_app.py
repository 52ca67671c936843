"""The whole application in front of Discord: lanes on threads, the unmodified library, the fake over sockets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coterie.adapters.discord import DiscordAdapter, DiscordConfig, members, rounds
from coterie.adapters.discord.fake import FakeDiscord, FakeGuild, FakeMessage
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Who
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.discord_connection_kit import connected, until

pytestmark = pytest.mark.asyncio

PLUGINS = (RedPacket, Wallet)


@dataclass
class Scene:
    """A running application, the server in front of it, and one guild."""

    app: App
    fake: FakeDiscord
    adapter: DiscordAdapter
    guild: FakeGuild

    async def rich(self, name: str, points: int = 1000) -> None:
        """Somebody with points."""
        await self.app.grant(Who("discord", self.fake.person(name).id, name), points, "points", "test", name)

    async def balance(self, name: str) -> int:
        return await self.app.balance(Who("discord", self.fake.person(name).id))

    def ours(self) -> list[FakeMessage]:
        """What the bot has posted in the channel."""
        return [message for message in self.guild.channel("general").messages if message.own]

    async def packet(self, name: str, options: dict[str, Any]) -> FakeMessage:
        """Somebody sends a packet; its message."""
        before = len(self.ours())
        self.fake.calls_command(name, self.guild.channel("general"), "packet", options)
        await self.fake.until(lambda: len(self.ours()) > before)
        return self.ours()[-1]


@asynccontextmanager
async def application(fake: FakeDiscord, guild: FakeGuild, database: str = "sqlite://") -> AsyncIterator[Scene]:
    """An application on a fake; the ledger is balanced at its end."""
    values = {"token": fake.token, "rest_url": fake.rest_url, "gateway_url": fake.gateway_url}
    chosen = Settings.of(
        {
            "adapters": {"discord": values},
            "plugins": {plugin.name: {} for plugin in PLUGINS},
            "communities": {"main": {"spaces": [{"platform": "discord", "id": guild.id}]}},
        },
        {plugin.name: plugin.config for plugin in PLUGINS},
        {"discord": DiscordConfig},
        core={"database": database},
    )
    config = chosen.adapters["discord"].config
    assert isinstance(config, DiscordConfig)
    adapter = DiscordAdapter(config)
    adapter.platform.connection._pause = lambda _tries: 0.01
    app = App(chosen, plugins=[plugin() for plugin in PLUGINS], adapters=[adapter])
    await app.start()
    try:
        await until(lambda: connected(fake, adapter.platform))
        await until(lambda: adapter.platform.connection._publishing is None or _done(adapter))
        yield Scene(app, fake, adapter, guild)
        assert await app.verify_ledger() == []
    finally:
        await app.stop()


def _done(adapter: DiscordAdapter) -> bool:
    publishing = adapter.platform.connection._publishing
    return publishing is not None and publishing.done()


@pytest.fixture(autouse=True)
def paced(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for others."""
    monkeypatch.setattr(rounds, "BETWEEN", 0.0)


async def test_a_packet_from_the_command_to_the_last_share() -> None:
    before = asyncio.all_tasks()
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["alice", "bob", "carol"])
        async with application(fake, guild) as scene:
            await scene.rich("alice")
            message = await scene.packet("alice", {"total": 100, "shares": 2})
            button = message.buttons[0]["custom_id"]
            for name in ("bob", "carol"):
                fake.taps(name, message, button)
            await until_balanced(scene, {"alice": 900})
            assert await scene.balance("bob") + await scene.balance("carol") == 100
    await until(lambda: not asyncio.all_tasks() - before, "tasks were left behind")


async def until_balanced(scene: Scene, wanted: dict[str, int]) -> None:
    """Wait until the shares are taken."""
    for _ in range(500):
        if {name: await scene.balance(name) for name in wanted} == wanted and (
            await scene.balance("bob") + await scene.balance("carol") == 100
        ):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("the shares were not taken")


async def test_taps_during_a_restart_and_repeated_ones_count_once(tmp_path: Path) -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["alice", "bob", "carol"])
        database = f"sqlite:///{tmp_path}/store.db"
        async with application(fake, guild, database) as scene:
            await scene.rich("alice")
            message = await scene.packet("alice", {"total": 100, "shares": 2})
            button = message.buttons[0]["custom_id"]
            fake.taps("bob", message, button)
            fake.replays(2)
        fake.taps("carol", message, button)
        async with application(fake, guild, database) as scene:
            fake.replays(3)
            await until_balanced(scene, {"alice": 900})
        assert len(fake.sessions.known) == 1, "the session was resumed"


async def test_who_came_back_is_in_after_the_next_comparison_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Their first stay must not be taken for the one that lasts, or the comparison would end it."""
    monkeypatch.setattr(members, "SLACK", 0)
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["alice"])
        async with application(fake, guild) as scene:

            async def stays() -> list[int]:
                page = await scene.app.presences("discord", guild.id)
                return [each.joined_at for each in page if each.id == fake.person("bob").id]

            async def until_there(*, there: bool) -> None:
                for _ in range(500):
                    if bool(await stays()) == there:
                        return
                    await asyncio.sleep(0.01)
                raise AssertionError(f"bob is {'not ' if there else ''}there")

            for _ in range(2):
                fake.joins("bob", guild)
                await until_there(there=True)
                fake.leaves("bob", guild)
                await until_there(there=False)
            fake.joins("bob", guild)
            await until_there(there=True)
            before = await stays()
            keeper = scene.adapter.platform.connection._keeper
            assert keeper is not None
            for _ in range(2):
                await keeper._members.reconcile(guild.id)
            assert await stays() == before
