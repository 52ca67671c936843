"""Rows of buttons as an inline keyboard."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final

from telegram.constants import InlineKeyboardButtonLimit, InlineKeyboardMarkupLimit, KeyboardButtonStyle

from coterie.adapters.telegram.characters import BLANK
from coterie.core.cards import Button
from coterie.core.cutting import encodable, is_blank, is_boundary
from coterie.core.platform import Refused
from coterie.core.text import Rich, Text

Keyboard = list[list[dict[str, Any]]]
"""Rows of inline buttons as the Bot API has them (``inline_keyboard``)."""

LABEL_LENGTH: Final = 64
"""So many code points of a label are kept. Telegram names no limit; a phone shows fewer than these on a whole row."""
BUTTONS: Final = int(InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER)
PER_ROW: Final = int(InlineKeyboardMarkupLimit.BUTTONS_PER_ROW)
_DATA: Final = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)
_STYLES: Final = {"primary": KeyboardButtonStyle.PRIMARY.value, "danger": KeyboardButtonStyle.DANGER.value}
_SCHEMES: Final = ("https://", "http://", "tg://")


def keyboard(rows: tuple[tuple[Button, ...], ...]) -> Keyboard:
    """The buttons of a card; a row of more than eight becomes several of about the same length.

    Raises :class:`Refused` for what Telegram would refuse whatever is done about it: more than a hundred buttons, and a
    button that neither carries a token nor opens a page.
    """
    shown: Keyboard = []
    for row in rows:
        buttons = [_button(button) for button in row]
        if len(buttons) <= PER_ROW:
            if buttons:
                shown.append(buttons)
            continue
        count = -(-len(buttons) // PER_ROW)
        edges = [len(buttons) * index // count for index in range(count + 1)]
        shown.extend(buttons[first:last] for first, last in pairwise(edges))
    total = sum(map(len, shown))
    if total > BUTTONS:
        raise Refused(f"Telegram shows at most {BUTTONS} buttons below a message, not {total}")
    return shown


def _button(button: Button) -> dict[str, Any]:
    shown: dict[str, Any] = {"text": label(button.label)}
    if button.url:
        if not button.url.startswith(_SCHEMES):
            raise Refused(f"the button {shown['text']!r} opens {button.url[:40]!r}, which is no address of a page")
        shown["url"] = button.url
    elif 0 < len(button.token) <= _DATA and button.token.isascii():
        shown["callback_data"] = button.token
    else:
        raise Refused(f"the button {shown['text']!r} neither carries a token of 1 to {_DATA} bytes nor opens a page")
    if button.style in _STYLES:
        shown["style"] = _STYLES[button.style]
    return shown


def label(value: Rich) -> str:
    """The label of a button: one line without looks, a mention with its ``@``, never empty."""
    if isinstance(value, Text):
        value = "".join(f"@{s.text.removeprefix('@')}" if s.member else s.text for s in value.spans)
    text = " ".join(encodable(value).split())
    if len(text) > LABEL_LENGTH:
        end = LABEL_LENGTH - 1
        while end > LABEL_LENGTH // 2 and not is_boundary(text, end):
            end -= 1
        text = f"{text[:end].rstrip()}…"
    return BLANK if is_blank(text) else text
