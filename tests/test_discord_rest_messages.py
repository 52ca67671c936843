"""Messages over REST: the library sends, changes and deletes them, and the fake refuses what Discord would."""

from __future__ import annotations

import io
from typing import Any

import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord, FakeOverwrite
from tests.discord_fake_kit import client, rest
from tests.discord_rest_kit import Clock, Json, address, posted

pytestmark = pytest.mark.asyncio


async def test_the_library_sends_replies_edits_and_deletes() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        first = fake.says("ann", room, "hello")
        async with client(fake) as bot:
            place = bot.get_channel(int(room.id))
            embed = discord.Embed(title="A tip", description="five points", color=0x33AA55)
            sent = await place.send(" hi ", embed=embed, reference=place.get_partial_message(int(first)), silent=True)
            kept = posted(room, sent.id)
            assert (sent.content, kept.content, kept.type, kept.own) == ("hi", "hi", 19, True)
            assert sent.reference.message_id == int(first)
            assert [one.id for one in sent.mentions] == [int(fake.person("ann").id)]
            assert (kept.embeds[0]["title"], sent.embeds[0].description) == ("A tip", "five points")
            assert (await bot.heard.wait("message"))[-1].id == sent.id
            edited = await sent.edit(content="better", embed=None)
            assert (edited.content, edited.embeds, kept.edits) == ("better", [], 1)
            assert edited.edited_at is not None
            assert (await bot.heard.wait("raw_message_edit"))[-1].data["content"] == "better"
            assert (await place.fetch_message(sent.id)).content == "better"
            assert [one.content async for one in place.history(limit=10)] == ["better", "hello"]
            await sent.delete()
            assert kept.deleted
            assert (await bot.heard.wait("raw_message_delete"))[-1].message_id == sent.id
            with pytest.raises(discord.NotFound) as gone:
                await sent.edit(content="x")
            assert gone.value.code == 10008


async def test_files_are_uploaded_named_in_embeds_and_kept_by_id() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour").channel("general")
        async with client(fake) as bot:
            place = bot.get_channel(int(room.id))
            picture = discord.File(io.BytesIO(b"1234"), "a card.png", description="A card")
            embed = discord.Embed().set_image(url="attachment://a_card.png")
            sent = await place.send(files=[picture, discord.File(io.BytesIO(b"22"), "b.txt")], embed=embed)
            one, two = sent.attachments
            assert (one.filename, one.size, one.content_type, one.description) == (
                "a_card.png",
                4,
                "image/png",
                "A card",
            )
            assert sent.embeds[0].image.url == one.url
            edited = await sent.edit(attachments=[two, discord.File(io.BytesIO(b"333"), "c.txt")])
            assert [file.filename for file in edited.attachments] == ["b.txt", "c.txt"]
            assert edited.attachments[0].id == two.id
            again = await edited.add_files(discord.File(io.BytesIO(b"4"), "d.txt"))
            assert [file.filename for file in again.attachments] == ["b.txt", "c.txt", "d.txt"]
            assert (await again.edit(content="words", attachments=[])).attachments == []
        status, body = await rest(fake, "POST", address(room), {"content": "x", "attachments": [{"id": "7"}]})
        assert (status, list(body["errors"]["attachments"])) == (400, ["0"])


async def test_a_nonce_gives_the_first_message_again_for_a_few_minutes() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        room = fake.add_guild("Harbour").channel("general")
        body = {"content": "once", "nonce": "outbox-1", "enforce_nonce": True}
        _, first = await rest(fake, "POST", address(room), body)
        clock.now += 240
        _, again = await rest(fake, "POST", address(room), body)
        assert (first["id"], first["nonce"]) == (again["id"], "outbox-1")
        _, loose = await rest(fake, "POST", address(room), body | {"enforce_nonce": False})
        assert loose["id"] != first["id"]
        status, gone = await rest(fake, "POST", address(room), body | {"nonce": "outbox-2"})
        assert status == 200
        await rest(fake, "DELETE", address(room, f"/{gone['id']}"))
        status, refused = await rest(fake, "POST", address(room), body | {"nonce": "outbox-2"})
        assert (status, refused["code"]) == (404, 10008)
        clock.now += 301
        _, late = await rest(fake, "POST", address(room), body)
        assert late["id"] not in (first["id"], loose["id"])
        assert len(room.shown) == 3


async def test_what_cannot_be_sent_is_refused_with_discords_codes() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room, voice = guild.channel("general"), fake.add_channel(guild, "category", type=4)
        forum = fake.add_channel(guild, "forum", type=15)
        hers = fake.says("ann", room, "hers")
        for place, body, status, code in (
            (room, {}, 400, 50006),
            (room, {"content": "   "}, 400, 50006),
            (room, {"content": "c" * 2001}, 400, 50035),
            (room, [], 400, 50035),
            (room, {"content": "x", "message_reference": {"message_id": "1"}}, 400, 50035),
            (voice, {"content": "x"}, 400, 50008),
            (forum, {"content": "x"}, 400, 40058),
        ):
            answer = await rest(fake, "POST", address(place), body)
            assert (answer[0], answer[1]["code"]) == (status, code)
        status, body = await rest(
            fake,
            "POST",
            address(room),
            {"content": "x", "message_reference": {"message_id": "1", "fail_if_not_exists": False}},
        )
        assert (status, body["type"], body.get("message_reference")) == (200, 0, None)
        for method, path, status, code in (
            ("POST", "/channels/1/messages", 404, 10003),
            ("GET", address(room, "/1"), 404, 10008),
            ("PATCH", address(room, f"/{hers}"), 403, 50005),
        ):
            answer = await rest(fake, method, path, None if method == "GET" else {"content": "mine"})
            assert (answer[0], answer[1]["code"]) == (status, code)
        assert (await rest(fake, "GET", address(room), headers={"Authorization": "Bot wrong"}))[0] == 401


async def test_permissions_of_the_channel_decide_what_the_bot_may_say() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"], permissions=discord.Permissions.none().value)
        room = guild.channel("general")
        hers = fake.says("ann", room, "hers")
        room.overwrites.append(
            FakeOverwrite(guild.id, 0, deny=discord.Permissions(attach_files=True, embed_links=True).value)
        )
        assert (await rest(fake, "POST", address(room), {"content": "plain"}))[0] == 200
        assert (await rest(fake, "POST", address(room), {"embeds": [{"title": "x"}]}))[1]["code"] == 50013
        assert (await rest(fake, "DELETE", address(room, f"/{hers}")))[1]["code"] == 50013
        room.overwrites[0].deny = discord.Permissions(send_messages=True).value
        assert (await rest(fake, "POST", address(room), {"content": "x"}))[1]["code"] == 50013
        assert (await rest(fake, "GET", address(room)))[0] == 200
        room.overwrites[0].deny = discord.Permissions(read_message_history=True).value
        assert (await rest(fake, "GET", address(room)))[1] == []
        reply = {"content": "x", "message_reference": {"message_id": hers}}
        assert (await rest(fake, "POST", address(room), reply))[1]["code"] == 160002
        room.overwrites[0].deny = discord.Permissions(view_channel=True).value
        assert (await rest(fake, "POST", address(room), {"content": "x"}))[1]["code"] == 50001
        fake.removes_bot(guild)
        room.overwrites.clear()
        assert (await rest(fake, "GET", address(room)))[1]["code"] == 50001


async def test_mentions_reach_only_whom_the_message_allows() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann", "bo"])
        room, crew = guild.channel("general"), fake.add_role(guild, "crew")
        ann, bo = fake.person("ann").id, fake.person("bo").id
        text = f"<@{ann}> <@{bo}> <@&{crew.id}> @everyone"

        async def mentioned(**body: Any) -> tuple[list[str], list[str], bool]:
            _, raw = await rest(fake, "POST", address(room), {"content": text} | body)
            return [one["id"] for one in raw["mentions"]], raw["mention_roles"], raw["mention_everyone"]

        assert await mentioned() == ([ann, bo], [crew.id], True)
        assert await mentioned(allowed_mentions={"parse": []}) == ([], [], False)
        assert await mentioned(allowed_mentions={"users": [bo]}) == ([bo], [], False)
        assert await mentioned(allowed_mentions={"parse": ["roles"]}) == ([], [crew.id], False)
        hers = fake.says("ann", room, "x")
        quiet: Json = {"content": "re", "message_reference": {"message_id": hers}}
        assert await mentioned(**quiet, allowed_mentions={"parse": []}) == ([], [], False)
        assert await mentioned(**quiet, allowed_mentions={"parse": [], "replied_user": True}) == ([ann], [], False)


async def test_edits_of_old_messages_are_limited() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        room = fake.add_guild("Harbour").channel("general")
        _, sent = await rest(fake, "POST", address(room), {"content": "0"})
        path = address(room, f"/{sent['id']}")
        for number in range(10):
            assert (await rest(fake, "PATCH", path, {"content": f"young {number}"}))[0] == 200
        clock.now += 3601
        answers = [await rest(fake, "PATCH", path, {"content": f"old {number}"}) for number in range(4)]
        assert [status for status, _ in answers] == [200, 200, 200, 429]
        assert answers[-1][1]["code"] == 30046
        clock.now += answers[-1][1]["retry_after"] + 0.01
        assert (await rest(fake, "PATCH", path, {"content": "later"}))[0] == 200


async def test_bulk_deletion_takes_2_to_100_young_messages() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room = guild.channel("general")
        old = fake.says("ann", room, "old")
        clock.now += 15 * 86_400
        ids = [fake.says("ann", room, f"{number}") for number in range(3)]

        async def bulk(*messages: str) -> tuple[int, int]:
            status, body = await rest(fake, "POST", address(room, "/bulk-delete"), {"messages": list(messages)})
            return status, body["code"] if body else 0

        assert await bulk(ids[0]) == (400, 50016)
        assert await bulk(*(str(int(ids[0]) + number) for number in range(101))) == (400, 50016)
        assert await bulk(old, ids[0]) == (400, 50034)
        assert await bulk(ids[0], ids[0]) == (400, 50035)
        assert await bulk(*ids[:2], str(int(ids[0]) + 1000)) == (204, 0)
        assert [one.id for one in room.shown] == [old, ids[2]]
        assert guild.audit[-1].action_type == 73
        assert (await rest(fake, "POST", address(fake.direct("ann"), "/bulk-delete"), {"messages": ids}))[1][
            "code"
        ] == 50003


async def test_history_comes_in_pages_before_after_and_around() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        ids = [fake.says("ann", room, f"{number}") for number in range(7)]

        async def page(query: str) -> list[int]:
            _, found = await rest(fake, "GET", address(room, f"?{query}"))
            return [ids.index(one["id"]) for one in found]

        assert await page("limit=3") == [6, 5, 4]
        assert await page(f"limit=2&before={ids[4]}") == [3, 2]
        assert await page(f"limit=2&after={ids[1]}") == [3, 2]
        assert await page(f"limit=3&around={ids[3]}") == [4, 3, 2]
        assert (await rest(fake, "GET", address(room, "?limit=101")))[1]["code"] == 50035


async def test_direct_chats_open_for_anybody_and_are_closed_for_who_wants_none() -> None:
    async with FakeDiscord() as fake:
        fake.add_guild("Harbour", members=["ann"])
        async with client(fake) as bot:
            ann = await bot.fetch_user(int(fake.person("ann").id))
            sent = await ann.send("a word")
            assert fake.direct("ann").shown[0].id == str(sent.id)
            assert sent.guild is None
            fake.closes_direct("ann")
            with pytest.raises(discord.Forbidden) as closed:
                await ann.send("another")
            assert closed.value.code == 50007
            with pytest.raises(discord.NotFound) as nobody:
                await bot.fetch_user(5)
            assert nobody.value.code == 10013
        stranger = fake.person("stranger")
        _, opened = await rest(fake, "POST", "/users/@me/channels", {"recipient_id": stranger.id})
        assert (await rest(fake, "POST", f"/channels/{opened['id']}/messages", {"content": "x"}))[1]["code"] == 50278
        assert (await rest(fake, "POST", "/users/@me/channels", {"recipient_id": fake.bot_id}))[1]["code"] == 50033


async def test_components_v2_stay_and_embeds_of_others_can_be_hidden() -> None:
    async with FakeDiscord() as fake:
        room = fake.add_guild("Harbour", members=["ann"]).channel("general")
        text = {"components": [{"type": 10, "content": "hello"}], "flags": 1 << 15}
        _, sent = await rest(fake, "POST", address(room), text)
        assert sent["components"] == [{"type": 10, "content": "hello", "id": 1}]
        path = address(room, f"/{sent['id']}")
        assert (await rest(fake, "PATCH", path, {"content": "x", "flags": 0}))[1]["code"] == 50035
        _, plain = await rest(fake, "POST", address(room), {"content": "old"})
        path = address(room, f"/{plain['id']}")
        assert (await rest(fake, "PATCH", path, text))[1]["code"] == 50035
        assert (await rest(fake, "PATCH", path, text | {"content": None}))[1]["flags"] == 1 << 15
        hers = fake.says("ann", room, "https://x.test")
        status, hidden = await rest(fake, "PATCH", address(room, f"/{hers}"), {"flags": 4})
        assert (status, hidden["flags"]) == (200, 4)


async def test_messages_are_passed_on_and_published() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room, news = guild.channel("general"), fake.add_channel(guild, "news", type=5)
        hers = fake.says("ann", room, "look")
        async with client(fake) as bot:
            message = await bot.get_channel(int(room.id)).fetch_message(int(hers))
            passed = await message.forward(bot.get_channel(int(news.id)))
            assert passed.message_snapshots[0].content == "look"
            sent = await bot.get_channel(int(news.id)).send("for all")
            await sent.publish()
            assert posted(news, sent.id).flags & 1
            with pytest.raises(discord.HTTPException) as twice:
                await sent.publish()
            assert twice.value.code == 40033
            async with bot.get_channel(int(room.id)).typing():
                pass
