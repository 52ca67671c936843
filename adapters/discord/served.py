"""Which servers are served; a public bot can be put into any by anybody."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

from coterie.adapters.discord.config import EVERY_GUILD
from coterie.core.events import Event

log = logging.getLogger(__name__)

TOLD_KEPT: Final = 1000
"""Unknown servers and accounts of which is remembered that the log has named them."""


class Served:
    """The servers that are served: those of ``guilds``, or where that is empty those that communities name.

    As long as nobody has said what communities name, every server is served.  Direct chats always are.
    """

    def __init__(self, guilds: Iterable[str] = ()) -> None:
        self._chosen = frozenset(guilds)
        self._named: set[str] | None = None
        self._told: OrderedDict[str, None] = OrderedDict()

    def name(self, spaces: Iterable[str]) -> None:
        """The ids of spaces that communities have; adds to those that are known."""
        self._named = (self._named or set()) | set(spaces)

    @property
    def known(self) -> frozenset[str]:
        """The ids of the servers that are served, as far as they are named one by one."""
        return (self._chosen or frozenset(self._named or ())) - {EVERY_GUILD}

    @property
    def everywhere(self) -> bool:
        """Whether every server is served."""
        return EVERY_GUILD in self._chosen or (not self._chosen and self._named is None)

    def has(self, guild: str) -> bool:
        """Whether a server is served; an empty id stands for direct chats."""
        return not guild or self.everywhere or guild in (self._chosen or self._named or ())

    def allows(self, event: Event) -> bool:
        """Whether what happened belongs to a place that is served; one that is not is named in the log, once."""
        where = event.where
        if where is None or self.has(where.space):
            return True
        self.tell(where.space)
        return False

    def unknown(self, event: Event) -> None:
        """Tell the operator, once for each, what no community has heard."""
        where = event.where
        if where is not None and where.space:
            self.tell(where.space)
        elif event.who is not None and self._new(event.who.id):
            log.info("the account %s writes to the bot, and was never seen in a server of any community", event.who.id)

    def tell(self, guild: str, name: str = "") -> None:
        """Tell the operator, once for each, of a server that is not served, and how to change that."""
        if self._new(guild):
            log.warning(
                "the server %s%s belongs to no community and is not served; to serve it, add "
                '{ platform = "discord", id = %s } to the spaces of a [communities.NAME]',
                guild,
                f" ({name[:100]!r})" if name else "",
                guild,
            )

    def _new(self, told: str) -> bool:
        if told in self._told:
            return False
        self._told[told] = None
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        return True


__all__ = ["Served"]
