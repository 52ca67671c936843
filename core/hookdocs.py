"""The page about hooks (docs/hooks.md), made from the table of hooks and the methods of :class:`Plugin`."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Final

from coterie.core.hooks import HOOKS, Hook, Kind
from coterie.core.plugin import Plugin

MEANINGS: Final[dict[Kind, str]] = {
    "on": "tells every plugin",
    "decide": "the first answer wins",
    "contribute": "collects from every plugin",
    "around": "wraps, first plugin outermost",
    "export": "collects what every plugin keeps about one member",
    "erase": "asks every plugin, each in a transaction of its own, until it has done it",
}
"""What the verb at the start of a hook's name says about how it is called."""

_HEAD: Final = """\
# Hooks

A plugin implements a hook by having a method of its name, with exactly these parameters; nothing has to be registered.
Plugins are asked in the order of their names, those that another one requires before it. What is declared with a
decorator (commands, buttons, forms, timers, jobs, tasks, pictures, listeners to a plugin's own events) is told in
[plugins.md](plugins.md).

A hook that is *open* when it fails goes on without the plugin that is out of order; one that is *closed* refuses what
was to be decided. How plugins are kept apart is told in [isolation.md](isolation.md).

This page is made from the table in [`core/hooks.py`](../core/hooks.py): `coterie hooks --markdown > docs/hooks.md`.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return "\n".join(_lines())


def signature_of(hook: Hook) -> str:
    """How a plugin writes the method."""
    method = getattr(Plugin, hook.name)
    kind = "async def" if inspect.iscoroutinefunction(method) else "def"
    return f"{kind} {hook.name}{inspect.signature(method)}".replace("'", "")


def _lines() -> Iterator[str]:
    yield _HEAD
    for kind, meaning in MEANINGS.items():
        yield from (f"## `{kind}_*`: {meaning}", "")
        yield from ("| hook | method | called when | fails | since |", "|---|---|---|---|---|")
        for hook in HOOKS:
            if hook.kind == kind:
                cells = (f"`{hook.name}`", f"`{signature_of(hook)}`", hook.does, hook.fail, hook.since)
                yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
        yield ""
