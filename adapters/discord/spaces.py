"""What the verbs about a server share: how an account stands in it, who is above whom, and who did what."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, Final
from urllib.parse import quote

from coterie.adapters.discord.base import Base
from coterie.adapters.discord.reading.fields import idents, is_id, moment
from coterie.adapters.discord.rights import Ranks, ranks_of
from coterie.core.events import Who
from coterie.core.platform import PlatformError, Refused, RetryLater

ABSENT_CODES: Final = (10007, 10013)
"""What Discord says of an account that is not in the server, or that is none any more."""
FRESH: Final = 30.0
"""Seconds for which roles and ranks are believed. A refusal is never based on what is older than the question."""
RANKS_KEPT: Final = 1000
"""So many servers' ranks are remembered."""
REASON: Final = 512
"""Bytes of a reason in the audit log, as it is written in a URL."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands in a server; instants are milliseconds, 0 for none."""

    id: str
    roles: frozenset[str]
    joined_at: int = 0
    muted_until: int = 0
    bot: bool = False


class Spaces(Base):
    """Requests about a server."""

    def now(self) -> float:
        """Seconds since 1970 UTC."""
        return time.time()

    async def standing(self, guild: str, who: Who) -> Standing | None:
        """How an account stands in a server; None when it is not in it."""
        ids = {"guild_id": guild, "user_id": user_id(who)}
        raw = await self.calls.call("GET", "/guilds/{guild_id}/members/{user_id}", ids=ids, fine=ABSENT_CODES)
        return standing_of(raw)

    async def ranks(self, guild: str, *, fresh: bool = False) -> Ranks:
        """The server's roles and the bot's own place among them, at most :data:`FRESH` seconds old."""
        known, instant = self._ranks.get(guild), time.monotonic()
        if known is not None and not fresh and instant - known[1] < FRESH:
            return known[0]
        if not self.me.id:
            raise RetryLater(1.0, "the bot is not signed in yet")
        raw = await self.calls.call("GET", "/guilds/{guild_id}", ids={"guild_id": guild})
        mine = await self.calls.call(
            "GET", "/guilds/{guild_id}/members/{user_id}", ids={"guild_id": guild, "user_id": self.me.id}
        )
        me = standing_of(mine)
        if not isinstance(raw, dict) or me is None:
            raise PlatformError("Discord's answer about the server could not be read")
        found = ranks_of({**raw, "id": guild}, self.me.id, me.roles)
        self._ranks.pop(guild, None)
        self._ranks[guild] = found, instant
        if len(self._ranks) > RANKS_KEPT:
            del self._ranks[next(iter(self._ranks))]
        return found

    async def need(self, guild: str, permission: str) -> None:
        """Raise :class:`Refused` when the bot lacks a permission in the server."""
        if not (await self.ranks(guild)).lacks(permission):
            return
        if lacking := (await self.ranks(guild, fresh=True)).lacks(permission):
            raise Refused(f"the bot needs the permission “{lacking[0]}” in the server")

    async def may_move(self, guild: str, found: Standing) -> None:
        """Raise :class:`Refused` for those whom the bot does not touch: who runs the server, or stands above it."""
        if not untouchable(await self.ranks(guild), found):
            return
        if why := untouchable(await self.ranks(guild, fresh=True), found):
            raise Refused(why)

    async def take_out(self, guild: str, found: Standing, reason: str) -> None:
        """Kick an account; one that has gone meanwhile is out."""
        await self.need(guild, "kick_members")
        await self.may_move(guild, found)
        ids = {"guild_id": guild, "user_id": found.id}
        await self.calls.call(
            "DELETE", "/guilds/{guild_id}/members/{user_id}", ids=ids, reason=reason, fine=ABSENT_CODES
        )

    @cached_property
    def _ranks(self) -> dict[str, tuple[Ranks, float]]:
        return {}


def untouchable(ranks: Ranks, found: Standing) -> str:
    """Why the bot may not moderate an account, in plain words; empty when it may."""
    if found.id == ranks.me:
        return "this account is the bot itself"
    if found.id == ranks.owner:
        return "this account owns the server"
    permissions = ranks.permissions_of(found.id, found.roles)
    if permissions.administrator or permissions.manage_guild:
        return "this account is an administrator of the server"
    if ranks.me != ranks.owner and ranks.rank_of(found.roles) >= ranks.top:
        return "this account's highest role is not below the bot's: move the bot's role up in the server's settings"
    return ""


def standing_of(raw: Any) -> Standing | None:
    """How a raw member stands; None for what is none."""
    user = raw.get("user") if isinstance(raw, dict) else None
    if not isinstance(user, dict) or not is_id(user.get("id")):
        return None
    return Standing(
        id=user["id"],
        roles=frozenset(idents(raw, "roles")),
        joined_at=moment(raw, "joined_at"),
        muted_until=moment(raw, "communication_disabled_until"),
        bot=user.get("bot") is True,
    )


def user_id(who: Who) -> str:
    """An account's id; raises :class:`Refused` for what is no Discord account."""
    if not is_id(who.id):
        raise Refused("this is no Discord account")
    return who.id


def written(moment: float) -> str:
    """A moment (seconds since 1970) as Discord takes it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")


def reason_of(*words: str) -> str:
    """Words for the audit log, cut to what Discord takes there; its length counts as it is written in a URL."""
    said = " ".join(" ".join(words).split())
    while len(quote(said, safe="/ ")) > REASON:
        excess = len(quote(said, safe="/ ")) - REASON
        said = said[: -max(1, excess // 12)]  # one character takes at most twelve bytes there
    return said.strip()


__all__ = ["ABSENT_CODES", "Spaces", "Standing", "reason_of", "standing_of", "untouchable", "user_id", "written"]
