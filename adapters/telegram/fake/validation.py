"""What the server refuses before it does anything: lengths, keyboards, names."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import (
    ForumTopicLimit,
    InlineKeyboardButtonLimit,
    InlineKeyboardMarkupLimit,
    InvoiceLimit,
    MessageLimit,
    ReplyLimit,
    TagLimit,
)

from coterie.adapters.telegram.fake.arguments import Args, Json, is_whole
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.text import Formatted, blank, formatted, units

STYLES: Final = frozenset({"danger", "success", "primary"})
ACTIONS: Final = (
    "url", "callback_data", "web_app", "login_url", "switch_inline_query", "switch_inline_query_current_chat",
    "switch_inline_query_chosen_chat", "copy_text", "callback_game", "pay",
)  # fmt: skip
SCHEMES: Final = ("http://", "https://", "tg://", "ton://")


def message_text(args: Args) -> Formatted:
    """The text of a message, 1 to 4,096 UTF-16 units after parsing."""
    if not args.text("text"):
        raise bad("message text is empty")
    text, entities = formatted(args, "text", "entities")
    if blank(text):
        raise bad("text must be non-empty")
    if units(text) > MessageLimit.MAX_TEXT_LENGTH:
        raise bad("message is too long")
    return text, entities


def caption(args: Args) -> Formatted:
    """A caption, at most 1,024 UTF-16 units after parsing."""
    text, entities = formatted(args, "caption", "caption_entities")
    if units(text) > MessageLimit.CAPTION_LENGTH:
        raise bad("message caption is too long")
    return text, entities


def markup(args: Args, *, inline_only: bool = False) -> Json | None:
    """A reply markup; an inline keyboard is checked button by button."""
    value = args.object("reply_markup", "reply keyboard markup", "object expected as reply markup")
    if not value:
        return None
    if "inline_keyboard" in value:
        rows = [row for row in _rows(value["inline_keyboard"]) if row]
        return {"inline_keyboard": rows} if rows else None
    if inline_only:
        raise bad("inline keyboard expected")
    placeholder = value.get("input_field_placeholder")
    if isinstance(placeholder, str) and units(placeholder) > ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER:
        raise bad("reply keyboard placeholder is too long")
    return value


def _rows(raw: Any) -> list[list[Json]]:
    if not isinstance(raw, list) or not all(isinstance(row, list) for row in raw):
        raise bad('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    rows = [[_button(button) for button in row] for row in raw]
    if sum(map(len, rows)) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER:
        raise bad("reply markup is too long")
    if any(len(row) > InlineKeyboardMarkupLimit.BUTTONS_PER_ROW for row in rows):
        raise bad("reply markup is too long")
    return rows


def _button(raw: Any) -> Json:
    if not isinstance(raw, dict):
        raise bad("can't parse inline keyboard button: InlineKeyboardButton must be an Object")
    if not isinstance(raw.get("text"), str) or not raw["text"].strip():
        raise bad('can\'t parse inline keyboard button: Field "text" must be a non-empty String')
    doing = [name for name in ACTIONS if name in raw]
    if not doing:
        raise bad("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
    if len(doing) > 1:
        raise bad("can't parse inline keyboard button: exactly one optional field must be used")
    if raw.get("style", "primary") not in STYLES:
        raise bad("can't parse inline keyboard button: invalid button style specified")
    _action(doing[0], raw[doing[0]])
    return raw


def _action(name: str, value: Any) -> None:
    if name == "callback_data":
        size = len(value.encode()) if isinstance(value, str) else 0
        if not InlineKeyboardButtonLimit.MIN_CALLBACK_DATA <= size <= InlineKeyboardButtonLimit.MAX_CALLBACK_DATA:
            raise bad("BUTTON_DATA_INVALID")
    elif name == "url":
        if not isinstance(value, str) or not value.startswith(SCHEMES):
            raise bad("BUTTON_URL_INVALID")
    elif name == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= units(copied) <= InlineKeyboardButtonLimit.MAX_COPY_TEXT:
            raise bad("BUTTON_COPY_TEXT_INVALID")


def tag(args: Args) -> str:
    """A member's tag: at most 16 characters and no emoji."""
    value = args.text("tag")
    if units(value) > TagLimit.MAX_TAG_LENGTH:
        raise bad("TAG_INVALID")
    if any(0x2600 <= ord(letter) <= 0x27BF or ord(letter) >= 0x1F000 for letter in value):
        raise bad("TAG_EMOJI_NOT_ALLOWED")
    return value


def topic_name(name: str) -> str:
    """A topic's name, 1 to 128 characters."""
    if not name.strip():
        raise bad("TOPIC_TITLE_EMPTY")
    if units(name) > ForumTopicLimit.MAX_NAME_LENGTH:
        raise bad("TOPIC_TITLE_TOO_LONG")
    return name


def invoice(args: Args) -> Json:
    """The fields of an invoice; Stars have exactly one price."""
    for name, high, complaint in (
        ("title", InvoiceLimit.MAX_TITLE_LENGTH, "TITLE_INVALID"),
        ("description", InvoiceLimit.MAX_DESCRIPTION_LENGTH, "DESCRIPTION_INVALID"),
    ):
        if not 1 <= units(args.required(name)) <= high:
            raise bad(complaint)
    payload = args.required("payload")
    if not InvoiceLimit.MIN_PAYLOAD_LENGTH <= len(payload.encode()) <= InvoiceLimit.MAX_PAYLOAD_LENGTH:
        raise bad("INVOICE_PAYLOAD_INVALID")
    currency, prices = args.required("currency"), [_price(price) for price in _prices(args)]
    if currency == "XTR" and (len(prices) != 1 or args.text("provider_token")):
        raise bad("STARS_INVOICE_INVALID")
    if currency != "XTR" and not args.text("provider_token"):
        raise bad("PAYMENT_PROVIDER_INVALID")
    total = sum(prices)
    if total < 1 or (currency == "XTR" and total > InvoiceLimit.MAX_STAR_COUNT):
        raise bad("CURRENCY_TOTAL_AMOUNT_INVALID")
    return {
        "title": args.text("title"), "description": args.text("description"), "currency": currency,
        "total_amount": total, "start_parameter": args.text("start_parameter"), "payload": payload,
    }  # fmt: skip


def _prices(args: Args) -> list[Any]:
    prices = args.items("prices", "prices", "labeled prices")
    if not prices:
        raise bad("there must be at least one price")
    return prices


def _price(raw: Any) -> int:
    if not isinstance(raw, dict):
        raise bad("LabeledPrice must be an Object")
    if not isinstance(raw.get("label"), str) or not raw["label"]:
        raise bad("LabeledPrice label must be non-empty")
    if not is_whole(raw.get("amount")):
        raise bad('field "amount" must be of type Number')
    amount: int = raw["amount"]
    return amount
