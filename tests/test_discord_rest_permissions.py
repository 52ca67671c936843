"""The fake's permissions against discord.py's own computation, and what may be done to whom."""

from __future__ import annotations

import random

import discord
import pytest

from coterie.adapters.discord.fake import FakeDiscord, FakeOverwrite
from coterie.adapters.discord.fake.permissions import bits, manages, may, outranks, own
from tests.discord_fake_kit import client
from tests.discord_rest_kit import Clock, own_role

NAMES = (
    "view_channel", "send_messages", "embed_links", "attach_files", "mention_everyone", "read_message_history",
    "manage_messages", "pin_messages", "add_reactions", "create_public_threads", "send_messages_in_threads",
    "send_polls",
)  # fmt: skip


@pytest.mark.asyncio
async def test_overwrites_come_out_as_the_library_computes_them() -> None:
    chance = random.Random(7)

    def some() -> int:
        return bits(*(name for name in NAMES if chance.random() < 0.25))

    async with FakeDiscord() as fake:
        guild = fake.add_guild("Harbour", permissions=some())
        roles = [fake.add_role(guild, f"r{number}", permissions=some()) for number in range(3)]
        for role in roles[:2]:
            fake.gives_role(fake.world.bot, guild, role)
        about = [(guild.id, 0), *((role.id, 0) for role in roles), (own_role(fake, guild).id, 0), (fake.bot_id, 1)]
        for number in range(80):
            rules = [FakeOverwrite(one, kind, some(), some()) for one, kind in about if chance.random() < 0.6]
            fake.add_channel(guild, f"c{number}", overwrites=rules)
        async with client(fake) as bot:
            home = bot.get_guild(int(guild.id))
            for channel in guild.channels.values():
                theirs = home.get_channel(int(channel.id)).permissions_for(home.me)
                ours = discord.Permissions(own(fake.world, guild, channel))
                if theirs.view_channel:
                    assert {n for n in NAMES if getattr(ours, n)} == {n for n in NAMES if getattr(theirs, n)}
                else:
                    assert not ours.view_channel


def test_owners_and_administrators_may_everything_and_a_timeout_leaves_looking_on() -> None:
    clock = Clock()
    fake = FakeDiscord(clock=clock)
    guild = fake.add_guild("Harbour", permissions=bits("administrator"))
    room = guild.channel("general")
    room.overwrites.append(FakeOverwrite(guild.id, 0, 0, bits("view_channel", "send_messages")))
    assert may(fake.world, guild, room, *NAMES)
    own_role(fake, guild).permissions = bits("send_messages", "manage_roles")
    assert not may(fake.world, guild, room, "view_channel")
    room.overwrites.clear()
    assert may(fake.world, guild, room, "send_messages", "embed_links")
    guild.members[fake.bot_id].muted_until = clock.now + 60
    assert discord.Permissions(own(fake.world, guild, room)) == discord.Permissions(
        view_channel=True, read_message_history=True
    )
    clock.now += 61
    assert may(fake.world, guild, room, "send_messages")


def test_only_who_stands_lower_can_be_moderated_and_only_lower_roles_given() -> None:
    fake = FakeDiscord()
    guild = fake.add_guild("Harbour", members=["ann", "mod"])
    low, high = fake.add_role(guild, "low"), fake.add_role(guild, "high", above_bot=True)
    fake.gives_role("mod", guild, high)
    assert outranks(fake.world, guild, fake.person("ann").id)
    assert not outranks(fake.world, guild, fake.person("mod").id)
    assert not outranks(fake.world, guild, guild.owner_id)
    assert manages(fake.world, guild, low.id)
    assert not manages(fake.world, guild, high.id)
    assert not manages(fake.world, guild, own_role(fake, guild).id)
    guild.owner_id = fake.bot_id
    assert outranks(fake.world, guild, fake.person("mod").id)


def test_who_may_not_send_may_not_use_what_needs_it() -> None:
    fake = FakeDiscord()
    guild = fake.add_guild("Harbour", permissions=0)
    room = guild.channel("general")
    thread = fake.add_thread("owner", room, "plans")
    room.overwrites.append(FakeOverwrite(guild.id, 0, 0, bits("send_messages")))
    assert not may(fake.world, guild, room, "embed_links")
    assert may(fake.world, guild, thread, "send_messages", "embed_links")
    room.overwrites[0].deny = bits("send_messages_in_threads")
    assert may(fake.world, guild, room, "send_messages")
    assert not may(fake.world, guild, thread, "send_messages")
