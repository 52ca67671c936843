"""Gatherings, filters, nicknames and shops: from a plugin to the platform that has them, and what others get."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.actions import CallOff, Consume, DropFilter, Reschedule, Schedule, SetFilter, SetNickname
from coterie.core.api import (
    Context,
    EntitlementChanged,
    FilterHit,
    InterestChanged,
    MemberRef,
    MessageDelivered,
    Plugin,
    ReactionRemoved,
    ScheduleChanged,
    Where,
    command,
)
from coterie.core.cli.play import run_play
from coterie.core.platform import Platform, Refused, Uncertain
from coterie.core.testing import NoSuchPurchase, NotPermitted
from coterie.core.testing.kit import LiveTown, TownFactory
from tests.sender_kit import ALICE, Desk, Fake, KeyedFake, where

HEARD: list[tuple[Any, ...]] = []
"""What the plugin of this module was told; a plugin itself keeps nothing."""


@pytest.fixture(autouse=True)
def silence() -> None:
    HEARD.clear()
    TITLES.clear()


class Host(Plugin):
    """Has people over."""

    name = "host"

    @command("plan")
    def plan(self, ctx: Context, title: str, days: int = 1) -> None:
        """Plan a gathering."""
        starts = ctx.now + timedelta(days=days)
        ends = starts + timedelta(hours=2)
        HEARD.append(("planned", ctx.schedule(ctx.where, title, starts=starts, ends=ends, text="Fun", place="Pier 4")))

    @command("move")
    def move(self, ctx: Context, ref: str, title: str) -> None:
        """Change it."""
        starts = ctx.now + timedelta(days=3)
        ctx.reschedule(int(ref), title, starts=starts, ends=starts + timedelta(hours=1))

    @command("off")
    def off(self, ctx: Context, ref: str) -> None:
        """Call it off."""
        ctx.call_off(int(ref), "Picnic")

    @command("call")
    def call(self, ctx: Context, whom: MemberRef, name: str = "") -> None:
        """Name somebody."""
        done = ctx.set_nickname(ctx.member_of(whom), name)
        HEARD.append(("named", len(done.asked), len(done.skipped)))

    @command("guard")
    def guard(self, ctx: Context) -> None:
        """Set a filter."""
        minute = timedelta(minutes=5)
        done = ctx.set_filter("rude", words=["frog*"], patterns=[r"t[o0]ad"], mute=minute, reply="Be kind")
        HEARD.append(("guarded", len(done.asked), len(done.skipped)))

    @command("unguard")
    def unguard(self, ctx: Context) -> None:
        """Drop it."""
        ctx.drop_filter("rude")

    @command("use")
    def use(self, ctx: Context, entitlement: str) -> None:
        """Use something up."""
        HEARD.append(("used", ctx.consume(entitlement, ctx.member)))

    def on_schedule_changed(self, event: ScheduleChanged, ctx: Context) -> None:
        HEARD.append(("schedule", event.state, event.title, event.ref))

    def on_interest(self, event: InterestChanged, ctx: Context) -> None:
        HEARD.append(("interest", ctx.member.name, event.interested, event.ref))

    def on_filter_hit(self, event: FilterHit, ctx: Context) -> None:
        HEARD.append(("hit", ctx.member.name, event.rule, event.word))

    def on_entitlement(self, event: EntitlementChanged, ctx: Context) -> None:
        HEARD.append(("entitled", ctx.member.name, event.sku, event.active, event.entitlement))

    def on_reaction_removed(self, event: ReactionRemoved, ctx: Context) -> None:
        HEARD.append(("unreacted", event.emoji))

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        HEARD.append((event.state, event.ref, event.reason))


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    return town_factory(plugins=[Host])


def planned() -> int:
    """The ref of the newest gathering."""
    return next(int(each[1]) for each in reversed(HEARD) if each[0] == "planned")


def without(monkeypatch: pytest.MonkeyPatch, factory: TownFactory, *verbs: str) -> LiveTown:
    """A town whose platform lacks some verbs."""
    for kind in type(factory(plugins=[Host]).stage.platform).__mro__:
        for verb in verbs:
            if verb in vars(kind) and kind is not Platform:
                monkeypatch.setattr(kind, verb, getattr(Platform, verb))
    return factory(plugins=[Host])


# -- calendars


def test_a_gathering_is_planned_changed_and_called_off(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/plan Picnic")
    assert bob.sees(re.compile(r"Picnic\nFun\nWhen: 2026-01-02 00:00 – 2026-01-02 02:00 UTC\nWhere: Pier 4"))
    ref = planned()
    town.restart()
    alice.says(f'/move {ref} "Big picnic"')
    assert town.shows(re.compile(r"^Big picnic\nWhen: 2026-01-04 00:00 – 2026-01-04 01:00 UTC$"))
    bob.wants_to_come("Big picnic")
    bob.stays_away("Big picnic")
    alice.says(f"/off {ref}")
    assert town.shows(re.compile(r"^Big picnic\nCalled off$"))
    assert HEARD[1:] == [
        ("schedule", "planned", "Picnic", 0),
        ("schedule", "planned", "Big picnic", ref),
        ("interest", "Bob", True, ref),
        ("interest", "Bob", False, ref),
        ("schedule", "off", "", ref),
    ]


def test_without_a_calendar_it_is_a_card(town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    town = without(monkeypatch, town_factory, "schedule", "reschedule", "call_off")
    alice, bob = town.people("alice", "bob")
    alice.says("/plan Picnic", room="market")
    assert bob.sees(re.compile(r"Picnic\nFun\nWhen: Jan 2, 2026, 12:00 AM – Jan 2, 2026, 2:00 AM\nWhere: Pier 4"))
    ref = planned()
    alice.says(f'/move {ref} "Big picnic"')
    assert town.shows(re.compile("Big picnic\nWhen: Jan 4"), room="market")
    assert town.shows_not("Pier 4", room="market")
    alice.says(f"/off {ref}")
    assert town.shows(re.compile(r"^Picnic\nThis was called off\.$"), room="market")


def test_a_direct_chat_has_no_calendar(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.in_dm("/plan Picnic")
    assert alice.sees("Where: Pier 4")
    assert town.stage.dm(alice.persona).messages[-1].gathering is None


def test_one_that_never_was_is_neither_changed_nor_called_off(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/move 17 Nothing")
    alice.says("/off 17")
    assert HEARD == []


def test_a_gathering_that_the_platform_refuses_is_told_of(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Refused("not enough rights"), verb="schedule")
    alice.says("/plan Picnic")
    assert [("planned", planned()), ("failed", planned(), "not enough rights")] == HEARD
    alice.says(f"/off {planned()}")
    assert len(HEARD) == 2


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"title": ""}, "at least one"),
        ({"title": "x" * 101}, "at most 100 characters"),
        ({"text": "x" * 1001}, "at most 1000 characters"),
        ({"place": "x" * 101}, "at most 100 characters"),
        ({"starts": timedelta(0)}, "starts in the future"),
        ({"starts": timedelta(hours=3)}, "ends after it starts"),
    ],
)
def test_what_no_calendar_takes_is_refused_at_once(town: LiveTown, change: dict[str, Any], said: str) -> None:
    def plan(ctx: Context) -> None:
        values: dict[str, Any] = {"title": "Picnic", "starts": timedelta(hours=1), "ends": timedelta(hours=2), **change}
        times = {name: ctx.now + values.pop(name) for name in ("starts", "ends")}
        with pytest.raises(ValueError, match=re.escape(said)):
            ctx.schedule(town.stage.home.where, values.pop("title"), **times, **values)

    town.inside(plan)


# -- names, filters, goods


def test_somebody_gets_a_name_and_their_own_again(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.says("/call bob Bobby")
    bob.says("hello again")
    assert bob.persona.called == "Bobby"
    assert town.inside(lambda ctx: [member.name for member in map(ctx.find_member, _ids(ctx)) if member]) == [
        "Bobby",
        "Alice",
    ]
    alice.says("/call Bobby")
    assert bob.persona.called == "Bob"
    bob.becomes("operator")
    alice.says("/call bob Boss")
    assert HEARD[-1][0::2] == ("failed", "Bob stands above the bot")


def _ids(ctx: Context) -> list[int]:
    return [row[0] for row in ctx.db.execute(text("SELECT id FROM members ORDER BY id"))]


def test_a_filter_stops_what_nobody_should_read(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.becomes("operator")
    alice.says("/guard")
    bob.says("you FROGS")
    assert town.shows_not("FROGS")
    assert bob.sees("Be kind")
    with pytest.raises(NotPermitted):
        bob.says("sorry")
    town.wait(minutes=5)
    bob.says("a t0ad")
    town.wait(minutes=5)
    alice.says("frogs are fine for operators")
    assert HEARD == [("guarded", 1, 0), ("hit", "Bob", "rude", "FROGS"), ("hit", "Bob", "rude", "t0ad")]
    alice.says("/unguard")
    bob.says("frogs again")
    assert town.shows("frogs again")
    assert [entry.act for entry in town.inside(lambda ctx: ctx.audit_log())][:1] == ["filter-dropped"]


def test_what_a_platform_lacks_is_named_and_not_asked_for(
    town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = without(monkeypatch, town_factory, "set_filter", "set_nickname", "consume")
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.says("/guard")
    alice.says("/call bob Bobby")
    assert HEARD == [("guarded", 0, 1), ("named", 0, 1)]
    with town.failures() as failures:
        alice.says("/use purchase-1")
    assert isinstance(failures[0], LookupError)
    assert town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM outbox"))) == 0


@pytest.mark.parametrize(
    "act",
    [
        lambda ctx: ctx.set_filter("x"),
        lambda ctx: ctx.set_filter("", words=["a"]),
        lambda ctx: ctx.set_filter("x", words=["a" * 61]),
        lambda ctx: ctx.set_filter("x", words=[str(number) for number in range(1001)]),
        lambda ctx: ctx.set_filter("x", patterns=["("]),
        lambda ctx: ctx.set_filter("x", patterns=["a"] * 1 + [f"a{number}" for number in range(10)]),
        lambda ctx: ctx.set_filter("x", words=["a"], mute=timedelta(days=29)),
        lambda ctx: ctx.set_filter("x", words=["a"], reply="x" * 151),
        lambda ctx: ctx.set_nickname(ctx.operators()[0], "x" * 33),
        lambda ctx: ctx.consume("", ctx.operators()[0]),
    ],
)
def test_more_than_platforms_take_is_refused(town: LiveTown, act: Callable[[Context], Any]) -> None:
    town.people("boss")[0].becomes("operator")

    def attempt(ctx: Context) -> None:
        with pytest.raises(ValueError, match=r"."):
            act(ctx)

    town.inside(attempt)


def test_what_was_bought_holds_is_used_up_and_given_back(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.buys("boost", timedelta(days=30))
    alice.says("/use purchase-1")
    alice.says("/use purchase-1")
    bob.buys("boost")
    bob.loses("boost")
    with pytest.raises(NoSuchPurchase):
        bob.loses("boost")
    bob.says("/use purchase-1")
    assert [each for each in HEARD if each[0] != "used"][:4] == [
        ("entitled", "Alice", "boost", True, "purchase-1"),
        ("entitled", "Alice", "boost", False, "purchase-1"),
        ("entitled", "Bob", "boost", True, "purchase-2"),
        ("entitled", "Bob", "boost", False, "purchase-2"),
    ]
    assert HEARD[-1][0] == "failed"


def test_a_reaction_is_taken_back(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("hello")
    bob.reacts("👍", "hello")
    bob.takes_back("👍", "hello")
    assert HEARD == [("unreacted", "👍")]
    assert town.stage.room("general").messages[0].reactions == {}


def test_a_scenario_buys_and_loses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "shop.play"
    file.write_text('ann buys "boost" for 30d\nann loses "boost"\nbob loses "boost"\n', encoding="utf-8")
    assert run_play(file, enable=["checkin"]) == 1
    assert "Bob has nothing of the kind 'boost' that holds" in capsys.readouterr().out


# -- the sender


class WideFake(Fake):
    """A fake with a calendar, filters and a shop."""


class WideKeyedFake(KeyedFake):
    """The same, of a platform that honours keys."""


def _verb(name: str) -> Any:
    async def verb(self: Fake, action: Any, delivery: Any) -> str:
        TITLES.append(getattr(action, "title", ""))
        return await self._do(name, action, delivery)

    return verb


TITLES: list[str] = []
for _name in ("schedule", "reschedule", "call_off", "set_nickname", "set_filter", "drop_filter", "consume"):
    setattr(WideFake, _name, _verb(_name))
    setattr(WideKeyedFake, _name, _verb(_name))

SPACE = Where("fake", "", "s")
PLAN = {"where": SPACE, "ref": 1, "starts": 5, "ends": 9}


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "action",
    [
        SetNickname(where=SPACE, to=ALICE, name="A"),
        SetFilter(where=SPACE, name="f", words=("w",)),
        DropFilter(where=SPACE, name="f"),
        Consume(where=where("dm"), to=ALICE, entitlement="e"),
    ],
    ids=lambda action: type(action).__name__,
)
async def test_what_may_be_repeated_is_repeated_after_a_doubt(action: Any) -> None:
    desk = Desk(platform=WideFake)
    desk.fake.errors += [Uncertain("?"), Uncertain("?")]
    row = desk.put(action)
    await desk.drain()
    assert desk.fates() == {row: "sent"}
    assert len(desk.fake.calls) == 3


@pytest.mark.asyncio
@pytest.mark.parametrize(("platform", "fate"), [(WideFake, "unknown"), (WideKeyedFake, "sent")])
async def test_a_doubtful_gathering_is_planned_again_only_under_its_key(platform: Any, fate: str) -> None:
    desk = Desk(platform=platform)
    desk.fake.errors.append(Uncertain("?"))
    row = desk.put(Schedule(title="T", **PLAN))  # type: ignore[arg-type]
    await desk.drain()
    assert desk.fates() == {row: fate}


@pytest.mark.asyncio
async def test_changes_wait_for_the_gathering_and_only_the_newest_counts() -> None:
    desk = Desk(platform=WideFake)
    desk.put(Schedule(title="T", **PLAN))  # type: ignore[arg-type]
    for title in ("U", "V"):
        desk.put(Reschedule(title=title, **PLAN))  # type: ignore[arg-type]
    await desk.drain()
    assert [(call.verb, call.delivery.native != "") for call in desk.fake.calls] == [
        ("schedule", False),
        ("reschedule", True),
    ]
    assert TITLES == ["T", "V"]


@pytest.mark.asyncio
async def test_a_gathering_called_off_before_it_was_planned_is_never_planned() -> None:
    desk = Desk(platform=WideFake)
    desk.put(Schedule(title="T", **PLAN))  # type: ignore[arg-type]
    desk.put(Reschedule(title="U", **PLAN))  # type: ignore[arg-type]
    desk.put(CallOff(where=SPACE, ref=1))
    await desk.drain()
    assert desk.fake.calls == []
    assert set(desk.fates().values()) == {"cancelled"}
