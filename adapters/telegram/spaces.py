"""What the verbs about a space share: its chat, wherever that has moved to, and how an account stands in it."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from telegram.constants import ChatMemberStatus

from coterie.adapters.telegram.base import Base
from coterie.adapters.telegram.calls import Moved
from coterie.adapters.telegram.sending import user_id, user_number
from coterie.core.events import Where, Who
from coterie.core.platform import Refused

KICK_SECONDS: Final = 300
"""A ban that only takes somebody out ends by itself after this time, should the request that lifts it never leave."""
UNKNOWN: Final = (
    "user not found",
    "member not found",
    "participant_id_invalid",
    "user_id_invalid",
    "invalid user_id specified",
)
"""What Telegram says of an account that it cannot tell of."""
_LOOKING: Final = dict.fromkeys(
    ("chat_admin_required", "member list is inaccessible"),
    "the bot must be an administrator to see who is in the group",
)
_NEVER_BANNED: Final = ("available for supergroup and channel chats only",)
_SUPERGROUPS: Final = -1_000_000_000_000
"""Ids of supergroups and channels are below this one, those of basic groups between it and 0."""
_ADMINS: Final = (ChatMemberStatus.OWNER, ChatMemberStatus.ADMINISTRATOR)


@dataclass(frozen=True, slots=True)
class Standing:
    """How an account stands in a chat.

    ``tag`` is what stands beside its name (of an administrator, the custom title); ``until`` is when a ban or
    restriction ends, in seconds since 1970 UTC, 0 where it does not.
    """

    status: str
    present: bool
    tag: str = ""
    until: int = 0

    @property
    def admin(self) -> bool:
        """Whether it is the owner or an administrator, whom no bot restricts."""
        return self.status in _ADMINS

    @property
    def banned(self) -> bool:
        """Whether it is kept out."""
        return self.status == ChatMemberStatus.BANNED

    @property
    def restricted(self) -> bool:
        """Whether it lacks permissions that others have."""
        return self.status == ChatMemberStatus.RESTRICTED

    def passing(self, now: float) -> bool:
        """Whether it is kept out only until a removal is complete: by a ban that lapses within minutes."""
        return self.banned and 0 < self.until <= now + KICK_SECONDS


class Spaces(Base):
    """Requests about a space."""

    def now(self) -> float:
        """Seconds since 1970 UTC."""
        return time.time()

    async def in_space(self, method: str, where: Where, data: Mapping[str, Any], fine: Collection[str] = ()) -> Any:
        """Ask something about the chat of a place's space; a group that moved is followed.

        Raises :class:`~coterie.core.platform.PlatformError`.
        """
        chat = self.places.chat(where)
        try:
            return await self.calls.call(method, {"chat_id": chat, **data}, fine=fine)
        except Moved as moved:
            self.places.moved(chat, moved.to)
            return await self.calls.call(method, {"chat_id": self.places.chat(where), **data}, fine=fine)

    async def standing(self, where: Where, who: Who) -> Standing | None:
        """How an account stands in the space; None when Telegram cannot tell of this account."""
        user = user_number(who.id)
        if not user:
            return None
        with plainly(_LOOKING):
            return _standing(await self.in_space("getChatMember", where, {"user_id": user}, UNKNOWN))

    async def standing_known(self, where: Where, who: Who) -> Standing:
        """Like :meth:`standing`, but raises :class:`Refused` for an account that Telegram cannot tell of."""
        found = await self.standing(where, who)
        if found is None:
            raise Refused("Telegram does not know this account in the group")
        return found

    async def take_out(self, where: Where, who: Who) -> None:
        """Ban an account and lift the ban again: out, and free to come back.

        When only the first half was done, the whole can be done again; if it never is, the ban lapses by itself.
        """
        user, until = user_id(who), int(self.now()) + KICK_SECONDS
        with plainly(BANNING):
            await self.in_space("banChatMember", where, {"user_id": user, "until_date": until})
        await self.lift_ban(where, who)

    async def lift_ban(self, where: Where, who: Who) -> None:
        """Let an account come back; one that is in stays in. A basic group keeps nobody out, so nothing is lifted."""
        data = {"user_id": user_id(who), "only_if_banned": True}
        with plainly(BANNING):
            await self.in_space("unbanChatMember", where, data, _NEVER_BANNED)

    def basic(self, where: Where) -> bool:
        """Whether the space is a basic group, in which Telegram can neither restrict anybody nor keep anybody out."""
        chat = self.places.chat(where)
        return isinstance(chat, int) and _SUPERGROUPS < chat < 0


BANNING: Final = {
    "user is an administrator": "this account is an administrator of the group",
    "can't remove chat owner": "this account owns the group",
    "can't restrict self": "this account is the bot itself",
    "not enough rights": "the bot needs the right to ban users there",
    "chat_admin_required": "the bot must be an administrator of the group, with the right to ban users",
}
"""What Telegram says when somebody cannot be banned or restricted, and what an operator should read."""


@contextmanager
def plainly(words: Mapping[str, str]) -> Iterator[None]:
    """Say a refusal in other words, where it contains one of these in lower case."""
    try:
        yield
    except Refused as error:
        said = error.reason.casefold()
        for part, plain in words.items():
            if part in said:
                raise Refused(plain) from error
        raise


def _standing(raw: Any) -> Standing | None:
    """How a raw ``ChatMember`` stands; None for what is none."""
    if not isinstance(raw, dict):
        return None
    status, until = raw.get("status"), raw.get("until_date")
    if status in _ADMINS or status == ChatMemberStatus.MEMBER:
        present = True
    elif status == ChatMemberStatus.RESTRICTED:
        present = raw.get("is_member") is not False
    elif status in (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED):
        present = False
    else:
        return None
    tag = raw.get("custom_title" if status in _ADMINS else "tag")
    return Standing(str(status), present, tag if isinstance(tag, str) else "", until if isinstance(until, int) else 0)
