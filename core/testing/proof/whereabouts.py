"""Whereabouts: the store has those in the town who came or wrote there, and none who left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sqlalchemy import and_, bindparam, literal_column, select

from coterie.core.testing.people import ADAPTER, persona_key
from coterie.storage.statement import Statement
from coterie.storage.tables import accounts, members, presences

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.testing.stage import Stage

_p, _a, _m = presences.c, accounts.c, members.c
KNOWN: Final = Statement(
    select(_a.platform, _a.native, _a.created_at, _p.account_id, _p.left_at, _m.left_at)
    .select_from(
        accounts.join(members, and_(_m.community_id == _a.community_id, _m.id == _a.member_id)).outerjoin(
            presences,
            and_(
                _p.community_id == _a.community_id,
                _p.account_id == _a.id,
                _p.adapter == bindparam("adapter"),
                _p.space == bindparam("space"),
            ),
        )
    )
    .where(_a.bot == literal_column("0"))
    .order_by(_a.id)
)


def whereabouts(ctx: Context, stage: Stage) -> Iterator[str]:
    """People of whom the store does not believe what is so, once everything is told."""
    wrote = _wrote(stage)
    for platform, native, since, row, left, gone in ctx.unit.db.all(KNOWN, {"adapter": ADAPTER, "space": stage.space}):
        persona = stage.people.get(persona_key(native, platform))
        if persona is None or (row is None and wrote.get(persona.key, -1) < since):
            continue  # nobody told of them, and what they wrote, if anything, was before they were erased
        there = row is not None and left is None
        if persona.present != there:
            yield f"{persona.key} is {'' if persona.present else 'not '}in the town, and the store has it otherwise"
        if persona.present and gone is not None:
            yield f"{persona.key} is in the town, and counts as gone"


def _wrote(stage: Stage) -> dict[str, int]:
    """When people last wrote where all can read."""
    found: dict[str, int] = {}
    for each in stage.messages.values():
        if not stage.rooms[each.room].owner:
            found[each.author] = max(each.at, found.get(each.author, each.at))
    return found
