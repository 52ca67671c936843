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
