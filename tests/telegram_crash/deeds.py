"""What people do: payments, check-ins, packets and taps; and what has to come of it."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from coterie.adapters.telegram.fake import FakeTelegram, NotPossible
from tests.telegram_crash.audit import Books
from tests.telegram_crash.hearing import Key, Said
from tests.telegram_crash.scene import Scene

FUNDS: Final = 10**9
FIRST_AMOUNT: Final = 2
"""Every payment has an amount of its own, from this on."""

NEWEST: Final = 6
"""Packets that are tapped on; older ones are empty."""


@dataclass(slots=True, kw_only=True)
class Deed:
    """Something that somebody does once; ``update`` is the number of its update."""

    who: int
    update: int = 0


@dataclass(slots=True, kw_only=True)
class Fund(Deed):
    """Somebody takes the money they begin with."""


@dataclass(slots=True, kw_only=True)
class Pay(Deed):
    """Somebody pays somebody; the amount tells payments apart."""

    to: int
    amount: int


@dataclass(slots=True, kw_only=True)
class CheckIn(Deed):
    """Somebody collects the day's points."""


@dataclass(slots=True, kw_only=True)
class Packet(Deed):
    """Somebody puts a packet into a room."""

    room: int
    greeting: str
    shares: int


@dataclass(slots=True, kw_only=True)
class Grab(Deed):
    """Somebody taps a packet's button, on one copy of its card."""

    greeting: str
    card: Said


class Crowd:
    """Plans deeds, does them, and remembers them all; the same ``seed`` gives the same plan."""

    def __init__(self, scene: Scene, seed: int) -> None:
        self.scene = scene
        self.rng = random.Random(seed)
        self.deeds: list[Deed] = []
        self._amount = FIRST_AMOUNT
        self._packets = 0
        self._fresh = list(scene.people)
        self._grabbed: set[tuple[str, int]] = set()

    def do(self, deeds: Iterable[Deed], *, then: Callable[[FakeTelegram], None] | None = None) -> list[Deed]:
        """Do these at once, so that they reach the bot in one batch, with what is done ``then`` at its end.

        Returns those that could be done.
        """
        wanted = list(deeds)

        def act(server: FakeTelegram) -> None:
            for deed in wanted:
                deed.update = _act(server, deed)
            if then is not None:
                then(server)

        self.scene.fake.do(act)
        done = [deed for deed in wanted if deed.update]
        self.deeds += done
        return done

    # -- plans

    def funding(self) -> list[Deed]:
        """Everybody takes their money, in their direct chat."""
        return [Fund(who=who) for who in self.scene.people]

    def packet(self, shares: int) -> Packet:
        """A new packet, in one room after the other."""
        self._packets += 1
        room = self.scene.groups[self._packets % len(self.scene.groups)]
        return Packet(
            who=self.rng.choice(self.scene.people), room=room, greeting=f"greeting-{self._packets}", shares=shares
        )

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

    def check(self, books: Books) -> None:
        """Nothing that was acknowledged is missing, nothing happened twice, and money is where it belongs."""
        pending = self.scene.pending()
        for deed in self.deeds:
            if deed.update not in pending:
                assert has_happened(deed, books), f"{deed} was acknowledged, and has had no effect"
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
        """What had to be said when all has happened."""
        said: Counter[Key] = Counter()
        for deed in self.deeds:
            match deed:
                case Pay():
                    said[deed.who, f"paid {deed.amount}"] += 1
                    said[deed.to, f"received {deed.amount}"] += 1
                case CheckIn():
                    said[deed.who, "checked in"] += 1
                case Packet():
                    said[deed.room, deed.greeting.replace("greeting-", "packet ")] += 1
                case Grab():
                    share = books.shares.get((deed.greeting, deed.who))
                    said[deed.who, "late" if share is None else f"got {share}"] += 1
        return said


def has_happened(deed: Deed, books: Books) -> bool:
    """Whether the database shows a deed's effect."""
    match deed:
        case Pay():
            return books.pays[deed.amount] > 0
        case CheckIn():
            return books.check_ins[deed.who] > 0
        case Packet():
            return deed.greeting in books.packets
        case Grab():
            return (deed.greeting, deed.who) in books.shares or books.packets[deed.greeting].state == "empty"
    return deed.who in books.funded


def _act(server: FakeTelegram, deed: Deed) -> int:
    match deed:
        case Pay():
            return server.says(deed.who, deed.who, f"/pay @{deed.to} {deed.amount} points note-{deed.amount}")
        case CheckIn():
            return server.says(deed.who, deed.who, "/checkin")
        case Packet():
            words = f"/packet {deed.shares * 100} {deed.shares} {deed.greeting}"
            return server.says(deed.who, deed.room, words)
        case Grab():
            try:
                return server.taps(deed.who, deed.card.message, deed.card.to, deed.card.token)
            except NotPossible:  # the card says by now that the packet is empty
                return 0
    return server.says(deed.who, deed.who, f"/fund {FUNDS}")


__all__ = ["Crowd", "Deed", "Grab", "has_happened"]
