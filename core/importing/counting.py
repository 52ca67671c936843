"""What pieces of an export come to: totals, and a step that waits to be written."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import msgspec

from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.days import Days
from coterie.core.importing.choosing import Choice
from coterie.core.importing.mending import Unreadable
from coterie.core.importing.pieces import ChatBegins, Damage, Frame, Header, Record
from coterie.core.importing.records import Chat, Entry, Importer
from coterie.core.importing.seen import Seen
from coterie.core.importing.step import Step
from coterie.core.importing.totals import ChatTotals, Problem, Totals
from coterie.core.text import clean_name
from coterie.storage.engine import LaneConnection
from coterie.storage.history import CHANNEL_SINCE, SPACE_SINCE

EARLIEST: Final = round(datetime(2010, 1, 1, tzinfo=UTC).timestamp() * 1000)
"""No platform is older."""
_LATER: Final = 86_400_000
_LEFT_OUT: Final = 100
"""Chats up to which those that are left out are listed, too."""


class Memory(msgspec.Struct):
    """What a reader must know to go on in the middle of a file."""

    frames: list[Frame] = []
    alone: bool = False
    number: int = 0


@dataclass(frozen=True, slots=True)
class Options:
    """What is to be imported, and who wants to hear of it.

    ``bots`` are ids of accounts, ``listeners`` the plugins that are told afterwards.  A ``dry`` run changes nothing.
    """

    choice: Choice = field(default_factory=Choice)
    bots: frozenset[str] = frozenset()
    listeners: tuple[str, ...] = ()
    dry: bool = False
    progress: Callable[[int, int], None] = lambda _position, _records: None
    problem: Callable[[Problem], None] = lambda _problem: None
    pause: Callable[[float], None] = time.sleep


class Counting:
    """Takes pieces one after the other."""

    def __init__(
        self,
        db: LaneConnection,
        community: Community,
        importer: Importer,
        bots: frozenset[str],
        options: Options,
        clock: Clock,
    ) -> None:
        self._db, self._community, self._importer = db, community, importer
        self._bots, self._options, self._clock = bots, options, clock
        self.totals = Totals()
        self._memory = Memory()
        self._days = Days(community)
        self._step = Step()
        self._records = 0
        self._chat: Chat | None = None
        self._chat_totals: ChatTotals | None = None
        self._seen: Seen | None = None
        self._all_seen: dict[str, Seen] = {}
        self._since: int | None = None
        self._live = False
        self._latest = clock.now() + _LATER

    def _begin(self, piece: ChatBegins) -> None:
        self._memory.alone = piece.alone
        why = self._enter(piece.header, piece.alone, piece.position)
        name = piece.header.get("name")
        chat = self._chat or Chat("", title=name if isinstance(name, str) else "")
        title = clean_name(chat.title, chat.key or "?")
        if not why or len(self.totals.chats) < _LEFT_OUT:
            self.totals.chats.append(ChatTotals(title, chat.space, chat.channel, why=why))
        self._chat_totals = None if why else self.totals.chats[-1]

    def _enter(self, header: Header, alone: bool, position: int) -> str:
        """Make ready for the records of a chat; why they are left out, if they are."""
        self._memory.number = 0
        self._chat = self._chat_totals = self._seen = None
        try:
            chat = self._importer.chat(header)
        except Unreadable as error:
            self._skip(Problem(position, str(error)), record=False)
            return str(error)
        why = chat.why if not chat.ours else self._options.choice.why_not(chat, alone)
        self._chat = chat
        if why:
            return why
        here = {"community_id": self._community.id, "adapter": self._importer.platform, "space": chat.space}
        seen = self._all_seen.get(chat.key)
        self._seen = seen or Seen(self._db, self._community.id, self._importer.platform, chat.key)
        if self._options.dry:
            self._all_seen[chat.key] = self._seen
        with self._db.transaction():
            space = self._db.one(SPACE_SINCE, here)
            since = self._db.one(CHANNEL_SINCE, here | {"channel": chat.channel}) if chat.channel else space
        self._live = space is not None and space[0] is not None
        # Platforms tell the time of a message in whole seconds or better.
        self._since = None if since is None or since[0] is None else since[0] // 1000 * 1000
        return ""

    def _damage(self, piece: Damage) -> None:
        if piece.ends:
            self.totals.ended = piece.position + piece.length
        if piece.ends or self._seen is not None or self._chat is None:
            self._count_record()
            number = self._memory.number if self._seen is not None else 0
            title = self._chat_totals.title if self._chat_totals is not None else ""
            self._skip(Problem(piece.position, piece.reason, title, number, piece.length))

    def _skip(self, problem: Problem, *, record: bool = True) -> None:
        self.totals.skip(problem, record=record)
        self._options.problem(problem)

    def _count_record(self) -> None:
        self._memory.number += 1
        self._records += 1
        self.totals.records += 1
        if self._chat_totals is not None:
            self._chat_totals.records += 1

    def _record(self, piece: Record) -> None:
        seen, totals = self._seen, self.totals
        if seen is None:
            return
        self._count_record()
        try:
            entry = self._importer.entry(piece.value, self._community.zone)
            if not EARLIEST <= entry.at <= self._latest and entry.kind != "other":
                raise Unreadable("its date is before 2010 or in the future")
        except Unreadable as error:
            title = self._chat_totals.title if self._chat_totals is not None else ""
            known = getattr(piece.value, "id", None)
            known = known if isinstance(known, int) and -(2**63) <= known < 2**63 else None
            self._skip(Problem(piece.position, str(error), title, self._memory.number, id=known))
            return
        totals.repaired += piece.repaired
        if not seen.add(entry.id):
            totals.again += 1
        elif entry.kind == "other":
            totals.other += 1
        elif self._since is not None and entry.at >= self._since:
            totals.live += 1
        elif not entry.person:
            totals.nobody += 1
        else:
            self._take(entry)

    def _take(self, entry: Entry) -> None:
        bot = entry.bot or entry.person in self._bots
        person = self._step.person(entry, bot)
        if entry.kind == "message":
            if bot:
                self.totals.bots += 1
            else:
                self._step.count(entry, self._days.of(entry.at))
        elif entry.kind == "command":
            self.totals.commands += 1
        else:
            joined = entry.kind == "joined"
            self.totals.joined += joined
            self.totals.left += not joined
            self._step.move(person, entry.at, joined=joined)
