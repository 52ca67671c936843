"""What taking updates in needs of its neighbours, so that each can be tried without the others."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from coterie.core.events import Event


class Caller(Protocol):
    """Requests to the Bot API, as :class:`~coterie.adapters.telegram.calls.Calls` makes them."""

    async def call(
        self,
        method: str,
        data: Mapping[str, Any],
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # a bound of the request, not of the caller's patience
        fine: Collection[str] = (),
    ) -> Any:
        """The raw result of a method; raises a :class:`~coterie.core.platform.PlatformError`."""


class Reading(Protocol):
    """Raw updates to events, as :class:`~coterie.adapters.telegram.reading.Reader` reads them."""

    def read(self, update: Any) -> list[Event]:
        """The events of an update; empty for one that says nothing."""

    def query_of(self, update: Any) -> str:
        """The id of its callback query, or an empty string."""

    def checkout_of(self, update: Any) -> dict[str, Any] | None:
        """Its raw pre-checkout query, or None."""


class Waiting(Protocol):
    """Taps that wait for an answer, as :class:`~coterie.adapters.telegram.queries.Queries` keeps them."""

    def opened(self, query: str) -> None:
        """A tap was read."""

    def expected(self, query: str) -> bool:
        """Whether an answer waits for its turn."""

    async def close(self, query: str) -> None:
        """Answer it with nothing if nobody has taken it."""


class Taker(Protocol):
    """Takes one update, as :class:`~coterie.adapters.telegram.intake.Intake` does."""

    async def take(self, update: dict[str, Any]) -> None:
        """Return when all that it says is committed; raise when the store failed and it should come again."""


__all__ = ["Caller", "Reading", "Taker", "Waiting"]
