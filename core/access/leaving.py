"""Somebody is erased: their rights end while their accounts are still known, so that roles can be taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from coterie.core.access.diff import OURS
from coterie.core.access.look import applied_of
from coterie.core.context.granting import close
from coterie.storage.access import Grants
from coterie.storage.applied import AppliedRows

if TYPE_CHECKING:
    from coterie.core.context import Context


def end_all(ctx: Context, records: Sequence[int]) -> bool:
    """End every grant of these records; whether something that Coterie gave still stands on a platform, or may by a
    request that is under way.
    """
    community = ctx.community.id
    for row in Grants(ctx.unit.db).open(community, records):
        close(ctx, row, ctx.unit.now, "erased")
    applied = AppliedRows(ctx.unit.db)
    accounts = [row[0] for row in applied.accounts_of(community, records)]
    known = (applied_of(row) for row in applied.of(community, accounts))
    return any(each.busy or each.state in OURS for each in known)
