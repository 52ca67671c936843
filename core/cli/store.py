"""``coterie db``: where the migrations stand, and bringing the store up to date."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from coterie.core.cli.codes import CLEAN, FAILED
from coterie.core.cli.opened import db_option, missing_file
from coterie.core.cli.output import Failure, config_option, count, json_option, print_json, say, table

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from coterie.core.cli.assemble import Assembly
    from coterie.storage.migrate import Migrations, Status

STATES: Final = {
    "current": "up to date",
    "behind": "waits for an upgrade",
    "ahead": "newer than this version of Coterie",
}


@click.command("status")
@config_option
@db_option
@json_option
def status_command(file: Path, db: str | None, as_json: bool) -> int:
    """Show where the migrations of the core and of each plugin that is on stand. Exit code 1 if any has to be run."""
    url, sets = _sets(file, db)
    found = statuses(url, sets)
    states = [state_of(each, of) for each, of in zip(found, sets, strict=True)]
    if as_json:
        print_json(
            [
                {"name": s.name, "current": s.current, "head": s.head, "state": state}
                for s, state in zip(found, states, strict=True)
            ]
        )
    else:
        rows = [(each.name, each.current, each.head, STATES[state]) for each, state in zip(found, states, strict=True)]
        say(table(("TABLES OF", "AT", "NEWEST", "STATE"), rows))
        if "behind" in states:
            say("\n`coterie db upgrade` brings them up to date; so does the next `coterie run`.")
    return CLEAN if set(states) <= {"current"} else FAILED


@click.command("upgrade")
@config_option
@db_option
def upgrade_command(file: Path, db: str | None) -> int:
    """Run the migrations that have not run yet, each set in one transaction. Nothing happens where there are none."""
    from coterie.storage.engine import open_engine
    from coterie.storage.migrate import upgrade

    url, sets = _sets(file, db)
    missing_file(url)
    engine = open_engine(url, pool_size=1)
    try:
        done = upgrade(engine, sets)
    finally:
        engine.dispose()
    for each in done:
        say(f"{each.name}: from {each.current or 'nothing'} to {each.head}")
    say(
        f"{count(len(sets), 'set')} of tables, {count(len(done), 'upgrade')} run."
        if done
        else "Everything is up to date."
    )
    return CLEAN


def _sets(file: Path, db: str | None) -> tuple[str, list[Migrations]]:
    """The address of the store, and the migrations of the core and of all plugins that are on."""
    from coterie.core.cli.assemble import assemble
    from coterie.core.cli.opened import database_of

    parts = assemble(file)
    return database_of(file, db) if db else parts.settings.core.database, migrations(parts)


def migrations(parts: Assembly) -> list[Migrations]:
    """The migrations of an application, in the order in which they run; raises PluginProblem."""
    from coterie.core.engine.boot import migrations_of
    from coterie.core.engine.breaker import Breaker
    from coterie.core.engine.registry import Registry

    registry = Registry(Breaker(lambda: 0))
    registry.add(parts.plugins)
    return migrations_of(registry.plugins)


def statuses(url: str, sets: Sequence[Migrations]) -> list[Status]:
    """Where each set stands; of a SQLite file that is not there, at nothing."""
    from coterie.storage.engine import open_engine
    from coterie.storage.migrate import Status, head_of, status

    if missing_file(url):
        return [Status(each.name, None, head_of(each.folder)) for each in sets]
    engine: Engine = open_engine(url, pool_size=1)
    try:
        return status(engine, sets)
    finally:
        engine.dispose()


def state_of(found: Status, of: Migrations) -> str:
    """``current``, ``behind``, or ``ahead`` for a revision that this version does not have."""
    if found.up_to_date:
        return "current"
    if found.current is None:
        return "behind"
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(of.folder), version_locations=[str(of.folder)])
    return "behind" if any(each.revision == found.current for each in script.walk_revisions()) else "ahead"


__all__ = ["Failure", "migrations", "state_of", "statuses"]
