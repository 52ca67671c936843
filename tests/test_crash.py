"""`kill -9` in the middle of a thousand claims: the real process, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crash.scene import Scene
from tests.crash.wave import play


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_a_killed_process_loses_nothing_and_repeats_nothing(database_url: str, tmp_path: Path) -> None:
    """1,000 people tap 50 packets of 20 at once; shown with ``-s``: what was acknowledged, in flight and unsent."""
    print(f"\n{database_url.partition(':')[0]}")
    wave = play(Scene(tmp_path / "scene", database_url), seed=7, kills=3, show=print)
    # A kill comes after an answer; on a busy machine the other answers may have been under way already.
    assert all(tally.acknowledged for tally in wave.tallies)
    assert any(tally.in_flight for tally in wave.tallies), "killed in the middle"
    assert {wave.found.packets[name].state for name in wave.names} == {"empty", "expired"}
