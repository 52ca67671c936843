"""What became of outbound actions, written down in the lane's transaction, and made known to those who asked."""

from __future__ import annotations

import logging
from typing import Any, Final, Literal

from coterie.core.actions import (
    AccessAction,
    CallOff,
    CloseTopic,
    Consume,
    DeleteMessage,
    DropFilter,
    EditMessage,
    EndSubscription,
    ModerationAction,
    OpenForm,
    OpenTopic,
    RefundPayment,
    RemoveMessage,
    Reschedule,
    Schedule,
    SendInvoice,
    SendMessage,
    SendPoll,
    SendPrivate,
    SetFilter,
    native_parts,
)
from coterie.core.cards import encode
from coterie.core.context import Context
from coterie.core.engine.sender_record import Result
from coterie.core.events import MessageDelivered, Where
from coterie.storage.journal import ADD_MESSAGE, DROP_MESSAGE, DROP_OUTBOX, MARK_OUTBOX, MOVE_MESSAGE, SET_POLL

log = logging.getLogger(__name__)

BROADCASTER: Final = "core.broadcast"
"""Whose messages those of broadcasts are in the outbox."""

_MESSAGES = SendMessage | SendPrivate | SendInvoice | SendPoll | OpenTopic | Schedule
_FRESH = _MESSAGES | DeleteMessage
_BY_REF = _MESSAGES | OpenForm
_BY_ROW = (
    ModerationAction
    | RemoveMessage
    | RefundPayment
    | EndSubscription
    | CloseTopic
    | SetFilter
    | DropFilter
    | Reschedule
    | CallOff
    | Consume
)
"""What is told of by the id of its row: its maker knows no other."""
_TOLD = _BY_REF | _BY_ROW


def settle(ctx: Context, results: list[Result]) -> None:
    """Write down what became of outbound actions; may be asked twice for the same results.

    A message that failed is made known to its plugin, once.
    """
    db, community = ctx.unit.db, ctx.community.id
    sent = [r for r in results if r.state == "sent"]
    ended = [r for r in results if r.state in ("sent", "superseded", "cancelled")]
    topics = [r for r in sent if isinstance(r.action, OpenTopic) and r.native and _is_new(ctx, r.action)]
    db.many(DROP_OUTBOX, [{"community_id": community, "id": r.id} for r in ended])
    shown = [r for r in sent if r.native and isinstance(r.action, _MESSAGES)]
    gone = [r.action.ref for r in sent if isinstance(r.action, _FRESH)]
    db.many(DROP_MESSAGE, [{"community_id": community, "ref": ref} for ref in gone])
    db.many(ADD_MESSAGE, [_message(ctx, r) for r in shown])
    polls = [
        (r.action.ref, native_parts(r.action, r.native)[1]) for r in shown if isinstance(r.action, SendPoll | Schedule)
    ]
    db.many(SET_POLL, [{"community_id": community, "ref_": ref, "poll": poll} for ref, poll in polls])
    moved = [(r.action.ref, r.native) for r in sent if r.native and isinstance(r.action, EditMessage | Reschedule)]
    db.many(MOVE_MESSAGE, [{"community_id": community, "ref_": ref, "native": native} for ref, native in moved])
    for topic in topics:
        _opened(ctx, topic)
    for result in results:
        if result.state in ("retry", "failed", "unknown"):
            _unsent(ctx, result)
        if isinstance(result.action, AccessAction) and result.state in ("sent", "failed", "unknown"):
            from coterie.core.access.outcome import landed  # loaded with the first right that is given

            landed(ctx, result.id, result.action, result.state, result.native, result.reason)
    if any(result.plugin == BROADCASTER for result in results):
        from coterie.core.broadcasts import delivered  # loaded with the first broadcast

        delivered(ctx, results)


def _is_new(ctx: Context, action: OpenTopic) -> bool:
    return ctx.unit.journal.message(ctx.community.id, action.ref) is None


def _message(ctx: Context, result: Result) -> dict[str, Any]:
    action = result.action
    assert isinstance(action, _MESSAGES)
    place = _place(action, result.native) if isinstance(action, OpenTopic) else action.where
    return {
        "community_id": ctx.community.id,
        "ref": action.ref,
        "adapter": action.where.adapter,
        "place": encode(place).decode(),
        "native": native_parts(action, result.native)[0],
        "plugin": result.plugin,
        "sent_at": ctx.unit.now,
    }


def _place(action: OpenTopic, channel: str) -> Where:
    """Where people write in a topic."""
    return Where(action.where.adapter, channel, action.where.space, "thread", action.title)


def _opened(ctx: Context, result: Result) -> None:
    """Whoever wanted a topic hears where it is."""
    action = result.action
    assert isinstance(action, OpenTopic)
    told = MessageDelivered(
        key="",
        where=_place(action, result.native),
        ref=action.ref,
        plugin=result.plugin,
        state="sent",
        native=result.native,
    )
    ctx.unit.emit(told)


def _unsent(ctx: Context, result: Result) -> None:
    again = result.state == "retry"
    values = {
        "community_id": ctx.community.id,
        "id_": result.id,
        "before": "pending",
        "state": "pending" if again else result.state,
        "attempts": result.attempts,
        "not_before": result.not_before,
        "reason": result.reason[:500],
    }
    if not ctx.unit.db.run(MARK_OUTBOX, values).rowcount or again:
        return
    log.warning("message %d of %s: %s: %s", result.id, result.plugin, result.state, result.reason)
    action = result.action
    if not isinstance(action, _TOLD):
        return
    state: Literal["failed", "unknown"] = "failed" if result.state == "failed" else "unknown"
    told = MessageDelivered(
        key="",
        where=action.where,
        ref=action.ref if isinstance(action, _BY_REF) else result.id,
        plugin=result.plugin,
        state=state,
        reason=result.reason,
        native=native_parts(action, result.native)[0],
    )
    ctx.unit.emit(told)
