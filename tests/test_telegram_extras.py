"""Pins, polls, topics, invoices and refunds on Telegram."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.telegram.calls import Closed, Moved
from coterie.adapters.telegram.invoices import invoice_of
from coterie.adapters.telegram.payments import Payments
from coterie.core.actions import (
    ClosePoll,
    CloseTopic,
    OpenTopic,
    Pin,
    RefundPayment,
    SendInvoice,
    SendPoll,
    Unpin,
)
from coterie.core.events import Where, Who
from coterie.core.platform import Delivery, Refused, RetryLater, Uncertain
from tests.telegram_verbs_kit import BOB, DELIVERY, GROUP, HOME, SMALL, No, Verbs, sent

pytestmark = pytest.mark.asyncio

TOPIC = Where("telegram", f"{GROUP}/7", str(GROUP), "thread", "Auctions")
DIRECT = Where("telegram", "42", kind="dm")
POLL = {"message_id": 55, "poll": {"id": "5021", "question": "?"}}


def poll(**fields: Any) -> SendPoll:
    known: dict[str, Any] = {"where": HOME, "ref": 1, "question": "Tea?", "options": ("Yes", "No")}
    return SendPoll(**{**known, **fields})


def invoice(**fields: Any) -> SendInvoice:
    known: dict[str, Any] = {
        "where": HOME,
        "ref": 1,
        "to": BOB,
        "invoice": "tipjar:7340000000000000001",
        "title": "A tip",
        "description": "Thank you",
        "amount": 250,
        "currency": "XTR",
    }
    return SendInvoice(**{**known, **fields})


# -- pins


@pytest.mark.parametrize("loud", [False, True])
async def test_a_message_is_pinned_quietly_unless_it_shall_be_loud(loud: bool) -> None:
    platform = Verbs()
    assert await platform.pin(Pin(where=TOPIC, ref=1, loud=loud), sent("10")) == ""
    assert platform.script.log == [
        ("pinChatMessage", {"chat_id": GROUP, "message_id": 10, "disable_notification": not loud})
    ]


@pytest.mark.parametrize(
    ("native", "chat", "message"),
    [("10", GROUP, 10), ("10,11,12", GROUP, 10), ("55/5021", GROUP, 55), ("42:16,17", 42, 16)],
)
async def test_pins_and_polls_are_found_by_what_sending_returned(native: str, chat: int, message: int) -> None:
    platform = Verbs()
    await platform.pin(Pin(where=HOME, ref=1), sent(native))
    await platform.unpin(Unpin(where=HOME, ref=1), sent(native))
    await platform.close_poll(ClosePoll(where=HOME, ref=1), sent(native))
    assert platform.script.methods == ["pinChatMessage", "unpinChatMessage", "stopPoll"]
    assert {(data["chat_id"], data["message_id"]) for _, data in platform.script.log} == {(chat, message)}


async def test_what_is_pinned_or_has_no_pin_is_done() -> None:
    platform = Verbs(
        pinChatMessage=[No("CHAT_NOT_MODIFIED")],
        unpinChatMessage=[No("CHAT_NOT_MODIFIED"), No("message to unpin not found")],
    )
    assert await platform.pin(Pin(where=HOME, ref=1), sent("10")) == ""
    assert await platform.unpin(Unpin(where=HOME, ref=1), sent("10")) == ""
    assert await platform.unpin(Unpin(where=HOME, ref=1), sent("10")) == ""


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("not enough rights to manage pinned messages in the chat", "the bot needs the right to pin messages there"),
        ("message to pin not found", "the message to pin is gone"),
    ],
)
async def test_a_pin_that_cannot_be_is_told(said: str, plain: str) -> None:
    platform = Verbs(pinChatMessage=[No(said)])
    with pytest.raises(Refused) as caught:
        await platform.pin(Pin(where=HOME, ref=1), sent("10"))
    assert caught.value.reason == plain


@pytest.mark.parametrize("native", ["", "alert:42", "x", "-10", "10;11", "1" * 30])
async def test_what_names_no_message_is_refused(native: str) -> None:
    platform = Verbs()
    for asked in (
        platform.pin(Pin(where=HOME, ref=1), sent(native)),
        platform.unpin(Unpin(where=HOME, ref=1), sent(native)),
        platform.close_poll(ClosePoll(where=HOME, ref=1), sent(native)),
    ):
        with pytest.raises(Refused, match="no such message"):
            await asked
    assert platform.script.methods == []


# -- polls


async def test_a_poll_is_sent_and_named_by_message_and_poll() -> None:
    platform = Verbs(sendPoll=[POLL])
    assert await platform.send_poll(poll(where=TOPIC, several=True, closes_in=600), DELIVERY) == "55/5021"
    assert platform.script.data("sendPoll") == {
        "chat_id": GROUP,
        "message_thread_id": 7,
        "question": "Tea?",
        "options": [{"text": "Yes"}, {"text": "No"}],
        "is_anonymous": False,
        "type": "regular",
        "allows_multiple_answers": True,
        "open_period": 600,
    }


async def test_a_quiz_has_right_answers_in_order_and_an_explanation() -> None:
    platform = Verbs(sendPoll=[POLL])
    quiz = poll(options=("a", "b", "c"), correct=(2, 0), explanation="b is a trap", anonymous=True)
    await platform.send_poll(quiz, DELIVERY)
    asked = platform.script.data("sendPoll")
    assert (asked["type"], asked["correct_option_ids"], asked["explanation"]) == ("quiz", [0, 2], "b is a trap")
    assert asked["is_anonymous"] is True
    assert "open_period" not in asked
    assert "message_thread_id" not in asked


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"question": ""}, "question has 1 to 300"),
        ({"question": "q" * 301}, "question has 1 to 300"),
        ({"options": ()}, "1 to 12 options"),
        ({"options": tuple(str(number) for number in range(13))}, "1 to 12 options"),
        ({"options": ("Yes", "")}, "option of a poll has 1 to 100"),
        ({"options": ("Yes", "n" * 101)}, "option of a poll has 1 to 100"),
        ({"closes_in": 4}, "open for 5 to 2,628,000 seconds"),
        ({"closes_in": 2_628_001}, "open for 5 to 2,628,000 seconds"),
        ({"closes_in": -1}, "open for 5 to"),
        ({"correct": (2,)}, "among its options"),
        ({"correct": (-1,)}, "among its options"),
        ({"correct": (1, 1)}, "each once"),
        ({"correct": (0,), "explanation": "e" * 201}, "at most 200 characters"),
        ({"correct": (0,), "explanation": "1\n2\n3\n4"}, "at most 3 lines"),
    ],
)
async def test_a_poll_that_telegram_does_not_take_is_not_sent(wrong: dict[str, Any], why: str) -> None:
    platform = Verbs()
    with pytest.raises(Refused, match=why):
        await platform.send_poll(poll(**wrong), DELIVERY)
    assert platform.script.methods == []


@pytest.mark.parametrize(
    "right",
    [
        {"question": "q" * 300, "options": tuple("x" * 100 for _ in range(12)), "closes_in": 5},
        {"options": ("Only",), "closes_in": 2_628_000},
        {"correct": (0, 1), "explanation": "e" * 196 + "\n\nab", "several": False},
    ],
)
async def test_the_largest_poll_is_sent(right: dict[str, Any]) -> None:
    assert await Verbs(sendPoll=[POLL]).send_poll(poll(**right), DELIVERY) == "55/5021"


@pytest.mark.parametrize("answer", [True, {}, {"message_id": 55}, {"message_id": 55, "poll": None}])
async def test_nobody_knows_of_a_poll_without_a_name(answer: Any) -> None:
    with pytest.raises(Uncertain):
        await Verbs(sendPoll=[answer]).send_poll(poll(), DELIVERY)


@pytest.mark.parametrize(
    "said", ["poll has already been closed", "poll can't be stopped", "message with poll to stop not found"]
)
async def test_a_poll_that_is_closed_or_gone_is_done(said: str) -> None:
    platform = Verbs(stopPoll=[No(said)])
    assert await platform.close_poll(ClosePoll(where=HOME, ref=1), sent("55/5021")) == ""


# -- topics


async def test_a_topic_is_opened_and_named_as_a_channel() -> None:
    platform = Verbs(createForumTopic=[{"message_thread_id": 9, "name": "Auction"}])
    assert await platform.open_topic(OpenTopic(where=TOPIC, ref=1, title=" Auction "), DELIVERY) == f"{GROUP}/9"
    assert platform.script.log == [("createForumTopic", {"chat_id": GROUP, "name": "Auction"})]


async def test_a_topic_of_a_group_that_moved_has_the_new_groups_id() -> None:
    old = Where("telegram", "-1009", "-1009")
    far = -1_002_000_000_000
    platform = Verbs(createForumTopic=[Moved(GROUP), {"message_thread_id": 9}])
    platform.places.moved(-1009, far)
    assert await platform.open_topic(OpenTopic(where=old, ref=1, title="Auction"), DELIVERY) == f"{GROUP}/9"


async def test_a_long_title_is_cut_and_an_empty_one_refused() -> None:
    platform = Verbs(createForumTopic=[{"message_thread_id": 9}])
    await platform.open_topic(OpenTopic(where=HOME, ref=1, title="t" * 500), DELIVERY)
    assert platform.script.data("createForumTopic")["name"] == "t" * 128
    with pytest.raises(Refused, match="title"):
        await platform.open_topic(OpenTopic(where=HOME, ref=1, title="  \n"), DELIVERY)


@pytest.mark.parametrize("answer", [True, {}, {"message_thread_id": "nine"}])
async def test_nobody_knows_of_a_topic_without_a_name(answer: Any) -> None:
    with pytest.raises(Uncertain):
        await Verbs(createForumTopic=[answer]).open_topic(OpenTopic(where=HOME, ref=1, title="Auction"), DELIVERY)


async def test_a_topic_is_closed() -> None:
    platform = Verbs()
    assert await platform.close_topic(CloseTopic(where=TOPIC), DELIVERY) == ""
    assert platform.script.log == [("closeForumTopic", {"chat_id": GROUP, "message_thread_id": 7})]


@pytest.mark.parametrize("said", ["TOPIC_NOT_MODIFIED", "TOPIC_CLOSED", "TOPIC_DELETED"])
async def test_a_topic_that_is_closed_or_gone_is_done(said: str) -> None:
    assert await Verbs(closeForumTopic=[No(said)]).close_topic(CloseTopic(where=TOPIC), DELIVERY) == ""


@pytest.mark.parametrize("where", [DIRECT, SMALL])
async def test_only_supergroups_have_topics(where: Where) -> None:
    platform = Verbs()
    with pytest.raises(Refused, match="only supergroups have topics"):
        await platform.open_topic(OpenTopic(where=where, ref=1, title="Auction"), DELIVERY)
    with pytest.raises(Refused, match="only supergroups have topics"):
        await platform.close_topic(CloseTopic(where=where), DELIVERY)
    assert platform.script.methods == []


async def test_a_place_that_is_no_topic_is_not_closed() -> None:
    with pytest.raises(Refused, match="no topic"):
        await Verbs().close_topic(CloseTopic(where=HOME), DELIVERY)


@pytest.mark.parametrize(
    ("said", "plain"),
    [
        ("the chat is not a forum", "this group has no topics: turn them on in the group's settings"),
        ("the chat is not a supergroup forum", "this group has no topics: turn them on in the group's settings"),
        ("not enough rights to create a topic", "the bot needs the right to manage topics there"),
    ],
)
async def test_a_topic_that_cannot_be_is_told(said: str, plain: str) -> None:
    for platform in (Verbs(createForumTopic=[No(said)], closeForumTopic=[No(said)]),):
        with pytest.raises(Refused) as caught:
            await platform.open_topic(OpenTopic(where=HOME, ref=1, title="Auction"), DELIVERY)
        assert caught.value.reason == plain
        with pytest.raises(Refused) as caught:
            await platform.close_topic(CloseTopic(where=TOPIC), DELIVERY)
        assert caught.value.reason == plain


# -- payments


async def test_an_invoice_in_stars_goes_to_its_payer() -> None:
    platform = Verbs(sendInvoice=[{"message_id": 77}])
    assert await platform.send_invoice(invoice(), DELIVERY) == "42:77"
    asked = platform.script.data("sendInvoice")
    assert (asked["chat_id"], asked["currency"], asked["provider_token"]) == (42, "XTR", "")
    assert asked["prices"] == [{"label": "A tip", "amount": 250}]
    assert (asked["title"], asked["description"]) == ("A tip", "Thank you")
    assert asked["start_parameter"]  # with none, whoever gets it forwarded could pay it
    assert invoice_of(asked["payload"], "42", 250, "XTR", platform.invoice_key) == "tipjar:7340000000000000001"
    assert invoice_of(asked["payload"], "43", 250, "XTR", platform.invoice_key) is None


async def test_the_proof_names_the_payer_as_telegram_will() -> None:
    platform = Verbs()
    await platform.send_invoice(invoice(to=Who("telegram", "0042")), DELIVERY)
    asked = platform.script.data("sendInvoice")
    assert invoice_of(asked["payload"], str(asked["chat_id"]), 250, "XTR", platform.invoice_key)


async def test_words_of_an_invoice_fit_and_are_never_empty() -> None:
    platform = Verbs()
    await platform.send_invoice(invoice(title="t" * 33, description="d " * 200), DELIVERY)
    asked = platform.script.data("sendInvoice")
    assert asked["title"] == "t" * 31 + "…"
    assert len(asked["description"]) <= 255
    assert asked["description"].endswith("…")
    await platform.send_invoice(invoice(title="Tip", description=" \n"), DELIVERY)
    assert platform.script.data("sendInvoice")["description"] == "Tip"
    await platform.send_invoice(invoice(title="", description=""), DELIVERY)
    assert platform.script.data("sendInvoice")["title"] == "Invoice"


async def test_other_currencies_need_a_provider() -> None:
    assert Payments.provider_token == ""
    platform = Verbs()
    with pytest.raises(Refused, match="no payment provider, so it cannot take EUR"):
        await platform.send_invoice(invoice(currency="EUR"), DELIVERY)
    assert platform.script.methods == []
    platform.provider_token = "284685063:TEST:abc"
    await platform.send_invoice(invoice(currency="EUR"), DELIVERY)
    assert platform.script.data("sendInvoice")["provider_token"] == "284685063:TEST:abc"
    await platform.send_invoice(invoice(), DELIVERY)
    assert platform.script.data("sendInvoice")["provider_token"] == ""


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"amount": 0}, "over 1 or more"),
        ({"amount": -5}, "over 1 or more"),
        ({"invoice": "tipjar:" + "x" * 120}, "does not fit"),
        ({"to": Who("discord", "nobody")}, "no Telegram account"),
    ],
)
async def test_an_invoice_that_cannot_be_is_not_sent(wrong: dict[str, Any], why: str) -> None:
    platform = Verbs()
    with pytest.raises(Refused, match=why):
        await platform.send_invoice(invoice(**wrong), DELIVERY)
    assert platform.script.methods == []


async def test_a_tap_that_asked_for_an_invoice_is_answered() -> None:
    platform = Verbs()
    platform.queries.opened("Q1")
    await platform.send_invoice(invoice(handle="q:Q1"), DELIVERY)
    assert platform.script.log[1] == ("answerCallbackQuery", {"callback_query_id": "Q1"})


async def test_who_cannot_be_written_to_is_shown_the_way() -> None:
    platform = Verbs(sendInvoice=[Closed("bot was blocked"), Closed("bot was blocked")])
    platform.queries.opened("Q1")
    with pytest.raises(Refused, match="has not opened a chat"):
        await platform.send_invoice(invoice(handle="q:Q1"), DELIVERY)
    assert platform.script.data("answerCallbackQuery")["url"].startswith("https://t.me/coterie_bot?start=")
    with pytest.raises(Refused, match="has not opened a chat"):
        await platform.send_invoice(invoice(), DELIVERY)
    assert platform.script.data("sendMessage")["chat_id"] == GROUP
    assert "A tip" not in str(platform.script.data("sendMessage"))


@pytest.mark.parametrize("trouble", [Uncertain("time-out"), RetryLater(1)])
async def test_an_invoice_is_asked_for_once(trouble: Exception) -> None:
    platform = Verbs(sendInvoice=[trouble])
    with pytest.raises(type(trouble)):
        await platform.send_invoice(invoice(), DELIVERY)
    assert platform.script.methods == ["sendInvoice"]


async def test_nobody_knows_of_an_invoice_without_a_name() -> None:
    with pytest.raises(Uncertain):
        await Verbs(sendInvoice=[True]).send_invoice(invoice(), DELIVERY)


async def test_a_payment_is_given_back_once() -> None:
    platform = Verbs(refundStarPayment=[True, No("CHARGE_ALREADY_REFUNDED")])
    refund = RefundPayment(where=DIRECT, to=BOB, charge="stxabc")
    assert await platform.refund(refund, DELIVERY) == ""
    assert await platform.refund(refund, DELIVERY) == ""
    assert (
        platform.script.log
        == [
            ("refundStarPayment", {"user_id": 42, "telegram_payment_charge_id": "stxabc"}),
        ]
        * 2
    )


@pytest.mark.parametrize("said", ["CHARGE_NOT_FOUND", "CHARGE_ID_INVALID", "CHARGE_ID_EMPTY"])
async def test_a_payment_that_telegram_does_not_know_is_told(said: str) -> None:
    platform = Verbs(refundStarPayment=[No(said)])
    with pytest.raises(Refused, match="knows no such payment in Stars"):
        await platform.refund(RefundPayment(where=DIRECT, to=BOB, charge="x"), Delivery("1"))
