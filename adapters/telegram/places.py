"""Places: from a raw chat to the core's ``Where``, and from that to what a request names.

A group that became a supergroup has another id. The core hears of it as ``SpaceMoved``; what is on its way meanwhile
follows here.
"""

from __future__ import annotations

import re
from typing import Any, Final

from coterie.adapters.telegram.reading.wheres import where_of
from coterie.core.events import Where
from coterie.core.platform import Refused

_CHANNEL: Final = re.compile(r"(-?[0-9]{1,19}|@[A-Za-z0-9_]{1,64})(?:/([0-9]{1,10}))?", re.ASCII)


def target_of(channel: str) -> tuple[int | str, int | None]:
    """The chat's id (or ``@name`` of a public one) and the topic's, from a channel id of the core's.

    Raises :class:`Refused` for what names no chat.
    """
    found = _CHANNEL.fullmatch(channel)
    if found is None:
        raise Refused(f"{channel[:40]!r} names no Telegram chat")
    chat, topic = found.groups()
    return chat if chat.startswith("@") else int(chat), int(topic) if topic else None


class Places:
    """What a request names, after the moves that this process has heard of."""

    def __init__(self) -> None:
        self._moves: dict[int | str, int | str] = {}

    def target(self, where: Where) -> dict[str, Any]:
        """``chat_id``, and ``message_thread_id`` for a topic, of a place's channel, or of its space where it names no
        channel; raises :class:`Refused` for a place that is no Telegram chat.
        """
        chat, topic = target_of(where.channel or where.space)
        found: dict[str, Any] = {"chat_id": self._now(chat)}
        if topic is not None:
            found["message_thread_id"] = topic
        return found

    def chat(self, where: Where) -> int | str:
        """The chat of a place's space, or of a direct chat; raises :class:`Refused` like :meth:`target`."""
        return self._now(target_of(where.space or where.channel)[0])

    def moved(self, old: int | str, new: int | str) -> None:
        """A chat has another id from now on; raises :class:`Refused` for what names no chat."""
        before, now = target_of(str(old))[0], target_of(str(new))[0]
        self._moves.pop(now, None)  # it is in use, so it leads nowhere else: there can be no circle
        if before != now:
            self._moves[before] = now

    def _now(self, chat: int | str) -> int | str:
        while chat in self._moves:
            chat = self._moves[chat]
        return chat


__all__ = ["Places", "target_of", "where_of"]
