"""Levels' pure rules: the curve, what deeds earn, what texts have in common, buckets, tiers and prizes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from coterie.core.config import ConfigError, validate
from coterie.plugins.levels import likeness, rules
from coterie.plugins.levels.config import Curve, LevelsConfig, Tier
from coterie.plugins.levels.rules import Facts

curves = st.builds(
    Curve,
    square=st.integers(0, 50),
    linear=st.integers(0, 500),
    base=st.integers(1, 1000),
    top=st.integers(1, 300),
)
xp = st.integers(0, 10**9)


# -- levels ------------------------------------------------------------------------------------------------------------


def test_the_usual_curve_takes_what_everybody_knows() -> None:
    curve = Curve()
    steps = [rules.xp_for(curve, level + 1) - rules.xp_for(curve, level) for level in range(6)]
    assert steps == [5 * n * n + 50 * n + 100 for n in range(6)] == [100, 155, 220, 295, 380, 475]
    assert [rules.level_of(curve, xp) for xp in (0, 99, 100, 254, 255, 474, 475)] == [0, 0, 1, 1, 2, 2, 3]


@given(curves, xp, xp)
@settings(deadline=None)
def test_more_xp_is_never_a_lower_level(curve: Curve, one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert rules.level_of(curve, low) <= rules.level_of(curve, high)


@given(curves, xp)
@settings(deadline=None)
def test_a_level_is_the_highest_whose_xp_is_there(curve: Curve, xp: int) -> None:
    level = rules.level_of(curve, xp)
    assert 0 <= level <= curve.top
    assert rules.xp_for(curve, level) <= xp
    assert level == curve.top or xp < rules.xp_for(curve, level + 1)


@given(curves, xp)
@settings(deadline=None)
def test_progress_adds_up(curve: Curve, xp: int) -> None:
    done = rules.progress(curve, xp)
    assert rules.xp_for(curve, done.level) + done.into == xp
    assert 0 <= done.percent <= 100
    assert (done.needed == 0) == (done.level == curve.top)
    assert done.level == curve.top or done.percent < 100


# -- earning -----------------------------------------------------------------------------------------------------------


@given(st.integers(0, 1000), st.integers(0, 50), st.integers(0, 300), st.integers(0, 60))
@settings(deadline=None)
def test_many_messages_earn_what_each_of_them_earns(xp: int, before: int, count: int, full: int) -> None:
    one_by_one = sum(rules.diminished(xp, times, full) for times in range(before, before + count))
    assert rules.many_messages(xp, before, count, full) == one_by_one


@given(st.integers(0, 10**6), st.integers(0, 10_000), st.integers(0, 100))
@settings(deadline=None)
def test_returns_diminish(xp: int, times: int, full: int) -> None:
    assert 0 <= rules.diminished(xp, times + 1, full) <= rules.diminished(xp, times, full) <= xp


def test_a_message_past_the_full_ones_earns_half() -> None:
    assert [rules.diminished(20, times, 10) for times in (0, 9, 10, 19, 20, 49, 50)] == [20, 20, 10, 10, 5, 1, 0]
    assert rules.diminished(20, 10**6, 0) == 20


@given(st.integers(0, 10**6), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.integers(0, 100))
@settings(deadline=None)
def test_the_liker_the_less(xp: int, one: int, other: int, similar: int, same: int) -> None:
    assume(similar <= same)
    low, high = sorted((one, other))
    assert 0 <= rules.damped(xp, high, similar, same) <= rules.damped(xp, low, similar, same) <= xp
    assert rules.damped(xp, same, similar, same) == 0
    assert similar == same or rules.damped(xp, similar, similar, same) == xp


def test_multipliers_are_rounded_once() -> None:
    assert rules.scaled(15, ()) == 15
    assert rules.scaled(15, (150, 110)) == 24
    assert rules.scaled(15, (0,)) == 0


@given(st.integers(0, 1000), st.integers(0, 2000), st.integers(0, 1000))
@settings(deadline=None)
def test_a_cap_is_never_passed(amount: int, before: int, cap: int) -> None:
    given_ = rules.room_left(amount, before, cap)
    assert 0 <= given_ <= amount
    assert given_ == amount if not cap else before + given_ <= max(cap, before)


# -- texts -------------------------------------------------------------------------------------------------------------

words = st.text(st.characters(codec="utf-8"), max_size=120)


@given(words, words)
@settings(deadline=None)
def test_likeness_is_a_symmetric_share(one: str, other: str) -> None:
    a, b = (likeness.sketch(likeness.essence(text)) for text in (one, other))
    assert likeness.likeness(a, b) == likeness.likeness(b, a)
    assert 0 <= likeness.likeness(a, b) <= 100
    assert likeness.likeness(a, a) == (100 if a else 0)
    assert likeness.unpack(likeness.pack([each for each in (a, b) if each])) == [each for each in (a, b) if each]


@given(st.text("abcdefghij 你好世界", min_size=1, max_size=60), st.sampled_from([" ", "!", "～", "。", "\n", "🎉"]))
@settings(deadline=None)
def test_case_blanks_and_marks_make_no_new_text(text: str, mark: str) -> None:
    plain = likeness.essence(text)
    assert likeness.essence(mark.join(text.upper()) + mark) == plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("good morning everybody, have a nice day", "Good morning everybody, have a nice day!!"),
        ("message number 1 of my long list", "message number 2345 of my long list"),
        ("今天天气真不错，大家出去玩吗", "今天天气真不错 大家出去玩吗？"),
        ("ｆｕｌｌ ｗｉｄｔｈ ｌｅｔｔｅｒｓ", "full width letters"),
        ("look at https://example.com/a please", "look at https://example.org/b?c=d please"),
    ],
)
def test_what_counts_as_the_same(one: str, other: str) -> None:
    assert _likeness(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("does anybody know how to bake bread", "the meeting starts at noon in room four"),
        ("今天天气真不错，大家出去玩吗", "请问这个插件怎么安装"),
        ("我觉得第二个方案更好", "晚饭吃什么呢"),
    ],
)
def test_what_counts_as_new(one: str, other: str) -> None:
    assert _likeness(one, other) < 30


def test_a_little_change_is_similar() -> None:
    before = "we should really meet again next week and talk about the new plan"
    assert _likeness(before, before + " soon") >= 75
    assert 50 <= _likeness("这个周末我们一起去爬山怎么样啊", "这个周末我们一起去看海怎么样啊") < 85


def _likeness(one: str, other: str) -> int:
    a, b = (likeness.sketch(likeness.essence(text)) for text in (one, other))
    return likeness.likeness(a, b)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 0),
        ("!!! ... 🎉🎉", 0, 0),
        ("aaaaaaaaaaaaaaaaaaaa", 1, 2),
        ("哈哈哈哈哈哈哈哈", 4, 4),
        ("lol lol lol lol lol", 1, 5),
        ("https://example.com/a/very/long/address", 0, 0),
        ("thanks!", 6, 6),
        ("你好啊", 6, 6),
    ],
)
def test_substance_is_what_is_said_once(text: str, least: int, most: int) -> None:
    assert least <= likeness.substance(likeness.essence(text)) <= most


@given(words)
@settings(deadline=None)
def test_repeating_a_text_adds_no_substance(text: str) -> None:
    once = likeness.substance(likeness.essence(text))
    assert likeness.substance(likeness.essence(text * 5)) <= once + 2


# -- boards ------------------------------------------------------------------------------------------------------------


@given(st.integers(0, 2**50), st.integers(0, 2**50))
@settings(deadline=None)
def test_buckets_keep_the_order(one: int, other: int) -> None:
    low, high = sorted((one, other))
    assert rules.bucket_of(low) <= rules.bucket_of(high)


@given(st.integers(0, 2**50))
@settings(deadline=None)
def test_a_bucket_is_narrow_and_ends_where_the_next_begins(score: int) -> None:
    bucket = rules.bucket_of(score)
    first, end = rules.first_of(bucket), rules.first_of(bucket + 1)
    assert first <= score < end
    assert rules.bucket_of(first) == rules.bucket_of(end - 1) == bucket
    assert end - first == 1 or (end - first) * 64 <= first


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)))
@settings(deadline=None)
def test_a_week_is_that_of_iso(day: date) -> None:
    monday = day - timedelta(days=day.weekday())
    assert {rules.week_board(monday + timedelta(days=n)) for n in range(7)} == {rules.week_board(day)}
    assert rules.week_board(monday) != rules.week_board(monday - timedelta(days=1))


# -- tiers and prizes --------------------------------------------------------------------------------------------------


def facts(xp: int = 0, level: int = 0, recent: int = 0, spent: int = 0, days: int = 0) -> Facts:
    return Facts(xp, level, recent, spent, days)


def test_conditions_combine() -> None:
    both = Tier(name="a", xp=100, days=30)
    either = Tier(name="b", xp=100, spent=50, match="any")
    assert [rules.holds(both, f) for f in (facts(xp=100), facts(days=30), facts(xp=100, days=30))] == [0, 0, 1]
    assert [rules.holds(either, f) for f in (facts(), facts(xp=100), facts(spent=50))] == [0, 1, 1]


def test_the_highest_tier_that_holds_counts() -> None:
    tiers = (Tier(name="a", xp=1), Tier(name="b", xp=10), Tier(name="c", recent=5))
    assert [rules.best_tier(tiers, f) for f in (facts(), facts(xp=1), facts(xp=10), facts(recent=5))] == [-1, 0, 1, 2]
    assert [rules.place_of(tiers, name) for name in ("a", "c", "", "z")] == [0, 2, -1, -1]


@given(st.integers(0, 5000), st.integers(0, 5000))
@settings(deadline=None)
def test_crossing_is_passing_a_threshold(one: int, other: int) -> None:
    before, after = sorted((one, other))
    tiers, curve = (Tier(name="a", xp=500), Tier(name="b", level=5)), Curve()
    at = (500, rules.xp_for(curve, 5))
    passed = any(before < wanted <= after for wanted in at)
    assert rules.crosses(tiers, curve, before, after) == passed


prizes = st.lists(st.integers(0, 1000), max_size=6).map(lambda found: sorted(found, reverse=True))
scores = st.lists(st.integers(1, 9), max_size=20).map(lambda found: sorted(found, reverse=True))


@given(prizes, scores)
@settings(deadline=None)
def test_prizes_are_shared_by_those_who_tie_and_never_grow(prizes: list[int], scores: list[int]) -> None:
    given_ = rules.shares(prizes, scores)
    assert len(given_) == len(scores)
    assert sum(given_) <= sum(prizes)
    for score in set(scores):
        assert len({amount for amount, each in zip(given_, scores, strict=True) if each == score}) == 1


def test_prizes_by_place() -> None:
    assert rules.shares([100, 50, 20], [9, 8, 7, 6]) == [100, 50, 20, 0]
    assert rules.shares([100, 50, 21], [9, 8, 8, 8]) == [100, 23, 23, 23]
    assert rules.shares([], [5]) == [0]


# -- settings ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"messages": {"similar": 90}}, "similar is greater than same"),
        ({"tiers": [{"name": "a"}]}, "a tier needs a condition"),
        ({"tiers": [{"name": "a", "xp": 1}, {"name": "a", "xp": 2}]}, "two tiers have the same name"),
        ({"notice": 20}, "notice is longer than grace"),
        ({"curve": {"base": 0}}, "1"),
    ],
)
def test_settings_that_make_no_sense_are_refused(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ConfigError, match=told):
        validate(LevelsConfig, wrong)


def test_settings_as_a_file_writes_them() -> None:
    config = validate(
        LevelsConfig,
        {
            "messages": {"cooldown": 30},
            "ignored_channels": [-100123, "spam"],
            "multipliers": {"-100456": 150},
            "contributions": {"checkin": {"xp": 5}},
            "tiers": [{"name": "vip", "spent": 100, "match": "any", "days": 10, "access": ["vip"]}],
        },
    )
    assert config.messages.cooldown == timedelta(seconds=30)
    assert config.ignored_channels == {"-100123", "spam"}
    assert config.multipliers == {"-100456": 150}
    assert config.tiers[0].access == ("vip",)
