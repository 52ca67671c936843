"""What waiting rows mean for each other: edits of a message coalesce, and a message that is taken away needs none."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final, Protocol

import msgspec

from coterie.core.actions import (
    CallOff,
    CloseForm,
    ClosePoll,
    DeleteMessage,
    EditMessage,
    OpenForm,
    OpenTopic,
    Pin,
    Referring,
    Reschedule,
    Schedule,
    SendInvoice,
    SendMessage,
    SendPoll,
    SendPrivate,
    Unpin,
    native_parts,
)
from coterie.core.cards import Card
from coterie.core.engine.sender_queue import Entry, Job, Queue, State
from coterie.core.platform import Limits

REMEMBERED: Final = 10_000
"""So many native ids are kept in memory; older ones are looked up."""
GONE: Final = ""
"""The remembered native id of a message that never was, is no more, or got no id."""
NO_MESSAGE: Final = "there is no such message on the platform"

_MARKS = Pin | Unpin | ClosePoll
_EDITS = EditMessage | Reschedule
_DELETES = DeleteMessage | CloseForm | CallOff
_LATER = _EDITS | _MARKS
_BLOCKED = Referring | CloseForm
AFTERWARDS: Final = _BLOCKED
"""What waits for the message that it is about."""
_WITH_REF = SendMessage | SendPrivate | Referring | SendInvoice | SendPoll | OpenTopic | Schedule

Key = tuple[int, int | str]
"""A community with a message's ref or a form's token."""


class Tell(Protocol):
    """Takes the final state of a row."""

    def __call__(self, job: Job, state: State, reason: str = "", native: str = "") -> None: ...


class Messages:
    """Knows which rows concern the same message. A form is treated as a message that closing takes away, a gathering in
    a calendar as one that is edited and taken away.

    ``tell`` hears of every row that ends, in an order in which a crash between two of them loses nothing: the row that
    still holds what members should see is the last to end.
    """

    def __init__(self, limits: Limits, tell: Tell, *, keyed: bool = False) -> None:
        """``keyed``: a message that is sent twice shows once, as it was sent first."""
        self._keyed = keyed
        self.queue = Queue(limits, self._blocked)
        self._tell = tell
        self._natives: OrderedDict[Key, str] = OrderedDict()
        self._newest: OrderedDict[Key, int] = OrderedDict()
        """The row of the newest edit of each message."""
        self._sends: dict[Key, Entry] = {}
        self._edits: dict[Key, Entry] = {}
        self._deletes: dict[Key, Entry] = {}
        self._marks: dict[Key, list[Entry]] = {}
        """Pins, their removal and ends of polls: each of them counts, in their order."""

    def admit(self, job: Job, now: int) -> Entry | None:
        """Queue a row, or end it at once; the place that carries it, or None when it has ended."""
        action, key = job.action, key_of(job)
        if key is None:
            return self.queue.add(job, now)
        if isinstance(action, _EDITS):
            return self._admit_edit(job, key, now)
        if isinstance(action, _DELETES):
            return self._admit_delete(job, key, now)
        if isinstance(action, _MARKS):
            return self._admit_mark(job, key, now)
        entry = self._sends[key] = self.queue.add(job, now)
        return entry

    def end(self, entry: Entry, now: int, state: State, reason: str = "", native: str = "") -> None:
        """A row in the queue has its final state; rows that depend on it go on or end with it."""
        self._tell(entry.job, state, reason, native)
        self.queue.drop(entry, now)
        action, key = entry.job.action, key_of(entry.job)
        if key is None:
            return
        if isinstance(action, _EDITS):
            _forget(self._edits, key, entry)
            if state == "sent" and native:
                self._remember(key, native)
        elif isinstance(action, _DELETES):
            _forget(self._deletes, key, entry)
            if state == "sent":
                self._remember(key, GONE)
        elif isinstance(action, _MARKS):
            self._forget_mark(entry, key)
        else:
            self._end_send(entry, key, now, state, native_parts(action, native)[0])

    def put_off(self, entry: Entry, now: int) -> bool:
        """A row goes back to waiting; False when what came in the meantime has ended it."""
        action, key = entry.job.action, key_of(entry.job)
        if key is None:
            return True
        edit, delete = self._edits.get(key), self._deletes.get(key)
        if isinstance(action, _LATER):
            if delete is not None:
                self.end(entry, now, "cancelled", "the message is being deleted")
            elif isinstance(action, _EDITS) and edit is not None and edit is not entry:
                self.end(entry, now, "superseded", "a newer edit waits")
        elif self._sends.get(key) is entry and self._unsent(entry):
            if delete is not None:
                self.end(entry, now, "cancelled", "deleted before it was sent")
            elif edit is not None and isinstance(edit.job.action, EditMessage) and _takes_card(entry):
                self._fold(entry, edit.job, edit.job.action.card)
                _forget(self._edits, key, edit)
                self.queue.drop(edit, now)
        return not entry.gone

    def native(self, job: Job) -> str | None:
        """The native id of the message that a row concerns, ``GONE`` for none; None when it must be looked up."""
        key = key_of(job)
        if key is None or key not in self._natives:
            return None
        self._natives.move_to_end(key)
        return self._natives[key]

    def located(self, job: Job, native: str) -> None:
        """The native id of the message that a row concerns was looked up."""
        if (key := key_of(job)) is not None:
            self._remember(key, native)

    def _blocked(self, entry: Entry) -> bool:
        """Whether a row must wait because its message is just being sent."""
        action = entry.job.action
        return isinstance(action, _BLOCKED) and key_of(entry.job) in self._sends

    def _admit_edit(self, job: Job, key: Key, now: int) -> Entry | None:
        send, edit = self._sends.get(key), self._edits.get(key)
        if key in self._deletes:
            self._tell(job, "cancelled", "the message is being deleted")
            return None
        if send is None and self._natives.get(key) == GONE:
            self._tell(job, "cancelled", NO_MESSAGE)
            return None
        if self._is_outdated(job, key):
            self._tell(job, "superseded", "a newer edit came before it")
            return None
        if send is not None and self._unsent(send) and _takes_card(send) and isinstance(job.action, EditMessage):
            self._fold(send, job, job.action.card)
            return send
        if edit is not None and not edit.taken:
            self._tell(edit.job, "superseded", "a newer edit waits")
            if job.priority >= edit.priority:  # it takes over the place, so that frequent edits do not starve
                job.not_before = max(job.not_before, edit.job.not_before)
                edit.job, edit.since, edit.doubtful = job, job.created or now, False
                return edit
            self.queue.drop(edit, now)
        entry = self._edits[key] = self.queue.add(job, now)
        return entry

    def _is_outdated(self, job: Job, key: Key) -> bool:
        """Whether an edit that was read from the store is older than one that is known: a database may carry out the
        last commit of a killed process while the next one is at work.  Rows have ids in the order of their making.
        """
        newest = self._newest.pop(key, 0)
        self._newest[key] = max(newest, job.id)
        if len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)
        return job.left and job.id < newest

    def _admit_mark(self, job: Job, key: Key, now: int) -> Entry | None:
        if key in self._deletes:
            self._tell(job, "cancelled", "the message is being deleted")
            return None
        if key not in self._sends and self._natives.get(key) == GONE:
            self._tell(job, "cancelled", NO_MESSAGE)
            return None
        entry = self.queue.add(job, now)
        self._marks.setdefault(key, []).append(entry)
        return entry

    def _forget_mark(self, entry: Entry, key: Key) -> None:
        marks = [mark for mark in self._marks.get(key, ()) if mark is not entry]
        if marks:
            self._marks[key] = marks
        else:
            self._marks.pop(key, None)

    def _admit_delete(self, job: Job, key: Key, now: int) -> Entry | None:
        send, edit = self._sends.get(key), self._edits.get(key)
        if key in self._deletes:
            self._tell(job, "superseded", "the message is being deleted already")
            return None
        if edit is not None and not edit.taken:
            self.end(edit, now, "cancelled", "the message is being deleted")
        for mark in tuple(self._marks.get(key, ())):
            if not mark.taken:
                self.end(mark, now, "cancelled", "the message is being deleted")
        if send is not None and self._unsent(send):
            self.end(send, now, "cancelled", "deleted before it was sent")
            self._tell(job, "cancelled", "the message was never sent")
            return None
        if send is None and self._natives.get(key) == GONE and not isinstance(job.action, CloseForm):
            self._tell(job, "cancelled", NO_MESSAGE)
            return None
        entry = self._deletes[key] = self.queue.add(job, now)
        return entry

    def _unsent(self, send: Entry) -> bool:
        """Whether a message can still become another, or be forgotten: it is sure that no platform shows it.

        Where doubles show as the first of them, one that an earlier process may have sent has to be sent as it was; an
        edit follows.  Elsewhere another card in its place is as good as an edit.
        """
        return not (send.taken or send.doubtful or (send.job.left and self._keyed))

    def _fold(self, send: Entry, job: Job, card: Card) -> None:
        """Let an unsent message carry the card of an edit, whose row is kept until the message is out."""
        if send.folded is not None:
            self._tell(send.folded, "superseded", "a newer edit waits")
        send.folded = job
        send.job.action = msgspec.structs.replace(send.job.action, card=card)

    def _end_send(self, send: Entry, key: Key, now: int, state: State, native: str) -> None:
        _forget(self._sends, key, send)
        is_form = isinstance(send.job.action, OpenForm)
        sent = state == "sent"
        if not is_form:
            self._remember(key, native if sent else GONE)
        if send.folded is not None:
            self._tell(
                send.folded,
                "superseded" if sent else "cancelled",
                "its card went with the message" if sent else NO_MESSAGE,
            )
        for waiting in (self._edits.get(key), self._deletes.get(key), *self._marks.get(key, ())):
            if waiting is None:
                continue
            if sent and (native or is_form):
                self.queue.arrange(waiting.line, now)
            else:
                self.end(waiting, now, "cancelled", NO_MESSAGE)

    def forget_natives(self) -> None:
        """Look native ids up anew."""
        self._natives.clear()

    def _remember(self, key: Key, native: str) -> None:
        self._natives[key] = native
        self._natives.move_to_end(key)
        if len(self._natives) > REMEMBERED:
            self._natives.popitem(last=False)


def key_of(job: Job) -> Key | None:
    """The message or form that a row concerns, if any."""
    action = job.action
    if isinstance(action, OpenForm | CloseForm):
        return job.community, action.token
    if isinstance(action, _WITH_REF):
        return job.community, action.ref
    return None


def _takes_card(entry: Entry) -> bool:
    return isinstance(entry.job.action, SendMessage | SendPrivate)


def _forget(entries: dict[Key, Entry], key: Key, entry: Entry) -> None:
    if entries.get(key) is entry:
        del entries[key]
