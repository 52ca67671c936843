"""What goes wrong: the Bot API's own errors, and acts that nobody could do."""

from __future__ import annotations

from typing import Any, Final

REASONS: Final = {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 409: "Conflict"}


class ApiError(Exception):
    """An error answer: an HTTP status, the description after its reason, and the ``parameters`` of the body."""

    def __init__(self, status: int, description: str, **parameters: int) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class NotPossible(RuntimeError):
    """A person cannot do that: banned, muted, no such button, the link is used up."""


def bad(description: str, **parameters: int) -> ApiError:
    """400 with ``Bad Request: description``."""
    return ApiError(400, f"Bad Request: {description}", **parameters)


def forbidden(description: str) -> ApiError:
    """403 with ``Forbidden: description``."""
    return ApiError(403, f"Forbidden: {description}")


def conflict(description: str) -> ApiError:
    """409 with ``Conflict: description``."""
    return ApiError(409, f"Conflict: {description}")


def too_many(seconds: int) -> ApiError:
    """429 that asks to wait so many whole seconds."""
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
