"""Going through everybody who has a grant, or on whom something of Coterie's stands, a portion at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from coterie.core.access.look import AccountRow, People, people, spaces_of
from coterie.core.platform import Holdings, Platform, PlatformError, RetryLater
from coterie.core.rights import Rights
from coterie.storage.access import Grants
from coterie.storage.applied import AppliedRows
from coterie.storage.engine import LaneConnection

log = logging.getLogger(__name__)

Part = Literal["grants", "applied", "done"]
"""First those with grants, then those who have none any more and on whom something may stand."""

PORTION: Final = 100
"""Members in one portion: a few milliseconds on the lane."""
PATIENCE: Final = 60.0
"""Seconds that a platform has to answer one question."""

Place = tuple[str, str]
"""A space: platform and native id."""


@dataclass(frozen=True, slots=True)
class Portion:
    """Some members, and where the next portion begins."""

    members: tuple[int, ...]
    part: Part
    cursor: int


def portion(db: LaneConnection, community: int, part: Part, cursor: int, count: int = PORTION) -> Portion:
    """The next members; the part is ``done`` behind the last ones."""
    if part == "grants":
        members = Grants(db).members(community, cursor, count)
        if members:
            return Portion(tuple(members), "grants", members[-1])
        part, cursor = "applied", 0
    rows = AppliedRows(db)
    accounts = rows.accounts(community, cursor, count)
    if not accounts:
        return Portion((), "done", 0)
    found = list(dict.fromkeys(rows.members_of(community, accounts).values()))
    granted = {grant.member for grant in Grants(db).open(community, found)}
    return Portion(tuple(member for member in found if member not in granted), "applied", accounts[-1])


@dataclass(slots=True)
class Eyes:
    """Asks the platforms, each within its limits; what one cannot tell is left unknown, and why is remembered."""

    platforms: Mapping[str, Platform]
    silent: dict[Place, str] = field(default_factory=dict)
    """Spaces of which the platform tells nothing this time, and why."""
    blocked: dict[tuple[str, str, str], str] = field(default_factory=dict)
    """Roles (platform, space, role) that the bot cannot change, and why."""

    async def begin(self, rights: Rights) -> None:
        """Ask which roles the bot can change; raises :class:`RetryLater`."""
        self.silent.clear()
        self.blocked.clear()
        roles: dict[Place, list[str]] = {}
        for slot in rights.wanted(rights.accesses):
            asked = roles.setdefault((slot.platform, slot.space), [])
            if slot.kind == "role":
                asked.append(slot.target)
        for place, wanted in roles.items():
            platform = self._platform(place)
            if platform is None or not wanted:
                continue
            try:
                async with asyncio.timeout(PATIENCE):
                    problems = await platform.role_problems(place[1], wanted)
            except RetryLater:
                raise
            except Exception as error:
                self._mute(place, error)
            else:
                self.blocked |= {(*place, role): why for role, why in problems.items()}

    async def see(self, found: People, rights: Rights) -> dict[int, dict[Place, Holdings]]:
        """What the platforms tell of these people's accounts; raises :class:`RetryLater`."""
        seen: dict[int, dict[Place, Holdings]] = {}
        for place, accounts in spaces_of(found, rights).items():
            platform = None if place in self.silent else self._platform(place)
            if platform is None:
                continue
            size = max(1, platform.access_page)
            for start in range(0, len(accounts), size):
                if not await self._ask(platform, place, accounts[start : start + size], seen):
                    break
        return seen

    async def _ask(
        self, platform: Platform, place: Place, accounts: Sequence[AccountRow], seen: dict[int, dict[Place, Holdings]]
    ) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                told = await platform.access_of(place[1], [account.who for account in accounts])
        except RetryLater:
            raise
        except Exception as error:
            self._mute(place, error)
            return False
        for account in accounts:
            holdings = told.get((account.platform, account.native))
            if holdings is not None:
                seen.setdefault(account.id, {})[place] = holdings
        return True

    def _platform(self, place: Place) -> Platform | None:
        platform = self.platforms.get(place[0])
        if platform is None:
            self.silent.setdefault(place, f"the adapter {place[0]} is not running")
        return platform

    def _mute(self, place: Place, error: Exception) -> None:
        """One space that does not answer is left alone until the next time."""
        if isinstance(error, NotImplementedError):
            why = f"{place[0]} has no way to tell"
        elif isinstance(error, TimeoutError):
            why = f"no answer within {PATIENCE:g} s"
        else:
            why = error.reason if isinstance(error, PlatformError) else f"{type(error).__name__}: {error}"
            log.warning("%s tells nothing about the space %s: %s", place[0], place[1], why)
        self.silent[place] = why


def read(db: LaneConnection, community: int, part: Part, cursor: int, now: int) -> tuple[Portion, People]:
    """The next portion together with what is known of its members."""
    found = portion(db, community, part, cursor)
    return found, people(db, community, found.members, now)
