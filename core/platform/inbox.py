"""The inbox: where an adapter hands in what happened, and asks what only the store knows."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from coterie.core.events import CommandCalled, Event


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal for what somebody types: what is shown, and what it stands for."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Presence:
    """An account that the store believes to be in a space; ``cursor`` is where the next page begins.

    ``standing`` is what the space last told of it, ``joined_at`` is in milliseconds, and 0 where nobody told of its
    coming: it is known by what it wrote there.
    """

    cursor: int
    id: str
    standing: str
    joined_at: int


class Inbox(Protocol):
    """Where an adapter hands in what happened."""

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Put an event on its community's lane; the future is done when its effects are committed.

        It fails with :class:`UnknownPlace` when no community owns the place, and with the store's error when nothing
        could be committed (then the platform should deliver again).
        """

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        """At most 25 proposals for an option of a command that ``who`` is typing ``where``; ``options`` has what stands
        there so far. Nothing for strangers, and never an error.
        """

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        """Accounts that the store believes to be in a space, a page at a time: ``after`` is the last one's cursor."""

    async def recall(self, name: str) -> str:
        """What :meth:`note` wrote last under a name of the adapter's own; empty when nothing was written."""

    async def note(self, name: str, value: str) -> None:
        """Keep a few words (at most 4,000 characters) over a restart: a place in a stream, never a truth."""


__all__ = ["Inbox", "Presence", "Suggestion"]
