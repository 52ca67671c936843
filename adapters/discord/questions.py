"""Questions of a form as the parts of a modal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from coterie.adapters.discord.characters import BLANK, on_one_line, sendable
from coterie.adapters.discord.words import words
from coterie.core.actions import OpenForm
from coterie.core.cards import Question
from coterie.core.cutting import is_blank, units
from coterie.core.platform import Refused

INPUTS: Final = 5
"""So many questions fit into one modal."""
TITLE: Final = 45
LABEL: Final = 45
DESCRIPTION: Final = 100
PLACEHOLDER: Final = 100
OPTIONS: Final = 25
OPTION: Final = 100
TEXT: Final = 4000

_LABEL, _TEXT, _SELECT, _RADIO = 18, 4, 3, 21
_SHORT, _LONG = 1, 2
_WARNING: Final = "⚠️ "
_YES: Final = frozenset(("yes", "y", "true", "on", "1", "是", "开", "開"))
_NO: Final = frozenset(("no", "n", "false", "off", "0", "否", "关", "關"))


def page_of(action: OpenForm) -> tuple[int, int, tuple[Question, ...]]:
    """Which modal of the form comes next, counted from 0, how many there are, and its questions.

    It is the first that has a question without an answer or with a wrong one, else the last.  Raises :class:`Refused`
    for a form without questions.
    """
    if not action.questions:
        raise Refused("the form has no questions")
    pages = [action.questions[start : start + INPUTS] for start in range(0, len(action.questions), INPUTS)]
    for number, page in enumerate(pages):
        if any(each.name not in action.answers or each.name in action.errors for each in page):
            return number, len(pages), page
    return len(pages) - 1, len(pages), pages[-1]


def modal(
    title: str,
    custom_id: str,
    questions: Sequence[Question],
    answers: Mapping[str, str],
    errors: Mapping[str, str],
    locale: str,
) -> dict[str, Any]:
    """A modal with these questions, filled in with what was answered; ``errors`` say what is wrong with some of it."""
    return {
        "custom_id": custom_id,
        "title": _line(title, TITLE),
        "components": [
            _question(each, answers.get(each.name, ""), errors.get(each.name, ""), locale) for each in questions
        ],
    }


def _question(question: Question, answer: str, error: str, locale: str) -> dict[str, Any]:
    label, rest = _divided(question.label)
    inside = _choice(question, answer, locale) or _typed(question, answer)
    told = " ".join(each for each in (f"{_WARNING}{error}" if error else "", rest, question.help) if each)
    part: dict[str, Any] = {"type": _LABEL, "label": label, "component": inside}
    if not is_blank(told):
        part["description"] = on_one_line(told, DESCRIPTION)
    return part


def _divided(label: str) -> tuple[str, str]:
    """A label as it fits, and what of it does not."""
    whole = " ".join(sendable(label).split())
    shown = _line(whole, LABEL)
    if not shown.endswith("…") or shown == whole:
        return shown, ""
    rest = whole[len(shown) - 1 :].strip()
    return shown, f"…{rest}"


def _choice(question: Question, answer: str, locale: str) -> dict[str, Any] | None:
    """Something to choose from; None for a question whose answer is typed."""
    if question.kind == "bool":
        say, given = words(locale), answer.strip().casefold()
        options = [
            {"label": say["yes"], "value": "yes", "default": given in _YES},
            {"label": say["no"], "value": "no", "default": given in _NO},
        ]
        return {"type": _RADIO, "custom_id": question.name, "options": options, "required": question.required}
    if question.kind != "choice" or not _selectable(question.choices):
        return None
    given = answer.strip().casefold()
    options = [{"label": each, "value": each, "default": each.casefold() == given} for each in question.choices]
    return {
        "type": _SELECT,
        "custom_id": question.name,
        "options": options,
        "required": question.required,
        "min_values": int(question.required),
        "max_values": 1,
    }


def _selectable(choices: Sequence[str]) -> bool:
    """Whether Discord takes these as options: up to 25 of up to 100 characters, each to be told from all others."""
    known = {each.casefold() for each in choices}
    sound = all(not is_blank(each) and units(each) <= OPTION and sendable(each) == each.strip() for each in choices)
    return sound and 0 < len(choices) == len(known) <= OPTIONS


def _typed(question: Question, answer: str) -> dict[str, Any]:
    """A field to write in. The bounds of a number are the core's to check: a field only knows lengths."""
    part: dict[str, Any] = {
        "type": _TEXT,
        "custom_id": question.name,
        "style": _LONG if question.kind == "long" else _SHORT,
        "required": question.required,
    }
    longest = TEXT
    if question.kind in ("text", "long"):
        if question.maximum is not None:
            longest = part["max_length"] = max(1, min(question.maximum, TEXT))
        if question.minimum is not None and question.required:
            part["min_length"] = max(0, min(question.minimum, longest))
    if hint := _hint(question):
        part["placeholder"] = on_one_line(hint, PLACEHOLDER)
    value = sendable(answer)[:longest]
    while units(value) > longest:
        value = value[:-1]
    if not is_blank(value) and len(value) >= part.get("min_length", 0):
        part["value"] = value
    return part


def _hint(question: Question) -> str:
    """What the empty field says: the numbers or words that it takes."""
    if question.kind == "choice":
        return " / ".join(question.choices)
    if question.kind != "int" or (question.minimum is None and question.maximum is None):
        return ""
    low = "…" if question.minimum is None else str(question.minimum)
    high = "…" if question.maximum is None else str(question.maximum)
    return f"{low} – {high}"


def _line(text: str, limit: int) -> str:
    """One line, never empty."""
    return BLANK if is_blank(text) else on_one_line(text, limit)


__all__ = ["INPUTS", "modal", "page_of"]
