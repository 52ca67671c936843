"""The platform's verbs about cards and forms, over HTTP on the fake Bot API server, read back as updates."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from coterie.adapters.telegram.client import close_bot
from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.fake import FakeMessage, FakeTelegram
from coterie.adapters.telegram.marks import CANCEL, SKIP
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.adapters.telegram.reading import Names, Reader
from coterie.core.actions import CloseForm, DeleteMessage, EditMessage, OpenForm, SendMessage, SendPrivate
from coterie.core.cards import Button, Card, Question
from coterie.core.cards import Picture as Drawing
from coterie.core.events import Event, FormSubmitted, Where, Who
from coterie.core.platform import VERBS, Delivery, Picture, Refused, RetryLater
from coterie.core.text import bold, link

pytestmark = pytest.mark.asyncio

TOKEN: Final = "a" * 40
GRAB: Final = Card(text="A packet", buttons=((Button("Grab", token="t" * 40),),))
FORM: Final = (
    Question("why", "Why are you here?"),
    Question("colour", "Which colour?", "choice", choices=("red", "light blue")),
    Question("note", "Anything else?", required=False),
    Question("news", "Do you want news?", "bool"),
)


class Wire:
    """A platform, the server that it talks to, and what it reads there."""

    def __init__(self, fake: FakeTelegram, platform: TelegramPlatform) -> None:
        self.fake = fake
        self.platform = platform
        self.platform.me.username = str(fake.bot["username"])
        self.reader = Reader(platform.me.id, platform.me.username, platform.invoice_key, Names())
        self.alice = fake.user("Alice")
        self.who = Who("telegram", str(self.alice["id"]), "Alice")
        self.group = fake.group("Square", members=[self.alice])
        self.where = Where("telegram", str(self.group.id), str(self.group.id), title="Square")
        self._offset = 0

    def stands(self, chat: int) -> list[FakeMessage]:
        """What stands in a chat."""
        return [message for message in self.fake.chat(chat).messages if not message.deleted]

    @property
    def direct(self) -> list[FakeMessage]:
        """What the bot wrote to Alice."""
        return [message for message in self.stands(self.alice["id"]) if message.own]

    async def news(self) -> list[Event]:
        """The events of the updates since the last time."""
        updates: list[dict[str, Any]] = await self.platform.calls.call("getUpdates", {"offset": self._offset})
        if updates:
            self._offset = updates[-1]["update_id"] + 1
        return [event for update in updates for event in self.reader.read(update)]

    async def submitted(self) -> FormSubmitted:
        """The one answer to a form among the news."""
        [event] = [event for event in await self.news() if isinstance(event, FormSubmitted)]
        return event


@asynccontextmanager
async def wire() -> AsyncIterator[Wire]:
    async with FakeTelegram() as fake:
        config = TelegramConfig.model_validate(
            {"token": fake.token, "api_base_url": fake.base_url, "api_file_url": fake.file_url}
        )
        platform = TelegramPlatform(config)
        try:
            yield Wire(fake, platform)
        finally:
            await close_bot(platform.calls.bot)


def png(width: int, height: int) -> bytes:
    """A black picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4) + kind + data + zlib.crc32(kind + data).to_bytes(4)

    head = width.to_bytes(4) + height.to_bytes(4) + bytes((8, 0, 0, 0, 0))
    rows = zlib.compress((b"\0" + bytes(width)) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def send(wired: Wire, card: Card, reply_to: str = "") -> SendMessage:
    return SendMessage(where=wired.where, ref=1, card=card, reply_to=reply_to)


async def test_the_verbs_that_the_platform_has() -> None:
    missing = {"give-role", "take-role", "nickname", "set-filter", "drop-filter", "schedule", "reschedule", "call-off"}
    missing.add("consume")
    assert set(VERBS) - missing == {name for name, verb in VERBS.items() if verb in TelegramPlatform.capabilities()}
    limits = TelegramPlatform.limits
    assert (limits.overall_rate, limits.channel_rate, limits.answers_free) == (30, 1, True)
    assert 60 * limits.space_rate + limits.burst <= 20
    assert not TelegramPlatform.idempotent_sends


async def test_a_card_is_sent_edited_and_deleted() -> None:
    async with wire() as wired:
        card = Card(title="Packet", text=bold("Quick! ") + link("rules", "https://x.org/"), buttons=GRAB.buttons)
        native = await wired.platform.send(send(wired, card), Delivery("1"))
        [message] = wired.stands(wired.group.id)
        assert (str(message.message_id), message.text) == (native, "Packet\nQuick! rules")
        assert {entity["type"] for entity in message.entities} == {"bold", "text_link"}
        assert [button["callback_data"] for button in message.buttons] == ["t" * 40]
        edit = EditMessage(where=wired.where, ref=1, card=Card(text="Empty"))
        for key in ("2", "3"):  # the second changes nothing
            assert await wired.platform.edit(edit, Delivery(key, native)) == ""
        assert (message.text, message.buttons, message.edits) == ("Empty", [], 1)
        for key in ("4", "5"):  # the second finds nothing
            assert await wired.platform.delete(DeleteMessage(where=wired.where, ref=1), Delivery(key, native)) == ""
        assert wired.stands(wired.group.id) == []
        with pytest.raises(Refused):
            await wired.platform.edit(edit, Delivery("6", native))


async def test_a_long_card_grows_and_shrinks() -> None:
    async with wire() as wired:
        text = "\n".join(f"{number} 👩‍👩‍👧 {'x' * 90}" for number in range(100))
        native = await wired.platform.send(send(wired, GRAB), Delivery("1"))
        edit = EditMessage(where=wired.where, ref=1, card=Card(text=text, buttons=GRAB.buttons))
        native = await wired.platform.edit(edit, Delivery("2", native))
        messages = wired.stands(wired.group.id)
        assert native == ",".join(str(message.message_id) for message in messages)
        assert "\n".join(message.text for message in messages) == text
        assert [len(message.buttons) for message in messages] == [0] * (len(messages) - 1) + [1]
        await wired.platform.delete(DeleteMessage(where=wired.where, ref=1), Delivery("3", native))
        assert wired.stands(wired.group.id) == []


async def test_a_picture_is_uploaded_once_and_changed_in_place() -> None:
    async with wire() as wired:
        picture = Picture(png(8, 8), "image/png", "a chart")
        card = Card(text="Week 3", picture=Drawing(draw="chart", alt="a chart"))
        native = await wired.platform.send(send(wired, card), Delivery("1", picture=picture))
        await wired.platform.send(send(wired, card), Delivery("2", picture=picture))
        first, second = wired.stands(wired.group.id)
        assert first.captioned
        assert first.extra["photo"][-1]["file_id"] == second.extra["photo"][-1]["file_id"]
        other = Picture(png(9, 9), "image/png", "a chart")
        edit = EditMessage(where=wired.where, ref=1, card=Card(text="Week 4", picture=card.picture))
        assert await wired.platform.edit(edit, Delivery("3", native, other)) == ""
        assert first.text.startswith("Week 4")
        assert first.extra["photo"][-1]["file_id"] != second.extra["photo"][-1]["file_id"]
        plain = EditMessage(where=wired.where, ref=1, card=Card(text="over"))
        assert await wired.platform.edit(plain, Delivery("4", native)) == ""
        assert (first.text, first.captioned) == ("over", True)
        narrow = Picture(png(1, 21), "image/png", "a chart")
        await wired.platform.send(send(wired, card), Delivery("5", picture=narrow))
        assert "document" in wired.stands(wired.group.id)[-1].extra


async def test_an_album_is_posted_changed_and_taken_away() -> None:
    async with wire() as wired:
        charts = tuple(Drawing(draw="chart", alt=f"chart {number}") for number in range(3))
        drawn = [Picture(png(8, 8 + number), "image/png", "a chart") for number in range(4)]
        card = Card(text="Week 3", picture=charts[0], album=charts[1:])
        delivery = Delivery("1", picture=drawn[0], album=tuple(drawn[1:3]))
        native = await wired.platform.send(send(wired, card), delivery)
        shown = wired.stands(wired.group.id)
        assert len(shown) == 3
        assert len({message.extra["media_group_id"] for message in shown}) == 1
        assert [bool(message.text) for message in shown] == [True, False, False]
        edit = EditMessage(where=wired.where, ref=1, card=Card(text="Week 4", picture=charts[0], album=charts[1:]))
        assert await wired.platform.edit(edit, Delivery("2", native, drawn[0], {}, (drawn[3], drawn[2]))) == ""
        assert shown[0].text.startswith("Week 4")
        assert shown[1].extra["photo"][-1]["height"] == 11
        await wired.platform.delete(DeleteMessage(where=wired.where, ref=1), Delivery("3", native))
        assert wired.stands(wired.group.id) == []


async def test_too_fast_is_waited_for_and_nothing_is_sent_twice() -> None:
    async with wire() as wired:
        wired.fake.limits.enforced = True
        text = "\n".join("x" * 99 for _ in range(1500))
        waits = 0
        for _ in range(100):
            try:
                native = await wired.platform.send(send(wired, Card(text=text)), Delivery("1"))
                break
            except RetryLater as error:
                waits += 1
                now = wired.fake.clock() + error.seconds + 0.1
                wired.fake.clock = lambda now=now: now  # type: ignore[misc]  # time passes at once
        messages = wired.stands(wired.group.id)
        assert waits
        assert len(native.split(",")) == len(messages) > 30
        assert "\n".join(message.text for message in messages) == text


async def test_a_private_answer_takes_the_alert_the_direct_chat_or_the_way_there() -> None:
    async with wire() as wired:
        alerts: list[Any] = []
        wired.fake.listeners.append(lambda kind, what: alerts.append(what) if kind == "alert" else None)
        native = await wired.platform.send(send(wired, GRAB), Delivery("1"))

        async def tapped() -> str:
            wired.fake.taps(wired.alice, int(native), wired.group, "t" * 40)
            [event] = await wired.news()
            return event.handle

        def whisper(card: Card, handle: str) -> SendPrivate:
            return SendPrivate(where=wired.where, ref=2, to=wired.who, card=card, handle=handle)

        shown = await wired.platform.send_private(whisper(Card(text="You won"), await tapped()), Delivery("2"))
        assert shown == f"alert:{wired.who.id}"
        assert len(alerts) == 1
        wired.fake.private(wired.alice, started=False)
        with pytest.raises(Refused, match="has not opened a chat"):
            await wired.platform.send_private(whisper(GRAB, await tapped()), Delivery("3"))
        assert wired.fake.called("answerCallbackQuery")[-1]["url"].endswith("?start=hello")
        with pytest.raises(Refused, match="has not opened a chat"):
            await wired.platform.send_private(whisper(Card(text="You won"), ""), Delivery("4"))
        line = wired.stands(wired.group.id)[-1]
        assert "You won" not in line.text
        assert [button["url"] for button in line.buttons] == [wired.platform.doors.link()]
        wired.fake.starts(wired.alice)
        private = await wired.platform.send_private(whisper(GRAB, ""), Delivery("5"))
        assert private == f"{wired.who.id}:{wired.direct[-1].message_id}"


async def test_a_whole_form_is_answered_question_by_question() -> None:
    async with wire() as wired:
        wired.fake.private(wired.alice)
        given: dict[str, str] = {}

        async def asked() -> FakeMessage:
            action = OpenForm(
                where=wired.where, token=TOKEN, to=wired.who, title="Survey", questions=FORM, answers=dict(given)
            )
            await wired.platform.open_form(action, Delivery(f"{len(given)}"))
            return wired.direct[-1]

        def pressed(message: FakeMessage, label: str) -> None:
            [button] = [each for each in message.buttons if each["text"] == label]
            wired.fake.taps(wired.alice, message.message_id, wired.alice["id"], button["callback_data"])

        question = await asked()
        wired.fake.says(wired.alice, wired.alice["id"], "Curious", reply_to=question.message_id)
        answer = await wired.submitted()
        assert (answer.token, answer.answers, answer.cancelled) == (TOKEN, {"why": "Curious"}, False)
        given |= answer.answers

        pressed(await asked(), "light blue")
        answer = await wired.submitted()
        assert (answer.token, answer.answers) == (TOKEN, {"colour": "light blue"})
        given |= answer.answers

        question = await asked()
        head = wired.direct[-2]
        assert [button["callback_data"] for button in head.buttons] == [SKIP, CANCEL]
        pressed(head, "Skip")
        answer = await wired.submitted()
        assert (answer.token, answer.answers) == (TOKEN, {"note": ""})
        given |= answer.answers

        question = await asked()
        pressed(question, "No")
        answer = await wired.submitted()
        assert answer.answers == {"news": "No"}
        pressed(question, "Cancel")
        answer = await wired.submitted()
        assert (answer.token, answer.cancelled) == (TOKEN, True)

        await wired.platform.close_form(CloseForm(where=wired.where, token=TOKEN, to=wired.who), Delivery("9"))
        assert not any(message.buttons for message in wired.direct)
        assert [message.text.strip("\u200b") for message in wired.direct] == [
            "Why are you here?",
            "Survey (2/4)\nWhich colour?",
            "Anything else?",
        ]
