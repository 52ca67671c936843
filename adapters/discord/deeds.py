"""Who did what: Discord's audit log, and the mark by which Coterie finds its own doings in it.

A server's audit log is kept for 45 days.  Each request about access carries its action's mark in the reason, so that
what Coterie did can be told from what a person did, also after a crash between the request and its answer.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from coterie.adapters.discord.reading.fields import is_id
from coterie.core.outside import Raw, listed

if TYPE_CHECKING:
    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls

ROLES_CHANGED: Final = 25
INVITE_MADE: Final = 40
PAGE: Final = 100
"""Entries of one answer."""
RECENT: Final = 3
"""So many pages of everybody's doings are looked through; what is older nobody can tell."""
OWN: Final = 5
"""So many pages of Coterie's own doings."""

_MARK: Final = re.compile(r"\bcoterie:([0-9]{1,20})\b", re.ASCII)
_FOR: Final = "invitation for"
_MADE: Final = re.compile(rf"\bcoterie:(?P<mark>[0-9]{{1,20}}) {_FOR} (?P<user>[0-9]{{1,20}})\b", re.ASCII)

Giver = Literal["coterie", "person", "unknown"]


class Made(NamedTuple):
    """A personal invite: the mark of the action that made it, and the account that it is for."""

    mark: str
    user: str


def invitation(mark: int, user: str) -> str:
    """The reason of a request for a personal invite."""
    return marked(mark, f"{_FOR} {user}")


def marked(mark: int, words: str) -> str:
    """The reason of a request about access."""
    return f"coterie:{mark} {words}"


def mark_of(reason: Any) -> str:
    """The mark in a reason; empty where there is none."""
    found = _MARK.search(reason) if isinstance(reason, str) else None
    return found[1] if found is not None else ""


class Deeds:
    """The audit logs of servers in which the bot may read them."""

    def __init__(self, calls: Calls, me: Me) -> None:
        self._calls = calls
        self._me = me

    async def giver(self, guild: str, user: str, role: str, mark: int, *, deep: bool = True) -> Giver:
        """Who gave an account a role that it has: the newest entry about it tells.

        ``coterie`` only by a request with this mark; ``unknown`` where the log does not reach back so far.  ``deep``:
        Coterie's own doings are looked for further back.
        """
        async for entry in self._entries(guild, ROLES_CHANGED, RECENT):
            if entry.get("target_id") == user and role in _named(entry, "$add"):
                return "coterie" if self._is_ours(entry, mark) else "person"
        async for entry in self._entries(guild, ROLES_CHANGED, OWN if deep else 0, by=self._me.id):
            if entry.get("target_id") == user and role in _named(entry, "$add") and self._is_ours(entry, mark):
                return "coterie"
        return "unknown"

    async def invites(self, guild: str, pages: int = OWN) -> dict[str, Made]:
        """The personal invites that Coterie made, by code: those in so many pages of its doings."""
        found: dict[str, Made] = {}
        async for entry in self._entries(guild, INVITE_MADE, pages, by=self._me.id):
            made = _MADE.search(entry["reason"]) if isinstance(entry.get("reason"), str) else None
            for change in listed(entry, "changes"):
                code = change.get("new_value")
                if made is not None and change.get("key") == "code" and isinstance(code, str):
                    found[code] = Made(made["mark"], made["user"])
        return found

    def _is_ours(self, entry: Raw, mark: int) -> bool:
        return entry.get("user_id") == self._me.id and mark_of(entry.get("reason")) == str(mark)

    async def _entries(self, guild: str, kind: int, pages: int, by: str = "") -> AsyncIterator[Raw]:
        """The entries of a kind, newest first."""
        params: dict[str, Any] = {"action_type": kind, "limit": PAGE} | ({"user_id": by} if by else {})
        for _ in range(pages):
            raw = await self._calls.call("GET", "/guilds/{guild_id}/audit-logs", ids={"guild_id": guild}, params=params)
            entries = listed(raw, "audit_log_entries") if isinstance(raw, dict) else []
            for entry in entries:
                yield entry
            if len(entries) < PAGE or not is_id(entries[-1].get("id")):
                return
            params["before"] = entries[-1]["id"]


def _named(entry: Raw, key: str) -> set[Any]:
    """The ids of the roles that an entry says were given (``$add``) or taken (``$remove``)."""
    changes = [each for each in listed(entry, "changes") if each.get("key") == key]
    return {role.get("id") for change in changes for role in listed(change, "new_value")}


__all__ = ["Deeds", "Giver", "Made", "invitation", "mark_of", "marked"]
