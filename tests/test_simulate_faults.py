"""Faults as lines of a scenario: what each does, and that nothing of what people were promised is lost by it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.testing.play.grammar import ScenarioError, parse, parse_line
from coterie.core.testing.play.showing import show
from coterie.core.testing.play.steps import Fault
from coterie.core.testing.simulate.faults import KINDS, Faulty
from tests.play_kit import Play, fails, passes, play

__all__ = ["play"]

STORY = """\
amber is operator
boris: hi
give amber 100
{fault}
amber: /pass boris 30
wait 1h
{after}
expect balance amber 70
expect balance boris 30
expect ledger balanced
"""
# Each is followed by what makes a rival lose or repeat what people did.
FAULTS = (
    "crash before commit",
    "crash during commit",
    "crash after commit",
    "crash before send",
    "crash after send",
    "duplicate 3",
    "late 10m",
    "send uncertain happened",
    "send uncertain lost",
    "429 5",
    "5xx 3",
    "platform down 10m",
    "clock +1h",
    "clock -1h",
    "database busy 2",
    "database busy 9",
    "database full 3",
    "database gone 3",
    "database silent 2",
    "two owners",
    "plugin fair upgraded",
)


def story(fault: str, after: str = "") -> str:
    return STORY.format(fault=f"fault: {fault}", after=after)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_gift_is_booked_once_whatever_goes_wrong(play: Play, fault: str) -> None:
    passes(play, story(fault))


@pytest.mark.parametrize("moment", ["before commit", "during commit", "after commit", "before send", "after send"])
def test_an_answer_is_seen_once_wherever_the_process_ends(play: Play, moment: str) -> None:
    out = passes(play, f"boris: hi\nfault: crash {moment}\nboris: hello you\nwait 1m\n")
    assert out.count("Hello, Boris: hello you") == 1


def test_events_come_late_and_in_another_order(play: Play) -> None:
    out = passes(play, "fault: late 10m\nboris: hello you\nwait 5m\nwait 10m\n")
    assert "Hello, Boris" not in out.split("wait 10m")[0]
    assert "2026-01-01 00:10:00  #general  Coterie: Hello, Boris" in out.split("wait 10m")[1]


def test_mixed_events_come_in_the_opposite_order(play: Play) -> None:
    out = passes(play, "boris: hi\nfault: reorder 2\nboris: hello first\nboris: hello second\nwait 1s\n")
    assert out.index("Boris: hello second") < out.index("Boris: hello first")


def test_an_event_that_comes_twice_keeps_its_first_place(play: Play) -> None:
    passes(play, "simulation 1\nfault: reorder 2\nboris: hello one\nduplicate elvira: hello two\nwait 1s\n")


def test_a_plugin_that_is_off_answers_nobody(play: Play) -> None:
    passes(play, 'fault: plugin fair off\nboris: hello\nexpect room not shows "Hello, Boris"\n')
    passes(play, 'fault: plugin fair off\nfault: plugin fair on\nboris: hello\nexpect room shows "Hello, Boris"\n')


def test_a_plugin_that_is_not_there_cannot_be_switched(play: Play) -> None:
    assert "there is no plugin fare" in fails(play, "fault: plugin fare off\n")


def test_the_platform_comes_back(play: Play) -> None:
    out = passes(play, "fault: platform down 10m\nboris: hello\nwait 5m\nwait 10m\n")
    assert "Hello, Boris" not in out.split("wait 10m")[0]
    assert "Hello, Boris" in out.split("wait 10m")[1]


@given(st.sampled_from(sorted(KINDS)), st.randoms(use_true_random=False))
def test_every_line_of_a_fault_can_be_read_again(kind: str, rng: object) -> None:
    line = Faulty(rng, [kind], ["fair", "gate"]).line()  # type: ignore[arg-type]
    step = parse_line(line)
    assert step is not None
    assert show(step) == line
    assert parse_line(show(step)) == step


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("fault: crsh", "not a fault"),
        ("fault: crash during send", "no process ends during a send"),
        ("fault: late", "a duration is missing"),
        ("fault: duplicate 0", "from 1 to 50"),
        ("fault: database sad 1", "cannot stand here"),
        ("fault crash before commit", "`:` is missing"),
        ("fault: clock 5m", "`+` is missing"),
        ("fault: plugin fair of", "did you mean `off`"),
        ("wait 1s\nsimulation 5", "only be the first step"),
    ],
)
def test_a_mistake_is_told(line: str, words: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(words)):
        parse(line)


def test_a_fault_is_a_step_like_others() -> None:
    assert parse_line("fault:  database  busy 3  # locked") == Fault("database", "busy", 3)
    assert parse_line("fault: clock -1h 30m") == Fault("clock", "-", length="1h30m")
