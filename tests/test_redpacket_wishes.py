"""What a sender's words mean: wishes before the greeting, in English and Chinese, and what is wrong with some."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.api import Refusal
from coterie.plugins.redpacket.terms import Terms
from coterie.plugins.redpacket.wishes import ANONYMOUS, OPTIONS, SPLITS, WITH_COVER, Wishes, fold, read

CONDITIONS = {"level": "level", "等级": "level", "if": "if", "tag": "tag"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Wishes()),
        ("Happy new year", Wishes(greeting="Happy new year")),
        ("equal for all", Wishes("equal", greeting="for all")),
        ("EQUAL", Wishes("equal")),
        ("普通 恭喜", Wishes("equal", greeting="恭喜")),
        ("普通红包 恭喜", Wishes("equal", greeting="恭喜")),
        ("拼手气 大吉", Wishes("lucky", greeting="大吉")),
        ("equality", Wishes(greeting="equality")),
        ("Note: for all", Wishes(greeting="Note: for all")),
        ("time: now", Wishes(greeting="time: now")),
        ("min=5 max=20 time=2h Hi", Wishes("bounded", 5, 20, lasts=timedelta(hours=2), greeting="Hi")),
        ("最少＝5 恭喜", Wishes("bounded", 5, greeting="恭喜")),
        ("shares=10,20，30", Wishes("fixed", amounts=(10, 20, 30))),
        ("draw=90s anonymous", Wishes(draw=timedelta(seconds=90), anonymous=True)),
        ("匿名 封面 抽签=5m", Wishes(draw=timedelta(minutes=5), anonymous=True, cover=True)),
        ("口令：芝麻开门 恭喜", Wishes(phrase="芝麻开门", greeting="恭喜")),
        ('phrase="open sesame" Hi', Wishes(phrase="open sesame", greeting="Hi")),
        (
            "ask=“Capital of France?” answer=Paris|Lutetia",
            Wishes(question="Capital of France?", answers=("Paris", "Lutetia")),
        ),
        ("for=@bob,@carol 辛苦了", Wishes(people=("@bob", "@carol"), greeting="辛苦了")),
        ("level=3 tag=vip Hi", Wishes(asked=(("level", "3"), ("tag", "vip")), greeting="Hi")),
        ("等级：3 needs=checkin、gate", Wishes(asked=(("level", "3"), ("checkin", ""), ("gate", "")))),
        ('if="level>=3 or tag:vip"', Wishes(asked=(("if", "level>=3 or tag:vip"),))),
    ],
)
def test_what_words_mean(text: str, expected: Wishes) -> None:
    assert read(text, CONDITIONS) == expected


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("levl=3 Hi", "packet-unknown-wish"),
        ("a=b", "packet-unknown-wish"),
        ("min=x", "packet-wish-number"),
        ("min=0", "packet-wish-number"),
        ("max=-3", "packet-wish-number"),
        ("max=９", "packet-wish-number"),
        ("max=1000000000001", "packet-wish-number"),
        ("max=99999999999999999999", "packet-wish-number"),
        ("shares=1,x", "packet-wish-number"),
        ("time=soon", "packet-wish-time"),
        ("draw=0s", "packet-wish-time"),
        ('phrase=""', "packet-wish-empty"),
        ('phrase="  "', "packet-wish-empty"),
        (f"phrase={'x' * 61}", "packet-wish-long"),
        ("equal min=3", "packet-wish-bounds"),
        ("shares=1,2 max=3", "packet-wish-bounds"),
        ("ask=What?", "packet-wish-question"),
        ("answer=42", "packet-wish-question"),
        ("ask=What? answer=42 phrase=x", "packet-wish-question"),
        ("ask=What? answer=|", "packet-wish-question"),
        ("draw=5m time=1h", "packet-wish-draw"),
        ("level=1 " * 9, "packet-wish-asked"),
    ],
)
def test_what_is_wrong(text: str, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        read(text, CONDITIONS)
    assert refused.value.key == key


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        wishes = read(text, CONDITIONS)
    except Refusal:
        return
    assert text.strip().endswith(wishes.greeting)


def test_words_are_written_as_they_are_compared() -> None:
    assert all(word == word.casefold() for word in (*SPLITS, *OPTIONS, *ANONYMOUS, *WITH_COVER))
    assert not set(SPLITS) & set(OPTIONS)


@pytest.mark.parametrize("said", ["Open Sesame", "opensesame", " OPEN  sesame ", "ｏｐｅｎ sesame"])
def test_a_phrase_is_not_a_matter_of_blanks_and_case(said: str) -> None:
    assert fold(said) == fold("open sesame")


@given(
    st.builds(
        Terms,
        st.booleans(),
        st.text(max_size=20),
        st.text(max_size=20),
        st.lists(st.text(max_size=9), max_size=3).map(tuple),
        st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=3).map(tuple),
        st.booleans(),
    )
)
def test_terms_are_read_as_they_were_written(terms: Terms) -> None:
    assert Terms.read(terms.written()) == terms


def test_a_packet_that_asks_nothing_keeps_nothing() -> None:
    assert Terms().written() == ""
    assert not Terms().wants_words
