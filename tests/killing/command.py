"""The command line of the crash harnesses."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import inspect

from coterie.storage.engine import open_engine
from tests.killing import news
from tests.killing.loop import PEOPLE, Loop
from tests.killing.story import Story

Fake = TypeVar("Fake")


def main(platform: str, threaded: Callable[[], AbstractContextManager[Fake]], story: Callable[..., Story[Any]]) -> None:
    """Kill as many processes as the arguments say on one database; the first broken promise ends it.

    ``threaded`` makes the platform's server, ``story`` a story of a folder, a database's address, that server, a number
    of people and a seed.
    """
    prog = f"python -m tests.{platform}_crash"
    parser = argparse.ArgumentParser(
        prog=prog, description=f"Kill `coterie run` on {platform.title()} again and again."
    )
    parser.add_argument("--kills", type=int, default=100, help="how many processes are killed (default 100)")
    parser.add_argument("--db", help="an empty database: sqlite:///FILE or postgresql://… (default: a temporary file)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same plan (default 1)")
    parser.add_argument("--news", type=int, default=0, metavar="CHATS", help="a broadcast to so many, in place of that")
    options = parser.parse_args()
    if options.db and _has_tables(options.db):
        parser.error(f"{options.db} has tables: what they hold would be taken for this run's")
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coterie-crash-") as folder, threaded() as fake:
        url = options.db or f"sqlite:///{folder}/coterie.db"
        told = story(Path(folder), url, fake, options.news or PEOPLE, options.seed)
        if options.news:
            print(news.play(told, options.news // 2, patient=True))
            return
        loop = Loop(told)
        loop.play(options.kills, lambda line: print(line, flush=True))
        print(
            f"{told.scene.ear.run - 1} processes killed in {time.monotonic() - started:.0f} s, "
            f"{len(told.crowd.deeds)} deeds: nothing lost, nothing done twice, {loop.doubled} texts said once more"
        )


def _has_tables(url: str) -> bool:
    engine = open_engine(url)
    try:
        return bool(inspect(engine).get_table_names())
    finally:
        engine.dispose()


__all__ = ["main"]
