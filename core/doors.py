"""The door: what an adapter hands in is made safe to keep before anything else sees it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from coterie.core.events import Event
from coterie.core.outside import sound

E = TypeVar("E", bound=Event)
_encoder = msgspec.json.Encoder()
_REPLACEMENT = "\ufffd"


def cleaned(event: E) -> E:
    """The event with U+FFFD in place of every null and every half of a surrogate pair.

    JSON can carry both, and neither can be stored everywhere: UTF-8 has no halves, PostgreSQL's text no null.
    """
    try:
        if b"\\u0000" not in _encoder.encode(event):
            return event
    except (ValueError, OverflowError):
        pass  # a half of a pair, or a number that JSON would write with thousands of digits
    return msgspec.convert(_scrubbed(msgspec.to_builtins(event)), type(event))


def _scrubbed(value: Any) -> Any:
    if isinstance(value, str):
        return sound(value).replace("\0", _REPLACEMENT)
    if isinstance(value, dict):
        return {_scrubbed(key): _scrubbed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_scrubbed(inner) for inner in value]
    return value
