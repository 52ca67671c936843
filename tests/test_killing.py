"""The proof at the end of a kill finds what is wrong: histories with one lie each, made by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.killing import history
from tests.killing.books import Books, Pool
from tests.killing.deeds import FUNDS
from tests.killing.hearing import Key, Said, compare

ANN, BEN, ROOM = 10, 11, 20
PEOPLE = [ANN, BEN]
CARD = "Ann’s red packet\ngreeting-1\nIn all: 500 points\nTaken: 0 of 5\nLeft: 500 points"
TAKEN = "Ann’s red packet\ngreeting-1\nP1: 100 points\nIn all: 500 points\nTaken: 1 of 5\nLeft: 400 points"


@dataclass
class Told:
    """Ann paid Ben 7 and posted a packet of which Ben took a share: what the store holds, and what was seen."""

    books: Books = field(
        default_factory=lambda: Books(
            packets={"greeting-1": Pool(sender=ANN, total=500, count=5, state="open", taken=1)},
            shares={("greeting-1", BEN): 100},
            balances={ANN: FUNDS - 507, BEN: FUNDS + 107},
            moments={(ANN, "paid 7"): FUNDS - 7},
        )
    )
    said: list[Said] = field(
        default_factory=lambda: [
            Said(ANN, f"Paid 7 points to Ben. You have {FUNDS - 7:,} points left.", "m1"),
            Said(BEN, "💰 Ann sent you 7 points.", "m2"),
            Said(ROOM, CARD, "m3", token="t"),
            Said(BEN, "You got 100 points from the red packet 🧧"),
        ]
    )
    states: dict[str, list[str]] = field(default_factory=lambda: {"m3": [CARD, TAKEN]})
    known: set[str] = field(default_factory=lambda: {"m1", "m2", "m3"})
    doubled: Counter[Key] = field(default_factory=Counter)

    def prove(self) -> None:
        """All that holds in the end."""
        expected = Counter[Key]([(ANN, "paid 7"), (BEN, "received 7"), (ROOM, "packet 1"), (BEN, "got 100")])
        self.doubled = compare(self.said, expected)
        history.nothing_untrue(self.said, expected, self.books)
        history.wallets_agree(self.books, history.wallets_seen(self.said, self.doubled, {"greeting-1": ANN}))
        history.posts_agree(self.said, self.known, self.doubled)
        cards = {"greeting-1": [each for each in self.said if each.greeting]}
        history.cards_agree(self.states, cards, self.books, self.known)
        history.takers_agree(self.states, cards, PEOPLE, self.books)


def test_a_true_history_is_believed() -> None:
    Told().prove()


def test_what_a_later_run_repeated_is_counted_and_pays_nobody() -> None:
    told = Told()
    told.said += [replace(told.said[1], message="m9", run=1), replace(told.said[3], run=1)]
    told.prove()
    assert told.doubled == {(BEN, "received 7"): 1, (BEN, "got 100"): 1}


def _change(number: int, old: str, new: str) -> Callable[[Told], None]:
    def change(told: Told) -> None:
        told.said[number] = replace(told.said[number], text=told.said[number].text.replace(old, new))

    return change


LIES: dict[str, Callable[[Told], object]] = {
    "not said": lambda told: told.said.pop(1),
    "said without a reason": lambda told: told.said.append(Said(BEN, "You got 1 point from the red packet 🧧", "m4")),
    "one run repeated itself": lambda told: told.said.append(told.said[1]),
    "was never so": _change(0, "999", "998"),
    "has in the store": lambda told: told.books.balances.update({BEN: FUNDS + 108}),
    "known, and not there": lambda told: told.known.add("m9"),
    "there, and not known": lambda told: told.known.discard("m2"),
    "went back": lambda told: told.states["m3"].insert(0, TAKEN),
    "says (0, 5)": lambda told: told.states["m3"].pop(),
    "not 99": lambda told: told.books.shares.update({("greeting-1", BEN): 99}),
}


@pytest.mark.parametrize("words", LIES)
def test_a_lie_is_found(words: str) -> None:
    told = Told()
    LIES[words](told)
    with pytest.raises(AssertionError) as found:
        told.prove()
    assert words in str(found.value)
