"""What servers look like, who came to them meanwhile, and what was bought: kept in mind, and looked at when needed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from coterie.adapters.discord.members import Members
from coterie.adapters.discord.rounds import Rounds
from coterie.adapters.discord.shop import Purchases, payments_of

if TYPE_CHECKING:
    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.config import SkuConfig
    from coterie.adapters.discord.invites import Invites
    from coterie.adapters.discord.reading import Guilds, Reader
    from coterie.core.events import Event, MemberJoined
    from coterie.core.platform import Inbox


class Ground(Protocol):
    """What is looked at with the help of; :class:`~coterie.adapters.discord.platform.DiscordPlatform` has it."""

    calls: Calls
    guilds: Guilds
    me: Me
    skus: Mapping[str, SkuConfig]

    @property
    def invites(self) -> Invites:
        """The invites by which people come."""


class Keeper:
    """Keeps servers in mind while payloads come in, and makes rounds after a new session."""

    def __init__(self, ground: Ground, reader: Reader, inbox: Inbox, *, pause: Callable[[int], float]) -> None:
        """``pause`` gives the seconds to wait after the n-th failure in a row."""
        self._ground = ground
        self._members = Members(ground.calls, ground.me, ground.guilds, reader, inbox, invites=ground.invites)
        self._purchases = Purchases(ground.calls, ground.me, reader, inbox, ground.skus)
        self.rounds = Rounds(pause=pause)

    def learn(self, kind: str, data: Any) -> None:
        """Take in what a payload says of a server that is served."""
        self._ground.guilds.learn(kind, data)
        self._ground.invites.learn(kind, data)

    def session_began(self) -> None:
        """Compare what was bought with what was told."""
        self.rounds.want("the shop", self._purchases.reconcile)

    def guild_came(self, guild: str) -> None:
        """Compare who is in a server with whom the store believes to be there; then the shop, whose buyers may only be
        known by that.
        """
        self.rounds.want(f"the server {guild}", lambda: self._members.reconcile(guild))
        self.session_began()

    def guild_stayed(self, guild: str) -> None:
        """A server goes on to be told of, after a restart: its invites are looked at anew."""
        self.rounds.want(f"the invites of the server {guild}", lambda: self._ground.invites.watch(guild))

    def following(self, event: Event) -> Sequence[Event]:
        """The payment that a purchase is."""
        return payments_of(event, self._ground.skus)

    def attributed(self, event: MemberJoined) -> Awaitable[MemberJoined] | None:
        """The event with the invite by which somebody came."""
        return self._ground.invites.attributed(event)


__all__ = ["Ground", "Keeper"]
