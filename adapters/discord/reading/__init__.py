"""Reading: a raw payload of Discord's gateway becomes the core's events.

Payloads are read as the plain JSON that they come as, one by one: the library's objects cost several times as much, and
leave out what is not in its caches. What is of an unknown kind says nothing; what is of a known kind and not as it
should be is told of in the log, and passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from typing import Any, Final

from coterie.adapters.discord.reading import gatherings, members, moderation, purchases, reactions, votes
from coterie.adapters.discord.reading.fields import is_id
from coterie.adapters.discord.reading.guilds import Guilds
from coterie.adapters.discord.reading.interactions import handle_in, interacted, typing
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.messages import edited, posted
from coterie.adapters.discord.reading.requests import asked_to_join
from coterie.core.events import CommandCalled, Event
from coterie.core.outside import Malformed, Raw

log = logging.getLogger(__name__)

Kind = Callable[[Raw, str, Known], list[Event]]

_INTERACTION: Final = "INTERACTION_CREATE"
_KINDS: Final[dict[str, Kind]] = {
    "MESSAGE_CREATE": posted,
    _INTERACTION: interacted,
    "MESSAGE_UPDATE": edited,
    "MESSAGE_REACTION_ADD": reactions.reacted,
    "MESSAGE_REACTION_REMOVE": reactions.took_back,
    "MESSAGE_POLL_VOTE_ADD": votes.voted,
    "MESSAGE_POLL_VOTE_REMOVE": votes.unvoted,
    "GUILD_MEMBER_ADD": members.joined,
    "GUILD_MEMBER_UPDATE": members.changed,
    "GUILD_MEMBER_REMOVE": members.left,
    "GUILD_JOIN_REQUEST_CREATE": asked_to_join,
    "GUILD_JOIN_REQUEST_UPDATE": asked_to_join,
    "GUILD_AUDIT_LOG_ENTRY_CREATE": moderation.noted,
    "AUTO_MODERATION_ACTION_EXECUTION": moderation.stopped,
    "GUILD_SCHEDULED_EVENT_CREATE": gatherings.scheduled,
    "GUILD_SCHEDULED_EVENT_UPDATE": gatherings.scheduled,
    "GUILD_SCHEDULED_EVENT_DELETE": gatherings.called_off,
    "GUILD_SCHEDULED_EVENT_USER_ADD": gatherings.interested,
    "GUILD_SCHEDULED_EVENT_USER_REMOVE": gatherings.uninterested,
    "ENTITLEMENT_CREATE": purchases.bought,
    "ENTITLEMENT_UPDATE": purchases.changed,
    "ENTITLEMENT_DELETE": purchases.ended,
    "GUILD_UPDATE": members.restructured,
    "GUILD_ROLE_UPDATE": members.restructured,
    "GUILD_ROLE_DELETE": members.restructured,
}
KINDS: Final = frozenset(_KINDS)
"""The kinds of payloads that say something. Of guilds, channels, threads and roles :class:`Guilds` learns first."""


class Reader:
    """Reads the payloads of one bot. What it keeps beside :class:`Guilds`, :mod:`members` and :mod:`votes` tell."""

    def __init__(self, bot_id: str, application_id: str, guilds: Guilds, prefix: str = "") -> None:
        """``prefix`` is what text commands may begin with in place of ``/``; empty for none."""
        self._known = Known(bot_id, application_id, guilds, prefix)

    def read(self, kind: str, data: Any, mark: str) -> list[Event]:
        """The events of a payload, in order; never raises. ``mark`` tells it from all others (``SESSION:SEQUENCE``)."""
        read = _KINDS.get(kind)
        if read is None:
            return []
        try:
            if type(data) is not dict:
                raise Malformed("it is not an object")
            return read(data, mark, self._known)
        except Exception as error:
            log.warning("%s %s was passed over: %s", kind, mark, _what(error))
            return []

    def handle_of(self, kind: str, data: Any) -> str:
        """The handle of an interaction that wants an answer; empty for all else."""
        return handle_in(data) if kind == _INTERACTION and type(data) is dict else ""

    def typing(self, data: Any) -> tuple[CommandCalled, str] | None:
        """The command that somebody is typing, and the option they are at; None for what is no such interaction."""
        try:
            return typing(data, self._known) if type(data) is dict else None
        except Exception as error:
            log.warning("what somebody types was passed over: %s", _what(error))
            return None

    def set_operator(self, guild_id: str, user_id: str, role_ids: Iterable[str] = ()) -> None:
        """Note that somebody runs a guild, as the store or a list of its members says; with the roles that they have.

        The reader learns it from payloads, too, but not of those who ran it before it was started.
        """
        if is_id(guild_id) and is_id(user_id):
            self._known.operators.put((guild_id, user_id), tuple(role_ids))


def _what(error: Exception) -> str:
    return str(error) if isinstance(error, Malformed) else type(error).__name__


__all__ = ["KINDS", "Guilds", "Reader"]
