"""Merges taken back: money as far as it is there, holds, standing, who is who, and what other records had left."""

from __future__ import annotations

import re
from typing import Any, ClassVar

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select

from coterie.core.api import (
    AccountSeparated,
    Button,
    CannotUndo,
    Card,
    Context,
    Member,
    MembersMerged,
    MemberTable,
    MergeUndone,
    Plugin,
    Shortfall,
    button,
    command,
)
from coterie.core.dormant import every_member_table
from coterie.core.engine.registry import PluginProblem
from coterie.core.loading import installed_plugins
from coterie.core.people.own import CORE_TABLES, member_tables
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.testing.person import Person
from coterie.plugins.checkin import CheckIn
from coterie.plugins.checkin.models import days
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.redpacket.models import shares
from coterie.plugins.wallet import Wallet
from coterie.storage.tables import merge_rows, metadata
from tests.plugin_kit import member_id, tap_as


class Registry(Plugin):
    """Holds money, hands out buttons for one person, and says what it hears."""

    name: ClassVar[str] = "registry"

    @command("hold")
    def hold(self, ctx: Context, amount: int) -> None:
        """Set money aside."""
        ctx.ledger.hold(ctx.member, amount, reason="hold", key="deposit")

    @command("mine")
    def mine(self, ctx: Context) -> None:
        """A button for one person alone."""
        ctx.reply(Card("For you", buttons=((Button("Open", do="open", only=ctx.member.id),),)))

    @button("open")
    def open(self, ctx: Context) -> None:
        """Say who opened."""
        ctx.answer(f"opened by {ctx.member.name}")

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        """Say so."""
        self._tell(ctx, f"heard: {event.gone} is {event.kept}, merge {event.merge > 0}")

    def on_merge_undone(self, event: MergeUndone, ctx: Context) -> None:
        """Say so."""
        self._tell(ctx, f"heard: {event.gone} is not {event.kept}, merge {event.merge > 0}")

    def on_account_separated(self, event: AccountSeparated, ctx: Context) -> None:
        """Say so."""
        self._tell(ctx, f"heard: {event.member} lost {event.account > 0} to {event.became}")

    def _tell(self, ctx: Context, words: str) -> None:
        for operator in ctx.operators():
            ctx.send(operator, words)


pytestmark = pytest.mark.coterie(plugins=[Registry])


def the(ctx: Context, number: int) -> Member:
    member = ctx.find_member(number)
    assert member is not None
    return member


def record(town: LiveTown, person: Person) -> int:
    """Somebody's record, made by their first words."""
    person.says("hello")
    return member_id(town, person)


def merge(town: LiveTown, kept: int, gone: int) -> int:
    """Merge two records; returns the merge's id."""
    return int(town.inside(lambda ctx: ctx.merge_members(the(ctx, kept), the(ctx, gone)).id))


def undo(town: LiveTown, number: int, **agreed: int) -> Any:
    return town.inside(lambda ctx: ctx.undo_merge(number, agreed=agreed))


def refusal(town: LiveTown, number: int) -> str:
    """Why a merge cannot be undone."""
    with pytest.raises(CannotUndo) as caught:
        undo(town, number)
    return caught.value.key


def settle(town: LiveTown, amount: int, to: int = 0) -> None:
    """Give some of the held money back, or pay it on."""

    def run(ctx: Context) -> None:
        ctx.plugin = "registry"
        if to:
            ctx.ledger.capture("deposit", the(ctx, to), amount, reason="capture")
        else:
            ctx.ledger.release("deposit", amount, reason="release")

    town.inside(run)


def tidy(town: LiveTown) -> None:
    """One round of housekeeping."""
    town._run(lambda app: app.housekeeping.round())


# -- money


def test_what_was_moved_goes_back_and_what_came_since_stays(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)
    town.grant(ann, 10)
    town.grant(ben, 30)
    town.grant(ben, 5, "GEM")
    number = merge(town, one, two)
    town.grant(ben, 7)
    town.restart()
    done = undo(town, number)
    assert (dict(done.returned), dict(done.short)) == ({"points": 30, "GEM": 5}, {})
    assert (town.balance(ann), town.balance(ben), town.balance(ben, "GEM")) == (17, 30, 5)
    assert member_id(town, ben) == two
    assert town.ledger_balanced()
    assert refusal(town, number) == "merge-undone"


def test_spent_money_cannot_go_back_unless_somebody_agrees(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)
    town.grant(ben, 30)
    number = merge(town, one, two)
    town.inside(lambda ctx: ctx.ledger.charge(the(ctx, one), 20, reason="shop", key=1))
    with pytest.raises(Shortfall) as caught:
        undo(town, number)
    assert dict(caught.value.amounts) == {"points": 20}
    with pytest.raises(Shortfall):
        undo(town, number, points=19)
    assert (town.balance(ann), member_id(town, ben)) == (10, one), "nothing has happened"
    done = undo(town, number, points=20)
    assert (dict(done.returned), dict(done.short)) == ({"points": 10}, {"points": 20})
    assert (town.balance(ann), town.balance(ben)) == (0, 10)
    (merged,) = town.inside(lambda ctx: ctx.merges_of(the(ctx, one)))
    assert (merged.amounts, merged.returned) == ({"points": 30}, {"points": 10})


def test_held_money_belongs_to_who_had_set_it_aside(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    town.grant(ben, 30)
    ben.says("/hold 20")
    settle(town, 2)
    number = merge(town, one, two)
    settle(town, 3)
    settle(town, 5, three)
    assert (town.balance(ann), town.balance(eve)) == (15, 5)
    preview = town.inside(lambda ctx: ctx.preview_undo(number))
    assert (dict(preview.returned), dict(preview.held)) == ({"points": 15}, {"points": 10})
    undo(town, number)
    assert (town.balance(ann), town.balance(ben)) == (0, 15)
    settle(town, 10)
    assert (town.balance(ann), town.balance(ben)) == (0, 25), "what is left is given back to who held it"
    assert town.ledger_balanced()


# -- who is who


def test_a_record_that_was_merged_itself_is_taken_out_first(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    for person in (ann, ben, eve):
        town.grant(person, 10)
    inner, outer = merge(town, two, three), merge(town, one, two)
    with pytest.raises(CannotUndo) as caught:
        undo(town, inner)
    assert (caught.value.key, caught.value.args["name"]) == ("merge-inside", "Ann")
    assert town.inside(lambda ctx: ctx.records_of(the(ctx, three))) == (one, two, three)
    undo(town, outer)
    assert [member_id(town, person) for person in (ann, ben, eve)] == [one, two, two]
    assert town.inside(lambda ctx: [the(ctx, each).id for each in (one, two, three)]) == [one, two, two]
    assert (town.balance(ann), town.balance(eve)) == (10, 20)
    undo(town, inner)
    assert [member_id(town, person) for person in (ann, ben, eve)] == [one, two, three]
    assert {town.balance(person) for person in (ann, ben, eve)} == {10}


def test_merges_of_one_record_are_undone_in_any_order(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    first, second = merge(town, one, two), merge(town, one, three)
    undo(town, first)
    assert [member_id(town, person) for person in (ann, ben, eve)] == [one, two, one]
    undo(town, second)
    assert [member_id(town, person) for person in (ann, ben, eve)] == [one, two, three]


def test_an_account_that_was_linked_since_stays(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    number = merge(town, one, two)
    merge(town, one, three)
    undo(town, number)
    assert [member_id(town, person) for person in (ann, ben, eve)] == [one, two, one]


def test_what_cannot_be_undone_says_why(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)
    assert refusal(town, 1) == "merge-unknown"
    number = merge(town, one, two)
    town.wait(days=30)
    assert town.inside(lambda ctx: ctx.preview_undo(number)).merge.id == number
    town.wait(minutes=1)
    assert refusal(town, number) == "merge-too-late"


def test_an_account_that_went_its_own_way_is_not_torn_back(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)
    number = merge(town, one, two)
    town.inside(lambda ctx: ctx.separate(ctx.accounts_of(the(ctx, one))[1]))
    assert refusal(town, number) == "merge-no-account"
    merge(town, one, member_id(town, ben))
    undo(town, number)
    assert member_id(town, ben) == two


@pytest.mark.parametrize("revoked", [False, True])
def test_rights_go_with_the_record_that_had_them(town: LiveTown, revoked: bool) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)
    ben.becomes("operator")
    number = merge(town, one, two)
    assert town.inside(lambda ctx: the(ctx, one).standing) == "operator"
    if revoked:
        ben.becomes("member")
    undo(town, number)
    town.restart()
    standings = town.inside(lambda ctx: [the(ctx, one).standing, the(ctx, two).standing])
    assert standings == ["member", "member" if revoked else "operator"], "rights that were taken away stay away"


def test_direct_messages_names_and_languages_are_right_again(town: LiveTown) -> None:
    ann, ben = town.person("ann"), town.person("ben", "zh-Hans")
    one, two = record(town, ann), record(town, ben)
    number = merge(town, one, two)
    ben.persona.name = "Benjamin"
    ben.says("here I am")
    assert town.inside(lambda ctx: (the(ctx, one).name, the(ctx, one).locale)) == ("Benjamin", "zh-Hans")
    undo(town, number)
    town.restart()

    def write(ctx: Context) -> list[tuple[str, str]]:
        for member in (the(ctx, one), the(ctx, two)):
            ctx.plugin = "registry"
            ctx.send(member, f"to {member.name}")
        return [(the(ctx, each).name, the(ctx, each).locale) for each in (one, two)]

    assert town.inside(write) == [("Ann", ""), ("Benjamin", "zh-Hans")]
    assert ann.sees("to Ann")
    assert ben.sees("to Benjamin")


def test_who_left_meanwhile_has_left(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    ann.joins()
    ben.joins()
    one, two = member_id(town, ann), member_id(town, ben)
    number = merge(town, one, two)
    ben.leaves()
    assert town.inside(lambda ctx: the(ctx, one).left) is False
    undo(town, number)
    town.restart()
    assert town.inside(lambda ctx: [the(ctx, each).left for each in (one, two)]) == [False, True]
    ben.joins()
    assert town.inside(lambda ctx: the(ctx, two).left) is False


# -- buttons and events


def test_buttons_of_the_record_that_went_work_for_the_one_that_stayed(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two = record(town, ann), record(town, ben)
    ben.says("/mine")
    tap_as(town, ann, "Open", ben)
    assert ann.sees("This button is for someone else.")
    number = merge(town, one, two)
    for person in (ann, ben):
        tap_as(town, person, "Open", ben)
        assert person.sees("opened by")
    tap_as(town, eve, "Open", ben)
    assert eve.sees("This button is for someone else.")
    undo(town, number)
    tap_as(town, ann, "Open", ben)
    assert ann.sees("This button is for someone else.")
    tap_as(town, ben, "Open", ben)
    assert ben.sees("opened by Ben")


@pytest.mark.coterie(plugins=[Wallet])
def test_a_payment_that_was_made_before_a_merge_is_not_made_again_after_it(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    town.grant(ben, 5000)
    ben.says("/pay eve 2000")
    ben.taps("Pay")
    assert eve.sees("Ben sent you 2,000 points")
    merge(town, one, two)
    ben.taps("Pay")
    assert ben.sees("This payment has been made already.")
    merge(town, one, three)
    tap_as(town, ann, "Pay", ben)
    assert ann.sees("pay yourself")
    assert town.balance(ann) == 5000


def test_plugins_hear_of_it(town: LiveTown) -> None:
    ann, ben, boss = town.people("ann", "ben", "boss")
    one, two = record(town, ann), record(town, ben)
    boss.becomes("operator")
    number = merge(town, one, two)
    assert boss.sees(f"heard: {two} is {one}, merge True")
    undo(town, number)
    assert boss.sees(f"heard: {two} is not {one}, merge True")
    merge(town, one, two)
    new = town.inside(lambda ctx: ctx.separate(ctx.accounts_of(the(ctx, one))[1]).id)
    assert boss.sees(f"heard: {one} lost True to {new}")


# -- rows


@pytest.mark.coterie(plugins=[RedPacket])
def test_both_shares_of_a_packet_stay_counted_and_there_is_no_third(town: LiveTown) -> None:
    boss, ann, ben, eve = town.people("boss", "ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    town.grant(boss, 90)
    boss.says("/packet 90 9 equal")
    for person in (ann, ben):
        person.taps("Grab")
        assert person.sees("You got 10 points")
    first = merge(town, one, two)
    assert town.balance(ann) == 20
    for person in (ann, ben):
        person.taps("Grab")
        assert person.sees("You already took 10 points")
    assert _takers(town) == [one, two]
    second = merge(town, three, one)
    eve.taps("Grab")
    assert eve.sees("You already took")
    undo(town, second)
    undo(town, first)
    assert _takers(town) == [one, two]
    eve.taps("Grab")
    assert eve.sees("You got 10 points")
    assert [town.balance(person) for person in (ann, ben, eve)] == [10, 10, 10]


@pytest.mark.coterie(plugins=[RedPacket])
def test_a_share_that_was_left_counts_when_the_other_one_goes(town: LiveTown) -> None:
    boss, ann, ben, eve = town.people("boss", "ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    town.grant(boss, 90)
    boss.says("/packet 90 9 equal")
    ben.taps("Grab")
    eve.taps("Grab")
    first, second = merge(town, one, two), merge(town, one, three)
    assert _takers(town) == [one, three], "Ben's share is Ann's now, Eve's is left"
    undo(town, first)
    assert _takers(town) == [two, one], "Ben has his again, and Ann the one of Eve, who is still she"
    ann.taps("Grab")
    assert ann.sees("You already took 10 points")
    undo(town, second)
    assert _takers(town) == [two, three]


@pytest.mark.coterie(plugins=[CheckIn])
def test_a_day_that_both_others_had_stays_collected_when_one_of_them_goes(town: LiveTown) -> None:
    ann, ben, eve = town.people("ann", "ben", "eve")
    one, two, three = (record(town, person) for person in (ann, ben, eve))
    for person in (ben, eve):
        person.says("/checkin")
    first, second = merge(town, one, two), merge(town, one, three)
    undo(town, first)
    for person in (ann, ben, eve):
        person.says("/checkin")
        assert person.sees("You have checked in today")
    undo(town, second)
    for person in (ben, eve):
        person.says("/checkin")
        assert person.sees("You have checked in today")
    ann.says("/checkin")
    assert ann.sees("Ann checked in")
    assert {town.balance(person) for person in (ann, ben, eve)} == {10}


def _takers(town: LiveTown) -> list[int]:
    """Who has taken shares, in the order of the shares."""
    taken = select(shares.c.member_id).where(shares.c.member_id.is_not(None)).order_by(shares.c.number)
    return list(town.inside(lambda ctx: ctx.db.scalars(taken).all()))


@pytest.mark.coterie(plugins=[CheckIn])
def test_what_a_plugin_changed_in_memory_is_written_first(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)

    def act(ctx: Context) -> list[int]:
        ctx.db.execute(insert(days).values(community_id=ctx.community.id, member_id=two, day="2026-01-01", at=1))
        ctx.merge_members(the(ctx, one), the(ctx, two))
        return list(ctx.db.scalars(select(days.c.member_id)).all())

    assert town.inside(act) == [one]


def test_rows_of_a_plugin_that_is_off_move_too(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[CheckIn])
    declared = town.inside(lambda ctx: every_member_table({})(ctx.unit.db.connection))
    assert [(plugin, each.table.name) for plugin, each in declared if plugin != "core"] == [("checkin", "checkin_days")]
    assert [each for plugin, each in declared if plugin == "core"] == list(CORE_TABLES)


def test_a_table_that_cannot_be_merged_is_told_at_the_start(town_factory: TownFactory) -> None:
    keyless = Table("odd_rows", MetaData(), Column("community_id", BigInteger), Column("member_id", BigInteger))
    odd = type("Odd", (Plugin,), {"name": "odd", "member_data": (MemberTable(keyless),)})
    with pytest.raises(PluginProblem, match="plugin odd: odd_rows has no primary key"):
        town_factory(plugins=[odd])


def test_old_journals_are_forgotten(town: LiveTown) -> None:
    ann, ben = town.people("ann", "ben")
    one, two = record(town, ann), record(town, ben)
    town.grant(ben, 5)
    ben.says("/hold 5")
    merge(town, one, two)
    kept = select(merge_rows.c.act).where(merge_rows.c.act == "hold")
    assert town.inside(lambda ctx: list(ctx.db.scalars(kept))) == ["hold"]
    tidy(town)
    assert town.inside(lambda ctx: list(ctx.db.scalars(kept))) == ["hold"]
    town.wait(days=31)
    tidy(town)
    assert town.inside(lambda ctx: list(ctx.db.scalars(kept))) == []


def test_every_member_column_is_declared() -> None:
    plugins = [point.load()() for point in installed_plugins().values()]
    declared = {(each.table.name, each.column) for _, each in member_tables(plugins)}
    everything = [metadata, *(plugin.metadata for plugin in plugins if plugin.metadata is not None)]
    name = re.compile(r"(^|_)(member|author|actor|operator|kept|gone)(_id)?$|_by$")
    missing = {
        (table.name, column.name)
        for each in everything
        for table in each.tables.values()
        for column in table.c
        if isinstance(column.type, BigInteger) and name.search(column.name)
    }
    assert missing - declared == set()
