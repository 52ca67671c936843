"""Deleting messages, and answering taps on buttons."""

from __future__ import annotations

from typing import Final

from telegram.constants import BulkRequestLimit, CallbackQueryLimit

from coterie.adapters.telegram.fake import access
from coterie.adapters.telegram.fake.arguments import Args, is_whole
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.model import FakeChat, FakeMessage
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.text import units
from coterie.adapters.telegram.fake.world import Query, World

TWO_DAYS: Final = 48 * 3600
CALLBACK_LIFE: Final = 15.0
"""Seconds in which a tap can be answered.  Undocumented; bots saw 10 to 20."""
TOO_OLD: Final = "query is too old and response timeout expired or query ID is invalid"


def deletable(world: World, chat: FakeChat, message: FakeMessage) -> bool:
    """Whether the bot may delete a message."""
    if chat.type != "private" and access.has(world, chat, "can_delete_messages"):
        return True
    return message.date > world.now() - TWO_DAYS and (message.own or chat.type == "private")


def answer(queries: dict[str, Query], query_id: str, now: float, life: float) -> Query:
    """The query, if it is one that can still be answered; it is marked answered."""
    query = queries.get(query_id)
    if query is None or query.answer is not None or now > query.since + life:
        raise bad(TOO_OLD)
    query.answer = {}
    return query


class Deleting(Room):
    """What disappears, and what was tapped."""

    @api("deleteMessage")
    def delete_message(self, args: Args) -> bool:
        """Delete one message."""
        chat, message = access.message(self.world, args, "message to delete")
        if not deletable(self.world, chat, message):
            raise bad("message can't be deleted" if not message.own else "message can't be deleted for everyone")
        self.world.take_away(message)
        return True

    @api("deleteMessages")
    def delete_messages(self, args: Args) -> bool:
        """Delete up to a hundred messages; those that are not there, or may not be deleted, are passed over."""
        numbers = args.items("message_ids", "message identifiers", "message identifiers")
        if not numbers:
            raise bad("message identifiers are not specified")
        if len(numbers) > BulkRequestLimit.MAX_LIMIT:
            raise bad("too many message identifiers specified")
        if not all(is_whole(number) for number in numbers):
            raise bad("message identifier must be a Number")
        chat = access.chat(self.world, args, "edit")
        for number in numbers:
            message = chat.message(number)
            if message is not None and deletable(self.world, chat, message):
                self.world.take_away(message)
        return True

    @api("answerCallbackQuery")
    def answer_callback_query(self, args: Args) -> bool:
        """Answer a tap, once and in time; a text is shown to who tapped."""
        text = args.text("text")
        if units(text) > CallbackQueryLimit.ANSWER_CALLBACK_QUERY_TEXT_LENGTH:
            raise bad("MESSAGE_TOO_LONG")
        query = answer(self.world.callbacks, args.text("callback_query_id"), self.world.now(), CALLBACK_LIFE)
        query.answer = {
            "callback_query_id": query.id, "user_id": query.user_id, "chat_id": query.chat_id, "text": text,
            "show_alert": args.flag("show_alert"), "url": args.text("url"),
        }  # fmt: skip
        self.world.tell("alert" if text else "answered", query.answer)
        return True
