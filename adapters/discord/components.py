"""Rows of buttons as action rows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final

from coterie.adapters.discord.characters import BLANK, on_one_line
from coterie.core.cards import Button
from coterie.core.cutting import is_blank
from coterie.core.platform import Refused
from coterie.core.text import Rich, Text

Components = list[dict[str, Any]]
"""Action rows as the REST API has them."""

PER_ROW: Final = 5
ROWS: Final = 5
LABEL_LENGTH: Final = 80
TOKEN_LENGTH: Final = 98
"""A ``custom_id`` has at most 100 characters, of which ``c:`` takes two."""
URL_LENGTH: Final = 512
_ROW, _BUTTON = 1, 2
_STYLES: Final = {"normal": 2, "primary": 1, "danger": 4}
_LINK: Final = 5


def components(rows: Sequence[Sequence[Button]]) -> Components:
    """The buttons of a card; a row of more than five becomes several of about the same length.

    Where that makes more than five rows, all buttons stand in rows of five.  A second button with the same token does
    what the first one does, and Discord wants tokens to differ: it is left out.  So is one that opens something inside
    Telegram (``tg://``).  Raises :class:`Refused` for what Discord would refuse whatever is done about it: more than 25
    buttons, and a button that neither carries a token nor opens a page.
    """
    shown = _distinct([[_button(button) for button in row if not button.url.startswith("tg://")] for row in rows])
    total = sum(map(len, shown))
    if total > PER_ROW * ROWS:
        raise Refused(f"Discord shows at most {PER_ROW * ROWS} buttons below a message, not {total}")
    wrapped = [part for row in shown for part in _wrapped(row)]
    if len(wrapped) > ROWS:
        every = [button for row in shown for button in row]
        wrapped = [every[first : first + PER_ROW] for first in range(0, total, PER_ROW)]
    return [action_row(row) for row in wrapped]


def action_row(buttons: list[dict[str, Any]]) -> dict[str, Any]:
    """One to five buttons (or one menu) beside each other."""
    return {"type": _ROW, "components": buttons}


def push_button(words: Rich, custom_id: str, style: str = "normal") -> dict[str, Any]:
    """A button that sends an interaction with this ``custom_id``, which is not looked at."""
    return {
        "type": _BUTTON,
        "style": _STYLES.get(style, _STYLES["normal"]),
        "label": label(words),
        "custom_id": custom_id,
    }


def _distinct(rows: list[list[dict[str, Any]]]) -> list[list[dict[str, Any]]]:
    seen: set[str] = set()
    kept: list[list[dict[str, Any]]] = []
    for row in rows:
        kept.append([])
        for button in row:
            token = button.get("custom_id", "")
            if token not in seen:
                kept[-1].append(button)
            if token:
                seen.add(token)
    return kept


def _wrapped(row: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    count = -(-len(row) // PER_ROW)
    edges = [len(row) * index // count for index in range(count + 1)] if count else []
    return [row[first:last] for first, last in pairwise(edges)]


def _button(button: Button) -> dict[str, Any]:
    if button.url:
        shown = label(button.label)
        if not button.url.startswith(("https://", "http://")) or len(button.url) > URL_LENGTH:
            raise Refused(f"the button {shown!r} opens {button.url[:40]!r}, which is no address of a page for Discord")
        return {"type": _BUTTON, "style": _LINK, "label": shown, "url": button.url}
    if not 0 < len(button.token) <= TOKEN_LENGTH:
        words = f"neither carries a token of 1 to {TOKEN_LENGTH} characters nor opens a page"
        raise Refused(f"the button {label(button.label)!r} {words}")
    return push_button(button.label, f"c:{button.token}", button.style)


def label(value: Rich) -> str:
    """The label of a button: one line without looks, a mention with its ``@``, never empty."""
    if isinstance(value, Text):
        value = "".join(f"@{s.text.removeprefix('@')}" if s.member else s.text for s in value.spans)
    text = on_one_line(value, LABEL_LENGTH)
    return BLANK if is_blank(text) else text
