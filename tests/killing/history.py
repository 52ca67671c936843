"""Histories: what members saw on the wire, held to what the store holds, at every kill and in the end.

The store is asked for its own history, too: what each member had right after each movement of their money. A text that
names a balance is a read of that history, and has to be of the very moment of which it speaks.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from tests.killing.books import Books
from tests.killing.deeds import FUNDS
from tests.killing.hearing import Key, Said

LEFT: Final = re.compile(r"You have ([\d,]+) points? (?:left|now)\.")
TAKEN: Final = re.compile(r"\bTaken\W+(\d+) of (\d+)\b")
TOTAL: Final = re.compile(r"\bIn all\W+([\d,]+) points?\b")
TAKER: Final = re.compile(r"^(?:\W* )?P(\d+): ([\d,]+) points?\b", re.MULTILINE)


def nothing_untrue(said: Iterable[Said], expected: Counter[Key], books: Books) -> None:
    """Whatever anybody was told has happened, and was so: nothing is told before it is committed.

    ``said`` must have been gathered before the store was read; raises :class:`AssertionError`.
    """
    for each in said:
        assert expected[each.key], f"{each.key} was told, and the store does not hold it"
        read = LEFT.search(each.text)
        if read is not None:
            assert books.moments[each.key] == number(read[1]), f"{each.text!r} was never so"


def wallets_seen(said: Iterable[Said], doubled: Counter[Key], packets: Mapping[str, int]) -> Counter[int]:
    """What everybody has, by nothing but what they were told; ``packets`` are the senders of each.

    What was said once more (``doubled``) counts once.
    """
    seen, again = Counter[int](), doubled.copy()
    for each in said:
        what, _, amount = each.key[1].partition(" ")
        if again[each.key] > 0:
            again[each.key] -= 1
        elif what == "packet":
            total = TOTAL.search(each.text)
            assert total is not None, each.text
            seen[packets[f"greeting-{amount}"]] -= number(total[1])
        elif what == "paid":
            seen[each.to] -= int(amount)
        elif what in ("received", "got", "checked"):
            seen[each.to] += int(amount.removeprefix("in for "))
    return seen


def wallets_agree(books: Books, seen: Counter[int]) -> None:
    """What members were told adds up to what the store says that they have; raises :class:`AssertionError`."""
    off = {who: (held, FUNDS + seen[who]) for who, held in books.balances.items() if held != FUNDS + seen[who]}
    assert not off, f"has in the store, has by what was told: {off}"


def cards_agree(
    states: Mapping[str, list[str]], cards: Mapping[str, list[Said]], books: Books, known: set[str]
) -> None:
    """Every packet has one card that the store knows, which counted up and stands as the store says in the end.

    Raises :class:`AssertionError`.
    """
    assert cards.keys() == books.packets.keys()
    for greeting, copies in cards.items():
        pool = books.packets[greeting]
        (card,) = (copy for copy in copies if copy.message in known)
        counts = [_taken(text) for text in states[card.message]]
        assert counts == sorted(counts), f"the card of {greeting} went back: {counts}"
        assert counts[-1] == (pool.taken, pool.count), f"the card of {greeting} says {counts[-1]}"


def takers_agree(
    states: Mapping[str, list[str]], cards: Mapping[str, list[Said]], people: list[int], books: Books
) -> None:
    """Whoever was ever named on any copy of a card has just that share; raises :class:`AssertionError`."""
    for greeting, copies in cards.items():
        for text in (text for copy in copies for text in states[copy.message]):
            for person, amount in TAKER.findall(text):
                share = books.shares.get((greeting, people[int(person)]))
                assert share == number(amount), f"the card of {greeting} says {amount} of P{person}, not {share}"


def posts_agree(said: Iterable[Said], known: set[str], doubled: Counter[Key]) -> None:
    """The store knows every message that is there but those said once more, and knows none that is not there.

    Raises :class:`AssertionError`.
    """
    there = {each.message: each.key for each in said if each.message}
    assert not known - there.keys(), f"known, and not there: {known - there.keys()}"
    strangers = Counter(key for message, key in there.items() if message not in known)
    assert not strangers - doubled, f"there, and not known: {strangers - doubled}"


def number(text: str) -> int:
    """A number as people read it."""
    return int(text.replace(",", ""))


def _taken(text: str) -> tuple[int, int]:
    found = TAKEN.search(text)
    assert found is not None, text
    return int(found[1]), int(found[2])


__all__ = ["cards_agree", "nothing_untrue", "posts_agree", "takers_agree", "wallets_agree", "wallets_seen"]
