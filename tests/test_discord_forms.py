"""Forms on Discord: modals of five questions, and buttons between them that work after a restart."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.validation_modals import modal as check_modal
from coterie.adapters.discord.questions import modal, page_of
from coterie.adapters.discord.reading.modals import answers_of
from coterie.core.actions import CloseForm, OpenForm
from coterie.core.cards import Question
from coterie.core.commands.parameters import Parameter
from coterie.core.commands.values import converter
from coterie.core.cutting import units
from coterie.core.events import Who
from coterie.core.platform import Refused
from tests.discord_sending_kit import Bench, about, bench, labels, words_of

TOKEN: Final = "QAF-_" * 8
WHY: Final = Question("why", "Why are you here?", help="In a few words.", maximum=300)
AGE: Final = Question("age", "How old are you?", "int", minimum=1, maximum=150)
NOTE: Final = Question("note", "Anything else?", "long", required=False)
COLOUR: Final = Question("colour", "Which colour?", "choice", choices=("red", "green", "blue"))
NEWS: Final = Question("news", "Do you want news?", "bool", required=False)
MORE: Final = tuple(Question(f"q{number}", f"Question {number}?") for number in range(4))


def form(at: Bench, handle: str, *questions: Question, **more: Any) -> OpenForm:
    """A form as the core opens it."""
    values: dict[str, Any] = {"where": at.home, "ref": 9, "token": TOKEN, "to": at.ann, "title": "Survey"}
    return OpenForm(**{**values, "handle": handle, "questions": questions, **more})


def close(at: Bench) -> CloseForm:
    return CloseForm(where=at.home, token=TOKEN, to=at.ann)


def asked(interaction: FakeInteraction) -> dict[str, dict[str, Any]]:
    """The inputs of the modal that was opened, by name."""
    assert interaction.modal is not None
    return {part["component"]["custom_id"]: part["component"] for part in interaction.modal["components"]}


def submits(at: Bench, interaction: FakeInteraction, answers: dict[str, object]) -> tuple[dict[str, str], str]:
    """Ann sends the modal in: the answers as they are read, and the handle."""
    sent = at.fake.submits("ann", interaction, answers)
    return answers_of(sent.data), at.opened(sent)


# -- a modal


@pytest.mark.asyncio
async def test_a_form_opens_as_a_modal_with_a_field_for_each_question() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        assert await at.open_form(form(at, handle, WHY, AGE, NOTE, COLOUR, NEWS), about()) == ""
        assert made.modal is not None
        assert (made.modal["custom_id"], made.modal["title"]) == (f"f:{TOKEN}", "Survey")
        parts = made.modal["components"]
        assert [part["label"] for part in parts] == [each.label for each in (WHY, AGE, NOTE, COLOUR, NEWS)]
        assert parts[0]["description"] == "In a few words."
        inputs = asked(made)
        assert [inputs[name]["type"] for name in inputs] == [4, 4, 4, 3, 21]
        assert [inputs[name]["required"] for name in inputs] == [True, True, False, True, False]
        assert (inputs["why"]["max_length"], inputs["why"]["style"]) == (300, 1)
        assert "max_length" not in inputs["age"]
        assert inputs["age"]["placeholder"] == "1 – 150"
        assert inputs["note"]["style"] == 2
        assert [option["value"] for option in inputs["colour"]["options"]] == ["red", "green", "blue"]
        answers, _ = submits(at, made, {"why": "because", "age": "7", "note": "", "colour": ["green"], "news": "yes"})
        assert answers == {"why": "because", "age": "7", "note": "", "colour": "green", "news": "yes"}


@pytest.mark.asyncio
async def test_yes_and_no_are_words_of_the_persons_own_language_and_values_that_the_core_reads() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        ann = Who("discord", at.ann.id, "Ann", "zh-TW")
        await at.open_form(form(at, handle, NEWS, to=ann, answers={"news": "no"}, errors={}), about())
        options = asked(made)["news"]["options"]
        assert [option["label"] for option in options] == ["是", "否"]
        assert [option["default"] for option in options] == [False, True]
        convert = converter(Parameter("news", "bool", required=True))
        assert [convert(option["value"]) for option in options] == [True, False]


@pytest.mark.asyncio
async def test_choices_that_discord_does_not_take_are_typed() -> None:
    for choices in (tuple(map(str, range(26))), ("x" * 101, "y"), ("same", "Same"), ("", "y")):
        async with bench() as at:
            made, handle = at.calls_command()
            await at.open_form(form(at, handle, Question("one", "Which?", "choice", choices=choices)), about())
            assert asked(made)["one"]["type"] == 4


@pytest.mark.asyncio
async def test_a_form_without_questions_is_refused() -> None:
    async with bench() as at:
        with pytest.raises(Refused):
            await at.open_form(form(at, ""), about())


# -- one after the other


@pytest.mark.asyncio
async def test_more_questions_are_asked_one_modal_after_the_other() -> None:
    async with bench() as at:
        questions = (WHY, *MORE, AGE)
        made, handle = at.calls_command()
        await at.open_form(form(at, handle, *questions), about("1"))
        assert made.modal is not None
        assert made.modal["title"] == "Survey (1/2)"
        assert list(asked(made)) == ["why", "q0", "q1", "q2", "q3"]
        answers, handle = submits(at, made, dict.fromkeys(asked(made), "x"))
        sent = at.fake.world.interactions[handle.split(":")[3]]

        native = await at.open_form(form(at, handle, *questions, answers=answers), about("2"))
        assert sent.shown is not None
        assert native == f"e:{sent.id}:{sent.shown.id}:{at.ann.id}"
        assert words_of(sent.shown) == "Survey\nPart 1 of 2 is done."
        assert labels(sent.shown) == ["Go on", "Cancel"]
        assert [each["custom_id"] for each in sent.shown.buttons] == [f"f:{TOKEN}", f"x:{TOKEN}"]
        assert at.shown() == []

        at.forget()
        tapped, handle = at.taps(sent.shown, "Go on")
        await at.open_form(form(at, handle, *questions, answers=answers, errors={"age": "required"}), about("3"))
        assert tapped.modal is not None
        assert tapped.modal["title"] == "Survey (2/2)"
        assert list(asked(tapped)) == ["age"]
        assert "description" not in tapped.modal["components"][0]


@pytest.mark.asyncio
async def test_wrong_answers_are_named_and_filled_in_again() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        await at.open_form(form(at, handle, WHY, AGE), about("1"))
        answers, handle = submits(at, made, {"why": "because", "age": "*old*"})
        sent = at.fake.world.interactions[handle.split(":")[3]]
        errors = {"age": "*old* is no number"}
        await at.open_form(form(at, handle, WHY, AGE, answers=answers, errors=errors), about("2"))
        message = sent.shown
        assert message is not None
        assert "How old are you?" in words_of(message)
        assert "\\*old\\*" in words_of(message)
        assert labels(message) == ["Try again", "Cancel"]

        tapped, handle = at.taps(message, "Try again")
        kept = {"why": "because"}
        await at.open_form(form(at, handle, WHY, AGE, answers=kept, errors={"age": "required"}), about("3"))
        assert [each["value"] for each in asked(tapped).values()] == ["because", "*old*"]
        assert tapped.modal is not None
        assert tapped.modal["components"][1]["description"] == "⚠️ *old* is no number"

        answers, handle = submits(at, tapped, {"why": "because", "age": "older"})
        again = at.fake.world.interactions[handle.split(":")[3]]
        await at.open_form(form(at, handle, WHY, AGE, answers=answers, errors=errors), about("4"))
        assert message.deleted  # only the newest button is left
        assert again.shown is not None
        await at.close_form(close(at), about("5"))
        assert again.shown is None


@pytest.mark.asyncio
async def test_after_a_restart_only_what_was_right_is_filled_in() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        await at.open_form(form(at, handle, WHY, AGE), about("1"))
        answers, handle = submits(at, made, {"why": "because", "age": "old"})
        sent = at.fake.world.interactions[handle.split(":")[3]]
        await at.open_form(form(at, handle, WHY, AGE, answers=answers, errors={"age": "no"}), about("2"))
        at.forget()
        assert sent.shown is not None
        tapped, handle = at.taps(sent.shown, "Try again")
        await at.open_form(form(at, handle, WHY, AGE, answers={"why": "because"}, errors={"age": "no"}), about("3"))
        assert asked(tapped)["why"]["value"] == "because"
        assert "value" not in asked(tapped)["age"]


# -- where no modal can open


@pytest.mark.asyncio
async def test_a_form_that_came_too_late_for_a_modal_is_offered_by_a_button() -> None:
    async with bench() as at:
        at.forget(defer_after=0.0)
        made, handle = at.calls_command()
        await at.until(lambda: made.thinking)
        await at.open_form(form(at, handle, WHY), about("1"))
        assert made.shown is not None
        assert labels(made.shown) == ["Open form", "Cancel"]
        assert words_of(made.shown) == "Survey\nThis form waits for you.\n• Why are you here?"
        tapped, handle = at.taps(made.shown, "Open form")
        await at.open_form(form(at, handle, WHY), about("2"))
        assert tapped.modal is not None


@pytest.mark.asyncio
async def test_a_form_of_which_nobody_asked_is_offered_in_the_direct_chat_and_put_away_there() -> None:
    async with bench() as at:
        native = await at.open_form(form(at, "", WHY), about("1"))
        [message] = at.shown(at.dm())
        assert native == f"u:{at.ann.id}:{message.id}"
        assert labels(message) == ["Open form", "Cancel"]
        for _ in range(2):
            await at.close_form(close(at), about("2"))
        assert at.shown(at.dm()) == []


@pytest.mark.asyncio
async def test_where_the_direct_chat_is_closed_the_way_is_told() -> None:
    async with bench() as at:
        at.fake.closes_direct("ann")
        with pytest.raises(Refused, match="direct messages"):
            await at.open_form(form(at, "", WHY), about("1"))
        assert len(at.shown()) == 1
        assert "Survey" not in at.texts()[0]


@pytest.mark.asyncio
async def test_the_memory_of_forms_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.adapters.discord.forms.REMEMBERED", 2)
    async with bench() as at:
        for number in range(4):
            await at.open_form(form(at, "", WHY, token=f"t{number}"), about(str(number)))
        for number in range(4):
            await at.close_form(CloseForm(where=at.home, token=f"t{number}", to=at.ann), about("9"))
        assert len(at.shown(at.dm())) == 2


# -- anything at all


def test_the_next_modal_is_the_first_that_lacks_a_good_answer() -> None:
    questions = (WHY, *MORE, AGE)

    def of(**more: Any) -> int:
        values: dict[str, Any] = {"where": None, "token": "t", "to": Who("discord", "5"), "title": "", **more}
        return page_of(OpenForm(questions=questions, **values))[0]

    all_of_it = {each.name: "x" for each in questions}
    assert of() == 0
    assert of(answers={each.name: "x" for each in questions[:5]}) == 1
    assert of(answers=all_of_it, errors={"q2": "wrong"}) == 0
    assert of(answers=all_of_it) == 1


_TEXT: Final = st.text(max_size=160)
_QUESTION: Final = st.builds(
    Question,
    name=st.uuids().map(lambda each: f"q{each.hex}"),
    label=_TEXT,
    kind=st.sampled_from(["text", "long", "int", "choice", "bool"]),
    required=st.booleans(),
    help=_TEXT,
    choices=st.lists(_TEXT, max_size=27).map(tuple),
    minimum=st.none() | st.integers(-5, 5000),
    maximum=st.none() | st.integers(1, 5000),
)


@given(st.data(), _TEXT, st.lists(_QUESTION, min_size=1, max_size=5), st.sampled_from(["en", "zh-TW", ""]))
def test_whatever_is_asked_is_a_modal_that_discord_takes(
    data: st.DataObject, title: str, questions: list[Question], locale: str
) -> None:
    names = st.sampled_from([each.name for each in questions])
    answers = data.draw(st.dictionaries(names, st.text(max_size=300)))
    errors = data.draw(st.dictionaries(names, _TEXT))
    made = modal(title, "f:token", questions, answers, errors, locale)
    field = Field(made, (), {})
    check_modal(field)
    field.finish()
    assert all(units(part["label"]) <= 45 for part in made["components"])
