"""A scenario that is part of a simulation: who lives in its town, and the proof after each step and in the end."""

from __future__ import annotations

from typing import Final

from coterie.core.testing.play.cast import Cast
from coterie.core.testing.play.hosting import TownHost
from coterie.core.testing.play.steps import Person
from coterie.core.testing.play.world import World
from coterie.core.testing.proof import Proof

PEOPLE: Final = (
    Person("amber"),
    Person("boris"),
    Person("celia", "telegram"),
    Person("dmitri", "discord"),
    Person("boris", "telegram"),
    Person("elvira"),
    Person("fatima", "telegram"),
    Person("dmitri", "telegram"),
)
"""Who is in the town from the beginning; the first is its first operator, some of them are one person."""
OUTSIDE: Final = (Person("gustav"), Person("hilda", "discord"))
"""Who is not, and may come."""
QUIET: Final = 3 * 24 * 60 * 60 * 1000
"""Milliseconds that pass in the end: whatever is tried again, runs out or is compared has had its time by then."""


async def begin(host: TownHost) -> World:
    """Start the town of every simulation."""
    host.expect([(person.name, person.platform) for person in PEOPLE])
    world = World(host, await host.start(), Cast(present=PEOPLE))
    for person in OUTSIDE:
        world.persona(person).present = False
    for person in PEOPLE:
        await world.make_known(person)
    return world


class Trial:
    """Looks after each step whether all that must hold does."""

    def __init__(self, world: World) -> None:
        self._world = world
        host = world.host
        self.proof = Proof(host.database, host.trouble, host.town)
        host.at_the_end.append(self.proof.close)

    async def problems(self) -> list[str]:
        """What is wrong after a step."""
        world = self._world
        await world.settled()
        return self.proof.after_step(world.app)

    async def end(self) -> list[str]:
        """Let nothing more go wrong, let time pass, and look at everything; what is wrong then."""
        world = self._world
        host = world.host
        host.trouble.end()
        changed = sorted(host.switched_off)
        for name in changed:
            host.switch(name, on=True)
        if changed or host.trouble.had_two:
            world.app = await host.start()
        await world.settled()
        await world.pass_time(QUIET)
        return self.proof.in_the_end(world.app)
