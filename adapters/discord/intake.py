"""Taking payloads in: from one raw payload to events on their lanes, and to the answers that cannot wait for any."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final, Protocol

from coterie.adapters.discord.client import STRUCTURE
from coterie.adapters.discord.proposals import choices
from coterie.adapters.discord.served import Served
from coterie.core.events import CommandCalled, Event, MemberJoined
from coterie.core.platform import Inbox, PlatformError, Suggestion, UnknownPlace

log = logging.getLogger(__name__)

PROPOSING: Final = 2.0
"""Seconds that proposals may take; Discord waits for three."""
INTERACTION: Final = "INTERACTION_CREATE"
_NOTHING: Final[tuple[asyncio.Future[Any], ...]] = ()


class Reading(Protocol):
    """Raw payloads to events, as :class:`~coterie.adapters.discord.reading.Reader` reads them."""

    def read(self, kind: str, data: Any, mark: str) -> list[Event]:
        """The events of a payload; empty for one that says nothing."""

    def handle_of(self, kind: str, data: Any) -> str:
        """The handle of an interaction that wants an answer, or an empty string."""

    def typing(self, data: Any) -> tuple[CommandCalled, str] | None:
        """The command that somebody is typing, and the name of the option; None for anything else."""


class Answering(Protocol):
    """Interactions that wait, as :class:`~coterie.adapters.discord.interactions.Interactions` keeps them."""

    def opened(self, handle: str) -> None:
        """An interaction came in."""

    def committed(self, handle: str) -> None:
        """All that it did is committed."""

    async def proposals(self, handle: str, choices: Sequence[Mapping[str, Any]]) -> bool:
        """Propose something to somebody who is typing; False when it came too late."""

    async def finish(self, patience: float) -> None:
        """Give the answers that wait for their moment now."""


class Surveyor(Protocol):
    """Who keeps in mind what servers look like, and knows more of some events than their payloads tell."""

    def learn(self, kind: str, data: Any) -> None:
        """Take in what a payload says of a server that is served."""

    def session_began(self) -> None:
        """A new session: what happened before it was not told."""

    def guild_came(self, guild: str) -> None:
        """A server that is served shows itself as a whole: at the beginning of a session, after an outage, or when the
        bot was added to it.
        """

    def following(self, event: Event) -> Sequence[Event]:
        """What an event means besides: the payment that a purchase is."""

    def attributed(self, event: MemberJoined) -> Awaitable[MemberJoined] | None:
        """The event with the invite by which somebody came, as far as it can be found out; None: nobody can tell."""


class Intake:
    """Takes payloads, in the order of the calls; nothing here waits."""

    def __init__(
        self,
        reader: Reading,
        surveyor: Surveyor,
        interactions: Answering,
        inbox: Inbox,
        *,
        served: Served | None = None,
        proposing: float = PROPOSING,
    ) -> None:
        """``served`` says which servers are heard (all by default), ``proposing`` how long proposals may take
        (seconds).
        """
        self._reader = reader
        self._surveyor = surveyor
        self._interactions = interactions
        self._inbox = inbox
        self._served = served or Served()
        self._proposing = proposing
        self._aside: set[asyncio.Task[Any]] = set()
        self._newcomers: dict[tuple[str, str], asyncio.Future[Any]] = {}

    def hear(self, kind: str, data: Any, mark: str) -> Sequence[asyncio.Future[Any]]:
        """Put on their lanes what a payload says; it is committed when the futures are done.

        One that fails, with anything but :class:`UnknownPlace`, should come again.
        """
        handle = ""
        if kind == INTERACTION:
            if self._proposed(data):
                return _NOTHING
            handle = self._reader.handle_of(kind, data)
        elif kind in STRUCTURE or kind.startswith(("INVITE_", "AUTO_MODERATION_RULE_")):
            self._learn(kind, data)
        events = self._reader.read(kind, data, mark)
        if not events:
            return _NOTHING
        held = [future for event in events for future in self._taken(event)]
        if handle and held:
            self._interactions.opened(handle)
            asyncio.gather(*held, return_exceptions=True).add_done_callback(partial(self._answerable, handle))
        return held

    async def finish(self, patience: float = 3.0) -> None:
        """Break off proposals, and return when the answers that wait are out, after ``patience`` seconds at the
        latest.
        """
        late = tuple(self._aside)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        await self._interactions.finish(patience)

    def _learn(self, kind: str, data: Any) -> None:
        """Take in what a server looks like; those that are not served are not remembered."""
        if kind == "READY":
            self._surveyor.session_began()
        whole = kind in ("GUILD_CREATE", "GUILD_UPDATE", "GUILD_DELETE")
        guild = data.get("id" if whole else "guild_id")
        if not isinstance(guild, str) or not guild:
            return
        here = kind == "GUILD_CREATE" and data.get("unavailable") is not True
        if self._served.has(guild):
            self._surveyor.learn(kind, data)
            if here:
                self._surveyor.guild_came(guild)
        elif here:
            self._served.tell(guild, str(data.get("name") or ""))

    # -- events

    def _taken(self, event: Event) -> list[asyncio.Future[Any]]:
        """Submit an event and what it means besides, if its place is served."""
        if not self._served.allows(event):
            return []
        attributed = self._surveyor.attributed(event) if isinstance(event, MemberJoined) else None
        if (attributed is not None or self._newcomers) and event.where is not None and event.who is not None:
            person = event.where.space, event.who.id
            if attributed is not None or person in self._newcomers:
                # Whatever a newcomer does next stays behind the event that they came.
                return [self._later(person, event, attributed)]
        found = [self._submitted(each) for each in (event, *self._surveyor.following(event))]
        return [future for future in found if future is not None]

    def _submitted(self, event: Event) -> asyncio.Future[Any] | None:
        try:
            future = self._inbox.submit(event)
        except Exception:  # nothing that a later delivery would change
            log.exception("the event %s cannot be put on a lane and is dropped", event.key)
            return None
        future.add_done_callback(partial(self._settled, event))
        return future

    def _settled(self, event: Event, future: asyncio.Future[Any]) -> None:
        if not future.cancelled() and isinstance(future.exception(), UnknownPlace):
            self._served.unknown(event)

    def _later(
        self, person: tuple[str, str], event: Event, attributed: Awaitable[MemberJoined] | None
    ) -> asyncio.Future[Any]:
        before = self._newcomers.get(person)
        submitted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._newcomers[person] = submitted

        async def come() -> None:
            future = None
            try:
                if before is not None:
                    await before
                future = self._submitted(event if attributed is None else await attributed)
            finally:
                if self._newcomers.get(person) is submitted:
                    del self._newcomers[person]
                if not submitted.done():
                    submitted.set_result(None)
            if future is not None:
                await future

        return self._beside(come(), "discord newcomer")

    def _answerable(self, handle: str, outcomes: asyncio.Future[list[Any]]) -> None:
        """Nothing more will be said by the lane; what failed comes again and stays open."""
        if outcomes.cancelled():
            return
        failed = (each for each in outcomes.result() if isinstance(each, BaseException))
        if all(isinstance(each, UnknownPlace) for each in failed):
            self._interactions.committed(handle)

    def _beside(self, work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
        return task

    # -- what somebody is typing

    def _proposed(self, data: Any) -> bool:
        """Whether somebody is typing a command; then proposals are on their way."""
        found = self._reader.typing(data)
        if found is None:
            return False
        event, option = found
        if event.where is None or self._served.has(event.where.space):
            self._beside(self._propose(f"{data.get('id')}:{data.get('token')}", event, option), "discord proposals")
        return True

    async def _propose(self, handle: str, event: CommandCalled, option: str) -> None:
        found: Sequence[Suggestion] = ()
        try:
            async with asyncio.timeout(self._proposing):
                found = await self._inbox.suggest(event, option)
        except TimeoutError:
            log.debug("proposals for %s took too long", event.name)
        except Exception:
            log.exception("proposals for %.60r could not be made", event.name)
        try:
            await self._interactions.proposals(handle, choices(found))
        except PlatformError as error:
            log.debug("proposals could not be shown: %s", error.reason)


__all__ = ["Answering", "Intake", "Reading", "Surveyor"]
