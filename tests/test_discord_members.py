"""What happened in a server while nobody listened: who came, who left, who runs it, and who asks to be let in."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from itertools import count

import discord
import pytest

from coterie.adapters.discord import members
from coterie.adapters.discord.fake import FakeMember
from coterie.adapters.discord.members import Members
from coterie.core.actions import ApproveJoin, DeclineJoin
from coterie.core.events import Event, JoinRequested, MemberJoined, MemberLeft, StandingChanged
from coterie.core.platform import PlatformError, Refused, RetryLater, UnknownPlace
from tests.discord_people_kit import DELIVERY, Stage, Store, stage

pytestmark = pytest.mark.asyncio
LESS = discord.Permissions.all().value & ~discord.Permissions.administrator.flag


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(members, "PAUSE", 0)
    monkeypatch.setattr(members, "LONGEST_WAIT", 0.01)


def comparing(
    on: Stage, *believed: tuple[str, str, int], invites: bool = False, clock: Callable[[], float] = time.time
) -> Members:
    """A comparison with a store that believes these to be there: (name, standing, when they came)."""
    on.inbox.believed = Store((on.user(name).id, standing, at) for name, standing, at in believed).believed
    watched = on.platform.invites if invites else None
    platform = on.platform
    return Members(platform.calls, platform.me, platform.guilds, on.reader(), on.inbox, invites=watched, clock=clock)


def now() -> int:
    return int(time.time() * 1000)


def ids(events: list[Event]) -> set[str]:
    return {event.who.id for event in events if event.who is not None}


async def test_who_came_and_who_left_is_told_and_who_stayed_is_not() -> None:
    async with stage() as on:
        on.fake.person("robot", bot=True)
        on.fake.joins("robot", on.guild)
        comparison = comparing(
            on, ("ann", "member", now()), ("gone", "member", 7), (on.guild.owner_id, "operator", now())
        )
        await comparison.reconcile(on.guild.id)
        assert ids(on.inbox.of(MemberJoined)) >= {on.user("bo").id}
        assert on.user("ann").id not in ids(on.inbox.events)
        (left,) = on.inbox.of(MemberLeft)
        assert left.who.id == on.user("gone").id
        assert left.key == f"dc:l:{on.guild.id}:{left.who.id}:7"
        assert left.where.space == on.guild.id
        assert not ids(on.inbox.events) & {on.user("robot").id, on.fake.bot_id}


async def test_a_joining_has_the_key_that_the_gateway_would_have_given() -> None:
    async with stage() as on:
        await comparing(on, ("ann", "member", now())).reconcile(on.guild.id)
        joined = next(event for event in on.inbox.of(MemberJoined) if event.who.id == on.user("bo").id)
        raw = {**on.member("bo").payload(), "guild_id": on.guild.id}
        (live, *_) = on.reader().read("GUILD_MEMBER_ADD", raw, "s:1")
        assert joined == live


async def test_nothing_is_told_twice_that_the_store_knows() -> None:
    async with stage() as on:
        people = [("ann", "member", now()), ("bo", "member", now())]
        comparison = comparing(on, *people, (on.guild.owner_id, "operator", now()))
        on.inbox.believed = [*on.inbox.believed]
        await comparison.reconcile(on.guild.id)
        assert on.inbox.events == []


async def test_who_left_and_came_back_did_both() -> None:
    async with stage() as on:
        await comparing(on, ("ann", "member", now() - 86_400_000), ("bo", "member", now())).reconcile(on.guild.id)
        theirs = [
            type(event) for event in on.inbox.events if event.who is not None and event.who.id == on.user("ann").id
        ]
        assert theirs == [MemberLeft, MemberJoined]


async def test_standings_are_told_both_ways() -> None:
    async with stage() as on:
        staff = on.fake.add_role(on.guild, "Staff", permissions=discord.Permissions.manage_guild.flag)
        on.fake.gives_role("ann", on.guild, staff)
        await comparing(on, ("ann", "member", now()), ("bo", "operator", now())).reconcile(on.guild.id)
        told = {event.who.id: event.standing for event in on.inbox.of(StandingChanged)}
        assert told[on.user("ann").id] == "operator"
        assert told[on.user("bo").id] == "member"
        assert told[on.guild.owner_id] == "operator"


async def test_who_ran_the_server_and_left_runs_it_no_more() -> None:
    async with stage() as on:
        await comparing(on, ("gone", "operator", 7)).reconcile(on.guild.id)
        gone = on.user("gone").id
        told = [type(event) for event in on.inbox.events if event.who is not None and event.who.id == gone]
        assert told == [StandingChanged, MemberLeft]


async def test_when_somebody_came_is_unknown_nobody_takes_it_for_a_return() -> None:
    async with stage() as on:
        await comparing(on, ("ann", "member", 0), ("bo", "member", 0)).reconcile(on.guild.id)
        assert on.inbox.of(MemberLeft) == []


async def test_who_is_known_by_what_they_wrote_is_told_to_have_come() -> None:
    async with stage() as on:
        await comparing(on, ("ann", "member", 0), ("bo", "member", now())).reconcile(on.guild.id)
        told = ids(on.inbox.of(MemberJoined))
        assert on.user("ann").id in told
        assert on.user("bo").id not in told


async def test_a_stay_whose_beginning_nobody_knows_ends_each_time_anew() -> None:
    async with stage() as on:
        seconds = count(1000.0)
        for _ in range(2):
            await comparing(on, ("gone", "member", 0), clock=lambda: next(seconds)).reconcile(on.guild.id)
        assert len({event.key for event in on.inbox.of(MemberLeft)}) == 2


async def test_who_has_not_agreed_to_the_rules_has_not_joined() -> None:
    async with stage() as on:
        on.fake.joins("eve", on.guild, pending=True)
        await comparing(on).reconcile(on.guild.id)
        assert on.user("eve").id not in ids(on.inbox.of(MemberJoined))


async def test_a_page_that_failed_declares_nobody_gone() -> None:
    async with stage() as on:
        on.fake.faults.fail(100, path="/guilds/{guild_id}/members", status=500)
        comparison = comparing(on, ("gone", "member", 7))
        with pytest.raises(RetryLater):
            await comparison.reconcile(on.guild.id)
        assert on.inbox.events == []


async def test_a_page_that_fails_once_is_asked_for_again() -> None:
    async with stage() as on:
        on.fake.faults.fail(1, path="/guilds/{guild_id}/members", status=500)
        await comparing(on, ("gone", "member", 7)).reconcile(on.guild.id)
        assert len(on.inbox.of(MemberLeft)) == 1


@pytest.mark.parametrize("body", [b"{}", b"null"])
async def test_a_list_that_makes_no_sense_declares_nobody_gone(body: bytes) -> None:
    async with stage() as on:
        on.fake.faults.junk(body, path="/guilds/{guild_id}/members")
        comparison = comparing(on, ("gone", "member", 7))
        with pytest.raises(PlatformError):
            await comparison.reconcile(on.guild.id)
        assert on.inbox.of(MemberLeft) == []


async def test_a_list_that_is_too_short_takes_nobody_out_who_is_there() -> None:
    async with stage() as on:
        on.fake.faults.junk(b"[]", path="/guilds/{guild_id}/members")
        await comparing(on, ("ann", "member", now()), ("gone", "member", 7)).reconcile(on.guild.id)
        assert ids(on.inbox.of(MemberLeft)) == {on.user("gone").id}


async def test_without_the_intent_the_way_to_mend_it_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    async with stage() as on:
        on.fake.world.application["flags"] = 0
        comparison = comparing(on, ("gone", "member", 7))
        with caplog.at_level(logging.WARNING, logger="coterie.adapters.discord.members"):
            await comparison.reconcile(on.guild.id)
            await comparison.reconcile(on.guild.id)
        (record,) = caplog.records
        assert "Server Members Intent" in record.getMessage()
        assert on.inbox.events == []


async def test_a_server_of_no_community_is_passed_over() -> None:
    async with stage() as on:
        on.inbox.broken = lambda _event: UnknownPlace("nobody's")
        await comparing(on, ("gone", "member", 7)).reconcile(on.guild.id)
        assert on.inbox.of(MemberLeft) == []


async def test_a_store_that_fails_is_told_and_declares_nobody_gone() -> None:
    async with stage() as on:
        on.inbox.broken = lambda _event: ConnectionError("the store is gone")
        comparison = comparing(on, ("gone", "member", 7))
        with pytest.raises(ConnectionError):
            await comparison.reconcile(on.guild.id)
        assert on.inbox.of(MemberLeft) == []


async def test_many_members_are_read_in_pages() -> None:
    async with stage(members=()) as on:
        for number in range(2500):
            who = on.fake.person(f"m{number}")
            on.guild.members[who.id] = FakeMember(who, time.time())
        await comparing(on).reconcile(on.guild.id)
        assert len(ids(on.inbox.of(MemberJoined))) == 2501  # and the owner
        assert len(on.fake.called("GET", "/guilds/{guild_id}/members")) == 3


async def test_who_came_meanwhile_is_told_with_the_invite() -> None:
    async with stage() as on:
        link = on.fake.invites("ann", on.guild.channel("general"))
        await on.platform.invites.watch(on.guild.id)
        on.fake.joins("eve", on.guild, link)
        everybody = (("ann", "member", now()), ("bo", "member", now()), (on.guild.owner_id, "operator", now()))
        await comparing(on, *everybody, invites=True).reconcile(on.guild.id)
        (joined,) = on.inbox.of(MemberJoined)
        assert joined.invite == f"https://discord.gg/{link.code}"


# -- applications


async def test_applications_that_wait_are_told_with_the_key_of_the_gateway() -> None:
    async with stage() as on:
        request = on.fake.asks_to_join("cy", on.guild, {"Why?": "Curious"})
        await comparing(on).reconcile(on.guild.id)
        (asked,) = on.inbox.of(JoinRequested)
        assert asked.who.id == on.user("cy").id
        assert asked.text == "Why?: Curious"
        assert asked.key == f"dc:q:{request.id}"


async def test_an_applicant_is_let_in_and_another_refused() -> None:
    async with stage() as on:
        yes, no = on.fake.asks_to_join("cy", on.guild), on.fake.asks_to_join("dan", on.guild)
        await on.platform.approve_join(ApproveJoin(where=on.where, to=on.who("cy")), DELIVERY)
        await on.platform.decline_join(DeclineJoin(where=on.where, to=on.who("dan")), DELIVERY)
        assert (yes.status, no.status) == ("APPROVED", "REJECTED")
        assert on.is_in("cy")


async def test_an_application_that_is_gone_or_decided_is_done() -> None:
    async with stage() as on:
        request = on.fake.asks_to_join("cy", on.guild)
        on.fake.decides_request(request, approve=False)
        await on.platform.approve_join(ApproveJoin(where=on.where, to=on.who("cy")), DELIVERY)
        await on.platform.approve_join(ApproveJoin(where=on.where, to=on.who("ann")), DELIVERY)
        assert not on.is_in("cy")
        assert on.writes() == []


async def test_an_application_that_is_decided_in_between_is_done() -> None:
    async with stage() as on:
        on.fake.asks_to_join("cy", on.guild)
        on.fake.faults.fail(method="PATCH", status=404, code=0)
        with pytest.raises(Refused):
            await on.platform.approve_join(ApproveJoin(where=on.where, to=on.who("cy")), DELIVERY)
        on.fake.faults.fail(method="PATCH", status=404, code=10000 + 95)
        await on.platform.approve_join(ApproveJoin(where=on.where, to=on.who("cy")), DELIVERY)


async def test_a_server_without_applications_is_refused_in_plain_words_and_compared_all_the_same() -> None:
    async with stage(permissions=LESS & ~discord.Permissions.kick_members.flag) as on:
        with pytest.raises(Refused, match="takes no applications"):
            await on.platform.approve_join(ApproveJoin(where=on.where, to=on.who("cy")), DELIVERY)
        await comparing(on, ("gone", "member", 7)).reconcile(on.guild.id)
        assert len(on.inbox.of(MemberLeft)) == 1
        assert on.inbox.of(JoinRequested) == []
