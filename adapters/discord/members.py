"""Who is in a server, compared with whom the store believes to be there: what happened while nobody listened.

Members are read in pages of 1,000, and only what differs becomes an event.  Of each account that the store knows, a
number is kept while that lasts, so 100,000 members take some 20 MB for as long.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.joins import reconcile_requests
from coterie.adapters.discord.reading.fields import is_id
from coterie.adapters.discord.reading.people import nameless, who_of
from coterie.adapters.discord.spaces import ABSENT_CODES, standing_of
from coterie.core.events import Event, MemberJoined, MemberLeft, Standing, StandingChanged, Who
from coterie.core.outside import Raw, listed
from coterie.core.platform import Inbox, PlatformError, Refused, RetryLater, UnknownPlace

if TYPE_CHECKING:
    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.invites import Invites
    from coterie.adapters.discord.reading import Reader
    from coterie.adapters.discord.reading.guilds import Guilds

PAGE: Final = 1000
"""Members of one answer."""
TRIES: Final = 6
"""So often a page is asked for; then the comparison is given up until the next session."""
LONGEST_WAIT: Final = 60.0
"""Seconds of one pause between two tries."""
PAUSE: Final = 0.05
"""Seconds between two questions about accounts that seem to be gone."""
SLACK: Final = 600_000
"""Milliseconds by which this machine's clock may be behind Discord's before a return is taken for one."""

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Differences:
    """How many accounts came, left, or changed their standing."""

    joined: int = 0
    left: int = 0
    standings: int = 0

    def __str__(self) -> str:
        return f"{self.joined} came, {self.left} left, {self.standings} changed their standing"


class Members:
    """Compares servers with the store, one at a time; ``invites`` tell by which one somebody came."""

    def __init__(
        self,
        calls: Calls,
        me: Me,
        guilds: Guilds,
        reader: Reader,
        inbox: Inbox,
        *,
        invites: Invites | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives seconds since 1970 UTC."""
        self._calls = calls
        self._me = me
        self._guilds = guilds
        self._reader = reader
        self._inbox = inbox
        self._invites = invites
        self._clock = clock
        self._explained = False

    async def reconcile(self, guild_id: str) -> None:
        """Hand in what is different, and return when it is committed.

        Nobody is declared gone unless every page was read, and Discord says of each one by name that they are not in.
        Where the bot may not see the members, the log says once what to do.  Raises a
        :class:`~coterie.core.platform.PlatformError` when Discord cannot tell now, and whatever the store raises.
        """
        try:
            believed = await self._believed(guild_id)
            found = await self._compare(guild_id, believed)
            await self._declare_gone(guild_id, believed, found)
        except UnknownPlace:
            log.debug("the server %s belongs to no community", guild_id)
            return
        except Refused as error:
            self._explain(guild_id, error)
        else:
            if found.joined or found.left or found.standings:
                log.info("while nobody listened, in the server %s: %s", guild_id, found)
        await self._knock(guild_id)

    async def _knock(self, guild: str) -> None:
        """Hand in applications that wait; from now on, look at the invites by which people come."""
        await reconcile_requests(self._calls, self._reader, self._inbox, guild)
        if self._invites is not None:
            await self._invites.watch(guild)

    async def _believed(self, guild: str) -> dict[int, int]:
        """Whom the store believes to be there, by id: when they came, times two, plus one for operators."""
        found: dict[int, int] = {}
        after = 0
        while page := await self._inbox.presences("discord", guild, after, PAGE):
            found.update(
                (int(each.id), each.joined_at * 2 + (each.standing == "operator")) for each in page if is_id(each.id)
            )
            after = page[-1].cursor
        return found

    async def _compare(self, guild: str, believed: dict[int, int]) -> Differences:
        """Go through the server's members; whoever is found there is taken out of ``believed``."""
        found = Differences()
        after = "0"
        while True:
            params = {"limit": PAGE, "after": after}
            raw = await self._ask("/guilds/{guild_id}/members", {"guild_id": guild}, params)
            if not isinstance(raw, list):
                raise PlatformError("Discord's list of members could not be read")
            page = listed({"all": raw}, "all")
            await self._submit(await self._page(guild, page, believed, found))
            last = max((int(each.id) for member in page if (each := standing_of(member)) is not None), default=0)
            if len(raw) < PAGE:
                return found
            if last <= int(after):
                raise PlatformError("Discord's list of members does not go on")
            after = str(last)

    async def _page(self, guild: str, page: Iterable[Raw], believed: dict[int, int], found: Differences) -> list[Event]:
        """What is different about the members of one page."""
        events: list[Event] = []
        came: list[Awaitable[MemberJoined]] = []
        for member in page:
            standing = standing_of(member)
            if standing is None:
                continue
            known = believed.pop(int(standing.id), None)
            ran = known is not None and known & 1 == 1
            if standing.bot or standing.id == self._me.id:
                continue
            who = who_of(member["user"], member)
            if known is not None and 0 < known >> 1 < standing.joined_at - SLACK:
                events.append(self._gone(guild, who, known >> 1))
                found.left += 1
                known = None
            runs = self._guilds.is_operator(guild, standing.id, standing.roles)
            if runs:
                self._reader.set_operator(guild, standing.id, standing.roles)
            if known is None or not known >> 1:  # the store has heard them at most, and not that they came
                came += [self._with_invite(event) for event in self._joined(guild, member)]
            if runs != ran and guild in self._guilds:
                events.append(self._standing(guild, who, runs=runs))
                found.standings += 1
        joined = await asyncio.gather(*came)
        found.joined += len(joined)
        gone = [event for event in events if isinstance(event, MemberLeft)]
        return [*gone, *joined, *(event for event in events if not isinstance(event, MemberLeft))]

    def _joined(self, guild: str, member: Raw) -> list[MemberJoined]:
        """How the reader would have read the joining: who has not agreed to the rules yet has not joined."""
        read = self._reader.read("GUILD_MEMBER_ADD", {**member, "guild_id": guild}, f"members:{guild}")
        return [event for event in read if isinstance(event, MemberJoined)]

    async def _with_invite(self, event: MemberJoined) -> MemberJoined:
        return event if self._invites is None else await self._invites.attributed(event)

    async def _declare_gone(self, guild: str, believed: dict[int, int], found: Differences) -> None:
        """Whoever was in no page, and whom Discord does not know there by name either, has left."""
        events: list[Event] = []
        for number, known in believed.items():
            user = str(number)
            if user == self._me.id:
                continue
            ids = {"guild_id": guild, "user_id": user}
            raw = await self._ask("/guilds/{guild_id}/members/{user_id}", ids, None, absent_is_fine=True)
            if raw is None:
                if known & 1:
                    events.append(self._standing(guild, nameless(user), runs=False))
                events.append(self._gone(guild, nameless(user), known >> 1))
                found.left += 1
            if len(events) >= PAGE:
                await self._submit(events)
                events = []
            await asyncio.sleep(PAUSE)
        await self._submit(events)

    def _gone(self, guild: str, who: Who, since: int) -> MemberLeft:
        """The key is the stay that ended, which the store has begun once; one whose beginning nobody knows has none."""
        stay = since or f"until:{int(self._clock() * 1000)}"
        return MemberLeft(key=f"dc:l:{guild}:{who.id}:{stay}", who=who, where=self._guilds.home(guild))

    def _standing(self, guild: str, who: Who, *, runs: bool) -> StandingChanged:
        standing: Standing = "operator" if runs else "member"
        key = f"dc:s:{guild}:{who.id}:{standing}:{int(self._clock() * 1000)}"
        return StandingChanged(key=key, who=who, where=self._guilds.home(guild), standing=standing)

    async def _submit(self, events: Iterable[Event]) -> None:
        """Hand in what belongs together, and wait until all of it is committed."""
        waiting = [self._inbox.submit(event) for event in events]
        if waiting:
            await asyncio.wait(waiting)
            for each in waiting:
                each.result()

    async def _ask(
        self, path: str, ids: dict[str, str], params: dict[str, Any] | None, *, absent_is_fine: bool = False
    ) -> Any:
        """Ask until Discord answers, a few times."""
        fine = ABSENT_CODES if absent_is_fine else ()
        for left in range(TRIES - 1, -1, -1):
            try:
                return await self._calls.call("GET", path, ids=ids, params=params, fine=fine)
            except RetryLater as error:
                if not left:
                    raise
                await asyncio.sleep(min(error.seconds, LONGEST_WAIT))
        raise AssertionError("unreachable")

    def _explain(self, guild: str, error: Refused) -> None:
        """Tell the operator, once, why nobody knows who came and went while the bot was away."""
        if not self._explained:
            self._explained = True
            log.warning(
                "who came to the server %s or left it while nobody listened stays unknown (%s): switch on the "
                "“Server Members Intent” on the page Bot of the developer portal, and members in [adapters.discord]",
                guild,
                error.reason,
            )


__all__ = ["Members"]
