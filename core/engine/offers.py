"""What a plugin proposes while somebody types, brought into the form and number that every platform takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from coterie.core.platform import Suggestion
from coterie.core.text import clean_text

if TYPE_CHECKING:
    from coterie.core.context import Context

MOST: Final = 25
LONGEST: Final = 100
"""So many proposals, with labels and values of so many characters."""


def proposals(method: Callable[..., Iterable[Any]]) -> Callable[[Context, str], list[Suggestion]]:
    """A plugin's method, whose proposals are brought into their form and number."""

    def offer(ctx: Context, typed: str) -> list[Suggestion]:
        return list(islice(map(_shaped, method(ctx, typed)), MOST))

    return offer


def _shaped(offered: Any) -> Suggestion:
    label, value = offered if isinstance(offered, tuple) else (offered, offered)
    shown, stands = clean_text(str(label), 4 * LONGEST, lines=False), clean_text(str(value), 4 * LONGEST, lines=False)
    if not stands or len(stands) > LONGEST:
        raise ValueError(
            f"what a proposal stands for has 1 to {LONGEST} characters, not {len(stands)}: {stands[:40]!r}"
        )
    return Suggestion(short(shown or stands), stands)


def short(label: str) -> str:
    """A label that is not too long."""
    return label if len(label) <= LONGEST else f"{label[: LONGEST - 1]}…"
