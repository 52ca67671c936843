"""Looks for every planted bug, each in a process of its own, and prints where it was found.

``python -m tests.planted [--seeds N] [--jobs N] [BUG…]``; exit code 1 when one of them was not found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.planted import BUGS, bug_called
from tests.planted.hunting import hunt

ROOT = Path(__file__).resolve().parents[2]
SEEDS = 2000


def main() -> int:
    """Run; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.planted", description=__doc__.split("\n", 1)[0])
    parser.add_argument("bugs", nargs="*", metavar="BUG", help="names of bugs; all of them when left out")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"so many are tried at most ({SEEDS})")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (2)")
    parser.add_argument("--here", action="store_true", help="look for one bug in this process")
    given = parser.parse_args()
    if given.here:
        return _here(given.bugs[0], given.seeds)
    names = given.bugs or [bug.name for bug in BUGS]
    print(f"{'bug':<32} {'seed':>5} {'step':>5}  what spoke", flush=True)
    with ThreadPoolExecutor(given.jobs) as pool:
        codes = [*pool.map(lambda name: _apart(name, given.seeds), names)]
    hidden = [name for name, code in zip(names, codes, strict=True) if code]
    print(f"{len(names) - len(hidden)} of {len(names)} were found" + "".join(f"; not {name}" for name in hidden))
    return 1 if hidden else 0


def _apart(name: str, seeds: int) -> int:
    """Look for a bug in a process of its own."""
    command = [sys.executable, "-m", "tests.planted", "--here", "--seeds", str(seeds), name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    last = done.stderr.strip().rpartition("\n")[2]
    print(done.stdout.rstrip() or f"{name:<32}     -     -  its process ended: {last}", flush=True)
    return done.returncode


def _here(name: str, seeds: int) -> int:
    bug = bug_called(name)
    found = hunt(bug, range(1, seeds + 1))
    if found is None:
        print(f"{name:<32}     -     -  nothing, in {seeds} seeds; and yet: {bug.harm}")
        return 1
    print(f"{name:<32} {found.seed:>5} {found.step:>5}  {found.problem}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
