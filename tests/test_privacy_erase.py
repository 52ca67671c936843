"""Erasing a member: each part reports, what fails comes back, nothing is lost at a crash, nobody else notices."""

from __future__ import annotations

import json
from typing import Any, ClassVar

import pytest
from sqlalchemy import BigInteger, Column, MetaData, String, Table, insert, select

from coterie.core.access.leaving import end_all
from coterie.core.api import NAMING, Context, Member, MemberTable, Plugin, Refusal, command
from coterie.core.cards import encode
from coterie.core.people.privacy import orders
from coterie.core.people.privacy.erasing import Eraser
from coterie.core.platform import RetryLater
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.journal import ADD_DEAD, ADD_QUEUED, ADD_TIMER
from coterie.storage.ledger import Account
from coterie.storage.tables import consents, ledger_accounts, outbox, transfers
from tests.plugin_kit import member_id
from tests.privacy_kit import MARK, NAME, cells, erase, erasure, naming

MOODS: dict[str, Any] = {}
"""How the plugin of this module behaves; a plugin itself keeps nothing."""


@pytest.fixture(autouse=True)
def calm() -> None:
    MOODS.clear()


class Moody(Plugin):
    """Holds money, keeps an escrow, and has moods about erasures."""

    name: ClassVar[str] = "moody"

    @command("set-aside")
    def set_aside(self, ctx: Context, amount: int) -> None:
        ctx.ledger.hold(ctx.member, amount, reason="wish", key=ctx.member.id)

    @command("lend")
    def lend(self, ctx: Context, amount: int) -> None:
        ctx.ledger.transfer(ctx.member, ctx.ledger.escrow("chest"), amount, reason="lend", key=ctx.event.key)

    def decide_erase(self, member: Member, ctx: Context) -> str | None:
        if MOODS.get("decide") == "broken":
            raise RuntimeError("I do not know")
        return MOODS.get("decide")

    def erase_member(self, member: Member, ctx: Context) -> None:
        chest = ctx.ledger.escrow("chest")
        if ctx.ledger.balance(chest):
            ctx.ledger.transfer(chest, member, ctx.ledger.balance(chest), reason="back", key=member.id)
        if MOODS.get("erase") == "broken":
            raise RuntimeError(f"{member.name} does not let go")
        if MOODS.get("erase") == "refused":
            raise Refusal("bots-cannot", namespace="core")


pytestmark = pytest.mark.coterie(plugins=["checkin", "wallet", Moody])


def sunk(town: LiveTown) -> int:
    """What the money of erased people sums to."""
    return town.inside(lambda ctx: ctx.unit.ledger.balance(ctx.community.id, Account("sink", "erase"), "points"))


def state(town: LiveTown, member: int) -> str:
    return erasure(town, member)[0].state


# -- what becomes of it ------------------------------------------------------------------------------------------------


def test_whoever_comes_back_is_somebody_new(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    town.grant(alice, 100)
    alice.says("/checkin")
    old = member_id(town, alice)
    erase(town, old)
    assert state(town, old) == "done"
    assert sunk(town) == 110
    alice.says("/balance")
    assert member_id(town, alice) != old
    assert town.balance(alice) == 0
    alice.says("/checkin")
    assert alice.sees("first day of a streak")
    renamed = town.inside(lambda ctx: ctx.find_member(old))
    assert renamed is not None
    assert renamed.name.startswith("Former member ")
    bob.says("/pay alice 5")
    assert town.ledger_balanced()


def test_what_is_held_comes_back_first_and_then_goes_to_the_sink(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.grant(alice, 100)
    alice.says("/set-aside 30")
    alice.says("/lend 20")
    assert town.balance(alice) == 50
    erase(town, member_id(town, alice))
    assert sunk(town) == 100
    assert town.ledger_balanced()


def test_others_keep_what_they_have(town: LiveTown) -> None:
    alice, bob = town.people(NAME, "bob")
    for each in (alice, bob):
        town.grant(each, 100)
        each.says("/checkin")
    alice.says(f"/pay bob 10 {MARK}")
    bob.says(f"/pay {NAME} 3 thanks")
    bobs = member_id(town, bob)

    def mine(ctx: Context) -> list[Any]:
        owner = ledger_accounts.c.owner == str(bobs)
        rows = ctx.db.execute(select(ledger_accounts.c.balance).where(owner)).all()
        days = [cell for cell in cells_of(ctx, "checkin_days") if cell["member_id"] == bobs]
        return [rows, days]

    before = town.inside(mine)
    erase(town, member_id(town, alice))
    assert town.inside(mine) == before
    assert town.balance(bob) == 117
    assert naming(town, NAME, MARK) == []
    notes = town.inside(lambda ctx: list(ctx.db.scalars(select(transfers.c.note).where(transfers.c.note != ""))))
    assert notes == []


def cells_of(ctx: Context, name: str) -> list[dict[str, Any]]:
    from coterie.plugins.checkin.models import days

    assert days.name == name
    return [dict(row) for row in ctx.db.execute(select(days)).mappings()]


# -- reasons, refusals, failures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mood", "reason"), [("an auction runs", "moody: an auction runs"), ("broken", "I do not know")]
)
def test_a_reason_puts_it_off_and_changes_nothing(town: LiveTown, mood: str, reason: str) -> None:
    (alice,) = town.people("alice")
    alice.says("/checkin")
    MOODS["decide"] = mood
    member = member_id(town, alice)
    erase(town, member)
    found, parts = erasure(town, member)
    assert (found.state, parts) == ("postponed", {})
    assert reason in found.reason
    assert member_id(town, alice) == member
    MOODS.clear()
    town.wait(hours=24)
    assert state(town, member) == "done"


def test_force_goes_on_although_there_is_a_reason(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    MOODS["decide"] = "an auction runs"
    member = member_id(town, alice)
    erase(town, member)
    erase(town, member, forced=True)
    assert state(town, member) == "done"


@pytest.mark.parametrize(("mood", "said"), [("broken", "failed"), ("refused", "refused")])
def test_a_part_that_fails_stops_no_other_and_is_tried_again(town: LiveTown, mood: str, said: str) -> None:
    (alice,) = town.people(NAME)
    town.grant(alice, 100)
    alice.says("/checkin")
    alice.says("/lend 20")
    member = member_id(town, alice)
    MOODS["erase"] = mood
    with town.failures():
        erase(town, member)
    found, parts = erasure(town, member)
    assert found.state == "open"
    assert {name for name, part in parts.items() if part.state != "done"} == {"moody"}
    assert parts["moody"].state == said
    assert "does not let go" in parts["moody"].reason or said == "refused"
    assert sunk(town) == 90
    assert town.ledger_balanced()
    with town.failures():
        town.wait(minutes=2)
    assert erasure(town, member)[0].tries == 2
    MOODS.clear()
    town.wait(days=1)
    assert state(town, member) == "done"
    assert sunk(town) == 110, "what the plugin gave back at its second try followed"
    assert naming(town, NAME) == []
    assert town.ledger_balanced()


def test_a_plugin_that_is_gone_is_named_until_it_is_forced(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    member = member_id(town, alice)

    def leave_tables(ctx: Context) -> None:
        ctx.unit.db.connection.exec_driver_sql("CREATE TABLE alembic_version_bygone (version_num VARCHAR(32))")

    town.inside(leave_tables)
    with town.failures():
        erase(town, member)
    found, parts = erasure(town, member)
    assert found.state == "open"
    assert "not installed" in parts["bygone"].reason
    erase(town, member, forced=True)
    assert state(town, member) == "done"


# -- crashes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("steps", range(1, 14))
def test_it_goes_on_after_a_crash_at_any_step(town: LiveTown, steps: int) -> None:
    (alice,) = town.people(NAME)
    town.grant(alice, 100)
    alice.says("/checkin")
    alice.says("/set-aside 30")
    member = member_id(town, alice)

    def quietly(ctx: Context) -> int:
        db, ids = ctx.unit.db, ctx.unit.services.ids
        return orders.order_in(db, ids, ctx.community.id, member, "operator", now=ctx.instant).id

    ordered = town.inside(quietly)
    eraser = Eraser(town._host.app.registry.plugins, end_all)
    for _ in range(steps):
        town.inside(lambda ctx: eraser.step(ctx, ordered, frozenset()))
    town.kill()
    assert state(town, member) == "done"
    assert sunk(town) == 110
    assert naming(town, NAME) == []
    assert town.ledger_balanced()


# -- what waits --------------------------------------------------------------------------------------------------------


def test_messages_on_their_way_may_arrive_for_a_while(town: LiveTown) -> None:
    alice, bob = town.people(NAME, "bob")
    town.grant(bob, 100)
    alice.in_dm("/balance")
    town.stage.faults.fail_next(RetryLater(60), times=1, verb="send")
    bob.says(f"/pay {NAME} 5 {MARK}")
    member = member_id(town, alice)
    erase(town, member)
    assert state(town, member) == "open"
    town.wait(minutes=2)
    assert alice.sees(MARK)
    assert state(town, member) == "done"
    assert naming(town, NAME, MARK) == []


def test_messages_that_do_not_arrive_are_given_up(town: LiveTown) -> None:
    alice, bob = town.people(NAME, "bob")
    town.grant(bob, 100)
    alice.in_dm("/balance")
    town.stage.faults.fail_next(RetryLater(3_000), times=9, verb="send")
    bob.says(f"/pay {NAME} 5 {MARK}")
    member = member_id(town, alice)
    erase(town, member)
    town.wait(minutes=11)
    assert state(town, member) == "done"
    assert town.inside(lambda ctx: list(ctx.db.execute(select(outbox.c.id)))) == []


def test_rows_that_wait_lose_their_words_and_go_on_working(town: LiveTown) -> None:
    alice, bob = town.people(NAME, "bob")
    alice.says("hello")
    bob.says("hello")
    member = member_id(town, alice)
    event = {"type": "message", "key": "k1", "who": {"platform": "sandbox", "id": NAME, "name": NAME}, "text": MARK}
    about = {"type": "message", "key": "k2", "who": {"platform": "sandbox", "id": "bob"}, "text": f"hi {NAME.title()}!"}

    def plant(ctx: Context) -> None:
        db, here = ctx.unit.db, {"community_id": ctx.community.id}
        for payload in (event, about):
            row = {"id": ctx.new_id(), "event_key": "", "plugin": "moody", "hook": "on_message", "at": ctx.instant}
            db.run(ADD_DEAD, here | row | {"error": f"KeyError: {NAME}", "payload": encode(payload).decode()})
            later = {"id": ctx.new_id(), "plugin": "moody", "hook": "on_message", "attempts": 0}
            times = {"not_before": ctx.instant + 10**10, "created_at": 0}
            db.run(ADD_QUEUED, here | later | times | {"payload": encode(payload).decode()})
        args = {"who": NAME.title(), "giver": member, "kind": "member"}
        timer = {"id": ctx.new_id(), "plugin": "moody", "name": "later", "key": "", "attempts": 0, "created_at": 0}
        db.run(ADD_TIMER, here | timer | {"args": encode(args).decode(), "due": ctx.instant + 10**10})

    town.inside(plant)
    erase(town, member)
    assert naming(town, NAME, MARK) == []
    kept = {(table, column): value for table, column, value in cells(town) if table in ("dead_letters", "timers")}
    assert "Former member" in json.loads(kept["dead_letters", "payload"])["text"]
    assert json.loads(kept["timers", "args"])["giver"] == member


def test_consents_go(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    member = member_id(town, alice)
    row = {"member_id": member, "id": 1, "purpose": "mail", "plugin": "moody", "given_at": 1}
    town.inside(lambda ctx: ctx.db.execute(insert(consents).values(community_id=ctx.community.id, **row)))
    erase(town, member)
    assert [cell for cell in cells(town) if cell[0] == "consents"] == []


# -- many rows ---------------------------------------------------------------------------------------------------------

hoard_metadata = MetaData(naming_convention=NAMING)
hoard = Table(
    "hoard_things",
    hoard_metadata,
    Column("community_id", BigInteger, primary_key=True, autoincrement=False),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("member_id", BigInteger, nullable=False),
    Column("words", String(200), nullable=True),
)


@pytest.mark.parametrize("fate", ["delete", "keep"])
def test_many_rows_are_done_a_part_at_a_time(
    town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch, fate: str
) -> None:
    from coterie.core.people.privacy import rows

    monkeypatch.setattr(rows, "AT_ONCE", 7)
    town = town_factory(plugins=["checkin"])
    (alice,) = town.people("alice")
    alice.says("hello")
    member = member_id(town, alice)
    each = (
        MemberTable(hoard, erase="delete") if fate == "delete" else MemberTable(hoard, erase="keep", scrub=("words",))
    )

    def fill(ctx: Context) -> int:
        hoard_metadata.create_all(ctx.unit.db.connection)
        here = {"community_id": ctx.community.id}
        things = [{"id": n, "member_id": member if n % 2 else 1, "words": f"{MARK}{n}"} for n in range(40)]
        ctx.db.execute(insert(hoard), [here | thing for thing in things])
        return ctx.community.id

    community = town.inside(fill)
    met: list[int] = []
    while not met or met[-1] == 7:
        met.append(town.inside(lambda ctx: rows.erase_rows(ctx.unit.db, [each], community, [member])))
    assert met == [7, 7, 6]
    left = town.inside(lambda ctx: ctx.db.execute(select(hoard.c.member_id, hoard.c.words)).all())
    assert sum(owner == 1 and words is not None for owner, words in left) == 20
    assert [words for owner, words in left if owner == member] == ([] if fate == "delete" else [None] * 20)
