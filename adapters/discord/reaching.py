"""What reaches people: posts in channels, direct chats, and the way there for those whose direct chat is closed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING

from coterie.adapters.discord.base import Base
from coterie.adapters.discord.doors import CLOSED, ClosedDoors
from coterie.adapters.discord.natives import Native
from coterie.adapters.discord.places import DIRECT, is_id
from coterie.adapters.discord.posting import Poster
from coterie.adapters.discord.refusals import Closed
from coterie.core.platform import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

    from coterie.core.events import Where, Who


class Reaching(Base):
    """What the verbs about cards and those about forms share."""

    @cached_property
    def poster(self) -> Poster:
        """Posts in channels."""
        return Poster(self.calls)

    @cached_property
    def doors(self) -> ClosedDoors:
        """Tells the way to those whose direct messages are closed."""
        return ClosedDoors(self.calls, self.places)

    async def directly(
        self, to: Who, where: Where, post: Callable[[str], Awaitable[Sequence[str]]], *, patient: bool = True
    ) -> Native:
        """Let ``post`` post in somebody's direct chat, whose channel id it gets, and return the ids of its messages.

        Where the chat is closed, the person is told in the channel ``where``.  Raises :class:`Refused` then, and for
        what is no Discord account; :class:`RetryLater` when it would take long and nobody is ``patient``.
        """
        if not is_id(to.id):
            raise Refused("this is no Discord account")
        chat = f"{DIRECT}{to.id}"
        try:
            ids = await post(await self.places.channel(chat, patient=patient))
        except Closed:
            await self.doors.tell(to, where)
            raise Refused(CLOSED) from None
        return Native(tuple(ids), chat)

    async def withdraw(self, native: Native, where: Where) -> None:
        """Take messages away; what is gone is done."""
        if native.interaction:
            for each in native.ids:
                await self.interactions.delete(native.interaction, each)
        else:
            await self.poster.take_away(await self.channel_of(native, where), native.ids)

    async def channel_of(self, native: Native, where: Where) -> str:
        """The id of the channel in which messages stand."""
        return await (self.places.channel(native.channel) if native.channel else self.places.target(where))


__all__ = ["Reaching"]
