"""Kill a real process as often as wanted: `python -m tests.crash --kills 200 --db URL`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from tests.crash.scene import Scene
from tests.crash.wave import play

PER_WAVE = 4


def main() -> None:
    """Play waves on one database until enough processes were killed; the first broken promise ends it."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="how many processes are killed (default 200)")
    parser.add_argument("--db", help="an empty database: sqlite:///FILE or postgresql://… (default: a temporary file)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same plan (default 1)")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coterie-crash-") as folder:
        scene = Scene(Path(folder), options.db or f"sqlite:///{folder}/coterie.db")
        killed = 0
        while killed < options.kills:
            print(f"{killed} of {options.kills} kills, seed {options.seed + killed}", flush=True)
            play(scene, options.seed + killed, PER_WAVE - 1, print, number=killed)
            killed += PER_WAVE
    print(f"{killed} processes killed in {time.monotonic() - started:.0f} s: nothing lost, nothing done twice")


if __name__ == "__main__":
    main()
