"""Applications to be let into a server whose owner looks at each.

Few servers have them, and the library does not know them, so they are asked for by their plain routes.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.reading.fields import is_id
from coterie.adapters.discord.refusals import Denied, Gone
from coterie.adapters.discord.spaces import Spaces, user_id
from coterie.core.actions import ApproveJoin, DeclineJoin
from coterie.core.outside import Raw, listed
from coterie.core.platform import Delivery, Inbox, Refused

if TYPE_CHECKING:
    from coterie.adapters.discord.calls import Calls
    from coterie.adapters.discord.reading import Reader

PAGE: Final = 100
PAGES: Final = 20
"""So many pages of applications are looked through."""

_NONE_HERE: Final = (
    "this server takes no applications: its owner can switch them on in the server's settings "
    "(Access, “Apply to Join”), and the bot needs the permission “Kick Members”"
)
_UNKNOWN_GUILD: Final = 10004

log = logging.getLogger(__name__)


class Joins(Spaces):
    """The verbs about applications."""

    async def approve_join(self, action: ApproveJoin, delivery: Delivery) -> str:
        """Let an applicant in; one whose application is gone or decided is none any more."""
        return await self._decide(action, "APPROVED")

    async def decline_join(self, action: DeclineJoin, delivery: Delivery) -> str:
        """Refuse an applicant; one whose application is gone or decided is none any more."""
        return await self._decide(action, "REJECTED")

    async def _decide(self, action: ApproveJoin | DeclineJoin, verdict: str) -> str:
        guild, user = self.places.guild(action.where), user_id(action.to)
        if request := await self._waiting(guild, user):
            ids = {"guild_id": guild, "request_id": request}
            try:
                await self.calls.call("PATCH", "/guilds/{guild_id}/requests/{request_id}", {"action": verdict}, ids=ids)
            except Gone:
                return ""
            except Denied:
                if await self._waiting(guild, user):
                    raise
        return ""

    async def _waiting(self, guild: str, user: str) -> str:
        """The id of an account's application that nobody has decided; empty where there is none."""
        try:
            async for request in requests(self.calls, guild):
                if applicant_of(request) == user:
                    return id_of(request)
        except Denied as error:
            if error.code == _UNKNOWN_GUILD:
                raise
            raise Refused(_NONE_HERE) from error
        return ""


async def reconcile_requests(calls: Calls, reader: Reader, inbox: Inbox, guild: str) -> int:
    """Hand in the applications that wait, in case one came while nobody listened; how many there are.

    Each counts once, by its own key.  A server without applications has none.  Raises :class:`PlatformError` when
    Discord cannot tell, and whatever the store raises.
    """
    number = 0
    try:
        async for request in requests(calls, guild):
            raw = {"guild_id": guild, "status": "SUBMITTED", "request": request}
            for event in reader.read("GUILD_JOIN_REQUEST_CREATE", raw, f"requests:{guild}:{id_of(request)}"):
                await inbox.submit(event)
                number += 1
    except Refused as error:
        log.debug("the server %s has no applications: %s", guild, error.reason)
    return number


async def requests(calls: Calls, guild: str) -> AsyncIterator[Raw]:
    """The raw applications that wait for a decision."""
    params: dict[str, Any] = {"status": "SUBMITTED", "limit": PAGE}
    for _ in range(PAGES):
        raw = await calls.call("GET", "/guilds/{guild_id}/requests", ids={"guild_id": guild}, params=params)
        page = listed(raw, "guild_join_requests") if isinstance(raw, dict) else listed({"all": raw}, "all")
        for request in page:
            yield request
        if len(page) < PAGE or not (last := id_of(page[-1])):
            return
        newest_first = int(last) < int(id_of(page[0]) or last)
        params["before" if newest_first else "after"] = last


def id_of(request: Raw) -> str:
    """The id of an application, by either of its names; empty where it has none."""
    found = request.get("id") or request.get("join_request_id")
    return found if is_id(found) else ""


def applicant_of(request: Raw) -> str:
    """The id of the account that applies."""
    user = request.get("user")
    found = user.get("id") if isinstance(user, dict) else request.get("user_id")
    return found if is_id(found) else ""


__all__ = ["Joins", "applicant_of", "reconcile_requests", "requests"]
