"""Comings and goings, standings, requests to join, and direct chats that open and close."""

from __future__ import annotations

from typing import Any, Final

import pytest

from coterie.adapters.telegram.reading import Reader
from coterie.adapters.telegram.reading.known import CHATS_KEPT, Known
from coterie.adapters.telegram.reading.names import Names
from coterie.core.events import (
    DirectChanged,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    SpaceMoved,
    StandingChanged,
    Where,
    Who,
)
from coterie.core.testing.kit import LiveTown
from tests.telegram_reading_kit import (
    ALICE,
    ANONYMOUS,
    AT,
    BOB,
    BOT_ID,
    CHANNEL,
    DM,
    GROUP,
    KEY,
    NEWS,
    OURS,
    PRIVATE,
    ROBOT,
    ROOM,
    W_ALICE,
    W_BOB,
    change,
    key,
    member,
    message,
    one,
    reader,
    update,
)

LINK: Final[dict[str, Any]] = {
    "invite_link": "https://t.me/+AbCdEf0123456789",
    "creator": OURS,
    "creates_join_request": False,
    "is_primary": False,
    "is_revoked": False,
    "name": "coterie 5",
}
STATES: dict[str, dict[str, Any]] = {
    "creator": {"is_anonymous": False},
    "administrator": {"can_be_edited": False, "is_anonymous": False, "can_manage_chat": True},
    "member": {},
    "restricted": {"is_member": True, "can_send_messages": False, "until_date": 0},
    "restricted away": {"is_member": False, "can_send_messages": False, "until_date": 0},
    "left": {},
    "kicked": {"until_date": 0},
}
IN = ("creator", "administrator", "member", "restricted")
OPERATORS = ("creator", "administrator")


def state(name: str, user: dict[str, Any] = ALICE) -> dict[str, Any]:
    return member(user, name.split()[0], **STATES[name])


def changed(before: str, after: str, user: dict[str, Any] = ALICE, **fields: Any) -> list[Event]:
    return reader().read(update("chat_member", change(state(before, user), state(after, user), **fields)))


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_every_change_of_a_member(before: str, after: str) -> None:
    kinds: list[type[Event]] = []
    if before not in IN and after in IN:
        kinds.append(MemberJoined)
    if (before in OPERATORS) != (after in OPERATORS):
        kinds.append(StandingChanged)
    if before in IN and after not in IN:
        kinds.append(MemberLeft)
    events = changed(before, after)
    assert [type(event) for event in events] == kinds
    for number, event in enumerate(events):
        assert (event.key, event.at) == (key() + (f":{number}" if number else ""), AT * 1000)
        assert (event.who, event.where) == (W_ALICE, ROOM)
        if isinstance(event, StandingChanged):
            assert event.standing == ("operator" if after in OPERATORS else "member")


def test_a_join_names_the_link_that_was_used() -> None:
    ours = f"{LINK['invite_link']}#coterie 5"
    (joined,) = changed("left", "member", invite_link=LINK)
    assert joined == MemberJoined(key=key(), at=AT * 1000, who=W_ALICE, where=ROOM, invite=ours)
    (approved,) = changed("left", "member", invite_link=LINK, via_join_request=True)
    assert isinstance(approved, MemberJoined)
    assert approved.invite == ours
    for other in (LINK | {"creator": ALICE}, LINK | {"name": "Coterie 5"}, LINK | {"creator": None}):
        (named,) = changed("left", "member", invite_link=other)
        assert isinstance(named, MemberJoined)
        assert named.invite == LINK["invite_link"], "a link that a person made, whatever they call it"
    for junk in (None, 5, {}, {"invite_link": 7}):
        (plain,) = changed("left", "member", invite_link=junk)
        assert isinstance(plain, MemberJoined)
        assert plain.invite == ""


def test_subscribers_of_a_channel_come_and_go_too() -> None:
    (joined,) = changed("left", "member", chat=CHANNEL)
    assert joined.where == NEWS


def test_bots_are_told_as_bots_and_the_bot_itself_is_not() -> None:
    (joined,) = changed("left", "member", ROBOT)
    assert joined.who == Who("telegram", "888", "Robot", bot=True)
    assert changed("left", "member", OURS) == []
    assert changed("member", "administrator", OURS) == []
    assert changed("left", "administrator", ANONYMOUS) == []


@pytest.mark.parametrize("status", ["emperor", 5, None, ["member"]])
def test_a_status_that_nobody_knows_is_passed_over(status: Any, caplog: pytest.LogCaptureFixture) -> None:
    body = change(state("left"), {"user": ALICE, "status": status})
    assert reader().read(update("chat_member", body)) == []
    assert "a member's status is none that is known" in caplog.text


# -- service messages


def test_service_messages_tell_of_comings_and_goings_where_nothing_else_does() -> None:
    came = reader().read(update("message", message(ALICE, new_chat_members=[BOB, OURS, ROBOT, 5])))
    assert came == [
        MemberJoined(key=key(), at=AT * 1000, who=W_BOB, where=ROOM),
        MemberJoined(key=key() + ":1", at=AT * 1000, who=Who("telegram", "888", "Robot", bot=True), where=ROOM),
    ]
    went = one(update("message", message(ALICE, left_chat_member=BOB)))
    assert went == MemberLeft(key=key(), at=AT * 1000, who=W_BOB, where=ROOM)
    assert reader().read(update("message", message(ALICE, left_chat_member=OURS))) == []


def test_in_a_topic_they_are_about_the_group() -> None:
    raw = message(ALICE, new_chat_members=[BOB], is_topic_message=True, message_thread_id=9)
    assert one(update("message", raw)).where == ROOM


SERVICES = (message(BOB, new_chat_members=[BOB]), message(BOB, left_chat_member=BOB))


def silent(reading: Reader) -> bool:
    """Whether a reader passes over the group's service messages."""
    (first, second) = (reading.read(update("message", raw)) for raw in SERVICES)
    assert bool(first) == bool(second)
    return not first


def test_where_chat_member_tells_of_them_service_messages_are_passed_over() -> None:
    reading = reader()
    assert not silent(reading)
    reading.read(update("chat_member", change(state("left"), state("member"))))
    assert silent(reading)
    other = {**GROUP, "id": -1005}
    assert reading.read(update("message", message(BOB, other, new_chat_members=[BOB]))) != []


def test_an_administrator_bot_hears_of_them_by_chat_member() -> None:
    reading = reader()
    promoted = change(state("member", OURS), state("administrator", OURS))
    assert reading.read(update("my_chat_member", promoted)) == []
    assert silent(reading)
    demoted = change(state("administrator", OURS), state("member", OURS))
    assert reading.read(update("my_chat_member", demoted)) == []
    assert not silent(reading)


def test_a_reader_can_be_told_where_the_bot_is_administrator() -> None:
    reading = reader()
    reading.set_tells(GROUP["id"], True)
    assert silent(reading)
    reading.set_tells(GROUP["id"], False)
    assert not silent(reading)


def test_the_chats_that_are_remembered_are_bounded() -> None:
    known = Known(BOT_ID, "@OurBot", KEY, Names())
    for number in range(CHATS_KEPT + 1):
        known.set_tells(str(number), True)
    assert [known.tells(str(number)) for number in (0, 1, CHATS_KEPT)] == [False, True, True]


@pytest.mark.coterie(plugins=[])
def test_a_coming_that_is_told_twice_does_no_harm(town: LiveTown) -> None:
    reading = reader()
    raws = [
        update("message", message(BOB, new_chat_members=[BOB]), 1),
        update("chat_member", change(state("left", BOB), state("member", BOB), invite_link=LINK), 2),
        update("chat_member", change(state("member", BOB), state("left", BOB)), 3),
        update("message", message(BOB, left_chat_member=BOB), 4),
    ]
    count = "SELECT count(*) FROM presences WHERE left_at IS NULL"
    present = []
    for raw in raws:
        for event in reading.read(raw):
            town.act(lambda event=event: town._host.app.submit(event))  # type: ignore[misc]
        present.append(town.inside(lambda ctx: ctx.db.connection().exec_driver_sql(count).scalar()))
    assert present == [1, 1, 0, 0]


# -- requests, direct chats, moves


def test_a_request_to_join() -> None:
    request = {"chat": GROUP, "from": ALICE, "user_chat_id": 556, "date": AT, "bio": "cats", "invite_link": LINK}
    expected = JoinRequested(key=key(), at=AT * 1000, who=W_ALICE, where=ROOM, handle="j:556:", text="cats")
    assert one(update("chat_join_request", request)) == expected
    query = one(update("chat_join_request", {**request, "query_id": "q9"}))
    assert query.handle == "j:556:q9"
    bare = one(update("chat_join_request", {"chat": GROUP, "from": ALICE, "date": AT}))
    assert isinstance(bare, JoinRequested)
    assert (bare.handle, bare.text) == ("j:555:", "")


@pytest.mark.parametrize(
    ("before", "after", "is_open"),
    [("member", "kicked", False), ("kicked", "member", True), ("left", "member", True)],
)
def test_a_direct_chat_that_is_closed_or_opened(before: str, after: str, is_open: bool) -> None:
    body = change(state(before, OURS), state(after, OURS), PRIVATE) | {"from": ALICE}
    assert one(update("my_chat_member", body)) == DirectChanged(
        key=key(), at=AT * 1000, who=W_ALICE, where=DM, open=is_open
    )


def test_a_group_that_becomes_a_supergroup_is_told_once() -> None:
    old = {"id": -500, "type": "group", "title": "A group"}
    new = {**GROUP, "title": "A group"}
    there = one(update("message", message(BOB, old, migrate_to_chat_id=new["id"]), 7))
    here = one(update("message", message(ANONYMOUS, new, migrate_from_chat_id=old["id"], sender_chat=new), 8))
    assert there == here
    assert there == SpaceMoved(
        key=f"telegram:{BOT_ID}:moved:-500:{new['id']}",
        at=AT * 1000,
        where=Where("telegram", "-500", "-500", "room", "A group"),
        to=str(new["id"]),
    )


@pytest.mark.parametrize(
    "raw",
    [
        message(BOB, migrate_to_chat_id="x"),
        message(BOB, migrate_from_chat_id=None),
        message(BOB, PRIVATE, migrate_to_chat_id=-5),
        message(None, CHANNEL, migrate_to_chat_id=-5),
    ],
)
def test_a_move_that_makes_no_sense_is_passed_over(raw: dict[str, Any], caplog: pytest.LogCaptureFixture) -> None:
    assert reader().read(update("message", raw)) == []
    assert len(caplog.records) == 1
