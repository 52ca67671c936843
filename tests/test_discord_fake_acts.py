"""What people do on the fake, and what the gateway tells of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord, FakeGuild, FakeOverwrite, NotPossible
from coterie.adapters.discord.fake.things import FakePoll
from tests.discord_fake_kit import Wire, wire

pytestmark = pytest.mark.asyncio

P = discord.Permissions


@asynccontextmanager
async def harbour(
    permissions: int = P.all().value, **options: Any
) -> AsyncIterator[tuple[FakeDiscord, FakeGuild, Wire]]:
    """A fake with a server, and a connection that has a session."""
    async with FakeDiscord(**options) as fake:
        guild = fake.add_guild("Harbour", members=["ann", "bo"], permissions=permissions)
        async with wire(fake) as talk:
            await talk.identify()
            await talk.until("GUILD_CREATE")
            yield fake, guild, talk


async def kinds(fake: FakeDiscord, talk: Wire) -> list[str]:
    """The kinds of the events that came up to now."""
    fake.sends("END", {})
    found = []
    while (kind := (await talk.next())["t"]) != "END":
        found.append(kind)
    return found


async def test_people_are_made_at_their_first_use_and_found_again() -> None:
    async with FakeDiscord() as fake:
        ann = fake.person("Ann Lee", locale="zh-TW")
        assert fake.person("Ann Lee") is fake.person(ann.id) is fake.person(ann) is ann
        assert (ann.username, ann.global_name, ann.locale, ann.bot) == ("ann_lee", "Ann Lee", "zh-TW", False)
        assert fake.person("123456789012345678").id == "123456789012345678"


async def test_a_message_names_its_author_and_whom_it_mentions() -> None:
    async with harbour() as (fake, guild, talk):
        crew, bo = fake.add_role(guild, "crew"), fake.person("bo")
        text = f"<@{bo.id}> <@!{bo.id}> <@&{crew.id}> <@1> <@&2> @everyone"
        number = fake.says("ann", guild.channel("general"), text, extra={"sticker_items": []})
        raw = await talk.until("MESSAGE_CREATE")
        assert (raw["id"], raw["guild_id"], raw["author"]["username"]) == (number, guild.id, "ann")
        assert "user" not in raw["member"]
        assert [(one["id"], "roles" in one["member"]) for one in raw["mentions"]] == [(bo.id, True)]
        assert (raw["mention_roles"], raw["mention_everyone"], raw["sticker_items"]) == ([crew.id], True, [])
        fake.says("bo", guild.channel("general"), "why", reply_to=number)
        raw = await talk.until("MESSAGE_CREATE")
        assert (raw["type"], raw["referenced_message"]["id"]) == (19, number)
        assert raw["message_reference"]["guild_id"] == guild.id
        fake.deletes("ann", number)
        assert guild.channel("general").shown[-1].payload()["referenced_message"] is None


async def test_who_may_not_write_does_not() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann", "bo"])
        shut = FakeOverwrite(guild.id, 0, deny=P.send_messages.flag)
        ann = FakeOverwrite(fake.person("ann").id, 1, allow=P.send_messages.flag)
        board = fake.add_channel(guild, "board", overwrites=[shut, ann])
        fake.says("ann", board, "news")
        with pytest.raises(NotPossible, match="may not write"):
            fake.says("bo", board, "news")
        fake.mutes("bo", guild, 60)
        fake.bans("ann", guild)
        for name in ("ann", "bo"):
            with pytest.raises(NotPossible):
                fake.says(name, guild.channel("general"), "hello")
        fake.mutes("bo", guild, 0)
        fake.says("bo", guild.channel("general"), "again")
        fake.says("new", guild.channel("general"), "hello")
        assert fake.person("new").id in guild.members
        number = fake.says("bo", guild.channel("general"), "mine")
        with pytest.raises(NotPossible, match="author"):
            fake.edits("new", number, "yours")
        fake.deletes("bo", number)
        with pytest.raises(NotPossible, match="not there"):
            fake.edits("bo", number, "gone")


async def test_deleting_what_others_wrote_is_recorded_and_several_go_in_bulk() -> None:
    async with harbour() as (fake, guild, talk):
        room = guild.channel("general")
        numbers = [fake.says("ann", room, str(number)) for number in range(3)]
        fake.deletes("ann", numbers[0])
        fake.deletes("owner", *numbers[1:])
        assert (await talk.until("MESSAGE_DELETE"))["id"] == numbers[0]
        assert (await talk.until("MESSAGE_DELETE_BULK"))["ids"] == numbers[1:]
        assert [entry.action_type for entry in guild.audit] == [73]
        assert room.shown == []


async def test_reactions_count_once_a_person_and_emoji() -> None:
    async with harbour() as (fake, guild, talk):
        number = fake.says("ann", guild.channel("general"), "look")
        fake.reacts("ann", number, "🔥")
        fake.reacts("ann", number, "🔥")
        fake.reacts("bo", number, "wave:123456789012345678")
        first, second = [await talk.until("MESSAGE_REACTION_ADD") for _ in range(2)]
        assert (first["emoji"], first["message_author_id"]) == ({"id": None, "name": "🔥"}, fake.person("ann").id)
        assert (second["emoji"]["id"], second["member"]["user"]["username"]) == ("123456789012345678", "bo")
        fake.unreacts("bo", number, "🔥")
        fake.unreacts("ann", number, "🔥")
        assert await kinds(fake, talk) == ["MESSAGE_REACTION_REMOVE"]
        assert list(fake.message(number).reactions) == ["wave:123456789012345678"]


async def test_votes_replace_each_other_and_end_with_the_poll() -> None:
    moment = [1_700_000_000.0]
    async with harbour(clock=lambda: moment[0]) as (fake, guild, talk):
        answers = [{"answer_id": number, "poll_media": {"text": str(number)}} for number in (1, 2)]
        poll = FakePoll({"text": "Which?"}, answers, moment[0] + 3600)
        message = fake.world.post(guild.channel("general"), fake.world.bot, poll=poll)
        fake.votes("ann", message, 1)
        fake.votes("ann", message, 2)
        assert await kinds(fake, talk) == [
            "MESSAGE_CREATE", "MESSAGE_POLL_VOTE_ADD", "MESSAGE_POLL_VOTE_REMOVE", "MESSAGE_POLL_VOTE_ADD",
        ]  # fmt: skip
        assert poll.votes == {1: [], 2: [fake.person("ann").id]}
        assert message.payload()["poll"]["results"]["answer_counts"] == [{"id": 2, "count": 1, "me_voted": False}]
        for chosen in ((1, 2), (3,)):
            with pytest.raises(NotPossible):
                fake.votes("ann", message, *chosen)
        moment[0] += 3600
        with pytest.raises(NotPossible, match="over"):
            fake.votes("bo", message, 1)


async def test_invites_are_used_up_expire_and_give_roles() -> None:
    moment = [1_700_000_000.0]
    async with harbour(clock=lambda: moment[0]) as (fake, guild, talk):
        crew = fake.add_role(guild, "crew")
        once = fake.invites("ann", guild.channel("general"), max_uses=1, code="once")
        once.role_ids.append(crew.id)
        raw = await talk.until("INVITE_CREATE")
        assert (raw["code"], raw["max_uses"], raw["inviter"]["username"]) == ("once", 1, "ann")
        assert fake.joins("new", guild, once).roles == [crew.id]
        assert "once" not in guild.invites
        short = fake.invites("bo", guild.channel("general"), max_age=60)
        taken = fake.invites("bo", guild.channel("general"))
        fake.withdraws_invite(taken)
        assert (await talk.until("INVITE_DELETE"))["code"] == taken.code
        moment[0] += 60
        for invite in (once, short, taken):
            with pytest.raises(NotPossible, match="invite"):
                fake.joins("newer", guild, invite)
        with pytest.raises(NotPossible, match="already"):
            fake.joins("ann", guild)


async def test_applications_are_told_and_decided() -> None:
    async with harbour() as (fake, guild, talk):
        request = fake.asks_to_join("new", guild, {"Why?": "because"})
        raw = await talk.until("GUILD_JOIN_REQUEST_CREATE")
        assert (raw["status"], raw["request"]["user_id"]) == ("SUBMITTED", fake.person("new").id)
        assert raw["request"]["form_responses"][0]["response"] == "because"
        fake.decides_request(request, approve=True)
        assert (await talk.until("GUILD_JOIN_REQUEST_UPDATE"))["status"] == "APPROVED"
        assert (await talk.until("GUILD_MEMBER_ADD"))["user"]["username"] == "new"
        second = fake.asks_to_join("newer", guild)
        fake.withdraws_request(second)
        assert (await talk.until("GUILD_JOIN_REQUEST_DELETE"))["id"] == second.id
        assert guild.requests == {request.id: request}
        third = fake.asks_to_join("newest", guild)
        fake.decides_request(third, approve=False)
        assert fake.person("newest").id not in guild.members
        with pytest.raises(NotPossible, match="already"):
            fake.asks_to_join("ann", guild)


async def test_what_moderators_do_is_told_and_recorded() -> None:
    async with harbour() as (fake, guild, talk):
        crew = fake.add_role(guild, "crew")
        fake.gives_role("ann", guild, crew, by="bo")
        fake.gives_role("ann", guild, crew, by="bo")
        fake.takes_role("ann", guild, crew.id)
        fake.renames("ann", guild, "Ännchen")
        fake.mutes("ann", guild, 60, reason="noise")
        fake.kicks("ann", guild)
        fake.bans("bo", guild, reason="spam")
        fake.unbans("bo", guild)
        assert [entry.action_type for entry in guild.audit] == [25, 25, 24, 24, 20, 22, 23]
        assert guild.audit[0].user_id == fake.person("bo").id
        assert guild.audit[1].changes[0] == {"key": "$remove", "new_value": [{"id": crew.id, "name": "crew"}]}
        assert guild.audit[2].changes == [{"key": "nick", "new_value": "Ännchen"}]
        assert (guild.audit[3].reason, guild.audit[5].reason) == ("noise", "spam")
        told = [kind for kind in await kinds(fake, talk) if kind != "GUILD_AUDIT_LOG_ENTRY_CREATE"]
        assert told == [
            "GUILD_ROLE_CREATE", *["GUILD_MEMBER_UPDATE"] * 4, "GUILD_MEMBER_REMOVE", "GUILD_BAN_ADD",
            "GUILD_MEMBER_REMOVE", "GUILD_BAN_REMOVE",
        ]  # fmt: skip
        with pytest.raises(NotPossible, match="not in"):
            fake.kicks("ann", guild)


async def test_filters_keep_messages_back_and_tell_why() -> None:
    async with harbour() as (fake, guild, talk):
        room = guild.channel("general")
        rule = fake.makes_rule(guild, "Words", "spam", "bad*")
        rule.trigger_metadata |= {"allow_list": ["badger"], "regex_patterns": [r"\d{5}"]}
        rule.actions.append({"type": 3, "metadata": {"duration_seconds": 60}})
        assert (await talk.until("AUTO_MODERATION_RULE_CREATE"))["id"] == rule.id
        for text in ("spammer", "a badger", "1234"):
            assert fake.says("ann", room, text)
        assert fake.says("owner", room, "spam")
        assert fake.says("ann", room, "This is SPAM !") == ""
        hits = [await talk.until("AUTO_MODERATION_ACTION_EXECUTION") for _ in range(2)]
        assert [hit["action"]["type"] for hit in hits] == [1, 3]
        assert (hits[0]["matched_keyword"], hits[0]["matched_content"]) == ("spam", "SPAM")
        with pytest.raises(NotPossible, match="may not write"):
            fake.says("ann", room, "hello")
        assert fake.says("bo", room, "12345") == ""
        fake.mutes("bo", guild, 0)
        rule.exempt_channels.append(room.id)
        assert fake.says("bo", room, "badly")
        rule.exempt_channels.clear()
        rule.enabled = False
        assert fake.says("bo", room, "badly")


async def test_too_many_mentions_are_kept_back_and_who_is_exempt_writes_on() -> None:
    async with harbour() as (fake, guild, _talk):
        room, crew = guild.channel("general"), fake.add_role(guild, "crew")
        rule = fake.makes_rule(guild, "Calm")
        rule.trigger_type, rule.trigger_metadata = 5, {"mention_total_limit": 2}
        crowd = "<@1> <@2> <@&3>"
        assert fake.says("ann", room, "<@1> <@2> <@1>")
        assert fake.says("ann", room, crowd) == ""
        rule.exempt_roles.append(crew.id)
        fake.gives_role("ann", guild, crew)
        assert fake.says("ann", room, crowd)
        rule.trigger_type = 3
        assert fake.says("bo", room, crowd)


async def test_purchases_end_and_are_refunded() -> None:
    async with harbour() as (fake, guild, talk):
        tier = fake.add_sku("tier", type=5)
        bought = fake.buys("ann", tier, guild=guild)
        raw = await talk.until("ENTITLEMENT_CREATE")
        assert (raw["sku_id"], raw["guild_id"], raw["ends_at"], raw["type"]) == (tier.id, guild.id, None, 8)
        fake.ends(bought)
        assert (await talk.until("ENTITLEMENT_UPDATE"))["ends_at"] is not None
        fake.refunds(bought)
        assert (await talk.until("ENTITLEMENT_DELETE"))["deleted"] is True
        assert fake.buys("bo", fake.add_sku("potion", type=3).id).type == 1


async def test_plans_and_who_is_interested() -> None:
    async with harbour() as (fake, guild, talk):
        event = fake.plans("ann", guild, "Regatta", 2_000_000_000, 2_000_003_600, location="Pier")
        raw = await talk.until("GUILD_SCHEDULED_EVENT_CREATE")
        assert (raw["name"], raw["entity_metadata"]) == ("Regatta", {"location": "Pier"})
        fake.shows_interest("bo", event)
        fake.shows_interest("bo", event)
        fake.shows_interest("bo", event, interested=False)
        assert await kinds(fake, talk) == ["GUILD_SCHEDULED_EVENT_USER_ADD", "GUILD_SCHEDULED_EVENT_USER_REMOVE"]


async def test_places_change_and_go() -> None:
    async with harbour() as (fake, guild, talk):
        group = fake.add_channel(guild, "Rooms", type=4)
        room = fake.add_channel(guild, "new", parent=group)
        thread = fake.add_thread("ann", room, "talk")
        thread.archived = True
        fake.says("bo", thread, "awake")
        assert not thread.archived
        fake.changes_channel(room, topic="Ships")
        role = fake.add_role(guild, "crew")
        fake.gives_role("ann", guild, role)
        fake.changes_role(guild, role, permissions=8)
        assert guild.permissions(fake.person("ann").id) == P.all().value
        fake.deletes_role(guild, role)
        fake.changes_guild(guild, name="Port")
        fake.deletes_channel(thread)
        fake.deletes_channel(room)
        assert [kind for kind in await kinds(fake, talk) if "AUDIT" not in kind] == [
            "CHANNEL_CREATE", "CHANNEL_CREATE", "THREAD_CREATE", "THREAD_UPDATE", "MESSAGE_CREATE", "CHANNEL_UPDATE",
            "GUILD_ROLE_CREATE", "GUILD_MEMBER_UPDATE", "GUILD_ROLE_UPDATE", "GUILD_ROLE_DELETE", "GUILD_UPDATE",
            "THREAD_DELETE", "CHANNEL_DELETE",
        ]  # fmt: skip
        assert guild.members[fake.person("ann").id].roles == []
        with pytest.raises(LookupError):
            guild.channel("new")
        with pytest.raises(LookupError):
            guild.role("crew")


async def test_roles_stand_below_the_bots_own_or_above() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour")
        low, high = fake.add_role(guild, "low"), fake.add_role(guild, "high", above_bot=True)
        next_one = fake.add_role(guild, "next")
        own = guild.role("Coterie")
        assert guild.everyone.position < low.position < next_one.position < own.position < high.position
        assert guild.top(fake.bot_id) == own.position


async def test_a_bot_hears_nothing_of_what_it_may_not_see() -> None:
    seeing = P(view_channel=True, read_message_history=True).value
    async with harbour(seeing) as (fake, guild, talk):
        hidden = fake.add_channel(guild, "hidden", overwrites=[FakeOverwrite(guild.id, 0, deny=P.view_channel.flag)])
        private = fake.add_thread("ann", guild.channel("general"), "secret", private=True)
        fake.says("owner", hidden, "x")
        fake.says("ann", private, "x")
        fake.invites("ann", guild.channel("general"))
        fake.makes_rule(guild, "Words", "x")
        fake.asks_to_join("new", guild)
        fake.mutes("ann", guild, 5)
        fake.bans("bo", guild)
        assert await kinds(fake, talk) == ["GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"]
        assert len(guild.audit) == 2
        assert guild.created_payload(fake.bot_id, large_threshold=50, whole=True)["threads"] == []


async def test_listeners_hear_of_every_change() -> None:
    async with FakeDiscord() as fake:
        heard: list[str] = []
        fake.listeners.append(lambda kind, what: heard.append(kind))
        guild = fake.add_guild("Harbour")
        fake.joins("ann", guild)
        number = fake.says("ann", guild.channel("general"), "hello")
        fake.edits("ann", number, "bye")
        fake.deletes("ann", number)
        fake.leaves("ann", guild)
        assert heard == ["guild", "member", "said", "edited", "deleted", "left"]
        fake.closes_direct("ann")
        assert not fake.person("ann").dms_open
        fake.opens_direct("ann")
        assert fake.person("ann").dms_open
        assert fake.direct("ann") is fake.direct("ann")
        with pytest.raises(TimeoutError):
            await fake.until(lambda: False, within=0.01)
