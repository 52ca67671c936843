"""Rights and refusals that are met rarely."""

from __future__ import annotations

import json
from dataclasses import replace

import aiohttp
import pytest
from telegram import InputMediaPhoto
from telegram.error import BadRequest, Forbidden

from coterie.adapters.telegram.fake import FakeTelegram, NotPossible
from tests.telegram_fake_kit import client, png, post, raw, served, updates

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
]


async def test_a_bot_that_is_muted_itself() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town", admin=False)
        group.members[bot.id] = replace(group.members[bot.id], status="restricted", permissions=frozenset())
        for call, kind in (("sendMessage", "text messages"), ("sendPhoto", "photos")):
            data = {"chat_id": group.id, "text": "x", "photo": "https://x.test/a.png"}
            with pytest.raises(BadRequest, match=f"Not enough rights to send {kind} to the chat"):
                await raw(bot, call, **data)
        assert group.messages == []


async def test_rights_in_a_channel() -> None:
    async with served() as (fake, bot):
        channel = fake.channel("News", rights=["can_post_messages"], members=["alice"])
        posted = await bot.send_message(channel.id, "one")
        with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages"):
            await bot.pin_chat_message(channel.id, posted.message_id)
        number = fake.says("owner", channel, "theirs")
        assert (await updates(bot, number))[0]["channel_post"]["sender_chat"]["title"] == "News"
        with pytest.raises(BadRequest, match="Message can't be edited"):
            await bot.edit_message_text("mine", channel.id, 2)
        fake.stands(bot.id, channel, "administrator", rights=["can_edit_messages"])
        await bot.edit_message_text("mine", channel.id, 2)
        await bot.pin_chat_message(channel.id, 2)
        assert channel.pinned == [2]
        edited = fake.edits("owner", channel, 2, "theirs again")
        assert "edited_channel_post" in (await updates(bot, edited))[0]
        assert fake.joins("bob", channel) == 0, "without asking for chat_member nothing is heard in a channel"
        assert await bot.get_chat_member_count(channel.id) == 4


async def test_names_and_links_that_lead_nowhere() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town", username="town")
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message("@nobody", "x")
        with pytest.raises(BadRequest, match="Invite_hash_expired"):
            await bot.revoke_chat_invite_link(group.id, "https://t.me/+nothing")
        fake.stands(bot.id, group, "left")
        assert (await bot.get_chat("@town")).title == "Town", "anybody may look at a public group"
        with pytest.raises(Forbidden):
            await bot.send_message("@town", "x")
        async with aiohttp.ClientSession() as session, session.get(f"{fake.file_url}{fake.token}/files/none") as answer:
            assert answer.status == 404
        with pytest.raises(NotPossible):
            fake.taps("alice", 9, group, "x")
        with pytest.raises(NotPossible):
            fake.upgrades(group)


async def test_a_topic_opens_again_and_a_message_becomes_a_picture() -> None:
    async with served() as (fake, bot):
        forum = fake.group("Forum", forum=True)
        with pytest.raises(BadRequest, match="Topic_icon_color_invalid"):
            await bot.create_forum_topic(forum.id, "News", icon_color=5)
        thread = (await bot.create_forum_topic(forum.id, "News")).message_thread_id
        await bot.close_forum_topic(forum.id, thread)
        await bot.reopen_forum_topic(forum.id, thread)
        assert not forum.topics[thread].closed
        kinds = [
            set(update["message"]) & {"forum_topic_closed", "forum_topic_reopened"} for update in await updates(bot)
        ]
        assert kinds == [set(), {"forum_topic_closed"}, {"forum_topic_reopened"}]
        sent = await bot.send_message(forum.id, "text")
        await bot.edit_message_media(InputMediaPhoto(png(), caption="picture"), forum.id, sent.message_id)
        assert (forum.messages[-1].text, len(forum.messages[-1].photo)) == ("picture", 1)


async def test_what_is_wanted_outlives_the_client_that_said_so() -> None:
    async with FakeTelegram() as fake:
        async with client(fake) as first:
            await updates(first, allowed_updates=json.dumps(["message", "chat_member"]))
        async with client(fake) as second:
            await updates(second, allowed_updates="[no JSON")
            assert (await second.get_webhook_info()).allowed_updates == ("chat_member", "message")
            group = fake.group("Town")
            assert fake.joins("alice", group) > 0
            assert fake.blocks("alice") == 0


async def test_a_poll_of_somebody_else_and_a_second_vote() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        theirs = {"poll": {"id": "5", "is_closed": False, "options": []}}
        fake.says("alice", group, extra=theirs)
        with pytest.raises(BadRequest, match="Poll can't be stopped"):
            await bot.stop_poll(group.id, 1)
        with pytest.raises(KeyError):
            fake.answers_poll("alice", "5", [0])
        fake.says("alice", group, "x")
        with pytest.raises(BadRequest, match="Message with poll to stop not found"):
            await bot.stop_poll(group.id, 2)


async def test_a_private_chat_counts_two_and_nobody_is_restricted_there() -> None:
    async with served() as (fake, bot):
        chat = fake.private("alice")
        assert await bot.get_chat_member_count(chat.id) == 2
        assert (await bot.get_chat_member(chat.id, chat.id)).status == "member"
        for method in ("banChatMember", "unbanChatMember", "promoteChatMember", "leaveChat", "createChatInviteLink"):
            status, body = await post(fake, method, json={"chat_id": chat.id, "user_id": chat.id})
            assert (status, body["ok"]) == (400, False)
        status, body = await post(fake, "setChatMemberTag", json={"chat_id": chat.id, "user_id": chat.id, "tag": "x"})
        assert body["description"] == "Bad Request: method is available only for groups and supergroups"
