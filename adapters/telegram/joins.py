"""Join request queries: a bot that a group has put in charge of its door must answer each within ten seconds.

They came with Bot API 10.1.  Who decides later than that decides the join request itself, as before.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, Literal

from coterie.core.events import Event, JoinRequested

Verdict = Literal["approve", "decline", "queue"]
"""``queue`` leaves the request to the administrators."""

PATIENCE: Final = 10.0
"""Seconds that Telegram waits for an answer."""
KEPT: Final = 10_000
"""So many queries are remembered; the oldest are forgotten."""


class JoinQueries:
    """The queries that wait, by chat and applicant; ``clock`` gives seconds and only measures.

    Whoever reads updates calls :meth:`heard` or :meth:`opened` before the event reaches its lane; whoever decides calls
    :meth:`take`.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[tuple[str, str], tuple[str, float]] = {}

    def opened(self, chat: str, user: str, query: str) -> None:
        """A query was read."""
        self._waiting.pop((chat, user), None)
        self._waiting[chat, user] = query, self._clock() + PATIENCE
        if len(self._waiting) > KEPT:
            del self._waiting[next(iter(self._waiting))]

    def heard(self, event: Event) -> None:
        """An event was read: the handle ``j:CHAT:QUERY`` of a request to join names its query, if it has one."""
        if isinstance(event, JoinRequested) and event.who is not None and event.where is not None:
            query = event.handle.split(":", 2)[-1] if event.handle.startswith("j:") else ""
            if query:
                self.opened(event.where.space, event.who.id, query)

    def take(self, chat: str, user: str) -> str:
        """The query of an applicant that can still be answered, for whoever asks first; an empty string without one."""
        query, until = self._waiting.pop((chat, user), ("", 0.0))
        return query if self._clock() <= until else ""
