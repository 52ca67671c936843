"""The fake's gateway frame by frame: close codes, sessions, chunks, compression, its faults."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_fake_kit import Wire, wire

pytestmark = pytest.mark.asyncio

ALL = discord.Intents.all().value


async def ready(talk: Wire, **more: Any) -> dict[str, Any]:
    """Begin a session; returns what READY says."""
    await talk.identify(**more)
    return await talk.until("READY")


async def test_ready_names_the_bot_its_servers_and_where_to_resume() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour")
        async with wire(fake) as talk:
            await talk.identify(shard=[0, 1])
            frame = await talk.next()
            assert (frame["op"], frame["t"], frame["s"]) == (0, "READY", 1)
            data = frame["d"]
            assert data["user"]["id"] == fake.bot_id
            assert data["application"]["id"] == fake.application_id
            assert data["guilds"] == [{"id": harbour.id, "unavailable": True}]
            assert (data["shard"], data["resume_gateway_url"]) == ([0, 1], f"{fake.gateway_url}/resume")
            frame = await talk.next()
            assert (frame["t"], frame["s"], frame["d"]["id"]) == ("GUILD_CREATE", 2, harbour.id)


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ("{", 4002),
        ("[]", 4002),
        ("17", 4002),
        ('{"d": 1}', 4002),
        ("[" * 3000, 4002),
        (json.dumps({"op": 1, "d": "x" * 5000}), 4002),
        ('{"op": 77}', 4001),
        ('{"op": [1]}', 4002),
        ('{"op": 3, "d": {}}', 4003),
        ('{"op": 8, "d": {"guild_id": "1"}}', 4003),
        ('{"op": 2, "d": {"token": "wrong", "intents": 1}}', 4004),
        ('{"op": 6, "d": {"token": "wrong", "session_id": "x", "seq": 1}}', 4004),
        ('{"op": 2, "d": null}', 4002),
        ('{"op": 2, "d": {"token": "TOKEN"}}', 4002),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [2, 2]}}', 4010),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 1, "shard": [0]}}', 4002),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": 1073741824}}', 4013),
        ('{"op": 2, "d": {"token": "TOKEN", "intents": "all"}}', 4013),
    ],
)
async def test_frames_that_make_no_sense_close_the_connection_with_the_documented_code(frame: str, code: int) -> None:
    async with FakeDiscord() as fake, wire(fake) as talk:
        await talk.socket.send_str(frame.replace("TOKEN", fake.token))
        assert await talk.closing() == code


async def test_identifying_twice_and_disallowed_intents_close_the_connection() -> None:
    async with FakeDiscord(intents=discord.Intents.default()) as fake:
        async with wire(fake) as talk:
            await talk.identify()
            assert await talk.closing() == 4014
        async with wire(fake) as talk:
            await ready(talk, intents=discord.Intents.default().value)
            await talk.identify(intents=1)
            assert await talk.closing() == 4005


async def test_more_than_120_frames_in_a_minute_close_the_connection() -> None:
    async with FakeDiscord() as fake, wire(fake) as talk:
        for _ in range(120):
            await talk.send(1, None)
            assert (await talk.next())["op"] == 11
        await talk.send(1, None)
        assert await talk.closing() == 4008


async def test_who_is_silent_is_closed_after_two_heartbeats() -> None:
    async with FakeDiscord(heartbeat=0.02) as fake, wire(fake) as talk:
        assert await talk.closing() == 4009


async def test_a_resume_gets_exactly_what_was_missed() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        async with wire(fake) as talk:
            session = (await ready(talk))["session_id"]
            fake.says("ann", room, "one")
            await talk.until("MESSAGE_CREATE")
            await talk.socket.close(code=4000)
        await fake.until(lambda: not fake.sessions.live)
        fake.says("ann", room, "two")
        fake.says("ann", room, "three")
        async with wire(fake, query="/resume?v=10&encoding=json") as talk:
            await talk.resume(session, 3)
            frames = [await talk.next() for _ in range(3)]
            assert [frame["s"] for frame in frames] == [4, 5, 6]
            assert [frame["d"].get("content") for frame in frames] == ["two", "three", None]
            assert frames[2]["t"] == "RESUMED"


async def test_sessions_end_when_the_client_says_so_and_with_time() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake:
        for code, later, lives in ((1000, 0, False), (1001, 0, False), (4000, 0, True), (4000, 181, False)):
            async with wire(fake) as talk:
                session = (await ready(talk))["session_id"]
                await talk.socket.close(code=code)
            await fake.until(lambda: not fake.sessions.live)
            moment[0] += later
            async with wire(fake) as talk:
                await talk.resume(session, 1)
                frame = await talk.next()
                assert (frame["op"], frame["t"]) == ((0, "RESUMED") if lives else (9, None))
                assert lives or frame["d"] is False


async def test_a_resume_beyond_what_is_kept_is_refused() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        fake.sessions.buffer = 3
        async with wire(fake) as talk:
            session = (await ready(talk))["session_id"]
            for number in range(5):
                fake.says("ann", room, str(number))
            fake.drops(0)
            await talk.closing()
        async with wire(fake) as talk:
            await talk.resume(session, 3)
            assert (await talk.next())["op"] == 9
            await talk.resume(session, 4)
            assert [(await talk.next())["s"] for _ in range(4)] == [5, 6, 7, 8]
            async with wire(fake) as other:
                await other.resume(session, 99)
                assert await other.closing() == 4007


async def test_a_session_that_is_resumed_elsewhere_leaves_its_old_connection() -> None:
    async with FakeDiscord() as fake, wire(fake) as old, wire(fake) as new:
        session = (await ready(old))["session_id"]
        await new.resume(session, 1)
        assert (await new.next())["t"] == "RESUMED"
        assert await old.closing() == 4000
        fake.sends("HELLO_THERE", {})
        assert (await new.next())["t"] == "HELLO_THERE"


async def test_an_invalid_session_may_begin_anew_on_the_same_connection() -> None:
    async with FakeDiscord() as fake, wire(fake) as talk:
        await talk.resume("never-was", 5)
        frame = await talk.next()
        assert (frame["op"], frame["d"]) == (9, False)
        await ready(talk)


async def test_compressed_frames_are_one_stream_that_ends_each_frame_with_a_flush() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        async with wire(fake, query="?v=10&encoding=json&compress=zlib-stream") as talk:
            await ready(talk)
            for _ in range(3):
                fake.says("ann", room, "漢字🔥" * 100)
                assert (await talk.until("MESSAGE_CREATE"))["content"] == "漢字🔥" * 100
        async with wire(fake, query="?v=10&encoding=json&compress=zstd-stream") as talk:
            await ready(talk)


async def test_a_server_comes_with_its_members_only_with_both_intents_and_when_it_is_small() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Small", members=[f"p{number}" for number in range(40)])
        without = discord.Intents.all()
        without.presences = False
        for intents, threshold, count in ((ALL, 50, 42), (without.value, 50, 1), (ALL, 250, 42)):
            async with wire(fake) as talk:
                await talk.identify(intents, large_threshold=threshold)
                guild = await talk.until("GUILD_CREATE")
                assert (guild["member_count"], len(guild["members"]), guild["large"]) == (42, count, False)
        large = fake.add_guild("Large", members=[f"p{number}" for number in range(60)])
        async with wire(fake) as talk:
            await talk.identify(large_threshold=50)
            guild = await talk.until("GUILD_CREATE")
            while guild["id"] != large.id:
                guild = await talk.until("GUILD_CREATE")
            assert (guild["member_count"], len(guild["members"]), guild["large"]) == (62, 1, True)


async def test_requests_for_members_are_answered_in_chunks_or_with_what_was_not_found() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake:
        harbour = fake.add_guild("Harbour", members=[f"p{number:04}" for number in range(2100)])
        async with wire(fake) as talk:
            await ready(talk)
            await talk.send(8, {"guild_id": harbour.id, "query": "", "limit": 0, "nonce": "n1"})
            chunks = [await talk.until("GUILD_MEMBERS_CHUNK") for _ in range(3)]
            assert [(one["chunk_index"], one["chunk_count"], one["nonce"]) for one in chunks] == [
                (number, 3, "n1") for number in range(3)
            ]
            assert [len(one["members"]) for one in chunks] == [1000, 1000, 102]
            moment[0] += 12
            await talk.send(8, {"guild_id": harbour.id, "query": "", "limit": 0, "nonce": "n2"})
            limited = await talk.until("RATE_LIMITED")
            assert limited == {"opcode": 8, "retry_after": 18, "meta": {"guild_id": harbour.id, "nonce": "n2"}}
            await talk.send(8, {"guild_id": harbour.id, "query": "P00", "limit": 0})
            assert len((await talk.until("GUILD_MEMBERS_CHUNK"))["members"]) == 100
            who = fake.person("p0007").id
            await talk.send(8, {"guild_id": harbour.id, "user_ids": [who, "17"]})
            chunk = await talk.until("GUILD_MEMBERS_CHUNK")
            assert ([one["user"]["id"] for one in chunk["members"]], chunk["not_found"]) == ([who], ["17"])
            moment[0] += 18
            await talk.send(8, {"guild_id": harbour.id, "query": "", "limit": 0})
            assert (await talk.until("GUILD_MEMBERS_CHUNK"))["chunk_count"] == 3


async def test_all_members_are_not_told_without_the_intent() -> None:
    async with FakeDiscord() as fake:
        harbour = fake.add_guild("Harbour")
        async with wire(fake) as talk:
            await ready(talk, intents=1)
            await talk.send(8, {"guild_id": harbour.id, "query": "", "limit": 0})
            await talk.send(8, {"guild_id": "17", "query": "", "limit": 0})
            await talk.send(8, {"guild_id": harbour.id, "user_ids": fake.bot_id})
            assert len((await talk.until("GUILD_MEMBERS_CHUNK"))["members"]) == 1


async def test_events_without_a_server_go_to_the_first_shard_alone() -> None:
    async with FakeDiscord() as fake, wire(fake) as first, wire(fake) as second:
        await ready(first, shard=[0, 2])
        await ready(second, shard=[1, 2])
        sku = fake.add_sku("tier")
        entitlement = fake.buys("ann", sku)
        assert (await first.until("ENTITLEMENT_CREATE"))["id"] == entitlement.id
        fake.refunds(entitlement)
        assert (await first.until("ENTITLEMENT_DELETE"))["deleted"] is True
        fake.sends("EVERYWHERE", {})
        assert (await second.next())["t"] == "EVERYWHERE"


async def test_sessions_begin_five_seconds_apart_when_limits_are_enforced() -> None:
    moment = [1_700_000_000.0]
    async with FakeDiscord(clock=lambda: moment[0]) as fake, wire(fake) as first, wire(fake) as second:
        fake.limits.enforced = True
        await ready(first)
        await second.identify()
        frame = await second.next()
        assert (frame["op"], frame["d"]) == (9, False)
        moment[0] += 5
        await ready(second)


async def test_duplicates_keep_their_number_and_reordered_events_change_places() -> None:
    async with FakeDiscord() as fake, wire(fake) as talk:
        session = (await ready(talk))["session_id"]
        fake.faults.duplicate()
        for number in range(2):
            fake.sends("A", {"n": number})
        assert [(await talk.next())["s"] for _ in range(3)] == [2, 2, 3]
        fake.faults.reorder()
        for number in range(3):
            fake.sends("B", {"n": number})
        assert [(await talk.next())["d"]["n"] for _ in range(3)] == [1, 0, 2]
        fake.faults.reorder()
        fake.sends("C", {"n": 1})
        fake.drops()
        assert await talk.closing() == 4000
        async with wire(fake) as again:
            await again.resume(session, 6)
            assert (await again.next())["t"] == "C"


async def test_malformed_frames_and_events_go_out_as_they_are() -> None:
    async with FakeDiscord() as fake, wire(fake) as talk:
        await ready(talk)
        fake.faults.malformed("{not json", b"\x00\xff")
        fake.sends("A", [1, "two"])
        fake.sends("B", None)
        message = await talk.socket.receive(timeout=10)
        assert message.data == "{not json"
        assert (await talk.next())["d"] == [1, "two"]
        message = await talk.socket.receive(timeout=10)
        assert message.data == b"\x00\xff"
        assert (await talk.next())["d"] is None
        with pytest.raises(TypeError):
            fake.sends("C", object())


async def test_heartbeats_stay_unanswered_on_demand_and_are_asked_for() -> None:
    async with FakeDiscord() as fake, wire(fake) as talk:
        fake.faults.mute_heartbeats()
        await talk.send(1, None)
        await ready(talk)
        fake.asks_for_heartbeat()
        assert (await talk.next())["op"] == 1
        await talk.send(1, 1)
        assert (await talk.next())["op"] == 11


async def test_refused_connections_count_down() -> None:
    async with FakeDiscord() as fake:
        fake.faults.refuse(2)
        for _ in range(2):
            with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
                async with wire(fake):
                    pass
            assert refused.value.status == 503
        async with wire(fake) as talk:
            await ready(talk)


async def test_while_it_is_down_nobody_gets_in_and_sessions_live_on() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        async with wire(fake) as talk:
            session = (await ready(talk))["session_id"]
            address = fake.gateway_url
            async with fake.offline():
                await talk.closing()
                with pytest.raises(aiohttp.ClientConnectorError):
                    async with wire(fake):
                        pass
                fake.says("ann", room, "nobody hears")
        assert fake.gateway_url == address
        async with wire(fake) as talk:
            await talk.resume(session, 2)
            assert (await talk.until("MESSAGE_CREATE"))["content"] == "nobody hears"


async def test_a_fake_on_a_thread_is_driven_from_outside() -> None:
    with FakeDiscord.threaded(heartbeat=30.0) as thread:
        room = thread.do(lambda fake: fake.add_guild("Harbour", members=["ann"]).channel("general").id)
        async with aiohttp.ClientSession() as session, session.ws_connect(thread.gateway_url) as socket:
            assert (await socket.receive_json())["d"]["heartbeat_interval"] == 30_000
            await socket.send_json({"op": 2, "d": {"token": thread.token, "intents": ALL}})
            assert (await socket.receive_json())["t"] == "READY"
            assert (await socket.receive_json())["t"] == "GUILD_CREATE"
            number = await asyncio.to_thread(thread.do, lambda fake: fake.says("ann", room, "hello"))
            assert (await socket.receive_json())["d"]["id"] == number
        await asyncio.to_thread(thread.wait, lambda fake: fake.until(lambda: not fake.sessions.live))
        assert thread.rest_url.endswith("/api/v10")
    with pytest.raises(RuntimeError, match="not running"):
        thread.do(lambda fake: fake.token)
