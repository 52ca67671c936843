"""Closed doors: a private answer to somebody whom the bot cannot write to, because they never opened a chat with it."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from telegram.constants import CallbackQueryLimit

from coterie.adapters.telegram.sending import query_of
from coterie.adapters.telegram.splitting import split
from coterie.adapters.telegram.text import literal
from coterie.adapters.telegram.words import words
from coterie.core.cutting import units
from coterie.core.platform import Refused, Uncertain
from coterie.core.text import NAME_LENGTH

if TYPE_CHECKING:
    from coterie.adapters.telegram.base import Me
    from coterie.adapters.telegram.places import Places
    from coterie.adapters.telegram.posting import Poster
    from coterie.adapters.telegram.queries import Queries
    from coterie.core.actions import SendPrivate
    from coterie.core.cards import Card
    from coterie.core.events import Who

GREETING: Final = "hello"
"""What the deep link carries; to the core, ``/start hello`` is a command like any."""
LINE_PAUSE: Final = 60.0
"""Seconds in which one person is asked in public once."""
REMEMBERED: Final = 1024
"""So many people are remembered who were asked."""
_CLOSED: Final = "the person has not opened a chat with the bot"
_log = logging.getLogger(__name__)


class ClosedDoors:
    """Shows what can be shown, or the way to the bot; ``clock`` gives seconds and only measures."""

    def __init__(
        self, poster: Poster, places: Places, queries: Queries, me: Me, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._poster = poster
        self._places = places
        self._queries = queries
        self._me = me
        self._clock = clock
        self._asked: OrderedDict[str, float] = OrderedDict()

    async def answer(self, action: SendPrivate) -> None:
        """Show the beginning of a card without buttons as an alert.

        Where no tap waits, or buttons or a picture would be lost, point to the chat with the bot: by opening it at the
        person's side, or with a line in the group that says nothing of the card.  Raises :class:`Refused` then.
        """
        query = query_of(action.handle)
        if self._queries.take(query):
            whole = not action.card.buttons and action.card.picture is None
            if whole or not self._me.username:
                answered = await self._queries.answer(query, beginning(action.card), alert=True)
            else:
                answered = await self._queries.answer(query, url=self.link())
            if answered and whole:
                return
            if answered:
                raise Refused(_CLOSED)
        if action.where.space and not action.handle.startswith("j:"):  # an applicant is not there to read it
            await self._say_publicly(action)
        raise Refused(_CLOSED)

    def link(self) -> str:
        """The address that opens a chat with the bot; empty until its name is known."""
        return f"https://t.me/{self._me.username}?start={GREETING}" if self._me.username else ""

    async def _say_publicly(self, action: SendPrivate) -> None:
        """Tell a person in the group how to get the answer, at most once a minute."""
        target, now, key = self._places.target(action.where), self._clock(), action.to.id
        if now < self._asked.get(key, now):
            return
        say, name = words(action.to.locale), shown_name(action.to)
        link = self.link()
        try:
            await self._poster.ask(
                "sendMessage",
                {
                    **target,
                    "text": f"{name}: {say['closed']}",
                    "entities": [mention(action.to.id, name)],
                    "reply_markup": {"inline_keyboard": [[{"text": say["open"], "url": link}]]} if link else None,
                },
            )
        except (Refused, Uncertain) as error:
            _log.info("nobody could be told in the group either: %s", error.reason)
        self._asked[key] = now + LINE_PAUSE
        self._asked.move_to_end(key)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)


def shown_name(who: Who) -> str:
    """An account's name for a mention, never empty."""
    return literal(" ".join(who.name.split())[:NAME_LENGTH]) or "…"


def mention(account: str, name: str, offset: int = 0) -> dict[str, object]:
    """The entity that makes a name at ``offset`` (UTF-16 units) a mention of an account."""
    user = {"id": int(account), "is_bot": False, "first_name": name}
    return {"type": "text_mention", "offset": offset, "length": units(name), "user": user}


def beginning(card: Card) -> str:
    """The words of a card, cut to what an alert holds."""
    text, limit = card.plain(), CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH
    if units(text) <= limit:
        return text
    return split(text, [], limit - 1)[0][0].rstrip() + "…"
