"""People who bring each other, leave, stay, are linked, parted and told on, against a model of a few lines."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import pytest

from coterie.core.testing.kit import LiveTown
from tests.plugin_kit import link
from tests.referrals_kit import REWARDS, brings_to, running, shown, states, undo, wrong

HOUR: Final = 3_600_000
DAY: Final = 24 * HOUR
MOST: Final = 2
"""Rewarded referrals of one referrer a day."""
NAMES: Final = tuple(f"{first}{number}" for number in range(4) for first in ("ann", "bea", "cat", "dan"))
ACCOUNTS: Final = tuple(name + platform for name in NAMES for platform in ("", "@telegram"))
STEPS: Final = 100
SEEDS: Final = range(1, 13)


@dataclass
class Brought:
    """A referral; its sides are records as they are called now, ``paid`` those that got the money."""

    referrer: str
    newcomer: str
    due: int
    state: str = "waiting"
    ended: int = 0
    paid: dict[str, int] = field(default_factory=dict)


@dataclass
class Joined:
    """A merge: which sides of which referrals moved, and how much money."""

    kept: str
    gone: str
    at: int
    sides: list[tuple[int, str]]
    amount: int


@dataclass
class Model:
    """What is promised. A record is called after the account for which it was made; the clock starts at a midnight."""

    now: int = 0
    born: dict[str, int] = field(default_factory=dict)
    parent: dict[str, str] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    balances: dict[str, int] = field(default_factory=dict)
    found: list[Brought] = field(default_factory=list)
    merges: list[Joined] = field(default_factory=list)

    def root(self, account: str) -> str:
        """Whose record it is."""
        return self.parent.get(account, account)

    def records(self, record: str) -> list[str]:
        """All that are this person by now; the oldest first."""
        return [each for each in self.born if self.root(each) == record]

    def left(self, record: str) -> bool:
        """Whether somebody is nowhere any more."""
        return not any(each in self.present for each in self.records(record))

    def may(self, newcomer: str, referrer: str) -> bool:
        """Whether it is accepted that the one brought the other."""
        order = list(self.born)
        mine, theirs = self.records(newcomer), self.records(referrer)
        return not (
            any(each.newcomer == newcomer for each in self.found)
            or self.now - self.born[mine[0]] > 7 * DAY
            or self.left(newcomer)
            or newcomer == referrer
            or any((each.referrer, each.newcomer) == (newcomer, referrer) for each in self.found)
            or order.index(theirs[0]) > order.index(mine[0])
        )

    def leave(self, account: str) -> None:
        """An account goes; a person goes with the last one."""
        self.present.discard(account)
        record = self.root(account)
        if self.left(record):
            self.void("left", lambda each: each.newcomer == record)

    def void(self, why: str, which: Any) -> None:
        """Referrals that wait are void."""
        for each in self.found:
            if each.state == "waiting" and which(each):
                each.state = f"void {why}"

    def wait(self, span: int) -> None:
        """Time passes, and referrals come of age one after the other."""
        self.now += span
        for each in sorted(self.found, key=lambda each: each.due):
            if each.state == "waiting" and each.due <= self.now:
                self._look(each)

    def _look(self, each: Brought) -> None:
        if self.left(each.newcomer):
            each.state = "void left"
            return
        today = each.due // DAY * DAY
        mine = [other for other in self.found if other.referrer == each.referrer and other.paid]
        each.state, each.ended = "vested", each.due
        if sum(other.ended >= today for other in mine) < MOST:
            each.paid = {each.referrer: REWARDS["reward"], each.newcomer: REWARDS["reward_newcomer"]}
            for record, amount in each.paid.items():
                self.balances[record] = self.balances.get(record, 0) + amount

    def merge(self, kept: str, gone: str) -> None:
        """Two records are one person."""
        sides = [
            (place, side)
            for place, each in enumerate(self.found)
            for side in ("referrer", "newcomer")
            if getattr(each, side) == gone
        ]
        for place, side in sides:
            setattr(self.found[place], side, kept)
        amount = self.balances.pop(gone, 0)
        self.balances[kept] = self.balances.get(kept, 0) + amount
        self.parent[gone] = kept
        self.merges.append(Joined(kept, gone, self.now, sides, amount))
        self.void("self", lambda each: each.referrer == each.newcomer == kept)
        mine = [each for each in self.found if each.newcomer == kept]
        counted = any(each.state == "vested" for each in mine)
        self.void("twice", lambda each: each in mine and (counted or each is not mine[0]))

    def undo(self, merge: Joined) -> None:
        """They are two after all."""
        for place, side in merge.sides:
            setattr(self.found[place], side, merge.gone)
        back = min(merge.amount, self.balances[merge.kept])
        self.balances[merge.kept] -= back
        self.balances[merge.gone] = back
        del self.parent[merge.gone]
        self.merges.remove(merge)

    def tell_on(self, newcomer: str) -> None:
        """An operator makes referrals of a newcomer void, and takes back what is there."""
        for each in self.found:
            if each.newcomer == newcomer and not each.state.startswith("void"):
                each.state = "void operator"
                for record, amount in each.paid.items():
                    owner = self.root(record)
                    self.balances[owner] -= min(amount, self.balances[owner])

    def counts(self, record: str) -> tuple[int, int]:
        """How many referrals of a person count, and how many wait."""
        mine = [each.state for each in self.found if each.referrer == record != each.newcomer]
        return mine.count("vested"), mine.count("waiting")


class Story:
    """Somebody does something in the town, the model is told the same, and both have to agree."""

    def __init__(self, town: LiveTown, seed: int) -> None:
        self.town, self.rng, self.model = town, random.Random(seed), Model()
        self.seen: set[str] = set()
        """What became of referrals, to show that the story is about something."""
        self.acts: dict[Callable[[], None], int] = {
            self.is_brought: 9,
            self.time_passes: 5,
            self.is_linked: 2,
            self.is_parted: 1,
            self.leaves: 1,
            self.returns: 1,
            self.is_told_on: 1,
            self.is_killed: 1,
        }
        town.person("olga").becomes("operator")
        for account in ACCOUNTS[:3]:
            self._comes(account)

    def step(self) -> None:
        """Anything that might happen."""
        (act,) = self.rng.choices(list(self.acts), list(self.acts.values()))
        act()

    def _comes(self, account: str) -> None:
        """Somebody comes for the first time, should they not have."""
        if account not in self.model.born:
            self.town.person(account).joins()
            self.model.born[account] = self.model.now
            self.model.present.add(account)

    def is_brought(self) -> None:
        """Mostly somebody new by one of those who bring many, or by an account of their own; or anybody by anybody."""
        rng, model = self.rng, self.model
        unknown = [each for each in ACCOUNTS if each not in model.born]
        newcomer = unknown[0] if unknown and rng.random() < 0.6 else rng.choice(list(model.born))
        popular = list(model.born)[: 2 if rng.random() < 0.7 else None]
        twin = newcomer.partition("@")[0] if "@" in newcomer else f"{newcomer}@telegram"
        referrer = twin if twin in model.born and rng.random() < 0.3 else rng.choice(popular)
        self._comes(newcomer)
        one, other = model.root(newcomer), model.root(referrer)
        accepted = model.may(one, other)
        if accepted:
            model.found.append(Brought(other, one, model.now + 7 * DAY))
        assert brings_to(self.town.person(referrer), self.town.person(newcomer)) == accepted

    def leaves(self) -> None:
        """Somebody leaves."""
        account = self.rng.choice(list(self.model.born))
        if account in self.model.present:
            self.town.person(account).leaves()
            self.model.leave(account)

    def returns(self) -> None:
        """Whoever left comes back."""
        for account in self.model.born:
            if account not in self.model.present:
                self.town.person(account).joins()
                self.model.present.add(account)

    def time_passes(self) -> None:
        """Hours, or a few days."""
        hours = self.rng.choice((11, 24, 24, 84))
        self.town.wait(hours=hours)
        self.model.wait(hours * HOUR)

    def is_linked(self) -> None:
        """Two accounts of one name become one member."""
        both = [name for name in NAMES if {name, f"{name}@telegram"} <= self.model.born.keys()]
        apart = [name for name in both if self.model.root(name) == name and f"{name}@telegram" not in self.model.parent]
        apart = [name for name in apart if self.model.root(name) != self.model.root(f"{name}@telegram")]
        if apart:
            name = self.rng.choice(apart)
            pair = [name, f"{name}@telegram"]
            link(self.town, *(self.town.person(account) for account in pair))
            kept, gone = sorted(pair, key=list(self.model.born).index)
            self.model.merge(kept, gone)

    def is_parted(self) -> None:
        """An operator undoes a merge."""
        merges = [merge for merge in self.model.merges if self.model.now - merge.at < 30 * DAY]
        if merges:
            merge = self.rng.choice(merges)
            undo(self.town, self.town.person(merge.kept))
            self.model.undo(merge)

    def is_told_on(self) -> None:
        """An operator makes the referral of somebody void."""
        brought = [each.newcomer for each in self.model.found]
        record = self.rng.choice(brought or list(self.model.born))
        name, _, platform = record.partition("@")
        self.town.person("olga").in_dm(f"/referral-void {platform or 'sandbox'}:{name} so it is")
        self.model.tell_on(record)

    def is_killed(self) -> None:
        """The process dies and comes back."""
        self.town.kill()

    def check(self) -> None:
        """What rows, the ledger and the plugin itself say is what the model says."""
        model = self.model
        assert states(self.town) == [each.state for each in model.found]
        assert wrong(self.town) == []
        assert self.town.ledger_balanced()
        for account in self.rng.sample(list(model.born), min(3, len(model.born))):
            self._check_account(account)
        self.seen |= {each.state + (" paid" if each.paid else "") for each in model.found}
        self.seen |= {f"own {each.state}" for each in model.found if each.referrer == each.newcomer}

    def _check_account(self, account: str) -> None:
        person, record = self.town.person(account), self.model.root(account)
        assert self.town.balance(person) == self.model.balances.get(record, 0)
        assert shown(person) == self.model.counts(record)

    def check_all(self) -> None:
        """Everybody has and reads what the model says."""
        for account in self.model.born:
            self._check_account(account)


@pytest.fixture(scope="module")
def met() -> dict[int, set[str]]:
    """What became of referrals in each story."""
    return {}


@pytest.mark.parametrize("seed", SEEDS)
def test_the_town_does_what_the_model_does(seed: int, met: dict[int, set[str]]) -> None:
    with running(**REWARDS, reward_most_per_day=MOST) as town:
        story = Story(town, seed)
        for _ in range(STEPS):
            story.step()
            story.check()
        story.check_all()
        met[seed] = story.seen


def test_the_stories_are_about_all_that_can_happen(met: dict[int, set[str]]) -> None:
    """Runs after all of them; with a part of them, or alone, it has nothing to say."""
    wanted = {"waiting", "vested", "vested paid", "own vested", "void left", "void self", "void twice"}
    if len(met) == len(SEEDS):
        assert set().union(*met.values()) >= wanted | {"void operator", "void operator paid"}
