"""Imports: each message is counted once, whatever files bring it, in whatever pieces, and whatever stops them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.core.importing import engine
from coterie.core.importing.choosing import Choice
from coterie.core.importing.totals import Problem
from tests.import_kit import (
    DISCORD,
    START,
    Json,
    Past,
    check,
    discord_channel,
    discord_message,
    json_ascii,
    snowflake,
    telegram_account,
    telegram_chat,
    telegram_message,
    telegram_service,
    written,
)
from tests.store_kit import COMMUNITY, NOW

DAY = 86_400


@pytest.fixture
def past(migrated_url: str) -> Iterator[Past]:
    past = Past(migrated_url)
    yield past
    past.close()


@pytest.fixture
def sqlite_past(migrated_sqlite: str) -> Iterator[Past]:
    past = Past(migrated_sqlite)
    yield past
    past.close()


# -- what is counted


def test_a_group(past: Past, tmp_path: Path) -> None:
    heart = {"type": "emoji", "count": 2, "emoji": "❤", "recent": [{"from": "User 9", "from_id": "user9"}]}
    chat = telegram_chat(
        [
            telegram_service(1, 1, "create_group", title="Chat 1", members=["User 1"]),
            telegram_message(2, 1, at=START, reactions=[heart, {"type": "paid", "count": 3}]),
            telegram_message(3, 1, at=START + DAY),
            telegram_message(4, 2, at=START, text=[{"type": "bold", "text": "hi"}, " there"]),
            telegram_message(5, 2, text="/start"),
            telegram_message(6, 2, text=[{"type": "bot_command", "text": "/start"}, " now"]),
            telegram_message(7, None) | {"from_id": "channel1", "from": "Chat 1"},
            telegram_message(8, None) | {"from_id": "user77", "from": None},
            telegram_message(9, 3, forwarded_from="Elsewhere", edited="2020-09-14T00:00:00"),
            telegram_service(10, 3, "pin_message", message_id=2),
            {"id": 11, "type": "unsupported"},
            telegram_message(12, 5),
        ]
    )
    totals = check(past.run(written(tmp_path, chat), bots=frozenset({"5"})))
    assert past.counts() == {
        ("1", "2020-09-13"): (1, 5),
        ("1", "2020-09-14"): (1, 0),
        ("2", "2020-09-13"): (1, 0),
        ("3", "2020-09-13"): (1, 0),
    }
    assert past.names() == {
        **{str(who): (f"User {who}", 0) for who in (1, 2, 3)},
        "5": ("User 5", 1),
    }
    assert (totals.messages, totals.commands, totals.nobody, totals.bots, totals.other) == (4, 2, 2, 1, 2)
    assert (totals.first, totals.last, totals.members, totals.reactions) == ("2020-09-13", "2020-09-14", 4, 5)
    assert past.store.rows("SELECT adapter, space FROM presences") == [("telegram", "-1001")]


def test_a_channel_of_discord(past: Past, tmp_path: Path) -> None:
    bot = {"id": "50", "name": "Dyno", "discriminator": "0", "nickname": "Dyno", "isBot": True}
    gone = {"id": "456226577798135808", "name": "Deleted User", "isBot": False}
    channel = discord_channel(
        [
            discord_message(0, 1, at=START - DAY, type="GuildMemberJoin"),
            discord_message(1, 1, reactions=[{"emoji": {"name": "x"}, "count": 4, "users": []}]),
            discord_message(2, 1, type="Reply"),
            discord_message(3, 2, type="ChannelPinnedMessage"),
            discord_message(4, author=bot),
            discord_message(5, author=gone),
            discord_message(6, 2, content="/roll"),
            discord_message(7, 2, timestamp="2020-09-14T01:30:00.1234567+02:00"),
        ]
    )
    totals = check(past.run(written(tmp_path, channel), DISCORD))
    assert past.counts() == {("1", "2020-09-13"): (2, 4), ("2", "2020-09-13"): (1, 0)}
    assert past.names() == {"1": ("User 1", 0), "2": ("User 2", 0), "50": ("Dyno", 1)}
    assert (totals.joined, totals.bots, totals.nobody, totals.commands, totals.other) == (1, 1, 1, 1, 1)
    assert past.store.rows("SELECT adapter, space, joined_at FROM presences") == [
        ("discord", "100", (START - DAY) * 1000)
    ]


def test_days_are_those_of_the_community(migrated_sqlite: str, tmp_path: Path) -> None:
    past = Past(migrated_sqlite, zone="Asia/Shanghai")
    past.run(written(tmp_path, telegram_chat([telegram_message(1, at=START + 4 * 3600)])))
    assert past.counts() == {("1", "2020-09-14"): (1, 0)}
    past.close()


def test_an_old_export_without_zones(migrated_sqlite: str, tmp_path: Path) -> None:
    past = Past(migrated_sqlite, zone="Asia/Shanghai")
    message = telegram_message(1, None) | {"from": "Old", "from_id": (1 << 32) + 7}
    del message["date_unixtime"]
    past.run(written(tmp_path, telegram_chat([message | {"date": "2019-03-01T23:59:59"}])))
    assert past.counts() == {("7", "2019-03-01"): (1, 0)}
    past.close()


def test_names_are_cleaned_like_live_ones(sqlite_past: Past, tmp_path: Path) -> None:
    names = {1: "a\u202egnp.exe", 2: "\u200b\u200b", 3: "x\x00y\x07", 4: "אבג", 5: "n" * 500, 6: "half \ud83d pair"}
    messages = [telegram_message(who, who) | {"from": name} for who, name in names.items()]
    sqlite_past.run(written(tmp_path, json_ascii(telegram_chat(messages))))
    found = {native: name for native, (name, _) in sqlite_past.names().items()}
    assert found == {
        "1": "agnp.exe",
        "2": "member 2",
        "3": "x y",
        "4": "\u2068אבג\u2069",
        "5": "n" * 48,
        "6": "half \ufffd pair",
    }


# -- together with what is counted live


def live_since(past: Past, at: int, channel: str = "-1001", space: str = "-1001", adapter: str = "telegram") -> None:
    """Coterie has counted in a channel since an instant (milliseconds)."""
    past.store.write(
        "INSERT INTO activity_since (community_id, adapter, space, channel, at) VALUES (:c, :a, :s, :ch, :at)",
        c=COMMUNITY,
        a=adapter,
        s=space,
        ch=channel,
        at=at,
    )


def test_what_was_counted_live_is_not_counted_again(past: Past, tmp_path: Path) -> None:
    live_since(past, (START + 10) * 1000 + 500, channel="a topic")
    messages = [telegram_message(number, at=START + number) for number in (8, 9, 10, 11)]
    totals = check(past.run(written(tmp_path, telegram_chat(messages))))
    assert (totals.messages, totals.live) == (2, 2)


def test_another_channel_of_a_server_is_another_matter(past: Past, tmp_path: Path) -> None:
    live_since(past, START * 1000, channel="10", space="100", adapter="discord")
    for channel, counted in ((10, 0), (11, 1)):
        file = written(tmp_path, discord_channel([discord_message(1, channel)], channel=channel), f"{channel}.json")
        assert check(past.run(file, DISCORD)).messages == counted


def test_live_names_and_bots_stay(past: Past, tmp_path: Path) -> None:
    with past.store.batch():
        enrol = past.store.members.enrol
        enrol(COMMUNITY, "telegram", "1", "Newer", locale="en", bot=False, now=NOW)
        enrol(COMMUNITY, "telegram", "2", "Robot", locale="", bot=True, now=NOW)
        enrol(COMMUNITY, "telegram", "77", "Left since", locale="", bot=False, now=NOW)
    nobody = telegram_message(3, None) | {"from_id": "user77", "from": None}
    totals = check(past.run(written(tmp_path, telegram_chat([telegram_message(1, 1), telegram_message(2, 2), nobody]))))
    assert past.names() == {"1": ("Newer", 0), "2": ("Robot", 1), "77": ("Left since", 0)}
    assert past.counts() == {("1", "2020-09-13"): (1, 0), ("77", "2020-09-13"): (1, 0)}
    assert (totals.bots, totals.members) == (1, 0)
    assert {row[0] for row in past.store.rows("SELECT created_at FROM members")} == {START * 1000}


def test_one_person_behind_two_accounts(past: Past, tmp_path: Path) -> None:
    with past.store.batch():
        one = past.store.members.enrol(COMMUNITY, "telegram", "1", "One", locale="", bot=False, now=NOW)
        two = past.store.members.enrol(COMMUNITY, "telegram", "2", "Two", locale="", bot=False, now=NOW)
        past.store.members.merge(one.member, two.member)
    past.run(written(tmp_path, telegram_chat([telegram_message(1, 1), telegram_message(2, 2), telegram_message(3, 2)])))
    assert past.store.rows("SELECT member_id, messages FROM activity") == [(one.member.id, 3)]


# -- who was there


def there(past: Past) -> dict[str, tuple[int, int | None, int | None]]:
    """Joined, left, and since when the member counts as gone, in seconds since START, by account."""
    rows = past.store.rows(
        "SELECT native, joined_at, presences.left_at, members.left_at FROM presences"
        " JOIN accounts ON accounts.id = account_id JOIN members ON members.id = member_id"
    )
    return {row[0]: tuple(None if at is None else at // 1000 - START for at in row[1:]) for row in rows}  # type: ignore[misc]


@pytest.mark.parametrize("size", [1, 10_000])
def test_comings_and_goings(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(engine, "STEP_RECORDS", size)
    chat = telegram_chat(
        [
            telegram_service(1, 1, "join_group_by_link", at=START, inviter="User 9"),
            telegram_service(2, 2, "invite_members", at=START, members=["User 2"]),
            telegram_service(3, 3, "join_group_by_request", at=START),
            telegram_service(4, 3, "invite_members", at=START + 1, members=["Somebody"]),
            telegram_service(5, 2, "remove_members", at=START + 5, members=["User 2"]),
            telegram_service(6, 3, "remove_members", at=START + 6, members=["User 3"]),
            telegram_service(7, 3, "join_group_by_link", at=START + 9),
            telegram_service(8, 4, "remove_members", at=START + 9, members=["User 4"]),
            telegram_service(9, 1, "migrate_to_supergroup", at=START + 9),
        ]
    )
    totals = check(past.run(written(tmp_path, chat)))
    assert there(past) == {"1": (0, None, None), "2": (0, 5, 5), "3": (0, None, None), "4": (9, 9, 9)}
    assert (totals.joined, totals.left, totals.other) == (4, 3, 2)


def test_who_is_there_is_known_better_live(past: Past, tmp_path: Path) -> None:
    live_since(past, (START + 100) * 1000)
    with past.store.batch():
        account = past.store.members.enrol(COMMUNITY, "telegram", "1", "One", locale="", bot=False, now=NOW)
        past.store.presences.enter(account, "telegram", "-1001", NOW)
    leaving = [
        telegram_service(1, 1, "join_group_by_link", at=START),
        telegram_service(2, 1, "remove_members", at=START + 5, members=["User 1"]),
    ]
    past.run(written(tmp_path, telegram_chat(leaving)))
    assert there(past) == {"1": (0, None, None)}


# -- whose it is


def test_a_whole_account_gives_only_what_is_wanted(past: Past, tmp_path: Path) -> None:
    chats = [
        telegram_chat([telegram_message(1, 1)], chat=1),
        telegram_chat([telegram_message(1, 2)], chat=2),
        telegram_chat([telegram_message(1, 3)], chat=3, kind="personal_chat"),
        telegram_chat([telegram_message(1, 4)], chat=4, kind="private_group"),
        telegram_chat([telegram_message(1, 5), telegram_message(2, 6)], chat=6, kind="bot_chat"),
        {"type": "saved_messages", "id": 7, "messages": [telegram_message(1, 7)]},
        telegram_chat([telegram_message(1, 8)], chat=8, kind="something_new"),
    ]
    left = [telegram_chat([telegram_message(1, 9), telegram_message(2, 6)], chat=9)]
    owners = {"-1001": "main", "-4": "main", "-1002": "other"}
    choice = Choice("main", owners, frozenset({"9"}))
    work = past.run(written(tmp_path, telegram_account(*chats, left=left)), choice=choice)
    totals = check(work)
    assert sorted(past.names()) == ["1", "4", "6", "9"]
    assert past.names()["6"] == ("User 6", 1), "a chat with a bot tells who is one"
    assert totals.bots == 1
    why = {chat.title: chat.why for chat in totals.chats}
    assert why["Chat 2"] == "it is a space of the community other"
    assert why["Chat 3"] == why["Chat 6"] == "it is a direct chat"
    assert "something_new" in why["Chat 8"]
    assert [chat.space for chat in totals.chats if not chat.why] == ["-1001", "-4", "-1009"]


def test_a_direct_chat_is_never_imported(past: Past, tmp_path: Path) -> None:
    for number, (document, importer) in enumerate(
        (
            (telegram_chat([telegram_message(1)], kind="personal_chat"), None),
            (discord_channel([discord_message(1)], guild=0), DISCORD),
        )
    ):
        file = written(tmp_path, document, f"{number}.json")
        choice = Choice(named=frozenset({"1", "10", "Chat 1"}))
        work = past.run(file, choice=choice) if importer is None else past.run(file, importer, choice=choice)
        assert not work.totals.records
    assert not past.names()


# -- what is wrong


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (telegram_message(2, at=-5), "date is before 2010"),
        (telegram_message(2, at=1), "date is before 2010"),
        (telegram_message(2, at=NOW // 1000 + 90_000), "in the future"),
        (telegram_message(2) | {"date_unixtime": "9" * 30}, "more than 64 bits"),
        (telegram_message(2) | {"date_unixtime": "soon"}, "date is not a number"),
        (telegram_message(2) | {"date_unixtime": None, "date": "yesterday"}, "no date"),
        (telegram_message(2) | {"from_id": f"user{2**63}"}, "more than 64 bits"),
        (telegram_message(2) | {"from_id": "user1.5"}, "not a number"),
        (telegram_message(2**63), "more than 64 bits"),
        (telegram_message(2) | {"type": "hologram"}, "hologram"),
        (telegram_message(2) | {"reactions": "many"}, "Expected"),
    ],
)
def test_an_absurd_record_is_told_with_its_place(sqlite_past: Past, tmp_path: Path, message: Json, why: str) -> None:
    found: list[Problem] = []
    file = written(tmp_path, telegram_chat([telegram_message(1), message, telegram_message(3)]))
    totals = check(sqlite_past.run(file, problem=found.append))
    (problem,) = found
    assert totals.problems == found
    assert totals.messages == 2
    assert why in problem.reason
    assert (problem.chat, problem.number) == ("Chat 1", 2)
    assert file.read_bytes()[problem.position :].lstrip(b"{\n ").startswith(b'"id": ')


def test_very_many_problems_are_counted(sqlite_past: Past, tmp_path: Path) -> None:
    bad = [telegram_message(number, at=1) for number in range(300)]
    unlike = [telegram_message(300 + number) | {"type": f"kind {number}"} for number in range(300)]
    totals = check(sqlite_past.run(written(tmp_path, telegram_chat(bad + unlike))))
    assert totals.skipped == sum(totals.reasons.values()) == 600
    assert len(totals.problems) == 20
    assert len(totals.reasons) <= 101


def test_a_file_that_ends_early_gives_all_before(past: Past, tmp_path: Path) -> None:
    whole = json_ascii(telegram_chat([telegram_message(number) for number in range(10)]))
    cut = whole[: whole.index(b'"id": 7') + 3]
    totals = check(past.run(written(tmp_path, cut, "cut.json")))
    assert (totals.messages, totals.ended, totals.clean) == (7, len(cut), False)
    totals = check(past.run(written(tmp_path, whole)))
    assert (totals.messages, totals.again, totals.clean) == (3, 7, True)


def test_a_snowflake_holds_its_time() -> None:
    assert snowflake(START) >> 22 == START * 1000 - 1_420_070_400_000
