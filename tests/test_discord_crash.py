"""`kill -9` on Discord: the real process, the real library over sockets; the server outlives it and remembers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from coterie.adapters.discord.fake import FakeDiscord, FakeThread
from tests.discord_crash.moments import story
from tests.killing import news
from tests.killing.loop import PEOPLE, RANDOM, Loop

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]
CHATS = 100
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
    """Before the commit, the note, the send and its record; old buttons still work then."""
    told = story(tmp_path / "scene", database_url, fake, people=40, seed=1)
    told.play(24)
    assert not told.doubled
    assert fake.do(lambda server: len(server.sessions.known)) == 1, "every process took the session up"


@SQLITE
def test_a_kill_in_the_middle_of_a_broadcast(database_url: str, tmp_path: Path, fake: FakeThread[FakeDiscord]) -> None:
    """Everybody has the news once, also those of whom nobody knew whether they had it when the process died."""
    report = news.play(story(tmp_path / "scene", database_url, fake, people=CHATS, seed=1), CHATS // 2)
    print(f"\n{report}")
    assert len(report.unheard) >= 3
    assert len(report.copies) == CHATS
    assert not report.doubled
    assert max(report.latencies) < TAP_WITHIN


@SQLITE
def test_kills_at_random_moments(database_url: str, tmp_path: Path, fake: FakeThread[FakeDiscord]) -> None:
    """Each way once: the short form of ``python -m tests.discord_crash``."""
    loop = Loop(story(tmp_path / "scene", database_url, fake, people=PEOPLE, seed=3), RANDOM)
    loop.play(len(RANDOM), print)
    assert any(tally.unread or tally.unsent for tally in loop.tallies), "killed in the middle"
