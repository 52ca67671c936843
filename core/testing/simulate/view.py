"""What the plugins of a simulation see of the town."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice
from typing import Final

from coterie.core.testing.people import Message, Persona, show
from coterie.core.testing.play import seen
from coterie.core.testing.play.showing import show_person
from coterie.core.testing.play.steps import Person
from coterie.core.testing.play.trial import OUTSIDE, PEOPLE
from coterie.core.testing.play.world import World
from coterie.core.testing.proof import Proof

LOOKED_AT: Final = 40
"""So many of the newest messages does somebody still look at."""
_UNWRITABLE: Final = frozenset("[]{}#\n")


class TownView:
    """The town at one step, and those of its ``people`` who do something; made anew for each.

    It fulfils :class:`~coterie.core.simulated.SimulatedView`.
    """

    def __init__(self, world: World, proof: Proof, rng: random.Random, people: Collection[str]) -> None:
        self.rng = rng
        self._town = world.town
        self._proof = proof
        self._community = world.app.store.communities[0]
        self._wallets: dict[tuple[str, str, str], int] | None = None
        self._newest: dict[str, list[Message]] = {}
        everybody = {show_person(person): world.persona(person) for person in (*PEOPLE, *OUTSIDE)}
        self._people = {name: persona for name, persona in everybody.items() if name in people}
        self.people = tuple(self._people)
        self.present = tuple(name for name, persona in self._people.items() if persona.present)
        self.operators = tuple(name for name in self.present if self._people[name].standing == "operator")
        public = [room.id for room in self._town.rooms.values() if not room.owner and room.kind == "room"]
        self.rooms = (world.room.id, *(each for each in public if each != world.room.id))

    @property
    def day(self) -> date:
        """The day in the community's zone."""
        return self._community.local(self._town.clock.now()).date()

    def money(self, name: str, currency: str = "points") -> int:
        """What somebody owns, in minor units."""
        if self._wallets is None:
            self._wallets = self._proof.wallets()
        persona = self._persona(name)
        return self._wallets.get((persona.platform, persona.who.id, currency), 0)

    def buttons(self, name: str) -> list[str]:
        """Labels of buttons that somebody can see and press, newest first, each once."""
        labels = dict.fromkeys(self._labels(name))
        return [label for label in labels if label.strip() and not _UNWRITABLE & set(label)]

    def _labels(self, name: str) -> Iterator[str]:
        for message in self._visible(name):
            for row in message.card.buttons if message.card is not None else ():
                yield from (seen.plain(show(button.label)) for button in row if button.token)

    def forms(self, name: str) -> list[str]:
        """The questions of somebody's newest open form."""
        persona = self._persona(name)
        for message in self._visible(name):
            if message.form is not None and message.private_to == persona.key:
                return [question.label for question in message.form.questions]
        return []

    def invoices(self, name: str) -> list[tuple[int, str]]:
        """Amounts and currencies of invoices that somebody can pay, newest first."""
        key = self._persona(name).key
        found = [each for each in self._visible(name) if each.payable and each.private_to == key]
        return [(each.invoice.amount, each.invoice.currency) for each in found if each.invoice is not None]

    def polls(self, name: str) -> list[str]:
        """The options of the newest open poll that somebody can see."""
        for message in self._visible(name):
            if message.poll is not None and not message.closed:
                return [str(option) for option in message.poll.options]
        return []

    def _visible(self, name: str) -> list[Message]:
        if name not in self._newest:
            self._newest[name] = list(islice(self._town.newest(self._persona(name)), LOOKED_AT))
        return self._newest[name]

    def _persona(self, name: str) -> Persona:
        if name not in self._people:
            account, _, platform = name.partition("@")
            return self._town.persona(account, platform or Person(account).platform)
        return self._people[name]
