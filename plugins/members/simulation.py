"""What operators do with members in a simulation, and what has to be true of broadcasts at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from coterie.core.api import Context

if TYPE_CHECKING:
    from coterie.core.api import SimulatedView

UNDER_WAY: Final = ("collecting", "running")
_ANSWERS: Final = ("Send", "Stop", "Go on", "Do it", "Older")
_FILTERS: Final = (
    "tag:vip",
    "not tag:vip",
    "balance>=10",
    "standing:operator",
    "标签：vip",
    "level>",
    "segment:guests",
)


def actions(view: SimulatedView) -> Iterator[str]:
    """Tags, notes, attributes, segments and broadcasts, by operators and by those who are none; wishes for quiet."""
    rng = view.rng
    name = rng.choice(view.people)
    yield f"{name}: /quiet{rng.choice(('', ' no'))}"
    operator = rng.choice(view.operators or view.people)
    about, text = name.partition("@")[0], rng.choice(_FILTERS)
    act = rng.choice(("add", "remove"))
    yield f"{operator}: /tag {act} @{about} vip"
    yield f"{operator}: /tag-all {act} vip {text}"
    yield f"{operator}: /attribute @{about} city {rng.choice(('Shanghai', ''))}".rstrip()
    yield f"{operator}: /segment {rng.choice(('save', 'show', 'list', 'delete'))} guests {text}"
    yield f"{operator} in dm: /note @{about} Helped at the meet-up."
    yield f"{operator}: /member @{about}"
    yield f'{operator} in dm: /broadcast "{text}" The hall opens at eight.'
    yield f"{operator}: {rng.choice(('/broadcasts', '/audit', f'/audit @{about}', f'/notes @{about}'))}"
    for each in view.operators:
        for label in view.buttons(each):
            if label in _ANSWERS:
                yield f"{'duplicate ' if rng.random() < 0.3 else ''}{each}: [{label}]"


def invariants(ctx: Context) -> Iterator[str]:
    """What contradicts itself in the newest broadcasts; the same few statements always."""
    for broadcast in ctx.broadcasts.recent():
        done, ended = broadcast.state in ("done", "failed"), broadcast.ended_at is not None
        if done != ended:
            yield f"broadcast {broadcast.id} is {broadcast.state}, and its end is written down as {broadcast.ended_at}"
        if broadcast.state == "done" and (broadcast.open or not broadcast.collected):
            yield f"broadcast {broadcast.id} is done, and {broadcast.open} people have not been written to"
        followed = ctx.timers.due("progress", key=broadcast.id) is not None
        if broadcast.state in UNDER_WAY and not followed and ctx.find_member(broadcast.author) is not None:
            yield f"broadcast {broadcast.id} is {broadcast.state}, and its operator does not see how far it is"
