"""A fake on a thread of its own, driven from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coterie.core.testing.threaded import ServerThread

if TYPE_CHECKING:
    from coterie.adapters.discord.fake import FakeDiscord

S = TypeVar("S", bound="FakeDiscord")


class FakeThread(ServerThread[S]):
    """The server's thread; its addresses and the token are empty until it is entered."""

    rest_url = gateway_url = token = ""

    def started(self, served: S) -> None:
        self.rest_url, self.gateway_url, self.token = served.rest_url, served.gateway_url, served.token
