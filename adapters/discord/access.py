"""What accounts have in a server: roles, and membership by a one-use invite. Discord has no tags beside names.

Each verb looks before it writes.  What stands there and was not done by a request with the action's mark, as far as the
audit log tells, stays.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, Final

import msgspec

from coterie.adapters.discord.cards import render
from coterie.adapters.discord.deeds import OWN, Deeds, invitation, marked
from coterie.adapters.discord.invites import Invites, code_of, link_of
from coterie.adapters.discord.reaching import Reaching
from coterie.adapters.discord.reading.fields import is_id
from coterie.adapters.discord.refusals import Gone
from coterie.adapters.discord.rights import Ranks
from coterie.adapters.discord.spaces import ABSENT_CODES, Spaces, Standing, user_id
from coterie.core.actions import GiveRole, Invite, Remove, TakeRole
from coterie.core.cards import Button
from coterie.core.events import Who
from coterie.core.outside import Raw, listed
from coterie.core.platform import ABSENT, HAD, Delivery, Holdings, PlatformError, Refused, Uncertain

INVITE_SECONDS: Final = 7 * 86_400
"""An invite that nobody used works no more after this time, which is the longest that Discord allows."""
PAUSE: Final = 0.05
"""Seconds between two questions about accounts, of which one comparison asks very many: no more than 20 a second."""

_UNKNOWN_BAN: Final = 10026
_UNKNOWN_INVITE: Final = 10006
_CHANNELS_WITH_INVITES: Final = (0, 5, 2, 15, 13, 16)
"""Types of channels that an invite can lead to, the likelier ones first."""

log = logging.getLogger(__name__)


class Access(Reaching, Spaces):
    """The verbs about access."""

    access_page: ClassVar[int] = 100

    @cached_property
    def deeds(self) -> Deeds:
        """The audit logs."""
        return Deeds(self.calls, self.me)

    @cached_property
    def invites(self) -> Invites:
        """The invites by which people come."""
        return Invites(self.calls, self.me, self.deeds)

    async def give_role(self, action: GiveRole, delivery: Delivery) -> str:
        """Give a role: HAD when the account has it and the audit log does not say that Coterie gave it by this mark."""
        guild, role = self.places.guild(action.where), action.role
        found = await self.standing(guild, action.to)
        if found is None:
            return ABSENT
        if role in found.roles:
            return "" if await self._giver(guild, found, role, action.mark) == "coterie" else HAD
        await self._may_change(guild, role)
        return await self._set_role("PUT", guild, found, role, marked(action.mark, "access given"))

    async def take_role(self, action: TakeRole, delivery: Delivery) -> str:
        """Take a role away: HAD when a person gave it since.

        Where the audit log does not tell, it is taken only if it is sure that Coterie gave it.
        """
        guild, role = self.places.guild(action.where), action.role
        found = await self.standing(guild, action.to)
        if found is None:
            return ABSENT
        if role not in found.roles:
            return ""
        giver = await self._giver(guild, found, role, action.mark, deep=not action.sure)
        if giver == "person" or (giver == "unknown" and not action.sure):
            return HAD
        await self._may_change(guild, role)
        return await self._set_role("DELETE", guild, found, role, marked(action.mark, "access ended"))

    async def invite(self, action: Invite, delivery: Delivery) -> str:
        """Send an invite that lets in one account, within a week; returns its link. HAD when the account is in already.

        Invites that were made for the same before, whether or not anybody knows of them, work no more.
        """
        guild, user = self.places.guild(action.where), user_id(action.to)
        found = await self.standing(guild, action.to)
        await self._revoke_all(guild, action.mark, action.replaces)
        if found is not None:
            return HAD
        await self._not_banned(guild, user)
        code = await self._make_invite(guild, action)
        try:
            await self._send_invite(action, code, delivery)
        except PlatformError:  # also where it may have arrived: the core would not know the link
            await self._revoke_quietly(guild, code)
            raise
        return link_of(code, str(action.mark))

    async def remove(self, action: Remove, delivery: Delivery) -> str:
        """Revoke the invite and kick the account, which is free to come back. Who runs the server stays.

        HAD when it is in and a person may have let it in.  An invite that cannot be revoked keeps nobody in: it is told
        when the account is out.
        """
        guild, trouble = self.places.guild(action.where), None
        try:
            await self._revoke_all(guild, action.mark, action.link)
        except Refused as refused:
            trouble = refused
        said = await self._remove_account(guild, action)
        if trouble is not None:
            raise trouble
        return said

    async def access_of(self, space: str, accounts: Sequence[Who]) -> Mapping[tuple[str, str], Holdings]:
        """What accounts have, asked one by one and no faster than :data:`PAUSE` allows."""
        found = dict[tuple[str, str], Holdings]()
        for who in accounts:
            if not is_id(who.id):
                continue
            if found:
                await asyncio.sleep(PAUSE)
            standing = await self.standing(space, who)
            found[who.platform, who.id] = (
                Holdings(False) if standing is None else Holdings(True, standing.roles, joined_at=standing.joined_at)
            )
        return found

    async def role_problems(self, space: str, roles: Collection[str]) -> Mapping[str, str]:
        """Why the bot cannot give or take some of these roles."""
        ranks = await self.ranks(space, fresh=True)
        return {role: why for role in roles if (why := role_problem(ranks, role))}

    # -- roles

    async def _giver(self, guild: str, found: Standing, role: str, mark: int, *, deep: bool = True) -> str:
        """Who gave a role; ``unknown`` also where the bot may not read the audit log."""
        if (await self.ranks(guild)).lacks("view_audit_log"):
            return "unknown"
        return await self.deeds.giver(guild, found.id, role, mark, deep=deep)

    async def _may_change(self, guild: str, role: str) -> None:
        if not role_problem(await self.ranks(guild), role):
            return
        if why := role_problem(await self.ranks(guild, fresh=True), role):
            raise Refused(why)

    async def _set_role(self, method: str, guild: str, found: Standing, role: str, reason: str) -> str:
        ids = {"guild_id": guild, "user_id": found.id, "role_id": role}
        try:
            await self.calls.call(
                method, "/guilds/{guild_id}/members/{user_id}/roles/{role_id}", ids=ids, reason=reason
            )
        except Gone as gone:
            if gone.code in ABSENT_CODES:  # they have just left
                return ABSENT
            raise
        return ""

    # -- invites

    async def _revoke_all(self, guild: str, mark: int, link: str) -> None:
        """Make an invite useless, and others with this mark, also those of which no answer was heard.

        Where the core knows of one, there are others only because of something that just happened.
        """
        codes = [code_of(link)] if link else []
        if not (await self.ranks(guild)).lacks("view_audit_log"):
            made = await self.deeds.invites(guild, 1 if link else OWN)
            codes += [code for code, each in made.items() if each.mark == str(mark)]
        for code in dict.fromkeys(codes):
            await self._revoke(code)

    async def _revoke(self, code: str) -> None:
        await self.calls.call("DELETE", "/invites/{invite_code}", ids={"invite_code": code}, fine=(_UNKNOWN_INVITE,))

    async def _revoke_quietly(self, guild: str, code: str) -> None:
        try:
            await self._revoke(code)
        except PlatformError as error:
            log.warning("an invite to the server %s that was not sent could not be revoked: %s", guild, error.reason)

    async def _not_banned(self, guild: str, user: str) -> None:
        """Raise :class:`Refused` for who is banned; where the bot may not see bans, Discord keeps them out anyway."""
        if (await self.ranks(guild)).lacks("ban_members"):
            return
        ids = {"guild_id": guild, "user_id": user}
        if await self.calls.call("GET", "/guilds/{guild_id}/bans/{user_id}", ids=ids, fine=(_UNKNOWN_BAN,)):
            raise Refused("this account is banned from the server")

    async def _make_invite(self, guild: str, action: Invite) -> str:
        """The code of a new invite that works once."""
        channel = await self._door(guild)
        made: Any = await self.calls.call(
            "POST",
            "/channels/{channel_id}/invites",
            {"max_age": INVITE_SECONDS, "max_uses": 1, "temporary": False, "unique": True},
            ids={"channel_id": channel},
            reason=invitation(action.mark, action.to.id),
        )
        code = made.get("code") if isinstance(made, dict) else None
        if not isinstance(code, str) or not code:
            raise Uncertain("Discord did not name the invite that it made")
        self.invites.made(guild, code, action.mark, action.to.id)
        return code

    async def _door(self, guild: str) -> str:
        """The channel that an invite leads to: the highest one for which the bot may make invites."""
        channels = await self.calls.call("GET", "/guilds/{guild_id}/channels", ids={"guild_id": guild})
        for fresh in (False, True):
            if door := door_in(await self.ranks(guild, fresh=fresh), listed({"all": channels}, "all")):
                return door
        raise Refused("the bot needs the permission “Create Invite” in a channel of the server that it can see")

    async def _send_invite(self, action: Invite, code: str, delivery: Delivery) -> None:
        rows = (*action.card.buttons, (Button(action.label, url=link_of(code)),))
        card = msgspec.structs.replace(action.card, buttons=rows)
        await self.poster.send(await self.places.target(action.dm), render(card, delivery), delivery.key)

    async def _remove_account(self, guild: str, action: Remove) -> str:
        found = await self.standing(guild, action.to)
        if found is None:
            return ABSENT
        if not action.sure:
            return HAD
        await self.take_out(guild, found, marked(action.mark, "access ended"))
        return ""


def role_problem(ranks: Ranks, role: str) -> str:
    """Why the bot cannot give or take a role, in plain words; empty when it can."""
    found = ranks.roles.get(role)
    if found is None:
        return f"there is no role {role} in the server"
    if role == ranks.guild:
        return "the role @everyone belongs to everybody and cannot be given"
    named = f"the role “{found.name}”"
    if found.managed:
        return f"{named} belongs to a bot, a shop or the server's boosters, and nobody can give it by hand"
    if lacking := ranks.lacks("manage_roles"):
        return f"the bot needs the permission “{lacking[0]}” in the server"
    if ranks.me != ranks.owner and found.rank >= ranks.top:
        return f"{named} is not below the bot's own highest role: move the bot's role above it in the server's settings"
    return ""


def door_in(ranks: Ranks, channels: Iterable[Raw]) -> str:
    """The channel for an invite: of those that the bot may invite to, the one that most people see first; or none."""
    fitting = [
        each
        for each in channels
        if is_id(each.get("id")) and each.get("type") in _CHANNELS_WITH_INVITES
        if ranks.in_channel(each).create_instant_invite
    ]
    best = min(fitting, key=_prominence, default=None)
    return "" if best is None else str(best["id"])


def _prominence(channel: Raw) -> tuple[int, int, int]:
    position = channel.get("position")
    return (
        _CHANNELS_WITH_INVITES.index(channel["type"]),
        position if isinstance(position, int) else 0,
        int(channel["id"]),
    )


__all__ = ["Access", "door_in", "role_problem"]
