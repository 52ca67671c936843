"""Invite links, and people who ask to join."""

from __future__ import annotations

from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from coterie.adapters.telegram.fake import FakeTelegram, NotPossible
from tests.telegram_fake_kit import Clock, raw, served, updates

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
]


async def test_a_link_for_one_works_once() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        await updates(bot, allowed_updates='["chat_member"]')
        group = fake.group("Town")
        link = await bot.create_chat_invite_link(group.id, name="for alice", member_limit=1)
        number = fake.joins("alice", group, link.invite_link)
        (update,) = await updates(bot)
        assert update["update_id"] == number
        assert update["chat_member"]["invite_link"]["name"] == "for alice"
        with pytest.raises(NotPossible, match="used up"):
            fake.joins("bob", group, link.invite_link)
        other = await bot.create_chat_invite_link(group.id, expire_date=int(clock.now) + 60)
        revoked = await bot.revoke_chat_invite_link(group.id, (await bot.create_chat_invite_link(group.id)).invite_link)
        assert revoked.is_revoked
        clock.advance(60)
        for dead in (other, revoked):
            with pytest.raises(NotPossible):
                fake.joins("bob", group, dead.invite_link)
        assert await bot.get_chat_member_count(group.id) == 2


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"name": "x" * 33}, "Invite_name_invalid"),
        ({"member_limit": 100_000}, "Usage_limit_invalid"),
        ({"member_limit": 1, "creates_join_request": True}, "Member limit can't be specified"),
        ({"expire_date": 5}, "Expire_date_invalid"),
    ],
)
async def test_what_a_link_may_not_be(data: dict[str, Any], words: str) -> None:
    async with served() as (fake, bot):
        group, weak = fake.group("Town"), fake.group("Weak", rights=[])
        with pytest.raises(BadRequest, match=words):
            await raw(bot, "createChatInviteLink", chat_id=group.id, **data)
        assert group.invites == {}
        with pytest.raises(BadRequest, match="Not enough rights to manage chat invite link"):
            await bot.create_chat_invite_link(weak.id)


async def asked(fake: FakeTelegram, bot: Bot, **how: Any) -> dict[str, Any]:
    group = fake.group("Town")
    number = fake.asks_to_join("alice", group, **how)
    (update,) = await updates(bot, number)
    request: dict[str, Any] = update["chat_join_request"]
    return request


async def test_an_applicant_can_be_written_to_for_five_minutes() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        request = await asked(fake, bot)
        await bot.send_message(request["user_chat_id"], "who are you?")
        clock.advance(299)
        await bot.send_message(request["user_chat_id"], "still there?")
        clock.advance(1)
        with pytest.raises(Forbidden, match="bot can't initiate conversation"):
            await bot.send_message(request["user_chat_id"], "too late")
        assert await bot.approve_chat_join_request(request["chat"]["id"], request["from"]["id"])


async def test_a_decision_ends_the_conversation_and_is_made_once() -> None:
    async with served() as (fake, bot):
        request = await asked(fake, bot)
        chat, alice = request["chat"]["id"], request["from"]["id"]
        await bot.decline_chat_join_request(chat, alice)
        with pytest.raises(Forbidden):
            await bot.send_message(alice, "sorry")
        with pytest.raises(BadRequest, match="Hide_requester_missing"):
            await bot.approve_chat_join_request(chat, alice)
        with pytest.raises(BadRequest, match="User_id_invalid"):
            await bot.approve_chat_join_request(chat, 12345)
        fake.asks_to_join("alice", chat)
        await bot.approve_chat_join_request(chat, alice)
        with pytest.raises(BadRequest, match="User_already_participant"):
            await bot.approve_chat_join_request(chat, alice)
        assert fake.asks_to_join("bob", fake.group("Weak", rights=[])) == 0


async def test_a_link_that_asks_and_a_query_that_decides() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        group = fake.group("Town")
        link = await bot.create_chat_invite_link(group.id, creates_join_request=True)
        with pytest.raises(NotPossible, match="asks to join"):
            fake.joins("bob", group, link.invite_link)
        fake.asks_to_join("bob", group, link.invite_link, query=True)
        (update,) = await updates(bot)
        query = update["chat_join_request"]["query_id"]
        assert update["chat_join_request"]["invite_link"]["pending_join_request_count"] == 1
        method = "answerChatJoinRequestQuery"
        with pytest.raises(BadRequest, match="Invalid result specified"):
            await raw(bot, method, chat_join_request_query_id=query, result="maybe")
        await raw(bot, method, chat_join_request_query_id=query, result="approve")
        assert group.members[fake.user("bob")["id"]].inside
        with pytest.raises(BadRequest, match="Query is too old"):
            await raw(bot, method, chat_join_request_query_id=query, result="approve")
        fake.asks_to_join("carol", group, query=True)
        clock.advance(10.1)
        late = (await updates(bot))[-1]["chat_join_request"]["query_id"]
        with pytest.raises(BadRequest, match="Query is too old"):
            await raw(bot, method, chat_join_request_query_id=late, result="queue")
        assert fake.user("carol")["id"] in group.requests
