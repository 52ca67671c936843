"""Rarer calls over REST, each as Discord answers it."""

from __future__ import annotations

import aiohttp
import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord
from coterie.adapters.discord.fake.people import FakeEmoji
from coterie.adapters.discord.fake.permissions import bits
from tests.discord_fake_kit import client, rest
from tests.discord_rest_kit import Clock, address, own_role, posted

pytestmark = pytest.mark.asyncio


async def test_servers_of_the_bot_are_listed_and_left() -> None:
    async with FakeDiscord() as fake:
        harbour, quay = fake.add_guild("Harbour"), fake.add_guild("Quay")
        async with client(fake) as bot:
            assert [one.name async for one in bot.fetch_guilds()] == ["Harbour", "Quay"]
            assert (await bot.fetch_guild(int(harbour.id))).approximate_member_count == 2
            await bot.get_guild(int(quay.id)).leave()
            assert (await bot.heard.wait("guild_remove"))[0].name == "Quay"
            assert fake.bot_id not in quay.members
            with pytest.raises(discord.Forbidden) as left:
                await bot.fetch_guild(int(quay.id))
            assert left.value.code == 50001


async def test_emoji_of_a_server_can_be_reacted_with() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        guild.emojis["77"] = FakeEmoji("77", "anchor")
        room = guild.channel("general")
        first = fake.says("ann", room, "x")
        path = address(room, f"/{first}/reactions")
        assert (await rest(fake, "PUT", f"{path}/anchor:77/@me"))[0] == 204
        assert next(iter(posted(room, first).reactions.values())).emoji["name"] == "anchor"
        assert (await rest(fake, "PUT", f"{path}/other:78/@me"))[1]["code"] == 10014
        assert (await rest(fake, "DELETE", f"{path}/anchor:77/{fake.person('ann').id}"))[1]["code"] == 10014
        own_role(fake, guild).permissions = 0
        guild.everyone.permissions = bits("view_channel", "read_message_history")
        assert (await rest(fake, "PUT", f"{path}/🔥/@me"))[1]["code"] == 50013
        assert (await rest(fake, "PUT", f"{path}/anchor:77/@me"))[0] == 204
        assert [one["name"] for one in (await rest(fake, "GET", f"/guilds/{guild.id}/emojis"))[1]] == ["anchor"]


async def test_announcement_channels_have_threads_of_their_own_kind() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        news, hall = fake.add_channel(guild, "news", type=5), fake.add_channel(guild, "hall", type=2)
        first = fake.says("ann", news, "read this")
        _, thread = await rest(fake, "POST", address(news, f"/{first}/threads"), {"name": "talk"})
        assert thread["type"] == 10
        assert (await rest(fake, "POST", f"/channels/{news.id}/threads", {"name": "x", "type": 11}))[1]["code"] == 50035
        assert (await rest(fake, "POST", f"/channels/{hall.id}/threads", {"name": "x", "type": 11}))[1]["code"] == 50024
        assert (await rest(fake, "PUT", f"/channels/{news.id}/thread-members/@me"))[1]["code"] == 50024
        base = f"/channels/{thread['id']}/thread-members"
        assert (await rest(fake, "GET", f"{base}/{fake.bot_id}?with_member=true"))[1]["member"]["user"]["bot"]
        assert (await rest(fake, "DELETE", f"{base}/@me"))[0] == 204
        assert (await rest(fake, "DELETE", f"{base}/@me"))[1]["code"] == 10007
        assert (await rest(fake, "GET", f"{base}/{fake.bot_id}"))[1]["code"] == 10007
        await rest(fake, "PATCH", f"/channels/{thread['id']}", {"archived": True})
        assert (await rest(fake, "PUT", f"{base}/@me"))[1]["code"] == 50083


async def test_a_channel_goes_with_its_threads() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room = guild.channel("general")
        thread = fake.add_thread("ann", room, "plans")
        assert (await rest(fake, "DELETE", f"/channels/{room.id}"))[0] == 200
        assert (await rest(fake, "GET", f"/channels/{thread.id}"))[1]["code"] == 10003
        assert guild.threads == {}
        direct = fake.direct("ann")
        assert (await rest(fake, "DELETE", f"/channels/{direct.id}"))[0] == 200
        assert (await rest(fake, "POST", address(direct), {"content": "still here"}))[0] == 200
        assert (await rest(fake, "PATCH", f"/channels/{direct.id}", {"name": "x"}))[1]["code"] == 50003


async def test_system_messages_stay_as_they_are() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        first = fake.says("ann", room, "x")
        await rest(fake, "PUT", address(room, f"/pins/{first}"))
        told = room.shown[-1]
        assert told.type == 6
        assert (await rest(fake, "PATCH", address(room, f"/{told.id}"), {"content": "x"}))[1]["code"] == 50021
        assert (await rest(fake, "PUT", address(room, f"/pins/{told.id}")))[1]["code"] == 50021
        reply = {"content": "x", "message_reference": {"message_id": told.id}}
        assert (await rest(fake, "POST", address(room), reply))[1]["code"] == 50035
        mine = fake.says("ann", fake.direct("ann"), "hers")
        assert (await rest(fake, "DELETE", address(fake.direct("ann"), f"/{mine}")))[1]["code"] == 50003


async def test_too_many_files_and_too_large_ones_are_refused() -> None:

    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour").channel("general")

        def form(*sizes: int) -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("payload_json", "{}", content_type="application/json")
            for number, size in enumerate(sizes):
                data.add_field(f"files[{number}]", b"x" * size, filename=f"{number}.txt")
            return data

        assert (await rest(fake, "POST", address(room), data=form(*[1] * 10)))[0] == 200
        assert (await rest(fake, "POST", address(room), data=form(*[1] * 11)))[1]["code"] == 30015
        status, body = await rest(fake, "POST", address(room), data=form(10 * 1024 * 1024 + 1))
        assert (status, body["code"]) == (413, 40005)


async def test_the_time_of_the_server_decides_about_lives() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        fake.kicks("ann", guild)
        path = f"/channels/{guild.channel('general').id}/invites"
        _, made = await rest(fake, "POST", path, {"max_age": 60})
        clock.now += 61
        assert (await rest(fake, "GET", path))[1] == []
        assert (await rest(fake, "GET", f"/invites/{made['code']}"))[1]["code"] == 10006
        clock.now += 46 * 86_400
        assert (await rest(fake, "GET", f"/guilds/{guild.id}/audit-logs"))[1]["audit_log_entries"] == []
