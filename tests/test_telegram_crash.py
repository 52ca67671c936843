"""`kill -9` on Telegram: the real process, the real library over HTTP, both databases; the server outlives them all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
from tests.telegram_crash import moments, news
from tests.telegram_crash.loop import PEOPLE, Loop
from tests.telegram_crash.scene import Scene

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
    """Before the commit, before the acknowledgement, before the send, after it; old buttons still work then."""
    story = moments.play(Scene(tmp_path / "scene", database_url, fake, people=48), seed=1, people=40)
    assert len(story.doubled) == 2


def test_a_kill_in_the_middle_of_a_broadcast(database_url: str, tmp_path: Path, fake: FakeThread[FakeTelegram]) -> None:
    """Everybody has the news once; who has it twice is the one of whom nobody knew when the process died."""
    report = news.play(Scene(tmp_path / "scene", database_url, fake, people=CHATS), seed=1, count=CHATS // 2)
    print(f"\n{len(report.latencies)} taps meanwhile, the slowest answered after {max(report.latencies):.3f} s")
    assert len(report.copies) == CHATS
    assert {chat: copies for chat, copies in report.copies.items() if copies > 1} == {report.held: 2}
    assert not report.refused, "the server had to ask for patience"
    assert max(report.latencies) < TAP_WITHIN


def test_kills_at_random_moments(database_url: str, tmp_path: Path, fake: FakeThread[FakeTelegram]) -> None:
    """The short form of ``python -m tests.telegram_crash``."""
    loop = Loop(Scene(tmp_path / "scene", database_url, fake, people=PEOPLE), seed=3)
    loop.play(3, print)
    assert len(loop.tallies) == 3
    assert any(tally.unread or tally.unsent for tally in loop.tallies), "killed in the middle"
