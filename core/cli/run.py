"""``coterie run``: the real thing, one process."""

from __future__ import annotations

from pathlib import Path

import click

from coterie.core.cli.output import Unusable, config_option


@click.command("run")
@config_option
@click.option("--safe-mode", is_flag=True, help="Leave out plugins that do not come with Coterie.")
def run_command(file: Path, safe_mode: bool) -> int:
    """Run what plugins.toml describes: adapters, plugins, senders and pages, in one process.

    Ends cleanly at Ctrl-C or SIGTERM: what is queued is handled, what is on its way is sent. Exit code 0 after a clean
    end, 1 after a failure, 2 for a configuration that cannot be used.
    """
    from coterie.core.cli.warm import warm_up

    warm_up()
    from coterie.core.app import App
    from coterie.core.cli.assemble import assemble, register
    from coterie.core.cli.running import run_app, start_logging, warn
    from coterie.core.engine.breaker import Breaker
    from coterie.core.engine.registry import PluginProblem, Registry

    parts = assemble(file, safe_mode=safe_mode)
    warn(parts.settings.warnings)
    warn(f"safe mode leaves out the plugin {name}" for name in parts.left_out)
    start_logging(parts.settings)
    try:
        app = App(parts.settings, plugins=parts.plugins, adapters=parts.adapters)
    except PluginProblem as problem:
        told = list(register(parts.plugins, Registry(Breaker(lambda: 0))))
        raise Unusable("\n".join(told) or str(problem)) from problem
    return run_app(
        app,
        taken="Stop the program that uses it, or set another port under [coterie] web (0 takes a free one).",
    )
