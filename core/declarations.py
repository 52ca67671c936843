"""What a plugin has declared with decorators, read once for each class and each function."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from weakref import WeakKeyDictionary

from coterie.core.commands import CommandSpec
from coterie.core.commands.parameters import Parameter, parameters_of
from coterie.core.events import Event
from coterie.core.marks import MARK, ActionMark, CommandMark, ListenMark, Task
from coterie.core.plugin import Plugin


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
            if isinstance(value, Task) or getattr(value, MARK, None) is not None
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
        mark = getattr(value, MARK, None)
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
