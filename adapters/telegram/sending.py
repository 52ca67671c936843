"""Cards in chats: sending, private answers, edits and deletions."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.telegram.base import Base
from coterie.adapters.telegram.cards import alert, render
from coterie.adapters.telegram.refusals import Closed
from coterie.core.platform import Delivery, Refused

if TYPE_CHECKING:
    from coterie.adapters.telegram.doors import ClosedDoors
    from coterie.adapters.telegram.posting import Poster
    from coterie.core.actions import DeleteMessage, EditMessage, SendMessage, SendPrivate
    from coterie.core.cards import Card
    from coterie.core.events import Who

_NATIVE: Final = re.compile(r"(?:(-?\d{1,19}):)?(\d{1,19}(?:,\d{1,19})*)(?:/\w+)?", re.ASCII)
_ALERT: Final = "alert:"


class Messages(Base):
    """The verbs about cards.

    A native id is the ids of the messages that a card consists of (``10,11``), behind the chat and a colon when they
    stand elsewhere than in the action's place (``77:10,11``); ``alert:77`` for what was shown to account 77 and went.
    """

    poster: Poster
    doors: ClosedDoors

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        """Post a card in a chat or topic, in as many messages as it takes."""
        ids = await self.poster.send(
            self.places.target(action.where), _parts(action.card, delivery), delivery.key, action.reply_to
        )
        return ",".join(map(str, ids))

    async def send_private(self, action: SendPrivate, delivery: Delivery) -> str:
        """Answer one person: by an alert where a tap waits and the card fits, else in the direct chat.

        Where that is closed, :class:`ClosedDoors` tells the way; raises :class:`Refused` when the card was not shown.
        """
        query, words = query_of(action.handle), alert(action.card)
        if words is not None and self.queries.take(query) and await self.queries.answer(query, words, alert=True):
            return f"{_ALERT}{action.to.id}"
        chat = applicants_chat(action.handle) or user_id(action.to)
        async with self.queries.closing(query):
            try:
                return await self._directly(chat, action.card, delivery)
            except Closed:
                await self.doors.answer(action)
                return f"{_ALERT}{action.to.id}"

    async def edit(self, action: EditMessage, delivery: Delivery) -> str:
        """Show another card in place of one; the new native id where it changed.

        Nobody sees an alert any more: what should stand in its place goes to the direct chat.
        """
        native = delivery.native
        if native.startswith(_ALERT):
            return await self._directly(user_number(native.removeprefix(_ALERT)), action.card, delivery)
        chat, ids = ids_of(native)
        target: dict[str, Any] = {"chat_id": chat} if chat else self.places.target(action.where)
        now = await self.poster.change(target, ids, _parts(action.card, delivery))
        if now == ids:
            return ""
        return (f"{chat}:" if chat else "") + ",".join(map(str, now))

    async def delete(self, action: DeleteMessage, delivery: Delivery) -> str:
        """Take all messages of a card away."""
        native = delivery.native
        if not native.startswith(_ALERT):
            chat, ids = ids_of(native)
            await self.poster.take_away({"chat_id": chat} if chat else self.places.target(action.where), ids)
        return ""

    async def _directly(self, chat: int, card: Card, delivery: Delivery) -> str:
        ids = await self.poster.send({"chat_id": chat}, _parts(card, delivery), delivery.key)
        return f"{chat}:{','.join(map(str, ids))}"


def _parts(card: Card, delivery: Delivery) -> list[Any]:
    return render(card, delivery, picture=bool(delivery.pictures))


def ids_of(native: str) -> tuple[int, list[int]]:
    """The chat that a native id names (0: the action's place) and its message ids.

    Raises :class:`Refused` for one that names no message.
    """
    found = _NATIVE.fullmatch(native)
    if found is None:
        raise Refused("there is no such message on the platform")
    return int(found[1] or 0), [int(each) for each in found[2].split(",")]


def query_of(handle: str) -> str:
    """The id of the callback query that a handle stands for, if any."""
    return handle[2:] if handle.startswith("q:") else ""


def applicants_chat(handle: str) -> int:
    """The chat by which an applicant can be written to for a few minutes; 0 when the handle is about none."""
    kind, _, rest = handle.partition(":")
    return user_number(rest.partition(":")[0]) if kind == "j" else 0


def user_id(who: Who) -> int:
    """An account's number, which is also its direct chat; raises :class:`Refused` for what is no Telegram account."""
    number = user_number(who.id)
    if not number:
        raise Refused("this is no Telegram account")
    return number


def user_number(raw: str) -> int:
    """A positive number of at most 19 digits; 0 for anything else."""
    return int(raw) if raw.isascii() and raw.isdecimal() and len(raw) < 20 else 0
