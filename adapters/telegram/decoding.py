"""Bytes from Telegram to plain dictionaries, one update at a time where a whole batch cannot be read."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, Final

import msgspec

log = logging.getLogger(__name__)

_decode: Final = msgspec.json.Decoder().decode
_RESULT: Final = re.compile(rb'"result"\s*:\s*\[')
_STEP: Final = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},]', re.DOTALL)
_ID: Final = re.compile(rb'"update_id"\s*:\s*([0-9]{1,18})(?![0-9.eE])')
_ID_WITHIN: Final = 4096
"""Bytes of an update in which its id is looked for; the Bot API writes it first."""


def decode_update(payload: bytes) -> dict[str, Any]:
    """One update, or any other JSON object; raises :class:`ValueError` for what is none.

    Halves of surrogate pairs and numbers beyond all measure are taken, endless nesting is not.
    """
    try:
        found = _decode(payload)
    except (ValueError, RecursionError):  # msgspec is strict where the library's own reader is not
        try:
            found = json.loads(payload.decode("utf-8", "replace"))
        except RecursionError:
            raise ValueError("nested too deeply") from None
    if not isinstance(found, dict):
        raise ValueError("not a JSON object")  # noqa: TRY004  # about the text, not about a caller's argument
    return found


def decode_answer(payload: bytes) -> dict[str, Any]:
    """An answer of the Bot API; raises :class:`ValueError` when it is no JSON object.

    Of a list of updates as ``result``, those that cannot be read are replaced by what is left of them: their id.
    """
    try:
        return decode_update(payload)
    except ValueError:
        start = _RESULT.search(payload)
        items = _items(payload, start.end()) if start is not None else None
        if items is None:
            raise
        return {"ok": True, "result": [_salvaged(item) for item in items]}


def _salvaged(item: bytes) -> dict[str, Any]:
    try:
        return decode_update(item)
    except ValueError as error:
        found = _ID.search(item, 0, _ID_WITHIN)
        log.warning("update %s cannot be read and is skipped: %s", found[1].decode() if found else "without id", error)
        return {"update_id": int(found[1])} if found else {}


def _items(payload: bytes, start: int) -> list[bytes] | None:
    """The values in the list that begins at ``start``, however deep they are nested; None for one without an end."""
    items, depth, begin = [], 0, start
    for step in _STEP.finditer(payload, start):
        sign = step[0][:1]
        if sign in b"[{":
            depth += 1
        elif sign in b"]}":
            depth -= 1
        if depth < 0 or (depth == 0 and sign == b","):
            if item := payload[begin : step.start()].strip():
                items.append(item)
            begin = step.end()
        if depth < 0:
            return items
    return None


__all__ = ["decode_answer", "decode_update"]
