"""Who comes and goes on Discord, who runs a server, who asks to be let in."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.discord.reading import Reader
from coterie.adapters.discord.reading.members import join_key
from coterie.core.events import Event, JoinRequested, MemberJoined, MemberLeft, StandingChanged, Where, Who
from tests.discord_reading_kit import (
    ADMINS,
    ALICE,
    GUILD,
    JOINED,
    MANAGERS,
    MARK,
    OURS,
    OWNER,
    PLAYERS,
    ROBOT,
    ROOM,
    W_ALICE,
    Raw,
    events,
    guild,
    guilds,
    interaction,
    member,
    one,
    reader,
    role,
    snowflake,
)

JOINED_AT = 1789995200123
KEY = f"dc:j:{GUILD}:555:{JOINED_AT}"


def newcomer(*roles: str, user: Raw = ALICE, **fields: Any) -> Raw:
    """The body of a GUILD_MEMBER_ADD or GUILD_MEMBER_UPDATE."""
    return {**member(*roles), "guild_id": GUILD, "user": user, "pending": False, **fields}


def gated() -> Reader:
    """A reader of a guild whose newcomers have to agree to rules."""
    return reader(known=guilds(features=["MEMBER_VERIFICATION_GATE_ENABLED"]))


# -- coming and going


def test_a_newcomer_joins_where_the_guild_tells_its_news() -> None:
    assert JOINED.startswith("2026")
    found = one("GUILD_MEMBER_ADD", newcomer())
    assert found == MemberJoined(key=KEY, at=JOINED_AT, who=W_ALICE, where=ROOM)
    assert join_key(GUILD, "555", JOINED_AT) == KEY


def test_a_guild_without_such_a_channel_is_a_place_without_one() -> None:
    found = one("GUILD_MEMBER_ADD", newcomer(), reader(known=guilds(system_channel_id=None)))
    assert found.where == Where("discord", "", GUILD, "room", "Harbour")


def test_joining_told_twice_has_one_key_and_joining_again_another() -> None:
    by = reader()
    first, second = one("GUILD_MEMBER_ADD", newcomer(), by), one("GUILD_MEMBER_ADD", newcomer(), by, "s:9")
    again = one("GUILD_MEMBER_ADD", newcomer(joined_at="2026-10-01T00:00:00Z"), by)
    assert first.key == second.key != again.key


def test_without_a_date_the_payload_itself_is_the_key() -> None:
    assert one("GUILD_MEMBER_ADD", newcomer(joined_at=None)).key == f"dc:{MARK}:555"


def test_who_has_to_agree_to_rules_joins_when_they_have() -> None:
    by = gated()
    assert events("GUILD_MEMBER_ADD", newcomer(pending=True), by) == []
    assert events("GUILD_MEMBER_UPDATE", newcomer(pending=True, nick="Al"), by) == []
    assert one("GUILD_MEMBER_UPDATE", newcomer(), by).key == KEY
    assert events("GUILD_MEMBER_UPDATE", newcomer(PLAYERS), by) == []


def test_who_was_let_in_at_once_does_not_join_again_when_something_changes() -> None:
    by = gated()
    assert len(events("GUILD_MEMBER_ADD", newcomer(), by)) == 1
    assert events("GUILD_MEMBER_UPDATE", newcomer(PLAYERS), by) == []


def test_after_a_restart_an_agreement_is_not_missed() -> None:
    by = gated()
    assert [each.key for each in events("GUILD_MEMBER_UPDATE", newcomer(), by)] == [KEY]
    assert events("GUILD_MEMBER_UPDATE", newcomer(), by) == []


def test_where_nobody_has_to_agree_a_change_is_no_joining() -> None:
    assert events("GUILD_MEMBER_UPDATE", newcomer()) == []


def test_who_leaves_before_agreeing_has_forgotten_everything() -> None:
    by = gated()
    events("GUILD_MEMBER_ADD", newcomer(pending=True), by)
    left = one("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": ALICE}, by)
    assert left == MemberLeft(key=f"dc:{MARK}", who=W_ALICE, where=ROOM)


def test_bots_join_as_bots_and_the_bot_itself_does_not() -> None:
    assert one("GUILD_MEMBER_ADD", newcomer(user=ROBOT)).who == Who("discord", "888", "robot", bot=True)
    for kind in ("GUILD_MEMBER_ADD", "GUILD_MEMBER_UPDATE", "GUILD_MEMBER_REMOVE"):
        assert events(kind, newcomer(ADMINS, user=OURS)) == []


# -- who runs a guild


def standing(found: list[Event]) -> list[tuple[str, str]]:
    """Who has which standing now."""
    assert all(isinstance(each, StandingChanged) for each in found)
    return [(each.who.id, each.standing) for each in found if isinstance(each, StandingChanged) and each.who]


@pytest.mark.parametrize("role_id", [ADMINS, MANAGERS])
def test_who_gets_to_run_the_guild_is_an_operator_until_they_do_not(role_id: str) -> None:
    by = reader()
    assert standing(events("GUILD_MEMBER_UPDATE", newcomer(PLAYERS, role_id), by)) == [("555", "operator")]
    assert events("GUILD_MEMBER_UPDATE", newcomer(PLAYERS, role_id, nick="Boss"), by) == []
    assert standing(events("GUILD_MEMBER_UPDATE", newcomer(PLAYERS), by)) == [("555", "member")]
    assert events("GUILD_MEMBER_UPDATE", newcomer(), by) == []


def test_the_owner_is_an_operator_without_any_role() -> None:
    found = events("GUILD_MEMBER_UPDATE", newcomer(user={**ALICE, "id": OWNER}))
    assert standing(found) == [(OWNER, "operator")]


def test_who_ran_the_guild_before_is_known_when_it_was_said() -> None:
    by = reader()
    assert events("GUILD_MEMBER_UPDATE", newcomer(), by) == []
    by.set_operator(GUILD, "555", [ADMINS])
    assert standing(events("GUILD_MEMBER_UPDATE", newcomer(), by)) == [("555", "member")]


def test_bots_are_no_operators() -> None:
    assert events("GUILD_MEMBER_UPDATE", newcomer(ADMINS, user=ROBOT)) == []


def test_nothing_is_said_of_standings_in_a_guild_that_is_not_known() -> None:
    by = reader(known=guilds(id="101"))
    by.set_operator(GUILD, "555")
    assert events("GUILD_MEMBER_UPDATE", newcomer(), by) == []


def test_an_operator_who_leaves_is_one_no_more() -> None:
    by = reader()
    events("GUILD_MEMBER_ADD", newcomer(ADMINS), by)
    found = events("GUILD_MEMBER_REMOVE", {"guild_id": GUILD, "user": ALICE}, by)
    assert [type(each) for each in found] == [StandingChanged, MemberLeft]
    assert len({each.key for each in found}) == 2


def test_a_newcomer_with_a_role_joins_first_and_runs_the_guild_then() -> None:
    found = events("GUILD_MEMBER_ADD", newcomer(ADMINS))
    assert [type(each) for each in found] == [MemberJoined, StandingChanged]
    assert len({each.key for each in found}) == 2


def test_an_interaction_shows_who_runs_the_guild_and_takes_it_from_nobody() -> None:
    by = reader()
    raw = interaction(2, {"name": "help"}, member={**member(ADMINS), "user": ALICE})
    assert [type(each).__name__ for each in events("INTERACTION_CREATE", raw, by)] == [
        "StandingChanged",
        "CommandCalled",
    ]
    assert len(events("INTERACTION_CREATE", raw, by)) == 1
    assert len(events("INTERACTION_CREATE", interaction(2, {"name": "help"}), by)) == 1
    assert standing(events("GUILD_MEMBER_UPDATE", newcomer(), by)) == [("555", "member")]


def test_a_role_that_loses_its_power_takes_it_from_those_who_have_it() -> None:
    known = guilds()
    by = reader(known=known)
    events("GUILD_MEMBER_UPDATE", newcomer(ADMINS), by)
    by.set_operator(GUILD, "777", [MANAGERS])
    by.set_operator("101", "778", [ADMINS])
    weak = {"guild_id": GUILD, "role": role(ADMINS, "Admins", 9, 0)}
    known.learn("GUILD_ROLE_UPDATE", weak)
    found = events("GUILD_ROLE_UPDATE", weak, by)
    assert ("555", "member") in standing(found)
    assert ("777", "member") not in standing(found)
    gone = {"guild_id": GUILD, "role_id": MANAGERS}
    known.learn("GUILD_ROLE_DELETE", gone)
    assert standing(events("GUILD_ROLE_DELETE", gone, by)) == [("777", "member")]


def test_a_guild_that_changes_hands_has_another_operator() -> None:
    known = guilds()
    by = reader(known=known)
    by.set_operator(GUILD, OWNER)
    known.learn("GUILD_UPDATE", guild(owner_id="777", channels=[]))
    found = events("GUILD_UPDATE", guild(owner_id="777"), by)
    assert standing(found) == [(OWNER, "member"), ("777", "operator")]
    assert len({each.key for each in found}) == 2


# -- applications

FORM: list[Raw] = [
    {"field_type": "TERMS", "label": "Rules", "values": ["Be kind"], "response": True, "required": True},
    {"field_type": "TEXT_INPUT", "label": "Why?", "response": " Curious ", "required": True},
    {"field_type": "MULTIPLE_CHOICE", "label": "How?", "choices": ["A friend", "The web"], "response": 1},
    {"field_type": "PARAGRAPH", "label": "More?", "response": None},
]


def application(status: Any, **fields: Any) -> Raw:
    request: Raw = {"id": snowflake(), "guild_id": GUILD, "user_id": "555", "user": ALICE, "created_at": JOINED}
    request |= {"application_status": status, "form_responses": FORM, **fields}
    return {"guild_id": GUILD, "status": status, "request": request}


def test_an_application_comes_with_its_answers_once() -> None:
    raw = application("SUBMITTED")
    found = one("GUILD_JOIN_REQUEST_CREATE", raw)
    assert found == JoinRequested(
        key=f"dc:q:{raw['request']['id']}", at=JOINED_AT, who=W_ALICE, where=ROOM, text="Why?: Curious\nHow?: The web"
    )
    assert one("GUILD_JOIN_REQUEST_UPDATE", raw, mark="s:9") == found


@pytest.mark.parametrize("status", ["STARTED", "APPROVED", "REJECTED", None, 5, ["SUBMITTED"]])
def test_what_is_not_sent_in_says_nothing(status: Any) -> None:
    assert events("GUILD_JOIN_REQUEST_UPDATE", application(status)) == []


def test_an_application_without_its_writer_names_them_by_id() -> None:
    found = one("GUILD_JOIN_REQUEST_CREATE", application("SUBMITTED", user=None, id=None, created_at=None))
    assert (found.who, found.key, found.at) == (Who("discord", "555"), f"dc:{MARK}", 0)
