"""``coterie hooks``: the table of hooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.output import json_option, print_json, say, table

if TYPE_CHECKING:
    from coterie.core.hooks import Hook


@click.command("hooks")
@click.option("--markdown", is_flag=True, help="Print a page for the documentation.")
@json_option
def hooks(markdown: bool, as_json: bool) -> int:
    """List every hook that a plugin may implement, as the engine knows them."""
    from coterie.core.hooks import HOOKS

    if as_json:
        print_json([_plain(hook) for hook in HOOKS])
    elif markdown:
        from coterie.core.hookdocs import page

        say(page().rstrip())
    else:
        say(table(("HOOK", "KIND", "EVENT", "WHEN IT FAILS", "DOES"), [_row(hook) for hook in HOOKS]))
    return CLEAN


def _plain(hook: Hook) -> dict[str, object]:
    return {
        "name": hook.name,
        "kind": hook.kind,
        "does": hook.does,
        "event": hook.event.__name__ if hook.event else None,
        "parameters": list(hook.parameters),
        "fail": hook.fail,
        "since": hook.since,
    }


def _row(hook: Hook) -> tuple[str, str, str, str, str]:
    return hook.name, hook.kind, hook.event.__name__ if hook.event else "", _fate(hook), hook.does


def _fate(hook: Hook) -> str:
    return "goes on without it" if hook.fail == "open" else "refuses"
