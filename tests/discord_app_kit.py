"""The whole application in front of Discord, in time that can be moved: what tests of its answers and of its
durability share.

Lanes on threads, the unmodified library, the fake over sockets.  An application of a test keeps no pauses between
messages; its clock and the server's are one, which runs by itself and can be moved forward.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated, Any, ClassVar, Final

import pytest
from sqlalchemy import text

from coterie.adapters.discord import DiscordAdapter, DiscordConfig, gateway, rounds
from coterie.adapters.discord.fake import FakeChannel, FakeDiscord, FakeInteraction, FakeMessage
from coterie.adapters.discord.fake.mirror import card_of
from coterie.adapters.discord.interactions import Interactions
from coterie.adapters.discord.limits import LIMITS
from coterie.adapters.discord.platform import DiscordPlatform
from coterie.adapters.discord.posting import Poster
from coterie.core.api import (
    Button,
    Card,
    Context,
    EntitlementChanged,
    Length,
    MemberJoined,
    MemberLeft,
    PaymentReceived,
    PaymentRefunded,
    Plugin,
    Range,
    StandingChanged,
    button,
    command,
    form,
)
from coterie.core.app import App
from coterie.core.clock import ShiftedClock
from coterie.core.config import Settings
from coterie.core.events import Event, Who
from coterie.core.testing.people import card_words
from coterie.core.testing.scratch import Scratch, scratch

LATE: Final = 30.0
"""Seconds after which a handler is ended; those of tests wait for less."""
WITHIN: Final = 10.0
"""Seconds after which a test that waits for something fails."""
OPERATOR: Final = "oscar"


class Barrier(threading.Event):
    """Lets nobody through until it is set, and then everybody; :attr:`held` is set when somebody waits."""

    def __init__(self) -> None:
        super().__init__()
        self.held = threading.Event()

    def pass_through(self) -> bool:
        """Wait, within bounds, until the gate is set."""
        self.held.set()
        return self.wait(WITHIN)


class Probe(Plugin):
    """Answers in every way that there is, keeps a lane busy for as long as :attr:`gate` is shut (/hold), and writes
    down who came and went, who runs the place, and what was bought.
    """

    name: ClassVar[str] = "probe"
    gate: ClassVar[Barrier] = Barrier()

    @command("ping")
    def ping(self, ctx: Context, word: str = "") -> None:
        ctx.send(ctx.where, f"pong {word}".rstrip())

    @command("whisper")
    def whisper(self, ctx: Context, word: str = "") -> None:
        ctx.answer(f"for you alone {word}".rstrip())

    @command("nothing")
    def nothing(self, ctx: Context) -> None:
        """Do something that nobody sees."""
        ctx.audit("nothing", ctx.member)

    @command("hold")
    def hold(self, ctx: Context) -> None:
        assert self.gate.pass_through()
        ctx.send(ctx.where, "released")

    @command("board")
    def board(self, ctx: Context) -> None:
        ctx.send(ctx.where, Card(text="the board", buttons=((Button("Take", do="take"), Button("Ask", do="ask")),)))

    @button("take")
    def take(self, ctx: Context) -> None:
        ctx.ledger.grant(ctx.member, 10, reason="take", key=ctx.event.key)
        ctx.answer("ten for you")

    @button("ask")
    def ask_by_button(self, ctx: Context) -> None:
        ctx.ask("survey")

    @command("survey")
    def ask_by_command(self, ctx: Context) -> None:
        ctx.ask("survey")

    @form("survey")
    def survey(
        self,
        ctx: Context,
        one: Annotated[str, Length(50)],
        two: Annotated[str, Length(50)],
        three: Annotated[str, Length(50)],
        four: Annotated[str, Length(50)],
        five: Annotated[int, Range(1, 9)],
        six: Annotated[str, Length(50)],
        seven: Annotated[str, Length(50)],
    ) -> None:
        ctx.ledger.grant(ctx.member, five, reason="survey", key=ctx.event.key)
        ctx.answer(f"thanks for {one} {two} {three} {four} {five} {six} {seven}")

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        _note(ctx, event, "joined")

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        _note(ctx, event, "left")

    def on_standing_changed(self, event: StandingChanged, ctx: Context) -> None:
        _note(ctx, event, f"stands as {event.standing}")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        _note(ctx, event, f"paid {event.amount} for {event.charge}")

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        _note(ctx, event, f"has {event.amount} back for {event.charge}")

    def on_entitlement(self, event: EntitlementChanged, ctx: Context) -> None:
        _note(ctx, event, f"{event.entitlement} {'holds' if event.active else 'is over'}")


def _note(ctx: Context, event: Event, what: str) -> None:
    assert event.who is not None
    ctx.audit("noted", ctx.member, who=event.who.id, what=what)


class Wire:
    """One server with a channel, and the application that serves it; :func:`wire` makes one."""

    def __init__(self, fake: FakeDiscord, plugins: Sequence[type[Plugin]], more: Callable[[Wire], Mapping[str, Any]]):
        self.fake = fake
        self.plugins = plugins
        self.clock = ShiftedClock()
        self._still: float | None = None
        fake.clock = self.seconds
        self.guild = fake.add_guild("Harbour", members=[OPERATOR, "ann", "bob", "cleo"])
        self.channel = self.guild.channel("general")
        self.changes: list[str] = []
        fake.listeners.append(lambda kind, _: self.changes.append(kind))
        self._more = more
        self._database: Scratch | None = None
        self.app: App
        self.adapter: DiscordAdapter

    # -- life

    def seconds(self) -> float:
        """The time of the server and of interactions, in seconds since 1970."""
        return self.clock.now() / 1000 if self._still is None else self._still

    def stand_still(self) -> None:
        """Let no more time pass for interactions, so that a slow machine misses none of their deadlines."""
        self._still = self.seconds()

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self.clock.move_to(self.clock.now() + round(seconds * 1000))

    async def start(self) -> None:
        """Start an application on the database, and wait until it hears the server and has looked round there."""
        made = [plugin() for plugin in self.plugins]
        if self._database is None:
            self._database = scratch(made)
        settings = self._settings(self._database.url)
        values = settings.adapters["discord"].config
        assert isinstance(values, DiscordConfig)
        self.adapter = DiscordAdapter(values)
        platform = self.adapter.platform
        no_pauses = replace(LIMITS, overall_rate=0, channel_rate=0, space_rate=0)
        platform.limits = no_pauses  # type: ignore[misc]  # the class says what Discord really takes
        platform.interactions = Interactions(platform.calls, platform.me, clock=self.seconds, wall=self.seconds)
        platform.__dict__["poster"] = Poster(platform.calls, clock=self.seconds, wall=self.seconds)
        platform.connection._pause = lambda _tries: 0.01
        self.app = App(
            settings, plugins=made, adapters=[self.adapter], clock=self.clock, soft_limit=LATE, hard_limit=LATE
        )
        await self.app.start()
        await self.connected()
        await self.until(lambda: self.fake.world.commands[""])

    def _settings(self, database: str) -> Settings:
        fake, more = self.fake, self._more(self)
        discord = {"token": fake.token, "rest_url": fake.rest_url, "gateway_url": fake.gateway_url}
        home = {
            "spaces": [{"platform": "discord", "id": self.guild.id}],
            "operators": [f"discord:{fake.person(OPERATOR).id}"],
        }
        return Settings.of(
            {
                "adapters": {"discord": {**discord, **more.get("discord", {})}},
                "plugins": {plugin.name: dict(more.get(plugin.name, {})) for plugin in self.plugins},
                "communities": {"main": {**home, **more.get("community", {})}, **more.get("communities", {})},
            },
            {plugin.name: plugin.config for plugin in self.plugins},
            {"discord": DiscordConfig},
            core={"database": database},
        )

    async def stop(self) -> None:
        """Stop the application; what people do from now on waits for the next one, as long as the session lives."""
        Probe.gate.set()
        await self.app.stop()

    async def restart(self) -> None:
        """Another process on the same database."""
        await self.stop()
        await self.start()

    def falls_silent(self) -> None:
        """From now on the application says nothing more, as a process that is about to be killed."""
        interactions = self.platform.interactions
        interactions._defer_after = 3600.0
        interactions.committed = lambda handle: None  # type: ignore[method-assign]
        for each in interactions._handles:
            each.disarm()
        self.app.post.drop()

    async def restart_in_silence(self) -> None:
        """Another process on the same database, after one that fell silent; all that it heard is committed."""
        Probe.gate.set()
        await self.until(self.caught_up)
        await self.restart()

    def remove(self) -> None:
        """Give the database up."""
        if self._database is not None:
            self._database.remove()

    # -- what is there

    @property
    def platform(self) -> DiscordPlatform:
        """The platform of the application that runs."""
        return self.adapter.platform

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something about the server or the application holds; raises :class:`TimeoutError`."""
        async with asyncio.timeout(WITHIN):
            while not condition():  # noqa: ASYNC110  # not everything that may be waited for wakes the server
                await asyncio.sleep(0.005)

    def caught_up(self) -> bool:
        """Whether the application is connected, and has committed all that its session was told."""
        sessions = {session.id: session for session in self.fake.sessions.live}
        for shard in self.platform.connection.shards:
            ws = shard.socket
            if ws is None or not ws.open or ws.session_id not in sessions:
                return False
            if (ws.tracker.done or 0) < sessions[ws.session_id].sequence or ws.tracker.waiting:
                return False
        return bool(self.platform.connection.shards)

    async def connected(self) -> None:
        """Wait until all that the server has told is committed, and whatever wanted a look has had it."""
        await self.until(self.caught_up)
        keeper = self.platform.connection._keeper
        assert keeper is not None
        await self.until(lambda: not keeper.rounds._more.is_set())

    async def settled(self) -> None:
        """Wait until all that has been heard is committed and all that follows is out."""
        await self.until(self.caught_up)
        async with asyncio.timeout(WITHIN):
            await self.app.settle()

    async def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Rows of the store."""

        def look(ctx: Context) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in ctx.db.execute(text(statement)).all()]

        found: list[tuple[Any, ...]] = await self.app.on_lane(None, look)
        return found

    def who(self, name: str) -> Who:
        """Somebody's account."""
        return Who("discord", self.fake.person(name).id, name)

    async def balance(self, name: str) -> int:
        """What somebody has."""
        return await self.app.balance(self.who(name))

    async def noted(self) -> Counter[tuple[str, str]]:
        """What :class:`Probe` has written down about people, and how often."""
        people = {user.id: user.global_name or user.username for user in self.fake.world.users.values()}
        found = [json.loads(row[0]) for row in await self.rows("SELECT details FROM audit_log WHERE act = 'noted'")]
        return Counter((people[each["who"]], each["what"]) for each in found)

    async def sees(self, channel: FakeChannel, words: str, times: int = 1) -> FakeMessage:
        """Wait until so many messages of the bot that everybody sees in a channel have these words; the newest."""
        try:
            await self.until(lambda: len(showing(channel, words)) >= times)
        except TimeoutError:
            shown = "\n".join(read(message) for message in channel.shown)
            raise AssertionError(f"{words!r} is not there {times} times, but:\n{shown}") from None
        return showing(channel, words)[-1]

    async def answered(self, interaction: FakeInteraction, words: str) -> FakeMessage:
        """Wait until the newest answer to an interaction has these words; that answer."""
        try:
            await self.until(lambda: words in whispered(interaction))
        except TimeoutError:
            raise AssertionError(f"{words!r} is not shown, but: {whispered(interaction)!r}") from None
        assert interaction.shown is not None
        return interaction.shown

    # -- what people do

    def calls(self, name: str, command_name: str, options: Mapping[str, Any] | None = None) -> FakeInteraction:
        """Somebody calls a command in the channel."""
        return self.fake.calls_command(name, self.channel, command_name, options or {})

    def taps(self, name: str, message: FakeMessage, label: str) -> FakeInteraction:
        """Somebody presses a button."""
        (custom_id,) = (each["custom_id"] for each in message.buttons if each.get("label") == label)
        return self.fake.taps(name, message, custom_id)

    async def board(self) -> FakeMessage:
        """A message with buttons in the channel: "Take" gives ten points a tap, "Ask" opens a form."""
        self.calls(OPERATOR, "board")
        return await self.sees(self.channel, "the board")

    async def still_answers(self, word: str) -> None:
        """A normal command is answered in the channel: nothing that came before it holds anything up."""
        self.calls(OPERATOR, "ping", {"word": word})
        await self.sees(self.channel, f"pong {word}")

    async def hold(self) -> FakeInteraction:
        """Keep the community's lane busy until :meth:`release`."""
        held = self.calls(OPERATOR, "hold")
        assert await asyncio.to_thread(Probe.gate.held.wait, WITHIN)
        return held

    def release(self) -> None:
        """Let the lane go on."""
        Probe.gate.set()


def read(message: FakeMessage) -> str:
    """The words of a message."""
    return card_words(card_of(message))


def whispered(interaction: FakeInteraction) -> str:
    """The words of the newest answer to an interaction; empty where there is none."""
    return "" if interaction.shown is None else read(interaction.shown)


def showing(channel: FakeChannel, words: str) -> list[FakeMessage]:
    """The bot's messages that everybody sees in a channel and that have these words."""
    return [message for message in channel.shown if message.own and words in read(message)]


@asynccontextmanager
async def wire(
    plugins: Sequence[type[Plugin]] = (), more: Callable[[Wire], Mapping[str, Any]] = lambda _: {}
) -> AsyncIterator[Wire]:
    """A running application with :class:`Probe` and other plugins.

    ``more`` gives the settings of plugins by their names, of the adapter (``discord``), of the community
    (``community``) and of others beside it (``communities``).  At the end the books must balance.
    """
    Probe.gate = Barrier()
    async with FakeDiscord() as fake:
        made = Wire(fake, [Probe, *plugins], more)
        try:
            await made.start()
            try:
                yield made
                assert await made.app.verify_ledger() == []
            finally:
                await made.stop()
        finally:
            made.remove()


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looks round the server follow one another at once, and the place in the stream is noted at once."""
    monkeypatch.setattr(rounds, "BETWEEN", 0.0)
    monkeypatch.setattr(gateway, "NOTED", 0.01)
