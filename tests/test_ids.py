"""Ids: growing, and never the same twice, over threads, clocks that go back, and restarts."""

from __future__ import annotations

import threading
import time

from coterie.storage import settings
from coterie.storage.ids import EPOCH, IdMaker, made_at
from coterie.storage.ledger import Transfer
from coterie.storage.member_sql import ADD_COMMUNITY
from tests.store_kit import ISSUER, NOW, Store, member


def paid(store: Store) -> Transfer:
    """A transfer in a community that the store knows."""
    with store.batch():
        values = {"id": store.community, "name": "town", "title": "Town", "created_at": store.now}
        store.db.run(ADD_COMMUNITY, values)
        return store.move(ISSUER, member("anna"), 100, "first")


def test_ids_of_many_threads_are_unique_and_grow() -> None:
    maker = IdMaker(lambda: time.time_ns() // 1_000_000)
    found: list[list[int]] = [[] for _ in range(4)]

    def make(mine: list[int]) -> None:
        mine.extend(maker.next() for _ in range(5_000))

    threads = [threading.Thread(target=make, args=(mine,)) for mine in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({identifier for mine in found for identifier in mine}) == 20_000
    assert all(mine == sorted(mine) for mine in found)


def test_ids_grow_while_the_clock_stands_still_or_goes_back() -> None:
    now = NOW
    maker = IdMaker(lambda: now)
    made = [maker.next() for _ in range(10_000)]
    now -= 3_600_000
    made += [maker.next() for _ in range(10_000)]
    now += 7_200_000
    made.append(maker.next())
    assert made == sorted(set(made))
    assert made_at(made[0]) == NOW
    assert made_at(made[-2]) == NOW + 4, "20,000 ids are five milliseconds' worth"
    assert made_at(made[-1]) == now


def test_ids_fit_64_bits_for_decades() -> None:
    assert 0 < IdMaker(lambda: EPOCH + (1 << 41) - 1, node=1023).next() < 1 << 63
    assert made_at((1 << 63) - 1) > NOW + 60 * 365 * 86_400_000


def test_two_starts_in_the_same_millisecond_make_different_ids(migrated_url: str) -> None:
    store = Store(migrated_url)
    nodes = []
    for _ in range(4):
        with store.db.transaction():
            nodes.append(settings.take_node(store.db))
    assert len(set(nodes)) == 4
    made = [maker.next() for maker in [IdMaker(lambda: NOW, node) for node in nodes] for _ in range(4_096)]
    assert len(set(made)) == len(made)
    store.close()


def test_ids_of_a_start_follow_those_of_the_store_though_the_clock_went_back(migrated_url: str) -> None:
    store = Store(migrated_url)
    before = paid(store)
    store.now -= 23 * 3_600_000
    with store.db.transaction():
        maker = settings.take_ids(store.db, lambda: store.now)
    assert maker.next() > before.id
    store.close()


def test_ids_of_a_start_are_not_dated_like_those_of_a_clock_that_was_set_wrong(migrated_url: str) -> None:
    store = Store(migrated_url)
    paid(store)
    right = store.now = NOW - 30 * 86_400_000
    with store.db.transaction():
        maker = settings.take_ids(store.db, lambda: right)
    assert made_at(maker.next()) == right
    store.close()


def test_node_numbers_come_again_after_1024_starts(migrated_here: str) -> None:
    store = Store(migrated_here)
    with store.db.transaction():
        nodes = [settings.take_node(store.db) for _ in range(1_025)]
    assert len(set(nodes)) == 1_024
    assert nodes[0] == nodes[-1]
    assert all(0 <= node < 1_024 for node in nodes)
    store.close()
