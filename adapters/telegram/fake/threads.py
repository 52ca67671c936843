"""A fake on a thread of its own, driven from another."""

from __future__ import annotations

from typing import Protocol, TypeVar

from coterie.core.testing.threaded import Served, ServerThread


class Addressed(Served, Protocol):
    """A fake with its addresses."""

    @property
    def base_url(self) -> str:
        """The address of the API."""

    @property
    def file_url(self) -> str:
        """The address of files."""

    @property
    def token(self) -> str:
        """The bot's token."""


S = TypeVar("S", bound=Addressed)


class FakeThread(ServerThread[S]):
    """The server's thread; its addresses and the token are empty until it is entered."""

    base_url = file_url = token = ""

    def started(self, served: S) -> None:
        self.base_url, self.file_url, self.token = served.base_url, served.file_url, served.token
