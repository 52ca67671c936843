"""How a packet is divided: every cent accounted for, nobody empty-handed, no advantage in coming early or late."""

from __future__ import annotations

import random
from statistics import fmean, pstdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.plugins.redpacket.rules import MODES, Split, luckiest, mode_and_greeting, split

modes = st.sampled_from(["lucky", "equal"])
counts = st.integers(1, 200)
seeds = st.integers(0, 2**32)


@given(modes, counts, st.integers(0, 10**12), seeds)
def test_every_cent_goes_to_somebody(mode: Split, count: int, extra: int, seed: int) -> None:
    shares = split(mode, count + extra, count, random.Random(seed))
    assert len(shares) == count
    assert sum(shares) == count + extra
    assert min(shares) >= 1
    if mode == "equal":
        assert max(shares) - min(shares) <= 1
    else:
        assert max(shares) <= max(1, extra + 1)


@given(modes, counts, seeds)
def test_the_smallest_packets(mode: Split, count: int, seed: int) -> None:
    assert split(mode, count, count, random.Random(seed)) == [1] * count
    assert sorted(split(mode, count + 1, count, random.Random(seed))) == [1] * (count - 1) + [2]
    assert split(mode, count, 1, random.Random(seed)) == [count]


@given(modes, st.integers(-5, 50), st.integers(-5, 50))
def test_what_cannot_be_divided(mode: Split, total: int, count: int) -> None:
    if 1 <= count <= total:
        assert sum(split(mode, total, count, random.Random(1))) == total
    else:
        with pytest.raises(ValueError, match="cannot be divided"):
            split(mode, total, count, random.Random(1))


@pytest.mark.parametrize(("total", "count", "packets"), [(10_000, 10, 10_000), (100, 50, 2_000)])
def test_the_order_of_coming_means_nothing(total: int, count: int, packets: int) -> None:
    """100,000 draws: at every place the same mean, the same spread, the same chance of the greatest share."""
    rng = random.Random(20260101)
    drawn = [split("lucky", total, count, rng) for _ in range(packets)]
    places = list(zip(*drawn, strict=True))
    spreads = [pstdev(place) for place in places]
    spread = fmean(spreads)
    for place, own in zip(places, spreads, strict=True):
        assert abs(fmean(place) - total / count) < 5 * spread / packets**0.5
        assert abs(own / spread - 1) < 0.15
    best = [0] * count
    for shares in drawn:
        best[shares.index(max(shares))] += 1
    if count == 10:  # with tiny shares several are the greatest, and the first of them counts
        assert all(abs(each - packets / count) < 5 * (packets / count) ** 0.5 for each in best)


def test_the_spread_is_worth_the_suspense() -> None:
    """Neither nearly equal, nor all for one: the double mean gives a spread of about six tenths of the mean."""
    rng = random.Random(1)
    shares = [share for _ in range(1_000) for share in split("lucky", 10_000, 10, rng)]
    assert 0.5 < pstdev(shares) / 1_000 < 0.8


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("lucky", "")),
        ("Happy new year", ("lucky", "Happy new year")),
        ("equal for all", ("equal", "for all")),
        ("EQUAL", ("equal", "")),
        ("普通 恭喜", ("equal", "恭喜")),
        ("拼手气 大吉", ("lucky", "大吉")),
        ("equality", ("lucky", "equality")),
    ],
)
def test_the_first_word_may_choose(text: str, expected: tuple[Split, str]) -> None:
    assert mode_and_greeting(text) == expected
    assert all(word == word.casefold() for word in MODES)


def test_the_luckiest() -> None:
    assert luckiest([]) is None
    assert luckiest([(1, 5)]) is None, "without a contest"
    assert luckiest([(1, 5), (2, 7), (3, 7)]) == 2, "the earlier one of two"
