"""Members, roles, bans, invites, applications and the audit log over REST."""

from __future__ import annotations

import datetime

import aiohttp
import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_fake_kit import client, rest
from tests.discord_rest_kit import Clock, own_role

pytestmark = pytest.mark.asyncio


async def test_the_library_gives_and_takes_roles_below_its_own() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        crew, captain = fake.add_role(guild, "crew"), fake.add_role(guild, "captain", above_bot=True)
        ann = guild.members[fake.person("ann").id]
        async with client(fake) as bot:
            member = await bot.get_guild(int(guild.id)).fetch_member(int(ann.user.id))
            await member.add_roles(discord.Object(int(crew.id)), reason="tier: crew ä")
            assert ann.roles == [crew.id]
            entry = guild.audit[-1]
            assert (entry.action_type, entry.user_id, entry.target_id) == (25, fake.bot_id, ann.user.id)
            assert (entry.reason, entry.changes[0]["key"]) == ("tier: crew ä", "$add")
            assert (await bot.heard.wait("audit_log_entry_create"))[0].reason == "tier: crew ä"
            await member.remove_roles(discord.Object(int(crew.id)))
            assert ann.roles == []
            with pytest.raises(discord.Forbidden) as high:
                await member.add_roles(discord.Object(int(captain.id)))
            assert high.value.code == 50013
            with pytest.raises(discord.NotFound) as nothing:
                await member.add_roles(discord.Object(5))
            assert nothing.value.code == 10011
            await member.edit(nick="Anna", roles=[discord.Object(int(crew.id))])
            assert (ann.nick, ann.roles) == ("Anna", [crew.id])
            await member.guild.me.edit(nick="Harbour master")
            assert guild.members[fake.bot_id].nick == "Harbour master"
        assert (await rest(fake, "PUT", f"/guilds/{guild.id}/members/5/roles/{crew.id}"))[1]["code"] == 10013
        stranger = fake.person("stranger").id
        assert (await rest(fake, "PUT", f"/guilds/{guild.id}/members/{stranger}/roles/{crew.id}"))[1]["code"] == 10007
        path = f"/guilds/{guild.id}/members/{ann.user.id}"
        assert (await rest(fake, "PATCH", path, {"nick": "n" * 33}))[1]["code"] == 50035
        assert (await rest(fake, "PATCH", path, {"roles": [own_role(fake, guild).id]}))[1]["code"] == 50013
        own_role(fake, guild).permissions = 0
        assert (await rest(fake, "PUT", f"{path}/roles/{crew.id}"))[1]["code"] == 50013


async def test_timeouts_last_up_to_28_days_and_spare_the_powerful() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        guild = fake.add_guild(
            "Harbour", members=["ann", "mod"], permissions=discord.Permissions(moderate_members=True).value
        )
        admin = fake.add_role(guild, "admin", permissions=discord.Permissions(administrator=True).value)
        fake.gives_role("mod", guild, admin)
        ann = guild.members[fake.person("ann").id]

        async def mute(user: str, days: float) -> tuple[int, int]:
            until = datetime.datetime.fromtimestamp(clock.now + days * 86_400, datetime.UTC).isoformat()
            path = f"/guilds/{guild.id}/members/{fake.person(user).id}"
            status, body = await rest(fake, "PATCH", path, {"communication_disabled_until": until})
            return status, body.get("code", 0)

        assert await mute("ann", 28) == (200, 0)
        assert ann.muted_until == clock.now + 28 * 86_400
        assert await mute("ann", 28.1) == (400, 50035)
        assert await mute("mod", 1) == (403, 50013)
        assert await mute("owner", 1) == (403, 50013)
        assert guild.audit[-1].changes[0]["key"] == "communication_disabled_until"
        assert await mute("ann", -1) == (200, 0)
        assert ann.muted_until == 0
        path = f"/guilds/{guild.id}/members/{ann.user.id}"
        assert (await rest(fake, "PATCH", path, {"communication_disabled_until": "soon"}))[1]["code"] == 50035
        assert (await rest(fake, "PATCH", path, {"nick": "x"}))[1]["code"] == 50013


async def test_kicks_and_bans_go_by_the_hierarchy_and_sweep_messages() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        guild = fake.add_guild("Harbour", members=["ann", "bo", "mod"])
        room = guild.channel("general")
        fake.gives_role("mod", guild, fake.add_role(guild, "mod", above_bot=True))
        old = fake.says("bo", room, "old")
        clock.now += 7200
        fake.says("bo", room, "young")
        async with client(fake) as bot:
            home = bot.get_guild(int(guild.id))
            await home.kick(discord.Object(int(fake.person("ann").id)), reason="bye")
            assert (await bot.heard.wait("raw_member_remove"))[0].user.name == "ann"
            bo = discord.Object(int(fake.person("bo").id))
            await home.ban(bo, delete_message_seconds=3600, reason="spam")
            assert [one.id for one in room.shown] == [old]
            assert (await home.fetch_ban(bo)).reason == "spam"
            assert [one.user.name async for one in home.bans()] == ["bo"]
            await home.unban(bo)
            with pytest.raises(discord.NotFound) as nothing:
                await home.unban(bo)
            assert nothing.value.code == 10026
            for act in (home.kick, home.ban):
                with pytest.raises(discord.Forbidden) as high:
                    await act(discord.Object(int(fake.person("mod").id)))
                assert high.value.code == 50013
            assert [one.action_type for one in guild.audit][-3:] == [20, 22, 23]
            stranger = fake.person("stranger")
            done = await home.bulk_ban([discord.Object(int(stranger.id)), discord.Object(int(fake.person("mod").id))])
            assert ([one.id for one in done.banned], len(done.failed)) == ([int(stranger.id)], 1)
        path = f"/guilds/{guild.id}/bans/{bo.id}"
        assert (await rest(fake, "PUT", path, {"delete_message_seconds": 604_801}))[1]["code"] == 50035
        assert (await rest(fake, "GET", path))[1]["code"] == 10026


async def test_members_are_listed_in_pages_and_found_by_name() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=[f"m{number}" for number in range(5)])
        base = f"/guilds/{guild.id}/members"
        seen: list[str] = []
        while True:
            _, page = await rest(fake, "GET", f"{base}?limit=3&after={seen[-1] if seen else 0}")
            if not page:
                break
            seen += [one["user"]["id"] for one in page]
        assert (len(seen), sorted(seen, key=int)) == (7, seen)
        assert [one["user"]["username"] for one in (await rest(fake, "GET", f"{base}/search?query=M3"))[1]] == ["m3"]
        assert (await rest(fake, "GET", f"{base}?limit=1001"))[1]["code"] == 50035
        fake.world.application["flags"] = 0
        assert (await rest(fake, "GET", base))[1]["code"] == 50001


async def test_roles_are_made_changed_moved_and_deleted() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        async with client(fake) as bot:
            home = bot.get_guild(int(guild.id))
            role = await home.create_role(name="crew", color=discord.Color(0x33AA55), mentionable=True)
            assert (guild.role("crew").color, guild.role("crew").position) == (0x33AA55, 1)
            await role.edit(name="sailors", permissions=discord.Permissions(send_polls=True))
            assert guild.role("sailors").permissions == discord.Permissions(send_polls=True).value
            assert {one.name for one in await home.fetch_roles()} == {"@everyone", "sailors", "Coterie"}
            fake.gives_role("ann", guild, guild.role("sailors"))
            await role.delete(reason="tidy")
            assert guild.members[fake.person("ann").id].roles == []
            assert (await bot.heard.wait("guild_role_delete"))[0].id == role.id
        own = own_role(fake, guild)
        own.permissions = discord.Permissions(manage_roles=True).value
        _, body = await rest(fake, "POST", f"/guilds/{guild.id}/roles", {"name": "x", "permissions": "8"})
        assert body["code"] == 50013
        assert (await rest(fake, "DELETE", f"/guilds/{guild.id}/roles/{own.id}"))[1]["code"] == 50028
        assert (await rest(fake, "PATCH", f"/guilds/{guild.id}/roles", [{"id": own.id, "position": 1}]))[1][
            "code"
        ] == 50013


async def test_invites_are_made_used_listed_and_deleted() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour")
        room, crew = guild.channel("general"), fake.add_role(guild, "crew")
        async with client(fake) as bot:
            place = bot.get_channel(int(room.id))
            invite = await place.create_invite(max_uses=2, max_age=3600, unique=True, reason="for Ann")
            assert (await bot.heard.wait("invite_create"))[0].code == invite.code
            fake.joins("ann", guild, guild.invites[invite.code])
            assert [(one.code, one.uses) for one in await place.guild.invites()] == [(invite.code, 1)]
            same = await place.create_invite(max_uses=2, max_age=3600, unique=False)
            assert same.code == invite.code
            assert (await bot.fetch_invite(invite.code, with_counts=True)).approximate_member_count == 3
            await invite.delete()
            assert (await bot.heard.wait("invite_delete"))[0].code == invite.code
            with pytest.raises(discord.NotFound) as gone:
                await bot.fetch_invite(invite.code)
            assert gone.value.code == 10006
        path = f"/channels/{room.id}/invites"
        _, given = await rest(fake, "POST", path, {"max_uses": 1, "role_ids": [crew.id]})
        assert [one["id"] for one in given["roles"]] == [crew.id]
        assert (await rest(fake, "POST", path, {"max_age": 604_801}))[1]["code"] == 50035
        assert (await rest(fake, "POST", path, {"max_uses": 101}))[1]["code"] == 50035


async def test_an_invite_may_be_for_certain_people() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour")
        path = f"/channels/{guild.channel('general').id}/invites"
        ann = fake.person("ann").id

        def form(text: str) -> aiohttp.FormData:
            data = aiohttp.FormData()
            data.add_field("payload_json", '{"max_uses": 1}', content_type="application/json")
            data.add_field("target_users_file", text.encode(), filename="ids.csv", content_type="text/csv")
            return data

        status, wrong = await rest(fake, "POST", path, data=form(f"user_id\n{ann}\nann\n"))
        assert (status, wrong) == (
            400,
            {"target_users_file": ["Line 3: invalid user ID - must be a valid Discord snowflake"]},
        )
        status, made = await rest(fake, "POST", path, data=form(f"user_id\n{ann}\n{ann}\n"))
        assert (status, made["max_uses"]) == (200, 1)
        base = f"/invites/{made['code']}/target-users"
        assert (await rest(fake, "GET", base))[1] == f"user_id\n{ann}\n"
        assert (await rest(fake, "GET", f"{base}/job-status"))[1]["total_users"] == 1
        assert (await rest(fake, "PUT", base, data=form("user_id\n7\n8\n")))[0] == 204
        assert (await rest(fake, "GET", base))[1] == "user_id\n7\n8\n"
        _, plain = await rest(fake, "POST", path, {})
        assert (await rest(fake, "GET", f"/invites/{plain['code']}/target-users"))[1]["code"] == 10129


async def test_the_audit_log_is_filtered_and_reasons_are_decoded() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann", "bo"])
        fake.kicks("bo", guild, by="ann", reason="by hand")
        path = f"/guilds/{guild.id}/members/{fake.person('ann').id}"
        await rest(fake, "PATCH", path, {"nick": "A"}, headers={"X-Audit-Log-Reason": "coterie%3A7%20%E5%8A%A0"})
        base = f"/guilds/{guild.id}/audit-logs"
        _, whole = await rest(fake, "GET", base)
        assert [one["action_type"] for one in whole["audit_log_entries"]] == [24, 20]
        assert whole["audit_log_entries"][0]["reason"] == "coterie:7 加"
        assert {one["username"] for one in whole["users"]} == {"Coterie", "ann", "bo"}
        _, mine = await rest(fake, "GET", f"{base}?user_id={fake.bot_id}")
        assert len(mine["audit_log_entries"]) == 1
        _, kicks = await rest(fake, "GET", f"{base}?action_type=20&limit=1")
        assert [one["reason"] for one in kicks["audit_log_entries"]] == ["by hand"]
        async with client(fake) as bot:
            entries = [one async for one in bot.get_guild(int(guild.id)).audit_logs(limit=5)]
            assert [one.action for one in entries] == [
                discord.AuditLogAction.member_update,
                discord.AuditLogAction.kick,
            ]
        own_role(fake, guild).permissions = 0
        assert (await rest(fake, "GET", base))[1]["code"] == 50013


async def test_applications_to_join_are_listed_and_decided() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild(
            "Harbour", features=["MEMBER_VERIFICATION_GATE_ENABLED", "MEMBER_VERIFICATION_MANUAL_APPROVAL"]
        )
        first, second = fake.asks_to_join("ann", guild, {"Why?": "fun"}), fake.asks_to_join("bo", guild)
        base = f"/guilds/{guild.id}/requests"
        _, page = await rest(fake, "GET", f"{base}?status=SUBMITTED&limit=1")
        assert (page["total"], [one["id"] for one in page["guild_join_requests"]]) == (2, [second.id])
        _, page = await rest(fake, "GET", f"{base}?status=SUBMITTED&before={second.id}")
        assert page["guild_join_requests"][0]["form_responses"][0]["response"] == "fun"
        _, done = await rest(fake, "PATCH", f"{base}/{first.id}", {"action": "APPROVED"})
        assert done["application_status"] == "APPROVED"
        assert fake.person("ann").id in guild.members
        _, done = await rest(fake, "PATCH", f"{base}/{second.id}", {"action": "REJECTED", "rejection_reason": "full"})
        assert (done["rejection_reason"], fake.person("bo").id in guild.members) == ("full", False)
        assert (await rest(fake, "PATCH", f"{base}/{second.id}", {"action": "APPROVED"}))[1]["code"] == 50035
        assert (await rest(fake, "PATCH", f"{base}/5", {"action": "APPROVED"}))[0] == 404
        assert (await rest(fake, "GET", f"{base}?status=SUBMITTED"))[1]["total"] == 0
