"""What the fake Discord takes as a modal or a command, and where it says what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.fake.validation_commands import commands, is_name, size
from coterie.adapters.discord.fake.validation_modals import modal
from tests.discord_rest_kit import JUNK, TEXT, Json, button, places, refused, row, select


def asked(body: Any) -> dict[str, str]:
    return places(refused(modal, body))


def registered(*bodies: Any) -> dict[str, str]:
    return places(refused(commands, list(bodies)))


def label(inside: Json, **fields: Any) -> Json:
    return {"type": 18, "label": "Question", "component": inside} | fields


def form(*parts: Json, **fields: Any) -> Json:
    return {"custom_id": "f:x", "title": "Form", "components": list(parts)} | fields


@settings(max_examples=150)
@given(body=JUNK)
def test_junk_in_modals_and_commands_never_breaks_anything(body: Any) -> None:
    assert isinstance(asked(form(label(TEXT)) | {"components": body}), dict)
    assert isinstance(registered(body, {"name": "a", "description": "b", "options": body}), dict)


RADIO: Json = {"type": 21, "custom_id": "r", "options": [{"label": "a", "value": "a"}, {"label": "b", "value": "b"}]}


def test_a_modal_asks_up_to_five_things() -> None:
    parts = [
        label(TEXT | {"max_length": 4000, "placeholder": "p" * 100, "value": "v"}, description="d" * 100),
        label(select(required=False, min_values=0)),
        label(RADIO),
        label({"type": 22, "custom_id": "g", "options": RADIO["options"], "max_values": 2}),
        label({"type": 19, "custom_id": "u", "max_values": 10}),
    ]
    assert asked(form(*parts)) == {}
    assert asked(form({"type": 10, "content": "text"}, label({"type": 23, "custom_id": "b"}))) == {}
    assert asked(form(row(TEXT | {"label": "old"}))) == {}
    assert asked(form(*parts, label({"type": 23, "custom_id": "b"}))) == {"components": "BASE_TYPE_BAD_LENGTH"}


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        (form(), "components", "BASE_TYPE_REQUIRED"),
        (form(label(TEXT), title="t" * 46), "title", "BASE_TYPE_BAD_LENGTH"),
        (form(label(TEXT), custom_id="c" * 101), "custom_id", "BASE_TYPE_BAD_LENGTH"),
        (form(label(TEXT, label="l" * 46)), "components.0.label", "BASE_TYPE_BAD_LENGTH"),
        (form(label(TEXT, description="d" * 101)), "components.0.description", "BASE_TYPE_MAX_LENGTH"),
        (form(label(TEXT), label(TEXT)), "components.1.component.custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED"),
        (form(label(TEXT | {"style": 3})), "components.0.component.style", "BASE_TYPE_CHOICES"),
        (form(label(TEXT | {"max_length": 4001})), "components.0.component.max_length", "NUMBER_TYPE_MAX"),
        (form(label(TEXT | {"placeholder": "p" * 101})), "components.0.component.placeholder", "BASE_TYPE_MAX_LENGTH"),
        (
            form(label(TEXT | {"max_length": 3, "value": "four"})),
            "components.0.component.value",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (form(label(select(min_values=0))), "components.0.component.min_values", "NUMBER_TYPE_MIN"),
        (form(label(select(disabled=True))), "components.0.component.disabled", "COMPONENT_DISABLED_IN_MODAL"),
        (
            form(label(RADIO | {"options": RADIO["options"][:1]})),
            "components.0.component.options",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (form(label(button())), "components.0.component.type", "BASE_TYPE_CHOICES"),
        (form(row(button())), "components.0.components.0.type", "BASE_TYPE_CHOICES"),
        (form(label(TEXT | {"label": "x"})), "components.0.component.label", "LABEL_NOT_ALLOWED"),
    ],
)
def test_a_modal_with_a_mistake_is_refused_at_its_place(body: Json, place: str, code: str) -> None:
    assert asked(body) == {place: code}


def option(name: str = "amount", **fields: Any) -> Json:
    return {"type": 4, "name": name, "description": "How many"} | fields


def slash(name: str = "tip", **fields: Any) -> Json:
    return {"type": 1, "name": name, "description": "Give points"} | fields


def test_commands_at_their_limits_are_taken() -> None:
    translated: Json = {
        "name_localizations": {"zh-CN": "打赏", "de": "trinkgeld"},
        "description_localizations": {"de": "d"},
    }
    choices = [{"name": f"n{n}", "value": n} for n in range(25)]
    assert registered(slash(**translated)) == {}
    assert registered(slash(options=[option(f"o{n}", choices=choices) for n in range(25)])) == {}
    assert registered(slash(options=[option("a", required=True), option("b", autocomplete=True)])) == {}
    assert registered(slash(), {"type": 2, "name": "Give Points", "description": ""}, slash("签到")) == {}
    group = {"type": 2, "name": "set", "description": "d", "options": [option("up", type=1, options=[option()])]}
    assert registered(slash(options=[group, option("sub", type=1)])) == {}


@pytest.mark.parametrize(
    ("body", "place", "code"),
    [
        (slash("Tip"), "0.name", "APPLICATION_COMMAND_INVALID_NAME"),
        (slash("two words"), "0.name", "STRING_TYPE_REGEX"),
        (slash("n" * 33), "0.name", "BASE_TYPE_BAD_LENGTH"),
        (slash(""), "0.name", "BASE_TYPE_REQUIRED"),
        (slash(description="d" * 101), "0.description", "BASE_TYPE_BAD_LENGTH"),
        (slash(description=None), "0.description", "BASE_TYPE_REQUIRED"),
        (slash(name_localizations={"tlh": "x"}), "0.name_localizations.tlh", "BASE_TYPE_CHOICES"),
        (slash(name_localizations={"de": "X Y"}), "0.name_localizations.de", "STRING_TYPE_REGEX"),
        (slash(type=9), "0.type", "BASE_TYPE_CHOICES"),
        (slash(options=[option(f"o{n}") for n in range(26)]), "0.options", "BASE_TYPE_MAX_LENGTH"),
        (
            slash(options=[option("a"), option("b", required=True)]),
            "0.options.1",
            "APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
        ),
        (slash(options=[option(), option()]), "0.options.1.name", "APPLICATION_COMMAND_OPTIONS_NAME_INVALID"),
        (
            slash(options=[option(choices=[{"name": "x", "value": n} for n in range(26)])]),
            "0.options.0.choices",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            slash(options=[option(choices=[{"name": "x", "value": "y"}])]),
            "0.options.0.choices.0.value",
            "NUMBER_TYPE_COERCE",
        ),
        (
            slash(options=[option(choices=[{"name": "x", "value": 1}], autocomplete=True)]),
            "0.options.0.autocomplete",
            "APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
        ),
        (slash(options=[option(type=12)]), "0.options.0.type", "BASE_TYPE_CHOICES"),
        (
            slash(options=[option("a", type=1), option("b")]),
            "0.options.1.type",
            "APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
        ),
        (
            slash(
                options=[
                    option(
                        f"o{n}", description="d" * 100, choices=[{"name": f"{m:0100}", "value": m} for m in range(5)]
                    )
                    for n in range(14)
                ]
            ),
            "0",
            "APPLICATION_COMMAND_TOO_LARGE",
        ),
        (
            {"type": 2, "name": "x", "description": "no"},
            "0.description",
            "APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED",
        ),
    ],
)
def test_a_command_with_a_mistake_is_refused_at_its_place(body: Json, place: str, code: str) -> None:
    assert registered(body) == {place: code}


def test_names_are_unique_within_a_type_and_sizes_count_the_longest_translation() -> None:
    assert registered(slash(), slash()) == {"1.name": "APPLICATION_COMMANDS_DUPLICATE_NAME"}
    assert registered(slash(), {"type": 2, "name": "tip"}) == {}
    plain = slash("abc", description="d" * 10)
    assert size(plain) == 13
    assert size(plain | {"description_localizations": {"de": "d" * 30, "fr": "f" * 20}}) == 33


@given(st.text(max_size=40))
def test_names_of_commands_are_short_lower_case_words(text: str) -> None:
    if is_name(text):
        assert 1 <= len(text) <= 32
        assert text == text.lower()
        assert not any(letter.isspace() or letter in "/@#.!" for letter in text)
