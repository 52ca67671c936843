"""Handles: which interactions are known, how old each is, and how far it has come."""

from __future__ import annotations

import asyncio
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Final

FIRST_ANSWER: Final = 3.0
"""Seconds that Discord waits for the first answer."""
LIFE: Final = 15 * 60 - 5.0
"""Seconds in which an interaction can be answered; Discord says 15 minutes, of which the way there needs a little."""
REMEMBERED: Final = 20_000
"""So many interactions are known; what became of others is found out when it matters."""
EPOCH: Final = 1_420_070_400.0
"""Where the time in Discord's ids begins, in seconds since 1970."""

_HANDLE: Final = re.compile(r"i:([cbmn]):([0-9]{1,20}):(\S{1,1024})", re.ASCII)
_BARE: Final = re.compile(r"([0-9]{1,20}):(\S{1,1024})", re.ASCII)


class Stage(Enum):
    """How far an interaction has come."""

    FRESH = auto()
    """Nothing was said."""
    THINKING = auto()
    """Deferred as a message: the next answer takes its place."""
    ANSWERED = auto()
    """Whatever is said now is a message of its own."""
    UNKNOWN = auto()
    """Another run of the process had it, or a request of ours had no answer."""
    OVER = auto()
    """Nothing can be said any more."""


WAITING: Final = (Stage.FRESH, Stage.THINKING)
"""The stages in which somebody waits for something to see."""


@dataclass(slots=True, eq=False)
class Interaction:
    """One interaction; ``since`` is when it was made, as far as can be told, in seconds of the clock that measures.

    ``kind`` is ``c`` for a command, ``b`` for a component, ``m`` for a modal that came from a component, ``n`` for any
    other modal, and empty where it does not matter.
    """

    kind: str
    id: str
    token: str
    since: float
    stage: Stage
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    deferral: asyncio.TimerHandle | None = None
    ending: asyncio.TimerHandle | None = None
    doubted: Mapping[str, Any] | None = None
    """A first answer of which nobody knows whether it was taken."""
    unsure: list[Mapping[str, Any]] = field(default_factory=list)
    """Further messages of which nobody knows whether they were shown."""
    expected: bool = False
    """Whether an answer waits for its turn."""
    taken: bool = False
    """Whether Discord said that it had its first answer."""

    def disarm(self) -> None:
        """Nothing happens by itself any more."""
        for timer in (self.deferral, self.ending):
            if timer is not None:
                timer.cancel()
        self.deferral = self.ending = None


class Handles:
    """The interactions of the last 15 minutes; ``clock`` only measures, ``wall`` gives the seconds since 1970."""

    def __init__(self, clock: Callable[[], float], wall: Callable[[], float]) -> None:
        self._clock = clock
        self._wall = wall
        self._known: OrderedDict[str, Interaction] = OrderedDict()

    def __iter__(self) -> Iterator[Interaction]:
        return iter(tuple(self._known.values()))

    def open(self, handle: str) -> Interaction | None:
        """An interaction that just came in; None for one that is known, and for what is no handle.

        It may have been made before it came: a resumed session tells what happened meanwhile.  An age at which Discord
        waits no more counts for nothing, as one below 0 does: the machine's clock may be wrong.
        """
        found = _HANDLE.fullmatch(handle)
        if found is None or found[2] in self._known:
            return None
        age = self._wall() - made_at(found[2])
        since = self._clock() - (age if 0 <= age < FIRST_ANSWER else 0.0)
        return self._remember(Interaction(found[1], found[2], found[3], since, Stage.FRESH))

    def known(self, handle: str) -> Interaction | None:
        """The interaction of a handle, if this run of the process remembers it."""
        found = _HANDLE.fullmatch(handle)
        return self._known.get(found[2]) if found else None

    def by_id(self, identifier: str) -> Interaction | None:
        """The interaction with an id, if this run of the process remembers it."""
        return self._known.get(identifier)

    def find(self, handle: str) -> Interaction | None:
        """The interaction of a handle, also of one that another run of the process has read; None for no handle."""
        found = _HANDLE.fullmatch(handle)
        if found is None:
            return None
        known = self._known.get(found[2])
        if known is not None:
            return known
        age = max(0.0, self._wall() - made_at(found[2]))
        return self._remember(Interaction(found[1], found[2], found[3], self._clock() - age, Stage.UNKNOWN))

    def passing(self, handle: str) -> Interaction | None:
        """An interaction that is answered once and not remembered: a handle, or ``ID:TOKEN``."""
        found = _HANDLE.fullmatch(handle)
        bare = found.group(2, 3) if found else None
        if found is None:
            found = _BARE.fullmatch(handle)
            bare = found.group(1, 2) if found else None
        return None if bare is None else Interaction("", bare[0], bare[1], self._clock(), Stage.FRESH)

    def alive(self, each: Interaction) -> bool:
        """Whether anything can still be said."""
        return each.stage is not Stage.OVER and self.age(each) < LIFE

    def young(self, each: Interaction) -> bool:
        """Whether Discord still waits for the first answer."""
        return self.age(each) < FIRST_ANSWER

    def age(self, each: Interaction) -> float:
        """Seconds since it was made."""
        return self._clock() - each.since

    def _remember(self, each: Interaction) -> Interaction:
        self._known[each.id] = each
        while len(self._known) > 1:
            oldest = next(iter(self._known.values()))
            if len(self._known) <= REMEMBERED and self.age(oldest) < LIFE:
                break
            del self._known[oldest.id]
        return each


def made_at(identifier: str) -> float:
    """When something with one of Discord's ids was made, in seconds since 1970."""
    return (int(identifier) >> 22) / 1000 + EPOCH


__all__ = ["Handles", "Interaction", "Stage", "made_at"]
