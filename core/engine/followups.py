"""What comes back: answers to forms, timers that are due, tasks that ended. Each has a row that ends with its
handling.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

import msgspec

from coterie.core.cards import encode
from coterie.core.clock import to_instant
from coterie.core.config import parse_duration
from coterie.core.context import Context
from coterie.core.context.granting import CORE
from coterie.core.events import FormSubmitted, TaskEnded, TimerDue, Where, Who
from coterie.core.forms import check_answers, match_answers, questions_of
from coterie.core.tokens import TokenError
from coterie.storage.journal import (
    DROP_FORM,
    DROP_TASK,
    DROP_TIMER,
    FORM,
    MOVE_TASK,
    MOVE_TIMER,
    SAVE_ANSWERS,
    TASK_BY_ID,
    TIMER_BY_ID,
)

if TYPE_CHECKING:
    from coterie.core.engine.dispatcher import Dispatcher
    from coterie.core.engine.registry import Call, Table

BROADCAST: Final = "broadcast"
"""The core's timer by which a broadcast goes on."""
RETRIES: Final = (60, 300, 1800, 3600)
"""Seconds until a timer or task result whose handler failed is tried again; the last one repeats."""


def backoff(attempts: int) -> int:
    """Milliseconds until the next try."""
    return RETRIES[min(attempts, len(RETRIES) - 1)] * 1000


# -- forms


def form_submitted(dispatcher: Dispatcher, table: Table, ctx: Context, event: FormSubmitted, identifier: int) -> None:
    """Answers to a form: keep them, say what is missing or wrong, hand a complete form to its method."""
    unit = dispatcher.unit
    row = unit.db.one(FORM, {"community_id": ctx.community.id, "id": identifier})
    if row is None or ctx.account is None:
        dispatcher.say(ctx, "form-not-open")
        return
    plugin, form, asked, place, _account, args, kept, expires_at = row
    if unit.members.member(ctx.community.id, asked) is not ctx.member:
        raise TokenError("foreign")  # the row knows whose form it is, also after two records became one
    ctx.plugin = plugin
    where = event.where or msgspec.json.decode(place, type=Where)
    call = table.forms.get((plugin, form))
    if event.cancelled or expires_at <= unit.now or call is None or call.entry is None:
        drop_form(ctx, identifier, where)
        gone = "form-cancelled" if event.cancelled else "form-expired" if expires_at <= unit.now else "button-gone"
        dispatcher.say(ctx, gone)
        return
    questions = questions_of(call.entry.parameters, lambda name: ctx.form_label(ctx.member, form, name))
    given, _unknown = match_answers(questions, event.answers)
    answers = {**msgspec.json.decode(kept, type=dict[str, str]), **given}
    values, errors = check_answers(call.entry.parameters, answers)
    told = {
        name: str(ctx.t_core(error.key, **dict(error.args, name=ctx.form_label(ctx.member, form, name))))
        for name, error in errors.items()
    }
    unasked = event.partial and any(question.name not in answers for question in questions)
    complete = not errors and not unasked
    if complete and dispatcher.respond(call, ctx, **values, **msgspec.json.decode(args, type=dict[str, Any])):
        drop_form(ctx, identifier, where)
        return
    # Something is missing, or the plugin is out of order: what was answered is kept, and the form stays.
    unit.writes += 1
    good = {name: answer for name, answer in answers.items() if name not in errors}
    unit.db.run(SAVE_ANSWERS, {"community_id": ctx.community.id, "id_": identifier, "answers": encode(good).decode()})
    ctx.show_form(form, identifier, ctx.account, where, answers, told, event.handle)


def drop_form(ctx: Context, identifier: int, where: Where) -> None:
    """A form has ended."""
    assert ctx.account is not None
    ctx.unit.writes += 1
    ctx.unit.db.run(DROP_FORM, {"community_id": ctx.community.id, "id": identifier})
    ctx.close_form(identifier, ctx.account, where)


# -- timers


def timer_due(dispatcher: Dispatcher, table: Table, ctx: Context, event: TimerDue) -> None:
    """A timer's moment: run its method and end its row; a timer whose method fails stays and is tried again."""
    unit = dispatcher.unit
    row = unit.db.one(TIMER_BY_ID, {"community_id": ctx.community.id, "id": event.timer})
    if row is None or row[1] != event.due:
        return  # taken back or moved since it was read
    if event.plugin == CORE:
        unit.writes += 1
        unit.db.run(DROP_TIMER, {"community_id": ctx.community.id, "id": event.timer})
        if event.name == BROADCAST:
            from coterie.core.broadcasts import step  # loaded with the first broadcast

            step(ctx, event.args["broadcast"])
        else:
            from coterie.core.access.due import run_timer  # loaded with the first of them

            run_timer(ctx, event.name, event.args)
        return
    call = table.timers.get((event.plugin, event.name))
    attempts = int(row[2])
    if call is None or call.paused or (call.plugin, call.hook) in dispatcher.failed:
        _move(ctx, event.timer, unit.now + backoff(attempts), attempts + 1)
        return
    if event.name.startswith("job:") and call.entry is not None:
        _move(ctx, event.timer, next_run(call.entry.every, ctx.community.local(unit.now), unit.now), 0)
        dispatcher.respond(call, ctx)
        return
    unit.writes += 1
    unit.db.run(DROP_TIMER, {"community_id": ctx.community.id, "id": event.timer})
    dispatcher.respond(call, ctx, **event.args)


def _move(ctx: Context, timer: int, due: int, attempts: int) -> None:
    ctx.unit.writes += 1
    ctx.unit.db.run(MOVE_TIMER, {"community_id": ctx.community.id, "id_": timer, "due": due, "attempts": attempts})
    earliest = ctx.unit.aftermath.timers
    ctx.unit.aftermath.timers = due if earliest is None else min(earliest, due)


def next_run(every: str, local: datetime, now: int) -> int:
    """The next instant of a job: ``every`` is a duration, or a cron line in the zone of ``local``.

    At a change of summer time cronsim follows Debian cron: a run in the skipped hour happens right after it, one in the
    repeated hour happens once.
    """
    if " " not in every.strip():
        return now + round(parse_duration(every) / timedelta(milliseconds=1))
    from cronsim import CronSim

    return to_instant(next(CronSim(every, local)))


# -- tasks


def task_ended(dispatcher: Dispatcher, table: Table, ctx: Context, event: TaskEnded) -> None:
    """A task's result or failure: hand it to the plugin, with the member and place that asked, and end its row."""
    unit = dispatcher.unit
    row = unit.db.one(TASK_BY_ID, {"community_id": ctx.community.id, "id": event.task})
    if row is None:
        return
    origin = msgspec.json.decode(row[0])
    found = table.tasks.get((event.plugin, event.name))
    done, failed = (None, None) if found is None else found
    call: Call | None = failed if event.error else done
    out = call is not None and (call.paused or (call.plugin, call.hook) in dispatcher.failed)
    if found is None or out:  # the plugin is off here, paused or broken: later, by whoever runs the tasks
        later = {"attempts": int(row[1]), "not_before": unit.now + backoff(0)}
        unit.writes += 1
        unit.db.run(MOVE_TASK, {"community_id": ctx.community.id, "id_": event.task, **later})
        return
    unit.writes += 1
    unit.db.run(DROP_TASK, {"community_id": ctx.community.id, "id": event.task})
    if call is None:
        return
    who = msgspec.convert(origin["who"], Who) if origin["who"] else None
    where = msgspec.convert(origin["where"], Where) if origin["where"] else None
    account = unit.members.account(ctx.community.id, who.platform, who.id) if who is not None else None
    asked = Context(
        unit, ctx.community, msgspec.structs.replace(event, who=who, where=where, handle=origin["handle"]), account
    )
    dispatcher.respond(call, asked, event.error or event.result)
