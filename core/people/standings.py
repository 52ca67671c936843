"""Who is an operator: whom the configuration names, and whom a space that they are in says to be one."""

from __future__ import annotations

from coterie.core.unit import Unit
from coterie.storage.members import MemberRecord


def settle_standing(unit: Unit, member: MemberRecord) -> bool:
    """Make a member's standing what the configuration and the spaces say; whether it was another one before."""
    named = unit.services.operators(member.community)
    accounts = unit.members.accounts_of(member.community, member.id) if named else ()
    configured = any((account.platform, account.native) in named for account in accounts)
    standing = "operator" if configured or unit.presences.runs_a_space(member) else "member"
    if member.standing == standing:
        return False
    unit.members.set_standing(member, standing)
    return True


def settle_community(unit: Unit, community: int) -> None:
    """The same for everybody who is an operator now or is named as one: the configuration may be another one since, or
    spaces may have become one.
    """
    found = {member.id: member for member in unit.members.operators(community)}
    for platform, native in unit.services.operators(community):
        account = unit.members.account(community, platform, native)
        if account is not None:
            found[account.member.id] = account.member
    for member in found.values():
        settle_standing(unit, member)
