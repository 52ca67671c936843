"""An import: a file read in steps, each committed together with how far it came, so that nothing counts twice."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.importing.counting import Counting, Memory, Options
from coterie.core.importing.fingerprint import Fingerprint
from coterie.core.importing.pieces import ChatBegins, Damage, Record
from coterie.core.importing.records import Importer
from coterie.core.importing.seen import Conflict
from coterie.core.importing.step import Outcome, Step, Target
from coterie.core.importing.telling import tell
from coterie.core.importing.totals import Totals
from coterie.core.importing.walk import Walk
from coterie.storage.engine import LaneConnection
from coterie.storage.faults import StoreUnavailable, is_conflict
from coterie.storage.history import ADD_IMPORT, FIND_IMPORT, MOVE_IMPORT
from coterie.storage.ids import IdMaker

STEP_RECORDS: Final = 10_000
STEP_BYTES: Final = 8 * 1024 * 1024
"""What one transaction covers at most: short enough for a running Coterie to write in between."""
_TRIES: Final = 5
_AT_WORK: Final = "another import of the same chat is at work ({})"


class Busy(Exception):
    """Another process imports the same file or chat at this moment; what was done so far is kept."""


class Import(Counting):
    """One file on its way into the store."""

    def __init__(
        self,
        db: LaneConnection,
        ids: IdMaker,
        community: Community,
        importer: Importer,
        path: Path,
        fingerprint: Fingerprint,
        options: Options,
        clock: Clock,
    ) -> None:
        super().__init__(db, community, importer, options.bots | fingerprint.bots, options, clock)
        self._path = path
        self.id = fingerprint.id
        self._to = Target(db, ids, community.id, importer.platform, self.id, bool(options.listeners))
        self.state = "new"
        self.position = 0
        self._met: set[str] = set()

    def open(self) -> None:
        """Find out how far an earlier run of the same file came: ``state`` is then new, reading, telling or done."""
        here = {"community_id": self._community.id, "id": self.id}
        with self._db.transaction():
            row = self._db.one(FIND_IMPORT, here)
            if row is None and not self._options.dry:
                named = {"importer": self._importer.name, "file": self._path.name[:256], "now": self._clock.now()}
                self._db.run(ADD_IMPORT, here | named)
        if row is not None:
            self.state, self.position = row[0], row[1]
            self._memory = msgspec.json.decode(row[2], type=Memory)
            self.totals = msgspec.json.decode(row[3], type=Totals)

    def read(self) -> None:
        """Read to the end of the file; raises :class:`NotJson`, :class:`Busy`, the store's errors and OSError."""
        if self.state not in ("new", "reading"):
            return
        with self._path.open("rb") as file:
            walk = self._walk(file)
            if self._memory.frames:
                self._resume(walk)
            begun = walk.position
            record = self._record
            for piece in walk:
                if type(piece) is Record:
                    record(piece)
                elif isinstance(piece, ChatBegins):
                    if self._records:
                        self._commit(walk, "reading")
                    self._begin(piece)
                elif isinstance(piece, Damage):
                    self._damage(piece)
                if self._records >= STEP_RECORDS or piece.position - begun >= STEP_BYTES:
                    self._commit(walk, "reading")
                    begun = walk.position
            self._commit(walk, "telling")

    def tell(self) -> None:
        """Queue what plugins are to be told, a few hundred members at a time, and be done."""
        if self.state != "telling" or self._options.dry:
            return
        to, community = self._to, self._community.id
        listeners = self._options.listeners
        while tell(to.db, to.ids, community, to.platform, self.id, listeners, self._clock.now):
            pass
        with self._db.transaction():
            self._move(self.position, "done", self.totals)
        self.state = "done"

    def _walk(self, file: BinaryIO) -> Walk:
        decoder = msgspec.json.Decoder(self._importer.record)
        frames = self._memory.frames if self.position else None
        return Walk(file, self._importer.shape, decoder, position=self.position, frames=frames)

    def _resume(self, walk: Walk) -> None:
        if len(walk.frames) > 1 and walk.frames[-1].kind == "records":
            number, totals = self._memory.number, self._sum(Outcome())
            why = self._enter(walk.frames[-2].header, self._memory.alone, self.position)
            self._memory.number, self.totals = number, totals  # what is wrong with a chat has been told before
            self._chat_totals = next((chat for chat in reversed(totals.chats) if not why and not chat.why), None)

    def _commit(self, walk: Walk, state: str) -> None:
        """Write what has come together; try again what another process was in the way of."""
        self._memory.frames = walk.frames
        position = walk.position
        if self._options.dry:
            self._estimate()
        else:
            for attempt in range(_TRIES):
                try:
                    made, totals = self._write(position, state)
                    break
                except Conflict:
                    raise Busy(_AT_WORK.format(self._path.name)) from None
                except Exception as error:
                    conflict = is_conflict(error)
                    if not conflict and not isinstance(error, StoreUnavailable):
                        raise
                    if attempt == _TRIES - 1:
                        raise (Busy(_AT_WORK.format(self._path.name)) if conflict else error) from error
                    self._options.pause(0.2 * 3**attempt)
            self._keep(totals)
            if self._seen is not None:
                self._seen.written(made)
        self.position, self.state = position, state
        self._step = Step()
        self._records = 0
        self._options.progress(position, self.totals.records)

    def _write(self, position: int, state: str) -> tuple[dict[int, str], Totals]:
        chat = self._chat
        with self._db.transaction():
            made: dict[int, str] = {}
            outcome = Outcome()
            if chat is not None and self._seen is not None:
                made = self._seen.write()
                outcome = self._step.write(self._to, chat.space, live=self._live)
            totals = self._sum(outcome)
            self._move(position, state, totals)
        return made, totals

    def _move(self, position: int, state: str, totals: Totals) -> None:
        """Note how far this is; raises :class:`Busy` if it is further than this process believes."""
        moved = self._db.run(
            MOVE_IMPORT,
            {
                "community_id": self._community.id,
                "id_": self.id,
                "before": "reading" if self.state == "new" else self.state,
                "from": self.position,
                "state": state,
                "position": position,
                "memory": msgspec.json.encode(self._memory).decode(),
                "totals": msgspec.json.encode(totals).decode(),
                "now": self._clock.now(),
            },
        )
        if moved.rowcount != 1:
            raise Busy(f"another process imports {self._path.name}")

    def _estimate(self) -> None:
        if self._seen is None:
            return
        with self._db.transaction():
            outcome = self._step.estimate(self._to, self._met)
        self._keep(self._sum(outcome))
        self._seen.note()

    def _sum(self, outcome: Outcome) -> Totals:
        """The totals with what a step came to."""
        totals = msgspec.json.decode(msgspec.json.encode(self.totals), type=Totals)
        totals.messages += outcome.messages
        totals.reactions += outcome.reactions
        totals.bots += outcome.bots
        totals.nobody += outcome.nobody
        totals.members += outcome.members
        if self._chat_totals is not None:
            totals.chats[-1].messages += outcome.messages
        for day in outcome.days:
            totals.day(day)
        return totals

    def _keep(self, totals: Totals) -> None:
        self.totals = totals
        if self._chat_totals is not None:
            self._chat_totals = totals.chats[-1]
