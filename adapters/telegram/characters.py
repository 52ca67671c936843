"""What Telegram takes for a text, and what it strips from its ends."""

from __future__ import annotations

from typing import Final

BLANK: Final = "·"
"""Stands where Telegram wants a text and there is none to be seen. It is visible on purpose: of invisible characters it
is nowhere told which ones the server takes for a text."""

# Telegram itself strips blanks and line feeds from the ends of a message, after it has made every other control
# character a blank and has dropped line and paragraph separators and the old marks of direction.
TRIMMED: Final = "".join(map(chr, (*range(0x21), *range(0x2028, 0x202F))))
"""What is stripped from both ends of a message; all of it takes one code unit a character."""

__all__ = ["BLANK", "TRIMMED"]
