"""The scenario language and any text at all: a step survives being written, and a mistake is told with its place."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.testing.play.grammar import Mistake, ScenarioError, parse, parse_line
from coterie.core.testing.play.showing import show
from coterie.core.testing.play.steps import (
    Buy,
    Duplicate,
    Enter,
    ExpectBalance,
    ExpectIs,
    ExpectLedger,
    ExpectPins,
    ExpectRoom,
    ExpectSees,
    Fill,
    Give,
    Link,
    Move,
    Pay,
    Person,
    Post,
    Press,
    Regex,
    Restart,
    SetStanding,
    Step,
    Vote,
    Wait,
    Words,
)
from coterie.core.testing.play.values import Wrong, compiled

NAMES = st.from_regex(r"[a-zé小][a-z0-9_\-.明]{0,8}", fullmatch=True).filter(
    lambda name: name not in ("in", "give", "pay", "link", "wait", "expect", "room", "ledger", "balance", "bot")
)
LINE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"), max_size=40)
HASHY = st.text(st.sampled_from("ab#\\ \"'[]{}\t/:@"), max_size=20)
PEOPLE = st.builds(Person, NAMES, st.sampled_from(["sandbox", "telegram", "discord"]))
AMOUNTS = st.integers(1, 2**63 - 1)
CURRENCIES = st.sampled_from(["points", "GEM", "XTR", "积分"])


def outcome(line: str) -> Any:
    """The step on a line, or what is wrong with it."""
    try:
        return parse_line(line)
    except Wrong as wrong:
        return wrong


def posted(text: str) -> Any:
    return outcome(f"alice: {text}")


ACTS = st.one_of(
    st.one_of(LINE, HASHY, HASHY.map(lambda text: f"[{text}]"))
    .map(posted)
    .filter(lambda act: isinstance(act, Post | Press)),
    st.builds(Move, PEOPLE, st.sampled_from(["joins", "leaves", "asks to join", "blocks", "unblocks"])),
    st.builds(Pay, PEOPLE, AMOUNTS, CURRENCIES),
    st.builds(Buy, PEOPLE, LINE.filter(str.strip), st.sampled_from(["", "30d", "1h30m"])),
    st.builds(Buy, PEOPLE, LINE.filter(str.strip), lost=st.just(True)),
    st.builds(Vote, PEOPLE, st.lists(LINE.filter(str.strip), max_size=3, unique=True).map(tuple)),
    st.builds(
        Fill,
        PEOPLE,
        st.lists(st.tuples(LINE.filter(str.strip), LINE), min_size=1, unique_by=lambda pair: pair[0]).map(tuple),
    ),
)


def usable(pattern: str) -> bool:
    try:
        compiled(Regex(pattern))
    except ValueError:
        return False
    return not re.search(r"(?<!\\)(?:\\\\)*\\/", pattern)


SOUGHT = st.one_of(
    (LINE | HASHY).filter(str.strip).map(Words),
    st.builds(Regex, (LINE | HASHY).filter(usable), st.sampled_from(["", "i", "ix", "imsx"])),
)
ANY_STEP: st.SearchStrategy[Step] = st.one_of(
    ACTS,
    st.builds(Duplicate, ACTS),
    st.builds(SetStanding, PEOPLE, st.sampled_from(["operator", "member"])),
    st.builds(Give, PEOPLE, AMOUNTS, CURRENCIES),
    st.builds(Enter, NAMES),
    st.builds(Link, PEOPLE, PEOPLE),
    st.from_regex(r"([0-9]{1,3}d)?([0-9]{1,3}h)?[0-9]{1,3}s", fullmatch=True).filter(str.isascii).map(Wait),
    st.just(Restart()),
    st.builds(ExpectSees, PEOPLE, SOUGHT, st.booleans()),
    st.builds(ExpectRoom, SOUGHT, st.booleans()),
    st.builds(ExpectPins, SOUGHT, st.booleans()),
    st.builds(ExpectIs, PEOPLE, st.sampled_from(["muted", "banned"]), st.booleans()),
    st.builds(
        ExpectSees,
        PEOPLE,
        SOUGHT.filter(lambda sought: isinstance(sought, Regex)),
        capture=NAMES.filter(str.isidentifier),
    ),
    st.builds(ExpectBalance, PEOPLE, AMOUNTS, CURRENCIES),
    st.just(ExpectLedger()),
)


@given(ANY_STEP)
def test_a_step_survives_being_written_and_read(step: Step) -> None:
    assert parse_line(show(step)) == step
    assert parse_line(f"\t {show(step)}  # and a comment") == step


@given(st.lists(LINE | HASHY | ANY_STEP.map(show), max_size=5).map("\n".join))
def test_any_text_is_read_or_refused_with_its_places(text: str) -> None:
    count = len(text.split("\n"))
    wrong: tuple[Mistake, ...] = ()
    try:
        assert len(parse(text).lines) <= count
    except ScenarioError as error:
        wrong = error.mistakes
    for mistake in wrong:
        assert 1 <= mistake.line <= count
        assert 1 <= mistake.column <= len(mistake.source) + 1
        assert mistake.show("x").startswith(f"x:{mistake.line}:{mistake.column}: ")


DAMAGE = st.sampled_from(["", '"', "/", "[", "]", "{", "\\", "#", ":", "：", " not ", "\x00"])


@given(ANY_STEP.map(show), st.integers(0, 60), st.integers(0, 3), DAMAGE)
def test_damaged_steps_are_read_or_refused(line: str, at: int, cut: int, damage: str) -> None:
    damaged = line[:at] + damage + line[at + cut :]
    result = outcome(damaged)
    if isinstance(result, Wrong):
        assert 0 <= result.column <= len(damaged)
        assert result.message
    else:
        assert result is None or parse_line(show(result)) == result
