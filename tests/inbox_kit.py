"""What inboxes of tests have in common: they remember what they are given, and know nobody."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.core.events import CommandCalled
from coterie.core.platform import Presence, Suggestion


class Unknowing:
    """An inbox without a store behind it; a test adds ``submit``."""

    def __init__(self) -> None:
        self.notes: dict[str, str] = {}

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        return ()

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        return ()

    async def recall(self, name: str) -> str:
        return self.notes.get(name, "")

    async def note(self, name: str, value: str) -> None:
        self.notes[name] = value
