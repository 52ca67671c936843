"""``python -m tests.fuzz TARGET``: feeds one parser with what nobody has tried yet, and keeps what breaks it."""

from __future__ import annotations

import argparse
import importlib
import logging
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from tests.fuzz.target import Target

_HOME: Final = Path("build", "fuzz")
_MISSING: Final = (
    "atheris is not installed, so hypothesis looks for mistakes in its place, without seeing which lines an input"
    " reaches. To have it: .venv/bin/python -m pip install atheris (Linux and macOS; not for every Python)."
)
_ABOUT: Final = (
    "Inputs that break the parser, and new ones that reach more of it, are kept in build/fuzz/TARGET. Without a"
    " target, the names of all."
)


def main(arguments: Sequence[str]) -> int:
    """Do what the command line says; the exit code."""
    options = _parser().parse_args(arguments)
    atheris = _atheris() if options.target and not (options.minimise or options.inputs) else None
    watching: AbstractContextManager[Any] = (
        nullcontext() if atheris is None else atheris.instrument_imports(["coterie"])
    )
    with watching:
        targets: dict[str, Target] = importlib.import_module("tests.fuzz.targets").TARGETS
    if options.target is None:
        print("\n".join(sorted(targets)))
        return 0
    if options.target not in targets:
        print(f"There is no target {options.target}; there are {', '.join(sorted(targets))}.", file=sys.stderr)
        return 2
    logging.disable(logging.CRITICAL)
    try:
        return _done(targets[options.target], options, atheris is not None)
    finally:
        logging.disable(logging.NOTSET)


def _done(target: Target, options: argparse.Namespace, guided: bool) -> int:
    home = _HOME / target.name
    home.joinpath("found").mkdir(parents=True, exist_ok=True)
    if options.inputs:
        for file in options.inputs:
            target.run(file.read_bytes())
        return 0
    if options.minimise:
        importlib.import_module("tests.fuzz.minimising").minimise(target, home / "found")
        return 0
    if not guided:
        print(_MISSING, file=sys.stderr)
    fuzz = importlib.import_module("tests.fuzz.guided" if guided else "tests.fuzz.free").fuzz
    broken: bool = fuzz(target, home, options.time)
    return int(broken)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=__doc__, epilog=_ABOUT)
    parser.add_argument("target", nargs="?", metavar="TARGET", help="the parser, such as telegram-update")
    parser.add_argument("inputs", nargs="*", type=Path, metavar="FILE", help="run these files once, and nothing else")
    parser.add_argument("--time", type=int, default=60, metavar="SECONDS", help="how long (default: %(default)s)")
    parser.add_argument(
        "--minimise",
        action="store_true",
        help="take what was found into the corpus, and leave out of it what reaches no line that others do not",
    )
    return parser


def _atheris() -> Any:
    """The fuzzer that watches which lines are reached; None where it is not installed."""
    try:
        return importlib.import_module("atheris")
    except ImportError:
        return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
