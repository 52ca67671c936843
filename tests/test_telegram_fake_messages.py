"""What a bot can say, change and take back, and what the fake refuses of it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from telegram import InputMediaDocument, InputMediaPhoto, ReplyParameters
from telegram.error import BadRequest, Forbidden, TelegramError

from tests.telegram_fake_kit import Clock, png, raw, served

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
]


def rows(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "b", "callback_data": "x"} | button for button in buttons]]}


async def test_edits() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        sent = await bot.send_message(chat.id, "one")
        edited = await bot.edit_message_text("two", chat.id, sent.message_id)
        assert edited.edit_date is not None  # type: ignore[union-attr]
        with pytest.raises(BadRequest, match="Message is not modified"):
            await bot.edit_message_text("two", chat.id, sent.message_id)
        await raw(bot, "editMessageReplyMarkup", chat_id=chat.id, message_id=sent.message_id, reply_markup=rows({}))
        assert len(chat.messages[0].buttons) == 1
        with pytest.raises(BadRequest, match="Inline keyboard expected"):
            await raw(bot, "editMessageReplyMarkup", chat_id=chat.id, message_id=1, reply_markup={"force_reply": True})
        await bot.edit_message_text("two", chat.id, sent.message_id)
        assert (chat.messages[0].buttons, chat.messages[0].edits) == ([], 3)
        for number, words in ((99, "Message to edit not found"), (0, "Message identifier is not specified")):
            with pytest.raises(BadRequest, match=words):
                await bot.edit_message_text("x", chat.id, number)
        fake.says("alice", chat, "mine")
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("x", chat.id, 2)
        with pytest.raises(BadRequest, match="There is no caption"):
            await bot.edit_message_caption(chat.id, 1, caption="x")
        await bot.delete_message(chat.id, sent.message_id)
        with pytest.raises(BadRequest, match="Message to edit not found"):
            await bot.edit_message_text("three", chat.id, sent.message_id)


async def test_photos_captions_and_the_way_to_the_bytes() -> None:
    async with served() as (fake, bot):
        chat, picture = fake.private("alice"), png(12, 6)
        sent = await bot.send_photo(chat.id, picture, caption="c" * 1024, reply_markup=None)
        assert (sent.photo[0].width, sent.photo[0].height) == (12, 6)
        file = await bot.get_file(sent.photo[0].file_id)
        assert bytes(await file.download_as_bytearray()) == picture
        again = await bot.send_photo(chat.id, sent.photo[0].file_id)
        assert again.photo[0].file_id == sent.photo[0].file_id
        await bot.send_photo(chat.id, "https://x.test/a.png")
        await bot.edit_message_caption(chat.id, sent.message_id, caption="new")
        assert chat.messages[0].text == "new"
        with pytest.raises(BadRequest, match="There is no text in the message to edit"):
            await bot.edit_message_text("x", chat.id, sent.message_id)
        with pytest.raises(BadRequest, match="Message caption is too long"):
            await bot.send_photo(chat.id, picture, caption="c" * 1025)
        for junk, words in (
            (b"no picture", "Image_process_failed"),
            (png(420, 20), "Photo_invalid_dimensions"),
            (picture + b"\0" * 10_000_000, "is too big for a photo"),
        ):
            with pytest.raises(BadRequest, match=words):
                await bot.send_photo(chat.id, junk)
        with pytest.raises(BadRequest, match="Wrong file identifier"):
            await bot.send_photo(chat.id, "nothing")
        with pytest.raises(BadRequest, match="Invalid file_id"):
            await bot.get_file("nothing")
        assert len(chat.messages) == 3


async def test_documents_and_albums() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        document = await bot.send_document(chat.id, io.BytesIO(b"a,b"), filename="t.csv", caption="table")
        assert document.document is not None
        assert (document.document.file_name, document.document.file_size) == ("t.csv", 3)
        album = await bot.send_media_group(
            chat.id, [InputMediaPhoto(png(), caption="first"), InputMediaPhoto(png(9, 9))]
        )
        assert [message.caption for message in album] == ["first", None]
        assert len({message.media_group_id for message in album}) == 1
        albums: tuple[tuple[list[Any], str], ...] = (
            ([InputMediaPhoto(png())], "Too few messages to send as an album"),
            ([InputMediaPhoto(png())] * 11, "Too many messages to send as an album"),
            ([InputMediaPhoto(png()), InputMediaDocument(b"x")], "Document can't be mixed with other media types"),
        )
        for media, words in albums:
            with pytest.raises(BadRequest, match=words):
                await bot.send_media_group(chat.id, media)
        await bot.edit_message_media(InputMediaPhoto(png(3, 3), caption="now"), chat.id, album[0].message_id)
        assert chat.messages[1].extra["photo"][0]["width"] == 3
        assert "media_group_id" in chat.messages[2].extra
        assert len(chat.messages) == 3


async def test_replies_and_deletes() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        chat = fake.private("alice")
        fake.says("alice", chat, "question")
        reply = await bot.send_message(chat.id, "answer", reply_parameters=ReplyParameters(1))
        assert reply.reply_to_message is not None
        assert reply.reply_to_message.text == "question"
        assert await bot.delete_message(chat.id, 1)
        with pytest.raises(BadRequest, match="Message to delete not found"):
            await bot.delete_message(chat.id, 1)
        clock.advance(48 * 3600)
        with pytest.raises(BadRequest, match="Message can't be deleted for everyone"):
            await bot.delete_message(chat.id, 2)
        sent = [await bot.send_message(chat.id, str(number)) for number in range(3)]
        assert await bot.delete_messages(chat.id, [1, 2, 77, *(message.message_id for message in sent)])
        assert [message.text for message in chat.shown] == ["answer"]
        for numbers, words in (([], "not specified"), (list(range(1, 102)), "Too many message identifiers")):
            with pytest.raises(BadRequest, match=words):
                await bot.delete_messages(chat.id, numbers)


async def test_deleting_what_others_wrote_needs_the_right() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        group = fake.group("Town", rights=["can_restrict_members"])
        fake.says("alice", group, "spam")
        with pytest.raises(BadRequest, match="Message can't be deleted"):
            await bot.delete_message(group.id, 1)
        await bot.delete_messages(group.id, [1])
        assert not group.messages[0].deleted
        fake.stands(bot.id, group, "administrator", rights=["can_delete_messages"])
        clock.advance(49 * 3600)
        await bot.delete_message(group.id, 1)
        assert group.messages[0].deleted


async def test_a_tap_is_answered_once_and_in_time() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        chat = fake.private("alice")
        await raw(bot, "sendMessage", chat_id=chat.id, text="x", reply_markup=rows({}))
        for _ in range(3):
            fake.taps("alice", 1, chat, "x")
        first, second, third = [update["callback_query"]["id"] for update in await raw(bot, "getUpdates")]
        with pytest.raises(BadRequest, match="Message_too_long"):
            await bot.answer_callback_query(first, "x" * 201)
        await bot.answer_callback_query(first, "x" * 200)
        clock.advance(15)
        await bot.answer_callback_query(second)
        clock.advance(0.1)
        for query in (first, second, third, "never"):
            with pytest.raises(BadRequest, match="Query is too old and response timeout expired"):
                await bot.answer_callback_query(query)


async def test_who_may_not_be_written_to() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        for status, words in (("left", "bot is not a member of"), ("kicked", "bot was kicked from")):
            fake.stands(bot.id, group, status)
            with pytest.raises(Forbidden, match=f"{words} the supergroup chat"):
                await bot.send_message(group.id, "x")
        channel = fake.channel("News", rights=[], username="news")
        with pytest.raises(BadRequest, match="Need administrator rights in the channel chat"):
            await bot.send_message("@NEWS", "x")
        fake.stands(bot.id, channel, "administrator")
        posted = await bot.send_message("@news", "x")
        assert (posted.from_user, posted.sender_chat.id) == (None, channel.id)  # type: ignore[union-attr]
        fake.private("bob")
        fake.faults.close_dms(fake.user("bob")["id"])
        with pytest.raises(Forbidden):
            await bot.send_message(fake.user("bob")["id"], "x")
        with pytest.raises(BadRequest, match="Chat_id is empty"):
            await raw(bot, "sendMessage", text="x")


@pytest.mark.parametrize("mode", ["Markdown", "MarkdownV2"])
async def test_markdown_is_refused_aloud(mode: str) -> None:
    async with served() as (fake, bot):
        with pytest.raises(TelegramError, match="does not parse Markdown"):
            await bot.send_message(fake.private("alice").id, "*x*", parse_mode=mode)
