"""The unmodified discord.py against the fake's gateway: beginning, going on, ending."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_fake_kit import client

pytestmark = pytest.mark.asyncio


async def test_a_client_connects_and_sees_servers_with_channels_roles_and_threads() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann", "bo"], channels=["general", "news"])
        fake.add_role(harbour, "crew", color=0x33AA55)
        fake.add_thread("ann", harbour.channel("general"), "plans")
        async with client(fake) as bot:
            assert (str(bot.user.id), bot.user.bot) == (fake.bot_id, True)
            assert str(bot.application_id) == fake.application_id
            seen = bot.get_guild(int(harbour.id))
            assert [channel.name for channel in seen.text_channels] == ["general", "news"]
            assert [thread.name for thread in seen.threads] == ["plans"]
            assert [role.name for role in seen.roles] == ["@everyone", "crew", "Coterie"]
            assert (seen.member_count, seen.owner_id) == (4, int(harbour.owner_id))
            assert seen.me.guild_permissions.administrator
            assert [call.path for call in fake.calls] == ["/users/@me", "/oauth2/applications/@me"]


async def test_messages_edits_deletions_and_reactions_arrive() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        room = harbour.channel("general")
        async with client(fake) as bot:
            first = fake.says("ann", room, f"hello <@{fake.bot_id}>")
            message = (await bot.heard.wait("message"))[0]
            assert (str(message.id), message.content) == (first, f"hello <@{fake.bot_id}>")
            assert message.author.display_name == "ann"
            assert isinstance(message.author, discord.Member)
            assert bot.user in message.mentions
            second = fake.says("ann", room, "and more", reply_to=first)
            reply = (await bot.heard.wait("message", 2))[1]
            assert reply.reference.resolved.content == message.content
            fake.edits("ann", second, "less")
            assert (await bot.heard.wait("raw_message_edit"))[0].data["content"] == "less"
            fake.reacts("ann", first, "🔥")
            assert (await bot.heard.wait("raw_reaction_add"))[0].emoji.name == "🔥"
            fake.unreacts("ann", first, "🔥")
            assert (await bot.heard.wait("raw_reaction_remove"))[0].user_id == int(fake.person("ann").id)
            fake.deletes("ann", second)
            assert (await bot.heard.wait("raw_message_delete"))[0].message_id == int(second)
            fake.says("ann", fake.direct("ann"), "a word")
            assert (await bot.heard.wait("message", 3))[2].guild is None


async def test_members_come_change_and_go() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour")
        crew = fake.add_role(harbour, "crew")
        async with client(fake, chunk_guilds_at_startup=True) as bot:
            fake.joins("ann", harbour, pending=True)
            assert (await bot.heard.wait("member_join"))[0].pending
            fake.accepts_rules("ann", harbour)
            fake.gives_role("ann", harbour, crew)
            fake.mutes("ann", harbour, 60, reason="noise")
            changes = await bot.heard.wait("member_update", 3)
            assert not changes[0][1].pending
            assert [role.name for role in changes[1][1].roles] == ["@everyone", "crew"]
            assert changes[2][1].is_timed_out()
            entries = await bot.heard.wait("audit_log_entry_create", 2)
            assert [entry.action.name for entry in entries] == ["member_role_update", "member_update"]
            assert entries[1].reason == "noise"
            fake.bans("ann", harbour, reason="again")
            assert (await bot.heard.wait("member_ban"))[0][1].name == "ann"
            assert (await bot.heard.wait("raw_member_remove"))[0].user.name == "ann"
            fake.unbans("ann", harbour)
            assert (await bot.heard.wait("member_unban"))[0][1].name == "ann"


async def test_a_dropped_connection_is_resumed_and_nothing_is_missed() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        room = harbour.channel("general")
        async with client(fake) as bot:
            gone = asyncio.create_task(bot.heard.wait("disconnect"))
            fake.drops(4000)
            await fake.until(lambda: not fake.sessions.live)
            texts = [f"word {number}" for number in range(5)]
            for text in texts:
                fake.says("ann", room, text)
            await gone
            await bot.heard.wait("resumed")
            assert [message.content for message in await bot.heard.wait("message", 5)] == texts
            assert len(bot.heard.of("ready")) == 1


@pytest.mark.parametrize("code", [0, 1001, 4009])
async def test_every_way_of_losing_the_connection_ends_in_a_resume(code: int) -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        async with client(fake) as bot:
            fake.drops(code)
            await bot.heard.wait("resumed")
            assert len(fake.sessions.known) == 1


async def test_a_client_that_is_asked_to_reconnect_resumes() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        async with client(fake) as bot:
            fake.asks_to_reconnect()
            await bot.heard.wait("resumed")
            fake.invalidates(resumable=True)
            await bot.heard.wait("resumed", 2)


async def test_an_invalid_session_begins_anew_also_where_it_was_resumed() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        async with client(fake) as bot:
            fake.drops()
            await bot.heard.wait("resumed")
            before = list(fake.sessions.known)
            fake.invalidates()
            fake.says("ann", harbour.channel("general"), "lost")
            await bot.heard.wait("ready", 2)
            assert set(before).isdisjoint(fake.sessions.known)
            assert bot.heard.of("message") == []


async def test_a_session_that_is_gone_by_the_time_of_a_resume_begins_anew() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour")
        async with client(fake) as bot:
            fake.forgets_sessions()
            fake.drops()
            await bot.heard.wait("ready", 2)


async def test_a_server_that_is_down_for_a_while_is_found_again() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        async with client(fake) as bot:
            async with fake.offline():
                await bot.heard.wait("disconnect")
                fake.says("ann", harbour.channel("general"), "into the night")
            await bot.heard.wait("resumed", within=30)
            assert [message.content for message in await bot.heard.wait("message")] == ["into the night"]


async def test_replayed_events_are_handed_over_again() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        async with client(fake) as bot:
            fake.says("ann", harbour.channel("general"), "once")
            await bot.heard.wait("message")
            fake.replays(1)
            first, second = await bot.heard.wait("message", 2)
            assert first.id == second.id


async def test_intents_that_are_not_allowed_stop_the_client() -> None:
    allowed = discord.Intents.all()
    allowed.message_content = False
    async with FakeDiscord(intents=allowed) as fake, client(fake, ready=False) as bot:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await bot.running


async def test_without_the_intent_messages_are_empty_but_for_a_few() -> None:
    intents = discord.Intents.all()
    intents.message_content = False
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        room = harbour.channel("general")
        async with client(fake, intents=intents) as bot:
            fake.says(
                "ann", room, "secret", attachments=[{"id": "1", "filename": "a", "size": 1, "url": "", "proxy_url": ""}]
            )
            fake.says("ann", room, f"<@{fake.bot_id}> look")
            fake.says("ann", fake.direct("ann"), "private")
            messages = await bot.heard.wait("message", 3)
            assert [message.content for message in messages] == ["", f"<@{fake.bot_id}> look", "private"]
            assert messages[0].attachments == []


async def test_kinds_that_were_not_asked_for_do_not_come() -> None:
    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = True
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=["ann"])
        async with client(fake, intents=intents) as bot:
            fake.joins("bo", harbour)
            fake.reacts("ann", fake.says("ann", harbour.channel("general"), "x"), "🔥")
            fake.says("ann", fake.direct("ann"), "x")
            fake.says("ann", harbour.channel("general"), "last")
            await bot.heard.wait("message", 2)
            kinds = {kind for kind, _ in bot.heard.events if kind.startswith(("member", "raw_"))}
            assert kinds == set()


async def test_a_client_asks_for_all_members_of_a_server_in_chunks() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour", members=[f"person {number}" for number in range(1100)])
        async with client(fake) as bot:
            guild = bot.get_guild(int(harbour.id))
            assert len(guild.members) == 1
            await guild.chunk()
            assert len(guild.members) == 1102
            found = await guild.query_members("person_10", limit=5)
            assert len(found) == 5
            ann = fake.person("person 7")
            assert [str(one.id) for one in await guild.query_members(user_ids=[int(ann.id)])] == [ann.id]


async def test_shards_get_their_own_servers_and_direct_chats_go_to_the_first() -> None:
    async with FakeDiscord() as fake:
        fake.world.shards = 2
        guilds = [fake.add_guild(f"Server {number}", members=["ann"]) for number in range(6)]
        async with client(fake, kind=discord.AutoShardedClient) as bot:
            assert {session.shard for session in fake.sessions.live} == {(0, 2), (1, 2)}
            assert len(bot.guilds) == 6
            for guild in guilds:
                assert bot.get_guild(int(guild.id)).shard_id == (int(guild.id) >> 22) % 2
                fake.says("ann", guild.channel("general"), "hello")
            fake.says("ann", fake.direct("ann"), "private")
            assert len(await bot.heard.wait("message", 7)) == 7
            assert any(call.path == "/gateway/bot" for call in fake.calls)


async def test_compression_is_used_when_it_is_asked_for_and_offered() -> None:
    for offered in (True, False):
        async with FakeDiscord(compresses=offered) as fake:
            harbour = fake.add_guild("Harbour", members=["ann"])
            heard: list[tuple[str, Any]] = []
            fake.listeners.append(lambda *what, heard=heard: heard.append(what))
            async with client(fake) as bot:
                fake.says("ann", harbour.channel("general"), "🔥" * 500)
                assert (await bot.heard.wait("message"))[0].content == "🔥" * 500
                assert next(what for kind, what in heard if kind == "connected")["compress"] == "zlib-stream"


async def test_presence_and_heartbeats_reach_the_server() -> None:
    async with FakeDiscord(heartbeat=0.05) as fake:
        heard: list[tuple[str, Any]] = []
        fake.listeners.append(lambda kind, what: heard.append((kind, what)))
        async with client(fake) as bot:
            await bot.change_presence(activity=discord.Game("chess"))
            await fake.until(lambda: [what for kind, what in heard if kind == "presence"])
            presence = next(what for kind, what in heard if kind == "presence")
            assert presence["activities"][0]["name"] == "chess"
            await fake.until(lambda: len([kind for kind, _ in heard if kind == "heartbeat"]) >= 4)
            assert 0 <= bot.latency < 10


async def test_a_client_that_hears_no_heartbeat_answered_connects_again() -> None:
    async with FakeDiscord(heartbeat=0.05) as fake:
        fake.add_guild("Harbour")
        async with client(fake, heartbeat_timeout=0.3) as bot:
            fake.faults.mute_heartbeats(1000)
            await bot.heard.wait("disconnect")
            fake.faults.clear()
            await bot.heard.wait("resumed")


async def test_outages_and_leaving_are_told() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour")
        async with client(fake) as bot:
            fake.breaks_down(harbour)
            await bot.heard.wait("guild_unavailable")
            fake.comes_back(harbour)
            await bot.heard.wait("guild_available", 2)
            fake.removes_bot(harbour)
            await bot.heard.wait("guild_remove")
            fake.says("ann", harbour.channel("general"), "unheard")
            fake.adds_bot(harbour)
            await bot.heard.wait("guild_join")
            assert bot.heard.of("message") == []
