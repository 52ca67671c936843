"""What makes records one person, or takes them apart."""

from __future__ import annotations

from collections.abc import Mapping

from coterie.core.context.knowing import Knowing
from coterie.core.people.merging import Merge, MergePreview, merge_members, preview_merge
from coterie.core.people.restoring import separate
from coterie.core.people.undoing import Undone, UndoPreview, merges_of, preview_undo, undo_merge
from coterie.storage.members import AccountRecord, MemberRecord
from coterie.storage.merges import MergeJournal, MergeRecord


class Uniting(Knowing):
    """The part of the context that joins member records."""

    __slots__ = ()

    def preview_merge(self, kept: MemberRecord, gone: MemberRecord) -> MergePreview:
        """What :meth:`merge_members` would move now."""
        return preview_merge(self.unit, kept, gone)

    def merge_members(self, kept: MemberRecord, gone: MemberRecord) -> Merge:
        """Make two records one: accounts, wallet, standing and declared rows of all plugins move to ``kept``, and
        :class:`MembersMerged` tells every plugin.

        From now on the id of ``gone`` finds ``kept``.  Raises :class:`ValueError` for one and the same member.
        """
        return merge_members(self.unit, kept, gone, actor=self.actor, plugin=self.plugin)

    def merges_of(self, member: MemberRecord) -> list[MergeRecord]:
        """The merges in which a record was kept, the newest first; also those that were undone or are too old to be."""
        return merges_of(self.unit, member)

    def preview_undo(self, merge: int) -> UndoPreview:
        """What :meth:`undo_merge` would give back now; raises :class:`CannotUndo`."""
        return preview_undo(self.unit, self.community.id, merge)

    def undo_merge(self, merge: int, *, agreed: Mapping[str, int] | None = None) -> Undone:
        """Take a merge back; :class:`MergeUndone` tells every plugin.

        What the kept record has spent since cannot go back: raises :class:`Shortfall` when more is missing than was
        ``agreed`` (minor units by currency), :class:`CannotUndo` when there is nothing to undo any more.
        """
        return undo_merge(self.unit, self.community.id, merge, actor=self.actor, agreed=agreed)

    def separate(self, account: AccountRecord) -> MemberRecord:
        """Give an account a member record of its own, which begins with nothing; returns that record.

        What began before the ``separated`` instant of that record is not for it to claim: the person who it was may
        have.  Raises :class:`ValueError` for a member's only account.
        """
        return separate(self.unit, account)

    def records_of(self, member: MemberRecord) -> tuple[int, ...]:
        """All ids that this member goes by: their own, and those of the records that were merged into it."""
        return (member.id, *MergeJournal(self.unit.db, member.community).merged_into(member.id))
