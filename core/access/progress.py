"""How far a comparison with the platforms has come: a row, so that a restart goes on where it was."""

from __future__ import annotations

from dataclasses import dataclass

from coterie.core.access.survey import Part, Portion
from coterie.core.context import Context
from coterie.storage.applied import ADD_SCAN, MOVE_SCAN, SCAN


@dataclass(frozen=True, slots=True)
class Progress:
    """Everybody up to ``cursor`` of a part is done; ``started`` is when the first was (milliseconds)."""

    started: int
    part: Part = "grants"
    cursor: int = 0

    @property
    def ended(self) -> bool:
        """Whether everybody is done."""
        return self.part == "done"

    def behind(self, portion: Portion) -> Progress:
        """Where the next portion begins."""
        return Progress(self.started, portion.part, portion.cursor)


def load(ctx: Context) -> Progress:
    """The last comparison of the community; an ended one where there was none."""
    row = ctx.unit.db.one(SCAN, {"community_id": ctx.community.id})
    return Progress(0, "done") if row is None else Progress(row[2], row[0], row[1])


def save(ctx: Context, progress: Progress) -> None:
    """Remember how far it has come."""
    ended = ctx.unit.now if progress.ended else 0
    if ctx.unit.db.one(SCAN, {"community_id": ctx.community.id}) is None:
        row = {"part": progress.part, "cursor": progress.cursor, "started_at": progress.started, "ended_at": ended}
        ctx.unit.db.run(ADD_SCAN, {"community_id": ctx.community.id} | row)
        return
    moved = {"part_": progress.part, "cursor_": progress.cursor, "started": progress.started, "ended": ended}
    ctx.unit.db.run(MOVE_SCAN, {"community": ctx.community.id} | moved)
