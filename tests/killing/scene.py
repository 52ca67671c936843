"""The place where it happens: a platform's server, a configuration, and `coterie run` between them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Generic, TypeVar

from coterie.core.testing.threaded import Served, ServerThread
from tests.killing.deeds import Deed
from tests.killing.hearing import Ear, Seen
from tests.killing.process import Process, surroundings

ROOMS: Final = 12
"""So many that no platform's pace for one room is what everybody waits for."""
FOR_EVER: Final = 3600.0
"""Seconds for which an answer is held back: longer than any test."""
MANY: Final = 10**6
CONFIG: Final = """
[coterie]
database = "{url}"
day_start = "{day}:00"
web = {{ host = "127.0.0.1", port = 0 }}
log = {{ level = "warning" }}
[adapters.{platform}]
{adapter}
[plugins.checkin]
[plugins.crowd]
[plugins.members]
[plugins.redpacket]
[plugins.wallet]
confirm_above = 1000000
[communities.town]
operators = ["{platform}:{operator}"]
spaces = [{spaces}]
"""
S = TypeVar("S", bound=Served)


class Scene(ABC, Generic[S]):
    """One server, one database; processes come and go between them.  The first of the ``people`` is the operator.

    A subclass says how things are done on its platform.  What takes a ``server`` runs on the server's thread.
    """

    platform: ClassVar[str]
    in_flight: ClassVar[int]
    """How many messages can be on their way when a process dies."""
    repeats: ClassVar[bool]
    """Whether a message on its way at the kill is said once more: the platform has no key against doubles."""
    doubts: ClassVar[int]
    """How many messages :meth:`doubt` leaves in doubt."""
    people: list[int]
    rooms: list[int]

    def __init__(self, folder: Path, url: str, fake: ServerThread[S], people: int) -> None:
        self.url = url
        self.fake = fake
        self.ear = Ear(self.read)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        fake.do(lambda server: self.settle(server, people))
        # The community's day began twelve hours ago, so that no test checks in on two days.
        day = f"{datetime.now(UTC) - timedelta(hours=12):%H}"
        spaces = ", ".join(f'{{ platform = "{self.platform}", id = "{space}" }}' for space in self.spaces())
        text = CONFIG.format(
            url=url, day=day, platform=self.platform, adapter=self.adapter(), operator=self.people[0], spaces=spaces
        )
        (folder / "plugins.toml").write_text(text, encoding="utf-8")
        self._environment = surroundings(folder)

    def run(self) -> Process:
        """The next process, perhaps not ready yet."""
        self.ear.run += 1
        return Process(self._folder, self._environment)

    # -- what a platform says

    @abstractmethod
    def settle(self, server: S, people: int) -> None:
        """Let there be so many people and :data:`ROOMS` rooms, and listen to the server."""

    @abstractmethod
    def adapter(self) -> str:
        """The lines of the adapter's table in the configuration."""

    @abstractmethod
    def spaces(self) -> Collection[int]:
        """The ids of the community's spaces."""

    @abstractmethod
    def read(self, kind: str, thing: Any) -> Seen | None:
        """What a person sees of something that a listener of the server was told; None for nothing of the bot's."""

    @abstractmethod
    def posts(self, channel: str, native: str) -> Collection[str]:
        """The messages (as :class:`Seen` names them) that the store means by a channel and an id."""

    @abstractmethod
    def act(self, server: S, deed: Deed) -> int:
        """Do it; the number of the event by which the bot is told, 0 if it cannot be done any more."""

    @abstractmethod
    def awake(self) -> None:
        """Wait until the process that runs hears what people do, and the next one would go on from there."""

    @abstractmethod
    def pending(self) -> set[int]:
        """The events that the bot has not acknowledged: the next process is told of them."""

    @abstractmethod
    def confirmed(self) -> None:
        """Wait until all events are acknowledged."""

    @abstractmethod
    def refuse(self, server: S) -> None:
        """Take nothing that the bot says."""

    @abstractmethod
    def calm(self, server: S) -> None:
        """Behave again, after :meth:`refuse` and :meth:`doubt`."""

    @abstractmethod
    def enforce(self, server: S, *, patient: bool) -> None:
        """Enforce the platform's limits; ``patient`` also those that make a broadcast last for minutes."""

    @abstractmethod
    def broadcast(self, server: S, who: int, text: str) -> None:
        """An operator asks for a broadcast to everybody."""

    @abstractmethod
    def doubt(self, server: S) -> None:
        """Carry so many more messages out without answering, and take none after them."""


__all__ = ["FOR_EVER", "MANY", "ROOMS", "Scene"]
