"""Settings laid over each other, validated together, and every error led back to the layer that it came from."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Any, TypeAlias, TypeVar

from pydantic import ValidationError

from coterie.core.config.problems import Key, Refusal, did_you_mean
from coterie.core.config.secrets import SECRET_FORMAT, SecretSource
from coterie.core.config.types import Config

ErrorDetails: TypeAlias = Mapping[str, Any]
ConfigT = TypeVar("ConfigT", bound=Config)
Table = dict[str, object]

COMMAND_LINE = "command line"
_HIDDEN = frozenset({SECRET_FORMAT, "coterie-database"})
# What "expected … found …" says well enough, besides every error that ends in "_type".
_PLAIN = frozenset(
    {
        *("literal_error", "enum", "int_from_float", "multiple_of", "string_pattern_mismatch"),
        *("greater_than", "greater_than_equal", "less_than", "less_than_equal"),
        *("too_short", "too_long", "string_too_short", "string_too_long"),
        *("date_parsing", "datetime_parsing", "time_parsing"),
        *("date_from_datetime_parsing", "datetime_from_date_parsing"),
    }
)


@dataclass(frozen=True, slots=True)
class Layer:
    """Values from one table; `key` is where it stands, `file` is empty for the file being read."""

    key: Key
    values: Mapping[str, object] = field(repr=False)
    file: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What validation says about one key; an incomplete one is missing, or its secret is."""

    layer: Layer
    key: Key
    message: str
    hint: str = ""
    incomplete: bool = False


def merge(base: Mapping[str, object], over: Mapping[str, object]) -> Table:
    """Return `base` with `over` laid on it: tables merge key by key, anything else is replaced."""
    merged = dict(base)
    for name, value in over.items():
        old = merged.get(name)
        if isinstance(old, dict) and isinstance(value, dict) and not (_is_secret(old) and _is_secret(value)):
            value = merge(old, value)
        merged[name] = value
    return merged


def _is_secret(table: Table) -> bool:
    # { env = "A" } under { file = "b" } is one or the other, never both.
    return len(table) == 1 and not table.keys().isdisjoint({"env", "file"})


def validate_layers(
    model: type[ConfigT], layers: Sequence[Layer], source: SecretSource
) -> tuple[ConfigT | None, list[Finding]]:
    """Return the model made of `layers`, lowest first, or None with all that is wrong; never raises."""
    values: Table = {}
    for layer in layers:
        values = merge(values, layer.values)
    try:
        # JSON mode is what makes strictness bearable: lists become tuples and sets, text becomes enums, "3" no number.
        return model.model_validate_json(json.dumps(values, default=_plain), context=source), []
    except ValidationError as error:
        # The inputs stay behind: one of them may be a secret in the wrong place.
        details = error.errors(include_input=False)
        return None, list(_findings(model, layers, values, details))
    except Exception as error:  # the model's own validators are other people's code
        message = f"the check of these settings failed with {type(error).__name__}"
        return None, [Finding(layers[-1], layers[-1].key, message, "this is a mistake in the plugin or adapter")]


def _plain(value: object) -> str:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _findings(
    model: type[Config], layers: Sequence[Layer], values: Table, details: Sequence[ErrorDetails]
) -> Iterator[Finding]:
    paths = [_path(values, detail) for detail in details]
    for detail, path in zip(details, paths, strict=True):
        # Of a union's choices, the one that came closest speaks: it found a mistake further inside.
        if len(path) < len(detail["loc"]) and any(len(other) > len(path) == _shared(other, path) for other in paths):
            continue
        missing = detail["type"] == "missing"
        layer = origin(layers, path, lowest=missing)
        message, hint = _explain(model, path, _lookup(values, path), detail)
        cause = detail.get("ctx", {}).get("error")
        incomplete = missing or (isinstance(cause, Refusal) and cause.incomplete)
        yield Finding(layer, layer.key + path, message, hint, incomplete)


def _shared(one: Key, other: Key) -> int:
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def _path(values: Table, detail: ErrorDetails) -> Key:
    """Return where the error is, without the marks that pydantic puts in for unions and dictionary keys."""
    path: Key = ()
    current: object = values
    for part in detail["loc"]:
        inner = _step(current, part)
        if inner is not _NOTHING:
            path, current = (*path, part), inner
    return (*path, detail["loc"][-1]) if detail["type"] == "missing" else path


_NOTHING = object()


def _step(value: object, part: str | int) -> object:
    if isinstance(value, dict):
        return value.get(part, _NOTHING)
    if isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
        return value[part]
    return _NOTHING


def _lookup(values: Table, path: Key) -> object:
    current: object = values
    for part in path:
        current = _step(current, part)
    return current


def _depth(layer: Layer, path: Key) -> int:
    """Return how far into `path` the layer has values."""
    current: object = layer.values
    for depth, part in enumerate(path):
        current = _step(current, part)
        if current is _NOTHING:
            return depth
    return len(path)


def origin(layers: Sequence[Layer], path: Key, *, lowest: bool = False) -> Layer:
    """Return the layer that has most of `path`; of equals the one on top, or the lowest, where a key is to be added."""
    best = max(_depth(layer, path) for layer in layers)
    equals = [layer for layer in layers if _depth(layer, path) == best]
    if lowest:
        return equals[0]
    return next((layer for layer in reversed(equals) if layer.values), equals[-1])


def _explain(model: type[Config], path: Key, value: object, detail: ErrorDetails) -> tuple[str, str]:
    """Return message and hint for one error, in the words of the configuration file."""
    kind, context = detail["type"], detail.get("ctx", {})
    cause = context.get("error")  # an exception from a validator, or a few words of pydantic's
    if isinstance(cause, Exception) and not isinstance(cause, Refusal):
        return str(cause) or type(cause).__name__, ""
    if "url" not in detail:  # only pydantic's own errors have one
        return detail["msg"], ""

    # Only an error needs the schema: importing and building it costs more than loading a whole file.
    from coterie.core.config.schema import in_words, keys_at, schemas_at

    if kind == "extra_forbidden":
        known = keys_at(model, path[:-1])
        listed = f"known here: {', '.join(known)}" if known else "no keys are known here"
        return "this key is not known", did_you_mean(str(path[-1]), known, listed)
    schemas = schemas_at(model, path)
    is_secret = any(schema.get("format") in _HIDDEN for schema in schemas)
    if isinstance(cause, Refusal):
        is_open = schemas and not is_secret and str(cause).startswith("expected")
        return str(cause) + (f", found {found(value)}" if is_open else ""), cause.hint
    expected = " or ".join(dict.fromkeys(words for schema in schemas if (words := in_words(schema))))
    if kind == "missing":
        return f"this key is missing; expected {expected or 'a value'}", ""
    if is_secret and (length := _bound(context)):
        return f"expected a secret of{length.removeprefix(',')} characters", ""
    if not expected or is_secret or "[key]" in detail["loc"] or not (kind in _PLAIN or kind.endswith("_type")):
        limit = f"; expected {expected}" if expected else ""
        return detail["msg"].replace("Input", "this value", 1) + limit, ""
    bound = _bound(context) if all("anyOf" in schema or "type" not in schema for schema in schemas) else ""
    shown = all(schema.get("type") not in ("object", "array") for schema in schemas)
    return f"expected {expected}{bound}, found {found(value, shown=shown)}", _hint(value, schemas)


def _bound(context: Mapping[str, Any]) -> str:
    """Return a limit that the schema cannot hold, such as that of a duration."""
    names = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}
    names |= {"min_length": "at least", "max_length": "at most"}
    return "".join(f", {words} {context[name]}" for name, words in names.items() if name in context)


def _hint(value: object, schemas: Sequence[Mapping[str, Any]]) -> str:
    if not isinstance(value, str):
        return ""
    types = {schema.get("type") for schema in schemas}
    is_number = value.removeprefix("-").isdecimal() and value.isascii() and types & {"integer", "number"}
    if is_number or (value in ("true", "false") and "boolean" in types):
        return f"write it without quotes: {value}"
    return did_you_mean(value, [str(choice) for schema in schemas for choice in schema.get("enum", [])])


def found(value: object, *, shown: bool = True) -> str:
    """Return what stands in the file, in words; text is told only where it is `shown`, as it may be a secret."""
    match value:
        case bool():
            return str(value).lower()
        case int() | float():
            return f"the number {value}"
        case str():
            short = value if len(value) <= 40 else value[:39] + "…"
            return f"the text {json.dumps(short, ensure_ascii=not short.isprintable())}" if shown else "text"
        case list():
            return f"a list of {len(value)} item{'' if len(value) == 1 else 's'}"
        case dict():
            return "a table"
        case datetime() | date():
            return f"the date {value.isoformat()}"
        case time():
            return f"the time {value.isoformat()}"
    return "nothing"
