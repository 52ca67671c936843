"""What people try in a simulation who do not know what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.core.api import Context, SimulatedView


def actions(view: SimulatedView) -> Iterator[str]:
    """The list of commands, another language, and whatever button there is."""
    rng = view.rng
    name = rng.choice(view.people)
    yield f"{name}{rng.choice(('', ' in dm'))}: {rng.choice(('/help', '/start', '/nothing', '/language'))}"
    yield f"{name}: /language {rng.choice(('en', 'en', 'zh-Hans', 'zh-Hant', 'tlh'))}"
    for each in view.people:
        labels = view.buttons(each)
        if labels and rng.random() < 0.3:
            yield f"{each}: [{rng.choice(labels)}]"


def invariants(ctx: Context) -> Iterable[str]:
    """Nothing can be wrong: it keeps no rows."""
    return ()
