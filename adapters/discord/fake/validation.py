"""Looking through a request's body: every mistake is noted at its place, then all are refused together (50035)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json, RestError

Path = tuple[str | int, ...]

SNOWFLAKE: Final = re.compile(r"\d{1,20}")
MAX_SNOWFLAKE: Final = (1 << 63) - 1


class Field:
    """One value of a body and where it stands.  Checks note what is wrong and give back something to go on with."""

    def __init__(self, value: Any, path: Path = (), errors: Json | None = None) -> None:
        self.value = value
        self.path = path
        self.errors: Json = {} if errors is None else errors

    def wrong(self, code: str, message: str) -> None:
        """Note a mistake at this place."""
        place = self.errors
        for step in self.path:
            place = place.setdefault(str(step), {})
        place.setdefault("_errors", []).append({"code": code, "message": message})

    def finish(self) -> None:
        """Refuse the body if anything is wrong with it: :class:`RestError` 50035."""
        if self.errors:
            raise RestError(400, 50035, "Invalid Form Body", self.errors)

    def at(self, name: str | int) -> Field:
        """The value of a key or position below this one, ``None`` when there is none."""
        value = self.value.get(name) if isinstance(self.value, dict) else None
        if isinstance(name, int) and isinstance(self.value, list):
            value = self.value[name]
        return Field(value, (*self.path, name), self.errors)

    def has(self, name: str) -> bool:
        """Whether a key is there and not null."""
        return isinstance(self.value, dict) and self.value.get(name) is not None

    def object(self) -> bool:
        """Whether this is an object; notes it if not."""
        if isinstance(self.value, dict):
            return True
        self.wrong("MODEL_TYPE_CONVERT", "Only dictionaries may be used in a ModelType")
        return False

    def needs(self, *names: str) -> bool:
        """Whether all of these keys are there; notes those that are not."""
        missing = [name for name in names if not self.has(name)]
        for name in missing:
            self.at(name).wrong("BASE_TYPE_REQUIRED", "This field is required")
        return not missing

    def refuses(self, names: Iterable[str], code: str, message: str) -> None:
        """Note every one of these keys that is there."""
        for name in names:
            if self.has(name):
                self.at(name).wrong(code, message)

    def text(self, name: str, high: int, low: int = 0) -> str:
        """A string of ``low`` to ``high`` characters under a key; ``""`` when it is absent or no string."""
        field = self.at(name)
        if field.value is None:
            return ""
        if not isinstance(field.value, str):
            field.wrong("STRING_TYPE_CONVERT", f'Could not interpret "{field.value}" as string.')
            return ""
        field.length(len(field.value), low, high)
        return field.value

    def length(self, size: int, low: int, high: int) -> bool:
        """Whether a size is in its bounds; notes it if not."""
        if low <= size <= high:
            return True
        if low == 0:
            self.wrong("BASE_TYPE_MAX_LENGTH", f"Must be {high} or fewer in length.")
        elif size > 0 or low > 1:
            self.wrong("BASE_TYPE_BAD_LENGTH", f"Must be between {low} and {high} in length.")
        else:
            self.wrong("BASE_TYPE_REQUIRED", "This field is required")
        return False

    def whole(self, name: str, low: int, high: int, default: int = 0) -> int:
        """A whole number in its bounds under a key; ``default`` when it is absent or wrong."""
        field = self.at(name)
        value = field.value
        if value is None:
            return default
        if isinstance(value, str) and re.fullmatch(r"-?\d{1,20}", value):
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int):
            field.wrong("NUMBER_TYPE_COERCE", f'Value "{value}" is not int.')
        elif value < low:
            field.wrong("NUMBER_TYPE_MIN", f"int value should be greater than or equal to {low}.")
        elif value > high:
            field.wrong("NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
        else:
            return value
        return default

    def flag(self, name: str, default: bool = False) -> bool:
        """A truth value under a key."""
        field = self.at(name)
        if field.value is None:
            return default
        if not isinstance(field.value, bool):
            field.wrong("BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
            return default
        return field.value

    def choice(self, name: str, choices: Sequence[Any]) -> Any:
        """One of some values under a key; ``None`` when it is absent or none of them."""
        field = self.at(name)
        if field.value is None:
            return None
        if not isinstance(field.value, bool) and any(field.value == choice for choice in choices):
            return field.value
        listed = ", ".join(map(repr, choices))
        field.wrong("BASE_TYPE_CHOICES", f"Value must be one of ({listed}).")
        return None

    def snowflake(self, name: str) -> str:
        """An id under a key; ``""`` when it is absent or none."""
        return self.at(name).id()

    def id(self) -> str:
        """This value as an id; ``""`` when it is absent or none."""
        if self.value is None:
            return ""
        text = str(self.value)
        if isinstance(self.value, bool) or not SNOWFLAKE.fullmatch(text) or int(text) > MAX_SNOWFLAKE:
            self.wrong("NUMBER_TYPE_COERCE", f'Value "{text}" is not snowflake.')
            return ""
        return text

    def items(self, name: str, high: int, low: int = 0) -> Iterator[Field]:
        """The elements of a list of ``low`` to ``high`` under a key; none when it is absent or no list."""
        field = self.at(name)
        if field.value is None:
            return
        if not isinstance(field.value, list):
            field.wrong("LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
            return
        field.length(len(field.value), low, high)
        for index in range(len(field.value)):
            yield field.at(index)

    def objects(self, name: str, high: int, low: int = 0) -> list[Field]:
        """The elements of a list of objects."""
        return [item for item in self.items(name, high, low) if item.object()]

    def snowflakes(self, name: str, high: int, low: int = 0) -> list[str]:
        """The ids of a list; those that are none are noted and left out."""
        return [text for text in (item.id() for item in self.items(name, high, low)) if text]

    def link(self, name: str, schemes: Sequence[str], high: int = 2048) -> str:
        """An address with one of some schemes under a key."""
        text = self.text(name, high)
        if not text:
            return ""
        scheme, separator, rest = text.partition("://")
        if not separator or not rest or any(letter.isspace() for letter in text):
            self.at(name).wrong("URL_TYPE_INVALID_URL", "Not a well formed URL.")
        elif scheme not in schemes:
            listed = ", ".join(map(repr, schemes))
            words = f'Scheme "{scheme}" is not supported. Scheme must be one of ({listed}).'
            self.at(name).wrong("URL_TYPE_INVALID_SCHEME", words)
        else:
            return text
        return ""
