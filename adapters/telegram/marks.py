"""Marks: how a question of a form says which form and question it is, in the message itself.

A bot gets the message that somebody replied to, and the one whose button was pressed, back with all its entities.  So
the question carries a link that nobody sees, on a character without width, and the adapter has nothing to remember.
"""

from __future__ import annotations

import re
from typing import Any, Final
from urllib.parse import quote, unquote

MARK: Final = "\u200b"
"""The character that carries the link; it has no width and is no blank, so the platform keeps it."""
CANCEL: Final = "f:c"
"""Callback data of the button that withdraws the form."""
SKIP: Final = "f:s"
"""Callback data of the button that leaves an optional question without an answer."""
CHOICES: Final = 1000
"""Question and choice numbers stay below this, so that callback data has at most 50 bytes."""

_ADDRESS: Final = "https://coterie.invalid/f/"
_PARTS: Final = re.compile(re.escape(_ADDRESS) + r"([A-Za-z0-9_-]{1,40})/([^/?#\s]{1,600})/?")
_CHOICE: Final = re.compile(r"f:([A-Za-z0-9_-]{1,40}):([0-9]{1,3}):([0-9]{1,3})")
_NAME_LENGTH: Final = 200
_ENTITIES: Final = 200


def form_url(token: str, question: str) -> str:
    """The address of a question of the form ``token``; no such page exists anywhere."""
    return f"{_ADDRESS}{token}/{quote(question, safe='')}"


def mark_of(token: str, question: str, offset: int = 0) -> dict[str, Any]:
    """The entity that puts a question's address on the :data:`MARK` at ``offset`` (UTF-16 units)."""
    return {"type": "text_link", "offset": offset, "length": len(MARK), "url": form_url(token, question)}


def form_of(message: Any) -> tuple[str, str] | None:
    """The form's token and the question's name from a raw message, or None; whatever it is given, it raises nothing."""
    if not isinstance(message, dict):
        return None
    for key in ("entities", "caption_entities"):
        entities = message.get(key)
        if not isinstance(entities, list):
            continue
        for entity in entities[:_ENTITIES]:
            url = entity.get("url") if isinstance(entity, dict) else None
            found = _PARTS.fullmatch(url) if isinstance(url, str) else None
            if found is None:
                continue
            name = unquote(found[2], errors="replace")
            if len(name) <= _NAME_LENGTH:
                return found[1], name
    return None


def choice_data(token: str, question: int, choice: int) -> str:
    """Callback data of a choice: the numbers of the question in its form and of the choice in it, from 0.

    Raises :class:`ValueError` for numbers that are not below :data:`CHOICES`.
    """
    if not (0 <= question < CHOICES and 0 <= choice < CHOICES):
        raise ValueError(f"question and choice numbers must be below {CHOICES}, not {question} and {choice}")
    return f"f:{token}:{question}:{choice}"


def choice_of(data: Any) -> tuple[str, int, int] | None:
    """Token, question number and choice number from callback data; None for anything else, raising nothing."""
    found = _CHOICE.fullmatch(data) if isinstance(data, str) else None
    return None if found is None else (found[1], int(found[2]), int(found[3]))
