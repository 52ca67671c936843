"""Where the HTTP client of python-telegram-bot is, without a network. Peers read it too."""

from __future__ import annotations

from telegram.request import BaseRequest


class Offline(BaseRequest):
    """Stands where the HTTP client is; what derives from it says how a request is answered."""

    @property
    def read_timeout(self) -> float | None:
        """Seconds, as the library wants to know."""
        return 5.0

    async def initialize(self) -> None:
        """Nothing is to be opened."""

    async def shutdown(self) -> None:
        """Nothing is to be closed."""
