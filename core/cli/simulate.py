"""``coterie simulate``: many simulations, what they found, and the shortest scenarios that show it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from coterie.core.cli.codes import CLEAN, FAILED
from coterie.core.cli.output import Unusable

_NAMED: Final = "NAME…"


@click.command("simulate")
@click.option("--seeds", type=click.IntRange(1), default=20, show_default=True, help="How many simulations.")
@click.option("--first", type=click.IntRange(0), default=1, show_default=True, help="The first seed.")
@click.option("--steps", type=click.IntRange(1), default=300, show_default=True, help="Steps of each.")
@click.option(
    "--faults",
    metavar="a,b,none",
    help="Which faults; without it all but `owners`, with `all` these too, with `none` nothing goes wrong.",
)
@click.option("--db", metavar="URL", default="", help="postgresql://… for schemas on that server, in place of SQLite.")
@click.option(
    "--plugin",
    "plugins",
    multiple=True,
    metavar="NAME",
    help="People act in these plugins alone: installed names, or package.module:Class. All others are on as well.",
)
@click.option(
    "-c",
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Take plugins and settings from a configuration file.",
)
@click.option("--jobs", type=click.IntRange(1), default=1, show_default=True, help="How many run at a time.")
def simulate(
    seeds: int,
    first: int,
    steps: int,
    faults: str | None,
    db: str,
    plugins: tuple[str, ...],
    config: Path | None,
    jobs: int,
) -> int:
    """Simulate a town in which people do anything and everything may fail, and prove after each step that all holds.

    The same seed gives the same simulation. What does not hold is shrunk to a short scenario, simulation-SEED.play in
    this folder, that `coterie play` repeats. Exit code 1 when something was found.
    """
    from coterie.core.testing.play.hosting import CannotStart
    from coterie.core.testing.simulate.finding import told, write
    from coterie.core.testing.simulate.many import Order, findings, outcomes, recipe
    from coterie.core.testing.simulate.running import Plan

    if db and not db.startswith("postgres"):
        raise Unusable("--db is postgresql://…; without it every simulation has a SQLite file of its own.")
    names = tuple(name for given in plugins for name in given.split(",") if name)
    enable = tuple(name for name in names if ":" in name)
    try:
        started = recipe(Order(Plan(), enable, str(config or ""), db))
    except CannotStart as error:
        raise Unusable(str(error)) from error
    only = tuple(sorted({*(name for name in names if ":" not in name), *_named(started.plugins, enable)}))
    known = {plugin.name for plugin in started.plugins}
    if unknown := sorted(set(only) - known):
        raise Unusable(f"There is no plugin {unknown[0]!r} here; there are: {', '.join(sorted(known))}.")
    order = Order(Plan(steps, _faults(faults), only), enable, str(config or ""), db)
    wanted = range(first, first + seeds)
    with click.progressbar(outcomes(order, wanted, jobs), length=seeds, label="Simulating") as bar:
        all_of_them = list(bar)
    found = [outcome for outcome in all_of_them if outcome.problems]
    taken = sum(len(outcome.lines) for outcome in all_of_them)
    if not found:
        click.echo(f"{seeds} simulations, {taken} steps: everything holds")
        return CLEAN
    for outcome, finding in findings(order, found):
        if finding is None:
            click.echo(f"seed {outcome.seed}, step {len(outcome.lines)}: {outcome.problems[0]} (shrunk above)")
        else:
            path = write(finding, Path(), enable)
            click.echo("\n".join(told(finding, path)))
    click.echo(f"{seeds} simulations, {taken} steps: something does not hold in {len(found)}")
    return FAILED


def _named(plugins: tuple[type, ...], enable: tuple[str, ...]) -> list[str]:
    """The names of plugins that were given by their classes."""
    wanted = {name.rpartition(":")[2] for name in enable}
    return [str(getattr(plugin, "name", "")) for plugin in plugins if plugin.__qualname__ in wanted]


def _faults(given: str | None) -> tuple[str, ...]:
    from coterie.core.testing.simulate.faults import KINDS, USUAL

    if given is None:
        return USUAL
    names = [name.strip() for name in given.split(",") if name.strip()]
    if names == ["none"]:
        return ()
    if names == ["all"]:
        return tuple(KINDS)
    for name in names:
        if name not in KINDS:
            raise Unusable(f"There is no fault {name!r}; there are: {', '.join(KINDS)}, all and none.")
    return tuple(names)
