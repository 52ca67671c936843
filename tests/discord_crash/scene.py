"""Discord in front of the bot: how things are done there, and what is seen of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar, Final

from sqlalchemy import text

from coterie.adapters.discord.fake import FakeDiscord, FakeInteraction, FakeMessage, FakeThread, NotPossible
from coterie.adapters.discord.fake.mirror import card_of
from coterie.adapters.discord.fake.model import LOADING
from coterie.adapters.discord.limits import LIMITS
from coterie.adapters.discord.natives import read as read_native
from coterie.adapters.discord.sequence import Place, read_place
from coterie.adapters.discord.steps import ORIGINAL
from coterie.core.testing.people import card_words
from coterie.storage.engine import open_engine
from tests.cli_kit import PATIENCE
from tests.killing.books import reading, rows
from tests.killing.deeds import FUNDS, Ask, CheckIn, Deed, Grab, Packet, Pay
from tests.killing.hearing import Seen
from tests.killing.process import eventually
from tests.killing.scene import FOR_EVER, MANY, ROOMS, Scene

NOTE: Final = "note:discord:shard:0/1"
MESSAGES: Final = "/channels/{channel_id}/messages"
OPENING: Final = ("POST", "/users/@me/channels")
QUICKLY: Final = (20, 1.0)
"""So many direct chats may be opened in so many seconds: Discord publishes no figure, and the server's is slow."""


class DiscordScene(Scene[FakeDiscord]):
    """One server with :data:`ROOMS` channels; an event's number is its place in the session's stream."""

    platform: ClassVar[str] = "discord"
    in_flight: ClassVar[int] = LIMITS.in_flight
    repeats: ClassVar[bool] = False
    doubts: ClassVar[int] = 3
    fake: FakeThread[FakeDiscord]

    def settle(self, server: FakeDiscord, people: int) -> None:
        server.listeners.append(self.ear.hear)
        found = [server.person(f"P{number}") for number in range(people)]
        names = [f"room-{number}" for number in range(ROOMS)]
        self.guild = server.add_guild("Harbour", owner=found[0], members=found, channels=names)
        self.people = [int(user.id) for user in found]
        self.rooms = [int(self.guild.channel(name).id) for name in names]
        self.interactions: dict[int, FakeInteraction] = {}
        """What came of deeds, by the numbers of their events."""

    def adapter(self) -> str:
        fake = self.fake
        return f'token = "{fake.token}"\nrest_url = "{fake.rest_url}"\ngateway_url = "{fake.gateway_url}"'

    def spaces(self) -> Collection[int]:
        return (int(self.guild.id),)

    # -- what is seen

    def read(self, kind: str, thing: Any) -> Seen | None:
        if kind not in ("sent", "edited") or not isinstance(thing, FakeMessage) or not thing.own:
            return None
        if thing.flags & LOADING:  # what takes the place of it is the message
            return None
        recipient = thing.channel.recipient
        to = int(thing.seen_by or (thing.channel.id if recipient is None else recipient.id))
        token = next((button["custom_id"] for button in thing.buttons if "custom_id" in button), "")
        return Seen(to, card_words(card_of(thing)), thing.id, token)

    def posts(self, channel: str, native: str) -> Collection[str]:
        found = read_native(native)
        return [self._original(found.interaction) if each == ORIGINAL else each for each in found.ids]

    def _original(self, interaction: str) -> str:
        """The id of the first answer, where Discord did not tell it."""
        (made,) = (each for each in self.interactions.values() if each.id == interaction)
        return made.original.id if made.original is not None else ""

    # -- what people do

    def act(self, server: FakeDiscord, deed: Deed) -> int:
        try:
            interaction = self._act(server, deed)
        except NotPossible:  # the card says by now that the packet is empty
            assert isinstance(deed, Grab)
            return 0
        number = _sequence(server)
        self.interactions[number] = interaction
        return number

    def _act(self, server: FakeDiscord, deed: Deed) -> FakeInteraction:
        who, place, command, words = str(deed.who), server.direct(str(deed.who)), "fund", {"amount": FUNDS}
        match deed:
            case Grab():
                return server.taps(who, deed.card.message, deed.card.token)
            case Pay():
                pay = {"member": f"discord:{deed.to}", "amount": str(deed.amount), "note": f"note-{deed.amount}"}
                return server.calls_command(who, str(self.rooms[0]), "pay", pay | {"currency": "points"})
            case Packet():
                packet = {"total": deed.shares * 100, "shares": deed.shares, "greeting": deed.greeting}
                return server.calls_command(who, str(deed.room), "packet", packet)
            case CheckIn():
                command, words = "checkin", {}
            case Ask():
                command, words = "balance", {}
        return server.calls_command(who, place, command, words)

    def broadcast(self, server: FakeDiscord, who: int, text: str) -> None:
        server.calls_command(str(who), str(self.rooms[0]), "broadcast", {"audience": "not left", "text": text})

    # -- how far the bot is

    def awake(self) -> None:
        self.fake.wait(lambda server: server.until(lambda: server.sessions.live, PATIENCE), PATIENCE)
        eventually(self.place, bool)

    def pending(self) -> set[int]:
        place = self.place()
        return set(range(1 if place is None else place.sequence + 1, self.fake.do(_sequence) + 1))

    def confirmed(self) -> None:
        eventually(self.pending, lambda pending: not pending)

    def place(self) -> Place | None:
        """The place in Discord's stream that the bot has noted, from which the next process goes on."""
        with reading(self.url) as connection:
            found = rows(connection, f"SELECT value FROM settings WHERE name = '{NOTE}'")
        return read_place(found[0][0]) if found else None

    def forget_since(self, place: Place) -> None:
        """Let the note be as if the process had died before it wrote the next one."""
        engine = open_engine(self.url, pool_size=1)
        try:
            with engine.begin() as connection:
                change = text("UPDATE settings SET value = :value WHERE name = :name")
                connection.execute(change, {"value": place.text(), "name": NOTE})
        finally:
            engine.dispose()

    # -- a bad day

    def refuse(self, server: FakeDiscord) -> None:
        for method in ("POST", "PATCH", "DELETE"):
            server.faults.fail(MANY, method=method, status=429)

    def doubt(self, server: FakeDiscord) -> None:
        server.faults.slow(FOR_EVER, self.doubts, method="POST", path=MESSAGES)
        server.faults.fail(MANY, method="POST", path=MESSAGES, status=429)

    def calm(self, server: FakeDiscord) -> None:
        server.faults.clear()

    def enforce(self, server: FakeDiscord, *, patient: bool) -> None:
        server.limits.enforced = True
        if not patient:
            server.limits.rates[OPENING] = QUICKLY


def _sequence(server: FakeDiscord) -> int:
    """The number of the last event of the one session that there is."""
    (session,) = server.sessions.known.values()
    return session.sequence


__all__ = ["DiscordScene"]
