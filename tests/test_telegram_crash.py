"""`kill -9` on Telegram: the real process, the real library over HTTP, both databases; the server outlives them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
from tests.killing import news
from tests.killing.loop import PEOPLE, RANDOM, Loop
from tests.telegram_crash.moments import story

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CHATS = 75
TAP_WITHIN = 5.0
"""Seconds in which a tap has its answer while a broadcast goes out; far more than it takes, for busy machines."""


@pytest.fixture(name="fake")
def fake_fixture() -> Iterator[FakeThread[FakeTelegram]]:
    """A server that no kill reaches."""
    with FakeTelegram.threaded() as fake:
        yield fake


def test_a_kill_at_any_step_of_an_update_loses_and_repeats_nothing(
    database_url: str, tmp_path: Path, fake: FakeThread[FakeTelegram]
) -> None:
    """Before the commit, the acknowledgement, the send and its record; old buttons still work then."""
    told = story(tmp_path / "scene", database_url, fake, people=48, seed=1)
    told.play(40)
    assert len(told.doubled) == 2


def test_a_kill_in_the_middle_of_a_broadcast(database_url: str, tmp_path: Path, fake: FakeThread[FakeTelegram]) -> None:
    """Everybody has the news once; who has it twice is the one of whom nobody knew when the process died."""
    report = news.play(story(tmp_path / "scene", database_url, fake, people=CHATS, seed=1), CHATS // 2)
    print(f"\n{report}")
    assert len(report.copies) == CHATS
    assert (len(report.unheard), max(report.copies.values())) == (1, 2)
    assert report.doubled == report.unheard
    assert not report.refused, "the server had to ask for patience"
    assert max(report.latencies) < TAP_WITHIN


def test_kills_at_random_moments(database_url: str, tmp_path: Path, fake: FakeThread[FakeTelegram]) -> None:
    """Each way once: the short form of ``python -m tests.telegram_crash``."""
    loop = Loop(story(tmp_path / "scene", database_url, fake, people=PEOPLE, seed=3), RANDOM)
    loop.play(len(RANDOM), print)
    assert any(tally.unread or tally.unsent for tally in loop.tallies), "killed in the middle"
