"""The front: what adapters ask of a running app, beside handing in what happened."""

from __future__ import annotations

import asyncio
import logging
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, Final

from coterie.core.context import Context
from coterie.core.desk import Desk
from coterie.core.doors import cleaned
from coterie.core.engine.boot import Directory
from coterie.core.engine.lanes import InlineLane, ThreadLanes
from coterie.core.engine.proposing import propose
from coterie.core.engine.work import Work
from coterie.core.events import CommandCalled, Event
from coterie.core.platform import Presence, Suggestion
from coterie.storage import settings as facts

log = logging.getLogger(__name__)

NOTES: Final = "note:"
LONGEST_NAME: Final = 59
LONGEST_NOTE: Final = 4000
PATIENCE: Final = 2.0
"""Seconds after which proposals are of no use: somebody is typing, and Discord waits for three."""
MOST_PRESENCES: Final = 1000


class Front(Desk):
    """Questions of adapters, in the terms of :class:`coterie.core.platform.Inbox`."""

    lanes: ThreadLanes | InlineLane
    directory: Directory

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        """At most 25 proposals for an option of a command that somebody types; see
        :meth:`coterie.core.platform.Inbox.suggest`.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                found: Sequence[Suggestion] = await self._proposals(event, option)
        except Exception as error:
            log.debug("no proposals for %s of /%s: %s", option, event.name, error)
            return ()
        else:
            return found

    async def _proposals(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        typed = self._followed(cleaned(event))
        assert isinstance(typed, CommandCalled)
        where, who = typed.where, typed.who
        account = None if who is None else (who.platform, who.id)
        place = ("", "") if where is None else (where.adapter, where.space)
        community = self.directory.find(*place, account)
        if community is None or account is None:
            return ()
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        home = community
        question = Work(home, typed, None, future, ask=lambda dispatcher: propose(dispatcher, home, typed, option))
        self.lanes.put(question)
        found: Sequence[Suggestion] = await future
        return found

    @abstractmethod
    def _followed(self, event: Event) -> Event:
        """What comes late from a space under its old id happened in the same place."""

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        """Accounts that the store believes to be in a space, in the order of their cursors; nobody for a space of no
        community.
        """
        community = self.directory.find(adapter, space, None)
        if community is None or not space:
            return ()
        most = max(1, min(limit, MOST_PRESENCES))

        def look(ctx: Context) -> list[Presence]:
            rows = ctx.unit.presences.inside(ctx.community.id, adapter, space, after, most)
            return [Presence(*row) for row in rows]

        found: list[Presence] = await self.on_lane(community, look)
        return found

    async def recall(self, name: str) -> str:
        """What :meth:`note` wrote last; empty when nothing was written."""
        found: str | None = await self._at_hand(lambda ctx: facts.read(ctx.unit.db, _named(name)))
        return found or ""

    async def note(self, name: str, value: str) -> None:
        """Keep a few words over a restart; raises :class:`ValueError` for a name of more than 59 characters, or more
        than 4,000 characters.
        """
        key = _named(name)
        if len(value) > LONGEST_NOTE:
            raise ValueError(f"a note has at most {LONGEST_NOTE} characters, not {len(value)}")
        await self._at_hand(lambda ctx: facts.write(ctx.unit.db, key, value))

    def _at_hand(self, fn: Any) -> asyncio.Future[Any]:
        """Something about the installation, on whichever lane there is."""
        return self.on_lane(self.store.communities[0], fn)


def _named(name: str) -> str:
    if not 1 <= len(name) <= LONGEST_NAME:
        raise ValueError(f"the name of a note has 1 to {LONGEST_NAME} characters, not {len(name)}")
    return f"{NOTES}{name}"
