"""Reading: a raw update of Telegram's becomes the core's events.

Updates are read as the plain JSON that they come as, one by one: the library's objects cost ten times as much, and one
that does not fit them would take the updates around it along. What is of an unknown kind says nothing; what is of a
known kind and not as it should be is told of in the log, and passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from telegram.constants import UpdateType

from coterie.adapters.telegram.reading.administrators import administrators
from coterie.adapters.telegram.reading.fields import MAX_ID
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.members import asked_to_join, changed, ours_changed
from coterie.adapters.telegram.reading.messages import edited, posted
from coterie.adapters.telegram.reading.names import Names
from coterie.adapters.telegram.reading.others import answered, reacted
from coterie.adapters.telegram.reading.taps import tapped
from coterie.adapters.telegram.reading.transactions import transaction
from coterie.core.events import Event, PaymentReceived, PaymentRefunded
from coterie.core.outside import Malformed, Raw, is_whole, whole

log = logging.getLogger(__name__)

Kind = Callable[[Raw, str, Known], list[Event]]

_KINDS: Final[dict[str, Kind]] = {
    str(UpdateType.MESSAGE): posted,
    str(UpdateType.CALLBACK_QUERY): tapped,
    str(UpdateType.MESSAGE_REACTION): reacted,
    str(UpdateType.CHAT_MEMBER): changed,
    str(UpdateType.EDITED_MESSAGE): edited,
    str(UpdateType.CHANNEL_POST): posted,
    str(UpdateType.EDITED_CHANNEL_POST): edited,
    str(UpdateType.POLL_ANSWER): answered,
    str(UpdateType.MY_CHAT_MEMBER): ours_changed,
    str(UpdateType.CHAT_JOIN_REQUEST): asked_to_join,
}
_QUERY: Final = str(UpdateType.CALLBACK_QUERY)
_CHECKOUT: Final = str(UpdateType.PRE_CHECKOUT_QUERY)


class Reader:
    """Reads the updates of one bot. Beside usernames and which chats tell of comings and goings it keeps nothing."""

    def __init__(self, bot_id: int, username: str, key: bytes, names: Names) -> None:
        """``username`` is the bot's own, ``key`` signs its invoices."""
        self._known = Known(bot_id, username, key, names)

    def read(self, update: Any) -> list[Event]:
        """The events of an update, in order; never raises.

        Their keys are the update's number, except where two updates tell of one thing (a payment, a group's move).
        """
        name = ""
        try:
            number = whole(update, "update_id")
            for name, body in update.items():
                kind = _KINDS.get(name)
                if kind is not None:
                    if type(body) is not dict:
                        raise Malformed(f"{name} is not an object")
                    return kind(body, f"{self._known.prefix}{number}", self._known)
        except Exception as error:
            log.warning("update %s was passed over: %.40s %s", _number(update), name, _what(error))
        return []

    def query_of(self, update: Any) -> str:
        """The id of the callback query in an update, which wants an answer whatever it says; empty for none."""
        query = update.get(_QUERY) if type(update) is dict else None
        found = query.get("id") if type(query) is dict else None
        return found if type(found) is str and len(found) <= MAX_ID and found.isascii() else ""

    def checkout_of(self, update: Any) -> Raw | None:
        """The raw pre-checkout query in an update, which wants an answer within ten seconds; None for none."""
        found = update.get(_CHECKOUT) if type(update) is dict else None
        return found if type(found) is dict else None

    def chat_of(self, update: Any) -> str:
        """The id of the chat that an update is about; empty where it names none."""
        for body in update.values() if type(update) is dict else ():
            if type(body) is not dict:
                continue
            message = body.get("message")
            chat = message.get("chat") if type(message) is dict else body.get("chat")
            number = chat.get("id") if type(chat) is dict else None
            if is_whole(number):
                return str(number)
        return ""

    def administrators(self, chat: str, members: Any, run: int) -> list[Event]:
        """What the answer of getChatAdministrators says about a chat; ``run`` is this start's own number."""
        return administrators(chat, members, run, self._known)

    def transaction(self, entry: Any) -> PaymentReceived | PaymentRefunded | None:
        """What an entry of getStarTransactions says; None for what was no payment of our invoices."""
        return transaction(entry, self._known)

    def set_tells(self, chat: int, on: bool) -> None:
        """Say whether the bot is an administrator of a chat, so that ``chat_member`` tells its comings and goings; the
        reader learns it from updates, too.
        """
        self._known.set_tells(str(chat), on)


def _number(update: Any) -> str:
    number = update.get("update_id") if type(update) is dict else None
    return str(number) if is_whole(number) else "?"


def _what(error: Exception) -> str:
    return str(error) if isinstance(error, Malformed) else type(error).__name__


__all__ = ["Names", "Reader"]
