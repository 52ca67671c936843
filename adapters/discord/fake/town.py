"""A town on Discord: what people do there reaches the bot as events of the gateway, and comes back as its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.config import SkuConfig
from coterie.adapters.discord.fake.deeds import DEEDS, Act
from coterie.adapters.discord.fake.dialog import Dialog
from coterie.adapters.discord.fake.mirror import Mirror
from coterie.adapters.discord.fake.model import FakeMember
from coterie.core.clock import Clock
from coterie.core.events import Event, Where
from coterie.core.testing.people import NotConnected, Room
from coterie.core.testing.town import Committed
from coterie.core.testing.wired import Account, WiredTown

if TYPE_CHECKING:
    from coterie.adapters.discord.fake import FakeDiscord, FakeThread
    from coterie.core.actions import SendInvoice

HOME: Final = "general"
"""The channel that is there from the beginning."""
WITHIN: Final = 10.0
"""Seconds in which the bot has to take what happened."""
STEP: Final = 0.001
"""Seconds between two looks at how far it is."""

Progress = tuple[str, int]
"""A session, and the number of an event of it."""


class DiscordTown(WiredTown["FakeDiscord", str]):
    """A town whose rooms are channels of one server."""

    wire = "discord"
    deeds = DEEDS
    server: FakeThread[FakeDiscord]
    mirror: Mirror

    def __init__(self, clock: Clock, space: str, server: FakeThread[FakeDiscord]) -> None:
        super().__init__(clock, space, server)
        self.guild = ""
        """The id of the server."""
        self.elsewhere = ""
        """The id of another server with the same people: a bot can write only to those with whom it shares one."""
        self.staff = ""
        """The id of the role that makes somebody an operator."""
        self.skus: dict[str, SkuConfig] = {}
        """What is sold, as the configuration of every application says it."""
        self.progress: Callable[[], Progress | None] | None = None
        """How far the bot has come; set by whoever starts applications."""
        self.mirror = Mirror(self, self._room_of, self.account_numbered)
        self._channels: dict[str, str] = {}
        self._frames: dict[str, list[str]] = {}

    def found(self, fake: FakeDiscord) -> None:
        features = ("MEMBER_VERIFICATION_GATE_ENABLED", "MEMBER_VERIFICATION_MANUAL_APPROVAL")
        guild = fake.add_guild(self.space, owner=fake.bot_id, channels=(HOME,), features=features)
        self.guild, self.staff = guild.id, fake.add_role(guild, "staff", permissions=1 << 5).id
        self._channels[HOME] = guild.channel(HOME).id
        self.elsewhere = fake.add_guild("elsewhere", owner=fake.bot_id).id

    def enrol(self, fake: FakeDiscord, key: str, name: str) -> str:
        user = fake.person(key, global_name=name)
        for guild in (self.guild, self.elsewhere):
            fake.guild(guild).members[user.id] = FakeMember(user, fake.world.now())
        return user.id

    def home_on_wire(self) -> Where:
        return Where(self.wire, self._channels[HOME], self.guild)

    def channel_of(self, room: Room) -> str:
        """The id of the channel that a room is, made at its first use; of a direct chat, too."""
        if room.id not in self._channels:
            owner = self.people[room.owner] if room.owner else None
            if isinstance(owner, Account):
                number = owner.number
                self._channels[room.id] = self.server.do(lambda fake: fake.direct(number).id)
            else:
                self._channels[room.id] = self.server.do(lambda fake: fake.add_channel(self.guild, room.id).id)
        return self._channels[room.id]

    def _room_of(self, channel: str, recipient: str) -> Room | None:
        """The room that a channel is; ``recipient`` is the other side of a direct chat."""
        if recipient:
            account = self.account_numbered(recipient)
            return None if account is None else self.dm(account)
        found = next((room for room, known in self._channels.items() if known == channel), None)
        return None if found is None else self.room(found)

    def perform(self, key: str, act: Act) -> Committed:
        def do(fake: FakeDiscord) -> list[str]:
            sessions = fake.sessions.live
            before = {session.id: session.sequence for session in sessions}
            act(fake)
            return [
                frame
                for session in sessions
                for number, _, frame in session.buffer
                if number > before.get(session.id, session.sequence)
            ]

        self._frames[key] = self.server.do(do)
        return asyncio.ensure_future(self._take())

    async def _take(self) -> None:
        await self.caught_up()

    async def caught_up(self) -> bool:
        """Wait until the bot has taken all that its sessions were told; whether there was anything to wait for.

        Raises :class:`TimeoutError`.
        """
        waited = False
        async with asyncio.timeout(WITHIN):
            while self.progress is not None:
                told = self.server.do(lambda fake: {each.id: each.sequence for each in fake.sessions.live if each.line})
                done = self.progress()
                # A session that nobody is told of yet is about to go on, or to be refused.
                if done is not None and done[0] in told and done[1] >= told[done[0]]:
                    break
                waited = True
                await asyncio.sleep(STEP)
        return waited

    def sell(self, action: SendInvoice) -> None:
        """Put something into the shop that pays an invoice."""
        if action.invoice not in self.skus:
            sku = self.server.do(lambda fake: fake.add_sku(action.title, type=3).id)
            currency = SkuConfig(id=sku, invoice=action.invoice, amount=action.amount, currency=action.currency)
            self.skus[action.invoice] = currency
            self.mirror.invoices[sku] = action

    def answers_of(self, account: Account[str]) -> Dialog:
        return Dialog(self, account)

    def redeliver(self, event: Event) -> Committed:
        if event.key not in self._frames:
            return super().redeliver(event)
        if self.progress is None:
            raise NotConnected("nobody takes events: start an application first")
        frames = self._frames[event.key]

        def again(fake: FakeDiscord) -> None:
            for session in fake.sessions.live:
                for frame in frames if session.line is not None else ():
                    session.line.push(frame)  # type: ignore[union-attr]

        self.server.do(again)
        return asyncio.ensure_future(self._redelivered())

    async def _redelivered(self) -> None:
        # Nothing tells that a frame came again: a heartbeat's time on the loopback, and what it says is known already.
        await asyncio.sleep(0.05)
        await self.settle()


__all__ = ["HOME", "DiscordTown"]
