"""A fake on a thread of its own, driven from another."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from coterie.core.testing.threaded import ServerThread

if TYPE_CHECKING:
    from coterie.adapters.telegram.fake import FakeTelegram

S = TypeVar("S", bound="FakeTelegram")


class FakeThread(ServerThread[S]):
    """The server's thread; its addresses and the token are empty until it is entered."""

    base_url = file_url = token = ""

    def started(self, served: S) -> None:
        self.base_url, self.file_url, self.token = served.base_url, served.file_url, served.token
