"""What decorators say of a plugin's methods: commands, buttons, forms, timers, jobs, pictures, listeners and tasks."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, ParamSpec, TypeVar, overload

from coterie.core.commands import Level, Place
from coterie.core.config import parse_duration
from coterie.core.events import Event

if TYPE_CHECKING:
    from coterie.core.plugin import Plugin

P = ParamSpec("P")
R = TypeVar("R")
Handler = TypeVar("Handler", bound=Callable[..., Any])
MARK: Final = "__coterie__"
"""The attribute of a method that holds its mark."""


@dataclass(frozen=True, slots=True)
class CommandMark:
    """A method is a command."""

    name: str
    level: Level
    where: Place
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
    where: Place = "any",
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
        setattr(function, MARK, mark)
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
