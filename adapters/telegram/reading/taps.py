"""Buttons that somebody pressed."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import InlineKeyboardButtonLimit

from coterie.adapters.telegram import marks
from coterie.adapters.telegram.reading.fields import MAX_ID
from coterie.adapters.telegram.reading.known import Known
from coterie.adapters.telegram.reading.people import is_us, who_of
from coterie.adapters.telegram.reading.wheres import direct_of, where_of
from coterie.core.events import ButtonTapped, Event, FormSubmitted, Where, Who
from coterie.core.outside import MAX_LINE, Malformed, Raw, line, listed, sound, whole, word

_FORM: Final = "f:"
_ROWS: Final = 100
_MAX_DATA: Final = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)


def tapped(query: Raw, key: str, known: Known) -> list[Event]:
    """A pressed button: its token, or the answer that it gives to a form's question.

    Telegram does not tell when it was pressed. A message that the bot may not see any more still has its chat and
    number; a button without any message is answered in the direct chat. A game's button says nothing.
    """
    handle = f"q:{word(query, 'id', MAX_ID)}"
    who = who_of(query.get("from"), known)
    if "data" not in query:
        return []
    data, message = word(query, "data", _MAX_DATA), query.get("message")
    if type(message) is not dict:
        return [ButtonTapped(key=key, who=who, where=direct_of(who.id), handle=handle, token=data)]
    where = where_of(message.get("chat"), message)
    if data.startswith(_FORM):
        return _chosen(data, message, key, who, where, handle, known)
    number = str(whole(message, "message_id"))
    return [ButtonTapped(key=key, who=who, where=where, handle=handle, token=data, message=number)]


def _chosen(data: str, message: Raw, key: str, who: Who, where: Where, handle: str, known: Known) -> list[Event]:
    """An answer to a form's question: what stands on the button; nothing where the question is gone."""
    found = marks.form_of(message) if is_us(message.get("from"), known) else None
    if found is None:
        return []
    token, question = found
    if data == marks.CANCEL:
        return [FormSubmitted(key=key, who=who, where=where, handle=handle, token=token, cancelled=True)]
    choice = marks.choice_of(data)
    answer = ""
    if data != marks.SKIP:
        if choice is None:
            raise Malformed("data is no choice of a form")
        answer = _label(message, data)
        if not answer or choice[0] != token:
            return []  # the message shows another question by now
    return [
        FormSubmitted(
            key=key, who=who, where=where, handle=handle, token=token, answers={sound(question): answer}, partial=True
        )
    ]


def _label(message: Raw, data: str) -> str:
    """What stands on the message's button with this data; empty where it has none."""
    markup = message.get("reply_markup")
    rows: Any = markup.get("inline_keyboard") if type(markup) is dict else None
    for row in rows[:_ROWS] if type(rows) is list else ():
        for button in listed({"row": row}, "row")[:_ROWS]:
            if button.get("callback_data") == data:
                return line(button, "text", MAX_LINE)
    return ""
