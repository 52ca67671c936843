"""What the reader knows beside the update that it reads."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from coterie.adapters.telegram.reading.names import Names

CHATS_KEPT: Final = 10_000
"""Chats of which is remembered that they tell of comings and goings."""


class Known:
    """The bot itself, the key of its invoices, usernames, and the chats that tell of comings and goings.

    An administrator bot hears of every coming and going by ``chat_member``, with the invite link. The chat's service
    messages then say the same again, without the link, and perhaps first or much later: they are left alone there.
    """

    __slots__ = ("_telling", "bot", "bot_id", "key", "names", "prefix", "username")

    def __init__(self, bot_id: int, username: str, key: bytes, names: Names) -> None:
        self.bot_id: Final = bot_id
        self.bot: Final = str(bot_id)
        self.username: Final = username.removeprefix("@").lower()
        self.key: Final = key
        self.names: Final = names
        self.prefix: Final = f"telegram:{bot_id}:"
        self._telling: OrderedDict[str, None] = OrderedDict()

    def tells(self, space: str) -> bool:
        """Whether a chat's comings and goings are told by ``chat_member``."""
        return space in self._telling

    def set_tells(self, space: str, on: bool) -> None:
        """Note whether they are."""
        if not on:
            self._telling.pop(space, None)
            return
        self._telling[space] = None
        self._telling.move_to_end(space)
        if len(self._telling) > CHATS_KEPT:
            self._telling.popitem(last=False)
