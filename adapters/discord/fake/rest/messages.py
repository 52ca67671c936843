"""Messages: sending, reading, changing, taking away."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage
from coterie.adapters.discord.fake.permissions import demand, may
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.memory import LATE, memory
from coterie.adapters.discord.fake.rest.posting import SUPPRESS_EMBEDS, Draughtsman, apply
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import made_at
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

FORUMS: Final = (15, 16)
SPOKEN: Final = (0, 19, 20, 23)
"""Types of messages that somebody wrote; the others tell of something."""
BULK_LIFE: Final = 14 * 86_400.0
MESSAGE_DELETE, MESSAGE_BULK_DELETE = 72, 73


def writable(world: World, place: FakeChannel) -> FakeChannel:
    """A channel that the bot may write in: a direct chat that is open, a thread that is neither archived nor locked."""
    if place.type in FORUMS:
        raise RestError(400, 40058, "Cannot send messages in a forum channel")
    access.textual(place)
    guild = world.guild_of(place)
    if guild is None:
        mutual = any(
            place.recipient and place.recipient.id in one.members and world.bot_id in one.members
            for one in world.guilds.values()
        )
        if place.recipient is not None and (not place.recipient.dms_open or place.recipient.bot):
            raise RestError(403, 50007, "Cannot send messages to this user")
        if not mutual:
            raise RestError(403, 50278, "Cannot send messages to this user due to having no mutual guilds")
        return place
    demand(world, guild, place, "send_messages")
    if place.is_thread and place.locked and not may(world, guild, place, "manage_threads"):
        raise RestError(403, 160005, "Thread is locked")
    return place


def create(world: World, request: Request) -> Json:
    """Post a message; the same nonce within a few minutes gives the first one again, or 10008 if that was deleted."""
    place = writable(world, access.channel(world, request))
    body = access.body(request)
    now = world.now()
    nonce = body.value.get("nonce")
    kept = memory(world)
    if nonce is not None and body.value.get("enforce_nonce") is True:
        first = kept.repeated(str(nonce), now)
        if first is not None and first.deleted:
            raise unknown(10008, "Message")
        if first is not None:
            return first.payload(world.bot_id)
    fields = prepared(world, place, body, request)
    sent = world.post(place, world.bot, nonce=nonce, **fields)
    if nonce is not None:
        kept.sent(str(nonce), sent, now)
    if place.archived:
        place.archived = False
        world.channel_changed(place)
    return sent.payload(world.bot_id)


def prepared(world: World, place: FakeChannel, body: Field, request: Request) -> Json:
    """The fields of a new message of the bot's: checked, allowed, with what it answers or passes on."""
    reference = _reference(world, place, body)
    answered = reference if reference is not None and not _forwards(body) else None
    drawer = Draughtsman(world, place)
    if reference is not None and _forwards(body):
        fields: Json = {"type": 0, "extra": {"message_snapshots": [{"message": _snapshot(reference)}]}}
    else:
        fields = drawer.draft(body, request.files, answered=answered).fields
    guild = world.guild_of(place)
    if guild is not None:
        _allowed(world, place, fields)
    if reference is not None:
        raw: Json = {"type": int(_forwards(body)), "channel_id": reference.channel.id, "message_id": reference.id}
        fields["reference"] = raw | ({"guild_id": guild.id} if guild is not None else {})
    if answered is not None:
        fields |= {"type": 19, "reply_to": answered}
    return fields


def _allowed(world: World, place: FakeChannel, fields: Json) -> None:
    """Files and polls need a permission of their own; embeds without theirs are left out, as Discord does."""
    guild = world.guilds[place.guild_id]
    if fields.get("attachments"):
        demand(world, guild, place, "attach_files")
    if fields.get("poll") is not None:
        demand(world, guild, place, "send_polls")
    if fields.get("embeds") and not may(world, guild, place, "embed_links"):
        raise RestError(403, 50013, "Missing Permissions")
    if fields.get("tts") and not may(world, guild, place, "send_tts_messages"):
        fields["tts"] = False


def _forwards(body: Field) -> bool:
    return body.at("message_reference").value is not None and body.value["message_reference"].get("type") == 1


def _reference(world: World, place: FakeChannel, body: Field) -> FakeMessage | None:
    """The message that is answered or passed on; None for none, or one that is gone and need not be there."""
    if not body.has("message_reference") or not body.at("message_reference").object():
        return None
    field = body.at("message_reference")
    message_id, channel_id = field.snowflake("message_id"), field.snowflake("channel_id") or place.id
    forwards = field.value.get("type") == 1
    home = world.guild_of(place)
    if home is not None and not forwards and not may(world, home, place, "read_message_history"):
        raise RestError(403, 160002, "Cannot reply without permission to read message history")
    if channel_id != place.id and not forwards:
        field.wrong("REPLIES_CANNOT_REFERENCE_OTHER_CHANNEL", "Cannot reply to a message in another channel")
        body.finish()
    elsewhere = access.channel_of(world, channel_id) if forwards else place
    found = elsewhere.message(message_id) if message_id else None
    if found is not None and not found.seen_by:
        if found.type not in SPOKEN:
            field.wrong("REPLIES_CANNOT_REPLY_TO_SYSTEM_MESSAGE", "Cannot reply to a system message")
            body.finish()
        return found
    if message_id and field.value.get("fail_if_not_exists", True) is not False:
        field.wrong("REPLIES_UNKNOWN_MESSAGE", "Unknown message")
        body.finish()
    return None


def _snapshot(found: FakeMessage) -> Json:
    raw = found.payload()
    names = (
        "content",
        "embeds",
        "attachments",
        "timestamp",
        "edited_timestamp",
        "flags",
        "mentions",
        "mention_roles",
        "type",
        "components",
    )
    return {name: raw[name] for name in names}


def read(world: World, request: Request) -> Json:
    """One message."""
    return access.message(world, request, "read_message_history").payload(world.bot_id)


def history(world: World, request: Request) -> list[Json]:
    """A page of a channel, newest first; without the permission to read it, nothing."""
    place = access.textual(access.channel(world, request))
    guild = world.guild_of(place)
    if guild is not None and not may(world, guild, place, "read_message_history"):
        return []
    found = access.page(request, place.shown, lambda one: one.id, default=50, high=100, newest=True)
    return [one.payload(world.bot_id) for one in found]


def edit(world: World, request: Request) -> Json:
    """Change a message of the bot's; of others' only whether embeds are shown."""
    found = access.message(world, request)
    body = access.body(request)
    if not found.own:
        return _suppress(world, found, body)
    if found.type not in SPOKEN:
        raise RestError(403, 50021, "Cannot execute action on a system message")
    _thawed(found.channel)
    made = Draughtsman(world, found.channel).change(body, request.files, found)
    if world.now() - made_at(found.id) > LATE:
        wait = memory(world).wait(found.channel.id, world.now())
        if wait:
            raise TooManyLateEdits(wait)
    apply(made, found)
    world.edited(found, touched=not set(body.value) <= {"flags"})
    return found.payload(world.bot_id)


class TooManyLateEdits(RestError):
    """429 for edits of messages older than an hour, with the seconds to wait."""

    def __init__(self, wait: float) -> None:
        words = "Maximum number of edits to messages older than 1 hour reached. Try again later"
        super().__init__(429, 30046, words)
        self.wait = wait

    def body(self) -> Json:
        """The JSON body of the answer."""
        return super().body() | {"retry_after": round(self.wait, 3), "global": False}


def _thawed(place: FakeChannel) -> None:
    if place.archived:
        raise RestError(400, 50083, "Thread is archived")


def _suppress(world: World, found: FakeMessage, body: Field) -> Json:
    guild = world.guild_of(found.channel)
    if set(body.value) - {"flags", "tts", "allowed_mentions"} or guild is None:
        raise RestError(403, 50005, "Cannot edit a message authored by another user")
    demand(world, guild, found.channel, "manage_messages")
    hidden = body.whole("flags", 0, 2**31 - 1, found.flags) & SUPPRESS_EMBEDS
    body.finish()
    found.flags = found.flags & ~SUPPRESS_EMBEDS | hidden
    world.edited(found, touched=False)
    return found.payload(world.bot_id)


def delete(world: World, request: Request) -> None:
    """Take a message away; others' with the permission, those of direct chats never."""
    found = access.message(world, request)
    guild = world.guild_of(found.channel)
    if not found.own:
        if guild is None:
            raise RestError(403, 50003, "Cannot execute action on a DM channel")
        demand(world, guild, found.channel, "manage_messages")
    if found.type in (1, 2, 3, 4, 5, 14, 15, 16, 17, 21):
        raise RestError(403, 50021, "Cannot execute action on a system message")
    _thawed(found.channel)
    author = found.author.id
    world.take_away(found)
    if guild is not None and not found.own:
        options = {"channel_id": found.channel.id, "count": "1"}
        world.audit(guild, MESSAGE_DELETE, world.bot_id, author, options=options, reason=request.reason)


def bulk_delete(world: World, request: Request) -> None:
    """Take away 2 to 100 messages, none older than 14 days; ids of none count and are passed over."""
    guild, place = access.guild_channel(world, request, "manage_messages")
    body = access.body(request)
    body.needs("messages")
    ids = body.snowflakes("messages", 1000)
    body.finish()
    if not 2 <= len(ids) <= 100:
        words = "Provided too few or too many messages to delete. Must provide at least 2 and fewer than 100 messages"
        raise RestError(400, 50016, words)
    if len(set(ids)) < len(ids):
        body.at("messages").wrong("SET_TYPE_ALREADY_CONTAINS_VALUE", "The set already contains this value.")
        body.finish()
    if any(world.now() - made_at(one) > BULK_LIFE for one in ids):
        raise RestError(400, 50034, "You can only bulk delete messages that are under 14 days old.")
    found = [one for one in map(place.message, ids) if one is not None and not one.seen_by]
    if found:
        world.take_away(*found)
        options = {"count": str(len(found))}
        world.audit(guild, MESSAGE_BULK_DELETE, world.bot_id, place.id, options=options, reason=request.reason)


def typing(world: World, request: Request) -> None:
    """Show that the bot is writing."""
    writable(world, access.channel(world, request))


def crosspost(world: World, request: Request) -> Json:
    """Publish a message of an announcement channel to those who follow it."""
    found = access.message(world, request, "send_messages")
    guild = world.guild_of(found.channel)
    if found.channel.type != 5 or guild is None:
        raise RestError(400, 50024, "Cannot execute action on this channel type")
    if not found.own:
        demand(world, guild, found.channel, "manage_messages")
    if found.flags & 1:
        raise RestError(400, 40033, "This message has already been crossposted.")
    found.flags |= 1
    world.edited(found, touched=False)
    return found.payload(world.bot_id)


BASE: Final = "/channels/{channel_id}/messages"
ROUTES: Final[list[Route]] = [
    ("POST", BASE, create),
    ("GET", BASE, history),
    ("POST", f"{BASE}/bulk-delete", bulk_delete),
    ("GET", f"{BASE}/{{message_id}}", read),
    ("PATCH", f"{BASE}/{{message_id}}", edit),
    ("DELETE", f"{BASE}/{{message_id}}", delete),
    ("POST", f"{BASE}/{{message_id}}/crosspost", crosspost),
    ("POST", "/channels/{channel_id}/typing", typing),
]
