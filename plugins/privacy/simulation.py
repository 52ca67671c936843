"""Who wants to know or to be forgotten in a simulation, and what has to be true of waiting erasures at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coterie.core.api import Context, Member, namesakes, to_datetime
from coterie.plugins.privacy.service import key_of

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

RICHEST: Final = 3
"""Members who are looked at beside the operators: those with most to lose."""
HEARD_WITHIN: Final = timedelta(hours=2)
_ANSWERS: Final = ("Get my data", "Erase me", "Don’t erase me")


def actions(view: SimulatedView) -> Iterator[str]:
    """People who look what is kept, want it, want to be erased, and think better of it; few go through with it, and
    some link an account that is to be erased.
    """
    rng = view.rng
    yield f"{rng.choice(view.people)} in dm: /privacy"
    for name in view.people:
        for label in view.buttons(name):
            if label in _ANSWERS or (label == "Yes, erase me" and rng.random() < 0.3):
                yield f"{name}: [{label}]"
    for one, other in namesakes(view):
        if "Don’t erase me" in (*view.buttons(one), *view.buttons(other)):
            yield f"link {one} {other}"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the erasures that wait for operators and for the richest members.

    Nobody lists timers, so those are asked for whom an erasure by mistake would cost most; a few look-ups for each.
    A merge of the last two hours may not have been heard of, if this plugin was paused.
    """
    known = {member.id: member for member in ctx.operators()}
    rich = (ctx.find_member(identifier) for identifier, _ in ctx.ledger.top(RICHEST))
    for member in {**known, **{found.id: found for found in rich if found is not None}}.values():
        yield from _waiting(ctx, member)


def _waiting(ctx: Context, member: Member) -> Iterator[str]:
    """One person: whoever asked to be erased is still who they were then."""
    for merge in ctx.merges_of(member):
        heard = merge.undone_at is None and ctx.now - to_datetime(merge.at) > HEARD_WITHIN
        if heard and ctx.timers.due("erase", key=key_of(merge.gone)) is not None:
            yield f"{member.name} was linked with record {merge.gone}, whose wish to be erased still waits"
