"""Sending: text, files, albums; and the way back to a file's bytes."""

from __future__ import annotations

from typing import Any

from telegram.constants import ChatAction, FileSizeLimit, MediaGroupLimit

from coterie.adapters.telegram.fake import access, validation
from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.media import attached
from coterie.adapters.telegram.fake.model import FakeMessage
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.text import Formatted

MEDIA = ("photo", "document")


def media_args(item: Json, args: Args) -> Args:
    """The parameters of one file of an album, with the uploads of the whole call."""
    return Args(item, args.files)


class Messages(Room):
    """What a bot can say."""

    @api("sendMessage")
    def send_message(self, args: Args) -> Json:
        """Post a text."""
        return self._send(args, validation.message_text(args), {}, "text messages")

    @api("sendPhoto")
    def send_photo(self, args: Args) -> Json:
        """Post a picture."""
        words = validation.caption(args)
        return self._send(args, words, attached(self.world, args, "photo", args.text("photo"), "photo"), "photos")

    @api("sendDocument")
    def send_document(self, args: Args) -> Json:
        """Post a file."""
        words = validation.caption(args)
        file = attached(self.world, args, "document", args.text("document"), "document")
        return self._send(args, words, file, "documents")

    def _send(self, args: Args, words: Formatted, extra: Json, kind: str) -> Json:
        keyboard = validation.markup(args)
        chat, place = access.target(self.world, args, kind=kind)
        text, entities = words
        message = self.world.post(
            chat, self._sender(chat.type), own=True, text=text, entities=entities, reply_markup=keyboard,
            extra=extra, **place,
        )  # fmt: skip
        self.world.tell("sent", message)
        return self.world.raw(message)

    def _sender(self, chat_type: str) -> Json | None:
        return None if chat_type == "channel" else self.world.me

    @api("sendMediaGroup")
    def send_media_group(self, args: Args) -> list[Json]:
        """Post an album of 2 to 10 files; documents only among themselves, and never with buttons."""
        items = args.items("media", "media", "InputMedia")
        if len(items) < MediaGroupLimit.MIN_MEDIA_LENGTH:
            raise bad("too few messages to send as an album")
        if len(items) > MediaGroupLimit.MAX_MEDIA_LENGTH:
            raise bad("too many messages to send as an album")
        contents = [self.content(item, args) for item in items]
        if len({item["type"] for item in items}) > 1:
            raise bad("document can't be mixed with other media types")
        chat, place = access.target(self.world, args, kind="photos", count=len(items))
        album = str(self.world.number())
        sent = []
        for (text, entities), extra in contents:
            message = self.world.post(
                chat, self._sender(chat.type), own=True, text=text, entities=entities,
                extra=extra | {"media_group_id": album}, **place,
            )  # fmt: skip
            self.world.tell("sent", message)
            sent.append(self.world.raw(message))
        return sent

    def content(self, item: Any, args: Args) -> tuple[Formatted, Json]:
        """Caption and file of an ``InputMedia``."""
        if not isinstance(item, dict):
            raise bad("can't parse InputMedia: expected an Object")
        if item.get("type") not in MEDIA:
            raise bad(f"type {item.get('type')!r} is not a media type of this fake (photo, document)")
        own = media_args(item, args)
        return validation.caption(own), attached(self.world, own, item["type"], own.text("media"), "")

    @api("sendChatAction")
    def send_chat_action(self, args: Args) -> bool:
        """Show that the bot is writing."""
        access.chat(self.world, args)
        if args.text("action").lower() not in frozenset(str(action) for action in ChatAction):
            raise bad("wrong parameter action in request")
        return True

    @api("getFile")
    def get_file(self, args: Args) -> Json:
        """Where to download a file."""
        file_id = args.required("file_id")
        data = self.world.files.get(file_id)
        if data is None:
            raise bad("invalid file_id")
        if len(data) > FileSizeLimit.FILESIZE_DOWNLOAD:
            raise bad("file is too big")
        return {
            "file_id": file_id, "file_unique_id": f"unique-{file_id}", "file_size": len(data),
            "file_path": f"files/{file_id}",
        }  # fmt: skip


class Edits(Room):
    """What a bot can change of what it said, and take back."""

    @api("editMessageText")
    def edit_text(self, args: Args) -> Json:
        """Replace a text (and the keyboard: none given takes it away)."""
        words = validation.message_text(args)
        message = self._own(args)
        if message.captioned or not message.text:
            raise bad("there is no text in the message to edit")
        return self._change(args, message, words, message.extra)

    @api("editMessageCaption")
    def edit_caption(self, args: Args) -> Json:
        """Replace a caption."""
        words = validation.caption(args)
        message = self._own(args)
        if not message.captioned:
            raise bad("there is no caption in the message to edit")
        return self._change(args, message, words, message.extra)

    @api("editMessageMedia")
    def edit_media(self, args: Args) -> Json:
        """Replace a file with its caption; a text message may become one with a file."""
        media = args.json("media", "input media")
        words, extra = Messages(self.world).content(media, args)
        return self._change(args, self._own(args), words, extra)

    @api("editMessageReplyMarkup")
    def edit_markup(self, args: Args) -> Json:
        """Replace the keyboard alone."""
        message = self._own(args)
        return self._change(args, message, (message.text, message.entities), message.extra)

    def _own(self, args: Args) -> FakeMessage:
        chat, message = access.message(self.world, args, "message to edit")
        others = chat.type == "channel" and access.has(self.world, chat, "can_edit_messages")
        if message.service or not (message.own or others):
            raise bad("message can't be edited")
        return message

    def _change(self, args: Args, message: FakeMessage, words: Formatted, extra: Json) -> Json:
        keyboard = validation.markup(args, inline_only=True)
        before = (message.text, message.entities, message.extra, message.reply_markup)
        if before == (*words, extra, keyboard):
            raise bad(
                "message is not modified: specified new message content and reply markup are exactly the same as "
                "a current content and reply markup of the message"
            )
        message.text, message.entities = words
        message.extra, message.reply_markup = extra, keyboard
        self.world.edited(message)
        return self.world.raw(message)
