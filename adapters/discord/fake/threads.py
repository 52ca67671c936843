"""A fake on a thread of its own, driven from another."""

from __future__ import annotations

from typing import Protocol, TypeVar

from coterie.core.testing.threaded import Served, ServerThread


class Addressed(Served, Protocol):
    """A fake with its addresses."""

    @property
    def rest_url(self) -> str:
        """The address of the API."""

    @property
    def gateway_url(self) -> str:
        """The address of the gateway."""

    @property
    def token(self) -> str:
        """The bot's token."""


S = TypeVar("S", bound=Addressed)


class FakeThread(ServerThread[S]):
    """The server's thread; its addresses and the token are empty until it is entered."""

    rest_url = gateway_url = token = ""

    def started(self, served: S) -> None:
        self.rest_url, self.gateway_url, self.token = served.rest_url, served.gateway_url, served.token
