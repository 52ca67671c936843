"""Configuration models in words for people, and as JSON Schema for editors."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from pydantic.errors import PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaWarningKind, models_json_schema

from coterie.core.config.communities import CommunityConfig
from coterie.core.config.problems import Key
from coterie.core.config.secrets import SECRET_FORMAT
from coterie.core.config.types import NAME, Config, CoreConfig, format_duration

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_REF = "#/$defs/"
_ENABLED: Schema = {"type": "boolean", "default": True, "description": "Whether this part is used"}

_WORDS = {
    SECRET_FORMAT: 'a secret: { env = "NAME" } or { file = "path" }',
    "coterie-clock-time": 'a time of day as "HH:MM"',
    "coterie-database": 'a database address such as "sqlite:///file.db"',
    "coterie-duration": 'a duration such as "30s", "10m", "1h30m" or "2d"',
    "coterie-name": 'a name of 1 to 32 of the characters a-z, 0-9, "-" and "_"',
    "coterie-time-zone": 'an IANA time zone such as "Europe/Berlin"',
    "date": "a date",
    "date-time": "a date with a time",
    "time": "a time of day",
    "uri": "a web address",
}
_KINDS = {"integer": "a whole number", "number": "a number", "boolean": "true or false", "string": "text"}


class _Generator(GenerateJsonSchema):
    """Writes defaults in the notation of the configuration file."""

    def emit_warning(self, kind: JsonSchemaWarningKind, detail: str) -> None:
        """Stay quiet: a default that JSON cannot hold is left out of the schema, and nothing is lost."""

    def encode_default(self, dft: Any) -> Any:
        match dft:
            case timedelta():
                return format_duration(dft)
            case time():
                return f"{dft:%H:%M}"
            case ZoneInfo():
                return str(dft)
        return super().encode_default(dft)


def json_schema(plugins: Mapping[str, type[Config]], adapters: Mapping[str, type[Config]]) -> Schema:
    """Return the JSON Schema (draft 2020-12) of `plugins.toml` with these plugins and adapters.

    It calls no valid file wrong; keys that may also come from another section are checked by `load` alone.
    """
    models: dict[type[Config], None] = dict.fromkeys(
        [CoreConfig, CommunityConfig, *plugins.values(), *adapters.values()]
    )
    named, top = models_json_schema(
        [(model, "validation") for model in models], schema_generator=_Generator, ref_template=_REF + "{model}"
    )
    definitions = top.get("$defs", {})
    schemas = {model: resolve(schema, definitions) for (model, _), schema in named.items()}
    parts = {name: _part(schemas[model]) for name, model in plugins.items()}
    definitions |= {f"plugins.{name}": part for name, part in parts.items()}
    # One definition serves the section and the overrides in every community: both may leave out any key.
    by_name = _table({name: {"$ref": f"{_REF}plugins.{name}"} for name in plugins})
    community = copy.deepcopy(schemas[CommunityConfig])
    community["properties"]["plugins"] = by_name
    sections = {
        "coterie": schemas[CoreConfig],
        "adapters": _table({name: _adapter(schemas[model]) for name, model in adapters.items()}),
        "plugins": by_name,
        "communities": {
            "type": "object",
            "propertyNames": {"pattern": f"^{NAME.pattern}$"},
            "additionalProperties": community,
        },
    }
    used = json.dumps([sections, definitions])
    definitions = {name: schema for name, schema in definitions.items() if f'"{_REF}{name}"' in used}
    return {"$schema": DIALECT, "title": "Coterie configuration", **_table(sections), "$defs": definitions}


def _table(properties: Schema) -> Schema:
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _part(schema: Schema) -> Schema:
    part = copy.deepcopy(schema)
    part["properties"] = {"enabled": _ENABLED, **part.get("properties", {})}
    part.pop("required", None)
    return part


def _adapter(schema: Schema) -> Schema:
    """What an adapter needs is needed only while it is on."""
    part = _part(schema)
    if required := schema.get("required"):
        part["if"] = {"properties": {"enabled": {"const": False}}, "required": ["enabled"]}
        part["else"] = {"required": required}
    return part


@lru_cache(maxsize=64)
def schema_of(model: type[Config]) -> Schema:
    """Return the JSON Schema of one model; empty where a field's type has none."""
    try:
        return model.model_json_schema(schema_generator=_Generator)
    except PydanticUserError:
        return {}


def resolve(schema: Schema, definitions: Schema) -> Schema:
    """Return `schema` with a reference at its top followed."""
    while (reference := str(schema.get("$ref", ""))).startswith(_REF):
        target = definitions.get(reference.removeprefix(_REF), {})
        schema = {**target, **{name: value for name, value in schema.items() if name != "$ref"}}
    return schema


def _variants(schema: Schema, definitions: Schema) -> Iterator[Schema]:
    """Yield what a value may be, every choice by itself, "nothing" left out: TOML cannot write it."""
    schema = resolve(schema, definitions)
    choices = schema.get("anyOf") or schema.get("oneOf")
    if choices and schema.get("format") not in _WORDS:
        for choice in choices:
            yield from _variants(choice, definitions)
    elif schema.get("type") != "null":
        yield schema


def schemas_at(model: type[Config], key: Key) -> list[Schema]:
    """Return what the value under `key` may be, by the model's JSON Schema; empty where that is not known."""
    top = schema_of(model)
    definitions = top.get("$defs", {})
    level = [top]
    for part in key:
        inner = [child for schema in level for child in _children(schema, part)]
        level = [variant for schema in inner for variant in _variants(schema, definitions)]
    return level


def _children(schema: Schema, part: str | int) -> Iterator[Schema]:
    if isinstance(part, str):
        found = schema.get("properties", {}).get(part, schema.get("additionalProperties"))
    else:
        first = schema.get("prefixItems", [])
        found = first[part] if part < len(first) else schema.get("items")
    if isinstance(found, dict):
        yield found


def keys_at(model: type[Config], key: Key) -> list[str]:
    """Return the keys that the table under `key` may have."""
    return sorted({name for schema in schemas_at(model, key) for name in schema.get("properties", {})})


def in_words(schema: Schema) -> str:
    """Return what a value of this schema is, in words: "a whole number from 1 to 5"."""
    kind = schema.get("type")
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ("one of " if len(values) > 1 else "") + ", ".join(_literal(value) for value in values)
    if schema.get("format") in _WORDS:
        return _WORDS[schema["format"]]
    if kind in ("integer", "number"):
        return _KINDS[kind] + _bounds(schema)
    if kind == "string":
        pattern = f" matching {schema['pattern']}" if "pattern" in schema else ""
        return "text" + _between(schema.get("minLength"), schema.get("maxLength"), "character") + pattern
    if kind == "array":
        return "a list" + _between(schema.get("minItems"), schema.get("maxItems"), "item")
    return _KINDS.get(str(kind), "a table" if kind == "object" else "")


def _literal(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f'"{value}"' if isinstance(value, str) else str(value)


def _bounds(schema: Schema) -> str:
    low, above = schema.get("minimum"), schema.get("exclusiveMinimum")
    high, below = schema.get("maximum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    limits = {"at least": low, "above": above, "at most": high, "below": below}
    words = [f"{name} {limit}" for name, limit in limits.items() if limit is not None]
    step = schema.get("multipleOf")
    words += [f"a multiple of {step}"] if step is not None else []
    return ", " + " and ".join(words) if words else ""


def _between(low: int | None, high: int | None, unit: str) -> str:
    if not low and high is None:
        return ""
    if high is None:
        return f" of at least {low} {unit}{'' if low == 1 else 's'}"
    span = f"{low} to {high}" if low and low != high else f"{high}" if low else f"at most {high}"
    return f" of {span} {unit}{'' if high == 1 else 's'}"
