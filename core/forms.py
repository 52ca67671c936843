"""Forms: typed parameters become questions, and what people answer becomes checked values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final, Literal

from coterie.core.cards import Question
from coterie.core.commands.parameters import MAX_INT, Kind, Parameter, Value
from coterie.core.commands.values import converter
from coterie.core.errors import UsageError

QuestionKind = Literal["text", "long", "int", "choice", "bool"]

# A duration and a member are typed as words, as in a command.
_KINDS: Final[Mapping[Kind, QuestionKind]] = {
    "int": "int",
    "str": "text",
    "bool": "bool",
    "choice": "choice",
    "duration": "text",
    "member": "text",
}


def questions_of(parameters: Sequence[Parameter], label: Callable[[str], str]) -> tuple[Question, ...]:
    """A question for each parameter; ``label`` gives its words in the reader's language.

    ``minimum`` and ``maximum`` of a question bound a number, ``maximum`` alone the characters of a text; they are
    ``None`` where the author set no bound.
    """
    return tuple(_question(parameter, label(parameter.name)) for parameter in parameters)


def match_answers(questions: Sequence[Question], answers: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """The answers by question name, and the keys that fit no question or only one that has its answer already.

    A key is a question's name or its label, in upper or lower case; where both exist, it is the name.
    """
    known = {_folded(question.label): question.name for question in reversed(questions)}
    known |= {_folded(question.name): question.name for question in questions}
    matched: dict[str, str] = {}
    unknown: list[str] = []
    for key, answer in answers.items():
        name = known.get(_folded(key))
        if name is None or name in matched:
            unknown.append(key)
        else:
            matched[name] = answer
    return matched, tuple(unknown)


def check_answers(
    parameters: Sequence[Parameter], answers: Mapping[str, str]
) -> tuple[dict[str, Value], dict[str, UsageError]]:
    """The values of the answers by question name, and what is wrong with the others.

    A blank answer counts as none: an optional question then has its default, a required one the error
    ``form-error-required``.  Answers to questions that the form does not have are left out.
    """
    values: dict[str, Value] = {}
    errors: dict[str, UsageError] = {}
    for parameter in parameters:
        name = parameter.name
        answer = answers.get(name, "")
        if not parameter.required and not answer.strip():
            values[name] = parameter.default
            continue
        try:
            values[name] = _checked(parameter, answer)
        except UsageError as error:
            errors[name] = error
    return values, errors


def _checked(parameter: Parameter, answer: str) -> Value:
    required = UsageError("form-error-required", name=parameter.name)
    if not answer.strip():
        raise required
    try:
        return converter(parameter)(answer.strip())
    except UsageError as error:
        # A text of invisible characters alone is found out only when it is cleaned.
        raise required if error.key == "arg-missing" else error from None


def _question(parameter: Parameter, label: str) -> Question:
    kind: QuestionKind = "long" if parameter.long else _KINDS[parameter.kind]
    minimum = maximum = None
    if parameter.kind == "int":
        minimum = parameter.minimum if parameter.minimum != -MAX_INT else None
        maximum = parameter.maximum if parameter.maximum != MAX_INT else None
    elif parameter.kind == "str":
        maximum = parameter.length
    return Question(
        name=parameter.name,
        label=label,
        kind=kind,
        required=parameter.required,
        choices=parameter.choices,
        minimum=minimum,
        maximum=maximum,
    )


def _folded(key: str) -> str:
    return key.strip().casefold()
