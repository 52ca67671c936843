"""What accounts have in a space: tags and one-use links to private groups. Telegram has no roles.

Of the two things that Telegram shows, only one tells who did it: an invite link's name carries the action's mark.
Nothing marks a tag, so each verb looks before it writes, and what stands there and is not known to be Coterie's stays.
"""

from __future__ import annotations

import logging
import unicodedata
from asyncio import sleep
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec
from telegram.constants import TagLimit

from coterie.adapters.telegram.cards import render
from coterie.adapters.telegram.links import address_of, known_as, name_for
from coterie.adapters.telegram.sending import user_id
from coterie.adapters.telegram.spaces import Spaces, plainly
from coterie.core.actions import Invite, Remove, SetTag
from coterie.core.cards import Button
from coterie.core.events import Where, Who
from coterie.core.platform import ABSENT, HAD, Delivery, Holdings, PlatformError, Refused, Uncertain

if TYPE_CHECKING:
    from coterie.adapters.telegram.posting import Poster

LINK_SECONDS: Final = 7 * 86_400
"""A link that nobody used works no more after this time."""
PAUSE: Final = 0.05
"""Seconds between two questions about accounts, of which one comparison asks very many: no more than 20 a second."""

_TAG_WORDS: Final = {
    "tag_emoji_not_allowed": "a tag cannot contain emoji",
    "tag_invalid": "Telegram does not take this tag",
    "tag_change_forbidden": "the tag of this account cannot be changed by the bot",
    "not enough rights": "the bot needs the right to manage tags there",
    "chat_admin_required": "the bot must be an administrator of the group, with the right to manage tags",
    "only for groups and supergroups": "only groups have tags",
}
_LINK_WORDS: Final = {
    "not enough rights": "the bot needs the right to invite users there",
    "chat_admin_required": "the bot must be an administrator of the group, with the right to invite users",
}
_LINK_GONE: Final = ("invite_hash_expired", "invite_hash_invalid", "invite_revoked_missing", "chat_invite_permanent")
"""What Telegram says of a link that leads nowhere any more."""
_FIRST_EMOJI: Final = "\U0001f000"
_JOINERS: Final = frozenset("\u200d\u20e3\ufe0f")

log = logging.getLogger(__name__)


class Access(Spaces):
    """The verbs about access."""

    poster: Poster
    access_page: ClassVar[int] = 100

    async def set_tag(self, action: SetTag, delivery: Delivery) -> str:
        """Set a tag, or take it away: HAD when one stands there that is not in ``replaces``.

        When the answer to the request is lost, the tag is read back; so it is rarely left open whose it is.
        """
        _check_tag(action.tag)
        found = await self.standing_known(action.where, action.to)
        if not found.present:
            return ABSENT
        if found.tag and (found.tag not in action.replaces or not action.sure):
            return HAD
        if found.tag == action.tag:
            return ""
        if found.admin:
            raise Refused("this account is an administrator of the group, and only ordinary members have tags")
        try:
            with plainly(_TAG_WORDS):
                data = {"user_id": user_id(action.to), "tag": action.tag}
                await self.in_space("setChatMemberTag", action.where, data)
        except Uncertain:
            now = await self.standing_known(action.where, action.to)
            if now.tag != action.tag:
                raise
        return ""

    async def invite(self, action: Invite, delivery: Delivery) -> str:
        """Send a link that lets in one account, within a week; returns the link. HAD when the account is in already.

        Telegram itself ends a link that lets in one when it has been used. What is left to do: an earlier link works no
        more before a new one is made, one that could not be sent is revoked at once, and :meth:`remove` revokes the
        last one, used or not.
        """
        where = action.where
        found = await self.standing(where, action.to)
        if action.replaces:
            await self._revoke(where, action.replaces)
        if found is not None and found.present:
            return HAD
        if found is not None and found.banned:
            if not found.passing(self.now()):
                raise Refused("this account is banned from the group")
            await self.lift_ban(where, action.to)
        link = await self._make_link(action)
        try:
            await self._send_link(action, link, delivery)
        except PlatformError:  # also where it may have arrived: the core would not know the link
            await self._revoke_quietly(where, link)
            raise
        return known_as(link, name_for(action.mark))

    async def remove(self, action: Remove, delivery: Delivery) -> str:
        """Revoke the link and take the account out, free to come back. Owners and administrators stay.

        HAD when it is in and a person may have let it in. A link that cannot be revoked keeps nobody in: it is told
        when the account is out.
        """
        trouble: Refused | None = None
        if action.link:
            try:
                await self._revoke(action.where, action.link)
            except Refused as refused:
                trouble = refused
        said = await self._remove_account(action)
        if trouble is not None:
            raise trouble
        return said

    async def access_of(self, space: str, accounts: Sequence[Who]) -> Mapping[tuple[str, str], Holdings]:
        """What accounts have, asked one by one and no faster than :data:`PAUSE` allows.

        An account that Telegram does not know is left out.  Raises a :class:`PlatformError` when the space tells
        nothing, as where the bot is no administrator.  Telegram does not tell when an account came in.
        """
        where = Where("telegram", space, space)
        found = {}
        for place, who in enumerate(accounts):
            if place:
                await sleep(PAUSE)
            standing = await self.standing(where, who)
            if standing is not None:
                found[who.platform, who.id] = Holdings(standing.present, tag=standing.tag)
        return found

    async def role_problems(self, space: str, roles: Collection[str]) -> Mapping[str, str]:
        """Every role is a problem here."""
        return dict.fromkeys(roles, "Telegram has no roles; use an invitation to a group or a tag")

    async def _remove_account(self, action: Remove) -> str:
        found = await self.standing_known(action.where, action.to)
        if found.passing(self.now()):  # the second half of an earlier try
            await self.lift_ban(action.where, action.to)
            return ""
        if not found.present:
            return ABSENT
        if not action.sure:
            return HAD
        if found.admin:
            raise Refused("this account is an administrator of the group, and is never taken out")
        await self.take_out(action.where, action.to)
        return ""

    async def _make_link(self, action: Invite) -> str:
        data = {
            "name": name_for(action.mark),
            "member_limit": 1,
            "expire_date": int(self.now()) + LINK_SECONDS,
        }
        with plainly(_LINK_WORDS):
            made: Any = await self.in_space("createChatInviteLink", action.where, data)
        link = made.get("invite_link") if isinstance(made, dict) else None
        if not isinstance(link, str) or not link:
            raise Uncertain("Telegram did not name the link that it made")
        return link

    async def _send_link(self, action: Invite, link: str, delivery: Delivery) -> None:
        rows = (*action.card.buttons, (Button(action.label, url=link),))
        card = msgspec.structs.replace(action.card, buttons=rows)
        await self.poster.send(self.places.target(action.dm), render(card, delivery, picture=False), delivery.key)

    async def _revoke(self, where: Where, link: str) -> None:
        """Make a link useless; one that leads nowhere any more is."""
        with plainly(_LINK_WORDS):
            await self.in_space("revokeChatInviteLink", where, {"invite_link": address_of(link)}, _LINK_GONE)

    async def _revoke_quietly(self, where: Where, link: str) -> None:
        try:
            await self._revoke(where, link)
        except PlatformError as error:
            log.warning("a link to %s that was not sent could not be revoked: %s", where.space, error.reason)


def _check_tag(tag: str) -> None:
    """Raise :class:`Refused` for what Telegram does not take as a tag."""
    if len(tag) > TagLimit.MAX_TAG_LENGTH:
        raise Refused(f"a tag has at most {TagLimit.MAX_TAG_LENGTH} characters")
    if any(char in _JOINERS or (char >= _FIRST_EMOJI and unicodedata.category(char) == "So") for char in tag):
        raise Refused("a tag cannot contain emoji")
