"""``coterie db backup`` and ``coterie db restore``."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.opened import database_of, db_option, missing_file, reading
from coterie.core.cli.output import Failure, config_option, count, json_option, print_json, say

if TYPE_CHECKING:
    from coterie.storage.copying.archive import Reader
    from coterie.storage.copying.loading import Plan, Restored
    from coterie.storage.copying.saving import Progress, Saved
    from coterie.storage.migrate import Migrations

_force = click.option("--force", is_flag=True, help="Replace what is there.")


@click.command("backup")
@click.argument("backup", metavar="FILE", type=click.Path(path_type=Path))
@config_option
@db_option
@_force
@click.option("--verify", "prove", is_flag=True, help="Restore it into a temporary store, and prove the books there.")
@json_option
def backup_command(file: Path, backup: Path, db: str | None, force: bool, prove: bool, as_json: bool) -> int:
    """Write a backup of the store into FILE (in a folder: named by the time), also while Coterie runs.

    It is of one moment, can be restored into SQLite and PostgreSQL, and holds secrets.
    """
    from coterie.core import __version__
    from coterie.storage.copying.saving import back_up

    if backup.is_dir():
        backup /= f"coterie-{datetime.now(UTC):%Y%m%d-%H%M%S}.zip"
    started, sets = time.monotonic(), installed_sets()
    with failing(), bar("Backing up") as progress, reading(database_of(file, db)) as engine:
        saved = back_up(engine, backup, tables_of(sets), version=__version__, replace=force, progress=progress)
    if prove:
        _prove(saved, sets)
    rows, tables = saved.manifest.rows, len(saved.manifest.tables)
    if as_json:
        found = {"file": str(backup), "rows": rows, "tables": tables, "bytes": saved.size, "verified": prove}
        print_json(found | {"left_out": list(saved.foreign)})
        return CLEAN
    say(
        f"{backup}: {count(rows, 'row')} of {count(tables, 'table')} ({', '.join(saved.manifest.heads)}), "
        f"{saved.size / 1e6:,.1f} MB, {time.monotonic() - started:.1f} s."
    )
    if saved.foreign:
        say(f"Left out, because they are not Coterie's: {', '.join(saved.foreign)}.")
    if prove:
        say("Verified: it was restored into a temporary store, and the books are in order there.")
    say("It holds secrets and everything about your members: keep it as safe as the store.")
    return CLEAN


@click.command("restore")
@click.argument("backup", metavar="FILE", type=click.Path(path_type=Path))
@config_option
@db_option
@_force
@click.option(
    "--skip-plugin", "skip", multiple=True, metavar="PLUGIN", help="Leave out a plugin's tables; as often as you like."
)
@click.option("--despite-findings", is_flag=True, help="Restore books that were out of order in the backup already.")
@json_option
def restore_command(
    file: Path, backup: Path, db: str | None, force: bool, skip: tuple[str, ...], despite_findings: bool, as_json: bool
) -> int:
    """Restore the store from FILE, into an empty database of either kind, and prove the books. All of it or nothing.

    Stop Coterie first.
    """
    from coterie.storage.copying.archive import BackupError, Reader
    from coterie.storage.copying.loading import plan_for
    from coterie.storage.copying.placing import restore

    url, started, sets = database_of(file, db), time.monotonic(), installed_sets()
    missing_file(url)

    def accept(done: Restored) -> None:
        if done.findings and not despite_findings:
            raise BackupError(
                _out_of_order(done.findings) + " Nothing was restored; --despite-findings restores it so."
            )

    with failing(), Reader(backup) as reader:
        reader.prove()
        plan = plan_for(reader, sets, frozenset(skip))
        with bar("Restoring") as progress:
            done = restore(reader, url, plan, tables_of(sets), replace=force, accept=accept, progress=progress)
    if as_json:
        print_json(_as_json(done))
    else:
        _tell(reader, done, time.monotonic() - started)
    return CLEAN


def _out_of_order(findings: list[str]) -> str:
    more = f" (and {count(len(findings) - 1, 'more finding')})" if len(findings) > 1 else ""
    return f"The books in this backup are not in order: {findings[0]}{more}."


def _as_json(done: Restored) -> dict[str, Any]:
    return {
        "rows": done.rows,
        "tables": done.tables,
        "findings": done.findings,
        "not_installed": done.plan.raw,
        "skipped": done.plan.skipped,
        "upgraded": done.upgraded,
        "replaced": done.replaced,
    }


def _tell(reader: Reader, done: Restored, seconds: float) -> None:
    rows, tables = count(done.rows, "row"), count(done.tables, "table")
    say(f"Restored {rows} of {tables} from {reader.file} of {reader.manifest.made_at}, {seconds:.1f} s.")
    if done.plan.raw:
        say(
            f"Not installed here: {', '.join(done.plan.raw)}. Their tables were restored as they were, without checks; "
            "the plugin finds them when it is back."
        )
    if done.plan.skipped:
        say(f"Left out, as you said: the tables of {', '.join(done.plan.skipped)}.")
    if done.upgraded:
        say(f"Brought up to date: {', '.join(done.upgraded)}.")
    for table, cells in done.replaced.items():
        say(f"In {table}, {count(cells, 'text')} held U+0000, which PostgreSQL cannot keep: it became U+FFFD.")
    for finding in done.findings:
        say(finding)
    if not done.findings:
        say("The books are in order.")


def _prove(saved: Saved, sets: dict[str, Migrations]) -> None:
    """Restore a backup into a store that is thrown away; raises :class:`Failure` if anything is wrong with it."""
    from coterie.storage.copying.archive import Reader
    from coterie.storage.copying.loading import plan_for
    from coterie.storage.copying.placing import restore

    with (
        failing(),
        tempfile.TemporaryDirectory(prefix=".coterie-verify-", dir=saved.file.parent) as folder,
        bar("Verifying") as progress,
        Reader(saved.file) as reader,
    ):
        reader.prove()
        plan: Plan = plan_for(reader, sets, frozenset())
        done = restore(reader, f"sqlite:///{folder}/coterie.db", plan, tables_of(sets), progress=progress)
    if done.findings:
        raise Failure(_out_of_order(done.findings) + f" {saved.file} holds them as they are in the store.")


def installed_sets() -> dict[str, Migrations]:
    """The migrations of the core and of every installed plugin that can be loaded, by name."""
    from coterie.core.engine.boot import migrations_of
    from coterie.core.engine.registry import PluginProblem
    from coterie.core.loading import installed_plugins, load_plugin, make

    found = {each.name: each for each in migrations_of({})}
    for name in installed_plugins():
        with contextlib.suppress(PluginProblem):  # as good as not installed; `coterie plugin list` tells what is wrong
            plugin = make("plugin", name, load_plugin(name))
            found |= {each.name: each for each in migrations_of({name: plugin})}
    return found


def tables_of(sets: dict[str, Migrations]) -> dict[str, str]:
    """To which set each table belongs."""
    return {table: name for name, each in sets.items() for table in each.metadata.tables}


@contextlib.contextmanager
def failing() -> Iterator[None]:
    """What is wrong with a backup is a sentence for the person at the terminal."""
    from coterie.storage.copying.archive import BackupError

    try:
        yield
    except BackupError as error:
        raise Failure(str(error)) from error


@contextlib.contextmanager
def bar(label: str) -> Iterator[Progress]:
    """A progress bar, where somebody watches."""
    if not sys.stderr.isatty():
        yield lambda _table, _done, _all: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr) as shown:

        def tell(_table: str, done: int, total: int) -> None:
            shown.length = max(total, 1)
            shown.update(done - shown.pos)

        yield tell
