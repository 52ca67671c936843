"""Timeouts, kicks, bans and nicknames on Discord: done once, refused in plain words, with the reason in the log."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import quote

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.moderation import LONGEST_MUTE
from coterie.adapters.discord.spaces import REASON, reason_of
from coterie.core.actions import Ban, Kick, Mute, SetNickname, Unban, Unmute
from coterie.core.events import Who
from coterie.core.platform import Refused
from tests.discord_people_kit import DELIVERY, Stage, stage

LESS = discord.Permissions.all().value & ~discord.Permissions.administrator.flag
VERBS: dict[type[Any], str] = {
    Mute: "mute",
    Unmute: "unmute",
    Kick: "kick",
    Ban: "ban",
    Unban: "unban",
    SetNickname: "set_nickname",
}


def soon(seconds: float) -> int:
    """An instant as the core has it."""
    return int((time.time() + seconds) * 1000)


async def do(on: Stage, kind: type[Any], to: str = "ann", **fields: Any) -> str:
    said: str = await getattr(on.platform, VERBS[kind])(kind(where=on.where, to=on.who(to), **fields), DELIVERY)
    return said


@pytest.mark.asyncio
async def test_a_mute_ends_when_it_should() -> None:
    async with stage() as on:
        until = soon(3600)
        await do(on, Mute, until=until, reason="spam, again")
        assert abs(on.member("ann").muted_until * 1000 - until) <= 1
        assert on.reasons() == ["spam, again"]


@pytest.mark.asyncio
@pytest.mark.parametrize("until", [0, 90 * 86_400])
async def test_the_longest_mute_is_within_what_discord_allows_and_the_core_renews_it(until: int) -> None:
    async with stage() as on:
        await do(on, Mute, until=until and soon(until))
        left = on.member("ann").muted_until - time.time()
        assert LONGEST_MUTE - 120 < left < LONGEST_MUTE
        assert on.platform.longest_mute == LONGEST_MUTE


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", [Mute, Ban])
async def test_what_has_ended_while_it_waited_asks_for_nothing(kind: type[Any]) -> None:
    async with stage() as on:
        await do(on, kind, until=soon(-5))
        assert list(on.fake.calls)[2:] == []


@pytest.mark.asyncio
async def test_a_mute_is_lifted_once() -> None:
    async with stage() as on:
        await do(on, Mute, until=soon(600))
        await do(on, Unmute, reason="sorry")
        assert on.member("ann").muted_until == 0
        written = len(on.writes())
        await do(on, Unmute)
        await do(on, Unmute, "cy")
        assert len(on.writes()) == written


@pytest.mark.asyncio
async def test_who_is_not_there_cannot_be_muted_or_named() -> None:
    async with stage() as on:
        for kind in (Mute, SetNickname):
            with pytest.raises(Refused, match="not in the server"):
                await do(on, kind, "cy")


@pytest.mark.asyncio
async def test_somebody_is_kicked_and_may_come_back() -> None:
    async with stage() as on:
        await do(on, Kick, reason="bye")
        assert not on.is_in("ann")
        await do(on, Kick)  # out already
        on.fake.joins("ann", on.guild)


@pytest.mark.asyncio
async def test_a_ban_keeps_out_also_who_was_not_there_and_says_when_it_ends() -> None:
    async with stage() as on:
        await do(on, Ban, reason="spam")
        await do(on, Ban, "cy", until=4_102_444_800_000, reason="raid")
        assert set(on.guild.bans) == {on.user("ann").id, on.user("cy").id}
        assert on.guild.bans[on.user("cy").id] == "(until 2100-01-01 00:00 UTC) raid"
        assert not on.platform.bans_end
        assert on.fake.called("PUT", "/guilds/{guild_id}/bans/{user_id}") == [{"delete_message_seconds": 0}] * 2


@pytest.mark.asyncio
async def test_a_ban_is_lifted_and_who_is_not_banned_is_done() -> None:
    async with stage() as on:
        await do(on, Ban)
        await do(on, Unban)
        await do(on, Unban)
        assert on.guild.bans == {}


@pytest.mark.asyncio
async def test_a_name_is_given_and_taken_back() -> None:
    async with stage() as on:
        await do(on, SetNickname, name="Captain Ann")
        assert on.member("ann").nick == "Captain Ann"
        await do(on, SetNickname)
        assert on.member("ann").nick is None
        with pytest.raises(Refused, match="32"):
            await do(on, SetNickname, name="x" * 33)


@pytest.mark.asyncio
@pytest.mark.parametrize("kind", [Mute, Kick, Ban, SetNickname])
async def test_who_runs_the_server_or_stands_above_the_bot_is_not_touched(kind: type[Any]) -> None:
    async with stage() as on:
        boss = on.fake.add_role(on.guild, "Boss", above_bot=True)
        staff = on.fake.add_role(on.guild, "Staff", permissions=discord.Permissions.manage_guild.flag)
        on.fake.gives_role("ann", on.guild, boss)
        on.fake.gives_role("bo", on.guild, staff)
        with pytest.raises(Refused, match="not below the bot's"):
            await do(on, kind)
        with pytest.raises(Refused, match="administrator"):
            await do(on, kind, "bo")
        verb = getattr(on.platform, VERBS[kind])
        with pytest.raises(Refused, match="owns the server"):
            await verb(kind(where=on.where, to=Who("discord", on.guild.owner_id)), DELIVERY)
        with pytest.raises(Refused, match="the bot itself"):
            await verb(kind(where=on.where, to=Who("discord", on.fake.bot_id)), DELIVERY)
        assert on.writes() == []


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("kind", "permission", "called"),
    [
        (Mute, "moderate_members", "Timeout Members"),
        (Kick, "kick_members", "Kick Members"),
        (Ban, "ban_members", "Ban Members"),
        (Unban, "ban_members", "Ban Members"),
        (SetNickname, "manage_nicknames", "Manage Nicknames"),
    ],
)
async def test_a_permission_that_is_missing_is_named_as_discord_names_it(
    kind: type[Any], permission: str, called: str
) -> None:
    async with stage(permissions=LESS & ~getattr(discord.Permissions, permission).flag) as on:
        with pytest.raises(Refused, match=f"“{called}”"):
            await do(on, kind)
        assert on.writes() == []


@pytest.mark.asyncio
async def test_a_role_that_was_raised_meanwhile_is_seen_before_anything_is_refused() -> None:
    async with stage() as on:
        boss = on.fake.add_role(on.guild, "Boss", above_bot=True)
        on.fake.gives_role("ann", on.guild, boss)
        with pytest.raises(Refused):
            await do(on, Kick)
        boss.position = 0
        await do(on, Kick)
        assert not on.is_in("ann")


@given(st.text(max_size=700))
def test_a_reason_fits_whatever_its_letters(text: str) -> None:
    text = text.encode("utf-8", "replace").decode()
    said = reason_of(text)
    assert len(quote(said, safe="/ ")) <= REASON
    assert "\n" not in said
    if len(quote(" ".join(text.split()), safe="/ ")) <= REASON:
        assert said == " ".join(text.split())
