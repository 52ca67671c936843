"""Checkpoints beside the lanes: what is committed comes into SQLite's file without a commit that waits for it."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import Engine

from coterie.core.app import App
from coterie.core.config import Settings
from coterie.core.events import MessagePosted, Where, Who
from coterie.storage.checkpoints import COMMITS, Checkpoints

HALL = Where("sandbox", "general", "town")


def until(done: Callable[[], bool]) -> None:
    """Wait for another thread."""
    end = time.monotonic() + 10
    while not done():
        assert time.monotonic() < end, "nothing has come"
        time.sleep(0.005)


def people_in(file: Path, folder: Path) -> int:
    """How many accounts the file alone has, without what stands in the log."""
    alone = folder / "alone.db"
    shutil.copy(file, alone)
    with sqlite3.connect(alone) as connection:
        return int(connection.execute("SELECT count(*) FROM accounts").fetchone()[0])


@pytest.mark.asyncio
async def test_what_is_committed_comes_into_the_file(tmp_path: Path) -> None:
    file = tmp_path / "town.db"
    app = App(Settings.default({}, {}, core={"database": f"sqlite:///{file}"}, enable_adapters=()), plugins=[])
    await app.start()
    try:
        before = people_in(file, tmp_path)
        for number in range(2 * COMMITS):
            who = Who("sandbox", f"p{number}", f"P{number}")
            await app.submit(MessagePosted(key=f"m{number}", who=who, where=HALL, text="hi"))
        await asyncio.to_thread(until, lambda: people_in(file, tmp_path) >= before + COMMITS)
    finally:
        await app.stop()
    assert not [thread for thread in threading.enumerate() if thread.name == "coterie-checkpoints"]


def test_a_checkpoint_that_fails_is_tried_again_after_as_many_commits() -> None:
    tries: list[int] = []

    def away() -> Any:
        tries.append(len(tries))
        raise OSError("the disk is away")

    checkpoints = Checkpoints(cast(Engine, SimpleNamespace(raw_connection=away)))
    checkpoints.start()
    for turn in (1, 2):
        for _ in range(COMMITS - 1):
            checkpoints.committed()
        time.sleep(0.02)
        assert len(tries) == turn - 1
        checkpoints.committed()
        until(partial(lambda wanted: len(tries) == wanted, turn))
    checkpoints.stop()
    assert not checkpoints.is_alive()
