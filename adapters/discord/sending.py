"""Cards in channels: sending, private answers, edits and deletions."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from functools import cached_property, partial
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.cards import Part, body, files, render
from coterie.adapters.discord.natives import MOST, MOST_PRIVATE, Native, fitting, read
from coterie.adapters.discord.places import DIRECT
from coterie.adapters.discord.reaching import Reaching
from coterie.core.platform import Delivery, Refused

if TYPE_CHECKING:
    from coterie.core.actions import DeleteMessage, EditMessage, RemoveMessage, SendMessage, SendPrivate
    from coterie.core.cards import Card

UNFINISHED: Final = 256
"""So many private answers of several messages are remembered of which some are out."""


class Messages(Reaching):
    """The verbs about cards."""

    @cached_property
    def _begun(self) -> OrderedDict[str, list[str]]:
        """The ids of those messages of a private answer that are out, by the key of the answer."""
        return OrderedDict()

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        """Post a card in a channel, in as many messages as it takes."""
        parts = _parts(action.card, delivery, MOST)
        channel = await self.places.target(action.where)
        return str(Native(tuple(await self.poster.send(channel, parts, delivery.key, action.reply_to))))

    async def send_private(self, action: SendPrivate, delivery: Delivery) -> str:
        """Answer one person: as answer to what they did, while that lives, else in the direct chat.

        Where that is closed, :class:`ClosedDoors` tells the way, and :class:`Refused` is raised.
        """
        parts = _parts(action.card, delivery, MOST_PRIVATE)
        ids = await self._whispered(action.handle, parts, delivery.key)
        if ids is not None:
            return str(Native(tuple(ids), "", action.handle.split(":")[2], action.to.id))
        post = partial(self.poster.send, parts=parts, key=delivery.key)
        return str(await self.directly(action.to, action.where, post, patient=not action.handle))

    async def edit(self, action: EditMessage, delivery: Delivery) -> str:
        """Show another card in place of one; the new native id where it changed.

        What should stand in place of an answer that can no longer be changed goes to the direct chat.
        """
        native = read(delivery.native)
        if native.interaction:
            return await self._edit_whisper(native, action.card, delivery)
        channel = await self.channel_of(native, action.where)
        parts = _parts(action.card, delivery, MOST)
        now = tuple(await self.poster.change(channel, native.ids, parts, delivery.key))
        return "" if now == native.ids else str(Native(now, native.channel))

    async def delete(self, action: DeleteMessage, delivery: Delivery) -> str:
        """Take all messages of a card away; an answer that can no longer be taken away goes by itself."""
        await self.withdraw(read(delivery.native), action.where)
        return ""

    async def remove_message(self, action: RemoveMessage, delivery: Delivery) -> str:
        """Take away what somebody else wrote; what is gone is done."""
        await self.withdraw(read(action.message), action.where)
        return ""

    # -- answers that one person sees

    async def _whispered(self, handle: str, parts: Sequence[Part], key: str) -> list[str] | None:
        """The ids of the messages that answer an interaction; None when it cannot be answered (any more)."""
        out = self._begun.pop(key, [])
        try:
            for part in parts[len(out) :]:
                sent = await self.interactions.answer(handle, body(part), files(part))
                if sent is None:
                    return None
                self.poster.shows(sent, part.pictures)
                out.append(sent)
        except BaseException:
            if out:
                self._begun[key] = out
                if len(self._begun) > UNFINISHED:
                    self._begun.popitem(last=False)
            raise
        return out

    async def _edit_whisper(self, native: Native, card: Card, delivery: Delivery) -> str:
        """Change the messages of an answer, add to them, or take some away."""
        parts = _parts(card, delivery, MOST_PRIVATE)
        now = list(native.ids)
        for number, part in enumerate(parts):
            if number < len(now):
                data, made = self.poster.edited(now[number], part)
                changed = await self.interactions.edit(native.interaction, now[number], data, made)
                self.poster.shows(now[number], part.pictures)
            else:
                more = await self.interactions.follow(native.interaction, body(part), files(part))
                changed = more is not None
                now += [more] if more is not None else []
            if not changed:
                return await self._instead(native, parts, delivery.key)
        for each in now[len(parts) :]:
            await self.interactions.delete(native.interaction, each)
        ids = tuple(now[: len(parts)])
        return "" if ids == native.ids else str(Native(ids, "", native.interaction, native.person))

    async def _instead(self, native: Native, parts: Sequence[Part], key: str) -> str:
        """Show in the direct chat what should stand in place of an answer that can no longer be changed."""
        if not native.person:
            raise Refused("the answer can no longer be changed, and nobody knows to whom it was")
        channel = f"{DIRECT}{native.person}"
        ids = await self.poster.send(await self.places.channel(channel), parts, key)
        return str(Native(tuple(ids), channel))


def _parts(card: Card, delivery: Delivery, most: int) -> list[Part]:
    """The messages of a card; raises :class:`Refused` for one that takes too many."""
    parts = render(card, delivery)
    fitting(parts, most)
    return parts


__all__ = ["Messages"]
