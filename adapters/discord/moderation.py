"""What is done about people: timeouts, kicks, bans, nicknames."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar, Final

from coterie.adapters.discord.spaces import ABSENT_CODES, Spaces, Standing, reason_of, user_id, written
from coterie.core.actions import Ban, Kick, ModerationAction, Mute, SetNickname, Unban, Unmute
from coterie.core.platform import Delivery, Refused

LONGEST_MUTE: Final = 28 * 86_400
"""Seconds that Discord mutes somebody for at most."""
NICKNAME: Final = 32
"""Characters of a name in a server."""

_MARGIN: Final = 60
"""Seconds by which the longest mute is shorter than Discord's bound, so that a clock that is fast does no harm."""
_UNKNOWN_BAN: Final = 10026
_AWAY: Final = "this account is not in the server"


class Moderation(Spaces):
    """The verbs of moderation; what is so already is done."""

    longest_mute: ClassVar[int] = LONGEST_MUTE
    bans_end: ClassVar[bool] = False

    async def mute(self, action: Mute, delivery: Delivery) -> str:
        """Time an account out until an instant, for at most :data:`LONGEST_MUTE`; the core renews what is longer."""
        if self._over(action.until):
            return ""
        guild, found = await self._movable(action, "moderate_members")
        last = self.now() + LONGEST_MUTE - _MARGIN
        until = min(action.until / 1000, last) if action.until else last
        await self._change(guild, found, {"communication_disabled_until": written(until)}, action.reason)
        return ""

    async def unmute(self, action: Unmute, delivery: Delivery) -> str:
        """End an account's timeout; who is in none, or not in the server, is not muted."""
        guild = self.places.guild(action.where)
        found = await self.standing(guild, action.to)
        if found is not None and found.muted_until > self.now() * 1000:
            await self.need(guild, "moderate_members")
            await self.may_move(guild, found)
            await self._change(guild, found, {"communication_disabled_until": None}, action.reason)
        return ""

    async def kick(self, action: Kick, delivery: Delivery) -> str:
        """Take an account out, free to come back; who is not there is out."""
        guild = self.places.guild(action.where)
        found = await self.standing(guild, action.to)
        if found is not None:
            await self.take_out(guild, found, reason_of(action.reason))
        return ""

    async def ban(self, action: Ban, delivery: Delivery) -> str:
        """Take an account out and keep it out, also one that is not in; what it wrote stays.

        Discord's bans have no end: the core lifts one that has, and the reason says when.
        """
        if self._over(action.until):
            return ""
        guild, user = self.places.guild(action.where), user_id(action.to)
        found = await self.standing(guild, action.to)
        await self.need(guild, "ban_members")
        await self.may_move(guild, found or Standing(user, frozenset()))
        await self.calls.call(
            "PUT",
            "/guilds/{guild_id}/bans/{user_id}",
            {"delete_message_seconds": 0},
            ids={"guild_id": guild, "user_id": user},
            reason=reason_of(_until(action.until), action.reason),
        )
        return ""

    async def unban(self, action: Unban, delivery: Delivery) -> str:
        """Let a banned account come back; who is not banned can."""
        guild = self.places.guild(action.where)
        await self.need(guild, "ban_members")
        await self.calls.call(
            "DELETE",
            "/guilds/{guild_id}/bans/{user_id}",
            ids={"guild_id": guild, "user_id": user_id(action.to)},
            reason=reason_of(action.reason),
            fine=(_UNKNOWN_BAN,),
        )
        return ""

    async def set_nickname(self, action: SetNickname, delivery: Delivery) -> str:
        """Name an account in the server, or let it have its own name again."""
        if len(action.name) > NICKNAME:
            raise Refused(f"a name in a server has at most {NICKNAME} characters")
        guild, found = await self._movable(action, "manage_nicknames")
        await self._change(guild, found, {"nick": action.name or None}, action.reason)
        return ""

    async def _movable(self, action: ModerationAction, permission: str) -> tuple[str, Standing]:
        """The server and how the account stands in it; raises :class:`Refused` for those whom the bot cannot touch."""
        guild = self.places.guild(action.where)
        found = await self.standing(guild, action.to)
        if found is None:
            raise Refused(_AWAY)
        await self.need(guild, permission)
        await self.may_move(guild, found)
        return guild, found

    async def _change(self, guild: str, found: Standing, fields: Mapping[str, Any], reason: str) -> None:
        """Change something about a member; who has just left is left alone."""
        await self.calls.call(
            "PATCH",
            "/guilds/{guild_id}/members/{user_id}",
            dict(fields),
            ids={"guild_id": guild, "user_id": found.id},
            reason=reason_of(reason),
            fine=ABSENT_CODES,
        )

    def _over(self, until: int) -> bool:
        """Whether an end (milliseconds; 0: none) has passed, so that there is nothing left to do."""
        return 0 < until <= self.now() * 1000


def _until(until: int) -> str:
    """The end of a ban, as whoever reads the audit log should know it."""
    return f"(until {datetime.fromtimestamp(until / 1000, UTC):%Y-%m-%d %H:%M} UTC)" if until else ""


__all__ = ["LONGEST_MUTE", "Moderation"]
