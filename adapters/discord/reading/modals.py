"""What somebody entered in a modal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from coterie.adapters.discord.reading.fields import MAX_TEXT, is_id
from coterie.core.outside import Malformed, Raw, line, listed, record, sound, word

_ROW: Final = 1
_TEXT: Final = 4
_SELECTS: Final = frozenset({3, 5, 6, 7, 8, 22})
"""Selects of words, users, roles, mentionables and channels, and checkboxes of which several can be ticked."""
_PEOPLE: Final = frozenset({5, 7})
_LABEL: Final = 18
_RADIO: Final = 21
_CHECKBOX: Final = 23
_INPUTS: Final = 5
_NAME: Final = 100
_CHOICES: Final = 25


def answers_of(body: Raw) -> dict[str, str]:
    """Answers by the name of the question.

    What was left out is an empty answer; several choices stand in one answer with commas between them; a tick is
    ``yes`` or ``no``; an account is ``@ID``.  Uploads and what is no input say nothing.  Raises :class:`Malformed`.
    """
    if type(body.get("components")) is not list:
        raise Malformed("components is not a list")
    return {word(each, "custom_id", _NAME): answer for each in _inputs(body) if (answer := _answer(each)) is not None}


def _inputs(body: Raw) -> Iterator[Raw]:
    """The inputs of a modal, which stand each in a label, or (as they once did) in a row."""
    for each in listed(body, "components")[:_INPUTS]:
        kind = each.get("type")
        if kind == _LABEL:
            yield record(each, "component")
        elif kind == _ROW:
            yield from listed(each, "components")[:_INPUTS]


def _answer(entered: Raw) -> str | None:
    """The answer in an input; None for a kind that gives none."""
    kind, value = entered.get("type"), entered.get("value")
    if kind in _SELECTS:
        return _choices(entered.get("values"), people=kind in _PEOPLE)
    if kind == _CHECKBOX:
        if type(value) is not bool:
            raise Malformed("a tick is neither true nor false")
        return "yes" if value else "no"
    if kind not in (_TEXT, _RADIO):
        return None
    if value is not None and type(value) is not str:
        raise Malformed("an answer is not a text")
    return line(entered, "value", MAX_TEXT)


def _choices(values: Any, *, people: bool) -> str:
    if values is None:
        return ""
    if type(values) is not list or not all(type(each) is str for each in values):
        raise Malformed("values is not a list of texts")
    chosen = [f"@{each}" if people and is_id(each) else sound(each[:_NAME]) for each in values[:_CHOICES]]
    return ", ".join(chosen)
