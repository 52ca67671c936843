"""Messages are counted as they are written; imports reach plugins through the lane."""

from __future__ import annotations

import re
import sys
import types
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from coterie.core.api import Context, HistoryImported, MessagePosted, Plugin, command
from coterie.core.clock import MovableClock, to_instant
from coterie.core.community import Community
from coterie.core.days import Days
from coterie.core.events import Where, Who
from coterie.core.importing.choosing import Choice
from coterie.core.importing.counting import Options
from coterie.core.importing.engine import Import
from coterie.core.importing.fingerprint import fingerprint
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from tests.import_kit import START, TELEGRAM, telegram_chat, telegram_message, written

HEARD: list[tuple[str, str, dict[str, int]]] = []


class Listener(Plugin):
    name = "listener"

    def on_history_imported(self, event: HistoryImported, ctx: Context) -> None:
        member = ctx.find_member(event.member)
        assert member is not None
        HEARD.append((member.name, event.platform, event.days))

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        if event.text == "break":
            raise ValueError("broken")

    @command("nothing")
    def nothing(self, ctx: Context) -> None:
        """Do nothing."""


@pytest.fixture(autouse=True)
def _nothing_heard() -> None:
    HEARD.clear()


def url_of(town: LiveTown) -> str:
    """The address of a town's database."""
    database = town._host._database
    assert database is not None
    return database.url


def rows(town: LiveTown, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a town's database."""
    engine = open_engine(url_of(town))
    with engine.connect().execution_options(coterie_read=True) as connection:
        found = [tuple(row) for row in connection.execute(text(statement))]
    engine.dispose()
    return found


COUNTS = (
    "SELECT members.name, day, messages FROM activity JOIN members ON members.id = member_id ORDER BY members.name, day"
)


def test_messages_are_counted_by_member_and_day(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Listener])
    alice, bob = town.people("alice", "bob")
    first = town.inside(lambda ctx: ctx.community.today())
    for _ in range(3):
        alice.says("hello")
    bob.says("/nothing")
    bob.in_dm("psst")
    with town.failures():
        bob.says("break")
    town.wait(hours=24)
    alice.says("hello again")
    assert rows(town, COUNTS) == [
        ("Alice", first.isoformat(), 3),
        ("Alice", (first + timedelta(days=1)).isoformat(), 1),
        ("Bob", first.isoformat(), 1),
    ]
    (since,) = rows(town, "SELECT adapter, space, channel, at FROM activity_since")
    assert since[3] < to_instant(datetime.combine(first, time(23, 59), UTC))


def test_a_message_counts_for_the_day_on_which_it_was_written(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Listener])
    where = Where("sandbox", "general", "town")
    late = to_instant(datetime(2025, 12, 30, 23, 0, tzinfo=UTC))
    for at, key in ((late, "late"), (to_instant(datetime(2099, 1, 1, tzinfo=UTC)), "from the future"), (-1, "absurd")):
        event = MessagePosted(key=key, at=at, who=Who("sandbox", "zoe", "Zoe"), where=where, text="hello")
        town.act(lambda event=event: town._host.app.submit(event))  # type: ignore[misc]
    today = town.inside(lambda ctx: ctx.community.today().isoformat())
    assert rows(town, COUNTS) == [("Zoe", "2025-12-30", 1), ("Zoe", today, 2)]


def test_the_same_message_twice_counts_once(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Listener])
    (alice,) = town.people("alice")
    alice.says("hello")
    town.duplicate(alice)
    assert [count for _, _, count in rows(town, COUNTS)] == [1]


def test_who_is_merged_in_the_same_breath_keeps_what_they_wrote(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Listener])
    alice, bob = town.people("alice", "bob")
    alice.says("hello")
    bob.says("hello")

    def merge(ctx: Context) -> None:
        kept, gone = (ctx.unit.members.account(ctx.community.id, "sandbox", name) for name in ("alice", "bob"))
        assert kept is not None
        assert gone is not None
        ctx.unit.activity.count(gone, "2026-01-05", (ctx.community.id, "sandbox", "town", "general"), 1)
        ctx.merge_members(kept.member, gone.member)

    town.inside(merge)
    bob.says("hello")
    today = town.inside(lambda ctx: ctx.community.today().isoformat())
    found = {day: (name, count) for name, day, count in rows(town, COUNTS)}
    assert found == {today: ("Alice", 3)} | ({} if today == "2026-01-05" else {"2026-01-05": ("Alice", 1)})


def imported(town: LiveTown, file: Path, listeners: tuple[str, ...] = ("listener",)) -> Import:
    """What another process imports while the town runs."""
    engine = open_engine(url_of(town))
    db = LaneConnection(engine)
    clock = MovableClock()
    community = town.inside(lambda ctx: ctx.community)
    options = Options(choice=Choice(named=frozenset({"1"})), listeners=listeners)
    work = Import(db, IdMaker(clock.now, 999), community, TELEGRAM, file, fingerprint(file, TELEGRAM), options, clock)
    work.open()
    work.read()
    work.tell()
    db.close()
    engine.dispose()
    return work


def look(town: LiveTown) -> None:
    """What a running process does every minute."""
    while town._host.run(town._host.app.put_off.fire()):
        pass


def test_plugins_hear_of_what_was_imported(town_factory: TownFactory, tmp_path: Path) -> None:
    town = town_factory(plugins=[Listener])
    messages = [telegram_message(number, number % 250 + 1, at=START + number * 500) for number in range(600)]
    imported(town, written(tmp_path, telegram_chat(messages)))
    look(town)
    assert len(HEARD) == 250
    assert sum(sum(days.values()) for _, _, days in HEARD) == 600
    assert {platform for _, platform, _ in HEARD} == {"telegram"}
    assert rows(town, "SELECT count(*) FROM queued_events") == [(0,)]
    assert rows(town, "SELECT count(*) FROM import_counts") == [(0,)]
    town.restart()
    look(town)
    assert len(HEARD) == 250


def test_somebody_with_a_long_past_is_told_of_in_parts(town_factory: TownFactory, tmp_path: Path) -> None:
    town = town_factory(plugins=[Listener])
    messages = [telegram_message(number, 1, at=START + number * 86_400) for number in range(900)]
    imported(town, written(tmp_path, telegram_chat(messages)))
    look(town)
    assert [len(days) for _, _, days in HEARD] == [400, 400, 100]


def test_a_plugin_that_is_off_is_told_nothing(town_factory: TownFactory, tmp_path: Path) -> None:
    town = town_factory(plugins=[Listener])
    work = imported(town, written(tmp_path, telegram_chat([telegram_message(1)])), ())
    assert work.state == "done"
    look(town)
    assert not HEARD


def test_the_past_is_the_same_member_when_they_appear(town_factory: TownFactory, tmp_path: Path) -> None:
    town = town_factory(plugins=[Listener])
    imported(town, written(tmp_path, telegram_chat([telegram_message(1, 42)])))
    event = MessagePosted(
        key="live", who=Who("telegram", "42", "Now Called So"), where=Where("sandbox", "general", "town"), text="hello"
    )
    town.act(lambda: town._host.app.submit(event))
    assert rows(town, "SELECT name FROM members") == [("Now Called So",)]
    assert [(name, count) for name, _, count in rows(town, COUNTS)] == [("Now Called So", 1)] * 2


@given(
    st.sampled_from(["UTC", "Asia/Shanghai", "America/Havana", "Europe/Berlin", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.sampled_from([time(0), time(0, 30), time(4), time(23, 59)]),
    st.lists(st.integers(1_262_304_000_000, 1_893_456_000_000), min_size=1, max_size=20),
    st.integers(-90_000_000, 90_000_000),
)
def test_days_agree_with_the_community(zone: str, start: time, instants: list[int], step: int) -> None:
    community = Community(1, "c", "C", "en", ZoneInfo(zone), start, MovableClock())
    days = Days(community)
    for instant in (near for each in instants for near in (each, each + step)):
        assert date.fromisoformat(days.of(instant)) == community.day_of(instant)


def test_the_example_of_the_page_runs(
    town_factory: TownFactory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path(__file__).resolve().parent.parent / "docs" / "import.md"
    (code,) = re.findall(r"^```python\n(.*?)^```$", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    module = types.ModuleType("example_veterans")
    module.__file__ = str(tmp_path / "example.py")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    exec(compile(code, module.__file__, "exec"), module.__dict__)
    town = town_factory(plugins=[module.__dict__["Veterans"]])
    messages = [telegram_message(number, 1 + number % 3 // 2) for number in range(1500)]
    imported(town, written(tmp_path, telegram_chat(messages)), ("veterans",))
    look(town)
    assert rows(town, "SELECT balance FROM ledger_accounts WHERE kind = 'member'") == [(100,)]
