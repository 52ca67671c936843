"""``coterie plugin list``: what is installed."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.output import config_option, json_option, print_json, say, table

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


@dataclass(slots=True)
class Installed:
    """One installed plugin; ``problem`` is empty for one that can be used."""

    name: str
    version: str
    package: str
    enabled: list[str] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    tables: list[str] = field(default_factory=list)
    problem: str = ""


@click.command("list")
@config_option
@json_option
def list_command(file: Path, as_json: bool) -> int:
    """List the installed plugins: where they come from, in which communities they are on, whether they load."""
    from coterie.core.loading import clashes, installed_plugins

    found = [_look(name, point) for name, point in installed_plugins().items()]
    enabled = _enabled(file)
    for each in found:
        each.enabled = [community for community, names in enabled.items() if each.name in names]
    for clash in clashes():
        print(f"Warning: {clash}", file=sys.stderr)
    if as_json:
        print_json([asdict(each) for each in found])
        return CLEAN
    rows = [
        (e.name, e.version, e.package, e.enabled, [f"/{name}" for name in e.commands], e.tables, e.problem or "ok")
        for e in found
    ]
    say(
        table(("PLUGIN", "VERSION", "FROM", "ON IN", "COMMANDS", "TABLES", "STATUS"), rows)
        if rows
        else "No plugin is installed."
    )
    return CLEAN


def _look(name: str, point: EntryPoint) -> Installed:
    """Load one plugin and describe it; whatever goes wrong is its status."""
    from coterie.core.engine.breaker import Breaker
    from coterie.core.engine.registry import PluginProblem, Registry
    from coterie.core.loading import LoadFailed, load_plugin, make, package_of

    package, version = package_of(point)
    made = Installed(name, version, package)
    try:
        plugin = make("plugin", name, load_plugin(name))
        made.tables = sorted(plugin.metadata.tables) if plugin.metadata is not None else []
        registry = Registry(Breaker(lambda: 0))
        # What it requires is another plugin's line: here it counts as present.
        registry.plugins |= dict.fromkeys(plugin.requires, plugin)
        registry.add([plugin])
        made.commands = [spec.name for spec, _ in registry.declarations[name].commands]
    except LoadFailed as failure:
        made.problem = (
            f"{failure.problem.error} ({failure.problem.hint})" if failure.problem.hint else failure.problem.error
        )
    except PluginProblem as problem:
        made.problem = str(problem).removeprefix(f"plugin {name}: ")
    return made


def _enabled(file: Path) -> dict[str, frozenset[str]]:
    """The plugins that each community of a configuration has on; nothing where there is none to read."""
    from coterie.core.config import ConfigError, load
    from coterie.core.unread import Anything

    if not file.exists():
        return {}
    try:
        settings = load(file, Anything(), Anything())
    except ConfigError as error:
        print(f"Warning: {error}", file=sys.stderr)
        return {}
    return {community.name: community.enabled for community in settings.communities}
