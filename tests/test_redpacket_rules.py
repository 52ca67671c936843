"""How a packet is divided: every cent accounted for, nobody empty-handed, no advantage in coming early or late."""

from __future__ import annotations

import hashlib
import random
from statistics import fmean, pstdev

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coterie.plugins.redpacket.fairness import Draws, new_seed, promise
from coterie.plugins.redpacket.rules import LARGEST, Pool, Split, divide

modes = st.sampled_from(["lucky", "equal"])
counts = st.integers(1, 200)
seeds = st.integers(0, 2**32).map(lambda seed: new_seed(random.Random(seed)))


def split(pool: Pool, seed: str) -> list[int]:
    """The shares that follow from a seed."""
    return divide(pool, Draws(seed))


@given(modes, counts, st.integers(0, LARGEST), seeds)
def test_every_cent_goes_to_somebody(mode: Split, count: int, extra: int, seed: str) -> None:
    shares = split(Pool(mode, count + extra, count), seed)
    assert len(shares) == count
    assert sum(shares) == count + extra
    assert min(shares) >= 1
    if mode == "equal":
        assert max(shares) - min(shares) <= 1
    else:
        assert max(shares) <= max(1, extra + 1)


@given(st.data(), counts, st.integers(1, 10**9), seeds)
def test_bounds_hold_for_every_total(data: st.DataObject, count: int, least: int, seed: str) -> None:
    most = data.draw(st.integers(least, 10**9 + least))
    total = data.draw(st.integers(least * count, most * count))
    shares = split(Pool("bounded", total, count, least, most), seed)
    assert (len(shares), sum(shares)) == (count, total)
    assert least <= min(shares) <= max(shares) <= most


@given(counts, st.integers(1, 10**6), st.integers(0, 10**9), seeds)
def test_a_bound_below_alone(count: int, least: int, extra: int, seed: str) -> None:
    shares = split(Pool("bounded", least * count + extra, count, least), seed)
    assert (sum(shares), min(shares) >= least) == (least * count + extra, True)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=50), seeds)
def test_a_list_of_shares_is_handed_out_as_it_is(amounts: list[int], seed: str) -> None:
    shares = split(Pool("fixed", sum(amounts), len(amounts), amounts=tuple(amounts)), seed)
    assert sorted(shares) == sorted(amounts)


@given(modes, counts, seeds)
def test_the_smallest_packets(mode: Split, count: int, seed: str) -> None:
    assert split(Pool(mode, count, count), seed) == [1] * count
    assert sorted(split(Pool(mode, count + 1, count), seed)) == [1] * (count - 1) + [2]
    assert split(Pool(mode, count, 1), seed) == [count]


@given(st.integers(-5, 50), st.integers(-5, 50), st.integers(-2, 9), st.integers(-2, 9))
def test_what_cannot_be_divided(total: int, count: int, least: int, most: int) -> None:
    fits = count >= 1 and least >= 1 and least * count <= total
    if most:
        fits = fits and least <= most and total <= most * count
    if fits:
        assert sum(split(Pool("bounded", total, count, least, most), "00")) == total
    else:
        with pytest.raises(ValueError, match="cannot be divided"):
            Pool("bounded", total, count, least, most)


@pytest.mark.parametrize("amounts", [(), (5,), (5, 6), (11, 0), (12, -1), (5, 5, 1)])
def test_lists_that_do_not_make_the_total(amounts: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="cannot be divided"):
        Pool("fixed", 11, 2, amounts=(*amounts[:1], 7) if amounts == (5, 6) else amounts)


@pytest.mark.parametrize(("total", "count", "packets"), [(10_000, 10, 10_000), (100, 50, 2_000)])
def test_the_order_of_coming_means_nothing(total: int, count: int, packets: int) -> None:
    """100,000 draws: at every place the same mean, the same spread, the same chance of the greatest share."""
    rng = random.Random(20260101)
    drawn = [split(Pool("lucky", total, count), new_seed(rng)) for _ in range(packets)]
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


def reference(total: int, count: int, rng: random.Random) -> list[int]:
    """The double mean as it is told everywhere, with Python's own generator."""
    shares, left = [], total
    for people in range(count, 1, -1):
        share = rng.randint(1, min(2 * left // people - 1, left - (people - 1)))
        shares.append(share)
        left -= share
    return rng.sample([*shares, left], count)


@pytest.mark.parametrize(("total", "count"), [(10_000, 10), (60, 20)])
def test_the_shares_are_spread_as_those_of_the_reference(total: int, count: int) -> None:
    """Two samples of 8,000: their greatest difference (Kolmogorov, Smirnov) is what chance makes of one distribution.

    Shares of one packet are not independent, so one of each packet is taken.
    """
    rng, packets = random.Random(7), 8_000
    ours = sorted(split(Pool("lucky", total, count), new_seed(rng))[0] for _ in range(packets))
    theirs = sorted(reference(total, count, rng)[0] for _ in range(packets))
    values = sorted(set(ours) | set(theirs))
    greatest, here, there = 0, 0, 0
    for value in values:
        while here < packets and ours[here] <= value:
            here += 1
        while there < packets and theirs[there] <= value:
            there += 1
        greatest = max(greatest, abs(here - there))
    assert greatest / packets < 1.95 * (2 / packets) ** 0.5  # exceeded by chance once in a thousand


def test_the_spread_is_worth_the_suspense() -> None:
    """Neither nearly equal, nor all for one: the double mean gives a spread of about six tenths of the mean."""
    rng = random.Random(1)
    shares = [share for _ in range(1_000) for share in split(Pool("lucky", 10_000, 10), new_seed(rng))]
    assert 0.5 < pstdev(shares) / 1_000 < 0.8


def test_bounds_leave_the_mean_in_the_middle_of_what_is_possible() -> None:
    rng = random.Random(2)
    shares = [share for _ in range(1_000) for share in split(Pool("bounded", 1_000, 10, 80, 120), new_seed(rng))]
    assert pstdev(shares) > 8
    assert abs(fmean(shares) - 100) < 1e-9


# -- chance that follows from a seed


def test_draws_are_what_the_page_says() -> None:
    """Written once more, as somebody else would who checks a packet."""
    seed = "ab" * 32
    words = []
    for block in range(3):
        digest = hashlib.sha256(f"{seed}:shares:{block}".encode()).digest()
        words += [int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16, 24)]
    draws = Draws(seed)
    assert [draws.below(1000) for _ in range(12)] == [word % 1000 for word in words]
    assert Draws(seed, "draw").below(1 << 64) != Draws(seed).below(1 << 64)


@given(seeds, st.integers(-3, 10**12), st.integers(0, 10**12))
def test_a_draw_is_within_its_range(seed: str, low: int, width: int) -> None:
    assert low <= Draws(seed).between(low, low + width) <= low + width
    with pytest.raises(ValueError, match="no number"):
        Draws(seed).below(-width)


def test_every_value_is_as_likely() -> None:
    draws = Draws("00" * 32)
    seen = [0] * 7
    for _ in range(14_000):
        seen[draws.below(7)] += 1
    assert sum((each - 2_000) ** 2 / 2_000 for each in seen) < 22.5  # chi square of 6, exceeded once in a thousand


@given(st.lists(st.integers()), seeds)
def test_shuffling_loses_nothing(items: list[int], seed: str) -> None:
    shuffled = items.copy()
    Draws(seed).shuffle(shuffled)
    assert sorted(shuffled) == sorted(items)


@given(seeds, seeds, st.integers(1, 1000), st.integers(1, 1000))
def test_the_promise_binds_the_seed_and_the_pool(one: str, other: str, total: int, count: int) -> None:
    assume(one != other)
    made = promise(one, "lucky", total, count, 1, 0)
    assert made == hashlib.sha256(f"{one}:lucky:{total}:{count}:1:0".encode()).hexdigest()
    assert len({made, promise(other, "lucky", total, count, 1, 0), promise(one, "lucky", total + 1, count, 1, 0)}) == 3
