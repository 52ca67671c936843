"""How the methods of the Bot API are kept: rooms with marked functions, and the table by name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from coterie.adapters.telegram.fake.arguments import Args
from coterie.adapters.telegram.fake.world import World

Method = Callable[[Args], Any]
"""Takes a call's parameters; returns the JSON of ``result`` or an awaitable of it; raises :class:`ApiError`."""
F = TypeVar("F", bound=Callable[..., Any])


def api(name: str) -> Callable[[F], F]:
    """Mark a function as a method of the Bot API."""

    def mark(function: F) -> F:
        function.api_name = name  # type: ignore[attr-defined]
        return function

    return mark


class Room:
    """Methods about one subject."""

    def __init__(self, world: World) -> None:
        self.world = world

    def methods(self) -> dict[str, tuple[str, Method]]:
        """The room's methods: their names, by the same in lower case (the real server does not mind case either)."""
        found = {}
        for name in dir(type(self)):
            spelled = getattr(getattr(type(self), name), "api_name", "")
            if spelled:
                found[spelled.lower()] = (spelled, getattr(self, name))
        return found
