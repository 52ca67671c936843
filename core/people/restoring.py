"""What a person is like once a merge is undone or an account separated: standing, name, language, whether they left."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.core.events import AccountSeparated
from coterie.core.people.standings import settle_standing
from coterie.core.unit import Unit
from coterie.storage.member_sql import RENAME_MEMBER
from coterie.storage.members import AccountRecord, MemberRecord
from coterie.storage.merges import MergeRecord


def restore_people(unit: Unit, record: MergeRecord, kept: MemberRecord, gone: MemberRecord) -> None:
    """Give both records what a merge had changed in them, where nobody has changed it since."""
    settle_standing(unit, kept)
    settle_standing(unit, gone)
    if not record.before["locale"] and gone.locale and kept.locale == gone.locale:
        unit.members.set_locale(kept, "")
    theirs = unit.members.accounts_of(gone.community, gone.id)
    spoke = next((account for account in theirs if account.id == kept.heard), None)
    if spoke is not None:
        unit.members.set_heard(spoke)
    _hear_again(unit, kept, record.before["heard"])
    _hear_again(unit, gone, gone.heard)
    for account in theirs:
        if account.id == gone.heard and account.name != record.accounts.get(account.id):
            _call(unit, gone, account.name)  # renamed meanwhile
    if kept.name != record.before["name"] and any(account.name == kept.name for account in theirs):
        _call(unit, kept, _name_of(unit, kept, str(record.before["name"])))
    _mend_left(unit, kept, record.before["left_at"])
    _mend_left(unit, gone, None)


def separate(unit: Unit, account: AccountRecord) -> MemberRecord:
    """Give an account a record of its own, with nothing but its name, language, places and its standing there; returns
    that record.

    Raises :class:`ValueError` for a member's only account.
    """
    old = account.member
    if len(unit.members.accounts_of(old.community, old.id)) < 2:
        raise ValueError(f"account {account.id} is the only one of member {old.id}")
    unit.writes += 1
    member = unit.members.separate(account, unit.now)
    _hear_again(unit, old, old.heard)
    if old.name == account.name:
        _call(unit, old, _name_of(unit, old, old.name))
    settle_standing(unit, old)
    settle_standing(unit, member)
    _mend_left(unit, old, None)
    _mend_left(unit, member, None)
    unit.emit(
        AccountSeparated(key=f"separate:{member.id}", member=old.id, became=member.id, account=account.id),
    )
    return member


def _hear_again(unit: Unit, member: MemberRecord, wanted: object) -> None:
    """Direct messages go to an account that the member has: the wanted one, else the newest."""
    own = unit.members.accounts_of(member.community, member.id)
    if own and member.heard not in [account.id for account in own]:
        unit.members.set_heard(next((account for account in own if account.id == wanted), own[-1]))


def _name_of(unit: Unit, member: MemberRecord, otherwise: str) -> str:
    own: Sequence[AccountRecord] = unit.members.accounts_of(member.community, member.id)
    return next((account.name for account in own if account.id == member.heard), otherwise)


def _call(unit: Unit, member: MemberRecord, name: str) -> None:
    unit.db.run(RENAME_MEMBER, {"community_id": member.community, "id_": member.id, "name": name})
    member.name = name


def _mend_left(unit: Unit, member: MemberRecord, was: int | None) -> None:
    """Whether a member left follows from the places of the accounts that the member has now."""
    ends = unit.presences.ends_of(member)
    known = [at for at in ends if at is not None]
    if not ends:
        left_at = was
    else:
        left_at = None if len(known) < len(ends) else was or max(known)
    if member.left != (left_at is not None) and (ends or was is not None):
        unit.members.set_left(member, left_at)
