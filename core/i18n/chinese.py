"""Which Chinese a language tag asks for."""

from __future__ import annotations

from typing import Final, Literal

_HANT_PLACES: Final = frozenset(("tw", "hk", "mo"))


def chinese(tag: str) -> Literal["", "hans", "hant"]:
    """The script of Chinese that a language tag (BCP 47, any spelling) asks for; empty for other languages.

    Where it names no script, Taiwan, Hong Kong and Macao read traditional characters, and everybody else simplified.
    """
    parts = tag.lower().replace("_", "-").split("-")
    if parts[0] != "zh":
        return ""
    if "hant" in parts or ("hans" not in parts and not _HANT_PLACES.isdisjoint(parts)):
        return "hant"
    return "hans"
