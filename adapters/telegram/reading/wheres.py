"""Where something happened: a raw chat becomes a place."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import ChatType

from coterie.core.events import Where
from coterie.core.outside import Malformed, Raw, is_whole, line

PLATFORM: Final = "telegram"
"""The name of the platform and of its adapter."""
_PRIVATE: Final = str(ChatType.PRIVATE)
_CHANNEL: Final = str(ChatType.CHANNEL)
_GROUPS: Final = frozenset(map(str, (ChatType.GROUP, ChatType.SUPERGROUP)))


def where_of(chat: Any, message: Raw | None) -> Where:
    """The place of a chat, or of the topic in it that a message stands in.

    ================ ============================ =============== ===========
    chat             channel                      space           kind
    ================ ============================ =============== ===========
    private          the chat's id                empty           dm
    group            the chat's id                the chat's id   room
    topic of a group ``{chat's id}/{topic's id}`` the chat's id   thread
    channel          the chat's id                the chat's id   broadcast
    ================ ============================ =============== ===========

    The topic "General" is the group itself, and a private chat has no topics. Raises :class:`Malformed`.
    """
    if type(chat) is not dict:
        raise Malformed("chat is not an object")
    number, kind = chat.get("id"), chat.get("type")
    if not is_whole(number):
        raise Malformed("chat.id is not a whole number")
    if type(kind) is not str:
        raise Malformed("chat.type is not a text")
    identifier = str(number)
    if kind in _GROUPS:
        if message is not None and message.get("is_topic_message") is True:
            topic = message.get("message_thread_id")
            if is_whole(topic) and topic > 0:
                return Where(PLATFORM, f"{identifier}/{topic}", identifier, "thread", line(chat, "title"))
        return Where(PLATFORM, identifier, identifier, "room", line(chat, "title"))
    if kind == _PRIVATE:
        return Where(PLATFORM, identifier, "", "dm")
    if kind == _CHANNEL:
        return Where(PLATFORM, identifier, identifier, "broadcast", line(chat, "title"))
    raise Malformed("chat.type is none that is known")


def direct_of(account: str) -> Where:
    """The direct chat of an account with the bot; its id is the account's."""
    return Where(PLATFORM, account, "", "dm")
