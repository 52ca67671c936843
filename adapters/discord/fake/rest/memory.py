"""What the resources remember beside the model: for limits that count, and for what is looked up again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.model import FakeMessage
    from coterie.adapters.discord.fake.state import State

NONCE_LIFE: Final = 300.0
"""Seconds in which a nonce gives the first message again ("the past few minutes")."""
LATE: Final = 3600.0
"""Seconds after which edits of a message are counted."""
LATE_EDITS, LATE_WINDOW = 3, 20.0
"""So many of them a channel in so many seconds; Discord publishes no figure."""
CREATES: Final = 200
DAY: Final = 86_400.0


@dataclass(slots=True)
class Memory:
    """What one server remembers; times are in seconds."""

    nonces: dict[str, tuple[float, FakeMessage]] = field(default_factory=dict)
    late_edits: dict[str, list[float]] = field(default_factory=dict)
    creates: dict[str, list[float]] = field(default_factory=dict)
    pinned: dict[str, float] = field(default_factory=dict)
    """Since when a message is pinned."""
    targets: dict[str, list[str]] = field(default_factory=dict)
    """Who may follow an invite, by its code, if not everybody."""

    def repeated(self, nonce: str, now: float) -> FakeMessage | None:
        """The message that was sent with a nonce a moment ago."""
        sent, message = self.nonces.get(nonce, (0.0, None))
        return message if now - sent <= NONCE_LIFE else None

    def sent(self, nonce: str, message: FakeMessage, now: float) -> None:
        """Note the nonce of a message; those that are over are forgotten now and then."""
        if len(self.nonces) > 10_000:
            self.nonces = {name: one for name, one in self.nonces.items() if now - one[0] <= NONCE_LIFE}
        self.nonces[nonce] = (now, message)

    def wait(self, channel_id: str, now: float) -> float:
        """Count an edit of an old message; returns the seconds to wait when there were too many, else 0."""
        recent = [one for one in self.late_edits.get(channel_id, ()) if now - one < LATE_WINDOW]
        self.late_edits[channel_id] = recent
        if len(recent) >= LATE_EDITS:
            return recent[0] + LATE_WINDOW - now
        recent.append(now)
        return 0

    def create(self, guild_id: str, count: int, now: float) -> bool:
        """Count new commands of a scope; False when a day's number is reached by them."""
        recent = [one for one in self.creates.get(guild_id, ()) if now - one < DAY]
        if len(recent) + count > CREATES:
            return False
        self.creates[guild_id] = recent + [now] * count
        return True


_MEMORIES: WeakKeyDictionary[State, Memory] = WeakKeyDictionary()


def memory(world: State) -> Memory:
    """What this server remembers."""
    return _MEMORIES.setdefault(world, Memory())
