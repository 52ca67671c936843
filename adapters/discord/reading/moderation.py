"""What a guild's own moderators and filters did."""

from __future__ import annotations

import time
from typing import Final, Literal

from coterie.adapters.discord.reading.fields import MAX_TEXT, created, ident, ident_or_none, moment
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.people import nameless
from coterie.core.events import AccountModerated, Event, FilterHit
from coterie.core.outside import Raw, line, listed

Deed = Literal["mute", "unmute", "kick", "ban", "unban"]

_DEEDS: Final[dict[int, Deed]] = {20: "kick", 22: "ban", 23: "unban"}
_MEMBER_CHANGED: Final = 24
_MUTED_UNTIL: Final = "communication_disabled_until"
_REASON: Final = 512
_BLOCKED: Final = 1


def noted(entry: Raw, mark: str, known: Known) -> list[Event]:
    """An entry of the audit log: somebody was kicked, banned, let back, muted, or may write again.

    What the bot itself did is known already.  An entry whose doer Discord does not name is somebody else's, too.
    """
    by, kind = ident_or_none(entry, "user_id"), entry.get("action_type")
    if by == known.bot or type(kind) is not int:
        return []
    deed, until = _DEEDS.get(kind), 0
    if kind == _MEMBER_CHANGED:
        for change in listed(entry, "changes"):
            if change.get("key") == _MUTED_UNTIL:
                until = moment(change, "new_value")
                until = until if until > time.time() * 1000 else 0
                deed = "mute" if until else "unmute"
    if deed is None or entry.get("target_id") == known.bot:
        return []
    identifier = ident(entry)
    return [
        AccountModerated(
            key=f"dc:a:{identifier}",
            at=created(identifier),
            who=nameless(ident(entry, "target_id")),
            where=known.guilds.home(ident(entry, "guild_id")),
            deed=deed,
            by=nameless(by) if by else None,
            until=until,
            reason=line(entry, "reason", _REASON),
        )
    ]


def stopped(data: Raw, mark: str, known: Known) -> list[Event]:
    """AutoMod stopped a message. What else it did about it (an alert, a mute) comes by itself, and says nothing.

    The rule is told by name where that is known, else by id.
    """
    action = data.get("action")
    if type(action) is not dict or action.get("type") != _BLOCKED:
        return []
    guild, user, channel = ident(data, "guild_id"), ident(data, "user_id"), ident_or_none(data, "channel_id")
    return [
        FilterHit(
            key=f"dc:{mark}",
            who=nameless(user),
            where=known.guilds.where(channel, guild) if channel else known.guilds.home(guild),
            rule=known.guilds.rule(guild, ident(data, "rule_id")),
            text=line(data, "content", MAX_TEXT),
            word=line(data, "matched_keyword") or line(data, "matched_content"),
        )
    ]
