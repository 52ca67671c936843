"""The table of commands, and what becomes of errors. A command's module is imported when the command is called."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import click

from coterie.core.cli.codes import CLEAN, FAILED, STOPPED, debugging

_COMMANDS: Final = {
    "demo": ("coterie.core.cli.demo:demo", "Open the playground: no token, no account, no configuration."),
    "run": ("coterie.core.cli.run:run_command", "Run what plugins.toml describes."),
    "play": ("coterie.core.cli.scenario:play", "Play scenario files and print what everybody saw."),
    "simulate": (
        "coterie.core.cli.simulate:simulate",
        "Let people and faults do anything, from seeds, and look whether everything holds.",
    ),
    "check": ("coterie.core.cli.check:check", "Say what is wrong with the configuration, plugins, store and bots."),
    "db": ("coterie.core.cli.root:db", "Look after the store."),
    "ledger": ("coterie.core.cli.root:ledger", "Look after the books."),
    "member": ("coterie.core.cli.root:member", "Show, export or erase a member."),
    "access": ("coterie.core.cli.root:access", "See and compare rights on the platforms."),
    "segment": ("coterie.core.cli.root:segment", "Count and list the members whom a filter means."),
    "audit": ("coterie.core.cli.root:audit", "See what operators did."),
    "events": ("coterie.core.cli.root:events", "Look at events."),
    "import": ("coterie.core.cli.importing:imports", "Bring the past along, from what other programs have exported."),
    "plugin": ("coterie.core.cli.root:plugin", "List plugins, or begin a new one."),
    "hooks": ("coterie.core.cli.hooks:hooks", "List every hook that a plugin may implement."),
    "config": ("coterie.core.cli.root:config", "Help with the configuration file."),
}
_GROUPS: Final = {
    "db": {
        "status": (
            "coterie.core.cli.store:status_command",
            "Show where the migrations of the core and each plugin stand.",
        ),
        "upgrade": ("coterie.core.cli.store:upgrade_command", "Bring the store up to date."),
        "backup": ("coterie.core.cli.backup:backup_command", "Write the store into one file, also while Coterie runs."),
        "restore": (
            "coterie.core.cli.backup:restore_command",
            "Restore the store from a backup; all of it or nothing.",
        ),
    },
    "ledger": {
        "verify": ("coterie.core.cli.books:verify_command", "Prove the books; changes nothing."),
        "trial": ("coterie.core.cli.books:trial_command", "Show the trial balance."),
        "report": ("coterie.core.cli.books:report_command", "Show supply, flows, velocity and concentration."),
        "statement": ("coterie.core.cli.entries:statement_command", "Show what moved in a member's wallet."),
        "reverse": ("coterie.core.cli.entries:reverse_command", "Take a transfer back by a counter-entry."),
    },
    "member": {
        "show": ("coterie.core.cli.people:show", "Show what is known of a member."),
        "export": ("coterie.core.cli.people:export", "Write everything about a member into a zip."),
        "erase": ("coterie.core.cli.people:erase", "Erase a member; the books stay balanced."),
        "erased": ("coterie.core.cli.people:erased", "List who was erased, for after a backup was restored."),
    },
    "access": {
        "plan": ("coterie.core.cli.access:plan", "Show what would change on the platforms, and why; changes nothing."),
        "apply": ("coterie.core.cli.access:apply", "Compare now; --confirm what the brake has stopped."),
        "show": ("coterie.core.cli.access:show", "Show a member's accesses and why they have them."),
    },
    "segment": {
        "list": ("coterie.core.cli.segments:list_command", "List the saved segments."),
        "count": ("coterie.core.cli.segments:count_command", "Count the members whom a filter means."),
        "export": ("coterie.core.cli.segments:export_command", "Write the members whom a filter means as CSV."),
    },
    "audit": {"list": ("coterie.core.cli.audit:list_command", "List what operators did, newest first.")},
    "events": {
        "dead": ("coterie.core.cli.letters:dead", "List events that a plugin has missed."),
        "retry": ("coterie.core.cli.letters:retry", "Offer missed events to their plugin again."),
    },
    "plugin": {
        "list": ("coterie.core.cli.plugins:list_command", "List the installed plugins."),
        "new": ("coterie.core.cli.scaffold:new", "Begin a plugin of your own, with a test that passes."),
    },
    "config": {"schema": ("coterie.core.cli.schema:schema", "Print the JSON Schema of plugins.toml, for editors.")},
}


class LazyGroup(click.Group):
    """A group whose commands are imported one by one, from a table of ``name: (module:attribute, help)``."""

    def __init__(self, name: str, table: Mapping[str, tuple[str, str]], **options: Any) -> None:
        super().__init__(
            name, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, **options
        )
        self.table = table

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the table."""
        return list(self.table)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """One command, imported now."""
        if cmd_name not in self.table:
            return None
        module, _, attribute = self.table[cmd_name][0].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), attribute))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; an unknown one is answered with those that sound like it."""
        if args and args[0] not in self.table and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.table, n=1)
            hint = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(self.table)}."
            raise click.UsageError(f"There is no command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in self.table.items()])


def _version(ctx: click.Context, _option: click.Parameter, asked: bool) -> None:
    if asked:
        from coterie.core import __version__

        click.echo(f"coterie {__version__}")
        ctx.exit()


@click.group(cls=LazyGroup, table=_COMMANDS)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Print the version."
)
@click.option(
    "--debug", is_flag=True, expose_value=False, help="Show tracebacks, and log everything (COTERIE_DEBUG=1 does too)."
)
def cli() -> None:
    """One community across Discord and Telegram: one member record, one wallet, one set of rights."""


def _group(name: str) -> click.Group:
    return LazyGroup(name, _GROUPS[name], help=_COMMANDS[name][1])


db, ledger, member, access, segment, audit, events, plugin, config = map(_group, _GROUPS)


def run(args: Sequence[str]) -> int:
    """Run one command line; the exit code. Errors become a sentence on standard error."""
    words = list(args)
    options = words[: words.index("--")] if "--" in words else words
    if "--debug" in options:  # anywhere on the line
        words.remove("--debug")
        os.environ["COTERIE_DEBUG"] = "1"
    try:
        code = cli.main(words, prog_name="coterie", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else CLEAN
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        return STOPPED
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except BrokenPipeError:
        # Whoever read our output has gone; nothing more can be said there, at exit neither.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return FAILED
    except Exception as error:
        if debugging():
            raise
        from coterie.core.cli.output import explain

        text, code = explain(error)
        click.echo(text, err=True)
        return code
