"""The fake reckons permissions as discord.py does, for servers of every kind."""

from __future__ import annotations

import discord
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.fake import FakeDiscord, FakeOverwrite

P = discord.Permissions
BITS = [P.view_channel.flag, P.send_messages.flag, P.manage_messages.flag, P.add_reactions.flag, P.administrator.flag]
SOME = st.lists(st.sampled_from(BITS), max_size=3).map(sum_up := lambda bits: sum(set(bits)))
CHANNEL_BITS = st.lists(st.sampled_from(BITS[:4]), max_size=3).map(sum_up)
SEEN = (P.manage_messages.flag, P.add_reactions.flag, P.send_messages.flag)


@given(
    everyone=SOME,
    roles=st.lists(st.tuples(SOME, st.booleans()), max_size=3),
    overwrites=st.lists(st.tuples(st.integers(0, 4), CHANNEL_BITS, CHANNEL_BITS), max_size=5),
    owner=st.booleans(),
)
def test_permissions_are_those_that_the_library_reckons(
    everyone: int, roles: list[tuple[int, bool]], overwrites: list[tuple[int, int, int]], owner: bool
) -> None:
    fake = FakeDiscord()
    guild = fake.add_guild("Harbour", members=["ann"], owner="ann" if owner else "owner")
    guild.everyone.permissions = everyone
    ann = guild.members[fake.person("ann").id]
    for number, (bits, held) in enumerate(roles):
        role = fake.add_role(guild, str(number), permissions=bits)
        if held:
            ann.roles.append(role.id)
    channel = guild.channel("general")
    targets = [guild.id, *(role for role in guild.roles if role != guild.id), ann.user.id]
    chosen = {targets[number % len(targets)]: (allow, deny & ~allow) for number, allow, deny in overwrites}
    channel.overwrites = [FakeOverwrite(one, int(one == ann.user.id), *bits) for one, bits in chosen.items()]

    client = discord.Client(intents=discord.Intents.all())
    data = guild.created_payload(fake.bot_id, large_threshold=50, whole=True)
    real = discord.Guild(data=data, state=client._connection)  # type: ignore[arg-type]
    member, place = real.get_member(int(ann.user.id)), real.get_channel(int(channel.id))
    assert member is not None
    assert isinstance(place, discord.TextChannel)
    expected = place.permissions_for(member).value
    found = guild.permissions(ann.user.id, channel)
    assert found & P.view_channel.flag == expected & P.view_channel.flag
    if found & P.view_channel.flag:
        assert [found & bit for bit in SEEN] == [expected & bit for bit in SEEN]
    assert guild.permissions(ann.user.id) == member.guild_permissions.value
