"""Switches that make the server misbehave, as the real one does on a bad day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from coterie.adapters.telegram.fake.errors import ApiError

Kind = Literal["fail", "reset-before", "reset-after", "slow", "junk"]
PHRASES: Final = {
    400: "Bad Request: the fake was told to refuse",
    403: "Forbidden: bot was blocked by the user",
    429: "Too Many Requests: retry after",
    500: "Internal Server Error",
    502: "Bad Gateway",
}


@dataclass(slots=True)
class Fault:
    """What is done to the next calls that match: ``method`` and ``chat`` narrow them, ``""`` and None match all."""

    kind: Kind
    left: int
    method: str = ""
    chat: int | None = None
    status: int = 500
    description: str = ""
    parameters: dict[str, int] = field(default_factory=dict)
    seconds: float = 0
    body: bytes = b""

    def matches(self, method: str, chat: int) -> bool:
        """Whether it concerns this call."""
        return self.method.lower() in ("", method.lower()) and self.chat in (None, chat)

    def error(self) -> ApiError:
        """The answer of a call that fails."""
        words = self.description or PHRASES.get(self.status, f"Error {self.status}")
        if self.status == 429 and not self.description:
            words = f"{words} {self.parameters.get('retry_after', 1)}"
        return ApiError(self.status, words, **self.parameters)


class Faults:
    """Faults that wait for their calls; the one set first is used first.  Each counts down and is gone at 0."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.duplicates = 0
        """So many of the next updates are handed over twice."""
        self.reorders = 0
        """So many of the next batches of more than one update come in the opposite order (polling only)."""
        self.closed: set[int] = set()
        """Users who take no direct messages, whatever they did before."""

    def fail(
        self,
        times: int = 1,
        *,
        method: str = "",
        chat: int | None = None,
        status: int = 500,
        description: str = "",
        parameters: Mapping[str, int] | None = None,
    ) -> None:
        """Refuse the next ``times`` calls, nothing being done; 429 asks for 1 second unless ``parameters`` say more."""
        given = dict(parameters or ({"retry_after": 1} if status == 429 else {}))
        self.waiting.append(Fault("fail", times, method, chat, status, description, given))

    def reset(self, times: int = 1, *, method: str = "", chat: int | None = None, after: bool = False) -> None:
        """Cut the connection of the next calls, before they are carried out or ``after``."""
        self.waiting.append(Fault("reset-after" if after else "reset-before", times, method, chat))

    def slow(self, seconds: float, times: int = 1, *, method: str = "", chat: int | None = None) -> None:
        """Carry the next calls out at once and answer so many seconds (of real time) later."""
        self.waiting.append(Fault("slow", times, method, chat, seconds=seconds))

    def junk(
        self, body: bytes, times: int = 1, *, method: str = "getUpdates", chat: int | None = None, status: int = 200
    ) -> None:
        """Answer the next calls with these bytes, nothing being done."""
        self.waiting.append(Fault("junk", times, method, chat, status, body=body))

    def duplicate(self, times: int = 1) -> None:
        """Hand each of the next updates over twice: in one answer of getUpdates, or in two requests to the webhook."""
        self.duplicates += times

    def reorder(self, times: int = 1) -> None:
        """Turn the next batches of getUpdates around."""
        self.reorders += times

    def close_dms(self, user: int) -> None:
        """Refuse direct messages to a user with 403."""
        self.closed.add(user)

    def open_dms(self, user: int) -> None:
        """Take direct messages to a user again."""
        self.closed.discard(user)

    def clear(self) -> None:
        """Behave again."""
        self.waiting.clear()
        self.closed.clear()
        self.duplicates = self.reorders = 0

    def take(self, method: str, chat: int) -> Fault | None:
        """The fault for this call, counted down."""
        for fault in self.waiting:
            if fault.matches(method, chat):
                fault.left -= 1
                if fault.left <= 0:
                    self.waiting.remove(fault)
                return fault
        return None
