"""What a text message may be: lengths, entities, keyboards."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.telegram.fake import FakeTelegram
from coterie.adapters.telegram.fake.arguments import Args
from coterie.adapters.telegram.fake.text import commands_of, formatted
from tests.telegram_fake_kit import post

pytestmark = pytest.mark.asyncio


def bold(offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": "bold", "offset": offset, "length": length} | more


def rows(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b", "callback_data": "x"} | button for button in buttons]]}


async def refusal(fake: FakeTelegram, method: str, **data: Any) -> str:
    """The description of a refused call."""
    status, body = await post(fake, method, json=data)
    assert body["ok"] is False
    assert (status, body["error_code"]) == (status, status)
    return str(body["description"])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"text": ""}, "message text is empty"),
        ({}, "message text is empty"),
        ({"text": " \n\t "}, "text must be non-empty"),
        ({"text": "\u200b\u2060\u00a0"}, "text must be non-empty"),
        ({"text": "x" * 4097}, "message is too long"),
        ({"text": "😀" * 2049}, "message is too long"),
        ({"text": "abc", "parse_mode": "bbcode"}, "unsupported parse_mode"),
        (
            {"text": "<b>x", "parse_mode": "HTML"},
            "can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        ),
        (
            {"text": "<h1>x</h1>", "parse_mode": "HTML"},
            'can\'t parse entities: Unsupported start tag "h1" at byte offset 0',
        ),
        (
            {"text": "abc", "entities": [bold(1, 3)]},
            "entity beginning at UTF-16 offset 1 ends after the end of the text at UTF-16 offset 4",
        ),
        ({"text": "é😀c", "entities": [bold(2, 1)]}, "entity begins in a middle of a UTF-16 symbol at byte offset 2"),
        ({"text": "é😀c", "entities": [bold(0, 2)]}, "entity ends in a middle of a UTF-16 symbol at byte offset 2"),
        ({"text": "abc", "entities": [bold(-1, 1)]}, "receive an entity with incorrect offset or length"),
        ({"text": "abc", "entities": [7]}, "can't parse MessageEntity: expected an Object"),
        (
            {"text": "abc", "entities": [{"type": "bold", "offset": True, "length": 1}]},
            'can\'t parse MessageEntity: Field "offset" must be of type Number',
        ),
        (
            {"text": "abc", "entities": [bold(0, 1, type="sparkle")]},
            "can't parse MessageEntity: Unsupported type specified",
        ),
        (
            {"text": "abc", "entities": [bold(0, 1, type="text_link")]},
            "can't parse MessageEntity: Can't find field \"url\"",
        ),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        ({"text": "x", "reply_markup": [1]}, "object expected as reply markup"),
        ({"text": "x", "reply_markup": rows({"callback_data": "é" * 33})}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": rows({"callback_data": ""})}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "reply_markup": rows({"text": " "})},
            'can\'t parse inline keyboard button: Field "text" must be a non-empty String',
        ),
        (
            {"text": "x", "reply_markup": rows({"url": "https://x.test"})},
            "can't parse inline keyboard button: exactly one optional field must be used",
        ),
        (
            {"text": "x", "reply_markup": rows({"style": "loud"})},
            "can't parse inline keyboard button: invalid button style specified",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b"}]]}},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b", "url": "javascript:1"}]]}},
            "BUTTON_URL_INVALID",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "b", "copy_text": {"text": "c" * 257}}]]}},
            "BUTTON_COPY_TEXT_INVALID",
        ),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": "no"}},
            'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
        ),
        ({"text": "x", "reply_markup": rows(*[{}] * 9)}, "reply markup is too long"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": rows(*[{}] * 8)["inline_keyboard"] * 13}},
            "reply markup is too long",
        ),
        (
            {"text": "x", "reply_markup": {"force_reply": True, "input_field_placeholder": "p" * 65}},
            "reply keyboard placeholder is too long",
        ),
        ({"text": "x", "reply_parameters": {"message_id": 99}}, "message to be replied not found"),
        ({"text": "x", "message_thread_id": 99}, "message thread not found"),
    ],
)
async def test_what_a_text_message_may_not_be(data: dict[str, Any], words: str) -> None:
    async with FakeTelegram() as fake:
        chat = fake.private("alice")
        assert await refusal(fake, "sendMessage", chat_id=chat.id, **data) == f"Bad Request: {words}"
        assert chat.messages == []


async def test_what_just_fits() -> None:
    async with FakeTelegram() as fake:
        chat = fake.private("alice")
        keyboard = {
            "inline_keyboard": [
                *rows(*[{"callback_data": "é" * 32}] * 8)["inline_keyboard"] * 12,
                *rows(*[{}] * 4)["inline_keyboard"],
            ]
        }
        for data in (
            {"text": "x" * 4096},
            {"text": "😀" * 2048},
            {"text": "<b>" + "x" * 4096 + "</b>", "parse_mode": "HTML"},
            {"text": "x", "reply_markup": keyboard},
            {"text": "x", "reply_parameters": {"message_id": 99, "allow_sending_without_reply": True}},
        ):
            status, body = await post(fake, "sendMessage", json={"chat_id": chat.id} | data)
            assert status == 200, body
        assert len(chat.messages[3].buttons) == 100


async def test_entities_are_trimmed_ordered_and_a_hundred_are_honoured() -> None:
    async with FakeTelegram() as fake:
        chat = fake.private("alice")
        entities = [bold(index, 1) for index in reversed(range(150))]
        _, body = await post(fake, "sendMessage", json={"chat_id": chat.id, "text": "x" * 150, "entities": entities})
        assert [entity["offset"] for entity in body["result"]["entities"]] == list(range(100))
        data = {"chat_id": chat.id, "text": "  😀 b \n", "entities": [bold(0, 4), bold(5, 3)]}
        _, body = await post(fake, "sendMessage", json=data)
        assert body["result"]["text"] == "😀 b"
        assert body["result"]["entities"] == [bold(0, 2), bold(3, 1)]


async def test_html_becomes_entities() -> None:
    text, entities = formatted(
        Args(
            {
                "text": 'A <b>b<i>😀</i></b> &lt;<a href="https://x.test">l</a><a href="tg://user?id=5">m</a>',
                "parse_mode": "html",
            }
        ),
        "text",
        "entities",
    )
    assert text == "A b😀 <lm"
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in entities] == [
        ("bold", 2, 3), ("italic", 3, 2), ("text_link", 7, 1), ("text_mention", 8, 1),
    ]  # fmt: skip
    assert entities[3]["user"]["id"] == 5


async def test_commands_are_found_in_what_people_write() -> None:
    assert commands_of("/go 😀 /stop@SomeBot a/b //x") == [
        {"type": "bot_command", "offset": 0, "length": 3},
        {"type": "bot_command", "offset": 7, "length": 13},
    ]
