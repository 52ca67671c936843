"""Forms: a method's parameters become questions, and answers become values or one error for each question."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Literal

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.cards import Question
from coterie.core.commands.parameters import Length, MemberRef, Range, Rest, parameters_of
from coterie.core.forms import check_answers, match_answers, questions_of


class Gate:
    def join(
        self,
        ctx: Any,
        why: Annotated[str, Length(500)],
        age: Annotated[int, Range(13, 120)],
        lucky: int,
        side: Literal["Red", "Blue"],
        news: bool,
        name: Annotated[str, Length(40)] | None,
        stay: timedelta = timedelta(days=1),
        friend: MemberRef | None = None,
        story: Annotated[str, Rest()] = "none",
    ) -> None: ...


PARAMETERS = parameters_of(Gate.join)
QUESTIONS = questions_of(PARAMETERS, lambda name: f"Your {name}?")
GOOD = {"why": "Curious", "age": "30", "lucky": "-7", "side": "blue", "news": "yes"}


def errors_of(**answers: str) -> dict[str, str]:
    _, errors = check_answers(PARAMETERS, GOOD | answers)
    return {name: error.key for name, error in errors.items()}


def test_each_parameter_is_a_question() -> None:
    assert list(QUESTIONS) == [
        Question("why", "Your why?", "long", maximum=500),
        Question("age", "Your age?", "int", minimum=13, maximum=120),
        Question("lucky", "Your lucky?", "int"),
        Question("side", "Your side?", "choice", choices=("Red", "Blue")),
        Question("news", "Your news?", "bool"),
        Question("name", "Your name?", "text", required=False, maximum=40),
        Question("stay", "Your stay?", "text", required=False),
        Question("friend", "Your friend?", "text", required=False),
        Question("story", "Your story?", "long", required=False),
    ]


def test_good_answers_become_values() -> None:
    values, errors = check_answers(PARAMETERS, GOOD | {"friend": " @bob ", "stay": " ", "why": "a\nb "})
    assert errors == {}
    assert values == {
        "why": "a\nb", "age": 30, "lucky": -7, "side": "Blue", "news": True, "name": None, "stay": timedelta(days=1),
        "friend": MemberRef("@bob"), "story": "none",
    }  # fmt: skip


def test_what_is_missing_is_told_and_the_rest_is_kept() -> None:
    values, errors = check_answers(PARAMETERS, {"age": "30", "side": "  ", "why": "\u200b", "other": "x"})
    assert {name: error.key for name, error in errors.items()} == dict.fromkeys(
        ("why", "lucky", "side", "news"), "form-error-required"
    )
    assert values == {"age": 30, "name": None, "stay": timedelta(days=1), "friend": None, "story": "none"}
    assert errors["why"].args == {"name": "why"}
    assert errors["why"].namespace == "core"


def test_each_wrong_answer_has_its_own_error() -> None:
    assert errors_of(age="12", side="green", news="maybe", lucky="1e9") == {
        "age": "arg-too-small", "side": "arg-not-choice", "news": "arg-not-bool", "lucky": "arg-not-int",
    }  # fmt: skip
    assert errors_of(why="x" * 501, stay="soon", friend="@", name="n" * 41) == {
        "why": "arg-too-long", "stay": "arg-not-duration", "friend": "arg-not-member", "name": "arg-too-long",
    }  # fmt: skip


def test_answers_are_found_by_name_or_label() -> None:
    matched, unknown = match_answers(QUESTIONS, {" your AGE? ": "30", "Why": "x", "Shoe size": "42", "age": "31"})
    assert matched == {"age": "30", "why": "x"}
    assert unknown == ("Shoe size", "age")


def test_a_name_wins_over_a_label() -> None:
    questions = (Question("a", "B"), Question("b", "A"), Question("c", "Same"), Question("d", "same"))
    assert match_answers(questions, {"A": "1", "b": "2", "SAME": "3"}) == ({"a": "1", "b": "2", "c": "3"}, ())


@given(st.dictionaries(st.sampled_from([question.name for question in QUESTIONS]), st.text()))
def test_any_answers_give_a_value_or_an_error_for_each_question(answers: dict[str, str]) -> None:
    values, errors = check_answers(PARAMETERS, answers)
    assert values.keys() | errors.keys() == {parameter.name for parameter in PARAMETERS}
    assert not values.keys() & errors.keys()
