"""Pins, topics of a forum, and the bot's own reactions."""

from __future__ import annotations

from typing import Final

from telegram.constants import ForumIconColor

from coterie.adapters.telegram.fake import access, validation
from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.model import FakeChat, FakeMessage, Topic
from coterie.adapters.telegram.fake.rooms import Room, api

COLOURS: Final = tuple(int(colour) for colour in ForumIconColor)
"""The colours that a topic's icon may have."""


class Topics(Room):
    """What stands out in a chat."""

    @api("pinChatMessage")
    def pin(self, args: Args) -> bool:
        """Pin a message; a service message tells of it."""
        chat, message = access.message(self.world, args, "message to pin")
        self._may_pin(chat)
        if message.message_id in chat.pinned:
            chat.pinned.remove(message.message_id)
        chat.pinned.append(message.message_id)
        pinned = self.world.raw(message, reply=False)
        self.world.announce(self.world.post(chat, self.world.me, extra={"pinned_message": pinned}))
        self.world.tell("pinned", message)
        return True

    @api("unpinChatMessage")
    def unpin(self, args: Args) -> bool:
        """Take a pin off: of the message named, or the newest."""
        chat = access.chat(self.world, args, "edit")
        self._may_pin(chat)
        number = args.integer("message_id") or (chat.pinned[-1] if chat.pinned else 0)
        if number not in chat.pinned:
            raise bad("message to unpin not found")
        chat.pinned.remove(number)
        self.world.tell("unpinned", chat.message(number))
        return True

    def _may_pin(self, chat: FakeChat) -> None:
        if chat.type != "private":
            right = "can_edit_messages" if chat.type == "channel" else "can_pin_messages"
            access.demand(self.world, chat, right, "not enough rights to manage pinned messages in the chat")

    @api("createForumTopic")
    def create(self, args: Args) -> Json:
        """Open a topic; its id is that of the service message with which it begins."""
        name, colour = validation.topic_name(args.text("name")), args.integer("icon_color", COLOURS[0])
        if colour not in COLOURS:
            raise bad("TOPIC_ICON_COLOR_INVALID")
        chat = self._forum(args)
        created = {"name": name, "icon_color": colour}
        message = self.world.post(chat, self.world.me, extra={"forum_topic_created": created})
        message.thread_id = message.message_id
        chat.topics[message.message_id] = Topic(message.message_id, name, colour)
        self.world.announce(message)
        self.world.tell("topic", chat.topics[message.message_id])
        return {"message_thread_id": message.message_id} | created

    @api("editForumTopic")
    def edit(self, args: Args) -> bool:
        """Rename a topic."""
        name = args.text("name")
        chat = self._forum(args)
        topic = self._topic(chat, args)
        if name and validation.topic_name(name) != topic.name:
            topic.name = name
            self._note(chat, topic, {"forum_topic_edited": {"name": name}})
            return True
        raise bad("TOPIC_NOT_MODIFIED")

    @api("closeForumTopic")
    def close(self, args: Args) -> bool:
        """Close a topic: administrators alone write there."""
        return self._toggle(args, closed=True)

    @api("reopenForumTopic")
    def reopen(self, args: Args) -> bool:
        """Open a closed topic again."""
        return self._toggle(args, closed=False)

    def _toggle(self, args: Args, *, closed: bool) -> bool:
        chat = self._forum(args)
        topic = self._topic(chat, args)
        if topic.closed == closed:
            raise bad("TOPIC_NOT_MODIFIED")
        topic.closed = closed
        self._note(chat, topic, {"forum_topic_closed" if closed else "forum_topic_reopened": {}})
        return True

    def _note(self, chat: FakeChat, topic: Topic, extra: Json) -> None:
        message = self.world.post(chat, self.world.me, thread_id=topic.thread_id, extra=extra)
        self.world.announce(message)
        self.world.tell("topic", topic)

    def _forum(self, args: Args) -> FakeChat:
        chat = access.chat(self.world, args)
        if not chat.forum:
            raise bad("the chat is not a forum")
        access.demand(self.world, chat, "can_manage_topics", "not enough rights to manage topics in the chat")
        return chat

    def _topic(self, chat: FakeChat, args: Args) -> Topic:
        topic = chat.topics.get(args.integer("message_thread_id"))
        if topic is None:
            raise bad("TOPIC_ID_INVALID")
        return topic

    @api("setMessageReaction")
    def react(self, args: Args) -> bool:
        """Set the bot's reaction, one at most; the bot hears nothing of its own."""
        raw = args.items("reaction", "reaction types", "ReactionType")
        if len(raw) > 1:
            raise bad("REACTIONS_TOO_MANY")
        for reaction in raw:
            if not isinstance(reaction, dict) or reaction.get("type") not in ("emoji", "custom_emoji"):
                raise bad("invalid reaction type specified")
        chat, message = access.message(self.world, args, "message to react", "read")
        self._store(chat, message, raw)
        return True

    def _store(self, chat: FakeChat, message: FakeMessage, reactions: list[Json]) -> None:
        chat.reactions[message.message_id, self.world.bot_id] = reactions
        self.world.tell("reaction", {"message": message, "reaction": reactions})
