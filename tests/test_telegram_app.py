"""The whole application in front of Telegram: lanes on threads, the unmodified library, the fake server over HTTP."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from coterie.adapters.telegram import TelegramAdapter, TelegramConfig, refusals
from coterie.adapters.telegram.fake import FakeChat, FakeMessage, FakeTelegram
from coterie.adapters.telegram.polling import Poller
from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import Event, Who
from coterie.core.web.shell import address_of, listen, serve
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.telegram_connection_kit import STORE_DOWN, until

pytestmark = pytest.mark.asyncio

PLUGINS = (RedPacket, Wallet)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses after trouble are a hair's breadth."""
    defaults = Poller.__init__.__kwdefaults__
    assert defaults is not None
    monkeypatch.setitem(defaults, "again", 0.05)
    monkeypatch.setitem(defaults, "pause", lambda _tries: 0.01)
    monkeypatch.setattr(refusals, "BROKEN_WAIT", 0.01)


@dataclass
class Scene:
    """A running application, the server in front of it, and one group."""

    app: App
    fake: FakeTelegram
    adapter: TelegramAdapter
    group: FakeChat
    alerts: list[str] = field(default_factory=list)

    async def rich(self, name: str, points: int = 1000) -> str:
        """Somebody with points; their account's id."""
        account = str(self.fake.user(name)["id"])
        await self.app.grant(Who("telegram", account, name), points, "points", "test", name)
        return account

    async def balance(self, name: str) -> int:
        return await self.app.balance(Who("telegram", str(self.fake.user(name)["id"])))

    def ours(self) -> list[FakeMessage]:
        """What the bot has posted in the group."""
        return [message for message in self.group.messages if message.own]

    async def packet(self, line: str) -> FakeMessage:
        """Have alice send a packet; its message."""
        before = len(self.ours())
        self.fake.says("alice", self.group, line)
        await self.fake.until(lambda: len(self.ours()) > before)
        return self.ours()[-1]

    def tap(self, name: str, message: FakeMessage) -> int:
        (button,) = (each for each in message.buttons if "callback_data" in each)
        return self.fake.taps(name, message.message_id, self.group, button["callback_data"])

    @property
    def poller(self) -> Poller:
        found = self.adapter.platform.connection._poller
        assert found is not None
        return found


def settings(fake: FakeTelegram, group: FakeChat, values: Mapping[str, Any], core: Mapping[str, Any]) -> Settings:
    telegram = {"token": fake.token, "api_base_url": fake.base_url, "poll_timeout": "1s", **values}
    return Settings.of(
        {
            "adapters": {"telegram": telegram},
            "plugins": {plugin.name: {} for plugin in PLUGINS},
            "communities": {"main": {"spaces": [{"platform": "telegram", "id": group.id}]}},
        },
        {plugin.name: plugin.config for plugin in PLUGINS},
        {"telegram": TelegramConfig},
        core={"database": "sqlite://", **core},
    )


@asynccontextmanager
async def application(
    fake: FakeTelegram, group: FakeChat, *, web: bool = False, core: Mapping[str, Any] | None = None
) -> AsyncIterator[Scene]:
    """An application that polls, or (``web``) has its updates delivered to its own pages."""
    listening, values = None, dict[str, Any]()
    if web:
        listening = listen("127.0.0.1", 0)
        values = {"mode": "webhook", "webhook": {"url": address_of(listening)}}
    chosen = settings(fake, group, values, core or {})
    config = chosen.adapters["telegram"].config
    assert isinstance(config, TelegramConfig)
    adapter = TelegramAdapter(config)
    app = App(chosen, plugins=[plugin() for plugin in PLUGINS], adapters=[adapter])
    await app.start()
    runner = None if listening is None else await serve(app, "127.0.0.1", 0, listening)
    found = Scene(app, fake, adapter, group)
    fake.listeners.append(lambda kind, what: found.alerts.append(str(what)) if kind == "alert" else None)
    try:
        yield found
        assert await app.verify_ledger() == []
    finally:
        await app.stop()
        if runner is not None:
            await runner.cleanup()


@asynccontextmanager
async def scene(*, web: bool = False) -> AsyncIterator[Scene]:
    """A fake with one group, and an application in front of it; nothing of them is left at the end."""
    before = asyncio.all_tasks()
    async with FakeTelegram(webhook_pace=0.01) as fake, application(fake, fake.group("The lounge"), web=web) as found:
        yield found
    await until(lambda: not asyncio.all_tasks() - before, "tasks were left behind")


async def test_a_packet_from_the_command_to_the_last_share() -> None:
    async with scene() as town:
        await town.rich("alice")
        message = await town.packet("/packet 90 3")
        assert await town.balance("alice") == 910
        taps = [town.tap(name, message) for name in ("bob", "carol", "dave")]
        for update in taps:
            await town.fake.confirmed(update)
        await town.fake.until(lambda: len(town.alerts) == 3)
        shares = [await town.balance(name) for name in ("bob", "carol", "dave")]
        assert sum(shares) == 90
        assert min(shares) > 0
        assert all(any(str(share) in alert for alert in town.alerts) for share in shares)
        await town.fake.until(lambda: "3 of 3" in message.text)
        assert "Grab" not in {button["text"] for button in message.buttons}
        assert 1 <= message.edits <= 3
        assert len(town.ours()) == 1, "private answers are not in the room"
        assert len(town.fake.called("answerCallbackQuery")) == 3
        assert town.fake.called("setMyCommands")
        assert not town.poller.offset or town.poller.offset > taps[-1]


async def test_an_update_is_confirmed_only_after_its_commit() -> None:
    async with scene() as town:
        await town.rich("alice")
        await until(lambda: town.adapter.platform.connection._poller is not None)
        gate = threading.Event()
        held = town.app.on_lane(None, lambda ctx: gate.wait(10))
        update = town.fake.says("alice", town.group, "/packet 10 2")
        try:
            await until(lambda: update in town.poller._running)
            asked = len(town.fake.called("getUpdates"))
            await until(lambda: len(town.fake.called("getUpdates")) > asked, "the poller asks on")
            assert max(int(data.get("offset", 0)) for data in town.fake.called("getUpdates")) <= update
            assert town.ours() == []
        finally:
            gate.set()
        await held
        await town.fake.confirmed(update)
        await town.fake.until(lambda: len(town.ours()) == 1)


async def test_what_comes_twice_or_in_the_wrong_order_counts_once() -> None:
    async with scene() as town:
        await town.rich("alice")
        town.fake.faults.duplicate(3)
        message = await town.packet("/packet 100 2")
        town.fake.faults.duplicate(2)
        town.fake.faults.reorder(2)
        for update in [town.tap(name, message) for name in ("bob", "carol", "dave")]:
            await town.fake.confirmed(update)
        assert await town.balance("alice") == 900
        assert sum([await town.balance(name) for name in ("bob", "carol", "dave")]) == 100
        assert len(town.ours()) == 1


async def test_a_store_that_fails_and_recovers(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene() as town:
        await town.rich("alice")
        failing(monkeypatch, town.app, 3)
        await town.packet("/packet 10 2")
        assert await town.balance("alice") == 990


def failing(monkeypatch: pytest.MonkeyPatch, app: App, times: int) -> None:
    """The store takes nothing from Telegram for so many times."""
    real, left = app.submit, [None] * times

    def submit(event: Event) -> asyncio.Future[Any]:
        if not left:
            return real(event)
        left.pop()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_exception(STORE_DOWN)
        return future

    monkeypatch.setattr(app, "submit", submit)


async def test_junk_and_trouble_of_the_server_stop_nothing() -> None:
    async with scene() as town:
        await town.rich("alice")
        fake = town.fake
        fake.sends({"message": "no message"})
        fake.sends({"new_in_2031": {"deep": [[[[]]]]}})
        fake.sends({"message": {"message_id": "x", "chat": {"id": []}, "date": None, "text": 5}})
        fake.faults.junk(b'{"ok":true,"result":' + b"[" * 5000)
        message = await town.packet("/packet 10 1")
        await fake.confirmed(town.tap("bob", message))
        assert await town.balance("bob") == 10


async def test_a_chat_that_nobody_named_is_not_served(caplog: pytest.LogCaptureFixture) -> None:
    async with scene() as town:
        foreign = town.fake.group("Elsewhere")
        update = town.fake.says("mallory", foreign, "/balance")
        await town.fake.confirmed(update)
        assert not [message for message in foreign.messages if message.own]
        assert f'{{ platform = "telegram", id = {foreign.id} }}' in caplog.text


async def test_a_group_that_became_a_supergroup_goes_on_also_after_a_restart(tmp_path: Path) -> None:
    kept = f"sqlite:///{tmp_path / 'kept.db'}"
    async with FakeTelegram() as fake:
        group = fake.group("The lounge", supergroup=False)
        async with application(fake, group, core={"database": kept}) as town:
            await fake.confirmed(fake.upgrades(group))
            town.group = fake.chat(fake.chat(group).upgraded_to)
            await town.rich("alice")
            await town.packet("/packet 10 1")
        async with application(fake, group, core={"database": kept}) as town:
            town.group = fake.chat(fake.chat(group).upgraded_to)
            message = await town.packet("/packet 20 1")
            await fake.confirmed(town.tap("bob", message))
            assert await town.balance("bob") == 20


async def test_the_rights_are_checked_while_it_runs() -> None:
    async with scene() as town:
        assert list(await town.adapter.platform.check()) == []
        town.fake.stands(town.fake.bot["username"], town.group, "member")
        rights, privacy = await town.adapter.platform.check()
        assert "the bot is no administrator of “The lounge”" in rights
        assert "redpacket must see it" in privacy, "phrases are typed"


# -- the webhook


async def test_a_packet_through_the_webhook() -> None:
    async with scene(web=True) as town:
        await town.rich("alice")
        message = await town.packet("/packet 30 2")
        for update in [town.tap(name, message) for name in ("bob", "carol")]:
            await town.fake.confirmed(update)
        assert await town.balance("bob") + await town.balance("carol") == 30
        assert town.fake.called("getUpdates") == []


async def test_the_webhook_lets_only_telegram_in() -> None:
    async with scene(web=True) as town:
        await until(lambda: town.fake.webhook.url)
        body = json.dumps({"update_id": 1})
        assert await town.fake.pushes(body.encode()) == 200
        assert await town.fake.pushes(body.encode(), secret="wrong") == 403
        assert await town.fake.pushes(b"{") == 400
        assert await town.fake.pushes(b"[" * 100_000) == 400
        assert await town.fake.pushes(b"x" * 10_000_000) == 413


async def test_the_webhook_says_yes_only_after_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene(web=True) as town:
        await town.rich("alice")
        await until(lambda: town.fake.webhook.url)
        failing(monkeypatch, town.app, 2)
        town.fake.faults.duplicate(1)
        update = town.fake.says("alice", town.group, "/packet 10 2")
        await town.fake.confirmed(update)
        await town.fake.until(lambda: len(town.ours()) == 1)
        assert await town.balance("alice") == 990
