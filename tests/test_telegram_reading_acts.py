"""Taps, forms, reactions and polls."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.telegram import marks
from coterie.core.events import (
    ButtonTapped,
    FormSubmitted,
    MessagePosted,
    PollAnswered,
    ReactionAdded,
    Where,
)
from tests.telegram_reading_kit import (
    ALICE,
    ANONYMOUS,
    AT,
    BOB,
    CHANNEL,
    DM,
    GROUP,
    NEWS,
    OURS,
    ROOM,
    W_ALICE,
    key,
    message,
    one,
    reader,
    update,
)

TOKEN = "AbC-123_token"


def tap(**fields: Any) -> dict[str, Any]:
    body = {"id": "4382bfdwdsb323b2d9", "from": ALICE, "chat_instance": "-12", "data": TOKEN, **fields}
    return update("callback_query", {name: value for name, value in body.items() if value is not None})


# -- taps


def test_a_tap() -> None:
    assert one(tap(message=message(OURS, text="a card"))) == ButtonTapped(
        key=key(), who=W_ALICE, where=ROOM, handle="q:4382bfdwdsb323b2d9", token=TOKEN, message="77"
    )


def test_a_tap_in_a_topic() -> None:
    found = one(tap(message=message(OURS, text="a card", is_topic_message=True, message_thread_id=9)))
    assert found.where == Where("telegram", f"{GROUP['id']}/9", ROOM.space, "thread", "A group")


def test_a_tap_on_a_message_that_is_out_of_reach_by_now() -> None:
    found = one(tap(message={"chat": GROUP, "message_id": 12, "date": 0}))
    assert isinstance(found, ButtonTapped)
    assert (found.where, found.message, found.at) == (ROOM, "12", 0)


def test_a_tap_without_a_message_is_answered_in_the_direct_chat() -> None:
    found = one(tap(inline_message_id="abc"))
    assert isinstance(found, ButtonTapped)
    assert (found.where, found.message, found.token) == (DM, "", TOKEN)


def test_the_button_of_a_game_says_nothing_and_wants_an_answer() -> None:
    raw = tap(data=None, game_short_name="chess", message=message(OURS, text="x"))
    assert (reader().read(raw), reader().query_of(raw)) == ([], "4382bfdwdsb323b2d9")


@pytest.mark.parametrize("data", ["", 5, "x" * 65, ["x"]])
def test_data_that_no_button_can_carry_is_passed_over(data: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(tap(data=data, message=message(OURS, text="x"))) == []
    assert "data is not a text of 1 to 64 characters" in caplog.text


# -- forms


def question(name: str = "why", buttons: tuple[tuple[str, str], ...] = (), **fields: Any) -> dict[str, Any]:
    """A question of a form as the bot sent it."""
    more: dict[str, Any] = {"message_id": 70, "text": f"Why?{marks.MARK}", "entities": [marks.mark_of(TOKEN, name, 4)]}
    rows = [[{"text": label, "callback_data": data}] for label, data in buttons]
    markup = {"reply_markup": {"inline_keyboard": rows}} if rows else {}
    return message(OURS, **(more | markup | fields))


def test_a_reply_to_a_question_is_an_answer() -> None:
    raw = update("message", message(text="Because", reply_to_message=question()))
    assert one(raw) == FormSubmitted(
        key=key(), at=AT * 1000, who=W_ALICE, where=ROOM, token=TOKEN, answers={"why": "Because"}, partial=True
    )


def test_cancel_in_reply_to_a_question_withdraws_the_form() -> None:
    for text in ("/cancel", "/cancel@OurBot", "/CANCEL please"):
        found = one(update("message", message(text=text, reply_to_message=question())))
        assert found == FormSubmitted(key=key(), at=AT * 1000, who=W_ALICE, where=ROOM, token=TOKEN, cancelled=True)


@pytest.mark.parametrize(
    "raw",
    [
        message(text="/help", reply_to_message=question()),
        message(text="Because"),
        message(text="Because", reply_to_message=message(OURS, text="a card", message_id=70)),
        message(text="Because", reply_to_message={**question(), "from": BOB}),
        message(sticker={"file_id": "x"}, reply_to_message=question()),
        message(ANONYMOUS, text="Because", sender_chat=GROUP, reply_to_message=question()),
    ],
)
def test_what_is_no_answer_stays_a_message(raw: dict[str, Any]) -> None:
    found = one(update("message", raw))
    assert isinstance(found, MessagePosted)
    assert found.text == raw.get("text", "")


def test_a_choice_is_what_stands_on_its_button() -> None:
    first, second = (marks.choice_data(TOKEN, 0, number) for number in range(2))
    asked = question(buttons=(("Red", first), ("Blue 蓝", second)))
    assert one(tap(data=second, message=asked)) == FormSubmitted(
        key=key(),
        who=W_ALICE,
        where=ROOM,
        handle="q:4382bfdwdsb323b2d9",
        token=TOKEN,
        answers={"why": "Blue 蓝"},
        partial=True,
    )


def test_a_question_can_be_left_out_or_the_form_withdrawn() -> None:
    asked = question(buttons=(("Skip", marks.SKIP), ("Cancel", marks.CANCEL)))
    skipped, cancelled = one(tap(data=marks.SKIP, message=asked)), one(tap(data=marks.CANCEL, message=asked))
    assert isinstance(skipped, FormSubmitted)
    assert isinstance(cancelled, FormSubmitted)
    assert (skipped.answers, skipped.cancelled) == ({"why": ""}, False)
    assert (cancelled.answers, cancelled.cancelled, cancelled.token) == ({}, True, TOKEN)


@pytest.mark.parametrize(
    "raw",
    [
        tap(data=marks.choice_data(TOKEN, 0, 5), message=question(buttons=(("Red", marks.choice_data(TOKEN, 0, 0)),))),
        tap(
            data=marks.choice_data("other", 0, 0), message=question(buttons=(("A", marks.choice_data("other", 0, 0)),))
        ),
        tap(data=marks.SKIP, message=message(OURS, text="done")),
        tap(data=marks.CANCEL, message={"chat": GROUP, "message_id": 12, "date": 0}),
        tap(data=marks.CANCEL, message={**question(), "from": BOB}),
        tap(data=marks.choice_data(TOKEN, 0, 0), message=question(reply_markup={"inline_keyboard": [5, [7, {}]]})),
        tap(data=marks.choice_data(TOKEN, 0, 0), message=question(reply_markup=[])),
    ],
)
def test_a_choice_whose_question_is_gone_says_nothing(raw: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(raw) == []
    assert caplog.records == []


def test_a_choice_that_was_never_offered_is_malformed(caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(tap(data="f:what?", message=question())) == []
    assert "data is no choice of a form" in caplog.text


# -- reactions


def emoji(sign: str) -> dict[str, str]:
    return {"type": "emoji", "emoji": sign}


def reaction(**fields: Any) -> dict[str, Any]:
    body = {"chat": GROUP, "message_id": 70, "user": ALICE, "date": AT, "old_reaction": [], "new_reaction": []}
    return update("message_reaction", body | fields)


def test_each_new_reaction_is_told() -> None:
    custom, paid = {"type": "custom_emoji", "custom_emoji_id": "5368324170671202286"}, {"type": "paid"}
    found = reader().read(
        reaction(
            old_reaction=[emoji("👍"), emoji("🔥")],
            new_reaction=[emoji("🔥"), emoji("❤"), custom, paid, {"type": "wink"}, 5],
        )
    )
    assert found == [
        ReactionAdded(
            key=key() + (f":{number}" if number else ""),
            at=AT * 1000,
            who=W_ALICE,
            where=ROOM,
            message="70",
            emoji=sign,
        )
        for number, sign in enumerate(("❤", "custom:5368324170671202286", "paid"))
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"old_reaction": [emoji("👍")]},
        {"user": None, "actor_chat": CHANNEL, "new_reaction": [emoji("👍")]},
        {"user": ANONYMOUS, "new_reaction": [emoji("👍")]},
        {"user": OURS, "new_reaction": [emoji("👍")]},
        {"new_reaction": 5, "old_reaction": {}},
    ],
)
def test_a_reaction_taken_back_or_of_nobody_is_none(fields: dict[str, Any]) -> None:
    assert reader().read(reaction(**fields)) == []


def test_a_reaction_in_a_channel() -> None:
    assert one(reaction(chat=CHANNEL, new_reaction=[emoji("👍")])).where == NEWS


# -- polls


def test_answers_to_polls() -> None:
    body = {"poll_id": "5102", "user": ALICE, "option_ids": [2, 0], "option_persistent_ids": ["c", "a"]}
    assert one(update("poll_answer", body)) == PollAnswered(key=key(), who=W_ALICE, poll="5102", options=(2, 0))
    taken_back = one(update("poll_answer", {**body, "option_ids": []}))
    assert isinstance(taken_back, PollAnswered)
    assert taken_back.options == ()
    nobody: list[dict[str, Any]] = [
        {"poll_id": "5102", "voter_chat": CHANNEL, "option_ids": [0]},
        {"poll_id": "5102", "voter_chat": CHANNEL, "user": ANONYMOUS, "option_ids": [0]},
        {"poll_id": "5102", "user": ANONYMOUS, "option_ids": [0]},
    ]
    for each in nobody:
        assert reader().read(update("poll_answer", each)) == []


@pytest.mark.parametrize("options", [None, 5, ["0"], [-1], [True], [1.0], [1 << 64], {"0": 1}])
def test_an_answer_without_sound_options_is_passed_over(options: Any, caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(update("poll_answer", {"poll_id": "1", "user": ALICE, "option_ids": options})) == []
    assert len(caplog.records) == 1
