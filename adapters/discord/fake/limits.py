"""Rate limits: how many calls the server takes, and what it says in headers about that."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

GLOBAL: Final = 50
"""Calls a second of one bot, those of :data:`EXEMPT` not counted."""
EXEMPT: Final = ("/interactions/", "/webhooks/")
"""The endpoints of interactions: their answers, and the follow-ups, which are the only webhooks here."""
INVALID_WINDOW: Final = 600.0
IDENTIFY_PACE: Final = 5.0
"""Seconds between two new sessions of the same group of shards."""
MAJOR: Final = ("channel_id", "guild_id", "webhook_id", "application_id", "interaction_token", "token")
"""Parameters that give a bucket of its own."""
ORDINARY: Final = (50, 1.0)
RATES: Final[Mapping[tuple[str, str], tuple[int, float]]] = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"): (1, 0.25),
    ("PUT", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"): (10, 10.0),
    ("DELETE", "/guilds/{guild_id}/members/{user_id}/roles/{role_id}"): (10, 10.0),
    ("POST", "/users/@me/channels"): (10, 10.0),
}
"""How many calls of a route in how many seconds; the others have :data:`ORDINARY`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a call: ``wait`` seconds if it was refused, and the headers of its answer."""

    headers: Mapping[str, str] = field(default_factory=dict)
    wait: float = 0
    scope: str = "user"
    blocked: bool = False
    """Whether the edge in front of the server refused it, for too many invalid requests."""


@dataclass(slots=True)
class _Window:
    """Takes so many in a stretch of time that begins with the first of them."""

    most: int
    seconds: float
    ends: float = 0
    left: int = 0

    def take(self, now: float) -> float:
        """Count one; returns the seconds to wait when it is one too many."""
        if now >= self.ends:
            self.ends, self.left = now + self.seconds, self.most
        if self.left <= 0:
            return self.ends - now
        self.left -= 1
        return 0.0


class Limits:
    """The limits of the server.  Off until :attr:`enforced` is set; then every answer has the headers of its bucket."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.enforced = False
        self.taken = 0
        """Calls that passed."""
        self.refused: Counter[str] = Counter()
        """Calls that were answered with 429, by scope: ``user``, ``global`` or ``edge``."""
        self.most_invalid = 10_000
        """Answers 401, 403 and 429 in ten minutes after which the edge refuses everything."""
        self.rates: dict[tuple[str, str], tuple[int, float]] = dict(RATES)
        self.reset()

    def reset(self) -> None:
        """Forget what was counted."""
        self._invalid: deque[float] = deque()
        self._global = _Window(GLOBAL, 1.0)
        self._buckets: dict[str, _Window] = {}
        self._identified: dict[int, float] = {}

    @property
    def invalid(self) -> int:
        """The answers 401, 403 and 429 (but for shared limits) of the last ten minutes."""
        while self._invalid and self._invalid[0] <= self.clock() - INVALID_WINDOW:
            self._invalid.popleft()
        return len(self._invalid)

    def answered(self, status: int, scope: str = "user") -> None:
        """Count the status of an answer."""
        if status in (401, 403) or (status == 429 and scope != "shared"):
            self._invalid.append(self.clock())

    def take(self, method: str, route: str, ids: Mapping[str, str]) -> Verdict:
        """Count a call."""
        now = self.clock()
        if not self.enforced:
            self.taken += 1
            return Verdict()
        if self.invalid >= self.most_invalid:
            self.refused["edge"] += 1
            return Verdict(wait=self._invalid[0] + INVALID_WINDOW - now, blocked=True)
        wait = 0.0 if route.startswith(EXEMPT) else self._global.take(now)
        if wait > 0:
            self.refused["global"] += 1
            headers = {"X-RateLimit-Global": "true", "X-RateLimit-Scope": "global", "Retry-After": f"{wait:.3f}"}
            return Verdict(headers, wait, "global")
        name, window = self._bucket(method, route, ids)
        wait = window.take(now)
        headers = {
            "X-RateLimit-Limit": str(window.most), "X-RateLimit-Remaining": str(window.left),
            "X-RateLimit-Reset": f"{window.ends:.3f}", "X-RateLimit-Reset-After": f"{window.ends - now:.3f}",
            "X-RateLimit-Bucket": name,
        }  # fmt: skip
        if wait > 0:
            self.refused["user"] += 1
            return Verdict(headers | {"X-RateLimit-Scope": "user", "Retry-After": f"{wait:.3f}"}, wait)
        self.taken += 1
        return Verdict(headers)

    def _bucket(self, method: str, route: str, ids: Mapping[str, str]) -> tuple[str, _Window]:
        name = sha256(f"{method} {route}".encode()).hexdigest()[:32]
        key = ":".join([name, *(ids[major] for major in MAJOR if major in ids)])
        if key not in self._buckets:
            self._buckets[key] = _Window(*self.rates.get((method, route), ORDINARY))
        return name, self._buckets[key]

    def may_identify(self, group: int) -> bool:
        """Whether a new session may begin now in a group of shards; counts it."""
        now = self.clock()
        allowed = not self.enforced or now - self._identified.get(group, -IDENTIFY_PACE) >= IDENTIFY_PACE
        if allowed:
            self._identified[group] = now
        return allowed
