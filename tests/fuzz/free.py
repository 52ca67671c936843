"""Fuzzing with hypothesis alone: other examples every time, as many as there is time for."""

from __future__ import annotations

import hashlib
import time
import traceback
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings

from tests.fuzz.examples import inputs
from tests.fuzz.target import Target

_ROUND: Final = 500
"""So many examples are tried between two looks at the clock."""


def fuzz(target: Target, home: Path, seconds: int) -> bool:
    """Fuzz a target for some seconds; keeps the smallest input that breaks it, and returns whether there is one."""
    end, tried, broken = time.monotonic() + seconds, 0, b""

    @settings(
        max_examples=_ROUND, deadline=None, database=None, derandomize=False, suppress_health_check=list(HealthCheck)
    )
    @given(inputs(target))
    def attempt(data: bytes) -> None:
        nonlocal tried, broken
        tried, broken = tried + 1, data
        target.run(data)

    while time.monotonic() < end:
        try:
            attempt()
        except Exception:
            traceback.print_exc()
            file = home / f"crash-{hashlib.sha256(broken).hexdigest()[:16]}"
            file.write_bytes(broken)
            print(f"{target.name} is broken by {file}")
            return True
    print(f"{target.name}: {tried} inputs in {seconds} s, and none breaks it")
    return False
