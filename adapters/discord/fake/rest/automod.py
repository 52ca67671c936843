"""Rules of AutoMod."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.permissions import demand
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.things import FakeRule
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

KEYWORD, SPAM, PRESET, MENTIONS, PROFILE = 1, 3, 4, 5, 6
MOST: Final = {KEYWORD: 6, SPAM: 1, PRESET: 1, MENTIONS: 1, PROFILE: 1}
"""How many rules of a kind a server has."""
BLOCK, ALERT, TIMEOUT, QUARANTINE = 1, 2, 3, 4
LONGEST: Final = 2_419_200
"""Seconds of a timeout."""
CREATE, UPDATE, DELETE = 140, 141, 142


def listed(world: World, request: Request) -> list[Json]:
    """The rules of a server."""
    return [one.payload() for one in access.guild(world, request, "manage_guild").rules.values()]


def _one(world: World, request: Request) -> tuple[FakeGuild, FakeRule]:
    guild = access.guild(world, request, "manage_guild")
    found = guild.rules.get(request.ids["rule_id"])
    if found is None:
        raise RestError(404, 0, "404: Not Found")
    return guild, found


def read(world: World, request: Request) -> Json:
    """One rule."""
    return _one(world, request)[1].payload()


def _words(field: Field, name: str, most: int, longest: int) -> None:
    for item in field.items(name, most):
        Field({"word": item.value}, item.path, item.errors).text("word", longest)
        if not isinstance(item.value, str) or not 1 <= len(item.value) <= longest:
            item.wrong("BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {longest} in length.")


def _trigger(field: Field, kind: int) -> None:
    """What sets a rule off."""
    if kind in (KEYWORD, PROFILE):
        for name, most, longest in (("keyword_filter", 1000, 60), ("regex_patterns", 10, 260), ("allow_list", 100, 60)):
            _words(field, name, most, longest)
    elif kind == PRESET:
        field.needs("presets")
        for item in field.items("presets", 3):
            if item.value not in (1, 2, 3):
                item.wrong("BASE_TYPE_CHOICES", "Value must be one of (1, 2, 3).")
        _words(field, "allow_list", 1000, 60)
    elif kind == MENTIONS:
        field.whole("mention_total_limit", 1, 50)
        field.flag("mention_raid_protection_enabled")


def _actions(world: World, guild: FakeGuild, body: Field, kind: int) -> None:
    """What a rule does: block, tell the staff in a channel, time somebody out."""
    for action in body.objects("actions", 5, 1):
        action.needs("type")
        doing = action.choice("type", (BLOCK, ALERT, TIMEOUT, QUARANTINE))
        given = action.at("metadata")
        if doing in (ALERT, TIMEOUT) and not (action.needs("metadata") and given.object()):
            continue
        if doing == BLOCK and given.value:
            given.text("custom_message", 150)
        elif doing == ALERT:
            given.needs("channel_id")
            if given.snowflake("channel_id") not in guild.channels:
                given.at("channel_id").wrong("CHANNEL_NOT_FOUND", "Unknown channel")
        elif doing == TIMEOUT:
            given.needs("duration_seconds")
            given.whole("duration_seconds", 1, LONGEST)
            demand(world, guild, None, "moderate_members")
            if kind not in (KEYWORD, MENTIONS):
                words = "Timeouts need a rule about keywords or mentions"
                action.at("type").wrong("AUTO_MODERATION_ACTION_TYPE_INVALID", words)


def _checked(world: World, guild: FakeGuild, body: Field, kind: int) -> Json:
    """The fields of a rule that the body has."""
    if "name" in body.value and body.needs("name"):
        body.text("name", 100, 1)
    body.choice("event_type", (1, 2))
    if body.has("trigger_metadata") and body.at("trigger_metadata").object():
        _trigger(body.at("trigger_metadata"), kind)
    _actions(world, guild, body, kind)
    body.flag("enabled")
    roles, places = body.snowflakes("exempt_roles", 20), body.snowflakes("exempt_channels", 50)
    body.finish()
    names = ("name", "event_type", "trigger_metadata", "actions", "enabled")
    fields = {name: body.value[name] for name in names if body.has(name)}
    fields |= {"exempt_roles": roles} if body.has("exempt_roles") else {}
    return fields | ({"exempt_channels": places} if body.has("exempt_channels") else {})


def create(world: World, request: Request) -> Json:
    """Set up a rule; it is off unless the body says otherwise."""
    guild = access.guild(world, request, "manage_guild")
    body = access.body(request)
    body.needs("name", "event_type", "trigger_type", "actions")
    kind = body.choice("trigger_type", tuple(MOST))
    body.finish()
    if sum(one.trigger_type == kind for one in guild.rules.values()) >= MOST[kind]:
        words = f"Maximum number of rules with this trigger type reached ({MOST[kind]})"
        body.at("trigger_type").wrong("AUTO_MODERATION_MAX_RULES_OF_TYPE_EXCEEDED", words)
    if kind in (PRESET, MENTIONS):
        body.needs("trigger_metadata")
    fields: Json = {"enabled": False} | _checked(world, guild, body, kind)
    made = FakeRule(world.snowflakes.make(), guild.id, world.bot_id, trigger_type=kind, **fields)
    guild.rules[made.id] = made
    _write(world, request, guild, made, CREATE)
    return made.payload()


def modify(world: World, request: Request) -> Json:
    """Change a rule; what sets it off stays of the same kind."""
    guild, found = _one(world, request)
    for name, value in _checked(world, guild, access.body(request), found.trigger_type).items():
        setattr(found, name, value)
    _write(world, request, guild, found, UPDATE)
    return found.payload()


def delete(world: World, request: Request) -> None:
    """Take a rule away."""
    guild, found = _one(world, request)
    del guild.rules[found.id]
    _write(world, request, guild, found, DELETE)


def _write(world: World, request: Request, guild: FakeGuild, rule: FakeRule, action: int) -> None:
    world.rule_changed(guild, rule, {CREATE: "CREATE", UPDATE: "UPDATE", DELETE: "DELETE"}[action])
    changes = [access.change("name", None, rule.name)]
    world.audit(guild, action, world.bot_id, rule.id, changes=changes, reason=request.reason)


BASE: Final = "/guilds/{guild_id}/auto-moderation/rules"
ROUTES: Final[list[Route]] = [
    ("GET", BASE, listed),
    ("POST", BASE, create),
    ("GET", f"{BASE}/{{rule_id}}", read),
    ("PATCH", f"{BASE}/{{rule_id}}", modify),
    ("DELETE", f"{BASE}/{{rule_id}}", delete),
]
