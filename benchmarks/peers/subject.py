"""What the bots of all peers share: what they handed over, and their packets.

Runs in a peer's environment: the standard library only, and SQLAlchemy where there are packets.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from benchmarks.peers.asked import Giver, Subject
from benchmarks.peers.wire import MEMBERS

if TYPE_CHECKING:
    from benchmarks.peers.packets import Packets


class PeerBot(Subject, Giver):
    """A bot; ``stub`` stands where its HTTP client is, ``path`` is that of its database, if it has packets."""

    def __init__(self, stub: Any, path: str, careful: bool) -> None:
        self.stub = stub
        self.packets = packets_at(path, careful) if path else None

    @property
    def sent(self) -> int:
        return int(self.stub.sent)

    @property
    def last(self) -> str:
        return str(self.stub.last)

    async def start(self) -> None:
        if self.packets is not None:
            await self.packets.open(MEMBERS)

    async def see(self, batch: Sequence[str]) -> None:
        await self.handle(batch)

    async def claim(self, data: str, member: object) -> str:
        """Somebody takes a share by a button that carries this; what they are told."""
        assert self.packets is not None
        return await self.packets.claim(int(data.partition(":")[2]), str(member))

    async def fund(self, total: int, shares: int) -> str:
        assert self.packets is not None
        return f"claim:{await self.packets.fund(total, shares)}"

    async def paid(self) -> dict[str, int]:
        assert self.packets is not None
        return await self.packets.paid()


def packets_at(path: str, careful: bool) -> Packets:
    """The packets in a database; SQLAlchemy is loaded only for them."""
    from benchmarks.peers.packets import Packets

    return Packets(path, careful)


async def resting(path: str, *kept: object) -> object:
    """What idles: what is kept, and its database if it has one."""
    if not path:
        return kept
    packets = packets_at(path, careful=False)
    await packets.open()
    return *kept, packets
