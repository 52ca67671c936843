"""What a table keeps about members: one declaration, from which merging, its undoing, export and erasure follow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from sqlalchemy import Table

Unite = Literal["sum", "max", "min", "keep"]
"""What becomes of a column when both of two merged records have the row: added, the greater, the lesser, or that of the
record that stays."""
OnMerge = Literal["unite", "leave", "stay"]
"""What a merge does with rows: gives them to the record that stays, uniting where both have one; gives them, but leaves
one where both have it under the id that goes; or touches none, since that id finds the record that stays anyway."""


@dataclass(frozen=True, slots=True)
class MemberTable:
    """A table, and the column of it that names a member; one declaration for each such column.

    **Merge**: rows of the record that goes are given to the one that stays.  Where that would break the primary key or
    a unique constraint, both have the row: the columns in ``unite`` are combined (others are kept), and the row of the
    record that goes is dropped; with ``merge="leave"`` it stays as it is.  **Undo**: rows go back; what was summed is
    subtracted again, so that what came after the merge stays.  A table without ``unite`` holds things, which go back as
    they are now; one with ``unite`` holds what is counted, which goes back as it was.  **Export**: the member's rows,
    unless ``export`` is false.  **Erase**: the rows are deleted, or kept under an id that names nobody any more, with
    the columns in ``scrub`` emptied.

    Rows of a member are those of every record that was merged into it (``ctx.records_of``).
    """

    table: Table
    column: str = "member_id"
    unite: Mapping[str, Unite] = field(default_factory=dict)
    merge: OnMerge = "unite"
    erase: Literal["delete", "keep"] = "delete"
    scrub: tuple[str, ...] = ()
    export: bool = True

    def __post_init__(self) -> None:
        missing = [name for name in (self.column, *self.unite, *self.scrub) if name not in self.table.c]
        if missing:
            raise ValueError(f"the table {self.table.name} has no column {', '.join(missing)}")
