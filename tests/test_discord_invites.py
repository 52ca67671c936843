"""Who came by which invite on Discord: certain where it can be, a guess where it must, silent where nobody can tell."""

from __future__ import annotations

import asyncio
from collections import Counter

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.discord import invites
from coterie.adapters.discord.fake import FakeInvite
from coterie.adapters.discord.invites import Invites, code_of, link_of
from coterie.core.actions import Invite
from coterie.core.cards import Card
from coterie.core.events import MemberJoined, Where
from tests.discord_people_kit import DELIVERY, MARK, Stage, stage

LESS = discord.Permissions.all().value & ~discord.Permissions.administrator.flag


def came(on: Stage, name: str) -> MemberJoined:
    """How the reader tells that somebody came."""
    where = Where("discord", "", on.guild.id)
    return MemberJoined(key=f"dc:j:{on.guild.id}:{name}:1", who=on.who(name), where=where)


async def joins(on: Stage, name: str, invite: FakeInvite | None = None) -> tuple[str, bool]:
    """Somebody comes, and what is said of how."""
    on.fake.joins(name, on.guild, invite)
    event = await on.platform.invites.attributed(came(on, name))
    return event.invite, event.guess


@pytest.mark.asyncio
async def test_the_one_invite_that_was_used_is_named() -> None:
    async with stage() as on:
        link, _ = (
            on.fake.invites("ann", on.guild.channel("general")),
            on.fake.invites("bo", on.guild.channel("general")),
        )
        await on.platform.invites.watch(on.guild.id)
        assert await joins(on, "eve", link) == (f"https://discord.gg/{link.code}", False)
        assert await joins(on, "finn", link) == (f"https://discord.gg/{link.code}", False)


@pytest.mark.asyncio
async def test_who_came_without_an_invite_is_told_unchanged() -> None:
    async with stage() as on:
        on.fake.invites("ann", on.guild.channel("general"))
        await on.platform.invites.watch(on.guild.id)
        assert await joins(on, "eve") == ("", False)


@pytest.mark.asyncio
async def test_an_invite_that_was_made_while_watching_is_known() -> None:
    async with stage() as on:
        await on.platform.invites.watch(on.guild.id)
        link = on.fake.invites("ann", on.guild.channel("general"), max_uses=1)
        on.platform.invites.learn("INVITE_CREATE", link.created_payload())
        assert await joins(on, "eve", link) == (link_of(link.code), False)  # it is gone by then


@pytest.mark.asyncio
async def test_several_that_were_used_are_a_guess_and_each_use_is_named_once() -> None:
    async with stage() as on:
        busy, rare = (on.fake.invites("ann", on.guild.channel("general")) for _ in range(2))
        await on.platform.invites.watch(on.guild.id)
        for name, link in (("eve", busy), ("finn", rare), ("gil", busy)):
            on.fake.joins(name, on.guild, link)
        found = [await on.platform.invites.attributed(came(on, name)) for name in ("eve", "finn", "gil")]
        named = sorted(code_of(event.invite) for event in found)
        assert named == sorted([busy.code, busy.code, rare.code])
        assert found[0].guess
        assert code_of(found[0].invite) == busy.code


@pytest.mark.asyncio
async def test_a_personal_invite_is_certain_among_others() -> None:
    async with stage() as on:
        await on.platform.invites.watch(on.guild.id)
        other = on.fake.invites("ann", on.guild.channel("general"))
        link = await _invited(on, "cy")
        on.fake.joins("eve", on.guild, other)
        assert await joins(on, "cy", on.guild.invites[code_of(link)]) == (link, False)
        event = await on.platform.invites.attributed(came(on, "eve"))
        assert (event.invite, event.guess) == (link_of(other.code), False)


@pytest.mark.asyncio
async def test_a_personal_invite_is_known_after_a_restart() -> None:
    async with stage() as on:
        link = await _invited(on, "cy")
        again = Invites(on.platform.calls, on.platform.me, on.platform.deeds)
        await again.watch(on.guild.id)
        on.fake.joins("cy", on.guild, on.guild.invites[code_of(link)])
        event = await again.attributed(came(on, "cy"))
        assert (event.invite, event.guess) == (link, False)


@pytest.mark.asyncio
async def test_somebody_else_who_uses_a_personal_invite_is_told_with_it() -> None:
    async with stage() as on:
        await on.platform.invites.watch(on.guild.id)
        link = await _invited(on, "cy")
        assert await joins(on, "dan", on.guild.invites[code_of(link)]) == (link, False)


@pytest.mark.asyncio
async def test_those_who_come_at_once_share_looks() -> None:
    async with stage() as on:
        link = on.fake.invites("ann", on.guild.channel("general"))
        await on.platform.invites.watch(on.guild.id)
        names = [f"guest{number}" for number in range(50)]
        for name in names:
            on.fake.joins(name, on.guild, link)
        before = len(on.fake.called("GET", "/guilds/{guild_id}/invites"))
        found = await asyncio.gather(*(on.platform.invites.attributed(came(on, name)) for name in names))
        assert {event.invite for event in found} == {link_of(link.code)}
        assert not any(event.guess for event in found)
        assert len(on.fake.called("GET", "/guilds/{guild_id}/invites")) - before <= 2


@pytest.mark.asyncio
async def test_an_invite_that_somebody_withdrew_was_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    async with stage() as on:
        link = on.fake.invites("ann", on.guild.channel("general"), max_uses=5)
        await on.platform.invites.watch(on.guild.id)
        on.fake.withdraws_invite(link)
        assert await joins(on, "eve") == ("", False)
        once = on.fake.invites("ann", on.guild.channel("general"), max_uses=1)
        assert await joins(on, "finn") == ("", False)
        monkeypatch.setattr(invites, "CLAIM", -1.0)
        on.fake.withdraws_invite(once)
        on.platform.invites.learn("INVITE_DELETE", {"guild_id": on.guild.id, "code": once.code})
        assert await joins(on, "gil") == ("", False)


@pytest.mark.asyncio
async def test_a_look_that_takes_too_long_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invites, "PATIENCE", 0.05)
    async with stage() as on:
        link = on.fake.invites("ann", on.guild.channel("general"))
        await on.platform.invites.watch(on.guild.id)
        on.fake.faults.slow(5.0, path="/guilds/{guild_id}/invites")
        assert await joins(on, "eve", link) == ("", False)


@pytest.mark.asyncio
@pytest.mark.parametrize("kept", ["view_audit_log", "send_messages"])
async def test_without_the_permission_nobody_is_asked_again_and_again(kept: str) -> None:
    less = LESS & ~discord.Permissions.manage_guild.flag
    if kept != "view_audit_log":
        less &= ~discord.Permissions.view_audit_log.flag
    async with stage(permissions=less) as on:
        link = on.fake.invites("ann", on.guild.channel("general"))
        await on.platform.invites.watch(on.guild.id)
        asked = len(on.fake.calls)
        assert await joins(on, "eve", link) == ("", False)
        assert len(on.fake.calls) == asked


@pytest.mark.asyncio
async def test_a_server_that_fails_leaves_the_event_as_it_is_and_is_asked_again() -> None:
    async with stage() as on:
        link = on.fake.invites("ann", on.guild.channel("general"))
        await on.platform.invites.watch(on.guild.id)
        on.fake.faults.fail(1, path="/guilds/{guild_id}/invites", status=500)
        assert await joins(on, "eve", link) == ("", False)
        on.fake.joins("finn", on.guild, link)
        found = await on.platform.invites.attributed(came(on, "finn"))
        assert found.invite == link_of(link.code)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=1, max_size=12))
def test_every_use_is_named_once_however_people_come(arrivals: list[tuple[int, bool]]) -> None:
    """Some come together and some alone, by four invites of which one works once."""

    async def play() -> None:
        async with stage() as on:
            limits = (0, 0, 1, 3)
            links = [on.fake.invites("ann", on.guild.channel("general"), max_uses=limit) for limit in limits]
            await on.platform.invites.watch(on.guild.id)
            waiting, found = list[MemberJoined](), list[MemberJoined]()
            used: Counter[str] = Counter()
            for number, (which, alone) in enumerate(arrivals):
                link = links[which]
                if 0 < limits[which] <= used[link.code]:
                    continue
                used[link.code] += 1
                on.fake.joins(f"guest{number}", on.guild, link)
                waiting.append(came(on, f"guest{number}"))
                if alone:
                    found += await asyncio.gather(*map(on.platform.invites.attributed, waiting))
                    waiting = []
            found += await asyncio.gather(*map(on.platform.invites.attributed, waiting))
            assert Counter(code_of(event.invite) for event in found) == used

    asyncio.run(play())


@pytest.mark.asyncio
async def test_what_makes_no_sense_is_passed_over() -> None:
    async with stage() as on:
        await on.platform.invites.watch(on.guild.id)
        for kind in ("INVITE_CREATE", "INVITE_DELETE", "GUILD_DELETE"):
            for data in (None, {}, {"guild_id": 7, "code": []}, {"guild_id": on.guild.id, "code": "x", "uses": "many"}):
                on.platform.invites.learn(kind, data)
        assert await joins(on, "eve") == ("", False)


async def _invited(on: Stage, name: str) -> str:
    dm = Where("discord", f"u:{on.user(name).id}", kind="dm")
    action = Invite(where=on.where, to=on.who(name), mark=MARK, dm=dm, card=Card(text="Come in."), label="Open")
    return await on.platform.invite(action, DELIVERY)
