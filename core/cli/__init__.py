"""The command line: ``coterie``."""

from __future__ import annotations


def main() -> None:
    """Run ``coterie`` with the arguments of this process, and end it with the exit code."""
    import sys

    from coterie.core.cli.root import run

    sys.exit(run(sys.argv[1:]))
