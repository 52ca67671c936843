"""Filters: rules of AutoMod's, which Discord applies by itself before anybody sees a message."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from coterie.adapters.discord.base import Base
from coterie.adapters.discord.places import is_id
from coterie.adapters.discord.plainly import plainly
from coterie.adapters.discord.refusals import Denied
from coterie.core.actions import DropFilter, SetFilter
from coterie.core.platform import Delivery, PlatformError, Refused

WORDS: Final = 1_000
WORD: Final = 60
PATTERNS: Final = 10
PATTERN: Final = 260
NAME: Final = 100
REPLY: Final = 150
LONGEST_MUTE: Final = 28 * 24 * 60 * 60
"""Seconds."""

_RULES: Final = "/guilds/{guild_id}/auto-moderation/rules"
_RULE: Final = "/guilds/{guild_id}/auto-moderation/rules/{rule_id}"
_ON_MESSAGE: Final = 1
_KEYWORDS: Final = 1
_BLOCK: Final = 1
_MUTE: Final = 3
_WORDS: Final[Mapping[int, str]] = {
    50013: "the bot needs the permission “Manage Server” for filters, and “Timeout Members” for those that mute",
    50035: "Discord does not take this filter: it may have as many as it allows (6), or cannot read a pattern",
}


class Filters(Base):
    """The verbs about filters. A rule of somebody else's is left alone, whatever its name."""

    async def set_filter(self, action: SetFilter, delivery: Delivery) -> str:
        """Make the rule of this name, or replace what it stops and does; whom people have exempted from it stays so."""
        guild, body = self.places.guild(action.where), _body(action)
        with plainly(_WORDS):
            ours = [each for each in await self.filters(guild) if each.get("name") == body["name"]]
            if ours:
                ids = {"guild_id": guild, "rule_id": str(ours[0]["id"])}
                made = await self.calls.call("PATCH", _RULE, body, ids=ids)
            else:
                made = await self.calls.call(
                    "POST", _RULES, {**body, "trigger_type": _KEYWORDS}, ids={"guild_id": guild}
                )
        self.guilds.learn("AUTO_MODERATION_RULE_UPDATE", made)
        return ""

    async def drop_filter(self, action: DropFilter, delivery: Delivery) -> str:
        """Take the rules of this name away; where there is none, it is done."""
        guild, name = self.places.guild(action.where), _name(action.name)
        with plainly(_WORDS):
            for each in await self.filters(guild):
                if each.get("name") == name:
                    ids = {"guild_id": guild, "rule_id": str(each["id"])}
                    await self._delete(guild, ids)
        return ""

    async def _delete(self, guild: str, ids: Mapping[str, str]) -> None:
        """Delete a rule; for one that is gone Discord has no number of its own, so it is looked for."""
        try:
            await self.calls.call("DELETE", _RULE, ids=ids)
        except Denied:
            if any(each.get("id") == ids["rule_id"] for each in await self.filters(guild)):
                raise

    async def filters(self, guild: str) -> list[dict[str, Any]]:
        """The bot's own rules in a server, raw; the names of all rules are noted, for what tells of them by id.

        Raises :class:`PlatformError`.
        """
        raw = await self.calls.call("GET", _RULES, ids={"guild_id": guild})
        if not isinstance(raw, list):
            raise PlatformError("Discord's answer about the server's filters could not be read")
        rules = [each for each in raw if isinstance(each, dict) and is_id(each.get("id"))]
        for each in rules:
            self.guilds.learn("AUTO_MODERATION_RULE_UPDATE", {**each, "guild_id": guild})
        return [
            each for each in rules if each.get("creator_id") == self.me.id and each.get("trigger_type") == _KEYWORDS
        ]


def _body(action: SetFilter) -> dict[str, Any]:
    """The rule as Discord takes it; raises :class:`Refused` for what it cannot be."""
    words = list(dict.fromkeys(word for each in action.words if (word := " ".join(each.split()))))
    keywords = [each for each in words if "*" not in each[1:-1]]
    # Discord knows a star at the ends of a word alone.
    patterns = [*action.patterns, *(_pattern(each) for each in words if "*" in each[1:-1])]
    if not keywords and not patterns:
        raise Refused("a filter needs words or patterns")
    if len(keywords) > WORDS or len(patterns) > PATTERNS:
        raise Refused(f"a filter has at most {WORDS:,} words, and {PATTERNS} patterns or words with a star inside")
    if any(len(each) > WORD for each in keywords):
        raise Refused(f"a word of a filter has at most {WORD} characters")
    if any(not 1 <= len(each) <= PATTERN for each in patterns):
        raise Refused(f"a pattern of a filter has 1 to {PATTERN} characters")
    if not 0 <= action.mute <= LONGEST_MUTE:
        raise Refused("a filter mutes for at most 28 days")
    reply = " ".join(action.reply.split())
    block: dict[str, Any] = {"type": _BLOCK}
    if reply:
        block["metadata"] = {"custom_message": reply if len(reply) <= REPLY else f"{reply[: REPLY - 1].rstrip()}…"}
    actions = [block]
    if action.mute:
        actions.append({"type": _MUTE, "metadata": {"duration_seconds": action.mute}})
    return {
        "name": _name(action.name),
        "event_type": _ON_MESSAGE,
        "trigger_metadata": {"keyword_filter": keywords, "regex_patterns": patterns},
        "actions": actions,
        "enabled": True,
    }


def _name(name: str) -> str:
    named = " ".join(name.split())
    if not 1 <= len(named) <= NAME:
        raise Refused(f"a filter's name has 1 to {NAME} characters")
    return named


def _pattern(word: str) -> str:
    """A word with stars as a regular expression, which looks at whole words as Discord does."""
    before, after = "" if word.startswith("*") else r"\b", "" if word.endswith("*") else r"\b"
    inside = r"\w*".join(re.escape(each) for each in word.strip("*").split("*"))
    return f"(?i){before}{inside}{after}"


__all__ = ["Filters"]
