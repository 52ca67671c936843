"""Coterie and its peers at the same work, in rounds that take turns; what a peer costs is a ratio to Coterie."""

from __future__ import annotations

import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.peers import messages
from benchmarks.peers.child import Child
from benchmarks.peers.environments import Absent, Peer, installed
from benchmarks.peers.idle import idle
from benchmarks.peers.wire import MEMBERS

PLUGINS: Final = (1, 10, 50, 200)
ROUNDS: Final = 5
CLAIM_ROUNDS: Final = 7
ROUND: Final = 0.25
"""Seconds that a round of dispatch should take."""
FEWEST, MOST = 4, 4_000
"""Updates of a round."""
WARM: Final = 0.5
"""Seconds of updates that a subject has taken before it is measured."""
TOTAL, SHARES = 10_000, 100
OURS: Final = {"Telegram": "ours_telegram", "Discord": "ours_discord"}
CLAIMS_NOTE: Final = "until the last answer is with the HTTP client; SQLite in WAL with synchronous=FULL; peers: %s"
WAYS: Final = {
    "plain": "SQLAlchemy's async ORM over aiosqlite, read and write back in one transaction",
    "careful": "the same behind BEGIN IMMEDIATE on one connection",
}

Figure = dict[str, object]


@dataclass(frozen=True, slots=True)
class Subject:
    """Who is measured: a name to print, an interpreter, a module and a wire."""

    title: str
    python: Path
    module: str
    wire: str


def figures() -> Iterator[Figure]:
    """Everything, beside every peer that can be had; those that cannot are named with the reason."""
    peers: list[Subject] = []
    for peer, found in installed():
        if isinstance(found, Absent):
            yield absent(peer, found)
        else:
            peers.append(Subject(peer.title, found, peer.module, peer.wire))
    with tempfile.TemporaryDirectory(prefix="coterie-peers-") as name:
        folder = Path(name)
        for wire, module in OURS.items():
            ours = Subject("Coterie", Path(sys.executable), module, wire)
            yield from dispatch(ours, [peer for peer in peers if peer.wire == wire], folder)
        ours = Subject("Coterie", Path(sys.executable), OURS["Telegram"], "Telegram")
        yield from claims(ours, peers, folder)
        yield from idle(peers, folder)


def absent(peer: Peer, why: Absent) -> Figure:
    """The line of a peer that pip cannot have here."""
    return {"name": f"{peer.title}, absent", "value": None, "unit": "", "note": why.reason}


# -- dispatch


def dispatch(ours: Subject, peers: Sequence[Subject], folder: Path) -> Iterator[Figure]:
    """Seconds an update by number of plugins, and how they grow."""
    with ExitStack() as stack:
        running: dict[tuple[Subject, int], Child] = {}
        batches: dict[tuple[Subject, int], list[str]] = {}
        for subject in (ours, *peers):
            for plugins in PLUGINS:
                errors = folder / f"{subject.module}-{plugins}.txt"
                child = Child(subject.python, subject.module, "dispatch", str(plugins), errors=errors)
                running[subject, plugins] = stack.enter_context(child)
                child.ready()
                child.ask(see=messages.opening(subject.wire))
                batches[subject, plugins] = warmed(child, messages.commands(subject.wire, plugins, MOST))
        found = in_turns({key: _round(child, batches[key]) for key, child in running.items()}, ROUNDS)
    for peer in peers:
        for plugins in PLUGINS:
            yield {
                "name": f"a command on {ours.wire}, {plugins} plugins",
                **beside(found[ours, plugins], found[peer, plugins], 1e6, 2),
                "unit": "us",
                "peer_name": peer.title,
                "plugins": plugins,
                "ratio_to": "Coterie, same rounds; an update's JSON in, the reply handed to the HTTP client, no store",
            }
    few, many = PLUGINS[0], PLUGINS[-1]
    growth = {
        subject: [b / a for a, b in zip(found[subject, few], found[subject, many], strict=True)]
        for subject in (ours, *peers)
    }
    for peer in peers:
        yield {
            "name": f"cost of {many} plugins in place of {few} on {ours.wire}",
            **beside(growth[ours], growth[peer], 1, 3),
            "unit": "x",
            "peer_name": peer.title,
            "ratio_to": "the growth of Coterie, same rounds",
        }


def warmed(child: Child, batch: Sequence[str]) -> list[str]:
    """As much of a batch as a round takes, found by growing samples that warm the subject up besides."""
    count, spent = FEWEST, 0.0
    while True:
        each = (took := child.seconds(batch[:count])) / count
        spent += took
        count = max(FEWEST, min(len(batch), round(ROUND / each)))
        if spent >= WARM:
            return list(batch[:count])


def _round(child: Child, batch: Sequence[str]) -> Callable[[], float]:
    return lambda: child.seconds(batch) / len(batch)


def in_turns(subjects: dict[Any, Callable[[], float]], rounds: int) -> dict[Any, list[float]]:
    """What each subject gives in each round; every round has all of them, and each second one backwards."""
    found: dict[Any, list[float]] = {key: [] for key in subjects}
    for turn in range(rounds):
        for key in list(subjects)[:: -1 if turn % 2 else 1]:
            found[key].append(subjects[key]())
    return found


def beside(ours: Sequence[float], theirs: Sequence[float], scale: float, digits: int) -> Figure:
    """The medians, and the median of what a round of theirs is to the same round of ours."""
    return {
        "value": round(statistics.median(ours) * scale, digits),
        "peer": round(statistics.median(theirs) * scale, digits),
        "ratio": round(statistics.median(b / a for a, b in zip(ours, theirs, strict=True)), 2),
    }


# -- the hot row


def claims(ours: Subject, peers: Sequence[Subject], folder: Path) -> Iterator[Figure]:
    """Everybody claims one packet at the same moment: how long it takes, and what it paid."""
    for way, meant in WAYS.items():
        with ExitStack() as stack:
            running: dict[Subject, Child] = {}
            for subject in (ours, *peers):
                name = f"{subject.module}-{way}"
                arguments = ("claims", str(folder / f"{name}.db"), way)
                child = Child(subject.python, subject.module, *arguments, errors=folder / f"{name}.txt")
                running[subject] = stack.enter_context(child)
                child.ready()
                child.ask(see=messages.opening(subject.wire))
            takers = {subject: Claimers(subject, child) for subject, child in running.items()}
            found = in_turns({subject: taker.round for subject, taker in takers.items()}, CLAIM_ROUNDS + 1)
        if takers[ours].wrong:
            raise AssertionError(f"Coterie paid {takers[ours].wrong}")
        for peer in peers:
            yield {
                "name": f"{MEMBERS} claims on one packet of {SHARES}, peers {way}",
                **beside(found[ours][1:], found[peer][1:], 1000, 1),
                "unit": "ms",
                "peer_name": peer.title,
                "ratio_to": "Coterie, same rounds",
                "peer_rounds_paid_wrongly": len(takers[peer].wrong),
                "peer_worst": max(takers[peer].wrong, key=lambda paid: paid["amount"], default=None),
                "rounds": CLAIM_ROUNDS + 1,
                "note": CLAIMS_NOTE % meant + ("" if peer.wire == "Telegram" else "; Coterie's taps are Telegram's"),
            }


class Claimers:
    """The members who tap."""

    def __init__(self, subject: Subject, child: Child) -> None:
        self.subject, self.child = subject, child
        self.turn = 0
        self.wrong: list[dict[str, int]] = []
        """What was paid in rounds that did not pay exactly the packet, each share to somebody else."""

    def round(self) -> float:
        """Seconds from the first tap to the last answer."""
        self.turn += 1
        data = self.child.ask(fund=TOTAL, shares=SHARES)["data"]
        took = self.child.seconds(messages.taps(self.subject.wire, data, self.turn), together=True)
        paid = self.child.ask(paid=True)
        if not exact(paid):
            self.wrong.append(paid)
        return took


def exact(paid: dict[str, int]) -> bool:
    """Whether a packet paid what was in it, and no member twice."""
    return paid == {"shares": SHARES, "amount": TOTAL, "twice": 0}
