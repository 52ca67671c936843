"""Commands, purchases, scheduled events and AutoMod over REST; and junk for every route."""

from __future__ import annotations

import datetime
from typing import Any

import discord
import pytest
from discord import app_commands

from coterie.adapters.discord.fake import FakeDiscord
from coterie.adapters.discord.fake.rest import ROUTES
from tests.discord_fake_kit import client, rest
from tests.discord_rest_kit import Clock, Json

pytestmark = pytest.mark.asyncio


def slash(name: str, **fields: Any) -> Json:
    return {"type": 1, "name": name, "description": "words"} | fields


async def test_the_library_syncs_commands_for_everywhere_and_for_one_server() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour")
        async with client(fake) as bot:
            tree = app_commands.CommandTree(bot)

            @tree.command(description="Give points")
            @app_commands.describe(amount="How many", why="What for")
            @app_commands.choices(why=[app_commands.Choice(name="thanks", value="t")])
            async def tip(interaction: discord.Interaction, amount: int, why: str | None = None) -> None: ...

            @tree.context_menu(name="Give Points")
            async def menu(interaction: discord.Interaction, member: discord.Member) -> None: ...

            made = await tree.sync()
            assert [one.name for one in made] == ["tip", "Give Points"]
            tree.copy_global_to(guild=discord.Object(int(guild.id)))
            assert len(await tree.sync(guild=discord.Object(int(guild.id)))) == 2
            again = await tree.fetch_commands()
            assert [(one.id, one.name) for one in again] == [(one.id, one.name) for one in made]
            assert [one.name for one in await tree.fetch_commands(guild=discord.Object(int(guild.id)))] == [
                "tip",
                "Give Points",
            ]
            await made[0].edit(description="Give many points")
            assert (await tree.fetch_command(made[0].id)).description == "Give many points"
            await made[0].delete()
            with pytest.raises(discord.NotFound) as gone:
                await tree.fetch_command(made[0].id)
            assert gone.value.code == 10063


async def test_ids_stay_versions_move_and_translations_come_when_asked_for() -> None:
    async with FakeDiscord() as fake:
        base = f"/applications/{fake.application_id}/commands"
        translated = slash("tip", name_localizations={"de": "trinkgeld"})
        _, first = await rest(fake, "PUT", base, [translated, slash("old")])
        _, second = await rest(fake, "PUT", base, [translated | {"description": "new"}])
        assert second[0]["id"] == first[0]["id"]
        assert second[0]["version"] != first[0]["version"]
        _, third = await rest(fake, "PUT", base, [translated | {"description": "new"}])
        assert third == second
        _, listed = await rest(fake, "GET", base)
        assert ([one["name"] for one in listed], "name_localizations" in listed[0]) == (["tip"], False)
        _, whole = await rest(fake, "GET", f"{base}?with_localizations=true")
        assert whole[0]["name_localizations"] == {"de": "trinkgeld"}
        _, created = await rest(fake, "POST", base, slash("tip"))
        assert created["id"] == first[0]["id"]
        assert (await rest(fake, "GET", "/applications/5/commands"))[1]["code"] == 20012
        assert (await rest(fake, "PUT", f"/applications/{fake.application_id}/guilds/5/commands", []))[1][
            "code"
        ] == 50001


async def test_commands_have_their_limits_a_scope_and_a_day() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        base = f"/applications/{fake.application_id}/commands"
        assert (await rest(fake, "PUT", base, [slash(f"c{number}") for number in range(101)]))[1]["code"] == 30032
        menus = [{"type": 2, "name": f"c{number}"} for number in range(16)]
        assert (await rest(fake, "PUT", base, menus))[1]["code"] == 30032
        for round_of in range(2):
            assert (await rest(fake, "PUT", base, [slash(f"r{round_of}-{number}") for number in range(100)]))[0] == 200
        status, body = await rest(fake, "PUT", base, [slash("one-more")])
        assert (status, body["code"]) == (400, 30034)
        assert (await rest(fake, "PUT", base, [slash("r1-0", description="changed")]))[0] == 200
        clock.now += 86_401
        assert (await rest(fake, "PUT", base, [slash("one-more")]))[0] == 200
        junk: list[Any] = [{}, "x", [slash("Tip")], [slash("a"), slash("a")]]
        for wrong in junk:
            assert (await rest(fake, "PUT", base, wrong))[1]["code"] == 50035


async def test_entitlements_are_listed_used_up_and_made_for_trying() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        guild = fake.add_guild("Harbour", members=["ann", "bo"])
        coins, tier = fake.add_sku("coins", type=3), fake.add_sku("tier", type=5)
        bought, sub = fake.buys("ann", coins), fake.buys("bo", tier)
        async with client(fake) as bot:
            assert [one.name for one in await bot.fetch_skus()] == ["coins", "tier"]
            found = [one async for one in bot.entitlements(user=discord.Object(int(fake.person("ann").id)))]
            assert [str(one.id) for one in found] == [bought.id]
            await found[0].consume()
            assert bought.consumed
            assert (await bot.heard.wait("entitlement_update"))[0].consumed
            owner = discord.Object(int(guild.id))
            await bot.create_entitlement(discord.Object(int(tier.id)), owner, discord.EntitlementOwnerType.guild)
            made = (await bot.heard.wait("entitlement_create"))[-1]
            assert made.guild_id == int(guild.id)
            await made.delete()
            assert (await bot.heard.wait("entitlement_delete"))[-1].id == made.id
        base = f"/applications/{fake.application_id}/entitlements"
        fake.ends(sub, clock.now + 5)
        clock.now += 6
        assert len((await rest(fake, "GET", base))[1]) == 2
        assert [one["id"] for one in (await rest(fake, "GET", f"{base}?exclude_ended=true"))[1]] == [bought.id]
        assert [one["id"] for one in (await rest(fake, "GET", f"{base}?sku_ids={tier.id}"))[1]] == [sub.id]
        assert len((await rest(fake, "GET", f"{base}?exclude_deleted=false"))[1]) == 3
        assert len((await rest(fake, "GET", f"{base}?limit=1&before={sub.id}"))[1]) == 1
        assert (await rest(fake, "POST", f"{base}/{sub.id}/consume"))[1]["code"] == 40018
        assert (await rest(fake, "DELETE", f"{base}/{sub.id}"))[1]["code"] == 40019
        assert (await rest(fake, "GET", f"{base}/5"))[1]["code"] == 10029


async def test_events_are_scheduled_moved_begun_and_called_off() -> None:
    clock = Clock()
    async with FakeDiscord(clock=clock) as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        start = datetime.datetime.fromtimestamp(clock.now + 3600, datetime.UTC)
        end = start + datetime.timedelta(hours=1)
        async with client(fake) as bot:
            home = bot.get_guild(int(guild.id))
            event = await home.create_scheduled_event(
                name="Auction", start_time=start, end_time=end, location="the hall", description="bids",
                entity_type=discord.EntityType.external, privacy_level=discord.PrivacyLevel.guild_only,
            )  # fmt: skip
            assert (await bot.heard.wait("scheduled_event_create"))[0].name == "Auction"
            kept = guild.events[str(event.id)]
            assert (kept.location, kept.start) == ("the hall", clock.now + 3600)
            await event.edit(start_time=start - datetime.timedelta(minutes=30), name="Big auction")
            assert (kept.name, kept.start, kept.end) == ("Big auction", clock.now + 1800, clock.now + 7200)
            fake.shows_interest("ann", kept)
            assert [one.name async for one in event.users()] == ["ann"]
            assert (await home.fetch_scheduled_events(with_counts=True))[0].user_count == 1
            running = await event.start()
            path = f"/guilds/{guild.id}/scheduled-events/{kept.id}"
            _, refused = await rest(fake, "PATCH", path, {"status": 4})
            assert refused["errors"]["status"]["_errors"][0]["code"] == "TRANSITION_INVALID"
            await running.end()
            with pytest.raises(discord.HTTPException) as over:
                await event.edit(name="again")
            assert over.value.code == 180000
            await event.delete()
            assert guild.events == {}
        base = f"/guilds/{guild.id}/scheduled-events"
        good = {
            "name": "n", "privacy_level": 2, "entity_type": 3, "scheduled_start_time": start.isoformat(),
            "scheduled_end_time": end.isoformat(), "entity_metadata": {"location": "here"},
        }  # fmt: skip
        for change, place in (
            ({"name": "n" * 101}, "name"),
            ({"description": "d" * 1001}, "description"),
            ({"entity_metadata": {"location": "l" * 101}}, "entity_metadata"),
            ({"entity_metadata": None}, "entity_metadata"),
            ({"scheduled_end_time": None}, "scheduled_end_time"),
            ({"scheduled_end_time": start.isoformat()}, "scheduled_end_time"),
            ({"scheduled_start_time": "2001-01-01T00:00:00+00:00"}, "scheduled_start_time"),
            ({"entity_type": 2}, "channel_id"),
        ):
            status, body = await rest(fake, "POST", base, good | change)
            assert (status, list(body["errors"])) == (400, [place])
        assert [(await rest(fake, "POST", base, good))[0] for _ in range(101)] == [200] * 100 + [400]
        assert (await rest(fake, "GET", f"{base}/5"))[1]["code"] == 10070


async def test_rules_of_automod_are_set_up_and_work() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room = guild.channel("general")
        async with client(fake) as bot:
            home = bot.get_guild(int(guild.id))
            rule = await home.create_automod_rule(
                name="words", event_type=discord.AutoModRuleEventType.message_send, enabled=True,
                trigger=discord.AutoModTrigger(keyword_filter=["scam*"], allow_list=["scampi"]),
                actions=[
                    discord.AutoModRuleAction(custom_message="no"), discord.AutoModRuleAction(channel_id=int(room.id)),
                ],
                reason="coterie",
            )  # fmt: skip
            assert (await bot.heard.wait("automod_rule_create"))[0].name == "words"
            assert guild.audit[-1].action_type == 140
            fake.says("ann", room, "a scam for you")
            assert (await bot.heard.wait("automod_action"))[0].matched_keyword == "scam*"
            await rule.edit(enabled=False, name="other")
            assert [(one.name, one.enabled) for one in await home.fetch_automod_rules()] == [("other", False)]
            await rule.delete()
            assert guild.rules == {}
        base = f"/guilds/{guild.id}/auto-moderation/rules"
        good: Json = {"name": "n", "event_type": 1, "trigger_type": 1, "actions": [{"type": 1}], "trigger_metadata": {}}
        for change, place in (
            ({"trigger_metadata": {"keyword_filter": ["k" * 61]}}, "trigger_metadata"),
            ({"trigger_metadata": {"keyword_filter": ["k"] * 1001}}, "trigger_metadata"),
            ({"trigger_metadata": {"regex_patterns": ["r"] * 11}}, "trigger_metadata"),
            ({"trigger_type": 5, "trigger_metadata": {"mention_total_limit": 51}}, "trigger_metadata"),
            ({"actions": []}, "actions"),
            ({"actions": [{"type": 3, "metadata": {"duration_seconds": 2_419_201}}]}, "actions"),
            ({"actions": [{"type": 2, "metadata": {"channel_id": "5"}}]}, "actions"),
            ({"exempt_roles": ["1"] * 21}, "exempt_roles"),
        ):
            status, body = await rest(fake, "POST", base, good | change)
            assert (status, list(body["errors"])) == (400, [place])
        assert [(await rest(fake, "POST", base, good))[0] for _ in range(7)] == [200] * 6 + [400]
        assert (await rest(fake, "GET", f"{base}/5"))[0] == 404


JUNK: tuple[Any, ...] = (
    None, [], "text", 5, {"name": 5, "type": "x", "content": {}, "embeds": {}, "components": [5], "messages": [None]},
    {"roles": "x", "nick": [], "user_ids": [{}], "data": [], "options": 7, "actions": [[]], "trigger_type": 1},
    {"message": 5, "message_reference": [], "poll": [], "attachments": [5], "flags": "x", "permission_overwrites": [1]},
)  # fmt: skip


async def test_junk_is_refused_by_every_route_and_breaks_none() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        room = guild.channel("general")
        sku = fake.add_sku("coins", type=3)
        about = fake.calls_command("ann", room, "tip")
        answer = f"/interactions/{about.id}/{about.token}/callback"
        assert (await rest(fake, "POST", answer, {"type": 5}))[0] == 204
        planned, bought = fake.plans("ann", guild, "e", 5, 6), fake.buys("ann", sku)
        known = {
            "guild_id": guild.id, "channel_id": room.id, "user_id": fake.person("ann").id, "token": about.token,
            "message_id": fake.says("ann", room, "x"), "application_id": fake.application_id, "role_id": guild.id,
            "webhook_id": fake.application_id, "interaction_id": about.id, "interaction_token": about.token,
            "emoji": "🔥", "entitlement_id": bought.id, "event_id": planned.id, "overwrite_id": guild.id,
            "rule_id": fake.makes_rule(guild, "r", "word").id, "invite_code": fake.invites("ann", room).code,
            "request_id": fake.asks_to_join("bo", guild).id, "command_id": "5", "answer_id": "1",
        }  # fmt: skip
        reading = [route for route in ROUTES if route[0] == "GET"]
        for method, path, _ in [*reading, *(route for route in ROUTES if route[0] in ("PUT", "POST", "PATCH"))]:
            for ids in (known, dict.fromkeys(known, "5"), dict.fromkeys(known, "no-id")):
                for body in JUNK if method != "GET" else (None,):
                    status, _ = await rest(fake, method, path.format_map(ids), body)
                    assert status < 500, (method, path, body)
