"""Members, pins, topics, reactions, and the bot's own menu."""

from __future__ import annotations

import pytest
from telegram import BotCommand, BotCommandScopeChat, ChatPermissions
from telegram.error import BadRequest, Forbidden

from coterie.adapters.telegram.fake import NotPossible
from coterie.adapters.telegram.fake.model import PERMISSIONS
from tests.telegram_fake_kit import Clock, raw, served, updates

pytestmark = [
    pytest.mark.asyncio,
    pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning"),
]
MUTED = ChatPermissions.no_permissions()


async def test_mutes_end_by_themselves_or_are_lifted() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        group, alice = fake.group("Town", members=["alice"]), fake.user("alice")["id"]
        await bot.restrict_chat_member(group.id, alice, MUTED, until_date=int(clock.now) + 60)
        member = await bot.get_chat_member(group.id, alice)
        assert (member.status, *(getattr(member, name) for name in ("can_send_messages", "is_member"))) == (
            "restricted",
            False,
            True,
        )
        with pytest.raises(NotPossible):
            fake.says("alice", group, "hm")
        clock.advance(60)
        assert (await bot.get_chat_member(group.id, alice)).status == "member"
        await bot.restrict_chat_member(group.id, alice, MUTED, until_date=int(clock.now) + 29)
        clock.advance(400 * 86_400)
        assert (await bot.get_chat_member(group.id, alice)).status == "restricted", "an end so near means for good"
        await bot.restrict_chat_member(group.id, alice, ChatPermissions.all_permissions())
        assert (await bot.get_chat_member(group.id, alice)).status == "member"
        assert fake.says("alice", group, "thanks") > 0


async def test_permissions_imply_others_unless_they_are_independent() -> None:
    async with served() as (fake, bot):
        group, alice = fake.group("Town", members=["alice"]), fake.user("alice")["id"]
        other = ChatPermissions(can_send_other_messages=True)
        await bot.restrict_chat_member(group.id, alice, other)
        assert "can_send_photos" in group.members[alice].permissions
        await bot.restrict_chat_member(group.id, alice, other, use_independent_chat_permissions=True)
        assert group.members[alice].permissions == {"can_send_other_messages"}
        await raw(bot, "restrictChatMember", chat_id=group.id, user_id=alice, permissions={"can_send_polls": True})
        assert group.members[alice].permissions == {"can_send_polls", "can_send_messages"}
        for given in (None, "[1]", "{"):
            with pytest.raises(BadRequest):
                await raw(bot, "restrictChatMember", chat_id=group.id, user_id=alice, permissions=given)


async def test_a_ban_and_what_lifts_it() -> None:
    clock = Clock()
    async with served(clock=clock) as (fake, bot):
        await updates(bot, allowed_updates='["chat_member","message"]')
        group, alice = fake.group("Town", members=["alice", "bob"]), fake.user("alice")["id"]
        await bot.ban_chat_member(group.id, alice, until_date=int(clock.now) + 3600)
        change, service = await updates(bot)
        assert change["chat_member"]["new_chat_member"]["status"] == "kicked"
        assert (change["chat_member"]["from"]["id"], service["message"]["left_chat_member"]["id"]) == (bot.id, alice)
        with pytest.raises(NotPossible):
            fake.joins("alice", group)
        assert await bot.get_chat_member_count(group.id) == 2
        clock.advance(3600)
        assert fake.joins("alice", group) > 0
        await bot.unban_chat_member(group.id, alice, only_if_banned=True)
        assert group.members[alice].inside
        await bot.unban_chat_member(group.id, alice)
        assert group.members[alice].status == "left", "unban takes out who is in"
        await bot.ban_chat_member(group.id, alice)
        await bot.unban_chat_member(group.id, alice, only_if_banned=True)
        assert fake.joins("alice", group) > 0


async def test_what_moderation_needs() -> None:
    async with served() as (fake, bot):
        weak, small = fake.group("Weak", rights=[], members=["alice"]), fake.group("Small", supergroup=False)
        group, alice = fake.group("Town", members=["alice", "boss", "owner"]), fake.user("alice")["id"]
        boss, owner = fake.user("boss")["id"], fake.user("owner")["id"]
        fake.stands("boss", group, "administrator")
        fake.stands("owner", group, "creator")
        for chat, user, words in (
            (weak, alice, "Not enough rights to restrict/unrestrict chat member"),
            (group, bot.id, "Can't restrict self"),
            (group, boss, "User is an administrator of the chat"),
            (group, owner, "Can't remove chat owner"),
            (group, 999, "Participant_id_invalid"),
            (group, 0, "Invalid user_id specified"),
        ):
            with pytest.raises(BadRequest, match=words):
                await bot.ban_chat_member(chat.id, user)
        with pytest.raises(BadRequest, match="Method is available only for supergroups"):
            await bot.restrict_chat_member(small.id, alice, MUTED)
        with pytest.raises(BadRequest, match="Method is available for supergroup and channel chats only"):
            await bot.unban_chat_member(small.id, alice)
        assert await bot.ban_chat_member(small.id, alice)


async def test_administrators_and_tags() -> None:
    async with served() as (fake, bot):
        group, alice = fake.group("Town", members=["alice"]), fake.user("alice")["id"]
        await bot.set_chat_member_tag(group.id, alice, "Level 3")
        assert getattr(await bot.get_chat_member(group.id, alice), "tag", "") == "Level 3"
        for tag, words in (("x" * 17, "Tag_invalid"), ("🏆", "Tag_emoji_not_allowed")):
            with pytest.raises(BadRequest, match=words):
                await bot.set_chat_member_tag(group.id, alice, tag)
        await bot.promote_chat_member(group.id, alice, can_pin_messages=True)
        names = {member.user.first_name: member for member in await bot.get_chat_administrators(group.id)}
        assert set(names) == {"alice", fake.bot["first_name"]}
        rights = names["alice"].to_dict()
        assert (rights["can_pin_messages"], rights["can_delete_messages"]) == (True, False)
        with pytest.raises(BadRequest, match="Tag_change_forbidden"):
            await bot.set_chat_member_tag(group.id, alice, "x")
        await bot.promote_chat_member(group.id, alice)
        assert (await bot.get_chat_member(group.id, alice)).status == "member"
        fake.stands(bot.id, group, "administrator", rights=["can_promote_members"])
        with pytest.raises(BadRequest, match="Right_forbidden"):
            await bot.promote_chat_member(group.id, alice, can_pin_messages=True)
        with pytest.raises(BadRequest, match="Not enough rights"):
            await bot.set_chat_member_tag(group.id, alice, "x")
        with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
            await bot.get_chat_administrators(fake.private("alice").id)


async def test_pins() -> None:
    async with served() as (fake, bot):
        group, weak = fake.group("Town"), fake.group("Weak", rights=[])
        for text in ("one", "two"):
            sent = await bot.send_message(group.id, text)
            await bot.pin_chat_message(group.id, sent.message_id)
        notes = await updates(bot)
        assert [note["message"]["pinned_message"]["text"] for note in notes] == ["one", "two"]
        assert (await raw(bot, "getChat", chat_id=group.id))["pinned_message"]["text"] == "two"
        await bot.unpin_chat_message(group.id)
        await bot.unpin_chat_message(group.id, 1)
        assert group.pinned == []
        with pytest.raises(BadRequest, match="Message to unpin not found"):
            await bot.unpin_chat_message(group.id, 1)
        with pytest.raises(BadRequest, match="Message to pin not found"):
            await bot.pin_chat_message(group.id, 99)
        fake.says("alice", weak, "x")
        with pytest.raises(BadRequest, match="Not enough rights to manage pinned messages in the chat"):
            await bot.pin_chat_message(weak.id, 1)
        private = fake.private("alice")
        await bot.send_message(private.id, "x")
        assert await bot.pin_chat_message(private.id, 1)


async def test_topics() -> None:
    async with served() as (fake, bot):
        forum, plain = fake.group("Forum", forum=True), fake.group("Plain")
        topic = await bot.create_forum_topic(forum.id, "News")
        thread = topic.message_thread_id
        posted = await bot.send_message(forum.id, "in it", message_thread_id=thread)
        assert (posted.message_thread_id, posted.is_topic_message) == (thread, True)
        fake.says("alice", forum, "me too", thread_id=thread)
        assert (await updates(bot))[-1]["message"]["message_thread_id"] == thread
        await bot.edit_forum_topic(forum.id, thread, name="Old news")
        await bot.close_forum_topic(forum.id, thread)
        assert (forum.topics[thread].name, forum.topics[thread].closed) == ("Old news", True)
        with pytest.raises(BadRequest, match="Topic_not_modified"):
            await bot.close_forum_topic(forum.id, thread)
        await bot.send_message(forum.id, "an administrator may", message_thread_id=thread)
        fake.stands(bot.id, forum, "member")
        with pytest.raises(BadRequest, match="Topic_closed"):
            await bot.send_message(forum.id, "no", message_thread_id=thread)
        with pytest.raises(BadRequest, match="Not enough rights to manage topics"):
            await bot.create_forum_topic(forum.id, "More")
        for name, words in (("x" * 129, "Topic_title_too_long"), (" ", "Topic_title_empty")):
            with pytest.raises(BadRequest, match=words):
                await bot.create_forum_topic(forum.id, name)
        with pytest.raises(BadRequest, match="The chat is not a forum"):
            await bot.create_forum_topic(plain.id, "x")
        fake.stands(bot.id, forum, "administrator")
        with pytest.raises(BadRequest, match="Topic_id_invalid"):
            await bot.close_forum_topic(forum.id, 999)


async def test_reactions_of_the_bot_and_leaving() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        fake.says("alice", group, "x")
        assert await bot.set_message_reaction(group.id, 1, "👍")
        assert group.reactions[1, bot.id] == [{"type": "emoji", "emoji": "👍"}]
        with pytest.raises(BadRequest, match="Reactions_too_many"):
            await bot.set_message_reaction(group.id, 1, ["👍", "👎"])
        assert await bot.leave_chat(group.id)
        assert fake.says("alice", group, "/go") == 0
        with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
            await bot.get_chat_member(group.id, bot.id)


async def test_the_menu_by_scope_and_language() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town")
        here = BotCommandScopeChat(group.id)
        await bot.set_my_commands([BotCommand("go", "Go")])
        await bot.set_my_commands([BotCommand("los", "Los")], language_code="de")
        await bot.set_my_commands([BotCommand("here", "Here")], scope=here)
        menus = [
            await bot.get_my_commands(), await bot.get_my_commands(language_code="de"),
            await bot.get_my_commands(scope=here), await bot.get_my_commands(language_code="fr"),
        ]  # fmt: skip
        assert [[command.command for command in menu] for menu in menus] == [["go"], ["los"], ["here"], []]
        await bot.delete_my_commands()
        assert await bot.get_my_commands() == ()
        for commands, more, words in (
            ([("Go", "x")], {}, "Bot_command_invalid"),
            ([("g" * 33, "x")], {}, "Bot_command_invalid"),
            ([("go", "")], {}, "Bot_command_description_invalid"),
            ([("go", "x" * 257)], {}, "Bot_command_description_invalid"),
            ([("go", "x")] * 101, {}, "Bot_commands_too_much"),
            ([("go", "x")], {"language_code": "zh-Hans"}, "Lang_code_invalid"),
            ([("go", "x")], {"scope": {"type": "moon"}}, "Can't parse botcommandscope"),
            ([("go", "x")], {"scope": {"type": "chat", "chat_id": 5}}, "Chat not found"),
        ):
            with pytest.raises(BadRequest, match=f"(?i){words}"):
                await raw(
                    bot, "setMyCommands", commands=[{"command": n, "description": d} for n, d in commands], **more
                )


async def test_a_chat_tells_about_itself() -> None:
    async with served() as (fake, bot):
        group = fake.group("Town", username="town")
        full = await bot.get_chat("@Town")
        assert (full.id, full.title, full.type) == (group.id, "Town", "supergroup")
        assert full.permissions is not None
        assert set(full.permissions.to_dict()) == PERMISSIONS
        assert await bot.send_chat_action(group.id, "typing")
        with pytest.raises(BadRequest, match="Wrong parameter action"):
            await bot.send_chat_action(group.id, "dancing")
