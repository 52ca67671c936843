"""Filters that are asked about one member after the other: what is kept for a second, and what may not be."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from sqlalchemy import BigInteger, Table, literal, select, true

from coterie.core.api import Context, Plugin, SegmentField, command
from coterie.core.segments.asking import MOST, Asked, Asking, tables_of
from coterie.core.segments.here import segments_of
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.storage.statement import Statement
from coterie.storage.tables import members

WHEN = datetime(2026, 1, 2, tzinfo=UTC)
FILTERS = {
    "tag:vip": ("", False),
    "attribute.city:Berlin": ("", False),
    "not left and joined<30d": ("", False),
    "active<7d and locale:en": ("", False),
    "space:town or platform:sandbox": ("", False),
    "reachable and not bot": ("", False),
    "access:vip": ("", False),
    "balance>=5": ("own", False),
    "xp>=5": ("", True),
    "tier:gold or balance>=1": ("any", True),
}
"""What each looks at in the ledger, and whether into tables of plugins."""


class Doorman(Plugin):
    """Changes something about a member, and asks about them in the same breath."""

    name = "doorman"

    @command("enter")
    def enter(self, ctx: Context) -> None:
        """Come in."""
        told = [ctx.in_segment(ctx.member, "tag:in"), ctx.in_segment(ctx.member, "balance>=10")]
        ctx.tags.add(ctx.member, "in")
        ctx.ledger.grant(ctx.member, 10, reason="entry", key=ctx.event.key)
        told += [ctx.in_segment(ctx.member, "tag:in"), ctx.in_segment(ctx.member, "balance>=10")]
        ctx.answer(" ".join("yes" if each else "no" for each in told))


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    return town_factory(plugins=[Doorman, "levels", "wallet"])


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_knows_what_it_looks_into(town: LiveTown, text: str) -> None:
    asked = town.inside(lambda ctx: segments_of(ctx).asked(text))
    assert asked is not None
    assert (asked.money, asked.foreign) == FILTERS[text]


@pytest.mark.parametrize("text", FILTERS)
def test_every_table_of_a_filter_is_found(town: LiveTown, text: str) -> None:
    def look(ctx: Context) -> tuple[frozenset[Table], set[str]]:
        select = segments_of(ctx).people(text, member=7)
        sql = str(select.compile(dialect=ctx.unit.db.dialect))
        return tables_of(select), set(re.findall(r"(?:FROM|JOIN|,) ([a-z_]+)(?: AS \w+)?(?= |\n|,|\))", sql))

    found, named = town.inside(look)
    assert {table.name for table in found} == {name for name in named if name in members.metadata.tables} | {
        name for name in named if name.startswith("levels_")
    }
    assert members in found


def test_what_changed_within_the_second_counts(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/enter")
    assert alice.sees("no no yes yes")


def test_a_saved_segment_is_read_anew_each_time(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")

    def look(ctx: Context) -> list[bool]:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", alice.persona.key)
        assert account is not None
        told = []
        for text in ("name:alice", "name:bob"):
            ctx.segments.save("those", text, identifier=1, author=0)
            told += [
                ctx.in_segment(account.member, "those"),
                ctx.in_segment(account.member, "segment:those and not bot"),
            ]
        return told

    assert town.inside(look) == [True, True, False, False]


def test_a_second_later_all_is_made_anew() -> None:
    asking, asked = Asking(), Asked(Statement(members.select()))
    asking.keep(1, "early", asked)
    assert asking.find(1, "early", 5_000) is None
    asking.keep(1, "tag:a", asked)
    assert asking.find(1, "tag:a", 5_999) is asked
    assert asking.find(2, "tag:a", 5_999) is None
    assert asking.find(1, "tag:a", 6_000) is None
    assert asking.find(1, "tag:a", 5_000) is None
    for number in range(MOST + 5):
        asking.keep(1, str(number), asked)
    assert asking.find(1, str(MOST), 5_000) is None


class Hall(Plugin):
    """Fields whose selects have values of every kind."""

    name = "hall"

    def contribute_segment_fields(self) -> Sequence[SegmentField]:
        born = members.c.created_at
        return [
            SegmentField("listed", "flag", lambda scope: select(members.c.id).where(members.c.locale.in_(["", "en"]))),
            SegmentField("dated", "flag", lambda scope: select(members.c.id).where(literal(WHEN) == literal(WHEN))),
            SegmentField("sure", "flag", lambda scope: select(members.c.id).where(literal(True).is_(true()))),
            SegmentField("old", "flag", lambda scope: select(members.c.id).where(born > literal(-1, BigInteger))),
        ]


@pytest.mark.parametrize("field", ["listed", "dated", "sure", "old"])
def test_a_field_of_a_plugin_may_compare_with_anything(town_factory: TownFactory, field: str) -> None:
    town = town_factory(plugins=[Hall])
    (alice,) = town.people("alice")
    alice.says("hello")

    def look(ctx: Context) -> list[bool]:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", alice.persona.key)
        assert account is not None
        return [ctx.in_segment(account.member, text) for text in (f"{field} and not bot", f"not {field} and not bot")]

    assert town.inside(look) == [True, False]
