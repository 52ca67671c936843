"""What people see, as text: searching it and quoting it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from coterie.core.testing.people import Message, plain

What = str | re.Pattern[str]
"""What somebody should see: a text that one message contains, or a pattern that is found in one."""


def find(messages: Sequence[Message], what: What) -> re.Match[str] | None:
    """The newest message in which something is found."""
    pattern = re.compile(re.escape(plain(what))) if isinstance(what, str) else what
    found = (pattern.search(plain(message.shown())) for message in reversed(messages))
    return next((match for match in found if match is not None), None)


def quoted(what: What) -> str:
    return repr(what) if isinstance(what, str) else f"/{what.pattern}/"


def listed(introduction: str, messages: Sequence[Message]) -> str:
    shown = "\n".join(f"  {plain(message.shown())}".replace("\n", "\n    ") for message in messages)
    return printable(f"{introduction}:\n{shown}" if shown else f"{introduction} nothing")


def printable(seen: str) -> str:
    """A text with half a character shown as its escape: no terminal, file or other process takes it as it is."""
    return seen.encode(errors="backslashreplace").decode()
