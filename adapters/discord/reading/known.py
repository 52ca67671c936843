"""What the reader knows beside the payload that it reads."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Final, Generic, TypeVar

from coterie.adapters.discord.reading.guilds import Guilds

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

KEPT: Final = 50_000
"""Entries of each thing that is remembered; what was not touched for longest is forgotten first."""


class Recent(Generic[K, V]):
    """A dictionary that keeps what was written last."""

    __slots__ = ("_entries", "_limit")

    def __init__(self, limit: int = KEPT) -> None:
        self._limit = limit
        self._entries: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._entries)

    def __contains__(self, key: object) -> bool:
        return key in self._entries

    def get(self, key: K) -> V | None:
        """What was written under a key; None where nothing was, or where it is forgotten."""
        return self._entries.get(key)

    def put(self, key: K, value: V) -> None:
        """Write, as the newest."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def drop(self, key: K) -> bool:
        """Forget; returns whether anything was there."""
        return self._entries.pop(key, None) is not None

    def items(self) -> list[tuple[K, V]]:
        """All that is there, oldest first."""
        return list(self._entries.items())


class Known:
    """The bot itself, guilds, who runs them, who has not agreed to their rules yet, and what people voted.

    All but the guilds is gone with the process; :mod:`members` and :mod:`votes` say what follows from that.
    """

    __slots__ = ("application", "bot", "guilds", "operators", "prefix", "screened", "votes")

    def __init__(self, bot: str, application: str, guilds: Guilds, prefix: str) -> None:
        self.bot: Final = bot
        self.application: Final = application
        self.guilds: Final = guilds
        self.prefix: Final = prefix
        self.operators: Final[Recent[tuple[str, str], tuple[str, ...]]] = Recent()
        """The roles of whoever is known to run a guild, by guild and user."""
        self.screened: Final[Recent[tuple[str, str], bool]] = Recent()
        """Whether a newcomer has yet to agree to a guild's rules, by guild and user."""
        self.votes: Final[Recent[tuple[str, str], frozenset[int]]] = Recent()
        """The options that somebody has chosen, by poll and user."""
