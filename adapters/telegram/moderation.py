"""Who may write, who comes in and who goes: join requests, mutes, kicks, bans, and messages of others taken away."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from math import ceil
from typing import Final

from telegram import ChatPermissions

from coterie.adapters.telegram.calls import GONE
from coterie.adapters.telegram.joins import JoinQueries, Verdict
from coterie.adapters.telegram.sending import ids_of, user_id
from coterie.adapters.telegram.spaces import BANNING, Spaces, plainly
from coterie.core.actions import (
    ApproveJoin,
    Ban,
    DeclineJoin,
    Kick,
    ModerationAction,
    Mute,
    RemoveMessage,
    Unban,
    Unmute,
)
from coterie.core.platform import Delivery, Refused

SHORTEST: Final = 31
"""Seconds; Telegram takes what ends in less than 30 for a ban or mute without an end."""
LONGEST: Final = 366 * 86_400
"""Seconds; Telegram takes what ends later for a ban or mute without an end."""

_DECIDED: Final = ("user_already_participant", "hide_requester_missing")
"""What Telegram says of a join request that somebody has decided, or that was withdrawn."""
_JOIN_WORDS: Final = {
    "not enough rights": "the bot needs the right to invite users there",
    "chat_admin_required": "the bot must be an administrator of the group, with the right to invite users",
    "channels_too_much": "this account is in as many groups as Telegram allows",
}
_DELETION_WORDS: Final = {
    "message can't be deleted": "the message cannot be deleted: it is older than 48 hours, "
    "or the bot lacks the right to delete messages there",
}
_BASIC: Final = (
    "this is a basic group, in which Telegram cannot do this: "
    "let new members see its history, and it becomes a supergroup"
)
_ADMIN: Final = "this account is an administrator of the group"


class Moderation(Spaces):
    """The verbs of moderation; what is so already is done."""

    @cached_property
    def joins(self) -> JoinQueries:
        """The join request queries of Bot API 10.1 that wait for an answer, as the connection reads them."""
        return JoinQueries()

    async def approve_join(self, action: ApproveJoin, delivery: Delivery) -> str:
        """Let an applicant in; one whose request is gone or decided is none any more."""
        return await self._decide(action, "approve", "approveChatJoinRequest")

    async def decline_join(self, action: DeclineJoin, delivery: Delivery) -> str:
        """Refuse an applicant; one whose request is gone or decided is none any more."""
        return await self._decide(action, "decline", "declineChatJoinRequest")

    async def mute(self, action: Mute, delivery: Delivery) -> str:
        """Take all permissions from an account until an instant, also from one that is not in (it may come)."""
        if await self._beyond(action):
            return ""
        await self._restrict(action, ChatPermissions.no_permissions(), until_date(action.until, self.now()))
        return ""

    async def unmute(self, action: Unmute, delivery: Delivery) -> str:
        """Give an account back the permissions that everybody has; a ban stays."""
        found = await self.standing(action.where, action.to)
        if found is None or found.restricted:
            await self._restrict(action, ChatPermissions.all_permissions(), 0)
        return ""

    async def kick(self, action: Kick, delivery: Delivery) -> str:
        """Take an account out, free to come back; one that somebody has banned stays banned."""
        found = await self.standing_known(action.where, action.to)
        if found.admin:
            raise Refused(_ADMIN)
        if found.present or found.passing(self.now()):
            await self.take_out(action.where, action.to)
        return ""

    async def ban(self, action: Ban, delivery: Delivery) -> str:
        """Take an account out and keep it out until an instant, also one that is not in."""
        if self.basic(action.where):
            raise Refused(_BASIC)
        found = await self.standing(action.where, action.to)
        if found is not None and found.admin:
            raise Refused(_ADMIN)
        until = until_date(action.until, self.now())
        with plainly(BANNING):
            data = {"user_id": user_id(action.to), "until_date": until}
            await self.in_space("banChatMember", action.where, data)
        return ""

    async def unban(self, action: Unban, delivery: Delivery) -> str:
        """Let a banned account come back; one that is in stays in."""
        if not self.basic(action.where):
            await self.lift_ban(action.where, action.to)
        return ""

    async def remove_message(self, action: RemoveMessage, delivery: Delivery) -> str:
        """Take away a message of somebody else; one that is gone is done."""
        _, (message, *_) = ids_of(action.message)
        with plainly(_DELETION_WORDS):
            await self.in_space("deleteMessage", action.where, {"message_id": message}, GONE)
        return ""

    async def _decide(self, action: ApproveJoin | DeclineJoin, verdict: Verdict, method: str) -> str:
        """Answer the query while one waits for an answer, and else decide the request itself."""
        query = self.joins.take(str(self.places.chat(action.where)), action.to.id)
        if query and await self._answered(query, verdict):
            return ""
        with plainly(_JOIN_WORDS):
            await self.in_space(method, action.where, {"user_id": user_id(action.to)}, _DECIDED)
        return ""

    async def _answered(self, query: str, verdict: Verdict) -> bool:
        """Whether Telegram took the answer; it does not when it comes too late, and older servers know no queries."""
        data = {"chat_join_request_query_id": query, "result": verdict}
        with suppress(Refused):
            await self.calls.call("answerChatJoinRequestQuery", data)
            return True
        return False

    async def _beyond(self, action: ModerationAction) -> bool:
        """Whether an account is banned, so that there is nothing to restrict; raises :class:`Refused` for those whom
        nobody restricts.

        Restricting a banned account would lift the ban.
        """
        if self.basic(action.where):
            raise Refused(_BASIC)
        found = await self.standing(action.where, action.to)
        if found is not None and found.admin:
            raise Refused(_ADMIN)
        return found is not None and found.banned

    async def _restrict(self, action: ModerationAction, permissions: ChatPermissions, until: int) -> None:
        data = {
            "user_id": user_id(action.to),
            "permissions": permissions.to_dict(),
            "use_independent_chat_permissions": True,
            "until_date": until,
        }
        with plainly(BANNING):
            await self.in_space("restrictChatMember", action.where, data)


def until_date(until: int, now: float) -> int:
    """The end (milliseconds; 0: none) of a mute or ban as Telegram takes it: in seconds, 0 for none.

    What ends too soon, or has ended, lasts as short as it can; what ends too late lasts for ever.
    """
    if not until:
        return 0
    end = max(ceil(until / 1000), ceil(now) + SHORTEST)
    return end if end - now <= LONGEST else 0
