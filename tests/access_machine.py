"""People, grants, admins, faults and absences in any order; a machine that test modules run on a database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from coterie.core.api import Context
from coterie.core.platform import PlatformError, Refused, RetryLater, Uncertain
from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown
from tests.access_kit import Tiers, end, give, member_in, rows

NAMES = ("anna", "bert", "cora")
ROLES = ("r-gold", "r-paid")
ACCESS: dict[str, dict[str, Any]] = {
    "gold": {"targets": [{"role": "r-gold"}, {"role": "r-paid"}, {"tag": "Gold"}]},
    "silver": {"targets": [{"role": "r-paid"}, {"tag": "Silver"}]},
    "club": {"targets": [{"space": "club", "join": True}]},
}
WANTED = {"r-gold": {"gold"}, "r-paid": {"gold", "silver"}}
VERBS = ("give_role", "take_role", "set_tag", "invite", "remove", "access_of")
ERRORS: tuple[PlatformError, ...] = (Uncertain("time-out"), RetryLater(30), Refused("no"))


@contextmanager
def running(db: str | None) -> Iterator[LiveTown]:
    """A town outside of any fixture."""
    town = LiveTown(plugins=[Tiers], access=ACCESS, rights={"brake_number": 1000}, db=db)
    town.start()
    try:
        yield town
    finally:
        town.close()


class Rights(RuleBasedStateMachine):
    """Once all is quiet, everybody has what they should have, and what admins gave was never touched."""

    names: ClassVar = st.sampled_from(NAMES)
    accesses: ClassVar = st.sampled_from(tuple(ACCESS))
    roles: ClassVar = st.sampled_from(ROLES)
    db: ClassVar[str | None] = None

    def __init__(self) -> None:
        super().__init__()
        self._scope = running(self.db)
        self.town = self._scope.__enter__()
        self.away: AbstractContextManager[None] | None = None
        self.by_hand: set[tuple[str, str]] = set()
        self.hand_tags: dict[str, str] = {}
        self.hand_club: set[str] = set()
        self.quitters: set[str] = set()
        self.merge: int | None = None

    @initialize()
    def arrive(self) -> None:
        for person in self.town.people(*NAMES):
            person.joins()
            person.in_dm("hello")

    # -- grants

    @precondition(lambda self: self.away is None)
    @rule(name=names, access=accesses, source=st.sampled_from(["a", "b"]), hours=st.sampled_from([0, 0, 2, 40]))
    def give(self, name: str, access: str, source: str, hours: int) -> None:
        give(self.town, name, access=access, source=source, until=timedelta(hours=hours) if hours else None)

    @precondition(lambda self: self.away is None)
    @rule(name=names, access=accesses, source=st.sampled_from(["a", "b"]))
    def end(self, name: str, access: str, source: str) -> None:
        end(self.town, name, access=access, source=source)

    @rule(minutes=st.sampled_from([1, 30, 400, 1500]))
    def wait(self, minutes: int) -> None:
        self.town.wait(minutes=minutes)

    # -- admins

    @rule(name=names, role=roles)
    def admin_gives(self, name: str, role: str) -> None:
        if self.town.person(name).persona.present:
            self.town.stage.give_role(self.town.person(name).persona, role)
            self.by_hand.add((name, role))

    @rule(name=names, role=roles)
    def admin_takes(self, name: str, role: str) -> None:
        self.town.stage.take_role(self.town.person(name).persona, role)
        self.by_hand.discard((name, role))

    @rule(name=names, tag=st.sampled_from(["Boss", ""]))
    def admin_tags(self, name: str, tag: str) -> None:
        if self.town.person(name).persona.present:
            self.town.stage.set_tag(self.town.person(name).persona, tag)
            self.hand_tags.pop(name, None)
            if tag:
                self.hand_tags[name] = tag

    # -- comings and goings

    @rule(name=names)
    def leave(self, name: str) -> None:
        if self.town.person(name).persona.present:
            self.town.person(name).leaves()
            self.by_hand -= {(name, role) for role in ROLES}
            self.hand_tags.pop(name, None)

    @rule(name=names)
    def come_back(self, name: str) -> None:
        if not self.town.person(name).persona.present:
            self.town.person(name).joins()

    @rule(name=names)
    def follow(self, name: str) -> None:
        try:
            if name not in self.town.stage.club("club"):
                self.town.person(name).follows("Open")
        except NoSuchButton:
            return
        self.quitters.discard(name)

    @precondition(lambda self: self.away is None)
    @rule(name=names)
    def admin_lets_in(self, name: str) -> None:
        if name not in self.town.stage.club("club"):
            persona = self.town.person(name).persona
            self.town.act(lambda: self.town.stage.enter(persona, "club", "https://town.example/admin"))
            self.hand_club.add(name)
            self.quitters.discard(name)

    @rule(name=names)
    def quit(self, name: str) -> None:
        if name in self.town.stage.club("club"):
            self.town.act(lambda: self.town.stage.quit(self.town.person(name).persona, "club"))
            self.hand_club.discard(name)
            self.quitters.add(name)

    # -- one person or two

    @precondition(lambda self: self.away is None and self.merge is None)
    @rule()
    def unite(self) -> None:
        self.merge = self.town.inside(
            lambda ctx: ctx.merge_members(member_in(ctx, "anna"), member_in(ctx, "bert")).id, plugin="tiers"
        )

    @precondition(lambda self: self.away is None and self.merge is not None)
    @rule()
    def part(self) -> None:
        merge, self.merge = self.merge, None
        assert merge is not None
        self.town.inside(lambda ctx: ctx.undo_merge(merge), plugin="tiers")

    # -- what goes wrong

    @rule(verb=st.sampled_from(VERBS), error=st.sampled_from(ERRORS), happened=st.booleans(), times=st.integers(1, 6))
    def fault(self, verb: str, error: PlatformError, happened: bool, times: int) -> None:
        done = happened and isinstance(error, Uncertain) and verb != "access_of"
        self.town.stage.faults.fail_next(error, times, verb=verb, happened=done)

    @rule(name=names)
    def silence(self, name: str) -> None:
        self.town.stage.faults.unknown.symmetric_difference_update({name})

    @precondition(lambda self: self.away is None)
    @rule()
    def kill(self) -> None:
        self.town.kill()

    @precondition(lambda self: self.away is None)
    @rule()
    def go_down(self) -> None:
        down = self.town.down()
        down.__enter__()
        self.away = down

    @precondition(lambda self: self.away is not None)
    @rule()
    def come_up(self) -> None:
        down, self.away = self.away, None
        assert down is not None
        down.__exit__(None, None, None)

    # -- what holds

    @invariant()
    def what_admins_gave_is_there(self) -> None:
        for name, role in self.by_hand:
            assert role in self.town.person(name).persona.roles, f"{name} lost {role}"
        for name, tag in self.hand_tags.items():
            assert self.town.person(name).persona.tag == tag, f"{name} lost the tag {tag}"
        assert self.hand_club <= self.town.stage.club("club")

    def teardown(self) -> None:
        try:
            if self.away is not None:
                self.come_up()
            self.town.stage.faults.queue.clear()
            self.town.stage.faults.unknown.clear()
            self.town.wait(days=3)
            self.check()
        finally:
            self._scope.__exit__(None, None, None)

    def check(self) -> None:
        """Everybody has what they should have, and nothing else but what admins gave."""

        def accesses(ctx: Context) -> dict[str, set[str]]:
            return {name: {grant.access for grant in ctx.grants.of(member_in(ctx, name))} for name in NAMES}

        having = self.town.inside(accesses, plugin="tiers")
        self.what_admins_gave_is_there()
        for name in NAMES:
            persona = self.town.person(name).persona
            if not persona.present:
                continue
            wanted = {role for role, givers in WANTED.items() if givers & having[name]}
            hands = {role for who, role in self.by_hand if who == name}
            assert persona.roles == wanted | hands, (name, having[name], rows(self.town))
            tag = "Gold" if "gold" in having[name] else "Silver" if "silver" in having[name] else ""
            assert persona.tag == self.hand_tags.get(name, tag), (name, having[name], rows(self.town))
        club = self.town.stage.club("club")
        strangers = {name for name in club if "club" not in having[name]} - self.hand_club
        assert not strangers, (strangers, rows(self.town))
        assert not {state for *_, state in rows(self.town)} & {"giving", "doubt", "taking"}, rows(self.town)
