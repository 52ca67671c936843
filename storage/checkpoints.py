"""Checkpoints of SQLite's log, beside the lanes.

What is committed stands in the write-ahead log until a checkpoint copies it into the database's file.  Left to itself,
SQLite does that within a commit, and whoever waits for that commit waits for the copy as well
(https://sqlite.org/wal.html#checkpointing).  A passive checkpoint of another connection keeps nobody waiting.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import Final

from sqlalchemy import Engine

log = logging.getLogger(__name__)

COMMITS: Final = 32
"""Commits between two checkpoints: a few hundred pages when events come singly, a few thousand when many do."""


class Checkpoints(threading.Thread):
    """Copies the log of one database while others write; what it cannot do is left to the commits."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(name="coterie-checkpoints", daemon=True)
        self._engine = engine
        self._commits = 0
        self._due = threading.Event()
        self._ending = False

    def committed(self) -> None:
        """A lane has committed."""
        self._commits += 1
        if self._commits >= COMMITS:
            self._commits = 0
            self._due.set()

    def stop(self) -> None:
        """Finish what is under way."""
        self._ending = True
        self._due.set()
        self.join()

    def run(self) -> None:
        """Wait for enough commits, over and over."""
        while self._due.wait() and not self._ending:
            self._due.clear()
            try:
                with contextlib.closing(self._engine.raw_connection()) as connection:
                    connection.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
            except Exception as error:  # a full disk, a file that is away: the lanes meet it, too, and say so
                log.debug("no checkpoint: %s", error)
