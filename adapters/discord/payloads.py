"""Raw messages: what is added to them before they leave, and what is read from an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

EPHEMERAL: Final = 1 << 6
"""The flag of a message that one person sees."""
LOADING: Final = 1 << 7
"""The flag of a message that only says that one comes."""


def for_one(body: Mapping[str, Any]) -> dict[str, Any]:
    """A new message that one person sees."""
    return {**body, "flags": body.get("flags", 0) | EPHEMERAL}


def for_edit(body: Mapping[str, Any]) -> dict[str, Any]:
    """A message as an edit takes it: who sees it was decided when it was made."""
    return {name: value for name, value in body.items() if name != "flags"}


def is_loading(message: Any) -> bool:
    """Whether a message only says that one comes."""
    flags = message.get("flags") if isinstance(message, dict) else None
    return isinstance(flags, int) and bool(flags & LOADING)


def id_in(message: Any) -> str:
    """The id of a message; empty where the answer describes none."""
    found = message.get("id") if isinstance(message, dict) else None
    return found if isinstance(found, str) else ""


def shown_by(callback: Mapping[str, Any]) -> str:
    """The id of the message that a first answer made; empty where the answer does not tell."""
    resource = callback.get("resource")
    return id_in(resource.get("message")) if isinstance(resource, dict) else ""


def shows(message: Any, body: Mapping[str, Any]) -> bool:
    """Whether a message has the words, the buttons and as many files as a body; what Discord adds does not count."""
    try:
        return isinstance(message, dict) and _seen(message) == _seen(body)
    except (AttributeError, TypeError):
        return False  # not what Discord says of a message


def _seen(message: Mapping[str, Any]) -> tuple[Any, ...]:
    embeds = [
        (
            _words(embed, "title"),
            _words(embed, "description"),
            _words(embed.get("footer") or {}, "text"),
            [(_words(each, "name"), _words(each, "value")) for each in embed.get("fields") or ()],
        )
        for embed in message.get("embeds") or ()
    ]
    buttons = [
        [(each.get("custom_id"), each.get("url"), each.get("sku_id")) for each in row.get("components") or ()]
        for row in message.get("components") or ()
    ]
    return _words(message, "content"), embeds, buttons, len(message.get("attachments") or ())


def _words(raw: Mapping[str, Any], name: str) -> str:
    return str(raw.get(name) or "").strip()
