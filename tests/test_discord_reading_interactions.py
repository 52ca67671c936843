"""Commands, buttons, selects and modals on Discord, as the core hears of them."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.core.events import ButtonTapped, CommandCalled, FormSubmitted, Where, Who
from tests.discord_reading_kit import (
    ALICE,
    AT,
    DM,
    GENERAL,
    GUILD,
    MARK,
    OURS,
    ROOM,
    TOKEN,
    Raw,
    events,
    interaction,
    member,
    one,
    reader,
)

ASKER = Who("discord", "555", "Alice Smith", "zh-TW")
CARD: Raw = {"id": "42", "channel_id": GENERAL, "author": OURS, "content": "", "flags": 0}


def common(raw: Raw, sort: str) -> dict[str, Any]:
    """What every event of an interaction has."""
    key = f"dc:i:{raw['id']}"
    return {"key": key, "at": AT, "who": ASKER, "where": ROOM, "handle": f"i:{sort}:{raw['id']}:{TOKEN}"}


# -- commands


def called(*options: Raw, name: str = "tip", **fields: Any) -> Raw:
    return interaction(2, {"id": "1", "name": name, "type": 1, "options": list(options), **fields})


def test_a_command_has_its_options_by_name() -> None:
    raw = called(
        {"name": "member", "type": 6, "value": "777"},
        {"name": "amount", "type": 4, "value": 5},
        {"name": "note", "type": 3, "value": "thanks"},
        {"name": "loud", "type": 5, "value": True},
        {"name": "rate", "type": 10, "value": 0.5},
        {"name": "who", "type": 9, "value": "778"},
        {"name": "where", "type": 7, "value": "110"},
    )
    options: dict[str, Any] = {
        "member": "@777",
        "amount": 5,
        "note": "thanks",
        "loud": True,
        "rate": 0.5,
        "who": "@778",
        "where": "110",
    }
    assert one("INTERACTION_CREATE", raw) == CommandCalled(**common(raw, "c"), name="tip", options=options)


def test_a_command_without_options_has_none() -> None:
    raw = called()
    del raw["data"]["options"]
    assert one("INTERACTION_CREATE", raw) == CommandCalled(**common(raw, "c"), name="tip")


def test_subcommands_follow_the_command() -> None:
    inner = {"name": "give", "type": 1, "options": [{"name": "amount", "type": 4, "value": 5}]}
    group = {"name": "gold", "type": 2, "options": [inner]}
    found = one("INTERACTION_CREATE", called(group))
    assert isinstance(found, CommandCalled)
    assert (found.name, found.options) == ("tip gold give", {"amount": 5})


def test_a_command_on_somebody_has_no_options() -> None:
    found = one("INTERACTION_CREATE", called(name="Report", type=2, target_id="777"))
    assert isinstance(found, CommandCalled)
    assert (found.name, found.options) == ("Report", {})


def test_a_command_in_the_direct_chat_stands_there() -> None:
    raw = interaction(2, {"name": "help"}, guild_id=None)
    found = one("INTERACTION_CREATE", raw)
    assert (found.where, found.who) == (DM, ASKER)


def test_a_channel_that_is_not_known_yet_is_what_the_interaction_says() -> None:
    raw = interaction(2, {"name": "help"}, channel_id="150", channel={"id": "150", "type": 11, "name": "fresh"})
    assert one("INTERACTION_CREATE", raw).where == Where("discord", "150", GUILD, "thread", "fresh")


def test_the_guilds_name_for_somebody_goes_first() -> None:
    raw = interaction(2, {"name": "help"}, member={**member(nick="Captain"), "user": ALICE})
    assert one("INTERACTION_CREATE", raw).who == Who("discord", "555", "Captain", "zh-TW")


@pytest.mark.parametrize("option", [{"value": None}, {"value": []}, {"value": 1 << 70}, {"type": "6"}, {"name": ""}])
def test_an_option_of_no_known_kind_is_passed_over(option: Raw, caplog: pytest.LogCaptureFixture) -> None:
    assert events("INTERACTION_CREATE", called({"name": "x", "type": 3, "value": "y", **option})) == []
    assert len(caplog.records) == 1


# -- what somebody types


def typed(*options: Raw) -> Raw:
    return interaction(4, {"name": "tip", "type": 1, "options": list(options)})


def test_what_is_being_typed_is_told_with_the_option_in_focus() -> None:
    raw = typed(
        {"name": "amount", "type": 4, "value": "5"}, {"name": "item", "type": 3, "value": "ap", "focused": True}
    )
    found = reader().typing(raw)
    assert found is not None
    event, option = found
    assert option == "item"
    expected = common(raw, "c") | {"handle": f"{raw['id']}:{TOKEN}"}
    assert event == CommandCalled(**expected, name="tip", options={"amount": "5", "item": "ap"})
    assert events("INTERACTION_CREATE", raw) == []
    assert reader().handle_of("INTERACTION_CREATE", raw) == ""


@pytest.mark.parametrize(
    "raw",
    [
        called(),
        typed(),
        typed({"name": "item", "type": 3, "value": "x"}),
        None,
        [],
        {"type": 4},
        {"type": 4, "data": {}},
    ],
)
def test_what_is_no_typing_is_none(raw: Any) -> None:
    assert reader().typing(raw) is None


# -- buttons and selects


def tapped(custom_id: Any, **fields: Any) -> Raw:
    return interaction(3, {"custom_id": custom_id, "component_type": 2}, **{"message": CARD, **fields})


def test_a_button_has_its_token_and_message() -> None:
    raw = tapped("c:AbC-1_x")
    assert one("INTERACTION_CREATE", raw) == ButtonTapped(**common(raw, "b"), token="AbC-1_x", message="42")


def test_a_button_that_is_not_ours_is_told_as_it_is() -> None:
    found = one("INTERACTION_CREATE", tapped("poll:yes"))
    assert isinstance(found, ButtonTapped)
    assert found.token == "poll:yes"


@pytest.mark.parametrize(
    ("fields", "native"),
    [
        ({"flags": 64, "interaction_metadata": {"id": "41"}}, "e:41:42"),
        ({"flags": 64}, "42"),
        ({"flags": 64, "interaction_metadata": {"id": "x"}}, "42"),
        ({"flags": None}, "42"),
    ],
)
def test_a_message_that_one_person_sees_is_known_by_its_interaction(fields: Raw, native: str) -> None:
    found = one("INTERACTION_CREATE", tapped("c:T", message={**CARD, **fields}))
    assert isinstance(found, ButtonTapped)
    assert found.message == native


def test_each_choice_of_a_select_is_a_button() -> None:
    raw = interaction(3, {"custom_id": "menu", "component_type": 3, "values": ["c:One", "Two"]}, message=CARD)
    found = events("INTERACTION_CREATE", raw)
    assert [each.token for each in found if isinstance(each, ButtonTapped)] == ["One", "Two"]
    assert len({each.key for each in found}) == 2
    assert {each.handle for each in found} == {f"i:b:{raw['id']}:{TOKEN}"}


def test_a_select_without_a_choice_says_nothing() -> None:
    raw = interaction(3, {"custom_id": "menu", "component_type": 3, "values": []}, message=CARD)
    assert events("INTERACTION_CREATE", raw) == []


# -- forms


def test_a_forms_button_opens_it_again() -> None:
    raw = tapped("f:Form-1")
    assert one("INTERACTION_CREATE", raw) == FormSubmitted(**common(raw, "b"), token="Form-1", partial=True)


def test_a_forms_other_button_gives_it_up() -> None:
    raw = tapped("x:Form-1")
    assert one("INTERACTION_CREATE", raw) == FormSubmitted(**common(raw, "b"), token="Form-1", cancelled=True)


def entered(*components: Raw, **fields: Any) -> Raw:
    return interaction(5, {"custom_id": "f:Form-1", "components": list(components)}, **fields)


def label(kind: int, name: str, **fields: Any) -> Raw:
    """A label with one input."""
    return {"type": 18, "id": 1, "component": {"type": kind, "custom_id": name, "id": 2, **fields}}


def row(name: str, value: str) -> Raw:
    """A row with a text input, as modals once had them."""
    return {"type": 1, "components": [{"type": 4, "custom_id": name, "value": value}]}


@pytest.mark.parametrize(
    ("component", "answers"),
    [
        (label(4, "why", value="Curious\nvery"), {"why": "Curious\nvery"}),
        (label(4, "why", value=""), {"why": ""}),
        (label(4, "why", value=None), {"why": ""}),
        (label(3, "tea", values=["Green"]), {"tea": "Green"}),
        (label(3, "tea", values=[]), {"tea": ""}),
        (label(3, "tea"), {"tea": ""}),
        (label(21, "size", value="Large"), {"size": "Large"}),
        (label(21, "size", value=None), {"size": ""}),
        (label(22, "extras", values=["Milk", "Sugar"]), {"extras": "Milk, Sugar"}),
        (label(23, "rules", value=True), {"rules": "yes"}),
        (label(23, "rules", value=False), {"rules": "no"}),
        (label(5, "who", values=["777"]), {"who": "@777"}),
        (label(8, "where", values=["110"]), {"where": "110"}),
        (label(19, "file", values=["1"]), {}),
        ({"type": 10, "content": "words"}, {}),
        (row("why", "Curious"), {"why": "Curious"}),
    ],
)
def test_a_modal_gives_answers_by_question(component: Raw, answers: dict[str, str]) -> None:
    raw = entered(component)
    assert one("INTERACTION_CREATE", raw) == FormSubmitted(
        **common(raw, "n"), token="Form-1", answers=answers, partial=True
    )


def test_a_modal_has_all_its_answers_and_knows_where_it_came_from() -> None:
    raw = entered(label(4, "why", value="x"), label(23, "rules", value=True), row("more", "y"), message=CARD)
    answers = {"why": "x", "rules": "yes", "more": "y"}
    assert one("INTERACTION_CREATE", raw) == FormSubmitted(
        **common(raw, "m"), token="Form-1", answers=answers, partial=True
    )


@pytest.mark.parametrize(
    "component",
    [
        label(4, "why", value=5),
        label(23, "rules", value="yes"),
        label(3, "tea", values="Green"),
        label(3, "tea", values=[1]),
        label(4, "", value="x"),
        {"type": 18},
    ],
)
def test_an_answer_that_is_none_is_passed_over(component: Raw, caplog: pytest.LogCaptureFixture) -> None:
    assert events("INTERACTION_CREATE", entered(component)) == []
    (told,) = caplog.records
    assert told.getMessage().startswith(f"INTERACTION_CREATE {MARK} was passed over: ")


# -- handles


@pytest.mark.parametrize(
    ("kind", "fields", "sort"),
    [(2, {}, "c"), (3, {"message": CARD}, "b"), (5, {"message": CARD}, "m"), (5, {}, "n")],
)
def test_a_handle_says_what_can_be_done_with_it(kind: int, fields: Raw, sort: str) -> None:
    raw = interaction(kind, {}, **fields)
    assert reader().handle_of("INTERACTION_CREATE", raw) == f"i:{sort}:{raw['id']}:{TOKEN}"


@pytest.mark.parametrize(
    "raw",
    [
        interaction(1, {}),
        interaction(4, {}),
        interaction(9, {}),
        interaction(2, {}, token=""),
        interaction(2, {}, token="a/b"),
        interaction(2, {}, token="a b"),
        interaction(2, {}, token="a?b"),
        interaction(2, {}, token="é"),
        interaction(2, {}, token="x" * 2000),
        interaction(2, {}, token=5),
        interaction(2, {}, id="x"),
        interaction(2, {}, id=5),
        {},
        [],
        None,
    ],
)
def test_what_cannot_be_answered_has_no_handle(raw: Any) -> None:
    assert reader().handle_of("INTERACTION_CREATE", raw) == ""


def test_other_kinds_have_no_handle() -> None:
    assert reader().handle_of("MESSAGE_CREATE", interaction(2, {})) == ""


def test_a_replay_is_the_same_event() -> None:
    raw = tapped("c:T")
    assert one("INTERACTION_CREATE", raw, mark="s:1") == one("INTERACTION_CREATE", raw, mark="t:2")
