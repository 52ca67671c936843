"""The parameters of one call, however they came: form, multipart or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Final

from coterie.adapters.telegram.fake.errors import bad

Json = dict[str, Any]
YES: Final = frozenset({"true", "yes", "1"})


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart body."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Args:
    """Parameters by name.  A form gives strings, some of which hold JSON; a JSON body may give the values themselves.

    Like the real server, a number that cannot be read counts as 0, and a truth value that is not one as false.
    """

    values: Json
    files: dict[str, Upload] = field(default_factory=dict)

    def text(self, name: str, default: str = "") -> str:
        """A string; a number or other value of a JSON body is given as the string that a form would hold."""
        value = self.values.get(name)
        if value is None:
            return default
        return value if isinstance(value, str) else json.dumps(value)

    def required(self, name: str) -> str:
        """A string that must not be empty."""
        value = self.text(name)
        if not value:
            raise bad(f'parameter "{name}" is required')
        return value

    def integer(self, name: str, default: int = 0, low: int | None = None, high: int | None = None) -> int:
        """A whole number, brought into the range."""
        text = self.text(name)
        value = whole(text) if text else default
        value = value if low is None else max(low, value)
        return value if high is None else min(high, value)

    def flag(self, name: str) -> bool:
        """A truth value: true, yes or 1 in any case."""
        return self.text(name).strip().lower() in YES

    def json(self, name: str, what: str) -> Any:
        """A value that a form carries as JSON; None when it was not given."""
        value = self.values.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return decode(value)
        except ValueError:
            raise bad(f"can't parse {what} JSON object") from None

    def items(self, name: str, what: str, expected: str) -> list[Any]:
        """A list that a form carries as JSON; empty when it was not given."""
        value = self.json(name, what)
        if value is None:
            return []
        if not isinstance(value, list):
            raise bad(f"expected an Array of {expected}")
        return value

    def object(self, name: str, what: str, complaint: str) -> Json | None:
        """An object that a form carries as JSON; None when it was not given."""
        value = self.json(name, what)
        if value is None or isinstance(value, dict):
            return value
        raise bad(complaint)

    def user(self, name: str = "user_id") -> int:
        """A user's id."""
        user = self.integer(name)
        if user <= 0:
            raise bad("invalid user_id specified")
        return user


def decode(text: str | bytes) -> Any:
    """The value of a JSON text; :class:`ValueError` also for one that nests too deep, and for half a surrogate pair,
    which no text may hold.
    """
    try:
        value = json.loads(text)
        json.dumps(value, ensure_ascii=False).encode()
    except RecursionError:
        raise ValueError("nested too deep") from None
    return value


def whole(text: str) -> int:
    """The whole number in a text, or 0."""
    try:
        return int(text.strip())
    except ValueError:
        return 0


def is_whole(value: object) -> bool:
    """Whether a JSON value is a whole number (and no truth value)."""
    return isinstance(value, int) and not isinstance(value, bool)
