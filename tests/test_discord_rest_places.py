"""Channels, threads, pins, reactions and polls over REST."""

from __future__ import annotations

import datetime

import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_fake_kit import client, rest
from tests.discord_rest_kit import Clock, address, posted

pytestmark = pytest.mark.asyncio


async def test_the_library_makes_changes_and_deletes_channels() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        async with client(fake) as bot:
            home = bot.get_guild(int(guild.id))
            made = await home.create_text_channel("auctions", topic="bids", slowmode_delay=5, reason="new hall")
            room = guild.channel("auctions")
            assert (room.topic, room.slowmode, guild.audit[-1].reason) == ("bids", 5, "new hall")
            await made.edit(name="hall", topic=None)
            assert (room.name, room.topic) == ("hall", None)
            crew = fake.add_role(guild, "crew")
            await bot.heard.wait("guild_role_create")
            await made.set_permissions(home.get_role(int(crew.id)), view_channel=True, send_messages=False)
            assert (room.overwrites[0].id, room.overwrites[0].deny) == (crew.id, discord.Permissions.send_messages.flag)
            await made.set_permissions(home.get_role(int(crew.id)), overwrite=None)
            assert room.overwrites == []
            assert {one.name for one in await home.fetch_channels()} == {"general", "hall"}
            await made.delete()
            assert (await bot.heard.wait("guild_channel_delete"))[0].id == made.id
            with pytest.raises(discord.NotFound) as gone:
                await bot.fetch_channel(made.id)
            assert gone.value.code == 10003
        assert (await rest(fake, "PATCH", f"/channels/{guild.channel('general').id}", {"name": ""}))[1]["code"] == 50035
        assert (await rest(fake, "DELETE", f"/channels/{guild.channel('general').id}/permissions/5"))[1][
            "code"
        ] == 10009
        assert (await rest(fake, "GET", "/guilds/5/channels"))[1]["code"] == 10004


async def test_threads_begin_at_messages_by_themselves_and_in_forums() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room, forum = guild.channel("general"), fake.add_channel(guild, "forum", type=15)
        await rest(fake, "PATCH", f"/channels/{forum.id}", {"available_tags": [{"name": "idea"}]})
        first = fake.says("ann", room, "let us talk")
        async with client(fake) as bot:
            place = bot.get_channel(int(room.id))
            thread = await (await place.fetch_message(int(first))).create_thread(name="talk")
            assert (str(thread.id), thread.type) == (first, discord.ChannelType.public_thread)
            assert posted(room, first).thread is guild.threads[first]
            await thread.send("inside")
            private = await place.create_thread(name="secret", type=discord.ChannelType.private_thread)
            assert guild.threads[str(private.id)].type == 12
            post = await bot.get_channel(int(forum.id)).create_thread(name="post", content="words")
            assert post.message.id == post.thread.id
            assert guild.threads[str(post.thread.id)].shown[0].content == "words"
            assert {one.name for one in await bot.get_guild(int(guild.id)).active_threads()} == {
                "talk",
                "secret",
                "post",
            }
            ann = discord.Object(int(fake.person("ann").id))
            await private.add_user(ann)
            assert [one.id for one in await private.fetch_members()] == [bot.user.id, ann.id]
            await private.remove_user(ann)
            assert ann.id not in [one.id for one in await private.fetch_members()]
        _, body = await rest(fake, "POST", address(room, f"/{first}/threads"), {"name": "again"})
        assert body["code"] == 160004
        _, body = await rest(fake, "POST", f"/channels/{room.id}/threads", {"name": "t" * 101, "type": 11})
        words = "Must be between 1 and 100 in length."
        assert body["errors"] == {"name": {"_errors": [{"code": "BASE_TYPE_BAD_LENGTH", "message": words}]}}
        _, body = await rest(fake, "POST", f"/channels/{forum.id}/threads", {"name": "x", "message": {}})
        assert body["code"] == 50006
        tagged = {"name": "x", "message": {"content": "y"}, "applied_tags": ["1"]}
        _, body = await rest(fake, "POST", f"/channels/{forum.id}/threads", tagged)
        assert body["code"] == 50035


async def test_threads_are_archived_locked_and_woken_up() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"], permissions=0)
        room = guild.channel("general")
        thread = fake.add_thread("ann", room, "plans")
        path = f"/channels/{thread.id}"
        assert (await rest(fake, "PATCH", path, {"archived": True}))[1]["code"] == 50013
        own = guild.roles[guild.members[fake.bot_id].roles[0]]
        own.permissions = discord.Permissions(manage_threads=True, manage_messages=True).value
        said = fake.says("ann", thread, "words")
        _, raw = await rest(fake, "PATCH", path, {"archived": True, "locked": True, "auto_archive_duration": 60})
        assert (
            raw["thread_metadata"] | {"archived": True, "locked": True, "auto_archive_duration": 60}
            == raw["thread_metadata"]
        )
        assert (await rest(fake, "PATCH", path, {"name": "x", "archived": True}))[1]["code"] == 50083
        assert (await rest(fake, "DELETE", address(thread, f"/{said}")))[1]["code"] == 50083
        _, listed = await rest(fake, "GET", f"/channels/{room.id}/threads/archived/public")
        assert [one["id"] for one in listed["threads"]] == [thread.id]
        own.permissions = 0
        assert (await rest(fake, "POST", address(thread), {"content": "x"}))[1]["code"] == 160005
        assert (await rest(fake, "PATCH", path, {"archived": False}))[1]["code"] == 50013
        thread.locked = False
        assert (await rest(fake, "PATCH", path, {"archived": False}))[0] == 200
        thread.archived = True
        assert (await rest(fake, "POST", address(thread), {"content": "awake"}))[0] == 200
        assert not thread.archived
        hidden = fake.add_thread("ann", room, "hidden", private=True)
        assert (await rest(fake, "GET", f"/channels/{hidden.id}"))[1]["code"] == 50001
        _, active = await rest(fake, "GET", f"/guilds/{guild.id}/threads/active")
        assert [one["id"] for one in active["threads"]] == [thread.id]


async def test_pins_come_in_pages_by_both_routes() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        ids = [fake.says("ann", room, f"{number}") for number in range(52)]
        for number, message in enumerate(ids):
            clock.now += 1
            base = "pins" if number % 2 else "messages/pins"
            assert (await rest(fake, "PUT", f"/channels/{room.id}/{base}/{message}"))[0] == 204
        _, page = await rest(fake, "GET", address(room, "/pins?limit=50"))
        assert (len(page["items"]), page["has_more"], page["items"][0]["message"]["id"]) == (50, True, ids[-1])
        before = page["items"][-1]["pinned_at"]
        _, rest_of_them = await rest(fake, "GET", address(room, "/pins"), params={"before": before})
        assert ([one["message"]["id"] for one in rest_of_them["items"]], rest_of_them["has_more"]) == (
            [ids[1], ids[0]],
            False,
        )
        assert len((await rest(fake, "GET", f"/channels/{room.id}/pins"))[1]) == 50
        assert len([one for one in room.shown if one.type == 6]) == 52
        async with client(fake) as bot:
            message = await bot.get_channel(int(room.id)).fetch_message(int(ids[0]))
            await message.unpin(reason="old")
            assert (await bot.heard.wait("guild_channel_pins_update"))[0]
            assert posted(room, ids[0]).pinned is False
            pinned = [one async for one in bot.get_channel(int(room.id)).pins(limit=None)]
            assert len(pinned) == 51
        for number in range(199):
            room.pins.append(str(number))
        more = fake.says("ann", room, "one too many")
        assert (await rest(fake, "PUT", address(room, f"/pins/{more}")))[1]["code"] == 30003
        assert (await rest(fake, "GET", address(room, "/pins?before=soon")))[1]["code"] == 50035
        assert (await rest(fake, "GET", address(room, "/pins?limit=51")))[1]["code"] == 50035


async def test_reactions_of_the_bot_and_of_others() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room = guild.channel("general")
        first = fake.says("ann", room, "hello")
        async with client(fake) as bot:
            message = await bot.get_channel(int(room.id)).fetch_message(int(first))
            await message.add_reaction("🔥")
            assert (await bot.heard.wait("raw_reaction_add"))[0].user_id == bot.user.id
            fake.reacts("ann", first, "🔥")
            fresh = await bot.get_channel(int(room.id)).fetch_message(int(first))
            assert (fresh.reactions[0].count, fresh.reactions[0].me) == (2, True)
            assert {one.name async for one in fresh.reactions[0].users()} == {"Coterie", "ann"}
            await message.remove_reaction("🔥", discord.Object(int(fake.person("ann").id)))
            await message.remove_reaction("🔥", bot.user)
            assert posted(room, first).reactions == {}
            with pytest.raises(discord.HTTPException) as unknown:
                await message.add_reaction("nothing")
            assert unknown.value.code == 10014
            for number in range(20):
                await message.add_reaction(chr(0x1F600 + number))
            with pytest.raises(discord.HTTPException) as full:
                await message.add_reaction("🔥")
            assert full.value.code == 30010
            await message.clear_reaction("😀")
            await message.clear_reactions()
            assert await bot.heard.wait("raw_reaction_clear_emoji")
            assert await bot.heard.wait("raw_reaction_clear")
            assert posted(room, first).reactions == {}


async def test_a_poll_is_sent_voted_in_and_ended() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann", "bo"]).channel("general")
        async with client(fake) as bot:
            poll = discord.Poll(question="Where to?", duration=datetime.timedelta(hours=2))
            poll.add_answer(text="North").add_answer(text="South", emoji="🧭")
            sent = await bot.get_channel(int(room.id)).send(poll=poll)
            assert [one.text for one in sent.poll.answers] == ["North", "South"]
            fake.votes("ann", str(sent.id), 2)
            fake.votes("bo", str(sent.id), 2)
            assert (await bot.heard.wait("raw_poll_vote_add", 2))[0].answer_id == 2
            assert {one.name async for one in sent.poll.answers[1].voters()} == {"ann", "bo"}
            with pytest.raises(discord.HTTPException) as fixed:
                await sent.edit(content="new words")
            assert fixed.value.code == 520003
            ended = await sent.end_poll()
            assert ended.poll.is_finalised()
            assert [one.vote_count for one in ended.poll.answers] == [0, 2]
            with pytest.raises(discord.HTTPException) as over:
                await sent.end_poll()
            assert over.value.code == 520001
            told = {one["name"]: one["value"] for one in room.shown[-1].embeds[0]["fields"]}
            assert (room.shown[-1].type, told["victor_answer_text"], told["total_votes"]) == (46, "South", "2")
        plain = fake.says("ann", room, "no poll")
        assert (await rest(fake, "POST", f"/channels/{room.id}/polls/{plain}/expire"))[1]["code"] == 520006
