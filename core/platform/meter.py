"""Counting requests: what an adapter asks besides the Sender's messages uses up the same limit of the bot."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

_PREPAID: ContextVar[list[None] | None] = ContextVar("coterie_prepaid", default=None)


class Meter:
    """Tells the Sender of requests that count against ``overall_rate`` and that it did not let leave itself: lookups,
    what is put away, the second half of a long message.
    """

    __slots__ = ("told",)

    def __init__(self) -> None:
        self.told: Callable[[], None] | None = None
        """Called for each of them; the Sender sets it."""

    @staticmethod
    def prepay() -> None:
        """The first request of this task is the Sender's own, and paced already."""
        _PREPAID.set([None])

    def asked(self) -> None:
        """A request leaves that counts."""
        if prepaid := _PREPAID.get():
            prepaid.pop()
        elif self.told is not None:
            self.told()


__all__ = ["Meter"]
