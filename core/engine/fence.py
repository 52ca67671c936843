"""The fence around plugins' calls: what one breaks is its own, and a member is answered whatever happens."""

from __future__ import annotations

import threading
from asyncio import CancelledError
from dataclasses import dataclass
from traceback import clear_frames
from typing import Any, Final

from coterie.core.community import Community
from coterie.core.context import Context
from coterie.core.engine.registry import Call, Registry
from coterie.core.errors import HandlerTimeout, InsufficientFunds, Refusal
from coterie.core.events import Event
from coterie.core.i18n import Money
from coterie.core.text import clean_text
from coterie.core.unit import Unit

CallKey = tuple[str, str]
"""Plugin and hook, as the breaker counts them."""
NOTHING: Final = Event(key="")
"""The event of a context that belongs to none."""
UNKNOWN: Final = "unknown"
"""What a decider that is out of order would have said."""
_ENDINGS: Final = (Exception, SystemExit, HandlerTimeout, CancelledError, GeneratorExit)


def describe(error: BaseException) -> str:
    """An error's kind and words on one line, whatever stands in them: safe to store and to show."""
    try:
        words = str(error)
    except Exception:
        words = "its words cannot be read"
    return clean_text(f"{type(error).__name__}: {words}" if words else type(error).__name__, 500, lines=False)


def not_ours(error: BaseException) -> bool:
    """Whether an error is no plugin's doing (Ctrl-C, a test runner ending a test); only the main thread meets such."""
    return not isinstance(error, _ENDINGS) and threading.current_thread() is threading.main_thread()


class CallFailed(Exception):
    """A plugin's call raised, hung or left: the event is handled again without it."""

    def __init__(self, call: Call, error: BaseException) -> None:
        super().__init__(f"{call.plugin} {call.hook}: {describe(error)}")
        self.call = call
        self.error = error

    def release(self) -> None:
        """Let go of what the frames of the error hold: a statement that is not finished keeps its database locked."""
        waiting: list[BaseException | None] = [self.error]
        seen: set[int] = set()
        while waiting:
            error = waiting.pop()
            if error is not None and id(error) not in seen:
                seen.add(id(error))
                clear_frames(error.__traceback__)
                waiting += [error.__cause__, error.__context__]


class CallRefused(Exception):
    """A plugin's call said no after it had changed something: the event is handled again with the no in its place."""

    def __init__(self, call: Call, refusal: Refusal) -> None:
        super().__init__(f"{call.plugin} {call.hook}: {refusal}")
        self.call = call
        self.refusal = refusal


@dataclass(slots=True)
class Watch:
    """What the lane is doing, for the watchdog to read.

    ``turn`` grows with every event; ``call`` is ``None`` in the core's own code.

    ``blow`` is how far the watchdog is with ending a call: 0 not at all, 1 about to, 2 done.
    """

    turn: int = 0
    call: Call | None = None
    busy: bool = False
    blow: int = 0
    community: Community | None = None
    event: Event | None = None

    @property
    def about(self) -> dict[str, str]:
        """What the lane is doing, for a log line."""
        told = {} if self.community is None else {"community": self.community.name}
        if self.event is not None and self.event.key:
            told["event"] = self.event.key
        if self.call is not None:
            told |= {"plugin": self.call.plugin, "hook": self.call.hook}
        return told


class Fence:
    """Runs the calls of one lane, within the unit's open transaction.

    What failed or said no in an earlier try of the same event is left out of this one.
    """

    def __init__(self, unit: Unit, registry: Registry) -> None:
        self.unit = unit
        self.registry = registry
        self.watch = Watch()
        self.failed: dict[CallKey, BaseException] = {}
        self.refused: dict[CallKey, Refusal] = {}
        self.careful = False
        """Whether this is another try of an event, alone."""
        self.ran: dict[CallKey, None] = {}
        """What has run in the careful tries of this event."""
        self.missed: dict[CallKey, Event] = {}
        """What each failed call was handling."""
        self.only: CallKey | None = None
        """The one call that is to run, for an event that the others have handled."""
        self.met = False
        """Whether that one call has run."""
        self._owes = Call("", "", lambda: None)
        """The call whose changes the unit's ``batched`` holds."""

    def take_care(self, careful: bool) -> None:
        """Forget what was known of an event, before its careful tries and after them."""
        self.careful = careful
        self.failed.clear()
        self.refused.clear()
        self.ran.clear()
        self.missed.clear()

    def run(self, call: Call, ctx: Context, *args: Any, **kwargs: Any) -> Any:
        """Run one call.

        Raises :class:`CallFailed`, :class:`CallRefused` for a no after changes, and the :class:`Refusal` itself for one
        before any.
        """
        unit = self.unit
        if unit.batched and (call.plugin, call.hook) != (self._owes.plugin, self._owes.hook):
            self.settle()
        self._owes = call
        ctx.plugin = call.plugin
        self.watch.call = call
        if self.careful:
            self.ran[call.plugin, call.hook] = None
        self.met = True
        before = unit.writes
        try:
            result = call.run(*args, **kwargs)
            if unit.touched:
                unit.flush_session()
        except Refusal as refusal:
            if unit.writes != before or unit.pending():
                raise CallRefused(call, refusal) from refusal
            raise
        except BaseException as error:
            if not_ours(error):
                raise
            raise CallFailed(call, error) from error
        return result

    def settle(self) -> None:
        """Have the changes written that the last call still owes; raises :class:`CallFailed`."""
        if not self.unit.batched:
            return
        self.watch.call = self._owes
        try:
            self.unit.settle()
        except BaseException as error:
            if not_ours(error):
                raise
            raise CallFailed(self._owes, error) from error

    def notify(self, calls: tuple[Call, ...], ctx: Context, event: Event) -> None:
        """Run every call; what one of them breaks is its own."""
        if self.careful or self.only is not None:
            self._notify_carefully(calls, ctx, event)
            return
        watch, unit = self.watch, self.unit
        if unit.batched and calls:
            self.settle()
        call: Call | None = None
        before = unit.writes
        try:
            for call in calls:
                ctx.plugin = call.plugin
                watch.call = call
                call.run(event, ctx)
                if unit.batched:
                    unit.settle()
                if unit.touched:
                    unit.flush_session()
        except Refusal as refusal:
            assert call is not None
            # Whatever ran before it in this loop may have written too; a careful try will tell.
            if unit.writes != before or unit.pending():
                raise CallRefused(call, refusal) from refusal
            self.refuse(ctx, refusal)
            self.notify(calls[calls.index(call) + 1 :], ctx, event)
        except BaseException as error:
            if call is None or not_ours(error):
                raise
            raise CallFailed(call, error) from error

    def _notify_carefully(self, calls: tuple[Call, ...], ctx: Context, event: Event) -> None:
        for call in calls:
            key = (call.plugin, call.hook)
            if key in self.failed or self.only not in (None, key):
                continue
            refusal = self.refused.get(key)
            if refusal is None:
                try:
                    self.run(call, ctx, event, ctx)
                except Refusal as raised:
                    refusal = raised
            if refusal is not None:
                ctx.plugin = call.plugin
                self.refuse(ctx, refusal)

    def respond(self, call: Call, ctx: Context, *args: Any, **kwargs: Any) -> bool:
        """Run a call that owes the member an answer, whatever happens; whether it ran to its end."""
        ctx.plugin = call.plugin
        key = (call.plugin, call.hook)
        if self.only not in (None, key):
            return False
        if call.paused or key in self.failed:
            self.say(ctx, "plugin-paused" if call.paused else "plugin-failed")
            return False
        refusal = self.refused.get(key)
        if refusal is None:
            try:
                self.run(call, ctx, ctx, *args, **kwargs)
            except Refusal as raised:
                refusal = raised
        if refusal is not None:
            self.refuse(ctx, refusal)
        return True

    def decide(self, call: Call, ctx: Context, event: Event) -> str | None:
        """Ask one decider; one that is broken or paused says :data:`UNKNOWN`."""
        if call.paused or self.only is not None or (call.plugin, call.hook) in self.failed:
            return UNKNOWN
        try:
            decision = self.run(call, ctx, event, ctx)
        except Refusal as refusal:
            raise CallFailed(call, refusal) from refusal
        if decision not in (None, "approve", "decline"):
            raise CallFailed(call, TypeError(f'it must return "approve", "decline" or None, not {decision!r}'))
        found: str | None = decision
        return found

    def refuse(self, ctx: Context, refusal: Refusal) -> None:
        """Tell the member why not."""
        if ctx.account is None or ctx.event.where is None:
            return
        args = dict(refusal.args)
        if isinstance(refusal, InsufficientFunds):
            args = {
                "balance": Money(refusal.balance, refusal.currency),
                "needed": Money(refusal.needed, refusal.currency),
            }
        ctx.answer(ctx.t_core(refusal.key, **args) if refusal.namespace == "core" else ctx.t(refusal.key, **args))

    def say(self, ctx: Context, key: str, **args: object) -> None:
        """One of the core's messages to the member who acts, if there is one to answer."""
        if ctx.account is not None and ctx.event.where is not None:
            ctx.answer(ctx.t_core(key, **args))

    def refresh(self) -> None:
        """At the end of a batch, write what is owed and render the cards that handlers asked to be shown anew, once."""
        unit = self.unit
        self.settle()
        while unit.refreshes:
            (_, ref), (community, plugin, render) = unit.refreshes.popitem()
            call = Call(plugin, "refresh", render)
            if (plugin, call.hook) in self.failed or self.registry.breaker.is_paused(plugin, call.hook):
                continue
            ctx = Context(unit, community, NOTHING, None)
            try:
                ctx.edit(ref, self.run(call, ctx, ctx))
            except CallFailed:
                raise
            except Exception as error:
                raise CallFailed(call, error) from error
        self.settle()
