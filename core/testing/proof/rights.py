"""Rights: what people have on the platform is what their grants say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import literal_column, select

from coterie.core.testing.people import ADAPTER, persona_key
from coterie.storage.statement import Statement
from coterie.storage.tables import accounts, grants

if TYPE_CHECKING:
    from coterie.core.config.communities import Slot
    from coterie.core.context import Context
    from coterie.core.testing.stage import Stage

GRANTED: Final = Statement(
    select(accounts.c.platform, accounts.c.native, grants.c.access)
    .where(
        grants.c.community_id == accounts.c.community_id,
        grants.c.member_id == accounts.c.member_id,
        grants.c.closed == literal_column("0"),
        grants.c.ended_at == literal_column("0"),
    )
    .order_by(accounts.c.id, grants.c.access)
)


def rights(ctx: Context, stage: Stage) -> Iterator[str]:
    """Roles in the town that somebody should have and has not, or has and should not; nobody gives any by hand."""
    wanted: dict[str, set[str]] = defaultdict(set)
    roles = {
        name: {slot.target for slot in ctx.community.rights.wanted((name,)) if _here(slot, stage)}
        for name in ctx.community.rights.accesses
    }
    for platform, native, access in ctx.unit.db.all(GRANTED, {}):
        wanted[persona_key(native, platform)] |= roles.get(access, set())
    for key, persona in stage.people.items():
        should = wanted[key] if persona.present else set()
        for role in sorted(should - persona.roles):
            yield f"{key} should have the role {role}, and has not"
        for role in sorted(persona.roles - should):
            yield f"{key} has the role {role}, and should not"


def _here(slot: Slot, stage: Stage) -> bool:
    return (slot.platform, slot.space, slot.kind) == (ADAPTER, stage.space, "role")
