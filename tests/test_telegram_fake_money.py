"""Payments and polls."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, LabeledPrice
from telegram.error import BadRequest

from coterie.adapters.telegram.fake import NotPossible
from tests.telegram_fake_kit import Clock, raw, served, updates

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
]
INVOICE: dict[str, Any] = {
    "title": "Tier", "description": "A month", "payload": "order-1", "currency": "XTR",
    "prices": [{"label": "Tier", "amount": 50}],
}  # fmt: skip


async def test_a_payment_told_twice_and_given_back() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        chat = fake.private("alice")
        await raw(bot, "sendInvoice", chat_id=chat.id, **INVOICE)
        fake.pays("alice", chat.messages[0], twice=True)
        (asked,) = await updates(bot)
        query = asked["pre_checkout_query"]
        assert (query["total_amount"], query["invoice_payload"]) == (50, "order-1")
        clock.advance(10)
        await bot.answer_pre_checkout_query(query["id"], ok=True)
        first, second = await updates(bot, asked["update_id"] + 1)
        assert first["message"] == second["message"]
        charge = first["message"]["successful_payment"]["telegram_payment_charge_id"]
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_pre_checkout_query(query["id"], ok=True)
        assert await bot.refund_star_payment(chat.id, charge)
        assert [refunded.id for refunded in fake.refunds] == [charge]
        note = (await updates(bot))[-1]["message"]["refunded_payment"]
        assert (note["telegram_payment_charge_id"], note["total_amount"]) == (charge, 50)
        with pytest.raises(BadRequest, match="Charge_already_refunded"):
            await bot.refund_star_payment(chat.id, charge)
        for user, name in ((chat.id, "other"), (fake.user("bob")["id"], charge)):
            with pytest.raises(BadRequest, match="Charge_not_found"):
                await bot.refund_star_payment(user, name)


async def test_a_checkout_that_is_refused_or_answered_late() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        chat = fake.private("alice")
        await raw(bot, "sendInvoice", chat_id=chat.id, **INVOICE)
        for _ in range(2):
            fake.pays("alice", chat.messages[0])
        first, second = [update["pre_checkout_query"]["id"] for update in await updates(bot)]
        with pytest.raises(BadRequest, match="Error_message must be non-empty"):
            await bot.answer_pre_checkout_query(first, ok=False)
        await bot.answer_pre_checkout_query(first, ok=False, error_message="sold out")
        clock.advance(10.1)
        with pytest.raises(BadRequest, match="Query is too old"):
            await bot.answer_pre_checkout_query(second, ok=True)
        assert fake.charges == []
        with pytest.raises(NotPossible):
            fake.pays("alice", "https://t.me/$nothing")


async def test_a_subscription_renews_and_the_ledger_tells_all() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        link = await raw(bot, "createInvoiceLink", subscription_period=2_592_000, **INVOICE)
        fake.pays("alice", link)
        await bot.answer_pre_checkout_query((await updates(bot))[0]["pre_checkout_query"]["id"], ok=True)
        clock.advance(2_592_000)
        again = fake.renews(fake.charges[0])
        clock.advance(1)
        await bot.refund_star_payment(fake.user("alice")["id"], again.id)
        paid = [message.extra["successful_payment"] for message in fake.chat(fake.user("alice")["id"]).messages[:2]]
        assert [payment.get("is_first_recurring", False) for payment in paid] == [True, False]
        assert paid[1]["subscription_expiration_date"] == int(clock.now) - 1 + 2_592_000
        ledger = await bot.get_star_transactions()
        assert [(entry.id, entry.source is not None) for entry in ledger.transactions] == [
            (fake.charges[0].id, True), (again.id, True), (again.id, False),
        ]  # fmt: skip
        page = await bot.get_star_transactions(offset=1, limit=1)
        assert [entry.id for entry in page.transactions] == [again.id]
        alice, first = fake.user("alice")["id"], fake.charges[0]
        await bot.edit_user_star_subscription(alice, first.id, is_canceled=True)
        with pytest.raises(NotPossible, match="renewed no more"):
            fake.renews(again)
        with pytest.raises(BadRequest, match="not_modified"):
            await bot.edit_user_star_subscription(alice, first.id, is_canceled=True)
        with pytest.raises(BadRequest, match="Charge_id_invalid"):
            await bot.edit_user_star_subscription(alice, again.id, is_canceled=True)
        with pytest.raises(BadRequest, match="Charge_not_found"):
            await bot.edit_user_star_subscription(fake.user("bob")["id"], first.id, is_canceled=True)
        await bot.edit_user_star_subscription(alice, first.id, is_canceled=False)
        assert fake.renews(again).renews == first.id
        fake.charges[0].invoice.pop("subscription_period")
        with pytest.raises(NotPossible, match="for no subscription"):
            fake.renews(fake.charges[0])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"title": "x" * 33}, "Title_invalid"),
        ({"description": "x" * 256}, "Description_invalid"),
        ({"description": ""}, 'Parameter "description" is required'),
        ({"payload": "é" * 65}, "Invoice_payload_invalid"),
        ({"prices": []}, "There must be at least one price"),
        ({"prices": [{"label": "a", "amount": 1}] * 2}, "Stars_invoice_invalid"),
        ({"provider_token": "token"}, "Stars_invoice_invalid"),
        ({"currency": "EUR"}, "Payment_provider_invalid"),
        ({"prices": [{"label": "a", "amount": 0}]}, "Currency_total_amount_invalid"),
        ({"prices": [{"label": "a", "amount": 25_001}]}, "Currency_total_amount_invalid"),
        ({"prices": [{"label": "", "amount": 1}]}, "Labeledprice label must be non-empty"),
        ({"prices": [{"label": "a", "amount": "1"}]}, 'Field "amount" must be of type number'),
        ({"prices": [7]}, "Labeledprice must be an object"),
        ({"prices": 7}, "Expected an array of labeled prices"),
    ],
)
async def test_what_an_invoice_may_not_be(change: dict[str, Any], words: str) -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await raw(bot, "sendInvoice", chat_id=chat.id, **(INVOICE | change))
        assert chat.messages == []


async def test_the_first_button_of_an_invoice_pays_and_a_subscription_lasts_thirty_days() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        prices = [LabeledPrice("Tier", 1)]
        wrong = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x")]])
        right = InlineKeyboardMarkup([[InlineKeyboardButton("Pay", pay=True)]])
        with pytest.raises(BadRequest, match="The first button must be a pay button"):
            await bot.send_invoice(chat.id, "a", "b", "c", "XTR", prices, reply_markup=wrong)
        await bot.send_invoice(chat.id, "a", "b", "c", "XTR", prices, reply_markup=right)
        for data, words in (
            ({"subscription_period": 60}, "Subscription_period_invalid"),
            (
                {"subscription_period": 2_592_000, "prices": [{"label": "a", "amount": 10_001}]},
                "Currency_total_amount_invalid",
            ),
        ):
            with pytest.raises(BadRequest, match=words):
                await raw(bot, "createInvoiceLink", **(INVOICE | data))


async def test_a_quiz_is_answered_and_ended() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        sent = await bot.send_poll(
            group.id, "2+2?", ["3", "4"], is_anonymous=False, type="quiz", correct_option_ids=[1], explanation="so"
        )
        assert sent.poll is not None
        number = fake.answers_poll("alice", sent.poll.id, [1])
        (update,) = await updates(bot)
        assert update["update_id"] == number
        assert (update["poll_answer"]["option_ids"], update["poll_answer"]["user"]["first_name"]) == ([1], "alice")
        with pytest.raises(NotPossible):
            fake.answers_poll("alice", sent.poll.id, [0])
        stopped = await bot.stop_poll(group.id, sent.message_id)
        assert (stopped.is_closed, stopped.total_voter_count, stopped.options[1].voter_count) == (True, 1, 1)
        assert (await updates(bot))[-1]["poll"]["is_closed"] is True
        with pytest.raises(BadRequest, match="Poll has already been closed"):
            await bot.stop_poll(group.id, sent.message_id)
        with pytest.raises(NotPossible):
            fake.answers_poll("bob", sent.poll.id, [0])
        with pytest.raises(BadRequest, match="Message with poll to stop not found"):
            await bot.stop_poll(group.id, 99)


async def test_an_anonymous_poll_tells_counts_and_closes_in_time() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        group = fake.group("Town")
        sent = await bot.send_poll(group.id, "Which?", ["a", "b", "c"], allows_multiple_answers=True, open_period=60)
        assert sent.poll is not None
        fake.answers_poll("alice", sent.poll.id, [0, 2])
        fake.answers_poll("alice", sent.poll.id, [1])
        first, second = [update["poll"] for update in await updates(bot)]
        assert [option["voter_count"] for option in second["options"]] == [0, 1, 0]
        assert (first["total_voter_count"], second["total_voter_count"]) == (1, 1)
        fake.answers_poll("alice", sent.poll.id, [])
        assert group.messages[0].poll["total_voter_count"] == 0
        clock.advance(60)
        with pytest.raises(NotPossible):
            fake.answers_poll("bob", sent.poll.id, [0])
        assert group.messages[0].poll["is_closed"] is True
        single = await bot.send_poll(group.id, "One?", ["a", "b"])
        with pytest.raises(NotPossible, match="one answer only"):
            fake.answers_poll("bob", single.poll.id, [0, 1])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"question": " "}, "Text must be non-empty"),
        ({"question": "x" * 301}, "Poll question length must not exceed 300"),
        ({"options": []}, "Poll must have at least 1 option"),
        ({"options": ["x"] * 13}, "Poll can't have more than 12 options"),
        ({"options": ["x" * 101]}, "Poll options length must not exceed 100"),
        ({"options": [" "]}, "Poll options must be non-empty"),
        ({"options": [7]}, "Expected an option to be of type string"),
        ({"type": "moon"}, "Unsupported poll type specified"),
        ({"type": "quiz"}, "Correct option identifiers must be non-empty"),
        ({"type": "quiz", "correct_option_ids": [2]}, "Invalid correct option identifier specified"),
        ({"type": "quiz", "correct_option_ids": [0], "explanation": "x" * 201}, "Poll_explanation_invalid"),
        ({"type": "quiz", "correct_option_ids": [0], "explanation": "a\nb\nc\nd"}, "Poll_explanation_invalid"),
        ({"open_period": 4}, "Poll_close_date_invalid"),
        ({"open_period": 60, "close_date": 9}, "Open_period and close_date can't be used together"),
    ],
)
async def test_what_a_poll_may_not_be(change: dict[str, Any], words: str) -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        data = {"question": "q?", "options": [{"text": "a"}, "b"]} | change
        with pytest.raises(BadRequest, match=f"(?i){words}"):
            await raw(bot, "sendPoll", chat_id=group.id, **data)
        assert group.messages == []
        with pytest.raises(BadRequest, match="Non-anonymous polls can't be sent to channel chats"):
            await bot.send_poll(fake.channel("News").id, "q?", ["a", "b"], is_anonymous=False)
