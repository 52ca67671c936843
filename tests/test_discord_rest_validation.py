"""What the fake Discord takes as a message, and where it says what is wrong."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.fake.validation_messages import message
from tests.discord_rest_kit import JUNK, TEXT, Json, button, places, refused, row, select

V2 = 1 << 15


def said(body: Any, flags: int = 0) -> dict[str, str]:
    return places(refused(lambda field: message(field, flags), body))


FULL: Json = {
    "content": "c" * 2000,
    "nonce": "n" * 25,
    "enforce_nonce": True,
    "tts": False,
    "embeds": [
        {
            "title": "t" * 256, "description": "d" * 4096, "url": "https://x.test", "color": 0xFFFFFF,
            "timestamp": "2026-01-02T03:04:05+00:00", "footer": {"text": "f" * 600}, "author": {"name": "a" * 256},
            "image": {"url": "attachment://a.png"},
            "fields": [{"name": "n" * 6, "value": "v" * 10, "inline": True}] * 25,
        }
    ],
    "allowed_mentions": {"parse": ["everyone"], "users": ["1"] * 100, "roles": ["2"], "replied_user": True},
    "attachments": [{"id": 0, "filename": "a.png", "description": "d" * 1024}],
    "components": [row(*(button(custom_id=f"c{number}{place}", label="l" * 80) for place in range(5)))
                   for number in range(4)]
    + [row(select(placeholder="p" * 150, options=[{"label": "l" * 100, "value": f"{n:0100}"} for n in range(25)]))],
    "message_reference": {"message_id": "5", "fail_if_not_exists": False},
}  # fmt: skip
LONG: Json = {"title": "t" * 256, "description": "d" * 4096}


def test_a_message_at_every_limit_is_taken() -> None:
    assert said(FULL) == {}
    assert said({}) == {}
    assert said({"content": None, "embeds": None, "components": [], "allowed_mentions": {"parse": []}}) == {}
    assert said({"nonce": 2**63, "embeds": [{"image": {"url": "https://x.test/a.png"}}]}) == {}
    assert said({"components": [row(button(style=5, url="https://x.test", custom_id=None))]}) == {}
    assert said({"components": [row({"type": 2, "style": 6, "sku_id": "12"})]}) == {}
    assert said({"components": [row(button(label=None, emoji={"name": "🔥"}))]}) == {}
    assert said({"components": [row({"type": 5, "custom_id": "u", "min_values": 0, "max_values": 25})]}) == {}


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"content": "c" * 2001}, "content", "BASE_TYPE_MAX_LENGTH"),
        ({"content": 5}, "content", "STRING_TYPE_CONVERT"),
        ({"nonce": "n" * 26}, "nonce", "BASE_TYPE_MAX_LENGTH"),
        ({"nonce": True}, "nonce", "STRING_TYPE_CONVERT"),
        ({"embeds": [LONG, LONG]}, "embeds", "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [{"title": "x"}] * 11}, "embeds", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x"}, {"title": "t" * 257}]}, "embeds.1.title", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "d" * 4097}]}, "embeds.0.description", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{}]}, "embeds.0.description", "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"title": "x", "color": 1 << 24}]}, "embeds.0.color", "NUMBER_TYPE_MAX"),
        ({"embeds": [{"title": "x", "color": "red"}]}, "embeds.0.color", "NUMBER_TYPE_COERCE"),
        ({"embeds": [{"title": "x", "timestamp": "soon"}]}, "embeds.0.timestamp", "DATE_TIME_TYPE_PARSE"),
        ({"embeds": [{"title": "x", "url": "x.test"}]}, "embeds.0.url", "URL_TYPE_INVALID_URL"),
        ({"embeds": [{"title": "x", "url": "ftp://x.test"}]}, "embeds.0.url", "URL_TYPE_INVALID_SCHEME"),
        ({"embeds": [{"fields": [{"name": "n", "value": "v"}] * 26}]}, "embeds.0.fields", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "", "value": "v"}]}]}, "embeds.0.fields.0.name", "BASE_TYPE_REQUIRED"),
        (
            {"embeds": [{"fields": [{"name": "n", "value": "v" * 1025}]}]},
            "embeds.0.fields.0.value",
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"embeds": [{"footer": {"text": "f" * 2049}}]}, "embeds.0.footer.text", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"author": {"name": "a" * 257}}]}, "embeds.0.author.name", "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": ["x"]}, "embeds.0", "MODEL_TYPE_CONVERT"),
        ({"embeds": "x"}, "embeds", "LIST_TYPE_CONVERT"),
        ({"allowed_mentions": {"parse": ["people"]}}, "allowed_mentions.parse.0", "BASE_TYPE_CHOICES"),
        (
            {"allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "allowed_mentions",
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
        ({"allowed_mentions": {"roles": ["1"] * 101}}, "allowed_mentions.roles", "BASE_TYPE_MAX_LENGTH"),
        ({"allowed_mentions": {"users": ["ann"]}}, "allowed_mentions.users.0", "NUMBER_TYPE_COERCE"),
        ({"sticker_ids": ["1"]}, "sticker_ids", "STICKER_NOT_FOUND"),
        (
            {"attachments": [{"id": "0", "description": "d" * 1025}]},
            "attachments.0.description",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ({"attachments": [{"filename": "a"}]}, "attachments.0.id", "BASE_TYPE_REQUIRED"),
        ({"message_reference": {}}, "message_reference.message_id", "BASE_TYPE_REQUIRED"),
        ({"components": [row(button(custom_id=f"{n}")) for n in range(6)]}, "components", "BASE_TYPE_MAX_LENGTH"),
        ({"components": [button()]}, "components.0.type", "BASE_TYPE_CHOICES"),
        (
            {"components": [row(*(button(custom_id=f"{n}") for n in range(6)))]},
            "components.0.components",
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"components": [row()]}, "components.0.components", "BASE_TYPE_REQUIRED"),
        (
            {"components": [row(button(), button())]},
            "components.0.components.1.custom_id",
            "COMPONENT_CUSTOM_ID_DUPLICATED",
        ),
        (
            {"components": [row(button(id=1), button(custom_id="d", id=1))]},
            "components.0.components.1.id",
            "COMPONENT_ID_DUPLICATED",
        ),
        (
            {"components": [row(button(custom_id="c" * 101))]},
            "components.0.components.0.custom_id",
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"components": [row(button(custom_id=""))]}, "components.0.components.0.custom_id", "BASE_TYPE_REQUIRED"),
        ({"components": [row(button(label="l" * 81))]}, "components.0.components.0.label", "BASE_TYPE_MAX_LENGTH"),
        (
            {"components": [row(button(label=""))]},
            "components.0.components.0",
            "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED",
        ),
        ({"components": [row(button(style=7))]}, "components.0.components.0.style", "BASE_TYPE_CHOICES"),
        (
            {"components": [row(button(style=5, url="https://x.test"))]},
            "components.0.components.0.custom_id",
            "BUTTON_COMPONENT_INVALID_FIELD",
        ),
        (
            {"components": [row({"type": 2, "style": 6, "sku_id": "1", "label": "Buy"})]},
            "components.0.components.0.label",
            "BUTTON_COMPONENT_INVALID_FIELD",
        ),
        ({"components": [row({"type": 2, "style": 6})]}, "components.0.components.0.sku_id", "BASE_TYPE_REQUIRED"),
        (
            {"components": [row({"type": 2, "style": 5, "label": "x", "url": "https://x.test/" + "a" * 500})]},
            "components.0.components.0.url",
            "BASE_TYPE_MAX_LENGTH",
        ),
        ({"components": [row(select(), button())]}, "components.0.components", "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ({"components": [row(select(options=[]))]}, "components.0.components.0.options", "BASE_TYPE_REQUIRED"),
        (
            {"components": [row(select(options=[{"label": "a", "value": "a"}] * 2))]},
            "components.0.components.0.options.1.value",
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (
            {"components": [row(select(options=[{"label": "a", "value": f"{n}"} for n in range(26)]))]},
            "components.0.components.0.options",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"components": [row(select(placeholder="p" * 151))]},
            "components.0.components.0.placeholder",
            "BASE_TYPE_MAX_LENGTH",
        ),
        (
            {"components": [row(select(min_values=2))]},
            "components.0.components.0.min_values",
            "SELECT_COMPONENT_MIN_VALUES_EXCEEDED",
        ),
        ({"components": [row(TEXT)]}, "components.0.components.0.type", "BASE_TYPE_CHOICES"),
        (
            {"components": [row(button(style=1, url="https://x.test"))]},
            "components.0.components.0.url",
            "BUTTON_COMPONENT_INVALID_FIELD",
        ),
        (
            {"poll": {"question": {"text": "q" * 301}, "answers": [{"poll_media": {"text": "a"}}]}},
            "poll.question.text",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"poll": {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}] * 11}},
            "poll.answers",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"poll": {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a" * 56}}]}},
            "poll.answers.0.poll_media.text",
            "BASE_TYPE_BAD_LENGTH",
        ),
        (
            {"poll": {"question": {"text": "q"}, "answers": [{"poll_media": {"text": "a"}}], "duration": 769}},
            "poll.duration",
            "NUMBER_TYPE_MAX",
        ),
    ],
)
def test_one_thing_too_much_is_refused_at_its_place(change: Json, place: str, code: str) -> None:
    body = copy.deepcopy(FULL)
    body.pop("components", None)
    assert said(body | change) == {place: code}


@settings(max_examples=60)
@given(content=st.text(max_size=2100), parts=st.lists(st.integers(0, 4200), max_size=4))
def test_lengths_decide_and_nothing_else(content: str, parts: list[int]) -> None:
    errors = said({"content": content, "embeds": [{"title": "t", "description": "d" * size} for size in parts]})
    expected = {"content": "BASE_TYPE_MAX_LENGTH"} if len(content) > 2000 else {}
    expected |= {f"embeds.{n}.description": "BASE_TYPE_MAX_LENGTH" for n, size in enumerate(parts) if size > 4096}
    if sum(parts) + len(parts) > 6000:
        expected["embeds"] = "MAX_EMBED_SIZE_EXCEEDED"
    assert errors == expected


@settings(max_examples=150)
@given(body=st.dictionaries(st.sampled_from(("content", "embeds", "components", "poll", "attachments", "nonce")), JUNK))
def test_junk_is_refused_or_taken_but_never_breaks_anything(body: Json) -> None:
    for flags in (0, V2):
        assert isinstance(said(body, flags), dict)


def test_components_v2_have_their_own_rules() -> None:
    text: Json = {"type": 10, "content": "hello"}
    section: Json = {"type": 9, "components": [text], "accessory": button()}
    gallery: Json = {"type": 12, "items": [{"media": {"url": "https://x.test/a.png"}}]}
    container: Json = {"type": 17, "accent_color": 5, "components": [text, {"type": 14, "spacing": 2}, row(select())]}
    files: Json = {"type": 13, "file": {"url": "attachment://a.txt"}}
    assert said({"components": [text, section, gallery, container, files]}, V2) == {}
    assert said({"components": [text]}) == {"components.0.type": "BASE_TYPE_CHOICES"}
    legacy = said({"components": [text], "content": "x", "embeds": [{"title": "x"}]}, V2)
    assert set(legacy) == {"content", "embeds"}
    assert set(legacy.values()) == {"MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"}
    assert said({"components": [text] * 40}, V2) == {}
    assert said({"components": [text] * 41}, V2)["components"] == "BASE_TYPE_MAX_LENGTH"
    assert said({"components": [{"type": 17, "components": [text] * 20}] * 2}, V2) == {
        "components": "BASE_TYPE_MAX_LENGTH"
    }
    assert said({"components": [text | {"content": "c" * 2001}] * 2}, V2) == {
        "components": "COMPONENT_MAX_TOTAL_TEXT_EXCEEDED"
    }
    assert said({"components": [{"type": 17, "components": [container]}]}, V2) == {
        "components.0.components.0.type": "BASE_TYPE_CHOICES"
    }
    assert said({"components": [section | {"accessory": None}]}, V2) == {"components.0.accessory": "BASE_TYPE_REQUIRED"}
    assert said({"components": [files | {"file": {"url": "https://x.test/a"}}]}, V2) == {
        "components.0.file.url": "URL_TYPE_INVALID_SCHEME"
    }
