"""Private answers on Telegram: an alert, the direct chat, or the way to it; never the group's business."""

from __future__ import annotations

from typing import Final

import msgspec
import pytest

from coterie.adapters.telegram.doors import LINE_PAUSE, REMEMBERED
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.adapters.telegram.refusals import Closed
from coterie.adapters.telegram.words import words
from coterie.core.actions import DeleteMessage, EditMessage, SendPrivate
from coterie.core.cards import Button, Card
from coterie.core.cards import Picture as Drawing
from coterie.core.events import Where, Who
from coterie.core.platform import Picture, Refused, RetryLater, Uncertain
from tests.telegram_sending_kit import ALICE, GROUP, HOME, TOPIC, Bench, about

pytestmark = pytest.mark.asyncio

SECRET: Final = "You won 40 points"
CHOICE: Final = Card(text=SECRET, buttons=((Button("Keep", token="t1"),),))
LINK: Final = "https://t.me/coterie_bot?start=hello"
BLOCKED: Final = Closed("bot was blocked by the user")


def whisper(card: Card | str = SECRET, *, handle: str = "", to: Who = ALICE, where: Where = HOME) -> SendPrivate:
    shown = card if isinstance(card, Card) else Card(text=card)
    return SendPrivate(where=where, ref=1, to=to, card=shown, handle=handle)


async def test_a_tap_is_answered_by_an_alert_when_the_card_fits() -> None:
    bench = Bench()
    bench.queries.opened("1")
    assert await bench.send_private(whisper(handle="q:1"), about()) == "alert:77"
    assert bench.api.log == [
        ("answerCallbackQuery", {"callback_query_id": "1", "text": SECRET, "show_alert": True}),
    ]
    await bench.queries.close("1")
    assert len(bench.api.log) == 1


async def test_a_card_with_buttons_goes_to_the_direct_chat_and_the_tap_is_closed() -> None:
    bench = Bench()
    bench.queries.opened("1")
    assert await bench.send_private(whisper(CHOICE, handle="q:1"), about()) == "77:10"
    assert bench.api.shown(77) == [SECRET]
    assert bench.api.messages[0].labels() == [["Keep"]]
    assert bench.api.shown(GROUP) == []
    assert bench.api.alerts() == [{"callback_query_id": "1"}]


async def test_a_tap_that_is_too_old_or_taken_is_answered_in_the_direct_chat() -> None:
    bench = Bench()
    bench.api.too_old = True
    assert await bench.send_private(whisper(handle="q:1"), about("1")) == "77:10"
    assert len(bench.api.alerts()) == 1  # and not asked again
    bench.queries.take("2")
    assert await bench.send_private(whisper(handle="q:2"), about("2")) == "77:11"


async def test_a_tap_is_awaited_until_it_is_taken() -> None:
    queries = Bench().queries
    queries.answering("1")
    assert not queries.expected("1"), "nobody tapped"
    queries.opened("1")
    queries.answering("1")
    assert queries.expected("1")
    assert queries.take("1")
    assert not queries.expected("1")


async def test_a_tap_whose_answer_is_refused_stops_spinning() -> None:
    bench = Bench()
    bench.queries.opened("1")
    bench.queries.answering("1")
    bench.api.fail("sendMessage", RetryLater(5), Refused("no"))
    action = whisper(CHOICE, handle="q:1")
    with pytest.raises(RetryLater):
        await bench.send_private(action, about())
    assert bench.queries.expected("1")
    with pytest.raises(Refused):
        await bench.send_private(action, about())
    assert not bench.queries.take("1")
    assert bench.api.alerts() == [{"callback_query_id": "1"}]


async def test_without_a_tap_it_is_the_direct_chat() -> None:
    bench = Bench()
    assert await bench.send_private(whisper(where=TOPIC), about()) == "77:10"
    [message] = bench.api.messages
    assert (message.chat, message.thread) == (77, None)


async def test_an_applicant_is_written_to_through_the_request() -> None:
    bench = Bench()
    assert await bench.send_private(whisper(handle="j:990:abc"), about()) == "990:10"
    bench.api.fail("sendMessage", BLOCKED)
    with pytest.raises(Refused, match="has not opened a chat"):
        await bench.send_private(whisper(handle="j:990:abc"), about())
    assert bench.api.shown(GROUP) == []  # the applicant is not there


async def test_somebody_who_is_no_telegram_account_is_refused() -> None:
    for identity in ("", "x", "-5", "٣", "9" * 30):
        with pytest.raises(Refused):
            await Bench().send_private(whisper(to=Who("telegram", identity)), about())


async def test_a_long_private_card_goes_on_where_it_was_told_to_wait() -> None:
    bench = Bench()
    text = "\n".join("x" * 99 for _ in range(60))
    bench.api.fail("sendMessage", None, RetryLater(2))
    with pytest.raises(RetryLater):
        await bench.send_private(whisper(text), about("7"))
    assert await bench.send_private(whisper(text), about("7")) == "77:10,11"
    assert "\n".join(bench.api.shown(77)) == text


# -- what comes after


async def test_what_was_sent_privately_is_edited_and_deleted_where_it_stands() -> None:
    bench = Bench()
    native = await bench.send_private(whisper(CHOICE), about("1"))
    assert await bench.edit(EditMessage(where=HOME, ref=1, card=Card(text="Kept")), about("2", native)) == ""
    assert bench.api.shown(77) == ["Kept"]
    long = Card(text="\n".join("x" * 99 for _ in range(60)))
    grown = await bench.edit(EditMessage(where=HOME, ref=1, card=long), about("3", native))
    assert grown == "77:10,11"
    await bench.delete(DeleteMessage(where=HOME, ref=1), about("4", grown))
    assert bench.api.messages == []


async def test_what_follows_an_alert_comes_as_a_message_because_nobody_sees_the_alert_any_more() -> None:
    bench = Bench()
    native = await bench.send_private(whisper("Working…", handle="q:1"), about("1"))
    now = await bench.edit(EditMessage(where=HOME, ref=1, card=Card(text="Done")), about("2", native))
    assert (now, bench.api.shown(77)) == ("77:10", ["Done"])
    assert await bench.edit(EditMessage(where=HOME, ref=1, card=Card(text="Really")), about("3", now)) == ""
    assert bench.api.shown(77) == ["Really"]
    count = len(bench.api.log)
    assert await bench.delete(DeleteMessage(where=HOME, ref=1), about("4", native)) == ""
    assert len(bench.api.log) == count


# -- closed doors


async def test_a_closed_chat_and_a_tap_show_the_beginning_of_a_long_card() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", BLOCKED)
    text = "points and more " * 30
    assert await bench.send_private(whisper(text, handle="q:1"), about()) == "alert:77"
    [alert] = bench.api.alerts()
    assert alert["show_alert"] is True
    assert len(alert["text"]) <= 200
    assert alert["text"].endswith("…")
    assert text.startswith(alert["text"][:-1])
    assert bench.api.shown(GROUP) == []


@pytest.mark.parametrize("card", [CHOICE, Card(text=SECRET, picture=Drawing(draw="d", alt="a"))])
async def test_a_closed_chat_and_a_tap_open_the_chat_when_buttons_would_be_lost(card: Card) -> None:
    bench = Bench()
    for method in ("sendMessage", "sendPhoto"):
        bench.api.fail(method, BLOCKED)
    picture = Picture(b"p", "image/png", "a") if card.picture else None
    with pytest.raises(Refused, match="has not opened a chat with the bot"):
        await bench.send_private(whisper(card, handle="q:1"), about(picture=picture))
    assert bench.api.alerts() == [{"callback_query_id": "1", "url": LINK}]
    assert bench.api.shown(GROUP) == []


async def test_before_the_bots_name_is_known_the_words_have_to_do() -> None:
    bench = Bench(username="")
    bench.api.fail("sendMessage", BLOCKED, BLOCKED)
    with pytest.raises(Refused):
        await bench.send_private(whisper(CHOICE, handle="q:1"), about("1"))
    assert bench.api.alerts() == [{"callback_query_id": "1", "text": SECRET, "show_alert": True}]
    with pytest.raises(Refused):
        await bench.send_private(whisper(CHOICE), about("2"))
    bench.api.fail("sendMessage", BLOCKED)
    bench.now += LINE_PAUSE
    with pytest.raises(Refused):
        await bench.send_private(whisper(CHOICE), about("2"))
    assert bench.api.messages[-1].keyboard == []


@pytest.mark.parametrize(("locale", "label"), [("", "Open chat"), ("zh-Hans", "打开私聊"), ("zh-TW", "開啟私訊")])
async def test_a_closed_chat_without_a_tap_is_told_in_the_group_and_says_nothing_of_the_card(
    locale: str, label: str
) -> None:
    bench = Bench()
    bench.api.fail("sendMessage", BLOCKED)
    who = msgspec.structs.replace(ALICE, name="Al\nice 😀", locale=locale)
    with pytest.raises(Refused, match="has not opened a chat with the bot"):
        await bench.send_private(whisper(CHOICE, to=who, where=TOPIC), about())
    [line] = bench.api.messages
    assert (line.chat, line.thread) == (GROUP, 33)
    assert line.text.startswith("Al ice 😀: ")
    assert SECRET not in line.text
    assert line.keyboard == [[{"text": label, "url": LINK}]]
    [entity] = line.entities
    assert (entity["type"], entity["offset"], entity["length"]) == ("text_mention", 0, 9)
    assert entity["user"]["id"] == 77


async def test_one_person_is_asked_in_public_once_a_minute() -> None:
    bench = Bench()

    async def refused(who: Who) -> None:
        bench.api.fail("sendMessage", BLOCKED)
        with pytest.raises(Refused):
            await bench.send_private(whisper(to=who), about())

    for _ in range(3):
        await refused(ALICE)
    assert len(bench.api.shown(GROUP)) == 1
    await refused(Who("telegram", "78", "Bob"))
    assert len(bench.api.shown(GROUP)) == 2
    bench.now += LINE_PAUSE
    await refused(ALICE)
    assert len(bench.api.shown(GROUP)) == 3


async def test_the_memory_of_who_was_asked_is_bounded() -> None:
    bench = Bench()
    for number in (*range(1, REMEMBERED + 2), 1):
        bench.api.fail("sendMessage", BLOCKED)
        with pytest.raises(Refused):
            await bench.send_private(whisper(to=Who("telegram", str(number))), about())
    assert len(bench.api.shown(GROUP)) == REMEMBERED + 2


async def test_who_was_asked_last_is_remembered_longest() -> None:
    bench = Bench()

    async def refused(number: int) -> None:
        bench.api.fail("sendMessage", BLOCKED)
        with pytest.raises(Refused):
            await bench.send_private(whisper(to=Who("telegram", str(number))), about())

    for number in range(1, REMEMBERED + 1):
        await refused(number)
    bench.now += LINE_PAUSE
    await refused(1)
    await refused(REMEMBERED + 1)
    lines = len(bench.api.shown(GROUP))
    await refused(1)
    assert len(bench.api.shown(GROUP)) == lines


@pytest.mark.parametrize("error", [Refused("not enough rights"), Uncertain("?")])
async def test_a_group_that_takes_no_line_either_changes_nothing(error: Refused | Uncertain) -> None:
    bench = Bench()
    bench.api.fail("sendMessage", BLOCKED, error)
    with pytest.raises(Refused, match="has not opened a chat"):
        await bench.send_private(whisper(), about())


async def test_a_group_that_asks_for_patience_gets_its_line_later() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", BLOCKED, RetryLater(5), BLOCKED)
    with pytest.raises(RetryLater):
        await bench.send_private(whisper(), about())
    with pytest.raises(Refused):
        await bench.send_private(whisper(), about())
    assert len(bench.api.shown(GROUP)) == 1


async def test_every_language_has_the_same_words() -> None:
    tables = [words(tag) for tag in ("en", "zh", "zh-Hant")]
    assert len({id(table) for table in tables}) == 3
    assert {frozenset(table) for table in tables} == {frozenset(tables[0])}
    assert words("ZH_hk") is words("zh-Hant") is words("zh-Hant-HK")
    assert words("zh-Hans-HK") is words("zh-CN") is words("zh")
    assert words("de") is words("") is words("en")


# -- the platform


async def test_a_persons_direct_chat_has_their_number() -> None:
    direct = TelegramPlatform.direct
    bench: TelegramPlatform = object.__new__(TelegramPlatform)
    assert direct(bench, ALICE) == "77"
    for who in (Who("telegram", "77", bot=True), Who("telegram", "x"), Who("telegram", "-5"), Who("telegram", "")):
        assert direct(bench, who) == ""
