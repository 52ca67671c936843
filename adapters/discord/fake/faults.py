"""Switches that make the server misbehave, as the real one does on a bad day."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal["fail", "reset-before", "reset-after", "slow", "junk"]
Scope = Literal["user", "global", "shared"]
PHRASES: Final = {
    400: "400: Bad Request",
    401: "401: Unauthorized",
    403: "Missing Permissions",
    404: "404: Not Found",
    429: "You are being rate limited.",
    500: "500: Internal Server Error",
    502: "502: Bad Gateway",
    503: "503: Service Unavailable",
    504: "504: Gateway Timeout",
}


@dataclass(slots=True)
class Fault:
    """What is done to the next calls that match: ``method`` and ``path`` narrow them, ``""`` matches all.

    ``path`` is a route's template or an address as it is called, without ``/api/v10``.
    """

    kind: Kind
    left: int
    method: str = ""
    path: str = ""
    status: int = 500
    code: int = 0
    message: str = ""
    retry_after: float = 1.0
    via: bool = True
    scope: Scope = "user"
    seconds: float = 0
    body: bytes = b""

    def matches(self, method: str, route: str, path: str) -> bool:
        """Whether it concerns this call."""
        return self.method.upper() in ("", method) and self.path in ("", route, path)


class Faults:
    """Faults that wait for their calls; the one set first is used first.  Each counts down and is gone at 0."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []
        self.duplicates = 0
        """So many of the next events are sent twice, with the same number."""
        self.reorders = 0
        """So many of the next events are sent after the one that follows them."""
        self.silent_heartbeats = 0
        """So many of the next heartbeats are not acknowledged."""
        self.refused_connections = 0
        """So many of the next connections to the gateway are refused with 503."""
        self.frames: deque[str | bytes] = deque()
        """Frames that go out as they are, each in front of one of the next events."""

    def fail(
        self,
        times: int = 1,
        *,
        method: str = "",
        path: str = "",
        status: int = 500,
        code: int = 0,
        message: str = "",
        retry_after: float = 1.0,
        via: bool = True,
        scope: Scope = "user",
    ) -> None:
        """Refuse the next ``times`` calls, nothing being done.

        A 429 asks for ``retry_after`` seconds in the given scope; without ``via`` it comes from the edge in front of
        Discord, with no JSON and no ``Via`` header.
        """
        words = message or PHRASES.get(status, f"{status}: Error")
        self.waiting.append(Fault("fail", times, method, path, status, code, words, retry_after, via, scope))

    def reset(self, times: int = 1, *, method: str = "", path: str = "", after: bool = False) -> None:
        """Cut the connection of the next calls, before they are carried out or ``after``."""
        self.waiting.append(Fault("reset-after" if after else "reset-before", times, method, path))

    def slow(self, seconds: float, times: int = 1, *, method: str = "", path: str = "") -> None:
        """Carry the next calls out at once and answer so many seconds (of real time) later."""
        self.waiting.append(Fault("slow", times, method, path, seconds=seconds))

    def junk(self, body: bytes, times: int = 1, *, method: str = "", path: str = "", status: int = 200) -> None:
        """Answer the next calls with these bytes as JSON, nothing being done."""
        self.waiting.append(Fault("junk", times, method, path, status, body=body))

    def duplicate(self, times: int = 1) -> None:
        """Send each of the next events twice."""
        self.duplicates += times

    def reorder(self, times: int = 1) -> None:
        """Send the next event after the one that follows it, so many times."""
        self.reorders += times

    def malformed(self, *frames: str | bytes) -> None:
        """Send these frames to the client, each in front of one of the next events; text may be anything."""
        self.frames.extend(frames)

    def mute_heartbeats(self, times: int = 1) -> None:
        """Leave the next heartbeats without an answer."""
        self.silent_heartbeats += times

    def refuse(self, times: int = 1) -> None:
        """Refuse the next connections to the gateway."""
        self.refused_connections += times

    def clear(self) -> None:
        """Behave again."""
        self.waiting.clear()
        self.frames.clear()
        self.duplicates = self.reorders = self.silent_heartbeats = self.refused_connections = 0

    def take(self, method: str, route: str, path: str) -> Fault | None:
        """The fault for this call, counted down."""
        for fault in self.waiting:
            if fault.matches(method, route, path):
                fault.left -= 1
                if fault.left <= 0:
                    self.waiting.remove(fault)
                return fault
        return None

    def counted(self, name: str) -> bool:
        """Whether the fault counted by an attribute of this name strikes now; counts it down."""
        left: int = getattr(self, name)
        if left > 0:
            setattr(self, name, left - 1)
        return left > 0
