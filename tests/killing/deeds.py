"""What people do: payments, check-ins, packets and taps; and what has to come of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from tests.killing.books import Books
from tests.killing.hearing import Key, Said

if TYPE_CHECKING:
    from tests.killing.scene import Scene

FUNDS: Final = 10**9
FIRST_AMOUNT: Final = 2
"""Every payment has an amount of its own, from this on."""
NEWEST: Final = 6
"""Packets that are tapped on; older ones are empty."""


@dataclass(slots=True, kw_only=True)
class Deed:
    """Something that somebody does once; ``event`` is the number by which the platform tells of it, 0 before."""

    who: int
    event: int = 0

    def happened(self, books: Books) -> bool:
        """Whether the store shows its effect."""
        raise NotImplementedError

    def told(self, books: Books) -> Iterable[Key]:
        """What has to be said of it when it has happened."""
        return ()


@dataclass(slots=True, kw_only=True)
class Fund(Deed):
    """Somebody takes the money they begin with."""

    def happened(self, books: Books) -> bool:
        return self.who in books.funded


@dataclass(slots=True, kw_only=True)
class Pay(Deed):
    """Somebody pays somebody; the amount tells payments apart."""

    to: int
    amount: int

    def happened(self, books: Books) -> bool:
        return books.pays[self.amount] > 0

    def told(self, books: Books) -> Iterable[Key]:
        return (self.who, f"paid {self.amount}"), (self.to, f"received {self.amount}")


@dataclass(slots=True, kw_only=True)
class CheckIn(Deed):
    """Somebody collects the day's points."""

    def happened(self, books: Books) -> bool:
        return books.check_ins[self.who] > 0

    def told(self, books: Books) -> Iterable[Key]:
        return ((self.who, f"checked in for {books.rewards[self.who]}"),)


@dataclass(slots=True, kw_only=True)
class Packet(Deed):
    """Somebody puts a packet into a room."""

    room: int
    greeting: str
    shares: int

    def happened(self, books: Books) -> bool:
        return self.greeting in books.packets

    def told(self, books: Books) -> Iterable[Key]:
        return ((self.room, self.greeting.replace("greeting-", "packet ")),)


@dataclass(slots=True, kw_only=True)
class Grab(Deed):
    """Somebody taps a packet's button, on one copy of its card."""

    greeting: str
    card: Said

    def happened(self, books: Books) -> bool:
        return (self.greeting, self.who) in books.shares or books.packets[self.greeting].state == "empty"

    def told(self, books: Books) -> Iterable[Key]:
        share = books.shares.get((self.greeting, self.who))
        return ((self.who, "late" if share is None else f"got {share}"),)


@dataclass(slots=True, kw_only=True)
class Ask(Deed):
    """Somebody asks what they have, when nothing happens any more."""

    def happened(self, books: Books) -> bool:
        return True

    def told(self, books: Books) -> Iterable[Key]:
        return ((self.who, f"has {books.balances[self.who]}"),)


class Crowd:
    """Plans deeds, does them, and remembers them all; the same ``seed`` gives the same plan."""

    def __init__(self, scene: Scene[Any], seed: int) -> None:
        self.scene = scene
        self.rng = random.Random(seed)
        self.deeds: list[Deed] = []
        self._amount = FIRST_AMOUNT
        self._packets = 0
        self._fresh = list(scene.people)
        self._grabbed: set[tuple[str, int]] = set()

    def do(self, deeds: Iterable[Deed], *, then: Callable[[Any], None] | None = None) -> list[Deed]:
        """Do these at once, so that they reach the bot together, with what is done ``then`` to the server at their end.

        Returns those that could be done.
        """
        wanted = list(deeds)

        def act(server: Any) -> None:
            for deed in wanted:
                deed.event = self.scene.act(server, deed)
            if then is not None:
                then(server)

        self.scene.fake.do(act)
        done = [deed for deed in wanted if deed.event]
        self.deeds += done
        return done

    # -- plans

    def funding(self) -> list[Deed]:
        """Everybody takes their money, in their direct chat."""
        return [Fund(who=who) for who in self.scene.people]

    def asking(self) -> list[Deed]:
        """Everybody asks what they have."""
        return [Ask(who=who) for who in self.scene.people]

    def packet(self, shares: int) -> Packet:
        """A new packet, in one room after the other."""
        self._packets += 1
        room = self.scene.rooms[self._packets % len(self.scene.rooms)]
        who = self.rng.choice(self.scene.people)
        return Packet(who=who, room=room, greeting=f"greeting-{self._packets}", shares=shares)

    def pay(self, who: int) -> Pay:
        """A payment to somebody else."""
        self._amount += 1
        to = self.rng.choice([person for person in self.scene.people if person != who])
        return Pay(who=who, to=to, amount=self._amount)

    def grab(self, who: int) -> Deed:
        """A tap on a packet's card that this person has not tapped yet; a payment where there is none."""
        cards = self.scene.ear.packets()
        newest = sorted(cards, key=lambda greeting: int(greeting.removeprefix("greeting-")))[-NEWEST:]
        open_ones = [greeting for greeting in newest if (greeting, who) not in self._grabbed]
        if not open_ones:
            return self.pay(who)
        greeting = self.rng.choice(open_ones)
        self._grabbed.add((greeting, who))
        return Grab(who=who, greeting=greeting, card=self.rng.choice(cards[greeting]))

    def grab_from(self, card: Said) -> Grab:
        """A tap on this very card by somebody who has not tapped that packet."""
        greeting = card.greeting
        who = next(person for person in self.scene.people if (greeting, person) not in self._grabbed)
        self._grabbed.add((greeting, who))
        return Grab(who=who, greeting=greeting, card=card)

    def check_in(self, who: int) -> Deed:
        """The day's check-in, or a payment by who has checked in already."""
        if who not in self._fresh:
            return self.pay(who)
        self._fresh.remove(who)
        return CheckIn(who=who)

    def wave(self, people: int) -> list[Deed]:
        """So many people, each with one deed, and a packet among them."""
        some = self.rng.sample(self.scene.people, people)
        acts = (self.grab, self.pay, self.grab, self.check_in)
        deeds = [acts[number % len(acts)](who) for number, who in enumerate(some)]
        deeds.insert(self.rng.randrange(len(deeds)), self.packet(shares=5))
        return deeds

    # -- what has to come of it

    def check(self, books: Books, pending: set[int]) -> None:
        """Nothing that was acknowledged is missing, nothing happened twice, and money is where it belongs.

        ``pending`` are the events that were not acknowledged before the store was read.
        """
        lost = [deed for deed in self.deeds if deed.event not in pending and not deed.happened(books)]
        assert not lost, f"{len(lost)} acknowledged, and without effect: {lost[:3]}"
        assert max(books.pays.values(), default=1) == 1, "a payment twice"
        assert max(books.check_ins.values(), default=1) == 1, "a check-in twice"
        wallets: Counter[int] = Counter()
        for deed in self.deeds:
            if isinstance(deed, Fund) and deed.who in books.funded:
                wallets[deed.who] += FUNDS
            if isinstance(deed, Pay) and books.pays[deed.amount]:
                wallets[deed.who] -= deed.amount
                wallets[deed.to] += deed.amount
        for packet in books.packets.values():
            wallets[packet.sender] -= packet.total
        for (_, who), amount in books.shares.items():
            wallets[who] += amount
        wallets.update(books.rewards)
        assert {who: wallets[who] for who in books.balances} == books.balances, "somebody's wallet"

    def expected(self, books: Books) -> Counter[Key]:
        """What has to be said of all that has happened."""
        return Counter(key for deed in self.deeds if deed.happened(books) for key in deed.told(books))


__all__ = ["FUNDS", "Ask", "CheckIn", "Crowd", "Deed", "Fund", "Grab", "Packet", "Pay"]
