"""What commands print: plain tables, JSON for scripts, and errors as one sentence."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Final

import click

from coterie.core.cli.codes import BROKEN, FAILED

DEFAULT_CONFIG: Final = Path("plugins.toml")

config_option = click.option(
    "-c",
    "--config",
    "file",
    type=click.Path(path_type=Path, dir_okay=False),
    default=DEFAULT_CONFIG,
    show_default=True,
    help="The configuration file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts.")


class Failure(click.ClickException):
    """Something that a person can mend; the message says what, where and how."""

    exit_code: ClassVar[int] = FAILED


class Unusable(Failure):
    """The configuration or the command line cannot be used."""

    exit_code: ClassVar[int] = BROKEN


def say(text: str = "") -> None:
    """Print a line at once, also when nobody reads it at a terminal."""
    print(text, flush=True)


def print_json(value: Any) -> None:
    """Print a value for a script."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Columns beside each other, two spaces apart; wide characters count for two."""
    lines = [[_cell(value) for value in row] for row in (head, *rows)]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(head))]
    return "\n".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )


def _cell(value: object) -> str:
    text = (
        "-"
        if value in (None, "", (), [])
        else ", ".join(map(str, value))
        if isinstance(value, list | tuple)
        else str(value)
    )
    return "".join(each if each.isprintable() else " " for each in text)


def _width(text: str) -> int:
    return sum(
        2 if unicodedata.east_asian_width(each) in "WF" else 0 if unicodedata.combining(each) else 1 for each in text
    )


def count(number: int, one: str, many: str = "") -> str:
    """``3 plugins``, ``1 plugin``."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def explain(error: Exception) -> tuple[str, int]:
    """What a person is told of an error, and the exit code."""
    if _is(error, "coterie.core.config.problems", "ConfigError"):
        return str(error), BROKEN
    if _is(error, "coterie.core.engine.registry", "PluginProblem"):
        return f"Error: {error}", BROKEN
    if _is(error, "coterie.storage.faults", "StoreUnavailable") or _is(
        error, "coterie.storage.faults", "StoreMismatch"
    ):
        return f"Error: {_sentence(error)}", FAILED
    if _is(error, "coterie.core.platform", "PlatformError"):
        return f"Error: {_sentence(error)}", FAILED
    if _is(error, "sqlalchemy.exc", "ArgumentError"):
        return f"Error: the database address cannot be understood: {_sentence(error)}", BROKEN
    if _is(error, "sqlalchemy.exc", "DBAPIError"):
        return f"Error: the database refuses: {_sentence(getattr(error, 'orig', None) or error)}", FAILED
    if isinstance(error, OSError) and error.strerror:
        return f"Error: {error.filename}: {error.strerror}" if error.filename else f"Error: {error.strerror}", FAILED
    text = f"Error: Coterie itself made a mistake: {type(error).__name__}: {_sentence(error)}"
    return f"{text}\n--debug shows where; please report it with that.", FAILED


def _is(error: Exception, module: str, name: str) -> bool:
    """Whether an error is of a kind, without importing the kind: an error of it has its module loaded."""
    kind = getattr(sys.modules.get(module), name, None)
    return isinstance(kind, type) and isinstance(error, kind)


def _sentence(error: object) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines) if lines else type(error).__name__
