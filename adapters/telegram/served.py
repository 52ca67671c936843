"""Which groups and channels are served; a bot can be put into any by anybody."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from coterie.core import served
from coterie.core.events import Event, SpaceMoved

log = logging.getLogger(__name__)


class Served(served.Served):
    """The groups and channels that are served, also under the ids to which they moved, and what the log tells of the
    others.
    """

    def __init__(self, chosen: Iterable[str] = ()) -> None:
        super().__init__(chosen)
        self._moved: set[str] = set()

    def has(self, space: str) -> bool:
        return space in self._moved or super().has(space)

    def allows(self, event: Event) -> bool:
        """Whether what happened belongs to a place that is served; one that is not is named in the log, once."""
        if type(event) is SpaceMoved:
            return self._allows_move(event)
        where = event.where
        if where is None or self.has(where.space):
            return True
        self.unknown(event)
        return False

    def unknown(self, event: Event) -> None:
        """Tell the operator, once for each chat, what nobody has heard, and how to change that."""
        where = event.where
        chat = "" if where is None else where.space or where.channel
        if where is None or not self.is_new(chat):
            return
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

    def _allows_move(self, event: SpaceMoved) -> bool:
        """A group that is served is served under its new id, too."""
        if event.where is None or not self.has(event.where.space):
            return False
        if not self.has(event.to):
            self._moved.add(event.to)
            log.warning(
                "the group %s became a supergroup and has the id %s now: put that in place of the old one in the "
                "configuration",
                event.where.space,
                event.to,
            )
        return True


__all__ = ["Served"]
