"""What may have been made already: Discord has no key against doubles for anything but messages."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Final

from coterie.core.platform import Uncertain

REMEMBERED: Final = 1_000
"""So many requests are remembered of which nobody knows what became."""
SLACK: Final = 5_000
"""Milliseconds by which Discord's clock may be behind."""


class Doubts:
    """Requests whose answer never came, by the key of what they deliver, with the moment before they left."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        """``clock`` gives seconds since 1970 UTC."""
        self._clock = clock
        self._since: OrderedDict[str, int] = OrderedDict()

    async def once(self, key: str, make: Callable[[], Awaitable[str]], find: Callable[[int], Awaitable[str]]) -> str:
        """The id of what ``make`` made; when it was asked before and nobody knows what became of it, ``find`` looks
        first for what was made since an instant (milliseconds; empty for nothing).
        """
        since = self._since.get(key)
        if since is not None and (found := await find(since)):
            self._since.pop(key, None)
            return found
        asked = int(self._clock() * 1000) - SLACK
        try:
            made = await make()
        except Uncertain:
            self._since.setdefault(key, asked)
            if len(self._since) > REMEMBERED:
                self._since.popitem(last=False)
            raise
        self._since.pop(key, None)
        return made


__all__ = ["Doubts"]
