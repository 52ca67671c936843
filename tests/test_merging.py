"""Two records become one: accounts, money and standing move, and the old id finds the new record for good."""

from __future__ import annotations

from typing import ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.api import Context, MemberRef, MembersMerged, Plugin, command
from coterie.core.testing.kit import LiveTown
from tests.plugin_kit import member_id


class Registry(Plugin):
    """Merges on command, holds money, and says what it hears."""

    name: ClassVar[str] = "registry"

    @command("merge")
    def merge(self, ctx: Context, gone: MemberRef) -> None:
        merged = ctx.merge_members(ctx.member, ctx.member_of(gone))
        ctx.reply(f"merged {len(merged.accounts)} accounts, {dict(merged.amounts)}")

    @command("hold")
    def hold(self, ctx: Context, amount: int) -> None:
        ctx.ledger.hold(ctx.member, amount, reason="hold", key="deposit")

    @command("release")
    def release(self, ctx: Context) -> None:
        ctx.ledger.release("deposit", reason="release")

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        for member in ctx.operators():
            ctx.send(member, f"{event.gone} is {event.kept}")


def found(town: LiveTown, number: int) -> int:
    """The id of the record that another id finds."""

    def find(ctx: Context) -> int:
        member = ctx.find_member(number)
        assert member is not None
        return member.id

    return town.inside(find)


pytestmark = pytest.mark.coterie(plugins=[Registry])


def test_everything_moves_to_the_record_that_is_kept(town: LiveTown) -> None:
    kept, gone = town.people("kept", "gone")
    town.grant(kept, 10)
    town.grant(gone, 30)
    town.grant(gone, 5, "GEM")
    gone.becomes("operator")
    first, second = member_id(town, kept), member_id(town, gone)
    kept.says("/merge gone")
    assert town.shows("merged 1 accounts, {'GEM': 5, 'points': 30}")
    assert kept.sees(f"{second} is {first}")  # a direct message goes to the account heard last
    assert member_id(town, gone) == first
    assert (town.balance(kept), town.balance(kept, "GEM"), town.balance(gone)) == (40, 5, 40)
    assert town.ledger_balanced()
    town.restart()
    assert town.inside(lambda ctx: [(member.id, member.standing) for member in ctx.operators()]) == [
        (first, "operator")
    ]
    assert found(town, second) == first


def test_held_money_goes_back_to_the_record_that_is_kept(town: LiveTown) -> None:
    kept, gone = town.people("kept", "gone")
    kept.says("hello")
    town.grant(gone, 30)
    gone.says("/hold 20")
    kept.says("/merge gone")
    assert town.balance(kept) == 10
    gone.says("/release")
    assert town.balance(kept) == 30
    assert town.ledger_balanced()


def test_a_chain_of_merges_still_finds_everybody(town: LiveTown) -> None:
    one, two, three = town.people("one", "two", "three")
    for person in (one, two, three):
        town.grant(person, 10)
    numbers = [member_id(town, person) for person in (one, two, three)]
    two.says("/merge three")
    one.says("/merge two")
    town.restart()
    assert {member_id(town, person) for person in (one, two, three)} == {numbers[0]}
    assert [found(town, number) for number in numbers] == [numbers[0]] * 3
    assert town.balance(three) == 30


def test_nobody_is_merged_with_themselves(town: LiveTown) -> None:
    (kept,) = town.people("kept")
    town.grant(kept, 10)
    with town.failures() as failures:
        kept.says("/merge kept")
    assert ["cannot be merged with itself" in str(failure) for failure in failures] == [True]
    assert town.balance(kept) == 10


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.integers(1, 50)), max_size=6),
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=4),
)
@settings(max_examples=15, deadline=None)
def test_merges_create_and_lose_nothing(gifts: list[tuple[str, int]], merges: list[tuple[str, str]]) -> None:
    town = LiveTown(plugins=[Registry])
    town.start()
    try:
        for person in town.people(*"abcd"):
            person.says("hello")
        for name, amount in gifts:
            town.grant(town.person(name), amount)
        for kept, gone in merges:
            if member_id(town, town.person(kept)) != member_id(town, town.person(gone)):
                town.person(kept).says(f"/merge {gone}")
        balances = {member_id(town, person): town.balance(person) for person in town.people(*"abcd")}
        assert sum(balances.values()) == sum(amount for _, amount in gifts)
        assert town.ledger_balanced()
    finally:
        town.close()
