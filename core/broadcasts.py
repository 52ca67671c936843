"""Broadcasts: the same card to many members, a durable job that no crash repeats and an operator can stop.

First the targets are collected, a page at a time, into rows of their own.  Then they are written to, a few hundred at
once: a target becomes ``queued`` in the transaction that puts its message into the outbox, under the id of that
outbox row, and gets its final state when the sender tells what became of the message.  No more than :data:`WINDOW`
messages wait outside at any time, so that stopping takes effect at once and nothing else waits behind the rest.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

import msgspec

from coterie.core.actions import Priority, SendMessage
from coterie.core.cards import Card, card_of, encode
from coterie.core.events import BroadcastEnded, Where
from coterie.core.knowledge import TARGET_STATES, Broadcast, State, TargetState
from coterie.core.segments.filters import Audience, FilterError
from coterie.core.segments.here import execute, segments_of
from coterie.storage import broadcasts as sql
from coterie.storage.tables import members

if TYPE_CHECKING:
    from coterie.core.context import Context
    from coterie.core.context.knowing import Knowing
    from coterie.core.engine.sender_record import Result
    from coterie.core.text import Rich

POSTER: Final = "core.broadcast"
"""Whose messages they are in the outbox."""
TIMER: Final = "broadcast"
COLLECTED_AT_ONCE: Final = 1_000
"""Targets that are noted in one commit: who taps meanwhile waits for it, some 20 ms; 20,000 were 300."""
WINDOW: Final = 400
"""Messages of a broadcast that wait to be sent."""
LOOK_AGAIN: Final = 60_000
"""Milliseconds until the next look where nothing is heard of messages that are out."""


class Broadcasts:
    """The broadcasts of one plugin in one community."""

    __slots__ = ("_ctx",)

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx

    def start(self, audience: Audience, content: Card | Rich, *, identifier: int) -> bool:
        """Begin a broadcast under an id from ``ctx.new_id()``; false, and nothing else, if it has begun before."""
        if _job(self._ctx, identifier) is not None:
            return False
        start(self._ctx, audience, self._ctx.sealed(card_of(content)), identifier)
        return True

    def find(self, broadcast: int) -> Broadcast | None:
        """A broadcast of this plugin."""
        found = _find(self._ctx, broadcast)
        return found if found is not None and found.plugin == self._ctx.plugin else None

    def recent(self) -> list[Broadcast]:
        """This plugin's newest twenty, newest first."""
        ctx = self._ctx
        rows = ctx.unit.db.all(sql.RECENT, {"community_id": ctx.community.id, "plugin": ctx.plugin})
        return [found for (identifier,) in rows if (found := self.find(identifier)) is not None]

    def stop(self, broadcast: int) -> bool:
        """Write to nobody more for now; whether it was under way.  What waits outside already still goes out."""
        found = self.find(broadcast)
        if found is None or found.state not in ("collecting", "running"):
            return False
        _set_state(self._ctx, broadcast, "stopped")
        return True

    def resume(self, broadcast: int) -> bool:
        """Go on where it was stopped; whether it was."""
        found = self.find(broadcast)
        if found is None or found.state != "stopped":
            return False
        _set_state(self._ctx, broadcast, "running" if found.collected else "collecting")
        _wake(self._ctx, broadcast, self._ctx.unit.now)
        return True


def start(ctx: Knowing, audience: Audience, card: Card, identifier: int = 0) -> int:
    """Begin to write to an audience; the card's buttons are sealed. Returns the broadcast's id."""
    segments_of(ctx).people(audience.filter)  # an error is its author's, not the job's
    identifier = identifier or ctx.new_id()
    ctx.unit.writes += 1
    row = {"id": identifier, "plugin": ctx.plugin, "audience": audience.filter, "state": "collecting"}
    row |= {"author_id": 0 if ctx.account is None else ctx.member.id, "created_at": ctx.unit.now}
    ctx.unit.db.run(sql.ADD_BROADCAST, {"community_id": ctx.community.id, "card": encode(card).decode(), **row})
    _wake(ctx, identifier, ctx.unit.now)
    return identifier


def step(ctx: Context, broadcast: int) -> None:
    """The next piece of the work; what a timer of the core does."""
    job = _job(ctx, broadcast)
    if job is None:
        return
    if job.state == "collecting":
        _collect(ctx, job)
    elif job.state == "running":
        _write(ctx, job)


def delivered(ctx: Context, results: Iterable[Result]) -> None:
    """Write down what became of messages; may be told the same twice."""
    db, touched = ctx.unit.db, set[int]()
    for result in results:
        if result.plugin != POSTER or result.state == "retry":
            continue
        state: TargetState = result.state if result.state in ("sent", "unknown") else "failed"
        key = {"community_id": ctx.community.id, "ref": result.id, "state": "queued"}
        for identifier, member in db.all(sql.TARGET_OF_REF, key):
            _settle(ctx, identifier, member, state, result.id, result.reason)
            touched.add(identifier)
    for identifier in touched:
        if _count(ctx, identifier, "queued") <= WINDOW // 2:
            _wake(ctx, identifier, ctx.unit.now)


# -- steps


def _collect(ctx: Context, job: _Job) -> None:
    here = {"community_id": ctx.community.id, "id_": job.id}
    try:
        query = segments_of(ctx, job.created_at).people(job.audience)
    except FilterError:
        _end(ctx, job, "failed")
        return
    # Who came after the start is not meant, however long the collecting takes.
    query = query.where(members.c.id > job.position, members.c.created_at <= job.created_at)
    people = [member for (member,) in execute(ctx, query.order_by(members.c.id).limit(COLLECTED_AT_ONCE))]
    target = {"community_id": ctx.community.id, "broadcast_id": job.id}
    ctx.unit.db.many(sql.ADD_TARGET, [target | {"member_id": member} for member in people])
    if len(people) == COLLECTED_AT_ONCE:
        ctx.unit.db.run(sql.COLLECTED, here | {"position": people[-1]})
    else:
        all_of_it = {"state": "running", "community_id_": ctx.community.id, "target_id": job.id}
        ctx.unit.db.run(sql.ALL_COLLECTED, here | all_of_it)
    _wake(ctx, job.id, ctx.unit.now)


def _write(ctx: Context, job: _Job) -> None:
    db, here = ctx.unit.db, {"community_id": ctx.community.id, "id_": job.id}
    out = _count(ctx, job.id, "queued")
    pending = db.all(sql.PENDING_TARGETS, here | {"state": "pending", "count": max(0, WINDOW - out)})
    people = [member for (member,) in pending]
    if people:
        (card,) = db.one(sql.CARD, here) or ("{}",)
        out += _address(ctx, job.id, people, msgspec.json.decode(card, type=Card))
    if out:
        _wake(ctx, job.id, ctx.unit.now + LOOK_AGAIN)
    elif _count(ctx, job.id, "pending"):
        _wake(ctx, job.id, ctx.unit.now)
    else:
        _end(ctx, job, "done")


def _address(ctx: Context, broadcast: int, people: list[int], card: Card) -> int:
    """Queue a message to each of these who can and wants to be reached; returns how many."""
    db = ctx.unit.db
    asked = {"community_id": ctx.community.id, "members": db.list_value(people)}
    known = {row[0]: row for row in db.all(sql.WHO, asked)}
    quiet = {member for (member,) in db.all(sql.QUIET, asked)}
    reached = {member for (member,) in db.all(sql.REACHED_AS_ANOTHER, asked | {"id_": broadcast})}
    chats: dict[int, tuple[bool, int, Where]] = {}
    for member, account, adapter, dm in db.all(sql.CHATS, asked):
        heard = member in known and known[member][3] == account
        chat = (heard, account, Where(adapter, dm, kind="dm"))
        if member not in chats or chat[:2] > chats[member][:2]:
            chats[member] = chat
    written = 0
    for member in people:
        row = known.get(member)
        if row is None or row[1] is not None or row[2] is not None or member in reached:
            _settle(ctx, broadcast, member, "gone")
        elif member in quiet:
            _settle(ctx, broadcast, member, "opted_out")
        elif member not in chats:
            _settle(ctx, broadcast, member, "unreachable")
        else:
            ref = ctx.new_id()
            action = SendMessage(where=chats[member][2], ref=ref, card=card)
            ctx.unit.post(ctx.community.id, POSTER, action, priority=Priority.BROADCAST, ref=ref)
            _settle(ctx, broadcast, member, "queued", ref)
            written += 1
    return written


def _end(ctx: Context, job: _Job, state: Literal["done", "failed"]) -> None:
    _set_state(ctx, job.id, state, ended_at=ctx.unit.now)
    ctx.emit(BroadcastEnded(key="", broadcast=job.id, plugin=job.plugin, state=state))


# -- rows


class _Job(NamedTuple):
    """A row of the table, in the order of its statement."""

    id: int
    plugin: str
    audience: str
    state: State
    author: int
    created_at: int
    ended_at: int | None
    position: int
    total: int | None


def _job(ctx: Context, broadcast: int) -> _Job | None:
    row = ctx.unit.db.one(sql.BROADCAST, {"community_id": ctx.community.id, "id_": broadcast})
    return None if row is None else _Job(*row)


def _find(ctx: Context, broadcast: int) -> Broadcast | None:
    job = _job(ctx, broadcast)
    if job is None:
        return None
    counted: dict[str, int] = dict(ctx.unit.db.all(sql.COUNTS, {"community_id": ctx.community.id, "id_": broadcast}))
    counts = {each: int(counted.get(each, 0)) for each in TARGET_STATES}
    return Broadcast(*job[:7], collected=job.total is not None, counts=counts)


def _count(ctx: Context, broadcast: int, state: TargetState) -> int:
    values = {"community_id": ctx.community.id, "id_": broadcast, "state": state}
    row = ctx.unit.db.one(sql.COUNT_IN_STATE, values)
    return 0 if row is None else int(row[0])


def _settle(ctx: Context, broadcast: int, member: int, state: TargetState, ref: int = 0, reason: str = "") -> None:
    values = {"community_id": ctx.community.id, "broadcast_id": broadcast, "member": member}
    ctx.unit.db.run(sql.SET_TARGET, values | {"state": state, "ref_": ref, "reason": reason[:200]})


def _set_state(ctx: Context, broadcast: int, state: State, ended_at: int | None = None) -> None:
    ctx.unit.writes += 1
    values = {"community_id": ctx.community.id, "id_": broadcast, "state": state, "ended_at": ended_at}
    ctx.unit.db.run(sql.SET_STATE, values)


def _wake(ctx: Knowing, broadcast: int, due: int) -> None:
    ctx.unit.set_timer(ctx.community.id, "core", TIMER, str(broadcast), {"broadcast": broadcast}, due)
