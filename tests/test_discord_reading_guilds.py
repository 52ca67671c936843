"""What is known of Discord's servers: channels, threads, roles, owners."""

from __future__ import annotations

from coterie.core.events import Where
from tests.discord_reading_kit import ADMINS, GENERAL, GUILD, MANAGERS, NEWS, OWNER, PLAYERS, guild, guilds, role


def test_channels_and_threads_come_and_go() -> None:
    known = guilds()
    assert known.where(GENERAL, GUILD).title == "general"
    known.learn("CHANNEL_UPDATE", {"id": GENERAL, "guild_id": GUILD, "type": 5, "name": "loud"})
    assert known.where(GENERAL, GUILD) == Where("discord", GENERAL, GUILD, "broadcast", "loud")
    known.learn("THREAD_CREATE", {"id": "121", "guild_id": GUILD, "type": 12, "name": "new", "parent_id": GENERAL})
    assert (known.where("121", GUILD).kind, known.kind("121", GUILD)) == ("thread", 12)
    known.learn("THREAD_DELETE", {"id": "121", "guild_id": GUILD, "type": 12, "parent_id": GENERAL})
    assert known.kind("121", GUILD) is None
    known.learn("CHANNEL_DELETE", {"id": GENERAL, "guild_id": GUILD, "type": 0})
    assert [known.kind(each, GUILD) for each in (GENERAL, "120", NEWS)] == [None, None, 5]


def test_a_list_of_threads_takes_the_place_of_those_that_were_known() -> None:
    known = guilds()
    thread = {"id": "122", "guild_id": GUILD, "type": 11, "name": "other", "parent_id": NEWS}
    known.learn("THREAD_LIST_SYNC", {"guild_id": GUILD, "channel_ids": [NEWS], "threads": [thread]})
    assert (known.kind("120", GUILD), known.kind("122", GUILD)) == (11, 11)
    known.learn("THREAD_LIST_SYNC", {"guild_id": GUILD, "threads": []})
    assert (known.kind("120", GUILD), known.kind("122", GUILD)) == (None, None)


def test_a_channel_that_is_not_known_is_what_the_payload_says() -> None:
    told = {"id": "150", "type": 11, "name": "fresh"}
    assert guilds().where("150", GUILD, told) == Where("discord", "150", GUILD, "thread", "fresh")
    assert guilds().where("151", GUILD, told) == Where("discord", "151", GUILD)


def test_an_outage_forgets_nothing_and_a_farewell_everything() -> None:
    known = guilds()
    known.learn("GUILD_DELETE", {"id": GUILD, "unavailable": True})
    known.learn("GUILD_CREATE", {"id": GUILD, "unavailable": True})
    assert known.ids() == [GUILD]
    known.learn("GUILD_DELETE", {"id": GUILD})
    assert GUILD not in known
    assert known.get(GUILD) is None
    assert known.home(GUILD) == Where("discord", "", GUILD)


def test_roles_have_an_order_and_permissions_add_up() -> None:
    known = guilds()
    top = known.top_role(GUILD, [PLAYERS, MANAGERS, "999"])
    assert top is not None
    assert top.name == "Managers"
    everyone = known.top_role(GUILD, [])
    assert everyone is not None
    assert everyone.id == GUILD
    assert known.top_role("101", [ADMINS]) is None
    assert known.permissions(GUILD, "555", [PLAYERS, MANAGERS]) == 1 << 10 | 1 << 5
    assert known.permissions(GUILD, "555", [ADMINS]) == known.permissions(GUILD, OWNER, []) == -1
    assert known.permissions("101", "555", [ADMINS]) == 0
    assert [known.is_operator(GUILD, "555", [each]) for each in (MANAGERS, PLAYERS)] == [True, False]
    found = known.role(GUILD, ADMINS)
    assert found is not None
    assert (found.position, found.managed) == (9, False)
    assert known.role(GUILD, "999") is known.role("101", ADMINS) is None


def test_of_two_roles_in_one_position_the_older_is_higher() -> None:
    roles = [role("7", "older", 3, 0), role("70", "younger", 3, 0)]
    top = guilds(roles=roles).top_role(GUILD, ["70", "7"])
    assert top is not None
    assert top.name == "older"


def test_answers_about_a_guild_fill_in_what_is_known() -> None:
    known = guilds(channels=[], threads=[])
    assert known.kind(GENERAL, GUILD) is None
    known.fill(guild(channels=None), [{"id": GENERAL, "type": 0, "name": "general"}], [])
    assert known.kind(GENERAL, GUILD) == 0
    known.fill(None)
    known.fill([], "x", 5)
    assert known.kind(GENERAL, GUILD) == 0
