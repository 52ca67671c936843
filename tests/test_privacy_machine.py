"""Three people on two platforms do things, are merged, taken apart and erased, in any order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.core.api import Context, Refusal
from coterie.core.people.undoing import merges_of
from coterie.core.testing import NoSuchButton, Person
from coterie.core.testing.kit import LiveTown
from tests.privacy_kit import cells, erase, erasure, naming

PEOPLE = ("qxanna", "qxbert", "qxcleo")
PLUGINS = ("checkin", "wallet", "redpacket", "identity", "privacy")
ACTS = st.one_of(
    st.tuples(st.sampled_from(("checkin", "packet", "grab", "pay", "erase")), st.integers(0, 5), st.integers(0, 5)),
    st.tuples(st.sampled_from(("merge", "undo")), st.integers(0, 5), st.integers(0, 5)),
)


def member_of(town: LiveTown, person: Person) -> int:
    """The member behind an account, 0 for nobody."""

    def find(ctx: Context) -> int:
        account = ctx.unit.members.account(ctx.community.id, person.persona.who.platform, person.persona.who.id)
        return 0 if account is None else account.member.id

    return town.inside(find)


def merge(town: LiveTown, first: int, second: int) -> None:
    """Make two records one, unless they are."""

    def act(ctx: Context) -> None:
        kept, gone = ctx.find_member(first), ctx.find_member(second)
        assert kept is not None
        assert gone is not None
        if kept.id != gone.id:
            ctx.merge_members(kept, gone)

    town.inside(act)


def undo(town: LiveTown, member: int) -> None:
    """Take the newest merge of a record back, if it can be."""

    def act(ctx: Context) -> None:
        found = ctx.find_member(member)
        assert found is not None
        merges = [each for each in merges_of(ctx.unit, found) if each.undone_at is None]
        if merges:
            with suppress(Refusal):
                preview = ctx.preview_undo(merges[0].id)
                ctx.undo_merge(merges[0].id, agreed=preview.short)

    town.inside(act)


def others(town: LiveTown, ids: set[int]) -> list[tuple[str, str, object]]:
    """Balances and check-ins of everybody else."""
    rows = town.inside(
        lambda ctx: [
            (member, ctx.ledger.balance(found))
            for member in sorted(ids)
            if (found := ctx.find_member(member)) is not None and found.id == member
        ]
    )
    return [("balance", str(member), amount) for member, amount in rows]


class Story:
    """What happened so far: who is erased, and under which words."""

    def __init__(self, town: LiveTown) -> None:
        self.town = town
        self.people = [town.person(f"{name}{at}") for name in PEOPLE for at in ("", "@telegram")]
        self.marks: dict[int, list[str]] = {}
        """What each record wrote."""
        for each in self.people:
            town.grant(each, 200)

    def act(self, what: str, one: int, two: int) -> None:
        """One step."""
        person, other = self.people[one], self.people[two]
        if what in ("merge", "undo", "erase"):
            self._change(what, member_of(self.town, person), member_of(self.town, other))
            return
        mark = f"zq{len(self.marks)}word"
        if what == "checkin":
            person.says("/checkin")
        elif what == "packet":
            person.says(f"/packet 10 2 {mark}")
        elif what == "grab":
            with suppress(NoSuchButton):
                person.taps("Grab")
        elif other is not person:
            person.says(f"/pay {other.persona.who.id} 3 {mark}")
        self.marks.setdefault(member_of(self.town, person), []).append(mark)

    def _change(self, what: str, one: int, two: int) -> None:
        if not one or not two:
            return
        if what == "merge":
            merge(self.town, one, two)
        elif what == "undo":
            undo(self.town, one)
        else:
            self._erase(one)

    def _erase(self, member: int) -> None:
        everybody = {each for person in self.people if (each := member_of(self.town, person)) != member and each}
        before = others(self.town, everybody)
        erase(self.town, member)
        assert erasure(self.town, member)[0].state == "done"
        assert others(self.town, everybody) == before
        names = self._names_left()
        assert [each for name in PEOPLE if name not in names for each in naming(self.town, name)] == []

    def _names_left(self) -> set[str]:
        """The names that somebody of them still has, on either platform."""
        return {person.persona.who.id for person in self.people if member_of(self.town, person)}


def towns() -> Iterator[LiveTown]:
    """A town of its own for each story."""
    town = LiveTown(plugins=PLUGINS)
    town.start()
    try:
        yield town
    finally:
        town.close()


@pytest.mark.slow
@given(st.lists(ACTS, min_size=4, max_size=14))
@settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_whatever_happens_the_books_balance_and_nothing_stays_of_the_erased(acts: list[tuple[str, int, int]]) -> None:
    for town in towns():
        story = Story(town)
        for act in (*acts, ("erase", 0, 0), *acts[:2], *(("erase", n, n) for n in range(6))):
            story.act(*act)
        town.wait(minutes=20)
        assert [member for person in story.people if (member := member_of(town, person))] == []
        assert naming(town, "qxanna", "qxbert", "qxcleo", "word") == []
        assert town.ledger_balanced()
        kept = {value for table, column, value in cells(town) if (table, column) == ("members", "name")}
        assert all(str(name).startswith("Former member ") for name in kept)
