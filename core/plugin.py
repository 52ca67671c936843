"""What a plugin is: a class with a name, a configuration, and methods that say what they are for."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Literal, ParamSpec, TypeVar, overload
from weakref import WeakKeyDictionary

from coterie.core.commands import CommandSpec, Level
from coterie.core.commands.parameters import Parameter, parameters_of
from coterie.core.config import Config, parse_duration
from coterie.core.events import (
    AccessBraked,
    AccessChanged,
    AccountModerated,
    AccountSeparated,
    DirectChanged,
    EntitlementChanged,
    Event,
    FilterHit,
    HistoryImported,
    InterestChanged,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MembersMerged,
    MergeUndone,
    MessageDelivered,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    PaymentRefunded,
    PollAnswered,
    ReactionAdded,
    ReactionRemoved,
    ScheduleChanged,
    StandingChanged,
)
from coterie.core.simulated import simulation_of

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from coterie.core.cards import Field
    from coterie.core.conditions import Condition
    from coterie.core.context import Context, Member
    from coterie.core.memberdata import MemberTable
    from coterie.core.segments.model import SegmentField
    from coterie.core.simulated import SimulatedView

P = ParamSpec("P")
R = TypeVar("R")
Handler = TypeVar("Handler", bound=Callable[..., Any])
JoinDecision = Literal["approve", "decline"]
_MARK = "__coterie__"


@dataclass(frozen=True, slots=True)
class CommandMark:
    """A method is a command."""

    name: str
    level: Level
    where: Literal["any", "room", "dm"]
    aliases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActionMark:
    """A method answers a button, a form, a timer, a job or draws a picture."""

    kind: Literal["button", "form", "timer", "job", "picture"]
    name: str
    every: str = ""


@dataclass(frozen=True, slots=True)
class ListenMark:
    """A method listens to a plugin's own event."""

    event: type[Event]


def command(
    name: str,
    *,
    level: Level = "member",
    where: Literal["any", "room", "dm"] = "any",
    aliases: Sequence[str] = (),
) -> Callable[[Handler], Handler]:
    """Make a method a command; its parameters after ``ctx`` become typed options on every platform."""
    return _marker(CommandMark(name, level, where, tuple(aliases)))


def button(name: str) -> Callable[[Handler], Handler]:
    """Make a method answer the taps on buttons with ``do=name``; the button's arguments are its parameters."""
    return _marker(ActionMark("button", name))


def form(name: str) -> Callable[[Handler], Handler]:
    """Make a method take the answers of a form; its parameters are the questions, keyword-only ones come from
    ``ctx.ask``.
    """
    return _marker(ActionMark("form", name))


def timer(name: str) -> Callable[[Handler], Handler]:
    """Make a method run when a timer of this name is due, with the arguments it was set with."""
    return _marker(ActionMark("timer", name))


def job(name: str, *, every: str) -> Callable[[Handler], Handler]:
    """Make a method run again and again in each community: ``every`` is a cron line in the community's zone, or a
    duration ("6h").
    """
    return _marker(ActionMark("job", name, every))


def picture(name: str) -> Callable[[Handler], Handler]:
    """Make a method draw a PNG from plain arguments; called off the lane, when a card with this picture is sent."""
    return _marker(ActionMark("picture", name))


def listens(event: type[Event]) -> Callable[[Handler], Handler]:
    """Make a method listen to an event that a plugin emits."""
    return _marker(ListenMark(event))


def _marker(mark: object) -> Callable[[Handler], Handler]:
    def set_mark(function: Handler) -> Handler:
        if inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__qualname__} must be a plain function: handlers do not wait, a @task does")
        setattr(function, _MARK, mark)
        return function

    return set_mark


class Task(Generic[P, R]):
    """An async method that talks to the outside world, off the lane, durably; made by :func:`task`."""

    def __init__(self, function: Callable[..., Awaitable[R]], timeout: timedelta, retries: int) -> None:
        if not inspect.iscoroutinefunction(function):
            raise TypeError(f"{function.__qualname__} must be async: a task waits for the outside world")
        self.function = function
        self.name = function.__name__
        self.timeout = timeout
        self.retries = retries
        self.on_done: Callable[..., None] | None = None
        self.on_failed: Callable[..., None] | None = None
        self.__doc__ = function.__doc__

    def done(self, handler: Handler) -> Handler:
        """Register the method ``(self, ctx, result)`` that gets the result, as an event on the lane that asked."""
        self.on_done = handler
        return handler

    def failed(self, handler: Handler) -> Handler:
        """Register the method ``(self, ctx, error)`` that gets a short sentence when every try failed."""
        self.on_failed = handler
        return handler

    @overload
    def __get__(self, plugin: None, owner: type[Any]) -> Task[P, R]: ...
    @overload
    def __get__(self, plugin: Plugin, owner: type[Any]) -> BoundTask[R]: ...
    def __get__(self, plugin: Plugin | None, owner: type[Any]) -> Task[P, R] | BoundTask[R]:
        return self if plugin is None else BoundTask(plugin, self)


@dataclass(frozen=True, slots=True)
class BoundTask(Generic[R]):
    """A task of one plugin, as ``ctx.run`` takes it."""

    plugin: Plugin
    task: Task[..., R]


def task(*, timeout: str = "20s", retries: int = 3) -> Callable[[Callable[..., Awaitable[R]]], Task[..., R]]:
    """Make an async method a task: it runs after the commit, at least once, with a time limit and retries."""

    def make(function: Callable[..., Awaitable[R]]) -> Task[..., R]:
        return Task(function, parse_duration(timeout), retries)

    return make


class Plugin:
    """The base of every plugin; hook methods here do nothing and are never called unless overridden.

    A plugin keeps no state of its own: state is rows, since a handler may run again for the same event.
    """

    name: ClassVar[str] = ""
    config: ClassVar[type[Config]] = Config
    requires: ClassVar[tuple[str, ...]] = ()
    """Names of plugins that must be installed and whose migrations run first."""
    metadata: ClassVar[MetaData | None] = None
    """The plugin's tables; their migrations are in the folder ``migrations`` beside the plugin's module."""
    member_data: ClassVar[tuple[MemberTable, ...]] = ()
    """Every column of those tables that names a member; merging, undoing, export and erasure follow from it."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name}: a plugin keeps no state of its own, keep it in its tables")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Somebody wrote something that is not a command."""

    def on_message_edited(self, event: MessageEdited, ctx: Context) -> None:
        """Somebody changed what they wrote."""

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        """Somebody came into a space (only when they were not in it before)."""

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        """Somebody left a space."""

    def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
        """Somebody asks to be let into a space: answer "approve", "decline" or None for not mine."""

    def on_join_request(self, event: JoinRequested, ctx: Context) -> None:
        """Somebody asks to be let into a space and no plugin decided at once."""

    def on_standing_changed(self, event: StandingChanged, ctx: Context) -> None:
        """Somebody became, or is no longer, an operator."""

    def on_reaction(self, event: ReactionAdded, ctx: Context) -> None:
        """Somebody reacted to a message."""

    def on_reaction_removed(self, event: ReactionRemoved, ctx: Context) -> None:
        """Somebody took a reaction back."""

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        """A payment provider confirmed a payment for an invoice of this plugin."""

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        """A payment provider gave back a payment for an invoice of this plugin."""

    def on_entitlement(self, event: EntitlementChanged, ctx: Context) -> None:
        """What somebody bought in the platform's own shop holds now, longer, or no more; may be told again."""

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        """What this plugin sent or asked for was not done, or may not be; or a topic that it wanted is open."""

    def on_poll_answer(self, event: PollAnswered, ctx: Context) -> None:
        """Somebody answered a poll of this plugin, or took the answer back."""

    def on_direct_changed(self, event: DirectChanged, ctx: Context) -> None:
        """Somebody opened the direct chat with the bot, or closed it (blocked the bot)."""

    def on_moderated(self, event: AccountModerated, ctx: Context) -> None:
        """Somebody moderated a member with the platform's own means."""

    def on_filter_hit(self, event: FilterHit, ctx: Context) -> None:
        """A filter of the platform's own stopped what somebody wrote."""

    def on_schedule_changed(self, event: ScheduleChanged, ctx: Context) -> None:
        """A gathering in a space's calendar was put there, changed, began, ended or was called off."""

    def on_interest(self, event: InterestChanged, ctx: Context) -> None:
        """Somebody wants to come to a gathering, or does not any more."""

    def on_history_imported(self, event: HistoryImported, ctx: Context) -> None:
        """`coterie import` found messages of a member from before Coterie counted: how many on which day."""

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        """Two records turned out to be one person; declared rows (`member_data`) have moved already."""

    def on_merge_undone(self, event: MergeUndone, ctx: Context) -> None:
        """A merge was undone; declared rows are back already."""

    def on_account_separated(self, event: AccountSeparated, ctx: Context) -> None:
        """An account became a member of its own, who has nothing yet."""

    def on_access_changed(self, event: AccessChanged, ctx: Context) -> None:
        """A member got an access, or lost the last grant of it."""

    def on_access_braked(self, event: AccessBraked, ctx: Context) -> None:
        """A mass change of an access was stopped: ask the operators. Where no plugin does, the core tells them."""

    def decide_erase(self, member: Member, ctx: Context) -> str | None:
        """A member is to be erased: answer with a reason why not yet, in words for operators, or None. Only read."""
        return None

    def export_member(self, member: Member, ctx: Context) -> Mapping[str, Any] | None:
        """What else you keep about a member, as JSON can hold it; declared rows come by themselves."""
        return None

    def erase_member(self, member: Member, ctx: Context) -> None:
        """A member is erased: end what they have open; declared rows are deleted or emptied right after it."""

    def contribute_checks(self) -> Sequence[str]:
        """Problems with the plugin's surroundings, in plain words, for `coterie check`."""
        return ()

    def contribute_profile(self, member: Member, ctx: Context) -> Sequence[Field]:
        """What a plugin knows of a member, for an operator who looks at the member's profile."""
        return ()

    def contribute_segment_fields(self) -> Sequence[SegmentField]:
        """What filters for people may name: fields over the plugin's tables."""
        return ()

    def contribute_conditions(self) -> Sequence[Condition]:
        """What packets and prizes may ask of a member before they give anything."""
        return ()

    def contribute_platforms(self) -> Sequence[Any]:
        """Platforms that an adapter runs."""
        return ()

    def contribute_routes(self) -> Sequence[Any]:
        """Web routes as (method, path, aiohttp handler)."""
        return ()

    def on_app_ready(self, app: Any) -> None:
        """Everything is put together and about to start; for adapters that need the running app."""

    async def around_send(self, job: Any, proceed: Callable[[Any], Awaitable[str]]) -> str:
        """Async: wraps the sending of one outbound action; call and await `proceed(job)`."""
        return await proceed(job)

    def simulate_actions(self, view: SimulatedView) -> Iterable[str]:
        """Lines of a scenario that somebody might do next, for `coterie simulate`, which chooses one of them: such as
        ``bob: /packet 100 3``, ``ann: [Grab]`` or ``erin fills: "Why?" = "Curious"``. May give what is not possible.

        Without a method of its own, a plugin has what ``actions(view)`` in its module ``simulation`` gives.
        """
        part = simulation_of(type(self))
        return () if part is None else part.actions(view)

    def invariants(self, ctx: Context) -> Iterable[str]:
        """What is wrong with this plugin's rows, a sentence each; asked after every step of a simulation. Only reads.

        It must hold after every commit, whatever failed or crashed before it; ``ctx`` has no member and no place.
        Without a method of its own, a plugin has what ``invariants(ctx)`` in its module ``simulation`` gives.
        """
        part = simulation_of(type(self))
        return () if part is None else part.invariants(ctx)


@dataclass(frozen=True, slots=True)
class Entry:
    """A declared method: its name, the bound method, and the parameters that were read from its annotations."""

    name: str
    method: Callable[..., Any]
    parameters: tuple[Parameter, ...] = ()
    every: str = ""
    names: tuple[str, ...] = ()
    """The method's parameters after ``ctx``, in order."""


@dataclass(slots=True)
class Declarations:
    """Everything that a plugin declared with decorators."""

    commands: list[tuple[CommandSpec, Callable[..., Any]]] = field(default_factory=list)
    buttons: dict[str, Entry] = field(default_factory=dict)
    forms: dict[str, Entry] = field(default_factory=dict)
    timers: dict[str, Entry] = field(default_factory=dict)
    jobs: dict[str, Entry] = field(default_factory=dict)
    pictures: dict[str, Entry] = field(default_factory=dict)
    listeners: list[tuple[type[Event], Callable[..., Any]]] = field(default_factory=list)
    tasks: dict[str, Task[..., Any]] = field(default_factory=dict)


_marks: Final[WeakKeyDictionary[type[Plugin], tuple[tuple[str, Any], ...]]] = WeakKeyDictionary()


def _marked(kind: type[Plugin]) -> tuple[tuple[str, Any], ...]:
    """The tasks and declared methods of a class; looked for once, since a class does not change any more."""
    if kind not in _marks:
        _marks[kind] = tuple(
            (attribute, value)
            for attribute, value in inspect.getmembers_static(kind)
            if isinstance(value, Task) or getattr(value, _MARK, None) is not None
        )
    return _marks[kind]


_named: Final[WeakKeyDictionary[Callable[..., Any], tuple[tuple[str, ...], tuple[str, ...]]]] = WeakKeyDictionary()


def _arguments(function: Callable[..., Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a declared method takes after ``self`` and ``ctx``: all names, and those that are not keyword-only."""
    if function not in _named:
        taken = list(inspect.signature(function).parameters.values())[2:]
        answers = (each.name for each in taken if each.kind is not inspect.Parameter.KEYWORD_ONLY)
        _named[function] = (tuple(each.name for each in taken), tuple(answers))
    return _named[function]


def declarations_of(plugin: Plugin) -> Declarations:
    """Read the declarations of a plugin; raises :class:`TypeError` naming the method that is wrong."""
    found = Declarations()
    kinds: Mapping[str, dict[str, Entry]] = {
        "button": found.buttons,
        "form": found.forms,
        "timer": found.timers,
        "job": found.jobs,
        "picture": found.pictures,
    }
    for attribute, value in _marked(type(plugin)):
        if isinstance(value, Task):
            found.tasks[value.name] = value
            continue
        mark = getattr(value, _MARK, None)
        method = getattr(plugin, attribute)
        match mark:
            case CommandMark():
                spec = CommandSpec(
                    name=mark.name,
                    method=attribute,
                    plugin=plugin.name,
                    level=mark.level,
                    parameters=parameters_of(value),
                    where=mark.where,
                    aliases=mark.aliases,
                )
                for parameter in spec.parameters:
                    if parameter.suggest and not callable(getattr(plugin, parameter.suggest, None)):
                        raise TypeError(
                            f"{type(plugin).__name__}.{attribute}: parameter {parameter.name!r} has proposals from "
                            f"{parameter.suggest!r}, which is no method of the plugin"
                        )
                found.commands.append((spec, method))
            case ActionMark():
                table = kinds[mark.kind]
                if mark.name in table:
                    raise TypeError(f"{type(plugin).__name__}: two methods declare the {mark.kind} {mark.name!r}")
                names, answers = _arguments(value)
                asked = parameters_of(value) if mark.kind == "form" else ()
                asks = tuple(each for each in asked if each.name in answers)
                table[mark.name] = Entry(mark.name, method, asks, mark.every, names)
            case ListenMark():
                found.listeners.append((mark.event, method))
    return found
