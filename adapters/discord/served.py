"""Which servers are served; a public bot can be put into any by anybody."""

from __future__ import annotations

import logging

from coterie.core import served
from coterie.core.events import Event

log = logging.getLogger(__name__)


class Served(served.Served):
    """The servers that are served, and what the log tells of the others."""

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
        elif event.who is not None and self.is_new(event.who.id):
            log.info("the account %s writes to the bot, and was never seen in a server of any community", event.who.id)

    def tell(self, guild: str, name: str = "") -> None:
        """Tell the operator, once for each, of a server that is not served, and how to change that."""
        if self.is_new(guild):
            log.warning(
                "the server %s%s belongs to no community and is not served; to serve it, add "
                '{ platform = "discord", id = %s } to the spaces of a [communities.NAME]',
                guild,
                f" ({name[:100]!r})" if name else "",
                guild,
            )


__all__ = ["Served"]
