"""``coterie demo``: the playground, with every built-in plugin and a sample community."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from coterie.core.cli.output import Failure

if TYPE_CHECKING:
    from coterie.core.app import App
    from coterie.core.loading import LoadProblem
    from coterie.core.plugin import Plugin

COMMUNITY: Final = "town"
TITLE: Final = "Coterie Town"
ADAPTER: Final = "sandbox"
POCKET_MONEY: Final = 1000
"""Points that each of the sample people starts with."""
LOCALES: Final = ("en", "zh-Hans", "zh-Hant")


@click.command("demo")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    show_default=True,
    help="Port of the page; 0 takes a free one.",
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; this machine's own.")
@click.option(
    "--db",
    metavar="URL",
    help="Keep everything: sqlite:///FILE or postgresql://…  Without it, nothing outlives the demo.",
)
@click.option("--locale", type=click.Choice(LOCALES), default="en", show_default=True, help="The community's language.")
@click.option(
    "--enable", multiple=True, metavar="PLUGIN", help="A further plugin: an installed name, or package.module:Class."
)
@click.option("--open/--no-open", "browse", default=False, help="Open the page in the browser.")
def demo(port: int, host: str, db: str | None, locale: str, enable: tuple[str, ...], browse: bool) -> int:
    """Open the playground: a community in the browser with every built-in plugin, where you are everybody.

    It needs no token, no account and no configuration. Ctrl-C ends it.
    """
    from coterie.core.cli.warm import warm_up

    warm_up()
    from coterie.core.app import App
    from coterie.core.cli.running import run_app, start_logging, warn
    from coterie.core.clock import ShiftedClock
    from coterie.core.config import Settings
    from coterie.core.loading import load_adapter

    plugins, problems = _plugins(enable)
    warn(f"left out: {problem}" for problem in problems)
    sandbox = load_adapter(ADAPTER)
    document = _document(plugins, state=_state_file(db))
    core = {
        "database": db or "sqlite://",
        "locale": locale,
        "web": {"host": host, "port": port},
        "log": {"level": "warning"},
    }
    models = {name: plugin.config for name, plugin in plugins.items()}
    settings = Settings.of(document, models, {ADAPTER: sandbox.config}, core=core)
    start_logging(settings)
    adapter = sandbox(settings.adapters[ADAPTER].config)
    return run_app(
        App(settings, plugins=list(plugins.values()), adapters=[adapter], clock=ShiftedClock()),
        taken="Stop the program that uses it, or choose another port: --port 0 takes a free one.",
        begin=_stock,
        ready=_browse if browse else None,
    )


async def _stock(app: App) -> None:
    """Give everybody in the sandbox something to play with; once, whatever is started how often."""
    from coterie.core.events import Who

    people: Any = getattr(app.settings.adapters[ADAPTER].config, "people", ())
    for name in people:
        await app.grant(Who(ADAPTER, name.lower(), name), POCKET_MONEY, "points", "welcome", f"demo:{name}")


def _plugins(enable: tuple[str, ...]) -> tuple[dict[str, Plugin], list[LoadProblem]]:
    """The built-in plugins that need no settings, the further ones, and those that have to be left out."""
    from coterie.core.loading import LoadFailed, installed_plugins, is_built_in, load_plugin, make

    plugins: dict[str, Plugin] = {}
    problems: list[LoadProblem] = []
    built_in = [name for name, point in installed_plugins().items() if is_built_in(point) and name not in enable]
    for name in (*built_in, *enable):
        try:
            found = load_plugin(name)
            needs = [key for key, item in found.config.model_fields.items() if item.is_required()]
            if needs and name in enable:
                raise Failure(
                    f"The plugin {name} needs settings ({', '.join(needs)}): use `coterie run` with a plugins.toml."
                )
            if not needs:
                plugins[found.name] = make("plugin", name, found)
        except LoadFailed as failure:
            if name in enable:
                raise
            problems.append(failure.problem)
    return plugins, problems


def _document(plugins: dict[str, Plugin], state: str) -> dict[str, Any]:
    """What a configuration file of the demo would hold."""
    return {
        "adapters": {ADAPTER: {"state": state}},
        "plugins": {name: {} for name in plugins},
        "communities": {COMMUNITY: {"title": TITLE, "spaces": [{"platform": ADAPTER, "id": "town", "title": TITLE}]}},
    }


def _state_file(db: str | None) -> str:
    """Where the rooms are kept: beside a SQLite file, else nowhere."""
    from coterie.storage.engine import sqlite_path

    file = sqlite_path(db) if db else None
    return f"{Path(file).resolve()}.town" if file is not None and str(file) != ":memory:" else ""


def _browse(address: str) -> None:
    import threading
    import webbrowser

    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()
