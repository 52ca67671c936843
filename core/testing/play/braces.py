"""``{name}`` stands for what an earlier ``as name`` captured; ``{{name}}`` is the plain text ``{name}``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

_NAME: Final = r"[^\W\d]\w*"
_BRACES: Final = re.compile(rf"\{{(\{{{_NAME}\}})\}}|\{{({_NAME})\}}")
# Inside a pattern, \{ is already a literal brace and \N{DASH} a character by its name.
_IN_PATTERN: Final = re.compile(rf"\\N\{{[^}}]*\}}|\\.|{_BRACES.pattern}", re.DOTALL)
NAME: Final = re.compile(_NAME)
"""What a captured thing may be called."""


def replaced(text: str, value: Callable[[str], str]) -> str:
    """The text with every ``{name}`` replaced."""
    if "{" not in text:
        return text
    return _BRACES.sub(lambda m: m[1] or value(m[2]), text)


def replaced_in_pattern(pattern: str, value: Callable[[str], str]) -> str:
    """The regular expression with every ``{name}`` replaced by text that matches literally."""
    if "{" not in pattern:
        return pattern
    return _IN_PATTERN.sub(lambda m: re.escape(m[1] or value(m[2])) if m[1] or m[2] else m[0], pattern)


def references(text: str, *, pattern: bool = False) -> Iterator[str]:
    """The names in ``{name}`` of a text, or of a regular expression."""
    for match in (_IN_PATTERN if pattern else _BRACES).finditer(text):
        if match[2]:
            yield match[2]


def has_reference(text: str) -> bool:
    """Whether a ``{name}`` is somewhere in a text."""
    return "{" in text and any(references(text))


def is_reference(text: str) -> bool:
    """Whether a text is one ``{name}`` and nothing else."""
    return bool(re.fullmatch(rf"\{{{_NAME}\}}", text))
