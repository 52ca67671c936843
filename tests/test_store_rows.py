"""People and the journal as rows: what is remembered, what the cache may forget, and what a rollback takes away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from coterie.storage.journal import ADD_TASK, DUE_TIMERS, NEXT_TIMER, PENDING
from coterie.storage.members import AccountRecord, Members
from coterie.storage.presences import Presences
from tests.store_kit import COMMUNITY, NOW, Store

ROOM = ("sandbox", "town")


@pytest.fixture
def store(migrated_url: str) -> Iterator[Store]:
    store = Store(migrated_url)
    yield store
    store.close()


def enrol(store: Store, name: str, platform: str = "telegram", community: int = COMMUNITY) -> AccountRecord:
    """Somebody new."""
    return store.members.enrol(community, platform, f"id-{name}", name, locale="", bot=False, now=NOW)


def fresh(store: Store) -> Members:
    """The same people, read from the rows."""
    return Members(store.db, store.ids)


# -- people


def test_people_are_kept(store: Store) -> None:
    with store.batch():
        ada = enrol(store, "Ada")
        assert store.members.account(COMMUNITY, "telegram", "id-Ada") is ada
        assert store.members.account(COMMUNITY, "discord", "id-Ada") is None
        store.members.rename(ada, "Ada L.")
        store.members.set_locale(ada.member, "zh-Hans")
        store.members.set_standing(ada.member, "operator")
        store.members.set_dm(ada, "telegram", "chat-1")
    with store.batch():
        found = fresh(store).account(COMMUNITY, "telegram", "id-Ada")
        assert found == ada
        assert found is not None
        assert (found.name, found.member.name, found.member.locale) == ("Ada L.", "Ada L.", "zh-Hans")
        assert (found.adapter, found.dm, found.bot) == ("telegram", "chat-1", False)
        assert [operator.id for operator in fresh(store).operators(COMMUNITY)] == [ada.member.id]
        assert fresh(store).member(COMMUNITY, 404) is None


def test_communities_have_members_of_their_own(store: Store) -> None:
    with store.batch():
        here, there = enrol(store, "Ada"), enrol(store, "Ada", community=2)
        assert here.member.id != there.member.id
        assert store.members.member(2, here.member.id) is None
        assert store.members.operators(2) == []


def test_what_is_rolled_back_is_forgotten(store: Store) -> None:
    with store.batch():
        ada = enrol(store, "Ada")

    def fail() -> None:
        with store.batch():
            store.members.rename(ada, "Eve")
            store.members.set_standing(ada.member, "operator")
            enrol(store, "Bob")
            store.members.channel(COMMUNITY, "telegram", "c", space="s", kind="room", title="", now=NOW)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with store.batch():
        found = store.members.account(COMMUNITY, "telegram", "id-Ada")
        assert found is not None
        assert (found.name, found.member.name, found.member.standing) == ("Ada", "Ada", "member")
        assert store.members.account(COMMUNITY, "telegram", "id-Bob") is None
        again = store.members.channel(COMMUNITY, "telegram", "c", space="s", kind="room", title="T", now=NOW)
        assert store.members.place(COMMUNITY, again) == ("telegram", "c", "s", "room", "T")


def test_coming_and_going(store: Store) -> None:
    presences = store.presences
    with store.batch():
        ada = enrol(store, "Ada")
        assert presences.enter(ada, *ROOM, NOW) is True
        assert presences.enter(ada, *ROOM, NOW) is False, "told twice"
        assert presences.enter(ada, "telegram", "group", NOW) is True
        presences.leave(ada, *ROOM, NOW + 1)
        assert not ada.member.left, "still in the other one"
        presences.leave(ada, "telegram", "group", NOW + 2)
        assert ada.member.left
    with store.batch():
        found = fresh(store).account(COMMUNITY, "telegram", "id-Ada")
        assert found is not None
        assert found.member.left
        assert presences.enter(found, *ROOM, NOW + 3) is True
        assert not found.member.left
        bob = enrol(store, "Bob")
        presences.leave(bob, *ROOM, NOW)  # somebody whose coming was never heard of
        assert bob.member.left
    assert store.rows("SELECT left_at FROM members ORDER BY id") == [(None,), (NOW,)]


def test_two_accounts_become_one_person(store: Store) -> None:
    members = store.members
    with store.batch():
        kept, gone = enrol(store, "Ada"), enrol(store, "Ada", "discord")
        members.set_locale(gone.member, "zh-Hant")
        former = gone.member.id
        assert members.merge(kept.member, gone.member) == [gone]
    for people in (members, fresh(store)):
        with store.batch():
            both = people.accounts_of(COMMUNITY, kept.member.id)
            assert [account.platform for account in both] == ["telegram", "discord"]
            assert both[0].member is both[1].member is people.member(COMMUNITY, former)
            assert both[0].member.locale == "zh-Hant"


def test_what_spaces_say_of_an_account_is_kept_for_each(store: Store) -> None:
    presences = store.presences
    with store.batch():
        ada = enrol(store, "Ada")
        presences.stand(ada, *ROOM, "operator", NOW)
        presences.stand(ada, "telegram", "group", "operator", NOW)
        presences.stand(ada, *ROOM, "member", NOW)
        assert presences.runs_a_space(ada.member)
        assert [row[1:] for row in presences.inside(COMMUNITY, *ROOM, 0, 9)] == [("id-Ada", "member", NOW)]
        presences.leave(ada, "telegram", "group", NOW + 1)
        assert not presences.runs_a_space(ada.member)
        presences.enter(ada, "telegram", "group", NOW + 2)
        assert not presences.runs_a_space(ada.member), "leaving has ended it"
        presences.stand(ada, "telegram", "group", "operator", NOW + 3)
        presences.leave(ada, "telegram", "group", NOW + 4)
        presences.stand(ada, "telegram", "group", "operator", NOW + 5)
        assert Presences(store.db, store.members).runs_a_space(ada.member), "who runs a space is in it"


@pytest.mark.parametrize("typed", ["", "a", "ÄM", "李", "x", "%", "_", "\\"])
def test_people_are_found_by_how_their_names_begin(store: Store, typed: str) -> None:
    names = ["Ada", "ÄMILIE", "ämil", "李雷", "%x", "_x", "\\x", "Zoë"]
    with store.batch():
        for number, name in enumerate(names):
            members = store.members
            members.enrol(COMMUNITY, "p", str(number), name, locale="", bot=number == 7, now=NOW)
        found = {row[1] for row in store.members.begins_with(COMMUNITY, typed, 99)}
    assert found == {name for name in names[:7] if name.casefold().startswith(typed.casefold())}


@pytest.mark.parametrize("name", ["Ada", "Ämilie", "李雷", "ΟΔΥΣΣΕΥΣ"])
def test_people_are_found_by_name(store: Store, name: str) -> None:
    with store.batch():
        one = enrol(store, name)
        enrol(store, "somebody else")
        assert store.members.named(COMMUNITY, name) == [one.member.id]
        other = enrol(store, name, "discord")
        assert store.members.named(COMMUNITY, name) == sorted([one.member.id, other.member.id])
        assert store.members.named(2, name) == []


def test_the_cache_is_bounded_and_holds_each_person_once(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done to a person must be seen through every account, however much was forgotten meanwhile."""
    monkeypatch.setattr("coterie.storage.members.CACHED", 5)
    with store.batch():
        ids = [enrol(store, f"n{number}").member.id for number in range(20)]
    members = store.members
    assert len(members._accounts) <= 5
    assert len(members._members) <= 5
    with store.batch():
        last = members.account(COMMUNITY, "telegram", "id-n19")
        for identifier in ids[:5]:  # found without their accounts: a card names them
            assert members.member(COMMUNITY, identifier) is not None
    with store.batch():
        person = members.member(COMMUNITY, ids[19])
        assert person is not None
        members.set_standing(person, "operator")
        account = members.account(COMMUNITY, "telegram", "id-n19")
        assert account is not None
        assert account.member is person
        assert account.member.standing == "operator"
    assert last is not None


def test_many_channels(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.storage.members.CACHED", 3)

    def channels() -> list[int]:
        with store.batch():
            return [
                store.members.channel(COMMUNITY, "a", str(n), space="", kind="room", title="", now=NOW)
                for n in range(9)
            ]

    assert channels() == channels()


# -- the journal


def edit(ref: int, identifier: int, words: str, community: int = COMMUNITY) -> dict[str, Any]:
    """An outbox row."""
    return {
        "community_id": community,
        "id": identifier,
        "adapter": "sandbox",
        "priority": 1,
        "ref": ref,
        "plugin": "test",
        "payload": words,
        "created_at": NOW,
    }


def test_edits_of_one_message_are_one_row(store: Store) -> None:
    journal = store.journal
    with store.batch():
        journal.post(edit(7, 7, "the message"))
        for number in range(50):
            journal.post(edit(7, 100 + number, f"edit {number}"), edit=True)
            journal.post(edit(8, 200 + number, f"other {number}"), edit=True)
        journal.post(edit(7, 300, "elsewhere", community=2), edit=True)
        journal.post(edit(7, 400, "not an edit"))
    with store.batch():
        rows = store.db.all(PENDING, {})
        journal.post(edit(7, 500, "a batch later"), edit=True)
    assert [(row[1], row[5]) for row in rows] == [
        (7, "the message"),
        (149, "edit 49"),
        (249, "other 49"),
        (300, "elsewhere"),
        (400, "not an edit"),
    ]
    assert store.rows("SELECT count(*) FROM outbox") == [(6,)]


def test_keys_are_remembered_for_each_community(store: Store) -> None:
    journal = store.journal
    with store.batch():
        journal.keys += [{"community_id": COMMUNITY, "key": f"k{number}", "at": NOW} for number in range(300)]
    with store.batch():
        assert journal.known(COMMUNITY, ["k1", "k299", "k300"]) == {"k1", "k299"}
        assert journal.known(COMMUNITY, ["k1"]) == {"k1"}
        assert journal.known(COMMUNITY, ["k'; --"]) == set()
        assert journal.known(2, ["k1", "k2"]) == set()


def timer(store: Store, key: str, due: int) -> int:
    """Set a timer; returns its id."""
    identifier = store.ids.next()
    store.journal.set_timer(
        {
            "community_id": COMMUNITY,
            "id": identifier,
            "plugin": "test",
            "name": "ring",
            "key": key,
            "args": "{}",
            "due": due,
            "attempts": 0,
            "created_at": NOW,
        }
    )
    return identifier


def test_a_timer_with_the_same_key_moves(store: Store) -> None:
    with store.batch():
        first = timer(store, "a", NOW + 10)
        timer(store, "b", NOW + 20)
        moved = timer(store, "a", NOW + 30)
        assert moved != first
        assert store.journal.find_timer(COMMUNITY, "test", "ring", "a") == (moved, NOW + 30, "{}")
        assert store.journal.find_timer(COMMUNITY, "test", "ring", "c") is None
        nobody, here = store.db.list_value([]), store.db.list_value([COMMUNITY, 404])
        assert store.db.one(NEXT_TIMER, {"foreign": nobody}) == (NOW + 20,)
        assert store.db.one(NEXT_TIMER, {"foreign": here}) is None
        assert store.db.all(DUE_TIMERS, {"now": NOW + 19, "foreign": nobody}) == []
        due = store.db.all(DUE_TIMERS, {"now": NOW + 30, "foreign": nobody})
        assert [row[5] for row in due] == [NOW + 20, NOW + 30]
        assert store.db.all(DUE_TIMERS, {"now": NOW + 30, "foreign": here}) == []


def test_equal_button_arguments_share_a_row(store: Store) -> None:
    def keep(digest: str) -> int:
        return store.journal.button_args(
            {"community_id": COMMUNITY, "id": store.ids.next(), "digest": digest, "args": "{}", "created_at": NOW}
        )

    with store.batch():
        assert keep("d1") == keep("d1") != keep("d2")


def test_long_texts_are_kept_whole(store: Store) -> None:
    words = "字" * 100_000 + "\U0001f9e7"
    row = {"community_id": COMMUNITY, "plugin": "p", "name": "n", "origin": "", "attempts": 0, "not_before": 0}
    with store.batch():
        store.db.run(ADD_TASK, row | {"id": store.ids.next(), "args": words, "created_at": NOW})
    assert store.rows("SELECT args FROM tasks") == [(words,)]
