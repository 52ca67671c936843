"""The unit of work of one lane: what a batch of events has changed so far, and what is to happen once it is
committed.
"""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from coterie.core.actions import Action, AnyAction, Schedule, SendMessage, SendPoll, SendPrivate, decode_action
from coterie.core.aftermath import Aftermath, Posted
from coterie.core.cards import encode
from coterie.core.errors import EmitLoop, HandlerTimeout, QuotaExceeded, ReadOnly
from coterie.core.events import Event, Where
from coterie.core.services import Services
from coterie.storage.activity import Activity
from coterie.storage.engine import LaneConnection
from coterie.storage.journal import ADD_QUEUED, DROP_TIMER, PAYLOAD_OF_REF, Journal
from coterie.storage.ledger import Ledger
from coterie.storage.members import Members
from coterie.storage.presences import Presences

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from coterie.core.cards import Card
    from coterie.core.community import Community
    from coterie.core.context.batched import Batched, BatchKey
    from coterie.core.segments.asking import Asking

MAX_DEPTH: Final = 32
"""Generations of events emitted by handlers of emitted events."""
MAX_ACTIONS: Final = 20_000
"""Outbound actions that one plugin may queue for one event, and events that all of them may emit."""
MAX_STATEMENTS: Final = 10_000
"""SQL statements that one plugin may run for one event through ``ctx.db`` and ``ctx.sql``."""
MAX_BYTES: Final = 64 * 1024 * 1024
"""Bytes of SQL parameters that one plugin may pass for one event through ``ctx.db`` and ``ctx.sql``."""


class Unit:
    """One lane's open transaction, used by one thread."""

    def __init__(self, db: LaneConnection, services: Services) -> None:
        self.db = db
        self.services = services
        self.journal = Journal(db)
        self.ledger = Ledger(db, services.ids)
        self.members = Members(db, services.ids)
        self.presences = Presences(db, self.members)
        self.ledger.owner_now = self._owner_now
        self.activity = Activity(db)
        self.session: Session | None = None
        self.reading = False
        """Whether what runs now may only read."""
        self.places: dict[int, tuple[int, Where]] = {}
        self.undo: list[Callable[[], None]] = []
        """What takes back, should the batch be rolled back, what it has changed outside the store."""
        self.asking: Asking | None = None
        """What filters were made into lately; made with the first that is asked about a member."""
        self.begin()

    def _owner_now(self, community: int, owner: str) -> str:
        found = self.members.member(community, int(owner)) if owner.isdecimal() else None
        return owner if found is None else str(found.id)

    # -- life of a batch

    def begin(self) -> None:
        """Start with nothing changed."""
        self.now = self.services.clock.now()
        self.aftermath = Aftermath()
        self.emitted: deque[tuple[Event, int]] = deque()
        self.depth = 0
        self.emissions = 0
        self.writes = 0
        self.actions = 0
        self.poster = ""
        self.statements = 0
        self.bytes = 0
        self.touched = False
        self.stirred: dict[int, None] = {}
        self.undo.clear()
        self.refreshes: dict[tuple[int, int], tuple[Community, str, Callable[..., Card]]] = {}
        self.batched: dict[BatchKey, Batched] = {}

    def next_event(self) -> None:
        """Reset what is counted for one event."""
        self.now = self.services.clock.now()
        self.depth = 0
        self.emissions = 0
        self.actions = 0
        self.statements = 0
        self.bytes = 0

    def settle(self, plugin: str = "") -> None:
        """Have changes of rows that one plugin, or every one, still owes written."""
        if self.batched:
            before = self.writes  # they were counted when they were made
            for key in [key for key in self.batched if plugin in ("", key[0])]:
                self.batched.pop(key).settle()
            self.writes = before

    def flush_orm(self) -> None:
        """Send what the session has collected."""
        if self.session is not None:
            self.session.flush()

    def flush(self) -> None:
        """Write everything collected; the transaction is committed by the caller."""
        self.flush_orm()
        self.ledger.flush()
        self.activity.flush()
        self.aftermath.jobs = [row["posted"] for row in self.journal.outbox]
        self.journal.flush()

    def committed(self) -> Aftermath:
        """The transaction is in the database: hand on what follows from it, start anew."""
        done = self.aftermath
        if self.session is not None:
            self.session.close()
        self.journal.reset()
        self.members.trim()
        self.presences.trim()
        self.ledger.trim()
        self.activity.trim()
        if len(self.places) > 20_000:
            self.places.clear()
        self.begin()
        return done

    def rolled_back(self) -> None:
        """Nothing happened: forget all of it."""
        if self.session is not None:
            with contextlib.suppress(Exception):  # the connection may be gone
                self.session.close()
            self.session = None
        self.journal.reset()
        self.ledger.forget()
        self.members.forget()
        self.presences.forget()
        self.activity.forget()
        self.places.clear()
        for take_back in reversed(self.undo):
            take_back()
        self.begin()

    # -- what handlers do

    def open_session(self) -> Session:
        """The SQLAlchemy session for plugins' own tables."""
        self.touched = True
        if self.session is None:
            from coterie.core.session import lane_session  # sqlalchemy.orm is loaded only when a plugin uses it

            self.session = lane_session(self.db.connection, self)
        return self.session

    def flush_session(self) -> None:
        """Send the session's pending changes, so that an error is known while its author is; the next call has a quota
        of its own.

        Raises :class:`RuntimeError` when the transaction has been ended or broken.
        """
        if self.session is not None:
            self.session.flush()
        self.touched = False
        self.statements = 0
        self.bytes = 0
        if not self.db.intact():
            raise RuntimeError("the transaction is broken: a statement failed and was ignored, or ended it")

    @contextlib.contextmanager
    def only_reading(self) -> Iterator[None]:
        """Refuse all changes inside; raises :class:`ReadOnly` for those that would only have been collected."""
        self.settle()
        self.flush_orm()
        before, self.reading = self.writes, True
        try:
            with self.db.reading():
                yield
        finally:
            self.reading = False
        if self.writes != before:
            raise ReadOnly("it may only read, and it wanted to change something")

    def pending(self) -> bool:
        """Whether the session has changes that were not sent."""
        session = self.session
        self.touched = False
        self.statements = 0
        self.bytes = 0
        return session is not None and bool(session.new or session.dirty or session.deleted)

    def count_statement(self, size: int) -> None:
        """Note one SQL statement of a plugin; raises :class:`QuotaExceeded`."""
        self.touched = True
        self.statements += 1
        self.bytes += size
        if self.statements > MAX_STATEMENTS:
            raise QuotaExceeded(f"more than {MAX_STATEMENTS} SQL statements for one event")
        if self.bytes > MAX_BYTES:
            raise QuotaExceeded(f"more than {MAX_BYTES // 1024 // 1024} MiB of SQL parameters for one event")

    def post(
        self, community: int, plugin: str, action: AnyAction, *, priority: int, ref: int = 0, edit: bool = False
    ) -> int:
        """Queue an outbound action; returns its outbox id (for a message: the message's own id)."""
        if plugin != self.poster:
            self.poster, self.actions = plugin, 0
        self.actions += 1
        if self.actions > MAX_ACTIONS:
            raise QuotaExceeded(f"more than {MAX_ACTIONS} outbound actions for one event")
        self.writes += 1
        identifier = ref if ref and not edit else self.services.ids.next()
        adapter = action.where.adapter
        self.journal.post(
            {
                "community_id": community,
                "id": identifier,
                "adapter": adapter,
                "priority": int(priority),
                "ref": ref,
                "plugin": plugin,
                "payload": encode(action).decode(),
                "created_at": self.now,
                "posted": Posted(identifier, community, adapter, int(priority), plugin, action),
            },
            edit=edit,
        )
        return identifier

    def emit(self, event: Event) -> None:
        """Put an event right behind the present one; raises :class:`EmitLoop` when generations do not end."""
        if self.depth >= MAX_DEPTH:
            raise EmitLoop(
                f"{type(event).__name__} was emitted in generation {MAX_DEPTH}: handlers answer each other without end"
            )
        if self.emissions >= MAX_ACTIONS:
            raise QuotaExceeded(f"more than {MAX_ACTIONS} events emitted for one event")
        self.emissions += 1
        self.writes += 1
        self.emitted.append((event, self.depth + 1))

    def set_timer(self, community: int, plugin: str, name: str, key: str, args: dict[str, Any], due: int) -> int:
        """Set or move a timer; returns its id."""
        self.writes += 1
        identifier = self.services.ids.next()
        self.journal.set_timer(
            {
                "community_id": community,
                "id": identifier,
                "plugin": plugin,
                "name": name,
                "key": key,
                "args": encode(args).decode(),
                "due": due,
                "attempts": 0,
                "created_at": self.now,
            }
        )
        if self.aftermath.timers is None or due < self.aftermath.timers:
            self.aftermath.timers = due
        return identifier

    def drop_timer(self, community: int, plugin: str, name: str, key: str) -> None:
        """Take a timer back, if there is one."""
        found = self.journal.find_timer(community, plugin, name, key)
        if found is not None:
            self.writes += 1
            self.db.run(DROP_TIMER, {"community_id": community, "id": found[0]})

    def stir(self, member: int) -> None:
        """What a member has on the platforms may have to change; looked at when the event is handled."""
        self.stirred[member] = None

    def put_off(self, community: int, event: Event, plugin: str, hook: str, delay: int) -> None:
        """Keep an event for one call that cannot have it now; ``delay`` is in milliseconds."""
        due = self.now + delay
        row = {
            "community_id": community,
            "id": self.services.ids.next(),
            "payload": encode(event).decode(),
            "plugin": plugin,
            "hook": hook,
            "attempts": 0,
            "not_before": due,
            "created_at": self.now,
        }
        self.db.run(ADD_QUEUED, row)
        self.heard_queued(due)

    def heard_queued(self, due: int) -> None:
        """An event was put off until an instant."""
        earliest = self.aftermath.queued
        self.aftermath.queued = due if earliest is None else min(due, earliest)

    def locate(self, community: int, ref: int) -> Where | None:
        """Where a message of ours is, sent or still waiting."""
        known = self.places.get(ref)
        if known is not None and known[0] == community:
            return known[1]
        row = self.journal.message(community, ref)
        if row is not None:
            return msgspec.json.decode(row[0], type=Where)
        waiting = self.db.one(PAYLOAD_OF_REF, {"community_id": community, "ref": ref})
        if waiting is None:
            return None
        action: Action = decode_action(waiting[0])
        return action.where if isinstance(action, SendMessage | SendPrivate | SendPoll | Schedule) else None


__all__ = [
    "MAX_ACTIONS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_STATEMENTS",
    "Aftermath",
    "HandlerTimeout",
    "Posted",
    "Services",
    "Unit",
]
