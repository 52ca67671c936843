"""What the engine must remember: event keys, queued events, dead letters, timers, tasks, the outbox and sent messages.

Rows are collected during a batch and written once at its end with ``executemany``; :meth:`Journal.reset` forgets them
when the
batch is rolled back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, delete, literal_column, select, tuple_, update

from coterie.storage.engine import LaneConnection
from coterie.storage.statement import Row, Statement, any_of, insertion
from coterie.storage.tables import (
    button_args,
    dead_letters,
    event_keys,
    messages,
    open_forms,
    outbox,
    pauses,
    queued_events,
    tasks,
    timers,
)

_b = bindparam


ADD_KEY = insertion(event_keys, "community_id", "key", "at")
KNOWN_KEY = Statement(
    select(event_keys.c.key).where(event_keys.c.community_id == _b("community_id"), event_keys.c.key == _b("key"))
)
KNOWN_KEYS = Statement(
    select(event_keys.c.key).where(
        event_keys.c.community_id == _b("community_id"), any_of(event_keys.c.key, _b("keys"))
    )
)
ADD_QUEUED = insertion(
    queued_events, "community_id", "id", "payload", "plugin", "hook", "attempts", "not_before", "created_at"
)
QUEUED = Statement(
    select(queued_events.c.attempts).where(
        queued_events.c.community_id == _b("community_id"), queued_events.c.id == _b("id")
    )
)
MOVE_QUEUED = Statement(
    update(queued_events)
    .where(queued_events.c.community_id == _b("community_id"), queued_events.c.id == _b("id_"))
    .values(attempts=_b("attempts"), not_before=_b("not_before"))
)
DROP_QUEUED = Statement(
    delete(queued_events).where(queued_events.c.community_id == _b("community_id"), queued_events.c.id == _b("id"))
)
DUE_QUEUED = Statement(
    select(
        queued_events.c.community_id,
        queued_events.c.id,
        queued_events.c.payload,
        queued_events.c.plugin,
        queued_events.c.hook,
    )
    .where(queued_events.c.not_before <= _b("now"))
    .order_by(queued_events.c.not_before, queued_events.c.id)
    .limit(literal_column("200"))
)
NEXT_QUEUED = Statement(
    select(queued_events.c.not_before).order_by(queued_events.c.not_before).limit(literal_column("1"))
)
ADD_DEAD = insertion(dead_letters, "community_id", "id", "event_key", "plugin", "hook", "error", "payload", "at")

ADD_TIMER = insertion(timers, "community_id", "id", "plugin", "name", "key", "args", "due", "attempts", "created_at")
FIND_TIMER = Statement(
    select(timers.c.id, timers.c.due, timers.c.args).where(
        timers.c.community_id == _b("community_id"),
        timers.c.plugin == _b("plugin"),
        timers.c.name == _b("name"),
        timers.c.key == _b("key"),
    )
)
TIMER_BY_ID = Statement(
    select(timers.c.id, timers.c.due, timers.c.attempts).where(
        timers.c.community_id == _b("community_id"), timers.c.id == _b("id")
    )
)
DROP_TIMER = Statement(delete(timers).where(timers.c.community_id == _b("community_id"), timers.c.id == _b("id")))
MOVE_TIMER = Statement(
    update(timers)
    .where(timers.c.community_id == _b("community_id"), timers.c.id == _b("id_"))
    .values(due=_b("due"), attempts=_b("attempts"))
)
DUE_TIMERS = Statement(
    select(
        timers.c.community_id,
        timers.c.id,
        timers.c.plugin,
        timers.c.name,
        timers.c.args,
        timers.c.due,
        timers.c.attempts,
    )
    .where(timers.c.due <= _b("now"), ~any_of(timers.c.community_id, _b("foreign")))
    .order_by(timers.c.due, timers.c.id)
    .limit(literal_column("500"))
)
NEXT_TIMER = Statement(
    select(timers.c.due)
    .where(~any_of(timers.c.community_id, _b("foreign")))
    .order_by(timers.c.due)
    .limit(literal_column("1"))
)

ADD_TASK = insertion(
    tasks, "community_id", "id", "plugin", "name", "args", "origin", "attempts", "not_before", "created_at"
)
DROP_TASK = Statement(delete(tasks).where(tasks.c.community_id == _b("community_id"), tasks.c.id == _b("id")))
MOVE_TASK = Statement(
    update(tasks)
    .where(tasks.c.community_id == _b("community_id"), tasks.c.id == _b("id_"))
    .values(attempts=_b("attempts"), not_before=_b("not_before"))
)
TASK_BY_ID = Statement(
    select(tasks.c.origin, tasks.c.attempts).where(tasks.c.community_id == _b("community_id"), tasks.c.id == _b("id"))
)
ALL_TASKS = Statement(
    select(
        tasks.c.community_id,
        tasks.c.id,
        tasks.c.plugin,
        tasks.c.name,
        tasks.c.args,
        tasks.c.attempts,
        tasks.c.not_before,
    ).order_by(tasks.c.id)
)

ADD_OUTBOX = insertion(outbox, "community_id", "id", "adapter", "priority", "ref", "plugin", "payload", "created_at")
PENDING = Statement(
    select(
        outbox.c.community_id,
        outbox.c.id,
        outbox.c.adapter,
        outbox.c.priority,
        outbox.c.plugin,
        outbox.c.payload,
        outbox.c.attempts,
        outbox.c.not_before,
    )
    .where(outbox.c.state == literal_column("'pending'"))
    .order_by(outbox.c.id)
)
DROP_OUTBOX = Statement(delete(outbox).where(outbox.c.community_id == _b("community_id"), outbox.c.id == _b("id")))
MARK_OUTBOX = Statement(
    update(outbox)
    .where(outbox.c.community_id == _b("community_id"), outbox.c.id == _b("id_"), outbox.c.state == _b("before"))
    .values(state=_b("state"), attempts=_b("attempts"), not_before=_b("not_before"), reason=_b("reason"))
)
PAYLOAD_OF_REF = Statement(
    select(outbox.c.payload).where(outbox.c.community_id == _b("community_id"), outbox.c.id == _b("ref"))
)
ADD_MESSAGE = insertion(messages, "community_id", "ref", "adapter", "place", "native", "plugin", "sent_at")
SET_POLL = Statement(
    update(messages)
    .where(messages.c.community_id == _b("community_id"), messages.c.ref == _b("ref_"))
    .values(poll=_b("poll"))
)
POLL = Statement(
    select(messages.c.community_id, messages.c.ref, messages.c.plugin, messages.c.place).where(
        messages.c.adapter == _b("adapter"), messages.c.poll == _b("poll"), messages.c.poll != literal_column("''")
    )
)
"""The message that holds a poll: polls have ids of their own, over all communities of an adapter."""
MOVE_MESSAGE = Statement(
    update(messages)
    .where(messages.c.community_id == _b("community_id"), messages.c.ref == _b("ref_"))
    .values(native=_b("native"))
)
DROP_MESSAGE = Statement(
    delete(messages).where(messages.c.community_id == _b("community_id"), messages.c.ref == _b("ref"))
)
MESSAGE = Statement(
    select(messages.c.place, messages.c.native).where(
        messages.c.community_id == _b("community_id"), messages.c.ref == _b("ref")
    )
)

FIND_ARGS = Statement(
    select(button_args.c.id).where(
        button_args.c.community_id == _b("community_id"), button_args.c.digest == _b("digest")
    )
)
ADD_ARGS = insertion(button_args, "community_id", "id", "digest", "args", "created_at")
READ_ARGS = Statement(
    select(button_args.c.args).where(button_args.c.community_id == _b("community_id"), button_args.c.id == _b("id"))
)

ADD_FORM = insertion(
    open_forms,
    "community_id",
    "id",
    "plugin",
    "form",
    "member_id",
    "place",
    "account",
    "args",
    "answers",
    "expires_at",
    "created_at",
)
FORM = Statement(
    select(
        open_forms.c.plugin,
        open_forms.c.form,
        open_forms.c.member_id,
        open_forms.c.place,
        open_forms.c.account,
        open_forms.c.args,
        open_forms.c.answers,
        open_forms.c.expires_at,
    ).where(open_forms.c.community_id == _b("community_id"), open_forms.c.id == _b("id"))
)
SAVE_ANSWERS = Statement(
    update(open_forms)
    .where(open_forms.c.community_id == _b("community_id"), open_forms.c.id == _b("id_"))
    .values(answers=_b("answers"))
)
DROP_FORM = Statement(
    delete(open_forms).where(open_forms.c.community_id == _b("community_id"), open_forms.c.id == _b("id"))
)

ALL_PAUSES = Statement(
    select(pauses.c.plugin, pauses.c.hook, pauses.c.since, pauses.c.until, pauses.c.error, pauses.c.failures)
)
ADD_PAUSE = insertion(pauses, "plugin", "hook", "since", "until", "error", "failures")
DROP_PAUSE = Statement(delete(pauses).where(pauses.c.plugin == _b("plugin"), pauses.c.hook == _b("hook")))

FORGET_KEYS = Statement(
    delete(event_keys).where(
        tuple_(event_keys.c.community_id, event_keys.c.key).in_(
            select(event_keys.c.community_id, event_keys.c.key)
            .where(event_keys.c.at < _b("before"), event_keys.c.key.not_like(literal_column("'pay:%'")))
            .limit(_b("count"))
        )
    )
)
"""Payments are remembered for ever: their keys are few, and forgetting one could cost money."""
FORGET_FORMS = Statement(delete(open_forms).where(open_forms.c.expires_at < _b("before")))
FORGET_DEAD = Statement(delete(dead_letters).where(dead_letters.c.at < _b("before")))
FORGET_OUTBOX = Statement(
    delete(outbox).where(outbox.c.state != literal_column("'pending'"), outbox.c.created_at < _b("before"))
)

Values = dict[str, Any]


class Journal:
    """The engine's rows of one lane, collected in memory until :meth:`flush`."""

    def __init__(self, db: LaneConnection) -> None:
        self.db = db
        self.keys: list[Values] = []
        self.outbox: list[Values] = []
        self._edits: dict[tuple[int, int], int] = {}

    def known(self, community: int, keys: Sequence[str]) -> set[str]:
        """Which of these event keys were handled before."""
        if len(keys) == 1:
            row = self.db.one(KNOWN_KEY, {"community_id": community, "key": keys[0]})
            return set() if row is None else {row[0]}
        values = {"community_id": community, "keys": self.db.list_value(keys)}
        return {row[0] for row in self.db.all(KNOWN_KEYS, values)}

    def flush(self) -> None:
        """Write what was collected."""
        if self.keys:
            self.db.many(ADD_KEY, self.keys)
        if self.outbox:
            self.db.many(ADD_OUTBOX, self.outbox)

    def reset(self) -> None:
        """Forget what was collected, after a commit or a rollback."""
        self.keys = []
        self.outbox = []
        self._edits.clear()

    def post(self, row: Values, *, edit: bool = False) -> None:
        """Queue an outbox row; a newer edit of the same message in the same batch takes the older one's place."""
        if edit:
            place = (row["community_id"], row["ref"])
            index = self._edits.get(place)
            if index is not None:
                self.outbox[index] = row
                return
            self._edits[place] = len(self.outbox)
        self.outbox.append(row)

    def message(self, community: int, ref: int) -> Row | None:
        """``(place JSON, native id)`` of a sent message."""
        return self.db.one(MESSAGE, {"community_id": community, "ref": ref})

    def set_timer(self, row: Values) -> None:
        """Insert a timer, or move the one that has the same plugin, name and key."""
        found = self.db.one(FIND_TIMER, row)
        if found is not None:
            self.db.run(DROP_TIMER, {"community_id": row["community_id"], "id": found[0]})
        self.db.run(ADD_TIMER, row)

    def find_timer(self, community: int, plugin: str, name: str, key: str) -> Row | None:
        """``(id, due, args JSON)`` of a waiting timer."""
        return self.db.one(FIND_TIMER, {"community_id": community, "plugin": plugin, "name": name, "key": key})

    def button_args(self, row: Values) -> int:
        """The id under which long button arguments are kept; equal arguments share one row."""
        found = self.db.one(FIND_ARGS, row)
        if found is not None:
            return int(found[0])
        self.db.run(ADD_ARGS, row)
        return int(row["id"])
