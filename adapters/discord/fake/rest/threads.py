"""Threads: beginning one, joining, lists of them."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.guilds import FakeGuild
from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage
from coterie.adapters.discord.fake.permissions import demand, may
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.channels import ARCHIVING, SLOWEST, shown
from coterie.adapters.discord.fake.rest.posting import Draughtsman
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.snowflakes import iso
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World

TEXT, ANNOUNCEMENT = 0, 5
NEWS_THREAD, PUBLIC, PRIVATE = 10, 11, 12
FORUMS: Final = (15, 16)
MOST: Final = 1000
"""Threads of a server that are not archived."""
HAS_THREAD: Final = 1 << 5
THREAD_CREATE: Final = 110


def _begin(
    world: World, request: Request, place: FakeChannel, body: Field, kind: int, thread_id: str = ""
) -> FakeChannel:
    """Make a thread; nobody is told yet."""
    guild = world.guilds[place.guild_id]
    body.needs("name")
    name = body.text("name", 100, 1)
    archive = body.choice("auto_archive_duration", ARCHIVING)
    slow = body.whole("rate_limit_per_user", 0, SLOWEST)
    body.finish()
    if sum(not one.archived for one in guild.threads.values()) >= MOST:
        raise RestError(400, 160006, "Maximum number of active threads reached")
    thread = FakeChannel(
        thread_id or world.snowflakes.make(), kind, guild.id, name, parent_id=place.id, slowmode=slow,
        owner_id=world.bot_id, auto_archive=archive or place.extra.get("default_auto_archive_duration", 1440),
        members={world.bot_id: world.now()},
    )  # fmt: skip
    guild.threads[thread.id] = world.channels[thread.id] = thread
    return thread


def _tell(world: World, request: Request, guild: FakeGuild, thread: FakeChannel) -> Json:
    world.channel_changed(thread, "CREATE")
    changes = [access.change("name", None, thread.name), access.change("type", None, thread.type)]
    world.audit(guild, THREAD_CREATE, world.bot_id, thread.id, changes=changes, reason=request.reason)
    return shown(world, thread)


def from_message(world: World, request: Request) -> Json:
    """Begin a thread at a message; it has the message's id, and there is one a message."""
    guild, place = access.guild_channel(world, request, "create_public_threads", "read_message_history")
    message = access.message_in(place, request.ids["message_id"])
    if place.type not in (TEXT, ANNOUNCEMENT):
        raise RestError(400, 50024, "Cannot execute action on this channel type")
    if message.thread is not None:
        raise RestError(400, 160004, "A thread has already been created for this message")
    kind = NEWS_THREAD if place.type == ANNOUNCEMENT else PUBLIC
    thread = _begin(world, request, place, access.body(request), kind, message.id)
    message.thread = thread
    message.flags |= HAS_THREAD
    raw = _tell(world, request, guild, thread)
    world.edited(message, touched=False)
    return raw


def begin(world: World, request: Request) -> Json:
    """Begin a thread of its own: private unless the body says otherwise, or a post in a forum."""
    guild, place = access.guild_channel(world, request)
    body = access.body(request)
    if place.type in FORUMS:
        return _post(world, request, guild, place, body)
    if place.type not in (TEXT, ANNOUNCEMENT):
        raise RestError(400, 50024, "Cannot execute action on this channel type")
    kind = body.choice("type", (NEWS_THREAD, PUBLIC, PRIVATE)) or PRIVATE
    body.finish()
    if (kind == NEWS_THREAD) != (place.type == ANNOUNCEMENT):
        body.at("type").wrong("BASE_TYPE_CHOICES", "This type of thread cannot be made in this channel.")
        body.finish()
    demand(world, guild, place, "create_private_threads" if kind == PRIVATE else "create_public_threads")
    thread = _begin(world, request, place, body, kind)
    raw = _tell(world, request, guild, thread)
    if kind != PRIVATE:
        reference = {"type": 0, "channel_id": thread.id, "guild_id": guild.id}
        world.post(place, world.bot, content=thread.name, type=18, reference=reference)
    return raw


def _post(world: World, request: Request, guild: FakeGuild, place: FakeChannel, body: Field) -> Json:
    """A post of a forum: a thread with its first message, which has the thread's id."""
    demand(world, guild, place, "send_messages")
    if not body.needs("message") or not body.at("message").object():
        body.finish()
    tags = body.snowflakes("applied_tags", 5)
    known = {str(one.get("id")) for one in place.extra.get("available_tags", ())}
    for tag in tags:
        if tag not in known:
            body.at("applied_tags").wrong("CHANNEL_TAGS_UNKNOWN", f"Unknown tag {tag}")
    body.finish()
    if not tags and int(place.extra.get("flags", 0)) & 1 << 4:
        raise RestError(400, 40067, "A tag is required to create a forum post in this channel")
    fields = Draughtsman(world, place).draft(body.at("message"), request.files).fields
    thread = _begin(world, request, place, body, PUBLIC)
    thread.extra["applied_tags"] = tags
    raw = _tell(world, request, guild, thread)
    first = FakeMessage(thread.id, thread, world.bot, own=True, **fields)
    thread.messages.append(first)
    world.emit("MESSAGE_CREATE", world.message_raw(first), guild, thread)
    world.tell("sent", first)
    return raw | {"message": first.payload(world.bot_id)}


def _thread(world: World, request: Request) -> FakeChannel:
    place = access.channel(world, request)
    if not place.is_thread:
        raise RestError(400, 50024, "Cannot execute action on this channel type")
    return place


def add(world: World, request: Request) -> None:
    """Join a thread, or take somebody in."""
    thread = _thread(world, request)
    guild = world.guilds[thread.guild_id]
    if thread.archived:
        raise RestError(400, 50083, "Thread is archived")
    user_id = request.ids.get("user_id", world.bot_id)
    if user_id != world.bot_id:
        demand(world, guild, thread, "send_messages")
    access.member(world, guild, user_id)
    if user_id not in thread.members:
        thread.members[user_id] = world.now()
        _members(world, guild, thread, added=user_id)


def take(world: World, request: Request) -> None:
    """Leave a thread, or take somebody out."""
    thread = _thread(world, request)
    guild = world.guilds[thread.guild_id]
    if thread.archived:
        raise RestError(400, 50083, "Thread is archived")
    user_id = request.ids.get("user_id", world.bot_id)
    if user_id != world.bot_id and not (thread.type == PRIVATE and thread.owner_id == world.bot_id):
        demand(world, guild, thread, "manage_threads")
    if thread.members.pop(user_id, None) is None:
        raise unknown(10007, "Member")
    _members(world, guild, thread, removed=user_id)


def _members(world: World, guild: FakeGuild, thread: FakeChannel, *, added: str = "", removed: str = "") -> None:
    raw: Json = {"id": thread.id, "guild_id": guild.id, "member_count": min(50, len(thread.members))}
    if added:
        raw["added_members"] = [
            thread.thread_member(added) | {"member": guild.members[added].payload(), "presence": None}
        ]
    if removed:
        raw["removed_member_ids"] = [removed]
    world.emit("THREAD_MEMBERS_UPDATE", raw, guild, thread)
    world.tell("thread", thread)


def one_member(world: World, request: Request) -> Json:
    """Somebody's membership of a thread."""
    thread = _thread(world, request)
    if request.ids["user_id"] not in thread.members:
        raise unknown(10007, "Member")
    return _membership(world, request, thread, request.ids["user_id"])


def members(world: World, request: Request) -> list[Json]:
    """Who is in a thread."""
    thread = _thread(world, request)
    found = access.page(request, thread.members, lambda one: one, default=100, high=100)
    return [_membership(world, request, thread, one) for one in found]


def _membership(world: World, request: Request, thread: FakeChannel, user_id: str) -> Json:
    raw = thread.thread_member(user_id)
    member = world.guilds[thread.guild_id].members.get(user_id)
    with_member = access.truth(request, "with_member") and member is not None
    return raw | ({"member": member.payload()} if with_member and member is not None else {})


def active(world: World, request: Request) -> Json:
    """The threads of a server that are not archived, as far as the bot sees them."""
    guild = access.guild(world, request)
    return _list(world, [one for one in guild.threads.values() if not one.archived and _visible(world, guild, one)])


def archived(world: World, request: Request) -> Json:
    """The archived threads of a channel, those archived last first."""
    guild, place = access.guild_channel(world, request, "read_message_history")
    private = request.path.endswith("private")
    if private and "@me" not in request.path:
        demand(world, guild, place, "manage_threads")
    field = access.query(request)
    limit = field.whole("limit", 2, 100, 50)
    field.finish()
    kinds = (PRIVATE,) if private else (PUBLIC, NEWS_THREAD)
    before = request.query.get("before", "")
    found = [
        one
        for one in guild.threads.values()
        if one.archived and one.parent_id == place.id and one.type in kinds and _visible(world, guild, one)
        and (not before or iso(one.archive_changed) < before)
    ]  # fmt: skip
    found.sort(key=lambda one: -one.archive_changed)
    return _list(world, found[:limit]) | {"has_more": len(found) > limit}


def _visible(world: World, guild: FakeGuild, thread: FakeChannel) -> bool:
    private = thread.type == PRIVATE and world.bot_id not in thread.members
    return world.sees(guild, thread) and (not private or may(world, guild, thread, "manage_threads"))


def _list(world: World, threads: list[FakeChannel]) -> Json:
    mine = [one.thread_member(world.bot_id) for one in threads if world.bot_id in one.members]
    return {"threads": [one.payload() for one in threads], "members": mine}


BASE: Final = "/channels/{channel_id}"
ROUTES: Final[list[Route]] = [
    ("POST", f"{BASE}/messages/{{message_id}}/threads", from_message),
    ("POST", f"{BASE}/threads", begin),
    ("PUT", f"{BASE}/thread-members/@me", add),
    ("DELETE", f"{BASE}/thread-members/@me", take),
    ("GET", f"{BASE}/thread-members", members),
    ("GET", f"{BASE}/thread-members/{{user_id}}", one_member),
    ("PUT", f"{BASE}/thread-members/{{user_id}}", add),
    ("DELETE", f"{BASE}/thread-members/{{user_id}}", take),
    ("GET", f"{BASE}/threads/archived/public", archived),
    ("GET", f"{BASE}/threads/archived/private", archived),
    ("GET", f"{BASE}/users/@me/threads/archived/private", archived),
    ("GET", "/guilds/{guild_id}/threads/active", active),
]
