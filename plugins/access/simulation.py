"""Who is granted what in a simulation, and what has to be true of accesses at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coterie.core.api import Context

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

RICHEST: Final = 3
"""Members who are looked at beside the operators."""
ENDED_WITHIN: Final = timedelta(hours=2)
"""How late the end of a grant may come: it is tried again in between, if the store was away."""
_ACCESSES: Final = ("gold", "silver", "lounge", "nothing")
_ENDS: Final = ("forever", "1h", "30d", "2026-01-03", "2020-01-01")


def actions(view: SimulatedView) -> Iterator[str]:
    """Accesses given for a while and for ever, moved, ended, asked for; mass changes that are confirmed."""
    rng = view.rng
    yield f"{rng.choice(view.people)}: /access"
    member, access = rng.choice(view.people).partition("@")[0], rng.choice(_ACCESSES)
    operator = rng.choice(view.operators or view.people)
    yield f"{operator}: /access-give {member} {access} {rng.choice(_ENDS)} helped at the door"
    yield f"{operator}: /access-end {member} {access} the door is shut"
    yield f"{operator}: /access {member}"
    for name in view.people:
        for label in view.buttons(name):
            if label.startswith(("Link to ", "Take it from all ", "Give it back to all ")):
                yield f"{name}: [{label}]"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the grants of operators and of the richest members; a look-up for each of them."""
    if not ctx.grants.accesses():
        return
    rich = (ctx.find_member(identifier) for identifier, _ in ctx.ledger.top(RICHEST))
    known = {member.id: member for member in (*ctx.operators(), *rich) if member is not None}
    for member in known.values():
        for grant in ctx.grants.history(member):
            if grant.ended is None and grant.until is not None and grant.until + ENDED_WITHIN < ctx.now:
                yield f"{grant.access} was given to {member.name} until {grant.until}, and has not ended"
