"""What a member can do here: the commands as they are typed, each with a sentence in the member's language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from coterie.core.commands import CommandSpec, usage
from coterie.core.text import Rich


@dataclass(frozen=True, slots=True)
class CommandHelp:
    """One command for a reader; ``name`` is what has to be typed, without the slash."""

    name: str
    usage: str
    description: Rich
    plugin: str


def usable(spec: CommandSpec, *, operator: bool, dm: bool) -> bool:
    """Whether a member may use a command in a direct chat (or in a room)."""
    return (operator or spec.level == "member") and spec.where in ("any", "dm" if dm else "room")


def usage_as(spec: CommandSpec, name: str) -> str:
    """The command's line under the name that reaches it here."""
    return f"/{name}{usage(spec).removeprefix(f'/{spec.name}')}"


Commands = Mapping[str, CommandSpec]
"""The commands of a community by the name that reaches each."""
