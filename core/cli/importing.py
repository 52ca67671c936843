"""``coterie import``: the past, from what other programs have exported."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coterie.core.cli.codes import CLEAN, FAILED
from coterie.core.cli.opened import database_of, db_option
from coterie.core.cli.output import Failure, Unusable, config_option, json_option, print_json

if TYPE_CHECKING:
    from coterie.core.cli.assemble import Assembly
    from coterie.core.config import Settings

_OPTIONS = (
    click.Argument(["path"], type=click.Path(path_type=Path, exists=True)),
    click.Option(["--community"], metavar="NAME", help="Whose past it is; needed where there are several."),
    click.Option(
        ["--chat", "chats"], metavar="ID", multiple=True, help="Take in this chat or server, whatever its place."
    ),
    click.Option(
        ["--bot", "bots"], metavar="ID", multiple=True, help="This account is a bot: its messages do not count."
    ),
    click.Option(["--dry-run", "dry"], is_flag=True, help="Import nothing, and say what would be imported."),
    click.Option(
        ["--report"],
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        help="Write every record that is left out, and why, to this file (JSON Lines).",
    ),
)


class Importers(click.Group):
    """A command for each importer that is installed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Their names."""
        from coterie.core.importing.importers import installed_importers

        return list(installed_importers())

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of one, if it can be loaded."""
        from coterie.core.importing.importers import installed_importers, load_importer

        if cmd_name not in installed_importers():
            return None
        about = load_importer(cmd_name).about

        def run(**options: Any) -> int:
            return import_command(cmd_name, **options)

        epilog = "Exit code 1 if anything could not be read. A second run goes on where the first one stopped."
        command = click.Command(cmd_name, callback=run, params=list(_OPTIONS), help=about, epilog=epilog)
        return json_option(db_option(config_option(command)))


@click.group("import", cls=Importers)
def imports() -> None:
    """Bring the past along: members, and who was active when. What people wrote is not kept."""


def import_command(
    name: str,
    *,
    path: Path,
    file: Path,
    db: str | None,
    community: str | None,
    chats: tuple[str, ...],
    bots: tuple[str, ...],
    dry: bool,
    report: Path | None,
    as_json: bool,
) -> int:
    """Import the files of one export; the exit code."""
    from dataclasses import replace

    from coterie.core.cli.assemble import assemble
    from coterie.core.cli.import_report import Reporter
    from coterie.core.importing.choosing import choose, chosen_community
    from coterie.core.importing.importers import load_importer
    from coterie.core.importing.running import import_all, opened

    importer = load_importer(name)
    try:
        files = importer.files(path)
    except ValueError as error:
        raise Unusable(f"{error}.") from error
    parts = assemble(file)
    settings: Settings = parts.settings
    if db:
        core = settings.core.model_copy(update={"database": database_of(file, db)})
        settings = replace(settings, core=core)
    if settings.core.database == "sqlite://":
        raise Unusable(
            "This store is in memory (sqlite://): what is imported would be gone at once. Name one with --db."
        )
    try:
        target = chosen_community(settings, community, importer.platform)
    except LookupError as error:
        raise Unusable(str(error.args[0])) from error
    with Reporter(importer, files, report, quiet=as_json, dry=dry) as reporter:
        choice = choose(settings, target, importer.platform, frozenset(chats))
        with opened(settings, _registered(parts)) as store:
            done = import_all(store, target, importer, files, choice, frozenset(bots), reporter, dry=dry)
    if as_json:
        print_json({"dry_run": dry, "community": target, "files": reporter.as_json(done)})
    else:
        reporter.say(done)
    if not any(each.taken for each in done):
        raise Failure("Nothing was imported: see the reasons above." if not as_json else "Nothing was imported.")
    return CLEAN if all(each.clean for each in done) else FAILED


def _registered(parts: Assembly) -> Any:
    from coterie.core.engine.breaker import Breaker
    from coterie.core.engine.registry import Registry

    registry = Registry(Breaker(lambda: 0))
    registry.add(parts.plugins)
    return registry
