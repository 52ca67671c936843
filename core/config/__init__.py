"""`plugins.toml`: reading it, and what the rest of Coterie gets to see of it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from coterie.core.config.communities import AccessConfig, Slot, SpaceConfig, TargetConfig
from coterie.core.config.layers import ConfigT, Layer, Table, merge, validate_layers
from coterie.core.config.problems import ConfigError, Key, Problem, dotted, line_of
from coterie.core.config.reader import (
    CommunitySettings,
    Models,
    PluginSettings,
    Reader,
    Settings,
    source_for,
)
from coterie.core.config.secrets import Secret
from coterie.core.config.types import (
    AccountRef,
    ClockTime,
    Config,
    CoreConfig,
    CurrencyConfig,
    Duration,
    Locale,
    RetentionConfig,
    RightsConfig,
    TimeZone,
    format_duration,
    parse_duration,
)

__all__ = [
    "AccessConfig",
    "AccountRef",
    "ClockTime",
    "CommunitySettings",
    "Config",
    "ConfigError",
    "CoreConfig",
    "CurrencyConfig",
    "Duration",
    "Locale",
    "PluginSettings",
    "Problem",
    "RetentionConfig",
    "RightsConfig",
    "Secret",
    "Settings",
    "Slot",
    "SpaceConfig",
    "TargetConfig",
    "TimeZone",
    "format_duration",
    "json_schema",
    "load",
    "merge",
    "parse_duration",
    "validate",
]


def load(
    path: str | Path,
    plugins: Models,
    adapters: Models,
    environ: Mapping[str, str] | None = None,
    *,
    core: Mapping[str, object] | None = None,
    enable: Iterable[str] = (),
) -> Settings:
    """Read and check a configuration file; raises ConfigError with every problem in it.

    `core` holds keys of `[coterie]` from the command line, `enable` plugins to switch on; both win over the file.
    """
    file = Path(path)
    text = _read(file)
    document = _parse(text, str(file))
    source = source_for(environ, file.parent)
    values = {name: _from_here(value) if name == "database" else value for name, value in (core or {}).items()}
    reader = Reader(str(file), text, document, plugins, adapters, source, values, frozenset(enable))
    return reader.settings(file)


def validate(
    model: type[ConfigT],
    values: Mapping[str, object],
    *,
    name: str = "settings",
    environ: Mapping[str, str] | None = None,
    folder: Path = Path(),
) -> ConfigT:
    """Return `model` made of values that were typed in somewhere else, such as the console; raises ConfigError."""
    config, findings = validate_layers(model, [Layer((), values, name)], source_for(environ, folder))
    if config is None:
        raise ConfigError(Problem(name, None, dotted(item.key), item.message, item.hint) for item in findings)
    return config


def json_schema(plugins: Models, adapters: Models) -> dict[str, Any]:
    """Return the JSON Schema (draft 2020-12) of the file, for editors."""
    from coterie.core.config import schema

    return schema.json_schema(plugins, adapters)


def _from_here(address: object) -> object:
    """Return a database address from the command line, where a relative file lies in the current folder."""
    match = re.fullmatch(r"(sqlite[+a-z]*:///)([^/:].*)", address) if isinstance(address, str) else None
    return f"{match[1]}{Path.cwd() / match[2]}" if match and not match[2].startswith("file:") else address


def _read(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        problem = Problem(str(file), line, "", "this line is not UTF-8 text", "save the file as UTF-8")
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = error.strerror if isinstance(error, OSError) else "this path cannot name a file"
        problem = Problem(str(file), None, "", f"the file cannot be read: {reason}")
    raise ConfigError([problem])


_TOML_PLACE = re.compile(r"(.*) \(at (?:line (\d+), column \d+|end of document)\)", re.DOTALL)
_TOO_DEEP = 32


def _parse(text: str, file: str) -> Table:
    line: int | None = None
    try:
        document = tomllib.loads(text)
    except RecursionError:
        message = "tables and lists are nested too deeply"
    except ValueError as error:  # TOMLDecodeError, or a number with thousands of digits
        message, match = str(error), _TOML_PLACE.fullmatch(str(error))
        if match:
            message, line = match[1], int(match[2] or text.count("\n") + 1)
        message = f"this is not valid TOML: {message[:1].lower()}{message[1:]}"
    else:
        if problem := _unusable(document, text, file):
            raise ConfigError([problem])
        return document
    raise ConfigError([Problem(file, line, "", message)])


def _unusable(document: Table, text: str, file: str) -> Problem | None:
    """Return what no model could look at safely: endless depth, numbers that TOML does not have."""
    waiting: list[tuple[Key, object]] = [((), document)]
    while waiting:
        key, value = waiting.pop()
        message = ""
        if len(key) > _TOO_DEEP:
            message = f"tables and lists are nested more than {_TOO_DEEP} deep"
        elif isinstance(value, int) and not -(2**63) <= value < 2**63:
            message = "expected a whole number of at most 64 bits"
        if message:
            from coterie.core.config.lines import key_lines

            return Problem(file, line_of(key, key_lines(text)), dotted(key[:_TOO_DEEP]), message)
        if isinstance(value, dict):
            waiting += [((*key, name), inner) for name, inner in value.items()]
        elif isinstance(value, list):
            waiting += [((*key, index), inner) for index, inner in enumerate(value)]
    return None
