"""`kill -9` on Discord: the real process, the real library over sockets; the server outlives it and remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.adapters.discord.fake import FakeDiscord, FakeThread
from tests.discord_crash import moments, news
from tests.discord_crash.loop import PEOPLE, Loop
from tests.discord_crash.scene import Scene

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CHATS = 150
SQLITE = pytest.mark.parametrize("database_url", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True)
POSTGRES = pytest.mark.parametrize(
    "database_url", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)
"""Each test runs on one kind of database here; ``python -m tests.discord_crash`` takes either."""
TAP_WITHIN = 5.0
"""Seconds in which a tap has its answer while a broadcast goes out; far more than it takes, for busy machines."""


@pytest.fixture(name="fake")
def fake_fixture() -> Iterator[FakeThread[FakeDiscord]]:
    """A server that no kill reaches."""
    with FakeDiscord.threaded() as fake:
        yield fake


@POSTGRES
def test_a_kill_at_any_step_of_an_event_loses_and_repeats_nothing(
    database_url: str, tmp_path: Path, fake: FakeThread[FakeDiscord]
) -> None:
    """Before the commit, before the note, before the send, after it; old buttons still work then."""
    story = moments.play(Scene(tmp_path / "scene", database_url, fake, people=40), seed=1, people=24)
    assert not story.doubled
    assert fake.do(lambda server: len(server.sessions.known)) == 1, "every process took the session up"


@SQLITE
def test_a_kill_in_the_middle_of_a_broadcast(database_url: str, tmp_path: Path, fake: FakeThread[FakeDiscord]) -> None:
    """Everybody has the news once, also those of whom nobody knew whether they had it when the process died."""
    report = news.play(Scene(tmp_path / "scene", database_url, fake, people=CHATS), seed=1, count=CHATS // 2)
    print(f"\n{len(report.latencies)} taps meanwhile, the slowest answered after {max(report.latencies):.3f} s")
    assert report.unheard >= 3
    assert len(report.copies) == CHATS
    assert max(report.copies.values()) == 1
    assert max(report.latencies) < TAP_WITHIN


@SQLITE
def test_kills_at_random_moments(database_url: str, tmp_path: Path, fake: FakeThread[FakeDiscord]) -> None:
    """The short form of ``python -m tests.discord_crash``."""
    loop = Loop(Scene(tmp_path / "scene", database_url, fake, people=PEOPLE), seed=3)
    loop.play(3, print)
    assert len(loop.tallies) == 3
    assert any(tally.unread or tally.unsent for tally in loop.tallies), "killed in the middle"
