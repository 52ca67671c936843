"""What `coterie check` says about a Discord bot: one plain sentence for each problem, and none without one."""

from __future__ import annotations

import json
from datetime import time
from typing import Any, get_args
from zoneinfo import ZoneInfo

import discord
import pytest

from coterie.adapters.discord.check import BASIC, check
from coterie.adapters.discord.config import DiscordConfig, Right
from coterie.adapters.discord.fake import FakeOverwrite
from coterie.adapters.discord.rights import WORDS
from coterie.adapters.discord.surroundings import Surroundings, surroundings_of
from coterie.core.config import Config, Settings, validate
from coterie.core.config.communities import AccessConfig, SpaceConfig
from coterie.core.config.reader import CommunitySettings
from coterie.core.config.types import CoreConfig
from coterie.core.events import JoinRequested, MemberJoined, MessagePosted
from coterie.core.plugin import Plugin
from tests.discord_people_kit import Stage, stage

LESS = discord.Permissions.all().value & ~discord.Permissions.administrator.flag


def without(*names: str) -> int:
    """All permissions but some, and not to administrate."""
    found = LESS
    for name in names:
        found &= ~getattr(discord.Permissions, name).flag
    return found


async def problems(on: Stage, spaces: tuple[str, ...] | None = None, **fields: Any) -> list[str]:
    values = fields.pop("config", {})
    config = validate(DiscordConfig, {"token": on.fake.token, "rest_url": on.fake.rest_url, **values})
    around = Surroundings(spaces=(on.guild.id,) if spaces is None else spaces, **fields)
    return await check(on.platform.calls, config, around)


async def one(on: Stage, **fields: Any) -> str:
    """The only problem."""
    (found,) = await problems(on, **fields)
    return found


@pytest.mark.asyncio
async def test_nothing_is_wrong_and_nothing_is_changed() -> None:
    async with stage() as on:
        gold = on.fake.add_role(on.guild, "Gold")
        roles, private = {on.guild.id: (gold.id,)}, frozenset({on.guild.id})
        assert (
            await problems(on, readers=("levels",), greeters=("gate",), doors=("gate",), roles=roles, private=private)
            == []
        )
        assert on.writes() == []


@pytest.mark.asyncio
async def test_permissions_that_are_missing_are_named_with_an_invitation_that_has_them() -> None:
    async with stage(permissions=without("ban_members", "pin_messages")) as on:
        said = await one(on)
        assert "“Pin Messages”, “Ban Members”" in said
        assert "“Harbour”" in said
        assert f"client_id={on.fake.application_id}" in said
        bits = int(said.rpartition("permissions=")[2])
        assert discord.Permissions(bits).is_superset(discord.Permissions(ban_members=True, pin_messages=True))


@pytest.mark.asyncio
async def test_what_only_accesses_need_is_asked_for_where_there_are_some() -> None:
    async with stage(permissions=without("manage_roles", "view_audit_log")) as on:
        gold = on.fake.add_role(on.guild, "Gold")
        assert await problems(on) == []
        said = await one(on, roles={on.guild.id: (gold.id,)})
        assert "“Manage Roles”, “View Audit Log”" in said


@pytest.mark.asyncio
async def test_a_role_above_the_bot_is_told_before_an_access_needs_it() -> None:
    async with stage() as on:
        boss = on.fake.add_role(on.guild, "Boss", above_bot=True)
        said = await one(on, roles={on.guild.id: (boss.id,)})
        assert "an access cannot be given" in said
        assert "“Boss” is not below" in said


@pytest.mark.asyncio
async def test_channels_in_which_the_bot_may_do_less_are_named() -> None:
    async with stage(permissions=LESS) as on:
        bits = discord.Permissions(embed_links=True, attach_files=True).value
        for name in ("rules", "news", "art", "talk", "games"):
            channel = on.fake.add_channel(on.guild, name)
            if name != "talk":
                channel.overwrites.append(FakeOverwrite(on.guild.id, 0, deny=bits))
        said = await one(on)
        assert "“Embed Links”, “Attach Files”" in said
        assert "#rules, #news, #art and 1 more channels" in said
        assert "#talk" not in said


@pytest.mark.asyncio
async def test_a_channel_that_is_hidden_or_not_written_in_is_no_problem() -> None:
    async with stage(permissions=LESS) as on:
        for name, denied in (("staff", "view_channel"), ("rules", "send_messages")):
            channel = on.fake.add_channel(on.guild, name)
            channel.overwrites.append(FakeOverwrite(on.guild.id, 0, deny=getattr(discord.Permissions, denied).flag))
        assert await problems(on) == []


@pytest.mark.asyncio
async def test_a_server_with_no_channel_to_write_in_is_told() -> None:
    async with stage(permissions=LESS) as on:
        for channel in on.guild.channels.values():
            channel.overwrites.append(FakeOverwrite(on.guild.id, 0, deny=discord.Permissions.send_messages.flag))
        assert "can write in no channel" in await one(on)


@pytest.mark.asyncio
async def test_a_private_server_needs_a_channel_to_invite_to() -> None:
    async with stage(permissions=LESS) as on:
        for channel in on.guild.channels.values():
            bits = discord.Permissions.create_instant_invite.flag
            channel.overwrites.append(FakeOverwrite(on.guild.id, 0, deny=bits))
        assert "can invite to no channel" in await one(on, private=frozenset({on.guild.id}))
        assert await problems(on) == []


@pytest.mark.asyncio
async def test_a_server_without_the_bot_comes_with_an_invitation() -> None:
    async with stage() as on:
        said = await one(on, spaces=("123456789",))
        assert "the bot is not in the server 123456789" in said
        assert "scope=bot+applications.commands" in said


@pytest.mark.asyncio
async def test_no_server_at_all_is_told_unless_all_are_served() -> None:
    async with stage() as on:
        assert "no community names a Discord server" in await one(on, spaces=())
        assert await problems(on, spaces=(), config={"guilds": ["*"]}) == []


@pytest.mark.asyncio
async def test_intents_that_are_off_are_told_with_the_switch() -> None:
    async with stage() as on:
        on.fake.world.application["flags"] = 0
        members, content = await problems(on, readers=("levels",))
        assert "Server Members Intent" in members
        assert "Message Content Intent" in content
        assert "levels must see" in content
        assert await problems(on, config={"members": False, "message_content": False}) == []


@pytest.mark.asyncio
async def test_what_the_configuration_hides_from_plugins_is_told() -> None:
    async with stage() as on:
        quiet = {"members": False, "message_content": False}
        members, content = await problems(on, readers=("levels",), greeters=("gate",), config=quiet)
        assert "gate must hear it" in members
        assert "levels need to see it" in content
        assert "commands that begin with !" in await one(on, config={"message_content": False, "prefix": "!"})


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"shards": 1, "session_start_limit": {"remaining": 3, "reset_after": 3_600_001}}, "in the next 2 hours"),
        ({"shards": 4, "session_start_limit": {"remaining": 900}}, "shards = { count = 4 }"),
    ],
)
async def test_what_the_gateway_wants_is_told(answer: dict[str, Any], said: str) -> None:
    async with stage() as on:
        on.fake.faults.junk(json.dumps(answer).encode(), path="/gateway/bot")
        assert said in await one(on)


@pytest.mark.asyncio
async def test_a_sku_that_the_shop_does_not_have_is_told() -> None:
    async with stage() as on:
        sku = on.fake.add_sku("Gold")
        skus = {"gold": {"id": sku.id}, "hat": {"id": "12345"}}
        assert "no SKU 12345" in await one(on, config={"skus": skus})


@pytest.mark.asyncio
async def test_a_token_that_is_refused_is_one_line() -> None:
    async with stage() as on:
        on.fake.faults.fail(path="/applications/@me", status=401)
        said = await one(on)
        assert "Reset Token" in said
        assert on.fake.token not in said


@pytest.mark.asyncio
async def test_a_network_that_is_down_is_one_line() -> None:
    async with stage() as on:
        async with on.fake.offline():
            said = await one(on)
        assert "could not be asked" in said
        assert "\n" not in said


@pytest.mark.asyncio
@pytest.mark.parametrize("body", [b"[]", b"{}", b"null"])
async def test_something_else_that_answers_is_told(body: bytes) -> None:
    async with stage() as on:
        on.fake.faults.junk(body, path="/applications/@me")
        assert "is not Discord's REST API" in await one(on)


def test_every_expected_permission_has_discords_own_name() -> None:
    assert {*BASIC, *get_args(Right)} <= set(WORDS)
    assert all(name in discord.Permissions.VALID_FLAGS for name in WORDS)


# -- what is expected


class Reads(Plugin):
    name = "reads"

    def on_message(self, event: MessagePosted, ctx: Any) -> None: ...


class Greets(Plugin):
    name = "greets"

    def on_member_joined(self, event: MemberJoined, ctx: Any) -> None: ...


class Decides(Plugin):
    name = "decides"

    def decide_join(self, event: JoinRequested, ctx: Any) -> None: ...


class Idle(Plugin):
    name = "idle"

    def on_message(self, event: MessagePosted, ctx: Any) -> None: ...


def community(spaces: list[tuple[str, str]], on: list[str], targets: list[dict[str, Any]]) -> CommunitySettings:
    access = {"gold": validate(AccessConfig, {"targets": targets})} if targets else {}
    return CommunitySettings(
        name="owls",
        title="Owls",
        locale="en",
        timezone=ZoneInfo("UTC"),
        day_start=time(0),
        operators=(),
        spaces=tuple(validate(SpaceConfig, {"platform": platform, "id": id}) for platform, id in spaces),
        plugins={name: Config() for name in on},
        written={},
        access=access,
    )


def test_what_communities_and_their_plugins_expect_is_gathered() -> None:
    here = {"platform": "discord", "space": "10"}
    owls = community(
        [("discord", "10"), ("telegram", "-5")],
        ["reads", "greets", "decides"],
        [here | {"role": "7"}, here | {"role": "8"}, {"platform": "discord", "space": "11", "join": True}],
    )
    mice = community([("telegram", "-6")], ["idle"], [])
    settings = Settings(core=CoreConfig(), adapters={}, plugins={}, communities=(owls, mice))
    assert surroundings_of(settings, [Reads(), Greets(), Decides(), Idle()]) == Surroundings(
        spaces=("10",),
        readers=("reads",),
        greeters=("greets",),
        doors=("decides",),
        roles={"10": ("7", "8")},
        private=frozenset({"11"}),
    )
