"""What goes wrong: Discord's own errors, and acts that nobody could do."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]
"""A JSON object."""


class RestError(Exception):
    """An error answer: an HTTP status, Discord's code (0 when it has none), its words, and ``errors`` by field."""

    def __init__(self, status: int, code: int, message: str, errors: Json | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.errors = errors

    def body(self) -> Json:
        """The JSON body of the answer."""
        body: Json = {"message": self.message, "code": self.code}
        if self.errors:
            body["errors"] = self.errors
        return body


class NotPossible(RuntimeError):
    """A person cannot do that: banned, timed out, no such button, the invite is used up."""


def unknown(code: int, what: str) -> RestError:
    """404 with ``Unknown WHAT``."""
    return RestError(404, code, f"Unknown {what}")
