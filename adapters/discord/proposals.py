"""What the core proposes while somebody types, as Discord shows it below the command."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from coterie.adapters.discord.characters import on_one_line, sendable
from coterie.core.cutting import is_blank, units
from coterie.core.platform import Suggestion

CHOICES: Final = 25
LENGTH: Final = 100
"""The most characters of what is shown, and of what it stands for."""


def choices(suggestions: Iterable[Suggestion]) -> list[dict[str, Any]]:
    """The choices of an answer to an autocomplete interaction, at most 25.

    A long label is shortened.  A value is not: one that is too long, or that stands there already, is left out, as is
    what shows nothing.
    """
    found: dict[str, dict[str, Any]] = {}
    for suggestion in suggestions:
        name, value = on_one_line(suggestion.label, LENGTH), sendable(suggestion.value)
        if is_blank(name) or not value.strip() or units(value) > LENGTH:
            continue
        found.setdefault(value, {"name": name, "value": value})
        if len(found) == CHOICES:
            break
    return list(found.values())
