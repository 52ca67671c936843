"""Bugs that are planted on purpose: a short history shows each of them, and without the bug it is in order."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.planted import BUGS, Bug, bug_called
from tests.planted.histories import HISTORIES
from tests.planted.hunting import hunt, shows

ROOT = Path(__file__).resolve().parent.parent
QUICK = {
    "acknowledged-before-commit": "was acknowledged, and nothing of it is in the database",
    "balance-below-zero": "is below zero: -30 points",
    "day-by-utc": "is written down for",
    "form-forgets-an-answer": "answers that were never handed in whole",
    "hold-released-twice": "should have 20 in escrow, it has 0",
    "merge-forgets-a-table": "which is Boris’s by now",
    "refusal-keeps-its-rows": "although the shop had said no",
    "share-without-its-taker": "counts 1 shares taken",
    "timer-forgotten-at-restart": "and the process wakes at None",
    "two-accounts-two-people": "Boris has two shares",
}
pytestmark = pytest.mark.sqlite("a town is on a file of its own, and one bug is that its checks are off")


def test_every_bug_says_what_it_does_to_people() -> None:
    names = [bug.name for bug in BUGS]
    assert len(names) >= 20
    assert len({*names}) == len(names)
    assert {*HISTORIES} == {*names}
    assert all(bug.harm.endswith(".") and len(bug.harm.split()) > 4 for bug in BUGS)


@pytest.mark.parametrize("name", QUICK)
def test_a_history_shows_the_bug(name: str) -> None:
    assert any(QUICK[name] in problem for problem in shows(bug_called(name), HISTORIES[name]))


@pytest.mark.slow
@pytest.mark.parametrize("bug", [bug for bug in BUGS if bug.name not in QUICK], ids=lambda bug: bug.name)
def test_a_history_shows_every_other_bug(bug: Bug) -> None:
    assert shows(bug, HISTORIES[bug.name])


def test_a_bug_is_gone_with_its_block() -> None:
    bug = bug_called("day-by-utc")
    with bug.plant():
        pass
    assert hunt(bug, range(0)) is None
    with pytest.raises(AssertionError):
        shows(bug, "fault: clock -3s\nthis is no line")


def test_the_simulator_finds_a_bug_by_itself() -> None:
    found = hunt(bug_called("event-key-not-written"), range(1, 20), steps=60)
    assert found is not None
    assert found.seed < 20


@pytest.mark.slow
def test_the_command_tells_where_it_found_what() -> None:
    command = [sys.executable, "-m", "tests.planted", "--seeds", "10", "newest-event-first"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 of 1 were found" in done.stdout
    command[-2:] = ["0", "newest-event-first"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "0 of 1 were found; not newest-event-first" in done.stdout
