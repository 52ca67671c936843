"""Secrets: values read from the environment or a file, and never shown."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PlainSerializer,
    PlainValidator,
    SecretStr,
    ValidationInfo,
)

from coterie.core.config.problems import Key, Refusal

SECRET_FORMAT = "coterie-secret"

_EXPECTED = 'expected a secret: { env = "NAME" } or { file = "path" }'
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_MAX_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class SecretSource:
    """Where secrets are read: the environment, and the folder that relative paths start from."""

    environ: Mapping[str, str] = field(repr=False)
    folder: Path


class Secret(SecretStr):
    """A value that never shows itself; `get_secret_value()` reads it, `origin` tells where it came from.

    `origin` is `env:NAME`, `file:PATH`, `literal` (written into the configuration) or `code`.
    """

    def __init__(self, value: str, origin: str = "code") -> None:
        super().__init__(value)
        self.origin = origin

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[Any], handler: GetCoreSchemaHandler) -> Any:
        masked = PlainSerializer(str, return_type=str, when_used="json")
        return handler.generate_schema(Annotated[Any, PlainValidator(_validate), masked])

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return secret_schema()


def secret_schema() -> dict[str, Any]:
    """Return the JSON Schema of a secret as it is written in a file."""

    def table(key: str, meaning: str) -> dict[str, Any]:
        value = {"type": "string", "minLength": 1, "description": meaning}
        return {"type": "object", "properties": {key: value}, "required": [key], "additionalProperties": False}

    forms = [{"type": "string"}, table("env", "Environment variable"), table("file", "Path, relative to this file")]
    return {"anyOf": forms, "format": SECRET_FORMAT, "writeOnly": True}


def read_secret(value: object, info: ValidationInfo) -> Secret:
    """Return the secret that `value` holds or points to; raises Refusal, which never repeats it."""
    context = info.context
    source = context if isinstance(context, SecretSource) else SecretSource(os.environ, Path())
    match value:
        case Secret():
            return value
        case str():
            return _usable(Secret(value, "literal"), "the value")
        case {"env": str(name), **rest} if not rest:
            return _from_environment(name, source.environ)
        case {"file": str(name), **rest} if not rest:
            return _from_file(name, source.folder)
    raise Refusal(_EXPECTED)


def _validate(value: object, info: ValidationInfo) -> Secret:
    # A plain SecretStr comes only from code, never from a file.
    return Secret(value.get_secret_value()) if type(value) is SecretStr else read_secret(value, info)


def _from_environment(name: str, environ: Mapping[str, str]) -> Secret:
    if not _VARIABLE.fullmatch(name):  # not repeated: it may be the secret itself
        raise Refusal("this is not the name of an environment variable", "write the secret's place, not the secret")
    value = environ.get(name)
    if value is None:
        raise Refusal(f"the environment variable {name!r} is not set; {_EXPECTED}", incomplete=True)
    return _usable(Secret(value.strip(), f"env:{name}"), f"the environment variable {name!r}")


def _from_file(name: str, folder: Path) -> Secret:
    path = folder / name
    holder = f"the file {str(path)!r}"
    try:
        # Opening a pipe or a device could wait for ever.
        content = _start_of(path) if path.is_file() else None
    except (OSError, ValueError) as error:  # ValueError: a path with a zero byte
        reason = error.strerror if isinstance(error, OSError) else "no file has such a name"
        raise Refusal(f"{holder} cannot be read: {reason}", incomplete=True) from None
    if content is None:
        raise Refusal(f"there is no file {str(path)!r}; {_EXPECTED}", incomplete=True)
    if len(content) > _MAX_BYTES:
        raise Refusal(f"{holder} is larger than {_MAX_BYTES // 1024} KiB", "a secret is a short text")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refusal(f"{holder} is not UTF-8 text") from None
    return _usable(Secret(text.strip(), f"file:{path}"), holder)


def _start_of(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(_MAX_BYTES + 1)


def _usable(secret: Secret, holder: str) -> Secret:
    value = secret.get_secret_value().strip()
    if not value:
        raise Refusal(f"{holder} is empty; {_EXPECTED}", incomplete=True)
    if not value.strip("*"):
        raise Refusal(f"{holder} is nothing but asterisks", "a hidden secret was saved in place of the secret itself")
    return secret


def secrets_in(value: object, key: Key = ()) -> list[tuple[Key, Secret]]:
    """Return every secret inside a validated value with the key that it stands under."""
    items: Any
    match value:
        case Secret():
            return [(key, value)]
        case BaseModel():
            fields = type(value).model_fields
            items = [(field.alias or name, getattr(value, name)) for name, field in fields.items()]
        case dict():
            items = value.items()
        case list() | tuple():
            items = enumerate(value)
        case _:
            return []
    return [found for name, item in items for found in secrets_in(item, (*key, name))]
