"""What moderators and filters do on Discord, what stands in a server's calendar, and what people buy."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.core.events import (
    AccountModerated,
    EntitlementChanged,
    FilterHit,
    InterestChanged,
    ScheduleChanged,
    Where,
    Who,
)
from tests.discord_reading_kit import (
    AT,
    BOT,
    DM,
    GUILD,
    MARK,
    NEWS,
    OWNER,
    ROOM,
    Raw,
    events,
    guilds,
    one,
    reader,
    snowflake,
)

# -- moderation


def entry(kind: int, **fields: Any) -> Raw:
    return {"id": snowflake(), "guild_id": GUILD, "action_type": kind, "user_id": OWNER, "target_id": "777", **fields}


@pytest.mark.parametrize(("kind", "deed"), [(20, "kick"), (22, "ban"), (23, "unban")])
def test_what_a_moderator_did_is_told(kind: int, deed: Any) -> None:
    raw = entry(kind, reason="spam")
    assert one("GUILD_AUDIT_LOG_ENTRY_CREATE", raw) == AccountModerated(
        key=f"dc:a:{raw['id']}",
        at=AT,
        who=Who("discord", "777"),
        where=ROOM,
        deed=deed,
        by=Who("discord", OWNER),
        reason="spam",
    )


def test_a_mute_has_an_end_and_its_end_is_an_unmute() -> None:
    change = {"key": "communication_disabled_until", "new_value": "2999-01-01T00:00:00+00:00"}
    muted = one("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(24, changes=[{"key": "nick", "new_value": "x"}, change]))
    assert isinstance(muted, AccountModerated)
    assert (muted.deed, muted.until) == ("mute", 32472144000000)
    for value in ({}, {"new_value": None}, {"new_value": "2020-01-01T00:00:00+00:00"}):
        lifted = one("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(24, changes=[{"key": change["key"], **value}]))
        assert isinstance(lifted, AccountModerated)
        assert (lifted.deed, lifted.until) == ("unmute", 0)


@pytest.mark.parametrize(
    "raw",
    [
        entry(22, user_id=BOT),
        entry(22, target_id=BOT),
        entry(24, changes=[{"key": "nick", "new_value": "x"}]),
        entry(24),
        entry(25, changes=[{"key": "$add", "new_value": []}]),
        entry(1),
        {**entry(22), "action_type": None},
    ],
)
def test_what_the_bot_did_itself_or_is_no_moderation_says_nothing(raw: Raw) -> None:
    assert events("GUILD_AUDIT_LOG_ENTRY_CREATE", raw) == []


def test_a_deed_without_a_name_is_somebodys() -> None:
    found = one("GUILD_AUDIT_LOG_ENTRY_CREATE", entry(22, user_id=None))
    assert isinstance(found, AccountModerated)
    assert found.by is None


def hit(kind: int, **fields: Any) -> Raw:
    raw = {"guild_id": GUILD, "user_id": "777", "rule_id": "9", "rule_trigger_type": 1, "action": {"type": kind}}
    return {
        **raw,
        "channel_id": NEWS,
        "content": "buy it",
        "matched_keyword": "buy*",
        "matched_content": "buy",
        **fields,
    }


def test_a_message_that_was_stopped_is_told_once_with_its_rule_and_word() -> None:
    by = reader()
    news = Where("discord", NEWS, GUILD, "broadcast", "news")
    found = one("AUTO_MODERATION_ACTION_EXECUTION", hit(1), by)
    assert found == FilterHit(
        key=f"dc:{MARK}", who=Who("discord", "777"), where=news, rule="9", text="buy it", word="buy*"
    )
    assert events("AUTO_MODERATION_ACTION_EXECUTION", hit(2), by) == []
    assert events("AUTO_MODERATION_ACTION_EXECUTION", hit(3), by) == []


def test_a_rule_is_told_by_the_name_that_it_has() -> None:
    known = guilds()
    by = reader(known=known)
    rule = {"id": "9", "guild_id": GUILD, "name": "no-ads"}
    told = []
    for kind, body in (("CREATE", rule), ("UPDATE", {**rule, "name": "ads"}), ("DELETE", rule)):
        known.learn(f"AUTO_MODERATION_RULE_{kind}", body)
        found = one("AUTO_MODERATION_ACTION_EXECUTION", hit(1, channel_id=None, matched_keyword=None), by)
        assert isinstance(found, FilterHit)
        told.append((found.rule, found.word, found.where))
    assert told == [("no-ads", "buy", ROOM), ("ads", "buy", ROOM), ("9", "buy", ROOM)]


# -- the calendar


def gathering(status: Any = 1, **fields: Any) -> Raw:
    times = {"scheduled_start_time": "2026-12-24T18:00:00+00:00", "scheduled_end_time": None}
    return {"id": "42", "guild_id": GUILD, "name": "Karaoke", "status": status, **times, **fields}


@pytest.mark.parametrize(("status", "state"), [(1, "planned"), (2, "on"), (3, "over"), (4, "off")])
def test_a_gathering_is_told_as_it_stands(status: int, state: Any) -> None:
    found = one("GUILD_SCHEDULED_EVENT_UPDATE", gathering(status))
    assert found == ScheduleChanged(
        key=f"dc:{MARK}", where=ROOM, native="42", state=state, title="Karaoke", starts=1798135200000
    )


def test_a_gathering_that_is_taken_away_is_off_unless_it_was_over() -> None:
    states = [one("GUILD_SCHEDULED_EVENT_DELETE", gathering(status)) for status in (1, 3)]
    assert [each.state for each in states if isinstance(each, ScheduleChanged)] == ["off", "over"]


def test_who_wants_to_come_is_told() -> None:
    raw = {"guild_id": GUILD, "guild_scheduled_event_id": "42", "user_id": "777"}
    for kind, wants in (("ADD", True), ("REMOVE", False)):
        assert one(f"GUILD_SCHEDULED_EVENT_USER_{kind}", raw) == InterestChanged(
            key=f"dc:{MARK}", who=Who("discord", "777"), where=ROOM, native="42", interested=wants
        )
        assert events(f"GUILD_SCHEDULED_EVENT_USER_{kind}", {**raw, "user_id": BOT}) == []


# -- purchases


def purchase(**fields: Any) -> Raw:
    return {"id": "61", "sku_id": "62", "user_id": "555", "type": 8, "deleted": False, "ends_at": None, **fields}


@pytest.mark.parametrize(
    ("kind", "fields", "active", "until", "key"),
    [
        ("CREATE", {}, True, 0, "dc:n:61:on:0"),
        ("CREATE", {"ends_at": "2999-01-01T00:00:00Z"}, True, 32472144000000, "dc:n:61:on:32472144000000"),
        ("UPDATE", {"ends_at": "2020-01-01T00:00:00Z"}, False, 1577836800000, f"dc:n:61:off:1577836800000:{MARK}"),
        ("UPDATE", {"consumed": True}, False, 0, f"dc:n:61:gone:0:{MARK}"),
        ("DELETE", {}, False, 0, "dc:n:61:gone:0"),
    ],
)
def test_a_purchase_holds_until_it_ends(kind: str, fields: Any, active: bool, until: int, key: str) -> None:
    assert one(f"ENTITLEMENT_{kind}", purchase(**fields)) == EntitlementChanged(
        key=key, who=Who("discord", "555"), where=DM, entitlement="61", sku="62", active=active, until=until
    )


def test_what_was_bought_for_a_guild_is_nobodys() -> None:
    assert events("ENTITLEMENT_CREATE", purchase(user_id=None, guild_id=GUILD)) == []
