"""``coterie check``: everything that can be known before a start, in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import click

from coterie.core.cli.codes import BROKEN, CLEAN, FAILED
from coterie.core.cli.output import config_option, count, explain, json_option, print_json, say

if TYPE_CHECKING:
    from coterie.core.cli.assemble import Assembly
    from coterie.core.engine.registry import Registry
    from coterie.core.platform import Platform

Level = Literal["ok", "warning", "error"]
PATIENCE: Final = 30.0
"""Seconds that a platform has to answer."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: an ``error`` keeps something from working, a ``warning`` should be looked at."""

    level: Level
    area: str
    message: str


@click.command("check")
@config_option
@json_option
def check(file: Path, as_json: bool) -> int:
    """Look at everything that can be known before a start: the configuration, the plugins and their texts, the store,
    the rights of each bot. Changes nothing. Exit code 2 for a broken configuration, 1 for any other error.
    """
    from coterie.core.config import ConfigError

    broken = False
    try:
        found = list(_look(file))
    except ConfigError as error:
        broken = True
        found = [Finding("error", "configuration", str(problem)) for problem in error.problems]
    errors = sum(each.level == "error" for each in found)
    warnings = sum(each.level == "warning" for each in found)
    if as_json:
        print_json({"errors": errors, "warnings": warnings, "findings": [asdict(each) for each in found]})
    else:
        for each in found:
            say(f"{each.level:8} {each.area:14} {each.message}")
        say(f"\n{count(errors, 'error')}, {count(warnings, 'warning')}." if errors or warnings else "\nAll is well.")
    return BROKEN if broken else FAILED if errors else CLEAN


def _look(file: Path) -> Iterator[Finding]:
    """Look at one area after the other; raises ConfigError for a configuration that cannot be used."""
    from coterie.core.cli.assemble import assemble
    from coterie.core.engine.breaker import Breaker
    from coterie.core.engine.registry import Registry
    from coterie.core.loading import clashes

    parts = assemble(file)
    settings = parts.settings
    adapters = sum(part.enabled for part in settings.adapters.values())
    told = (
        count(len(settings.enabled_plugins), "plugin"),
        count(adapters, "adapter"),
        count(len(settings.communities), "community", "communities"),
    )
    yield Finding("ok", "configuration", f"{file}: {', '.join(told)}")
    yield from (Finding("warning", "configuration", str(each)) for each in settings.warnings)
    if not adapters:
        yield Finding("warning", "configuration", "no adapter is on: nobody can reach this community")
    yield from (Finding("warning", "plugins", str(each)) for each in clashes() if each.name in settings.enabled_plugins)
    registry = Registry(Breaker(lambda: 0))
    plugins = list(_plugins(parts, registry))
    yield from plugins
    yield from _commands(parts, registry)
    yield from _texts(parts)
    if not any(each.level == "error" for each in plugins):
        yield from _store(parts)
    yield from _own_checks(parts)
    yield from _platforms(parts)


def _plugins(parts: Assembly, registry: Registry) -> Iterator[Finding]:
    from coterie.core.cli.assemble import register

    problems = list(register(parts.plugins, registry))
    yield from (Finding("error", "plugins", text) for text in problems)
    if not problems:
        told = f": {', '.join(sorted(registry.plugins))}" if registry.plugins else ""
        yield Finding("ok", "plugins", f"{count(len(registry.plugins), 'plugin')} loaded{told}")


def _commands(parts: Assembly, registry: Registry) -> Iterator[Finding]:
    from coterie.core.engine.registry import PluginProblem

    seen: dict[str, None] = {}
    commands = 0
    for community in parts.settings.communities:
        try:
            table = registry.table(community.enabled)
        except PluginProblem as problem:
            yield Finding("error", "plugins", str(problem))
            return
        commands = max(commands, len(table.specs))
        seen |= dict.fromkeys(registry.conflicts)
    yield from (Finding("warning", "commands", text) for text in seen)
    if not seen:
        yield Finding("ok", "commands", f"{count(commands, 'command')}, no two alike")


def _texts(parts: Assembly) -> Iterator[Finding]:
    from coterie.core.engine.boot import translator_of
    from coterie.core.i18n import CatalogError

    try:
        translator = translator_of({plugin.name: plugin for plugin in parts.plugins}, parts.settings.core.locale)
    except CatalogError as error:
        yield Finding("error", "texts", str(error))
        return
    faults, missing = translator.problems(), translator.missing()
    yield from (Finding("error", "texts", text) for text in faults)
    yield from (Finding("warning", "texts", text) for text in missing)
    if not faults and not missing:
        yield Finding("ok", "texts", f"complete in {', '.join(translator.locales)}")


def _store(parts: Assembly) -> Iterator[Finding]:
    from coterie.core.cli.opened import missing_file
    from coterie.core.cli.store import migrations, state_of, statuses

    url = parts.settings.core.database
    if url == "sqlite://":
        yield Finding("warning", "store", "everything is kept in memory (sqlite://) and gone at the end")
        return
    if (file := missing_file(url)) is not None:
        yield Finding("ok", "store", f"{file} is not there yet; the first start makes it")
        return
    try:
        sets = migrations(parts)
        found = statuses(url, sets)
        states = {each.name: state_of(each, of) for each, of in zip(found, sets, strict=True)}
    except Exception as error:
        yield Finding("error", "store", explain(error)[0].removeprefix("Error: "))
        return
    for name in (name for name, state in states.items() if state == "ahead"):
        yield Finding(
            "error",
            "store",
            f"the tables of {name} are newer than this version: install the newer one again, or restore a backup",
        )
    behind = [name for name, state in states.items() if state == "behind"]
    if behind:
        yield Finding(
            "warning", "store", f"waits for an upgrade: {', '.join(behind)} (`coterie db upgrade`, or the next start)"
        )
    if set(states.values()) <= {"current"}:
        yield Finding("ok", "store", f"up to date: {', '.join(states)}")


def _own_checks(parts: Assembly) -> Iterator[Finding]:
    """What plugins know of their surroundings."""
    for plugin in parts.plugins:
        yield from (
            Finding("error", "plugins", f"{plugin.name}: {text}")
            for text in _asked(plugin.name, plugin.contribute_checks)
        )


def _asked(name: str, ask: Callable[[], Sequence[str]]) -> Sequence[str]:
    try:
        return list(ask())
    except (Exception, SystemExit) as error:
        return [f"the check itself failed: {type(error).__name__}: {error}"]


def _platforms(parts: Assembly) -> Iterator[Finding]:
    web = parts.settings.core.web
    for adapter in parts.adapters:
        try:
            adapter.check_bind(web.host)
            adapter.inform(parts.settings, parts.plugins)
            platforms = list(adapter.contribute_platforms())
        except (Exception, SystemExit) as error:
            yield Finding("error", "adapters", f"{adapter.name}: {error}")
            continue
        for platform, problems in asyncio.run(_rights(platforms)):
            yield from (Finding("error", "adapters", f"{platform}: {text}") for text in problems)
            if not problems:
                yield Finding("ok", "adapters", f"{platform}: no problem found")


async def _rights(platforms: Sequence[Platform]) -> list[tuple[str, Sequence[str]]]:
    return [(platform.name, await _rights_of(platform)) for platform in platforms]


async def _rights_of(platform: Platform) -> Sequence[str]:
    try:
        async with asyncio.timeout(PATIENCE):
            return list(await platform.check())
    except TimeoutError:
        return [f"no answer within {PATIENCE:g} s"]
    except (Exception, SystemExit) as error:
        return [f"it could not be asked: {type(error).__name__}: {error}"]
