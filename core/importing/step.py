"""One step of an import: what a few thousand records amount to, written in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coterie.core.importing.records import Entry
from coterie.core.text import clean_name
from coterie.storage.activity import ADD_ACTIVITY
from coterie.storage.engine import LaneConnection
from coterie.storage.history import (
    ADD_COUNT,
    KNOWN_SINCE,
    PRESENCES,
    PUT_PRESENCE,
    Known,
    Newcomer,
    enrol,
    people,
    settle,
)
from coterie.storage.ids import IdMaker


@dataclass(frozen=True, slots=True)
class Target:
    """Where a step is written to."""

    db: LaneConnection
    ids: IdMaker
    community: int
    platform: str
    import_id: str
    told: bool
    """Whether any plugin is to be told of what was counted."""


@dataclass(slots=True)
class Outcome:
    """What a step came to, once it was known who everybody is."""

    messages: int = 0
    reactions: int = 0
    bots: int = 0
    nobody: int = 0
    members: int = 0
    days: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Person:
    """Somebody in the records of a step."""

    name: str
    bot: bool
    since: int
    joined: int | None = None
    moved: int | None = None
    """When they last came or went."""
    gone: bool = False


class Step:
    """Collects records of one chat."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.counts: dict[tuple[str, str], list[int]] = {}

    def person(self, entry: Entry, bot: bool) -> Person:
        """Who did it."""
        found = self.people.get(entry.person)
        if found is None:
            found = self.people[entry.person] = Person(entry.name, bot, entry.at)
        else:
            found.since = min(found.since, entry.at)
            if entry.name:
                found.name = entry.name
        return found

    def count(self, entry: Entry, day: str) -> None:
        """A message."""
        found = self.counts.get((entry.person, day))
        if found is None:
            self.counts[entry.person, day] = [1, entry.reactions]
        else:
            found[0] += 1
            found[1] += entry.reactions

    def move(self, person: Person, at: int, *, joined: bool) -> None:
        """A coming or going."""
        if joined:
            person.joined = at if person.joined is None else min(person.joined, at)
        if person.moved is None or at >= person.moved:
            person.moved, person.gone = at, not joined

    def write(self, to: Target, space: str, *, live: bool) -> Outcome:
        """Write everything, inside a transaction; ``live`` if Coterie counts in this space already."""
        outcome = Outcome()
        known = people(to.db, to.community, to.platform, self.people)
        self._known_since(to, known)
        newcomers = [
            Newcomer(native, clean_name(each.name, f"member {native[-4:]}"), each.bot, each.since)
            for native, each in self.people.items()
            if each.name and native not in known
        ]
        known |= enrol(to.db, to.ids, to.community, to.platform, newcomers)
        outcome.members = len(newcomers)
        self._count(to, known, outcome)
        self._place(to, known, space, live=live)
        return outcome

    def estimate(self, to: Target, met: set[str]) -> Outcome:
        """What :meth:`write` would come to; ``met`` are the newcomers of earlier steps, to whom it adds."""
        outcome = Outcome()
        known = people(to.db, to.community, to.platform, self.people)
        for native, each in self.people.items():
            if native not in known and (each.name or native in met):
                known[native] = Known(0, 0, each.bot, False, each.since)
                outcome.members += native not in met
                met.add(native)
        self._rows(known, outcome)
        return outcome

    def _known_since(self, to: Target, known: dict[str, Known]) -> None:
        earlier = [
            {"community_id": to.community, "id_": known[native].member, "earliest": each.since}
            for native, each in self.people.items()
            if native in known and each.since < known[native].since
        ]
        to.db.many(KNOWN_SINCE, sorted(earlier, key=lambda row: row["id_"]))

    def _rows(self, known: dict[str, Known], outcome: Outcome) -> list[tuple[str, Known, int, int]]:
        found = []
        for (native, day), (messages, reactions) in self.counts.items():
            who = known.get(native)
            if who is None:
                outcome.nobody += messages
            elif who.bot:
                outcome.bots += messages
            else:
                found.append((day, who, messages, reactions))
                outcome.messages += messages
                outcome.reactions += reactions
                outcome.days.add(day)
        return found

    def _count(self, to: Target, known: dict[str, Known], outcome: Outcome) -> None:
        shared = {"community_id": to.community, "platform": to.platform, "import_id": to.import_id}
        rows: list[dict[str, Any]] = [
            shared
            | {
                "day": day,
                "member_id": who.member,
                "account_id": who.account,
                "messages": messages,
                "reactions": reactions,
            }
            for day, who, messages, reactions in self._rows(known, outcome)
        ]
        # In the order of the key: who else counts at the same time waits, but never in a circle.
        rows.sort(key=lambda row: (row["day"], row["member_id"]))
        to.db.many(ADD_ACTIVITY, rows)
        if to.told:
            to.db.many(ADD_COUNT, rows)

    def _place(self, to: Target, known: dict[str, Known], space: str, *, live: bool) -> None:
        """Who came when, and who is gone; where Coterie is itself, it knows better who is there."""
        movers = {known[n]: each for n, each in self.people.items() if each.moved is not None and n in known}
        if not movers:
            return
        here = {"community_id": to.community, "adapter": to.platform, "space": space}
        listed = to.db.list_value(who.account for who in movers)
        present = {row[0]: (row[1], row[2]) for row in to.db.all(PRESENCES, here | {"accounts": listed})}
        rows = [
            here | {"account_id": who.account} | _presence(each, present.get(who.account), live=live)
            for who, each in movers.items()
        ]
        to.db.many(PUT_PRESENCE, sorted(rows, key=lambda row: row["account_id"]))
        for who, each in movers.items():
            if not who.heard and not live and each.moved is not None:
                settle(to.db, to.community, who.member, each.moved)


def _presence(found: Person, stored: tuple[int, int | None] | None, *, live: bool) -> dict[str, int | None]:
    moved = found.moved if found.moved is not None else found.since
    joined = found.joined if found.joined is not None else moved
    if stored is None:
        return {"joined_at": joined, "left_at": moved if found.gone else None}
    joined_at, left_at = stored
    if not live and moved >= (joined_at if left_at is None else left_at):
        left_at = moved if found.gone else None
    return {"joined_at": min(joined_at or joined, joined), "left_at": left_at}


__all__ = ["Outcome", "Person", "Step", "Target"]
