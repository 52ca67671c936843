"""What comes in place of a result: a platform did not do something, or nobody owns the place of an event."""

from __future__ import annotations


class UnknownPlace(LookupError):
    """No community is configured for the space or account that an event came from."""


class PlatformError(Exception):
    """A platform did not do what it was asked; ``reason`` is a short sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(PlatformError):
    """Too fast or temporarily down: try again after ``seconds``; ``everywhere`` when the whole token must wait.

    ``down``: the platform cannot be reached at all, which says nothing about how fast it may be asked.
    """

    def __init__(
        self, seconds: float, reason: str = "rate limited", *, everywhere: bool = False, down: bool = False
    ) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.everywhere = everywhere
        self.down = down


class Refused(PlatformError):
    """The platform will never do this (closed direct chat, no permission, message gone)."""


class Uncertain(PlatformError):
    """It may have happened (a time-out after the request left)."""


__all__ = ["PlatformError", "Refused", "RetryLater", "Uncertain", "UnknownPlace"]
