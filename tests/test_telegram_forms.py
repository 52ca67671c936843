"""Forms on Telegram: one question after the other, and nothing that a restart could forget."""

from __future__ import annotations

from typing import Any, Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.telegram.forms import REMEMBERED, next_question
from coterie.adapters.telegram.marks import CANCEL, CHOICES, MARK, SKIP, choice_data, choice_of, form_of, form_url
from coterie.adapters.telegram.refusals import Closed
from coterie.core.actions import CloseForm, OpenForm
from coterie.core.cards import Question
from coterie.core.cutting import units
from coterie.core.events import Where, Who
from coterie.core.platform import PlatformError, Refused, RetryLater
from tests.telegram_sending_kit import ALICE, DIRECT, GROUP, HOME, TOPIC, Bench, Standing, about

TOKEN: Final = "QAF-_" * 8
WHY: Final = Question("why", "Why are you here?", help="In a few words.")
AGE: Final = Question("age", "How old are you?", "int")
NOTE: Final = Question("note", "Anything else?", "long", required=False)
COLOUR: Final = Question("colour", "Which colour?", "choice", choices=("red", "green", "blue"))
NEWS: Final = Question("news", "Do you want news?", "bool", required=False)


def form(*questions: Question, **more: Any) -> OpenForm:
    """A form in the group, as the core opens it."""
    values: dict[str, Any] = {"where": HOME, "ref": 9, "token": TOKEN, "to": ALICE, "title": "Survey"}
    return OpenForm(**{**values, "questions": questions, **more})


CLOSE: Final = CloseForm(where=DIRECT, token=TOKEN, to=ALICE)


def answered(message: Standing) -> tuple[str, str] | None:
    """Which form and question the platform finds in a message that comes back."""
    return form_of(message.raw())


# -- the chain


@pytest.mark.asyncio
async def test_a_typed_answer_is_waited_for_below_the_buttons() -> None:
    bench = Bench()
    assert await bench.open_form(form(WHY, AGE), about()) == "77:11"
    head, question = bench.api.messages
    assert (head.text, head.labels()) == (f"{MARK}Survey (1/2)", [["Cancel"]])
    assert head.entities[1] == {"type": "bold", "offset": 1, "length": 12}
    assert question.text == f"{MARK}Why are you here?\nIn a few words."
    assert question.entities[1] == {"type": "italic", "offset": 19, "length": 15}
    assert question.asks == {
        "force_reply": True,
        "selective": False,
        "input_field_placeholder": "Why are you here?",
    }
    assert answered(head) == answered(question) == (TOKEN, "why")
    assert bench.api.shown(GROUP) == []


@pytest.mark.asyncio
async def test_choices_are_buttons_and_so_are_skip_and_cancel() -> None:
    bench = Bench()
    await bench.open_form(form(COLOUR, NEWS), about())
    [message] = bench.api.messages
    assert message.text == f"{MARK}Survey (1/2)\nWhich colour?"
    assert message.labels() == [["red", "green", "blue"], ["Cancel"]]
    assert answered(message) == (TOKEN, "colour")
    assert [choice_of(button["callback_data"]) for button in message.keyboard[0]] == [(TOKEN, 0, n) for n in range(3)]
    await bench.open_form(form(COLOUR, NEWS, answers={"colour": "red"}), about())
    assert message.keyboard == []  # the answered question lost its buttons
    message = bench.api.messages[-1]
    assert (message.text, message.labels()) == (
        f"{MARK}Survey (2/2)\nDo you want news?",
        [["Yes", "No"], ["Skip", "Cancel"]],
    )
    assert [button["callback_data"] for button in message.keyboard[1]] == [SKIP, CANCEL]


@pytest.mark.asyncio
async def test_the_chain_goes_on_question_by_question_and_the_last_one_is_taken_away() -> None:
    bench = Bench()
    await bench.open_form(form(WHY, NOTE), about("1"))
    await bench.open_form(form(WHY, NOTE, answers={"why": "Curious"}), about("2"))
    assert bench.api.shown(77) == [
        f"{MARK}Why are you here?\nIn a few words.",
        f"{MARK}Survey (2/2)",
        f"{MARK}Anything else?",
    ]
    assert bench.api.messages[1].labels() == [["Skip", "Cancel"]]
    assert await bench.close_form(CLOSE, about("3")) == ""
    assert bench.api.shown(77) == [f"{MARK}Why are you here?\nIn a few words."]
    bench.api.log.clear()
    assert await bench.close_form(CLOSE, about("4")) == ""
    assert bench.api.log == []


@pytest.mark.asyncio
async def test_a_wrong_answer_is_asked_for_again_with_what_is_wrong() -> None:
    bench = Bench()
    errors = {"age": "That is no number.", "why": "Please answer this question."}
    await bench.open_form(form(WHY, AGE, answers={"age": "old"}, errors=errors), about())
    assert bench.api.shown(77)[-1] == f"{MARK}⚠️ That is no number.\nHow old are you?"
    # What the core names an error only because nobody was asked yet is asked like any question.
    await bench.open_form(form(WHY, AGE, answers={"age": "30"}, errors={"why": errors["why"]}), about())
    assert bench.api.shown(77)[-1] == f"{MARK}Why are you here?\nIn a few words."


@pytest.mark.asyncio
async def test_after_a_restart_the_chain_goes_on_all_the_same() -> None:
    before, after = Bench(), Bench()
    await before.open_form(form(WHY, AGE), about("1"))
    after.api.messages = before.api.messages
    after.api._next = 50
    await after.open_form(form(WHY, AGE, answers={"why": "Curious"}), about("2"))
    assert answered(after.api.messages[-1]) == (TOKEN, "age")
    await after.close_form(CLOSE, about("3"))
    third = Bench()
    assert await third.close_form(CLOSE, about("4")) == ""
    assert third.api.log == []


@pytest.mark.asyncio
async def test_what_is_tried_again_sends_no_second_head() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", None, RetryLater(1))
    with pytest.raises(RetryLater):
        await bench.open_form(form(WHY), about("1"))
    await bench.open_form(form(WHY), about("1"))
    assert bench.api.shown(77) == [f"{MARK}Survey", f"{MARK}Why are you here?\nIn a few words."]


@pytest.mark.asyncio
async def test_a_question_that_never_got_out_leaves_no_head_behind() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", None, RetryLater(1))
    with pytest.raises(RetryLater):
        await bench.open_form(form(WHY, AGE), about("1"))
    await bench.open_form(form(WHY, AGE, answers={"why": "Curious"}), about("2"))
    assert bench.api.shown(77) == [f"{MARK}Survey (2/2)", f"{MARK}How old are you?"]


@pytest.mark.asyncio
@pytest.mark.parametrize("error", [RetryLater(1), Refused("no"), PlatformError("broken")])
async def test_tidying_up_is_never_worth_an_error(error: PlatformError) -> None:
    for questions, method in (((WHY, AGE), "deleteMessage"), ((COLOUR, AGE), "editMessageReplyMarkup")):
        bench = Bench()
        await bench.open_form(form(*questions), about("1"))
        bench.api.fail(method, error)
        await bench.open_form(form(*questions, answers={questions[0].name: "red"}), about("2"))
        assert answered(bench.api.messages[-1]) == (TOKEN, "age")


@pytest.mark.asyncio
async def test_closing_is_tried_again_when_it_was_told_to_wait() -> None:
    bench = Bench()
    await bench.open_form(form(WHY), about("1"))
    bench.api.fail("deleteMessages", RetryLater(1))
    with pytest.raises(RetryLater):
        await bench.close_form(CLOSE, about("2"))
    await bench.close_form(CLOSE, about("2"))
    assert bench.api.messages == []


@pytest.mark.asyncio
async def test_the_tap_that_asked_for_the_form_is_closed() -> None:
    bench = Bench()
    bench.queries.opened("5")
    await bench.open_form(form(COLOUR, handle="q:5"), about())
    assert bench.api.alerts() == [{"callback_query_id": "5"}]


@pytest.mark.asyncio
async def test_an_applicant_is_asked_through_the_request() -> None:
    bench = Bench()
    assert await bench.open_form(form(COLOUR, handle="j:990:"), about()) == "990:10"


# -- in the group


@pytest.mark.asyncio
async def test_where_the_direct_chat_is_closed_the_person_is_asked_in_the_group() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", Closed("bot was blocked by the user"))
    assert await bench.open_form(form(WHY, where=TOPIC), about()) == f"{GROUP}:11"
    head, question = bench.api.messages
    assert head.thread == question.thread == 33
    assert question.text == f"{MARK}Alice, Why are you here?\nIn a few words."
    assert question.asks is not None
    assert question.asks["selective"] is True
    mention = question.entities[1]
    assert (mention["type"], mention["offset"], mention["length"]) == ("text_mention", 1, 5)
    assert mention["user"]["id"] == 77
    assert question.entities[2] == {"type": "italic", "offset": 26, "length": 15}
    assert answered(question) == (TOKEN, "why")


@pytest.mark.asyncio
async def test_the_chain_moves_to_the_direct_chat_when_that_was_opened() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", Closed("no"))
    await bench.open_form(form(COLOUR, NEWS), about("1"))
    assert bench.api.messages[0].text == f"{MARK}Alice, Survey (1/2)\nWhich colour?"
    await bench.open_form(form(COLOUR, NEWS, answers={"colour": "red"}), about("2"))
    assert [(message.chat, bool(message.keyboard)) for message in bench.api.messages] == [(GROUP, False), (77, True)]


@pytest.mark.asyncio
async def test_a_wait_in_the_group_loses_no_buttons() -> None:
    bench = Bench()
    closed = Closed("no")
    bench.api.fail("sendMessage", closed, None, RetryLater(1), closed)
    with pytest.raises(RetryLater):
        await bench.open_form(form(WHY), about("1"))
    await bench.open_form(form(WHY), about("1"))
    assert [message.labels() for message in bench.api.messages] == [[["Cancel"]], []]


@pytest.mark.asyncio
async def test_without_a_group_a_closed_chat_is_a_refusal() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", Closed("bot was blocked by the user"))
    with pytest.raises(Refused):
        await bench.open_form(form(WHY, where=DIRECT), about())
    with pytest.raises(Refused):
        await bench.open_form(form(WHY, to=Who("telegram", "x")), about())
    with pytest.raises(Refused):
        await bench.open_form(form(WHY, where=Where("telegram", "x", "x"), to=Who("telegram", "x")), about())


# -- words


@pytest.mark.asyncio
async def test_the_members_language() -> None:
    bench = Bench()
    await bench.open_form(form(NEWS, to=msgspec.structs.replace(ALICE, locale="zh-Hant")), about())
    assert bench.api.messages[0].labels() == [["是", "否"], ["略過", "取消"]]


@pytest.mark.asyncio
async def test_choices_share_rows_as_they_fit_and_too_many_are_typed() -> None:
    bench = Bench()
    names = ("a" * 20, "bb", "ccc", "d" * 60, *"efghijklmnop")
    await bench.open_form(form(Question("q", "Q", "choice", choices=names)), about())
    rows = bench.api.messages[0].labels()
    assert rows == [["a" * 20, "bb"], ["ccc"], ["d" * 60], [*"efghijkl"], [*"mnop"], ["Cancel"]]
    many = tuple(str(number) for number in range(99))
    await bench.open_form(form(Question("q", "Q", "choice", choices=many), token="other"), about())
    assert bench.api.messages[-1].asks is not None


@pytest.mark.asyncio
async def test_the_memory_of_forms_is_bounded() -> None:
    bench = Bench()
    for number in range(REMEMBERED + 1):
        await bench.open_form(form(COLOUR, token=f"t{number}"), about())
    assert len(bench.asked) == REMEMBERED
    assert "t0" not in bench.asked


@pytest.mark.asyncio
@given(
    title=st.text(max_size=3000),
    label=st.text(max_size=3000),
    hint=st.text(max_size=3000),
    error=st.text(max_size=3000),
    name=st.text(max_size=100),
)
async def test_whatever_a_form_says_can_be_sent(title: str, label: str, hint: str, error: str, name: str) -> None:
    bench = Bench()
    question = Question("why", label, help=hint)
    who = Who("telegram", "77", name)
    bench.api.fail("sendMessage", Closed("no"))
    action = form(question, title=title, to=who, answers={"why": "x"}, errors={"why": error})
    await bench.open_form(action, about())
    for message in bench.api.messages:
        assert 0 < units(message.text) <= 4096
        message.text.encode()
        assert message.text.removeprefix(MARK).strip()
        assert answered(message) == (TOKEN, "why")
        for entity in message.entities:
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(message.text)
        if message.asks is not None:
            assert 0 < units(message.asks["input_field_placeholder"]) <= 64


# -- which question


def test_a_form_without_questions_is_refused() -> None:
    with pytest.raises(Refused):
        next_question(form())


@pytest.mark.parametrize(
    ("answers", "errors", "number"),
    [
        ({}, {}, 0),
        ({}, {"why": "required", "age": "required"}, 0),
        ({"why": "x"}, {"age": "required"}, 1),
        ({"age": "x"}, {"age": "no number", "why": "required"}, 1),
        ({"why": "", "age": "x"}, {"age": "no number", "why": "required"}, 0),
        ({"why": "x", "age": "1"}, {}, 2),
        ({"why": "x", "age": "1", "note": ""}, {}, 2),
        ({"note": ""}, {"why": "required"}, 0),
    ],
)
def test_the_first_wrong_answer_goes_before_the_first_missing_one(
    answers: dict[str, str], errors: dict[str, str], number: int
) -> None:
    assert next_question(form(WHY, AGE, NOTE, answers=answers, errors=errors)) == number


# -- marks


@given(st.from_regex(r"[A-Za-z0-9_-]{1,40}", fullmatch=True), st.text(min_size=1, max_size=50))
def test_a_mark_is_read_back(token: str, name: str) -> None:
    clean = name.encode("utf-8", "replace").decode()
    entities = [{"type": "bold", "offset": 0, "length": 1}, {"type": "text_link", "url": form_url(token, clean)}]
    assert form_of({"entities": entities}) == (token, clean)
    assert form_of({"caption_entities": entities}) == (token, clean)


@given(
    st.recursive(
        st.none() | st.integers() | st.text() | st.floats(),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(st.sampled_from(["entities", "caption_entities", "url", "type"]), inner, max_size=4)
        ),
        max_leaves=30,
    )
)
def test_junk_is_no_form(junk: Any) -> None:
    assert form_of(junk) is None
    assert form_of({"entities": junk}) is None
    assert form_of({"entities": [{"url": junk}]}) is None
    assert choice_of(junk) is None


@pytest.mark.parametrize(
    "url",
    [
        "https://coterie.invalid/f/",
        "https://coterie.invalid/f/a",
        "https://coterie.invalid/f//b",
        "https://coterie.invalid/f/a/b/c",
        "https://coterie.invalid/f/a b/c",
        f"https://coterie.invalid/f/{'a' * 41}/b",
        f"https://coterie.invalid/f/a/{'b' * 300}",
        "https://coterie.invalid.evil.org/f/a/b",
        "http://coterie.invalid/f/a/b",
        "x" * 1_000_000,
    ],
)
def test_other_addresses_are_no_form(url: str) -> None:
    assert form_of({"entities": [{"type": "text_link", "url": url}]}) is None


def test_choices_fit_into_callback_data() -> None:
    data = choice_data("x" * 40, CHOICES - 1, CHOICES - 1)
    assert len(data.encode()) <= 64
    assert choice_of(data) == ("x" * 40, CHOICES - 1, CHOICES - 1)
    for wrong in ((-1, 0), (0, -1), (CHOICES, 0), (0, CHOICES)):
        with pytest.raises(ValueError, match="below"):
            choice_data("x", *wrong)


@pytest.mark.parametrize(
    "data", ["", "f:", CANCEL, SKIP, "f:a:1", "f:a:1:2:3", "f:a:1000:1", "f:a:١:1", "g:a:1:1", None]
)
def test_other_data_is_no_choice(data: Any) -> None:
    assert choice_of(data) is None
