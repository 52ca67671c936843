"""What comes from Telegram: updates, answers, payloads of invoices, marks of forms; and texts on their way there."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from telegram.constants import MessageLimit

from coterie.adapters.telegram import marks
from coterie.adapters.telegram.characters import BLANK, TRIMMED
from coterie.adapters.telegram.decoding import decode_answer, decode_update
from coterie.adapters.telegram.invoices import invoice_of, payload_of, read_payload
from coterie.adapters.telegram.text import render, split
from coterie.adapters.telegram.webhook import SECRET_HEADER, Webhook
from coterie.core.cutting import is_blank, units
from coterie.core.text import Span, Text
from tests.fuzz.checks import check_events, refused, waited
from tests.fuzz.target import json_of, object_of, target, text_of
from tests.telegram_connection_kit import Bench, config
from tests.telegram_reading_kit import KEY, reader

_UPDATES = (
    *("update_id", "message", "edited_message", "channel_post", "callback_query", "my_chat_member", "chat_member"),
    *("chat_join_request", "message_reaction", "poll_answer", "pre_checkout_query", "successful_payment", "chat"),
    *("from", "id", "type", "private", "supergroup", "channel", "entities", "text_mention", "bot_command", "offset"),
    *("length", "new_chat_members", "left_chat_member", "status", "kicked", "restricted", "administrator", "left"),
    *("/pay@OurBot 10", "/cancel", "f:c", "f:s", "invoice_payload", "XTR", "reply_to_message", "sender_chat"),
)


@target("telegram-update", "json", *_UPDATES, examples=120)
def read_update(data: bytes) -> None:
    """The reader gives events that can be stored, or nothing; it never raises."""
    raw = json_of(data)
    reading = reader()
    check_events(reading.read(raw))
    assert reading.query_of(raw).isascii()
    assert isinstance(reading.chat_of(raw), str)
    checkout = reading.checkout_of(raw)
    assert checkout is None or isinstance(checkout, dict)


_TELEGRAM_ANSWER: Final = ("user", "status", "transactions", "source", "receiver", "partner_user", "user", "XTR")


@target("telegram-answer", "json", *_TELEGRAM_ANSWER)
def read_answer(data: bytes) -> None:
    """Lists of administrators and of transactions say something that can be stored, or nothing."""
    answer = object_of(data)
    reading = reader()
    check_events(reading.administrators("-1001234567890", answer.get("administrators"), 7))
    found = reading.transaction(answer.get("transaction"))
    check_events([] if found is None else [found])


_TELEGRAM_BYTES: Final = ('{"ok":true,"result":[', '"update_id":', "\\ud800", "[[[[", "}}", "]}", "1e999", "\\")


@target("telegram-bytes", "bytes", *_TELEGRAM_BYTES)
def read_bytes(data: bytes) -> None:
    """Bytes are an object or a :class:`ValueError`, for a batch as for one update."""
    for decode in (decode_update, decode_answer):
        found = refused(lambda: decode(data), ValueError)  # noqa: B023
        assert found is None or isinstance(found, dict)
        for update in found.get("result", []) if found and isinstance(found.get("result"), list) else []:
            check_events(reader().read(update))


@cache
def _webhook() -> Webhook:
    return Webhook(config(mode="webhook", webhook={"url": "https://bot.example.org/"}))


class _Body:
    """A body that comes in pieces."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    async def iter_any(self) -> Any:
        for start in range(0, len(self._data), 61):
            yield self._data[start : start + 61]


@target("telegram-webhook", "json", *_UPDATES)
def deliver(data: bytes) -> None:
    """A delivery is answered with one of the statuses that Telegram is told to expect, and never with a traceback."""
    webhook = _webhook()
    bench = Bench()
    webhook.intake = bench.intake
    headers = {SECRET_HEADER: webhook.secret}
    request = make_mocked_request("POST", webhook.path, headers=headers, payload=_Body(data))  # type: ignore[arg-type]
    response: web.Response = waited(webhook.receive(request))
    assert response.status in (200, 400, 413)
    check_events(bench.inbox.events)


@target("telegram-invoice", "text", "AAAAAAAAAAAAAAAA", "tipjar:9", "-_", "\ud800", "=")
def read_invoice(data: bytes) -> None:
    """No payload is taken for one of ours that is none; ours is read as it was made."""
    text = text_of(data)
    assert read_payload(text) == text[16:] or read_payload(text) == ""
    assert invoice_of(text, "555", 500, "XTR", KEY) is None or text == payload_of(text[16:], "555", 500, "XTR", KEY)
    made = refused(lambda: payload_of(text, "555", 500, "XTR", KEY), ValueError)
    if made is not None:
        assert invoice_of(made, "555", 500, "XTR", KEY) == text
        assert invoice_of(made, "556", 500, "XTR", KEY) is None
        assert invoice_of(made, "555", 501, "XTR", KEY) is None
        assert invoice_of(f"{made}x", "555", 500, "XTR", KEY) is None


@target("telegram-mark", "json", "entities", "url", "https://coterie.invalid/f/AbC/why", "f:AbC:1:2", "%", "%ED%A0%80")
def read_mark(data: bytes) -> None:
    """Marks of forms and choices are read, or there are none; ours are read as they were made."""
    raw = json_of(data)
    found = marks.form_of(raw)
    if found is not None:
        token, name = found
        assert 0 < len(token) <= 40
        assert marks.form_of({"entities": [marks.mark_of(token, name)]}) == found
    choice = marks.choice_of(raw.get("data") if isinstance(raw, dict) else raw)
    if choice is not None:
        assert marks.choice_of(marks.choice_data(*choice)) == choice


def _mention(member: int) -> tuple[str, str] | None:
    return ("42", "Seven") if member == 7 else None


def _spans(raw: dict[str, Any]) -> Text:
    """A rich text of what stands under ``spans``: ``[text, style, url, member]`` each."""
    listed = raw.get("spans")
    spans = []
    for each in listed[:40] if isinstance(listed, list) else ():
        if isinstance(each, list) and len(each) == 4 and isinstance(each[0], str):
            text, style, url, member = each
            url = url if url in ("https://own.example/a_b?c=(1)", "tg://resolve?domain=x") else ""
            spans.append(Span(text, style & 63 if type(style) is int else 0, url, 7 if member == 7 else 0))
    return Text(tuple(spans))


@target("telegram-split", "json", "spans", "\n\n", " ", "。", "👩‍👩‍👧‍👦", "e\u0301", "@alice", "字字字", "x" * 70)
def cut(data: bytes) -> None:
    """Pieces hold to the limit, and joined they have every visible character."""
    raw = object_of(data)
    limit = raw.get("limit")
    limit = limit if type(limit) is int and 20 <= limit <= 4096 else 64
    text, entities = render(_spans(raw), _mention)
    pieces = split(text, entities, limit)
    if is_blank(text):
        assert pieces == [(BLANK, [])]
        return
    position = 0
    for piece, cuts in pieces:
        assert 0 < units(piece) <= limit
        assert len(cuts) <= MessageLimit.MESSAGE_ENTITIES
        assert piece == piece.strip(TRIMMED)
        assert all(0 <= each["offset"] < each["offset"] + each["length"] <= units(piece) for each in cuts)
        found = text.find(piece, position)
        assert found >= 0
        assert is_blank(text[position:found])
        position = found + len(piece)
    assert is_blank(text[position:])
