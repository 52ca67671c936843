"""What is put on a lane, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from coterie.core.cards import encode
from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.events import Event, PaymentReceived, PaymentRefunded, TimerDue
from coterie.storage.keys import fitting


@dataclass(frozen=True, slots=True)
class Again:
    """An event that was put off: the id of its row, and the one call that is to run."""

    row: int
    key: tuple[str, str]


@dataclass(slots=True, eq=False)
class Work:
    """Something to do on a lane: an event to dispatch, or a function to call with a context."""

    community: Community
    event: Event
    call: Callable[[Context], Any] | None = None
    future: Any = None
    outcome: Any = None
    error: BaseException | None = None
    again: Again | None = None
    ask: Callable[[Any], Any] | None = None
    """A question to the lane's dispatcher about the event, which itself does not happen."""

    @property
    def happens(self) -> bool:
        """Whether the event is one that is dispatched."""
        return self.call is None and self.ask is None


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of an event: ``duplicate`` when it had been handled before, ``failed`` calls that were left out."""

    duplicate: bool = False
    failed: tuple[str, ...] = ()


BOOKS_CHANGED: Final = ("core", "books")
"""The call of a queued row that tells a lane: another process has booked something, read balances anew."""


def books_changed(community: int, row: int, now: int) -> dict[str, Any]:
    """A row for the queue that says so, picked up within a minute by the process that runs."""
    plugin, hook = BOOKS_CHANGED
    return {
        "community_id": community,
        "id": row,
        "payload": encode(TimerDue(key=f"books:{row}", timer=row, plugin=plugin, name=hook)).decode(),
        "plugin": plugin,
        "hook": hook,
        "attempts": 0,
        "not_before": 0,
        "created_at": now,
    }


_PAID: Final = (PaymentReceived, PaymentRefunded)
DONE: Final = Handled()
DUPLICATE: Final = Handled(duplicate=True)


def dedupe_key(event: Event) -> str:
    """The key under which an event is remembered: a payment, and its being given back, by the charge, whatever brought
    the news.
    """
    if isinstance(event, _PAID) and event.who is not None:
        kept = fitting(f"pay:{event.who.platform}:{event.charge}")
        return kept if isinstance(event, PaymentReceived) else fitting(f"{kept}:refunded")
    return fitting(event.key)
