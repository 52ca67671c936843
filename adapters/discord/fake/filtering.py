"""What AutoMod does with what people write."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import discord

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeChannel, FakeUser
from coterie.adapters.discord.fake.things import FakeRule

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.world import World

MANAGE: Final = discord.Permissions.manage_guild.flag
KEYWORD, MENTIONS = 1, 5
BLOCK, ALERT, TIMEOUT = 1, 2, 3


def blocked(world: World, guild: FakeGuild, author: FakeUser, channel: FakeChannel, text: str) -> bool:
    """Whether a rule of the server keeps a message back; what else the rules order is done."""
    if guild.permissions(author.id) & MANAGE:
        return False
    kept_back = False
    for rule in guild.rules.values():
        held = set(guild.members[author.id].roles) & set(rule.exempt_roles)
        if rule.enabled and not held and channel.id not in rule.exempt_channels:
            hit = _hit(rule, text)
            if hit is not None:
                kept_back |= _act(world, guild, rule, author, channel, text, hit)
    return kept_back


def _hit(rule: FakeRule, text: str) -> tuple[str, str] | None:
    """What of a rule a text meets, and where: (keyword, the part of the text)."""
    given = rule.trigger_metadata
    if rule.trigger_type == MENTIONS:
        mentions = re.findall(r"<@[!&]?\d+>", text)
        return ("", "") if len(set(mentions)) > given.get("mention_total_limit", 20) else None
    if rule.trigger_type != KEYWORD:
        return None
    for keyword in given.get("keyword_filter", ()):
        for found in _pattern(keyword).finditer(text):
            allowed = (_pattern(word).search(found.group()) for word in given.get("allow_list", ()))
            if not any(allowed):
                return keyword, found.group()
    for regex in given.get("regex_patterns", ()):
        match = re.search(regex, text, re.IGNORECASE)
        if match is not None:
            return regex, match.group()
    return None


def _pattern(keyword: str) -> re.Pattern[str]:
    """A keyword: whole words between blanks, which an asterisk lets begin or end in any way."""
    start = r"\S*" if keyword.startswith("*") else r"(?<!\S)"
    end = r"\S*" if keyword.endswith("*") else r"(?!\S)"
    return re.compile(start + re.escape(keyword.strip("*")) + end, re.IGNORECASE)


def _act(
    world: World, guild: FakeGuild, rule: FakeRule, author: FakeUser, channel: FakeChannel, text: str,
    hit: tuple[str, str],
) -> bool:  # fmt: skip
    for action in rule.actions:
        if action["type"] == TIMEOUT:
            member = guild.members[author.id]
            member.muted_until = world.now() + action["metadata"]["duration_seconds"]
            world.member_changed(guild, member)
        raw: Json = {
            "guild_id": guild.id, "action": action, "rule_id": rule.id, "rule_trigger_type": rule.trigger_type,
            "user_id": author.id, "channel_id": channel.id, "content": text, "matched_keyword": hit[0],
            "matched_content": hit[1],
        }  # fmt: skip
        world.emit("AUTO_MODERATION_ACTION_EXECUTION", raw, guild)
    world.tell("filtered", rule)
    return any(action["type"] == BLOCK for action in rule.actions)
