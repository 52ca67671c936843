"""Each message is counted once, whatever files bring it, in whatever pieces, and whatever stops them."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.importing import engine, step
from coterie.core.importing.choosing import Choice
from coterie.core.importing.engine import Busy, Import
from coterie.core.importing.seen import block_of, packed, unpacked
from coterie.core.importing.totals import Totals
from coterie.storage.faults import StoreUnavailable
from coterie.storage.history import Known, people
from tests.import_kit import (
    DISCORD,
    START,
    Json,
    Past,
    check,
    discord_channel,
    discord_message,
    json_ascii,
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


actions = st.sampled_from(["message", "command", "join_group_by_link", "pin_message"])


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[Json], list[list[int]]]:
    """Everything that was ever written in two chats, and which parts of it several exports hold, in what order."""
    count = draw(st.integers(1, 14))
    everything = []
    for number in range(count):
        who, at = draw(st.integers(1, 3)), START + draw(st.integers(0, 3 * DAY))
        action = draw(actions)
        identifier = draw(st.sampled_from([0, -1_000_000_000, 16_380, 1 << 40])) + number
        if action == "message":
            everything.append(telegram_message(identifier, who, at=at))
        elif action == "command":
            everything.append(telegram_message(identifier, who, at=at, text="/x"))
        else:
            everything.append(telegram_service(identifier, who, action, at=at))
    parts = draw(st.lists(st.lists(st.integers(0, count - 1), max_size=12), min_size=1, max_size=4))
    return everything, parts


def expected(everything: list[Json], parts: list[list[int]]) -> dict[tuple[str, str], tuple[int, int]]:
    """Each message that any export holds, once."""
    counts: dict[tuple[str, str], int] = {}
    for number in {each for part in parts for each in part}:
        message = everything[number]
        if message["type"] == "message" and message["text"] == "hello":
            key = (message["from_id"][4:], message["date"][:10])
            counts[key] = counts.get(key, 0) + 1
    return {key: (count, 0) for key, count in counts.items()}


@pytest.mark.parametrize("size", [1, 3, 10_000])
@given(histories())
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_message_counts_once(
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    size: int,
    drawn: tuple[list[Json], list[list[int]]],
) -> None:
    monkeypatch.setattr(engine, "STEP_RECORDS", size)
    everything, parts = drawn
    past = Past(migrated_url)
    forget(past)
    for number, part in enumerate(parts):
        file = written(tmp_path, telegram_chat([everything[each] for each in part]), f"{number}.json")
        dry = past.run(file, dry=True).totals
        before = past.counts()
        assert before == expected(everything, parts[:number])
        work = past.run(file)
        totals = check(work)
        if not totals.again or work.position:
            assert (dry.messages, dry.members, dry.again) == (totals.messages, totals.members, totals.again)
    assert past.counts() == expected(everything, parts)
    past.close()


def forget(past: Past) -> None:
    """A store without anybody."""
    for table in ("activity", "imports", "import_blocks", "import_counts", "accounts", "members", "presences"):
        past.store.write(f"DELETE FROM {table}")


class Killed(BaseException):
    """The process ends here."""


@given(histories(), st.data())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_killed_anywhere_and_continued(
    migrated_url: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    drawn: tuple[list[Json], list[list[int]]],
    data: st.DataObject,
) -> None:
    monkeypatch.setattr(engine, "STEP_RECORDS", 2)
    everything, parts = drawn
    chats = [telegram_chat([everything[each] for each in part], chat=1) for part in parts]
    file = written(tmp_path, telegram_account(*chats))
    choice = Choice(named=frozenset({"1"}))
    past = Past(migrated_url)
    forget(past)
    kills = data.draw(st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=4))
    records = 0
    for after, committed in kills:
        work = past.begin(file, choice=choice, listeners=("levels",))
        stop(work, after, committed)
        try:
            work.read()
            work.tell()
        except Killed:
            past.store.db.close()
        assert work.totals.records >= records
        records = past.begin(file, choice=choice, listeners=("levels",)).totals.records
    totals = check(past.run(file, choice=choice, listeners=("levels",)))
    assert totals.records == sum(map(len, parts))
    assert past.counts() == expected(everything, parts)
    assert told(past) == {key: count for key, (count, _) in expected(everything, parts).items()}
    past.close()


def stop(work: Import, after: int, committed: bool) -> None:
    """Kill the process at one of its next steps: in the middle of its transaction, or right behind it."""
    steps = itertools.count()
    move, keep = work._move, work._keep

    def moving(*args: Any) -> None:
        move(*args)
        if not committed and next(steps) == after:
            raise Killed

    def keeping(totals: Totals) -> None:
        keep(totals)
        if committed and next(steps) == after:
            raise Killed

    vars(work).update(_move=moving, _keep=keeping)


def told(past: Past) -> dict[tuple[str, str], int]:
    """What waits for a plugin, by account and day."""
    import msgspec

    found: dict[tuple[str, str], int] = {}
    natives = dict(past.store.rows("SELECT member_id, native FROM accounts"))
    for plugin, hook, payload in past.store.rows("SELECT plugin, hook, payload FROM queued_events"):
        assert (plugin, hook) == ("levels", "on_history_imported")
        event = msgspec.json.decode(payload)
        for day, count in event["days"].items():
            key = (natives[event["member"]], day)
            assert key not in found
            found[key] = count
    past.store.write("DELETE FROM queued_events")
    return found


def test_a_second_run_has_nothing_to_do(past: Past, tmp_path: Path) -> None:
    file = written(tmp_path, telegram_chat([telegram_message(1)]))
    first = past.run(file, listeners=("levels",))
    again = past.begin(file)
    assert again.state == "done"
    assert again.totals == first.totals
    assert len(told(past)) == 1


def test_a_repaired_file_gives_what_was_missing(past: Past, tmp_path: Path) -> None:
    sound = json_ascii(telegram_chat([telegram_message(number) for number in range(1, 6)]))
    broken = sound.replace(b'"id": 3,', b'"id": "",')
    totals = check(past.run(written(tmp_path, broken, "broken.json")))
    assert (totals.messages, totals.skipped) == (4, 1)
    totals = check(past.run(written(tmp_path, sound, "sound.json")))
    assert (totals.messages, totals.again) == (1, 4)
    assert past.counts() == {("1", "2020-09-13"): (5, 0)}


def test_parts_of_a_discord_channel(past: Past, tmp_path: Path) -> None:
    messages = [discord_message(number, at=START + number * 40_000) for number in range(20)]
    parts = [messages[8:], messages[:12], list(reversed(messages[4:16]))]
    for number, part in enumerate(parts):
        past.run(written(tmp_path, discord_channel(part), f"{number}.json"), DISCORD)
    assert sum(count for count, _ in past.counts().values()) == 20


def test_the_store_is_away_for_a_moment(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = past.begin(written(tmp_path, telegram_chat([telegram_message(1), telegram_message(2)])))
    move, failures = work._move, iter([StoreUnavailable("locked")] * 3)

    def moving(*args: Any) -> None:
        move(*args)
        for failure in failures:
            raise failure

    monkeypatch.setattr(work, "_move", moving)
    work.read()
    assert past.counts() == {("1", "2020-09-13"): (2, 0)}
    assert work.totals.members == 1


def test_somebody_appears_live_in_between(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with past.store.batch():
        past.store.members.enrol(COMMUNITY, "telegram", "1", "Live", locale="", bot=False, now=NOW)
    looks = itertools.count()

    def people_a_moment_ago(*args: Any) -> dict[str, Known]:
        return people(*args) if next(looks) else {}

    monkeypatch.setattr(step, "people", people_a_moment_ago)
    work = past.run(written(tmp_path, telegram_chat([telegram_message(1), telegram_message(2, 2)])))
    assert past.names() == {"1": ("Live", 0), "2": ("User 2", 0)}
    assert next(looks) == 2, "it had to be written twice"
    assert work.totals.members == 1
    assert past.counts() == {("1", "2020-09-13"): (1, 0), ("2", "2020-09-13"): (1, 0)}


def test_two_processes_do_not_count_twice(past: Past, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "STEP_RECORDS", 2)
    file = written(tmp_path, telegram_chat([telegram_message(number) for number in range(10)]))
    first = past.begin(file)
    second = past.begin(file)
    second.read()
    with pytest.raises(Busy):
        first.read()
    assert past.counts() == {("1", "2020-09-13"): (10, 0)}


def test_two_files_of_one_chat_at_once(past: Past, tmp_path: Path) -> None:
    files = [
        written(tmp_path, telegram_chat([telegram_message(n) for n in range(many)]), f"{many}.json") for many in (5, 6)
    ]
    check(past.run(written(tmp_path, telegram_chat([telegram_message(100)]), "before.json")))
    first = past.begin(files[0])
    write = first._write

    def writing(*args: Any) -> Any:
        if args[1] == "telling":
            past.run(files[1])
        return write(*args)

    vars(first).update(_write=writing)
    with pytest.raises(Busy):
        first.read()
    past.run(files[0])
    assert past.counts() == {("1", "2020-09-13"): (7, 0)}


@given(st.sets(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=50))
def test_ids_are_kept_as_they_are(ids: set[int]) -> None:
    blocks: dict[int, set[int]] = {}
    for each in ids:
        blocks.setdefault(block_of(each), set()).add(each)
    assert all(-(2**63) <= number < 2**63 for number in blocks)
    assert set().union(*(unpacked(packed(block)) for block in blocks.values())) == ids


def test_running_numbers_take_little_room() -> None:
    assert len(packed(set(range(16_384)))) < 1500
