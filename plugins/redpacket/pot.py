"""A packet as its row tells it."""

from __future__ import annotations

from dataclasses import dataclass

from coterie.plugins.redpacket.rules import Split
from coterie.plugins.redpacket.terms import Terms


@dataclass(frozen=True, slots=True)
class Pot:
    """What a claim needs to know of a packet; ``sender`` is the member who gave it or, of the community's money, who
    ordered it.
    """

    id: int
    sender: int
    currency: str
    total: int
    count: int
    state: str
    taken_count: int
    taken: int
    expires_at: int
    draws_at: int | None
    terms: str

    @property
    def left(self) -> int:
        """What nobody has taken yet."""
        return self.total - self.taken

    @property
    def asks(self) -> Terms:
        """What it asks of those who want a share."""
        return Terms.read(self.terms)


@dataclass(frozen=True, slots=True)
class Packet(Pot):
    """A packet as it stands."""

    split: Split
    greeting: str
    created_at: int
    number: int
    anonymous: int
    origin: str
