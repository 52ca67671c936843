"""Closed doors: a private answer to somebody who takes no direct messages from the bot."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.words import words
from coterie.core.platform import Refused, Uncertain

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.places import Places
    from coterie.core.events import Where, Who

LINE_PAUSE: Final = 60.0
"""Seconds in which one person is asked in public once."""
REMEMBERED: Final = 1024
"""So many people are remembered who were asked."""
CLOSED: Final = "the person does not take direct messages from the bot"
_log = logging.getLogger(__name__)


class ClosedDoors:
    """Tells people in public how to open their direct messages; ``clock`` gives seconds and only measures."""

    def __init__(self, calls: Calls, places: Places, clock: Callable[[], float] = time.monotonic) -> None:
        self._calls = calls
        self._places = places
        self._clock = clock
        self._asked: OrderedDict[str, float] = OrderedDict()

    async def tell(self, to: Who, where: Where) -> None:
        """Post a line in the channel that says nothing of the answer, at most once a minute; none outside a server.

        Raises :class:`RetryLater` when the line must wait.
        """
        now = self._clock()
        if not where.space or now < self._asked.get(to.id, now):
            return
        line = {
            "content": f"<@{to.id}> {words(to.locale)['closed']}",
            "allowed_mentions": {"parse": [], "users": [to.id]},
        }
        try:
            ids = {"channel_id": await self._places.target(where)}
            await self._calls.call("POST", "/channels/{channel_id}/messages", line, ids=ids)
        except (Refused, Uncertain) as error:
            _log.info("nobody could be told in the channel either: %s", error.reason)
        self._asked[to.id] = now + LINE_PAUSE
        self._asked.move_to_end(to.id)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)


__all__ = ["CLOSED", "ClosedDoors"]
