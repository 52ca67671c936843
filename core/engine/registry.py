"""The registry: plugins registered with pluggy, validated, and their calls frozen into tuples that the dispatcher
runs.
"""

from __future__ import annotations

import inspect
import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from weakref import WeakKeyDictionary

import pluggy

from coterie.core.audit import audited
from coterie.core.commands import CommandSpec
from coterie.core.declarations import Declarations, Entry, declarations_of
from coterie.core.engine.breaker import Breaker
from coterie.core.engine.offers import proposals
from coterie.core.events import Event
from coterie.core.hooks import BY_NAME, KEPT, OBSERVERS
from coterie.core.marks import Task
from coterie.core.plugin import Plugin
from coterie.core.tokens import route_of
from coterie.storage.member_rows import MemberRows

if TYPE_CHECKING:
    from coterie.core.cards import Field
    from coterie.core.context import Context
    from coterie.core.segments.model import SegmentField
    from coterie.storage.members import MemberRecord

log = logging.getLogger(__name__)


class PluginProblem(Exception):
    """A plugin cannot be used; the message names the plugin, what is wrong and where."""


class Manager(pluggy.PluginManager):
    """pluggy's manager, finding hooks by name in the table: no decorators, and a no-op of the base class is never
    called.
    """

    def parse_hookspec_opts(self, module_or_class: object, name: str) -> Any:
        hook = BY_NAME.get(name)
        return (
            None
            if hook is None
            else {
                "firstresult": hook.kind == "decide",
                "historic": False,
                "warn_on_impl": None,
                "warn_on_impl_args": None,
            }
        )

    def parse_hookimpl_opts(self, plugin: object, name: str) -> Any:
        if not isinstance(plugin, Plugin):
            return super().parse_hookimpl_opts(plugin, name)
        hook = BY_NAME.get(name)
        if hook is None or getattr(type(plugin), name, None) is getattr(Plugin, name, None):
            return None
        method = getattr(type(plugin), name)
        if inspect.iscoroutinefunction(method) != (hook.kind == "around"):
            wanted = "async def" if hook.kind == "around" else "def, not async def: handlers do not wait"
            raise pluggy.PluginValidationError(plugin, f"{type(plugin).__name__}.{name} must be {wanted}")
        # pluggy allows arguments to be left out and in any order; calls here are positional.
        if (given := tuple(inspect.signature(getattr(plugin, name)).parameters)) != hook.parameters:
            raise pluggy.PluginValidationError(
                plugin,
                f"{type(plugin).__name__}.{name} must take ({', '.join(('self', *hook.parameters))}), "
                f"not ({', '.join(('self', *given))})",
            )
        return {
            "wrapper": False,
            "hookwrapper": False,
            "optionalhook": False,
            "tryfirst": False,
            "trylast": False,
            "specname": None,
        }


@dataclass(frozen=True, slots=True)
class Call:
    """One frozen call: whose, what it is called for the breaker, and the bound method."""

    plugin: str
    hook: str
    run: Callable[..., Any]
    entry: Entry | None = None
    spec: CommandSpec | None = None
    paused: bool = False


@dataclass(slots=True)
class Table:
    """The calls of one set of enabled plugins, in the order in which they run."""

    observers: dict[type[Event], tuple[Call, ...]] = field(default_factory=dict)
    join_deciders: tuple[Call, ...] = ()
    commands: dict[str, Call] = field(default_factory=dict)
    routes: dict[int, tuple[Call, bool]] = field(default_factory=dict)
    """Button routes to their call and whether the token's argument is the id of a row."""
    forms: dict[tuple[str, str], Call] = field(default_factory=dict)
    timers: dict[tuple[str, str], Call] = field(default_factory=dict)
    tasks: dict[tuple[str, str], tuple[Call | None, Call | None]] = field(default_factory=dict)
    suggesters: dict[tuple[str, str], Call] = field(default_factory=dict)
    """Methods that have proposals while somebody types, by plugin and name."""
    waiting: dict[type[Event], tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """Paused calls by the event that they may not miss."""
    specs: tuple[CommandSpec, ...] = ()
    version: int = 0


NO_CALLS: Final[tuple[Call, ...]] = ()


class Registry:
    """All plugins and adapters of a process."""

    def __init__(self, breaker: Breaker) -> None:
        self.breaker = breaker
        self.manager = Manager("coterie")
        self.manager.add_hookspecs(Plugin)
        self.plugins: dict[str, Plugin] = {}
        self.declarations: dict[str, Declarations] = {}
        self.conflicts: list[str] = []
        self._tables: dict[frozenset[str], Table] = {}
        self._fields: dict[frozenset[str], Mapping[str, SegmentField]] = {}

    # -- registration

    def add(self, plugins: Iterable[Plugin]) -> None:
        """Register plugins, those that others require first, else in the order of their names; raises
        :class:`PluginProblem`.
        """
        waiting = {plugin.name: plugin for plugin in sorted(plugins, key=lambda plugin: plugin.name)}
        for plugin in _by_requirement(waiting, set(self.plugins)):
            self._add(plugin)
        self._tables.clear()

    def _add(self, plugin: Plugin) -> None:
        label = f"plugin {plugin.name or type(plugin).__name__}"
        if not plugin.name or plugin.name == "core" or plugin.name in self.plugins:
            raise PluginProblem(
                f"{label}: the name is {'taken' if plugin.name in self.plugins else 'missing or reserved'}"
            )
        for name in _misspelt(type(plugin)):
            from difflib import get_close_matches  # needed only for this message

            close = get_close_matches(name, BY_NAME, n=1)
            meant = f"; did you mean {close[0]}?" if close else " (see `coterie hooks`)"
            raise PluginProblem(f"{label}: {type(plugin).__name__}.{name} is not a hook{meant}")
        try:
            declared = declarations_of(plugin)
            for each in plugin.member_data:
                MemberRows(each).check()
            self.manager.register(plugin, plugin.name)
        except (TypeError, ValueError, pluggy.PluginValidationError) as error:
            if self.manager.has_plugin(plugin.name):
                self.manager.unregister(name=plugin.name)
            raise PluginProblem(f"{label}: {error}") from error
        self.plugins[plugin.name] = plugin
        self.declarations[plugin.name] = declared

    def remove(self, name: str) -> None:
        """Take a plugin out; what it declared is gone with it."""
        self.manager.unregister(name=name)
        del self.plugins[name], self.declarations[name]
        self._tables.clear()

    # -- look-ups

    def entry(self, plugin: str, kind: str, name: str) -> Entry | None:
        """What a plugin declared: kind is button, form, timer, job or picture."""
        declared = self.declarations.get(plugin)
        if declared is None:
            return None
        table: dict[str, Entry] = getattr(declared, f"{kind}s")
        return table.get(name)

    def task(self, plugin: str, name: str) -> Task[..., Any] | None:
        """A plugin's task by name."""
        declared = self.declarations.get(plugin)
        return None if declared is None else declared.tasks.get(name)

    def calls(self, hook: str) -> tuple[Call, ...]:
        """The frozen calls of a hook, first registered first (pluggy calls in the reverse order, so this reverses
        back).
        """
        caller = getattr(self.manager.hook, hook)
        return tuple(Call(impl.plugin_name, hook, impl.function) for impl in caller.get_hookimpls())

    def commands(self, enabled: frozenset[str]) -> dict[str, CommandSpec]:
        """The commands of a set of enabled plugins, by the name that reaches each."""
        table = self.table(enabled)
        named = ((spec, table.commands[spec.name].spec is spec) for spec in table.specs)
        return {spec.name if own else f"{spec.plugin}-{spec.name}": spec for spec, own in named}

    def segment_fields(self, enabled: frozenset[str]) -> Mapping[str, SegmentField]:
        """What filters for people may name with a set of enabled plugins, by name; made at the first use."""
        found = self._fields.get(enabled)
        if found is None:
            from coterie.core.segments.fields import fields_of

            calls = [call for call in self.calls("contribute_segment_fields") if call.plugin in enabled]
            found = self._fields[enabled] = fields_of((call.plugin, call.run()) for call in calls)
        return found

    def profile(self, ctx: Context, member: MemberRecord) -> list[Field]:
        """What the enabled plugins have to say about a member; one that fails says nothing."""
        found: list[Field] = []
        asked = ctx.plugin
        for call in self._active("contribute_profile", ctx.community.enabled):
            ctx.plugin = call.plugin
            try:
                found += call.run(member, ctx)
            except Exception:
                log.exception("plugin %s failed in contribute_profile", call.plugin)
            finally:
                ctx.plugin = asked
        return found

    # -- tables

    def table(self, enabled: frozenset[str]) -> Table:
        """The calls for a set of enabled plugins; built once, and again when a pause begins or ends."""
        self.breaker.release_due()
        found = self._tables.get(enabled)
        if found is None or found.version != self.breaker.version:
            found = self._tables[enabled] = self._build(enabled)
        return found

    def _build(self, enabled: frozenset[str]) -> Table:
        table = Table(version=self.breaker.version)
        for event, hook in OBSERVERS.items():
            table.observers[event] = self._active(hook.name, enabled)
            if event in KEPT and (waiting := self._waiting(hook.name, enabled)):
                table.waiting[event] = waiting
        # Paused ones stay in the row: what they would have said is unknown, which is not the same as nothing.
        table.join_deciders = tuple(
            replace(call, paused=self.breaker.is_paused(call.plugin, call.hook))
            for call in self.calls("decide_join")
            if call.plugin in enabled
        )
        specs: list[CommandSpec] = []
        self.conflicts = []
        for name, declared in self.declarations.items():
            if name in enabled:
                self._declare(table, name, declared, specs)
        table.specs = tuple(specs)
        return table

    def _waiting(self, hook: str, enabled: frozenset[str]) -> tuple[tuple[str, str], ...]:
        calls = (call for call in self.calls(hook) if call.plugin in enabled)
        return tuple((call.plugin, hook) for call in calls if self.breaker.is_paused(call.plugin, hook))

    def _active(self, hook: str, enabled: frozenset[str]) -> tuple[Call, ...]:
        return tuple(
            call
            for call in self.calls(hook)
            if call.plugin in enabled and not self.breaker.is_paused(call.plugin, hook)
        )

    def _declare(self, table: Table, plugin: str, declared: Declarations, specs: list[CommandSpec]) -> None:
        def call(
            hook: str, run: Callable[..., Any], entry: Entry | None = None, spec: CommandSpec | None = None
        ) -> Call:
            return Call(plugin, hook, run, entry, spec, paused=self.breaker.is_paused(plugin, hook))

        for spec, method in declared.commands:
            specs.append(spec)
            run = audited(spec, method) if spec.level == "operator" else method
            made = call(f"command:{spec.name}", run, None, spec)
            table.commands[f"{plugin}-{spec.name}"] = made
            for name in {parameter.suggest for parameter in spec.parameters if parameter.suggest}:
                offers = getattr(self.plugins[plugin], name)
                table.suggesters[plugin, name] = call(f"suggest:{name}", proposals(offers))
            for name in (spec.name, *spec.aliases):
                owner = table.commands.setdefault(name, made)
                if owner is not made:
                    self.conflicts.append(
                        f"/{name} belongs to {owner.plugin}; {plugin}'s is reached as /{plugin}-{spec.name}"
                    )
        for name, entry in declared.buttons.items():
            made = call(f"button:{name}", entry.method, entry)
            for route, stored in (
                (route_of(plugin, f"button:{name}"), False),
                (route_of(plugin, f"button*:{name}"), True),
            ):
                if route in table.routes:
                    raise PluginProblem(
                        f"plugin {plugin}: the button {name!r} has the same route as another one: rename it"
                    )
                table.routes[route] = (made, stored)
        for name, entry in declared.forms.items():
            table.forms[plugin, name] = call(f"form:{name}", entry.method, entry)
        for name, entry in declared.timers.items():
            table.timers[plugin, name] = call(f"timer:{name}", entry.method, entry)
        for name, entry in declared.jobs.items():
            table.timers[plugin, f"job:{name}"] = call(f"job:{name}", entry.method, entry)
        for event, method in declared.listeners:
            hook = f"listens:{event.__name__}"
            if not self.breaker.is_paused(plugin, hook):
                table.observers[event] = (*table.observers.get(event, ()), call(hook, method))
        instance = self.plugins[plugin]
        for name, task in declared.tasks.items():
            done = call(f"task:{name}", task.on_done.__get__(instance)) if task.on_done else None
            failed = call(f"task:{name}", task.on_failed.__get__(instance)) if task.on_failed else None
            table.tasks[plugin, name] = (done, failed)


def _by_requirement(waiting: dict[str, Plugin], present: set[str]) -> Sequence[Plugin]:
    ordered: list[Plugin] = []
    done = set(present)
    while waiting:
        ready = [plugin for plugin in waiting.values() if set(plugin.requires) <= done]
        if not ready:
            name, plugin = next(iter(waiting.items()))
            missing = sorted(set(plugin.requires) - done - set(waiting)) or sorted(set(plugin.requires) - done)
            raise PluginProblem(
                f"plugin {name}: it requires {', '.join(missing)}, which is not installed or requires it in turn"
            )
        for plugin in ready:
            ordered.append(plugin)
            done.add(plugin.name)
            del waiting[plugin.name]
    return ordered


_mistakes: Final[WeakKeyDictionary[type[Plugin], list[str]]] = WeakKeyDictionary()


def _misspelt(kind: type[Plugin]) -> list[str]:
    """Methods that look like hooks and are none; looked for once in each class."""
    if kind not in _mistakes:
        prefixes = ("on_", "decide_", "contribute_", "around_", "export_", "erase_")
        _mistakes[kind] = [
            name
            for name, value in inspect.getmembers_static(kind, callable)
            if name.startswith(prefixes) and name not in BY_NAME and not hasattr(value, "__coterie__")
        ]
    return _mistakes[kind]
