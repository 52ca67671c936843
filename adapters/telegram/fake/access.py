"""Which chat a call means, and whether the bot may do that there."""

from __future__ import annotations

from typing import Literal

from coterie.adapters.telegram.fake.arguments import Args, Json, is_whole, whole
from coterie.adapters.telegram.fake.errors import ApiError, bad, forbidden, too_many
from coterie.adapters.telegram.fake.model import FakeChat, FakeMessage
from coterie.adapters.telegram.fake.world import World

Level = Literal["read", "edit", "write"]
NAMES = {"group": "group chat", "supergroup": "supergroup chat", "channel": "channel chat"}


def find(world: World, args: Args, name: str = "chat_id") -> FakeChat:
    """The chat of a parameter, by id or @username."""
    given = args.text(name)
    if not given:
        raise bad("chat_id is empty")
    if given.startswith("@"):
        for chat in world.chats.values():
            if chat.username and chat.username.lower() == given[1:].lower():
                return chat
        raise bad("chat not found")
    number = whole(given)
    chat_or_none = world.chats.get(number) or (world.private(number) if number in world.users else None)
    if chat_or_none is None:
        raise bad("chat not found")
    return chat_or_none


def chat(world: World, args: Args, level: Level = "write") -> FakeChat:
    """The chat of a call, if the bot may do that much there."""
    found = find(world, args)
    if found.type == "private":
        if level == "write":
            _direct(world, found)
        return found
    if found.upgraded_to and level != "read":
        raise bad("group chat was upgraded to a supergroup chat", migrate_to_chat_id=found.upgraded_to)
    own = world.own(found)
    public = bool(found.username) or found.type == "group"
    if own.inside or (public and level == "read"):
        return found
    verb = "was kicked from" if own.status == "kicked" else "is not a member of"
    raise forbidden(f"bot {verb} the {NAMES[found.type]}")


def _direct(world: World, found: FakeChat) -> None:
    """Raise an error for a direct chat that is closed to the bot."""
    if found.blocked or found.id in world.faults.closed:
        raise forbidden("bot was blocked by the user")
    if not found.started and world.now() >= found.contact_until:
        raise forbidden("bot can't initiate conversation with a user")


def has(world: World, found: FakeChat, right: str) -> bool:
    """Whether the bot has an administrator right in a chat."""
    own = world.own(found)
    return own.status == "creator" or (own.status == "administrator" and right in own.rights)


def demand(world: World, found: FakeChat, right: str, complaint: str) -> None:
    """Raise 400 with the complaint when the bot lacks the right."""
    if not has(world, found, right):
        raise bad(complaint)


def only(found: FakeChat, kinds: tuple[str, ...], complaint: str) -> None:
    """Raise 400 with the complaint for a chat of another type."""
    if found.type not in kinds:
        raise bad(complaint)


def target(world: World, args: Args, *, kind: str = "text messages", count: int = 1) -> tuple[FakeChat, Json]:
    """Where a new message goes: the chat, and its place there (``thread_id``, ``reply_to``).

    The flood limits are asked for ``count`` messages.  ``kind`` names what is sent, for a bot that may not.
    """
    found = chat(world, args)
    own = world.own(found)
    if found.type == "channel" and not has(world, found, "can_post_messages"):
        raise bad("need administrator rights in the channel chat")
    if own.status == "restricted" and "can_send_messages" not in own.permissions:
        raise bad(f"not enough rights to send {kind} to the chat")
    place = {"thread_id": _thread(world, args, found), "reply_to": _reply(args, found)}
    seconds = world.limits.take(found.id, count, paid=args.flag("allow_paid_broadcast"))
    if seconds:
        raise too_many(seconds)
    return found, place


def _thread(world: World, args: Args, found: FakeChat) -> int:
    thread = args.integer("message_thread_id")
    if not thread:
        return 0
    topic = found.topics.get(thread)
    if topic is None:
        raise bad("message thread not found")
    if topic.closed and not has(world, found, "can_manage_topics"):
        raise bad("TOPIC_CLOSED")
    return thread


def _reply(args: Args, found: FakeChat) -> int:
    given = args.object("reply_parameters", "reply parameters", "object expected as reply parameters") or {}
    wanted = given.get("message_id") or args.integer("reply_to_message_id")
    lenient = given.get("allow_sending_without_reply") or args.flag("allow_sending_without_reply")
    if not wanted:
        return 0
    if not is_whole(wanted):
        raise bad('field "message_id" must be of type Number')
    if found.message(wanted) is not None:
        return int(wanted)
    if lenient:
        return 0
    raise bad("message to be replied not found")


def message(world: World, args: Args, purpose: str, level: Level = "edit") -> tuple[FakeChat, FakeMessage]:
    """The message of a call; ``purpose`` is how the error names one that is not there (``message to edit``)."""
    if args.text("inline_message_id"):
        raise ApiError(501, "Not Implemented: this fake has no inline messages")
    found = chat(world, args, level)
    number = args.integer("message_id")
    if number <= 0:
        raise bad("message identifier is not specified")
    there = found.message(number)
    if there is None:
        raise bad(f"{purpose} not found")
    return found, there
