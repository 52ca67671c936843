"""Messages, posts of channels, and their edits."""

from __future__ import annotations

from typing import Final

from telegram.constants import MessageType

from coterie.adapters.telegram import marks
from coterie.adapters.telegram.reading import services
from coterie.adapters.telegram.reading.commands import command_of, is_for_us
from coterie.adapters.telegram.reading.fields import MAX_TEXT, instant
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import author_of, is_us
from coterie.adapters.telegram.reading.wheres import where_of
from coterie.core.events import Event, FormSubmitted, MessageEdited, MessagePosted
from coterie.core.outside import Malformed, Raw, is_whole, line, listed, sound, whole

CONTENT: Final = frozenset(
    map(
        str,
        (
            MessageType.TEXT,
            MessageType.ANIMATION,
            MessageType.AUDIO,
            MessageType.CHECKLIST,
            MessageType.CONTACT,
            MessageType.DICE,
            MessageType.DOCUMENT,
            MessageType.GAME,
            MessageType.LIVE_PHOTO,
            MessageType.LOCATION,
            MessageType.PAID_MEDIA,
            MessageType.PHOTO,
            MessageType.POLL,
            MessageType.STICKER,
            MessageType.STORY,
            MessageType.VENUE,
            MessageType.VIDEO,
            MessageType.VIDEO_NOTE,
            MessageType.VOICE,
        ),
    )
)
"""What people post. A message with none of these is the chat's own (a service message), or a kind that nobody knows."""


def posted(message: Raw, key: str, known: Known) -> list[Event]:
    """A message: what somebody wrote, an answer to a form, or what a chat tells of itself.

    A picture, a sticker and the like are messages with their caption, or with an empty text: they count as activity and
    can be reacted to. A channel's post is nobody's, whoever signed it.
    """
    if "text" not in message and CONTENT.isdisjoint(message):
        return services.told(message, key, known)
    chat = message.get("chat")
    if is_us(message.get("from"), known) or _is_inbox(chat):
        return []
    where = where_of(chat, message)
    who = None if where.kind == "broadcast" else author_of(message, known)
    text, number, at = _text(message), str(whole(message, "message_id")), instant(message)
    replied = message.get("reply_to_message")
    if text[:1] == "/":
        if not is_for_us(text, known):
            return []
        text = command_of(text, listed(message, "entities" if "text" in message else "caption_entities"), known)
    reply_to = ""
    if type(replied) is dict:
        answer = None if who is None else _answer(replied, text, known)
        if answer is not None:
            token, answers = answer
            cancelled = answers is None
            return [
                FormSubmitted(
                    key=key,
                    at=at,
                    who=who,
                    where=where,
                    token=token,
                    answers=answers or {},
                    cancelled=cancelled,
                    partial=not cancelled,
                )
            ]
        reply_to = _reply_to(message, replied)
    # A thread of replies is that of a channel's post, or an ordinary one: nothing in the message tells which.
    comment = where.kind == "room" and is_whole(message.get("message_thread_id"))
    return [
        MessagePosted(
            key=key, at=at, who=who, where=where, text=text, message=number, reply_to=reply_to, comment=comment
        )
    ]


def edited(message: Raw, key: str, known: Known) -> list[Event]:
    """A message that was changed. A live location changes all the time, and says nothing."""
    chat = message.get("chat")
    if CONTENT.isdisjoint(message) or "location" in message or is_us(message.get("from"), known) or _is_inbox(chat):
        return []
    where = where_of(chat, message)
    return [
        MessageEdited(
            key=key,
            at=instant(message, "edit_date") or instant(message),
            who=None if where.kind == "broadcast" else author_of(message, known),
            where=where,
            text=_text(message),
            message=str(whole(message, "message_id")),
        )
    ]


def _answer(replied: Raw, text: str, known: Known) -> tuple[str, dict[str, str] | None] | None:
    """The form's token and the answer (None to cancel) that a reply gives to a question of ours.

    None where the message is no such question, where the reply has no words (they would count as a left out answer),
    and where it is a command.
    """
    found = marks.form_of(replied) if text and is_us(replied.get("from"), known) else None
    if found is None:
        return None
    token, question = found
    if text[0] != "/":
        return token, {sound(question): text}
    return (token, None) if text.split(None, 1)[0].lower() == "/cancel" else None


def _text(message: Raw) -> str:
    key = "text" if "text" in message else "caption"
    if type(message.get(key, "")) is not str:
        raise Malformed(f"{key} is not a text")
    return line(message, key, MAX_TEXT)


def _reply_to(message: Raw, replied: Raw) -> str:
    """The message that this one answers. In a topic every other message names the one that opened it."""
    number = replied.get("message_id")
    if not is_whole(number):
        return ""
    opened = message.get("is_topic_message") is True and message.get("message_thread_id") == number
    return "" if opened else str(number)


def _is_inbox(chat: object) -> bool:
    """Whether a chat is where people write to a channel in private: no space of anybody's, and no direct chat."""
    return type(chat) is dict and chat.get("is_direct_messages") is True
