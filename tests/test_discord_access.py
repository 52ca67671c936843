"""Roles and one-use invites on Discord: what is done, what is left alone, and what is told."""

from __future__ import annotations

from typing import Any

import discord
import pytest

from coterie.adapters.discord import DiscordConfig, access
from coterie.adapters.discord.client import is_open
from coterie.adapters.discord.fake import FakeDiscord, FakeOverwrite
from coterie.adapters.discord.platform import DiscordPlatform
from coterie.core.actions import GiveRole, Invite, Remove, TakeRole
from coterie.core.cards import Card
from coterie.core.config import validate
from coterie.core.events import Where, Who
from coterie.core.platform import ABSENT, HAD, Holdings, Platform, PlatformError, Refused, RetryLater, Uncertain
from tests.discord_people_kit import DELIVERY, MARK, Stage, stage

pytestmark = pytest.mark.asyncio

OTHER: int = MARK + 1
"""The mark of another matter."""
LESS = discord.Permissions.all().value & ~discord.Permissions.administrator.flag


def give(on: Stage, role: Any, name: str = "ann", mark: int = MARK) -> GiveRole:
    return GiveRole(where=on.where, to=on.who(name), mark=mark, role=getattr(role, "id", role))


def take(on: Stage, role: Any, name: str = "ann", *, sure: bool = True) -> TakeRole:
    return TakeRole(where=on.where, to=on.who(name), mark=MARK, sure=sure, role=role.id)


def invite(on: Stage, name: str = "cy", replaces: str = "", mark: int = MARK) -> Invite:
    dm = Where("discord", f"u:{on.user(name).id}", kind="dm")
    card = Card(title="Gold", text="Your way in.")
    return Invite(where=on.where, to=on.who(name), mark=mark, dm=dm, card=card, label="Open", replaces=replaces)


def remove(on: Stage, name: str = "ann", link: str = "", *, sure: bool = True) -> Remove:
    return Remove(where=on.where, to=on.who(name), mark=MARK, sure=sure, link=link)


# -- what there is


async def test_discord_has_roles_and_invites_and_no_tags() -> None:
    async with stage() as on:
        verbs = on.platform.capabilities()
        assert {"give_role", "take_role", "invite", "remove"} <= verbs
        assert "set_tag" not in verbs
        assert on.platform.access_page <= Platform.access_page


# -- roles


async def test_a_role_is_given_with_its_mark_in_the_audit_log() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        assert await on.platform.give_role(give(on, gold), DELIVERY) == ""
        assert on.member("ann").roles == [gold.id]
        assert on.reasons() == [f"coterie:{MARK} access given"]


async def test_a_role_that_was_given_by_this_mark_before_is_done() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        await on.platform.give_role(give(on, gold), DELIVERY)
        written = len(on.writes())
        assert await on.platform.give_role(give(on, gold), DELIVERY) == ""
        assert len(on.writes()) == written


async def test_a_role_that_a_person_gave_is_theirs() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        on.fake.gives_role("ann", on.guild, gold)
        assert await on.platform.give_role(give(on, gold), DELIVERY) == HAD
        assert on.writes() == []


async def test_a_role_that_another_matter_of_coteries_gave_is_not_this_ones() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        await on.platform.give_role(give(on, gold, mark=OTHER), DELIVERY)
        assert await on.platform.give_role(give(on, gold), DELIVERY) == HAD


async def test_a_role_of_which_the_audit_log_does_not_tell_is_a_persons() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        on.member("ann").roles.append(gold.id)
        assert await on.platform.give_role(give(on, gold), DELIVERY) == HAD


async def test_a_role_waits_for_who_is_not_there() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        assert await on.platform.give_role(give(on, gold, "cy"), DELIVERY) == ABSENT
        assert await on.platform.take_role(take(on, gold, "cy"), DELIVERY) == ABSENT
        assert on.writes() == []


async def test_who_leaves_in_between_is_absent() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        on.fake.faults.fail(method="PUT", status=404, code=10007, message="Unknown Member")
        assert await on.platform.give_role(give(on, gold), DELIVERY) == ABSENT


async def test_a_role_that_coterie_gave_is_taken() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        await on.platform.give_role(give(on, gold), DELIVERY)
        assert await on.platform.take_role(take(on, gold), DELIVERY) == ""
        assert on.member("ann").roles == []
        assert on.reasons()[-1] == f"coterie:{MARK} access ended"
        assert await on.platform.take_role(take(on, gold), DELIVERY) == ""


@pytest.mark.parametrize("sure", [True, False])
async def test_a_role_that_a_person_gave_since_stays(sure: bool) -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        await on.platform.give_role(give(on, gold), DELIVERY)
        on.fake.takes_role("ann", on.guild, gold)
        on.fake.gives_role("ann", on.guild, gold)
        assert await on.platform.take_role(take(on, gold, sure=sure), DELIVERY) == HAD
        assert on.member("ann").roles == [gold.id]


@pytest.mark.parametrize(("sure", "said", "left"), [(True, "", 0), (False, HAD, 1)])
async def test_where_the_audit_log_does_not_tell_only_what_is_sure_is_taken(sure: bool, said: str, left: int) -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        on.member("ann").roles.append(gold.id)
        assert await on.platform.take_role(take(on, gold, sure=sure), DELIVERY) == said
        assert len(on.member("ann").roles) == left


async def test_without_the_audit_log_a_role_that_stands_there_is_a_persons() -> None:
    async with stage(permissions=LESS & ~discord.Permissions.view_audit_log.flag) as on:
        gold = on.fake.add_role(on.guild, "Gold")
        await on.platform.give_role(give(on, gold), DELIVERY)
        assert await on.platform.give_role(give(on, gold), DELIVERY) == HAD
        assert await on.platform.take_role(take(on, gold, sure=False), DELIVERY) == HAD
        assert await on.platform.take_role(take(on, gold), DELIVERY) == ""


async def test_a_doubtful_role_is_taken_when_the_mark_tells_that_it_is_coteries() -> None:
    async with stage() as on:
        gold, noise = on.fake.add_role(on.guild, "Gold"), on.fake.add_role(on.guild, "Noise")
        await on.platform.give_role(give(on, gold), DELIVERY)
        for _ in range(280):  # other people's doings push it far down
            on.fake.gives_role("bo", on.guild, noise)
            on.fake.takes_role("bo", on.guild, noise)
        assert await on.platform.take_role(take(on, gold, sure=False), DELIVERY) == ""


async def test_an_answer_that_is_lost_leaves_no_doubt() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        on.fake.faults.reset(2, method="PUT", after=True)  # the HTTP client asks again once by itself
        with pytest.raises(RetryLater):
            await on.platform.give_role(give(on, gold), DELIVERY)
        assert await on.platform.give_role(give(on, gold), DELIVERY) == ""
        assert on.member("ann").roles == [gold.id]


async def test_roles_that_the_bot_cannot_change_are_refused_in_plain_words() -> None:
    async with stage(permissions=LESS) as on:
        boss = on.fake.add_role(on.guild, "Boss", above_bot=True)
        with pytest.raises(Refused, match="“Boss” is not below the bot's own highest role"):
            await on.platform.give_role(give(on, boss), DELIVERY)
        with pytest.raises(Refused, match="there is no role 99"):
            await on.platform.give_role(give(on, "99"), DELIVERY)
        with pytest.raises(Refused, match="@everyone"):
            await on.platform.give_role(give(on, on.guild.id), DELIVERY)
        own = on.guild.members[on.fake.bot_id].roles[0]
        with pytest.raises(Refused, match="belongs to a bot"):
            await on.platform.give_role(give(on, own), DELIVERY)
        assert on.writes() == []


async def test_a_role_that_was_moved_below_the_bot_is_given_at_once() -> None:
    async with stage() as on:
        boss = on.fake.add_role(on.guild, "Boss", above_bot=True)
        with pytest.raises(Refused):
            await on.platform.give_role(give(on, boss), DELIVERY)
        boss.position = 0
        assert await on.platform.give_role(give(on, boss), DELIVERY) == ""


async def test_without_the_permission_roles_are_refused_with_its_name() -> None:
    async with stage(permissions=LESS & ~discord.Permissions.manage_roles.flag) as on:
        gold = on.fake.add_role(on.guild, "Gold")
        with pytest.raises(Refused, match="“Manage Roles”"):
            await on.platform.give_role(give(on, gold), DELIVERY)


async def test_problems_of_roles_are_told_in_a_sentence_each() -> None:
    async with stage(permissions=LESS) as on:
        gold = on.fake.add_role(on.guild, "Gold")
        boss = on.fake.add_role(on.guild, "Boss", above_bot=True)
        told = await on.platform.role_problems(on.guild.id, [gold.id, boss.id, "7"])
        assert set(told) == {boss.id, "7"}
        assert "move the bot's role above it" in told[boss.id]


async def test_what_is_no_discord_account_or_server_is_refused() -> None:
    async with stage() as on:
        for action in (
            GiveRole(where=on.where, to=Who("discord", "ann"), mark=MARK, role="7"),
            GiveRole(where=Where("discord", "7"), to=on.who("ann"), mark=MARK, role="7"),
        ):
            with pytest.raises(Refused):
                await on.platform.give_role(action, DELIVERY)


# -- invites


async def test_an_invite_works_once_for_a_week_and_is_sent_to_the_direct_chat() -> None:
    async with stage() as on:
        link = await on.platform.invite(invite(on), DELIVERY)
        (made,) = on.guild.invites.values()
        assert link == f"https://discord.gg/{made.code}#coterie {MARK}"
        assert (made.max_uses, made.max_age) == (1, 7 * 86_400)
        (message,) = on.fake.direct("cy").shown
        (row,) = message.components
        assert row["components"][0]["url"] == f"https://discord.gg/{made.code}"
        assert row["components"][0]["label"] == "Open"
        assert on.reasons() == [f"coterie:{MARK} invitation for {on.user('cy').id}"]


async def test_who_is_in_already_gets_no_invite_and_the_earlier_one_works_no_more() -> None:
    async with stage() as on:
        link = await on.platform.invite(invite(on), DELIVERY)
        on.fake.joins("cy", on.guild)
        assert await on.platform.invite(invite(on, replaces=link), DELIVERY) == HAD
        assert on.guild.invites == {}


async def test_a_new_invite_replaces_the_earlier_one() -> None:
    async with stage() as on:
        first = await on.platform.invite(invite(on), DELIVERY)
        second = await on.platform.invite(invite(on, replaces=first), DELIVERY)
        assert first != second
        assert len(on.guild.invites) == 1


async def test_an_invite_that_was_made_before_a_crash_works_no_more() -> None:
    async with stage() as on:
        await on.platform.invite(invite(on), DELIVERY)
        await on.platform.invite(invite(on, "dan", mark=OTHER), DELIVERY)
        await on.platform.invite(invite(on), DELIVERY)  # nobody remembers the first
        assert len(on.guild.invites) == 2


async def test_an_invite_that_cannot_be_sent_is_revoked() -> None:
    async with stage() as on:
        on.fake.closes_direct("cy")
        with pytest.raises(Refused, match="direct messages"):
            await on.platform.invite(invite(on), DELIVERY)
        assert on.guild.invites == {}


async def test_an_invite_whose_answer_was_lost_is_found_by_its_mark() -> None:
    async with stage() as on:
        on.fake.faults.reset(method="POST", path="/channels/{channel_id}/invites", after=True)
        with pytest.raises(Uncertain):
            await on.platform.invite(invite(on), DELIVERY)
        await on.platform.invite(invite(on), DELIVERY)
        assert len(on.guild.invites) == 1


async def test_somebody_who_is_banned_is_not_invited() -> None:
    async with stage() as on:
        on.fake.bans("cy", on.guild)
        with pytest.raises(Refused, match="banned"):
            await on.platform.invite(invite(on), DELIVERY)
        assert on.guild.invites == {}


async def test_an_invite_leads_to_a_channel_for_which_the_bot_may_make_one() -> None:
    async with stage(permissions=LESS) as on:
        hidden = on.guild.channel("general")
        everyone, bits = on.guild.id, discord.Permissions.create_instant_invite.flag
        hidden.overwrites.append(FakeOverwrite(everyone, 0, deny=bits))
        lounge = on.fake.add_channel(on.guild, "lounge")
        await on.platform.invite(invite(on), DELIVERY)
        (made,) = on.guild.invites.values()
        assert made.channel is lounge
        lounge.overwrites.append(FakeOverwrite(everyone, 0, deny=bits))
        with pytest.raises(Refused, match="“Create Invite”"):
            await on.platform.invite(invite(on, "dan"), DELIVERY)


# -- out again


async def test_an_account_is_taken_out_and_may_come_back() -> None:
    async with stage() as on:
        link = await on.platform.invite(invite(on), DELIVERY)
        assert await on.platform.remove(remove(on, link=link), DELIVERY) == ""
        assert not on.is_in("ann")
        assert on.guild.bans == {}
        assert on.guild.invites == {}
        assert on.reasons()[-1] == f"coterie:{MARK} access ended"
        assert await on.platform.remove(remove(on), DELIVERY) == ABSENT


async def test_who_a_person_may_have_let_in_stays() -> None:
    async with stage() as on:
        assert await on.platform.remove(remove(on, sure=False), DELIVERY) == HAD
        assert on.is_in("ann")


@pytest.mark.parametrize("power", ["administrator", "manage_guild"])
async def test_who_runs_the_server_stays(power: str) -> None:
    async with stage() as on:
        staff = on.fake.add_role(on.guild, "Staff", permissions=getattr(discord.Permissions, power).flag)
        on.fake.gives_role("ann", on.guild, staff)
        with pytest.raises(Refused, match="administrator"):
            await on.platform.remove(remove(on), DELIVERY)
        owner = Who("discord", on.guild.owner_id)
        with pytest.raises(Refused, match="owns the server"):
            await on.platform.remove(Remove(where=on.where, to=owner, mark=MARK), DELIVERY)
        assert on.is_in("ann")


async def test_an_invite_that_cannot_be_revoked_keeps_nobody_in() -> None:
    async with stage() as on:
        link = await on.platform.invite(invite(on), DELIVERY)
        on.fake.faults.fail(method="DELETE", path="/invites/{code}", status=403, code=50013)
        on.fake.faults.fail(method="DELETE", path="/invites/{invite_code}", status=403, code=50013)
        with pytest.raises(Refused):
            await on.platform.remove(remove(on, link=link), DELIVERY)
        assert not on.is_in("ann")


# -- who has what


async def test_what_accounts_have_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "PAUSE", 0)
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        on.fake.gives_role("ann", on.guild, gold)
        people = [on.who("ann"), on.who("bo"), on.who("cy"), Who("discord", "nobody")]
        held = await on.platform.access_of(on.guild.id, people)
        came = round(on.member("ann").joined_at * 1000)
        ann, bo, cy = (("discord", on.user(name).id) for name in ("ann", "bo", "cy"))
        assert held[ann] == Holdings(True, frozenset({gold.id}), joined_at=held[ann].joined_at)
        assert abs(held[ann].joined_at - came) <= 1
        assert held[bo].present
        assert held[cy] == Holdings(False)
        assert ("discord", "nobody") not in held


async def test_a_server_that_tells_nothing_is_an_error_and_nobody_is_absent() -> None:
    async with stage() as on:
        on.fake.removes_bot(on.guild)
        with pytest.raises(PlatformError):
            await on.platform.access_of(on.guild.id, [on.who("ann")])


# -- a platform that was never started


async def test_a_platform_that_was_never_started_tells_what_accounts_have_and_disconnects() -> None:
    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", members=["ann"])
        role = fake.add_role(guild, "Supporter")
        higher = fake.add_role(guild, "Captain", above_bot=True)
        fake.gives_role("ann", guild, role)
        settings = {"token": fake.token, "rest_url": fake.rest_url, "gateway_url": fake.gateway_url}
        platform = DiscordPlatform(validate(DiscordConfig, settings))
        ann = fake.person("ann")
        for _ in range(2):
            found = await platform.access_of(guild.id, [Who("discord", ann.id)])
            assert found["discord", ann.id].roles == frozenset({role.id})
            assert list(await platform.role_problems(guild.id, [role.id, higher.id])) == [higher.id]
            assert not is_open(platform.client)


async def test_a_platform_that_cannot_sign_in_says_so() -> None:
    async with FakeDiscord() as fake:
        settings = {"token": "MTAwMDAwMQ.another.token", "rest_url": fake.rest_url, "gateway_url": fake.gateway_url}
        platform = DiscordPlatform(validate(DiscordConfig, settings))
        with pytest.raises(Refused, match="refuses the bot's token"):
            await platform.role_problems("1", ["2"])
    platform = DiscordPlatform(validate(DiscordConfig, {**settings, "rest_url": "http://127.0.0.1:9"}))
    with pytest.raises(RetryLater, match="cannot be reached"):
        await platform.role_problems("1", ["2"])
