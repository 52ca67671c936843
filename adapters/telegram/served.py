"""Which groups and channels are served; a bot can be put into any by anybody."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from coterie.adapters.telegram.config import EVERY_CHAT
from coterie.core.events import Event, SpaceMoved

log = logging.getLogger(__name__)

TOLD_KEPT: Final = 1000
"""Unknown chats of which is remembered that the log has named them."""


class Served:
    """The chats that are served: those of ``chats``, or where that is empty those that communities name.

    As long as nobody has said what communities name, every chat is served.  Direct chats always are.
    """

    def __init__(self, chats: Iterable[str] = ()) -> None:
        self._chosen = frozenset(chats)
        self._named: set[str] | None = None
        self._moved: set[str] = set()
        self._told: OrderedDict[str, None] = OrderedDict()

    def name(self, spaces: Iterable[str]) -> None:
        """The ids of spaces that communities have; adds to those that are known."""
        self._named = (self._named or set()) | set(spaces)

    @property
    def known(self) -> frozenset[str]:
        """The ids of the chats that are served, as far as they are named one by one."""
        return (self._chosen or frozenset(self._named or ())) - {EVERY_CHAT}

    def allows(self, event: Event) -> bool:
        """Whether what happened belongs to a place that is served; one that is not is named in the log, once."""
        if type(event) is SpaceMoved:
            return self._allows_move(event)
        where = event.where
        if where is None or not where.space or self._has(where.space):
            return True
        self.unknown(event)
        return False

    def unknown(self, event: Event) -> None:
        """Tell the operator, once for each chat, what nobody has heard, and how to change that."""
        where = event.where
        chat = "" if where is None else where.space or where.channel
        if where is None or chat in self._told:
            return
        self._told[chat] = None
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        if where.space:
            log.warning(
                "the chat %s (%r) belongs to no community and is not served; to serve it, add "
                '{ platform = "telegram", id = %s } to the spaces of a [communities.NAME]',
                chat,
                where.title[:80],
                chat,
            )
        else:
            log.info("the account %s writes to the bot, and was never seen in a space of any community", chat)

    def _has(self, space: str) -> bool:
        if space in self._moved or EVERY_CHAT in self._chosen:
            return True
        if self._chosen:
            return space in self._chosen
        return self._named is None or space in self._named

    def _allows_move(self, event: SpaceMoved) -> bool:
        """A group that is served is served under its new id, too."""
        if event.where is None or not self._has(event.where.space):
            return False
        if not self._has(event.to):
            self._moved.add(event.to)
            log.warning(
                "the group %s became a supergroup and has the id %s now: put that in place of the old one in the "
                "configuration",
                event.where.space,
                event.to,
            )
        return True


__all__ = ["Served"]
