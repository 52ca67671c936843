"""Kills at chosen moments of an event's way that are the same on every platform, and the proof after each."""

from __future__ import annotations

import contextlib
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from tests.killing import history
from tests.killing.books import Books, audit, held, unsent
from tests.killing.deeds import Crowd, Deed, Grab, Packet, Pay
from tests.killing.hearing import Key, compare
from tests.killing.process import Process, eventually
from tests.killing.scene import Scene

AnyScene = TypeVar("AnyScene", bound=Scene[Any])


@dataclass(slots=True)
class Story(ABC, Generic[AnyScene]):
    """A scene and its crowd, killed again and again."""

    scene: AnyScene
    crowd: Crowd
    doubled: Counter[Key] = field(default_factory=Counter)
    """What was said once more than it had to be."""
    in_doubt: list[Key] = field(default_factory=list)
    """What was on its way when the process was killed before the record."""

    def begin(self) -> None:
        """Everybody has money, and there is a packet in every room; the process must run."""
        self.scene.awake()
        self.crowd.do(self.crowd.funding())
        self.scene.confirmed()
        self.crowd.do(self.crowd.packet(shares) for shares in (100, 5, 100, 5))
        self.settle()

    def quiet(self, *, edits: bool = False) -> None:
        """Wait until everything has been read and everything has been said; with ``edits`` also for the newest cards,
        which platforms' pace for one room makes wait.
        """
        self.scene.confirmed()
        eventually(lambda: unsent(self.scene.url, messages=not edits), lambda left: not left)

    def settle(self) -> Books:
        """Wait until the process that runs hears what people do and it is quiet, and compare."""
        self.scene.awake()
        self.quiet()
        return self.compare()

    def compare(self) -> Books:
        """Hold all that was said to all that had to be said, when it is quiet."""
        books = self.look()
        self.doubled = compare(self.scene.ear.said, self.crowd.expected(books))
        return books

    def look(self) -> Books:
        """Check what holds at every instant."""
        # What was acknowledged and what was said are gathered first: the store may go on, but not back.
        pending, said = self.scene.pending(), list(self.scene.ear.said)
        books = audit(self.scene.url)
        self.crowd.check(books, pending)
        history.nothing_untrue(said, self.crowd.expected(books), books)
        return books

    def end(self, bot: Process) -> None:
        """When all is settled: everybody asks what they have, the process stops, and histories are compared."""
        self.crowd.do(self.crowd.asking())
        self.quiet(edits=True)
        bot.stop()
        books, scene, ear = self.compare(), self.scene, self.scene.ear
        assert (scene.pending(), books.unsent) == (set(), 0)
        senders = {greeting: pool.sender for greeting, pool in books.packets.items()}
        history.wallets_agree(books, history.wallets_seen(ear.said, self.doubled, senders))
        known = {message for channel, native in books.posts for message in scene.posts(channel, native)}
        history.posts_agree(ear.said, known, self.doubled)
        history.cards_agree(ear.states, ear.packets(), books, known)
        history.takers_agree(ear.states, ear.packets(), scene.people, books)

    # -- the moments; each leaves the process dead

    def before_the_commit(self, bot: Process, people: int) -> None:
        """Killed when all was handed over, and nothing can be committed: nothing of it has happened."""
        with held(self.scene.url):
            wave = self.hand_over(people)
            bot.kill()
        books = self.look()
        assert not any(deed.happened(books) for deed in wave if not isinstance(deed, Grab))
        assert {deed.event for deed in wave} <= self.scene.pending()

    def during_the_commit(self, bot: Process, people: int) -> None:
        """Killed when PostgreSQL was handed the commit, which it carries out when the next process has begun.

        That one is told of the same events, and finds only when it commits that they are done.
        """
        with contextlib.ExitStack() as stack:
            with held(self.scene.url, undone=False):
                wave = self.hand_over(people)
                bot.kill()
                following = stack.enter_context(self.scene.run())
                self.scene.awake()
            self.quiet()
            following.kill()
        books = self.look()
        assert all(deed.happened(books) for deed in wave)

    @abstractmethod
    def hand_over(self, people: int) -> list[Deed]:
        """A wave that the bot has read and cannot commit; returns it."""

    @abstractmethod
    def before_the_acknowledgement(self, bot: Process, people: int) -> None:
        """Killed when all is committed and said, and the next process is told of it once more."""

    def before_the_send(self, bot: Process, people: int) -> None:
        """Killed when all is committed and acknowledged; the server takes no message meanwhile."""
        before = len(self.scene.ear.said)
        self.scene.fake.do(self.scene.refuse)
        wave = self.crowd.do(self.crowd.wave(people))
        self.scene.confirmed()
        bot.kill()
        self.scene.fake.do(self.scene.calm)
        assert len(self.scene.ear.said) == before
        books = self.look()
        assert all(deed.happened(books) for deed in wave)
        assert books.unsent >= len(wave)

    def before_the_record(self, bot: Process, people: int) -> None:
        """Killed when the answer to a payment and the card of a packet are out, and the bot has heard of neither."""
        wave = self.crowd.wave(people)
        paid = next(deed for deed in wave if isinstance(deed, Pay))
        packet = next(deed for deed in wave if isinstance(deed, Packet))
        wave = [deed for deed in wave if deed is paid or not _meets(deed, paid)]
        wanted = {*paid.told(Books()), *packet.told(Books())}
        before, kept = len(self.scene.ear.said), 0

        def hold(server: Any) -> None:
            nonlocal kept
            kept = self.hold(server, paid, packet)

        self.crowd.do(wave, then=hold)
        self.scene.confirmed()
        eventually(lambda: {said.key for said in self.scene.ear.said[before:]}, wanted.issubset)
        eventually(lambda: unsent(self.scene.url, messages=True), lambda left: left <= kept)
        bot.kill()
        self.scene.fake.do(self.scene.calm)
        assert self.look().unsent >= kept
        self.in_doubt = [(paid.who, f"paid {paid.amount}"), *packet.told(Books())]

    @abstractmethod
    def hold(self, server: Any, paid: Pay, packet: Packet) -> int:
        """Carry out what is said of these two without answering; returns how many messages that are."""

    def tap_old_buttons(self) -> None:
        """Every copy of the newest packet's card pays out of one packet, and so do cards from before all kills."""
        cards, newest = self.scene.ear.packets(), self.in_doubt[-1]
        copies = next(copies for copies in cards.values() if copies[0].key == newest)
        assert len(copies) == 1 + self.scene.repeats
        taps = [self.crowd.grab_from(card) for card in (*copies, cards["greeting-1"][0], cards["greeting-3"][0])]
        assert self.crowd.do(taps) == taps
        books = self.settle()
        assert all((tap.greeting, tap.who) in books.shares for tap in taps)

    @property
    def moments(self) -> dict[str, Callable[[Process, int], None]]:
        """The moments by name; each begins when it is quiet, lets so many people act, and leaves the process dead."""
        postgres = {"during the commit": self.during_the_commit} if self.scene.url.startswith("postgresql") else {}
        return {
            "before the commit": self.before_the_commit,
            **postgres,
            "before the acknowledgement": self.before_the_acknowledgement,
            "before the send": self.before_the_send,
            "before the record": self.before_the_record,
        }

    def play(self, people: int) -> None:
        """All moments, one after the other; so many ``people`` act at once before the first kill, and half as many
        before each other.  Raises :class:`AssertionError` for a broken promise.
        """
        first, *others = self.moments.values()
        with self.scene.run() as bot:
            self.begin()
            first(bot, people)
        for moment in others:
            with self.scene.run() as bot:
                self.settle()
                assert not self.doubled
                moment(bot, people // 2)
        with self.scene.run() as bot:
            self.settle()
            assert self.doubled == (Counter(self.in_doubt) if self.scene.repeats else Counter())
            self.tap_old_buttons()
            self.end(bot)


def _meets(deed: Deed, paid: Pay) -> bool:
    """Whether a payment concerns one of the two whom another concerns."""
    return isinstance(deed, Pay) and bool({deed.who, deed.to} & {paid.who, paid.to})


__all__ = ["Story"]
