"""From a configuration file to settings, plugins and adapters, with every problem told at once."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from coterie.core.cli.output import Unusable
from coterie.core.config import ConfigError, Problem, Settings, load
from coterie.core.config.problems import line_of
from coterie.core.engine.registry import PluginProblem, Registry
from coterie.core.loading import (
    Kind,
    LoadFailed,
    LoadProblem,
    Models,
    installed_plugins,
    is_built_in,
    load_plugin,
    make,
)
from coterie.core.platform import Adapter
from coterie.core.plugin import Plugin


@dataclass(frozen=True, slots=True)
class Assembly:
    """What an application is made of; ``left_out`` names enabled plugins that safe mode does not load."""

    settings: Settings
    plugins: tuple[Plugin, ...]
    adapters: tuple[Adapter, ...]
    left_out: tuple[str, ...] = ()


def assemble(file: Path, *, safe_mode: bool = False) -> Assembly:
    """Read a configuration and load what it switches on; raises ConfigError with everything that is wrong."""
    if not file.exists():
        raise Unusable(
            f"There is no {file} here: name a configuration with -c, or try `coterie demo`, which needs none."
        )
    document = _document(file)
    foreign = _foreign() if safe_mode else frozenset[str]()
    on = switched_on(document, "plugins") - foreign
    plugins = Models("plugin", on.__contains__)
    adapters = Models("adapter", switched_on(document, "adapters").__contains__)
    problems: list[Problem] = []
    settings: Settings | None = None
    try:
        settings = load(file, plugins, adapters)
    except ConfigError as error:
        problems += error.problems
    lines = _Lines(file)
    problems += [
        lines.problem(failure.problem) for models in (plugins, adapters) for failure in models.failures.values()
    ]
    if settings is not None and not problems:
        settings = _without(settings, foreign)
        builds = _builds(settings, plugins.classes, adapters.classes, problems, lines)
        made = list(_made(builds, problems, lines))
        if not problems:
            return Assembly(
                settings,
                tuple(each for each in made if isinstance(each, Plugin)),
                tuple(each for each in made if isinstance(each, Adapter)),
                tuple(sorted(switched_on(document, "plugins") & foreign)),
            )
    raise ConfigError(sorted(problems, key=lambda problem: problem.line or 0))


def register(plugins: Iterable[Plugin], registry: Registry) -> Iterator[str]:
    """Register one after the other, those that others require first; what is wrong with each is told."""
    waiting = {plugin.name: plugin for plugin in plugins}
    while waiting:
        ready = (name for name, plugin in waiting.items() if set(plugin.requires) <= registry.plugins.keys())
        try:
            registry.add([waiting.pop(next(ready, next(iter(waiting))))])
        except PluginProblem as problem:
            yield str(problem)


def switched_on(document: Mapping[str, Any], section: str) -> frozenset[str]:
    """The names in a section that something in the document switches on."""
    holders = [document]
    if section == "plugins":
        holders += [each for each in _table(document, "communities").values() if isinstance(each, dict)]
    return frozenset(
        name
        for holder in holders
        for name, values in _table(holder, section).items()
        if not isinstance(values, dict) or values.get("enabled") is not False
    )


def _table(holder: Mapping[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    return value if isinstance(value, dict) else {}


def _document(file: Path) -> dict[str, Any]:
    """The file as it is; empty where it cannot be read, which :func:`load` then tells."""
    try:
        return tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return {}


def _foreign() -> frozenset[str]:
    return frozenset(name for name, point in installed_plugins().items() if not is_built_in(point))


def _without(settings: Settings, names: Iterable[str]) -> Settings:
    left_out = frozenset(names)
    if not left_out:
        return settings
    communities = tuple(
        replace(each, plugins={name: config for name, config in each.plugins.items() if name not in left_out})
        for each in settings.communities
    )
    return replace(settings, communities=communities)


Build = tuple[Kind, str, Callable[[], Plugin | Adapter]]


def _builds(
    settings: Settings,
    plugins: Mapping[str, type[Plugin]],
    adapters: Mapping[str, type[Adapter]],
    problems: list[Problem],
    lines: _Lines,
) -> Iterator[Build]:
    """How to build everything that is on, and the plugins that those require, which need not be on themselves."""
    waiting = sorted(settings.enabled_plugins)
    asked_by = dict.fromkeys(waiting, "")
    for name in waiting:
        found = plugins.get(name)
        if found is None:
            try:
                found = load_plugin(name)
            except LoadFailed as failure:
                error = f"{failure.problem.error}, but {asked_by[name]} requires it"
                problems.append(lines.problem(replace(failure.problem, error=error)))
                continue
        yield "plugin", name, found
        further = [each for each in found.requires if each not in asked_by]
        asked_by |= dict.fromkeys(further, name)
        waiting += further
    for name, part in settings.adapters.items():
        if part.enabled:
            yield "adapter", name, partial(adapters[name], part.config)


def _made(builds: Iterable[Build], problems: list[Problem], lines: _Lines) -> Iterator[Plugin | Adapter]:
    for kind, name, build in builds:
        try:
            yield make(kind, name, build)
        except LoadFailed as failure:
            problems.append(lines.problem(failure.problem))


class _Lines:
    """Where sections stand in the file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def problem(self, failed: LoadProblem) -> Problem:
        """A problem of loading, told as one of the configuration."""
        from coterie.core.config.lines import key_lines

        try:
            lines = key_lines(self._file.read_text(encoding="utf-8-sig"))
        except (OSError, ValueError):
            lines = {}
        key = (f"{failed.kind}s", failed.name)
        return Problem(str(self._file), line_of(key, lines), ".".join(key), failed.error, failed.hint)
