"""A town on the wire: what people do there reaches the bot as events of the gateway, and comes back as its calls."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from coterie.adapters.discord.config import SkuConfig
from coterie.adapters.discord.fake.deeds import DEEDS, Deed
from coterie.adapters.discord.fake.dialog import Dialog
from coterie.adapters.discord.fake.mirror import Mirror, snapshot
from coterie.adapters.discord.fake.model import FakeMember
from coterie.core.clock import Clock
from coterie.core.events import ButtonTapped, Event, MessageEdited, ReactionAdded, Where, Who
from coterie.core.testing.people import ADAPTER, NotConnected, Persona, Room
from coterie.core.testing.town import Committed, Town

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


@dataclass(slots=True)
class Account(Persona):
    """Somebody with an account on the server; ``number`` is its id."""

    number: str = ""

    @property
    def who(self) -> Who:
        """The account as events carry it."""
        return Who("discord", self.number, self.name, self.locale, self.bot)


class WiredTown(Town):
    """A town whose rooms are channels of one server, with the town in memory beside it.

    Who is on no platform in a scenario, or on Discord, is on the wire; the others are in the town in memory.  They all
    see the same rooms.
    """

    def __init__(self, clock: Clock, space: str, server: FakeThread[FakeDiscord]) -> None:
        super().__init__(clock, space=space)
        self.server = server
        self.guild = ""
        """The id of the server."""
        self.elsewhere = ""
        """The id of another server with the same people: a bot can write only to those with whom it shares one."""
        self.staff = ""
        """The id of the role that makes somebody an operator."""
        self.skus: dict[str, SkuConfig] = {}
        """What is sold, as the configuration of every application says it."""
        self.progress: Callable[[], Progress | None] | None = None
        """How far the bot has come; set by whoever starts applications, as is the next."""
        self.settle: Callable[[], Awaitable[None]] = _nothing
        """Returns when all that the application heard has had its effect."""
        self.twice: set[str] = set()
        """Names that are taken on Discord and elsewhere: without a platform they mean the town in memory."""
        self.mirror = Mirror(self, self._room_of, self.account_numbered)
        self._channels: dict[str, str] = {}
        self._frames: dict[str, list[str]] = {}

    def open(self) -> None:
        """Make the server, and follow from now on what is shown there; called on the town's own loop."""
        loop = asyncio.get_running_loop()

        def listen(kind: str, thing: Any) -> None:
            loop.call_soon_threadsafe(self.mirror.heard, kind, snapshot(thing))

        def begin(fake: FakeDiscord) -> tuple[str, str, str, str]:
            fake.clock = lambda: self.clock.now() / 1000
            fake.listeners.append(listen)
            features = ("MEMBER_VERIFICATION_GATE_ENABLED", "MEMBER_VERIFICATION_MANUAL_APPROVAL")
            guild = fake.add_guild(self.space, owner=fake.bot_id, channels=(HOME,), features=features)
            staff = fake.add_role(guild, "staff", permissions=1 << 5)
            return guild.id, staff.id, guild.channel(HOME).id, fake.add_guild("elsewhere", owner=fake.bot_id).id

        self.guild, self.staff, home, self.elsewhere = self.server.do(begin)
        self._channels[HOME] = home

    # -- who and where

    def persona(self, name: str, platform: str = ADAPTER) -> Persona:
        known = super().persona(name, platform)
        if isinstance(known, Account) or not self._is_wired(known):
            return known
        account = Account(known.key, known.name, known.platform)
        account.number = self.server.do(lambda fake: self._enrol(fake, account))
        self.people[account.key] = account
        return account

    def _is_wired(self, persona: Persona) -> bool:
        if persona.platform == ADAPTER:
            return persona.key not in self.twice
        return persona.platform == "discord"

    def _enrol(self, fake: FakeDiscord, account: Account) -> str:
        """Somebody who is in the server from the beginning, so that no event tells of it."""
        user = fake.person(account.key, global_name=account.name)
        for guild in (self.guild, self.elsewhere):
            fake.guild(guild).members[user.id] = FakeMember(user, fake.world.now())
        return user.id

    def account(self, who: Who) -> Account:
        """The person behind an account; raises :class:`LookupError`."""
        found = self.account_numbered(who.id)
        if found is None:
            raise LookupError(f"there is nobody with the number {who.id}")
        return found

    def account_numbered(self, number: str) -> Account | None:
        """The person with this user id."""
        for persona in self.people.values():
            if isinstance(persona, Account) and persona.number == number:
                return persona
        return None

    def person_of(self, who: Who) -> Persona:
        return self.account(who) if who.platform == "discord" else super().person_of(who)

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

    # -- what happens

    def hand_in(self, event: Event) -> Committed:
        """Do on the server what an event tells of; done when the bot has taken what the gateway says about it.

        What no event of the gateway can say (that somebody is known) is handed to the application itself.
        """
        if event.who is None or event.who.platform != "discord" or self._is_about_memory(event):
            return super().hand_in(event)
        deed: Deed | None = DEEDS.get(type(event))
        if deed is None:
            return super().hand_in(structs.replace(event, where=Where("discord", self._channels[HOME], self.guild)))
        act = deed(self, event)

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

        self._frames[event.key] = self.server.do(do)
        return asyncio.ensure_future(self._take())

    def _is_about_memory(self, event: Event) -> bool:
        """Whether it is about a message that stands in the town in memory."""
        return isinstance(event, ButtonTapped | MessageEdited | ReactionAdded) and event.message not in self.mirror.raw

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

    def fill(self, persona: Persona, answers: Mapping[str, str]) -> Committed:
        if not isinstance(persona, Account):
            return super().fill(persona, answers)
        return asyncio.ensure_future(self._dialog(persona).fill(answers))

    def cancel_form(self, persona: Persona) -> Committed:
        if not isinstance(persona, Account):
            return super().cancel_form(persona)
        return asyncio.ensure_future(self._dialog(persona).cancel())

    def _dialog(self, account: Account) -> Dialog:
        self.acted[account.key] = self.seq
        dialog = Dialog(self, account)
        dialog.check()
        return dialog

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


async def _nothing() -> None:
    return None


__all__ = ["HOME", "Account", "WiredTown"]
