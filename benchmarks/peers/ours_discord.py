"""Coterie behind Discord, asked as the peers are; dispatch without a store."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.discord import Ours
from benchmarks.peers.asked import main


class Commands:
    """The chain of the benchmark of Discord, with as many plugins as are asked for."""

    def __init__(self, plugins: int) -> None:
        self.ours = Ours(plugins)

    @property
    def sent(self) -> int:
        """How many answers were handed over."""
        return self.ours.requests.sent

    @property
    def last(self) -> str:
        """The latest answer."""
        return str(self.ours.requests.last["content"])

    async def start(self) -> None:
        """Be ready; the guild is seen."""
        await self.ours.start()

    async def see(self, batch: Sequence[str]) -> None:
        """The guild is seen already."""

    async def handle(self, batch: Sequence[str]) -> None:
        """In batches, as a lane takes them."""
        await self.ours.seconds(list(batch))

    async def together(self, batch: Sequence[str]) -> None:
        """All at once."""
        await self.handle(batch)


def bot(plugins: int, path: str, careful: bool) -> Commands:
    """The subject that is asked for."""
    return Commands(plugins)


if __name__ == "__main__":
    main(bot)
