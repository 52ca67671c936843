"""Records that are not quite JSON: what can be understood is, and the rest says what is wrong with it."""

from __future__ import annotations

import json
import re
from typing import Any, Final

import msgspec

_HEX: Final = re.compile(r"(\\\\)|\\x([0-9A-Fa-f]{2})")
_DIGITS: Final = 400
"""Digits of the longest number that is read."""


class Unreadable(ValueError):
    """A record that cannot be understood; the message says why, in plain words."""


class NoJson(Unreadable):
    """It is not even JSON: where it ends is a guess."""


def mended(data: bytes, kind: Any) -> Any:
    """Read a record leniently; raises :class:`Unreadable`.

    Bytes that are no UTF-8 become U+FFFD; control characters may stand in strings as they are, or as ``\\x1F`` (which
    is how Telegram Desktop writes them, and no JSON); halves of surrogate pairs become U+FFFD; NaN and infinities count
    as missing; numbers may stand in quotes.
    """
    text = _HEX.sub(_escaped, data.decode("utf-8", "replace"))
    try:
        value = json.loads(text, strict=False, parse_constant=_missing, parse_int=_integer)
        sound = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return msgspec.json.decode(sound, type=kind, strict=False)
    except RecursionError:
        raise Unreadable("lists and objects are nested too deeply") from None
    except json.JSONDecodeError as error:
        raise NoJson(f"it is not JSON: {error.msg}, {error.pos} characters from its beginning") from None
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        raise Unreadable(f"it is not a record as expected: {error}") from None


def _escaped(found: re.Match[str]) -> str:
    return found.group() if found[1] else f"\\u00{found[2]}"


def _missing(_word: str) -> None:
    return None


def _integer(digits: str) -> int:
    if len(digits) > _DIGITS:
        raise ValueError(f"a number has {len(digits)} digits")
    return int(digits)
