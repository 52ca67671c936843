"""What a command may be: names, options in order, choices, languages, and its size."""

from __future__ import annotations

import unicodedata
from typing import Any, Final

from discord import Locale

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.validation import Field

CHAT_INPUT, USER, MESSAGE = 1, 2, 3
SUB_COMMAND, GROUP, STRING, INTEGER, CHANNEL, NUMBER, ATTACHMENT = 1, 2, 3, 4, 7, 10, 11
KINDS: Final = tuple(range(SUB_COMMAND, ATTACHMENT + 1))
COUNTS: Final = {CHAT_INPUT: 100, USER: 15, MESSAGE: 15}
"""How many commands of a type a scope has."""
LOCALES: Final = frozenset(locale.value for locale in Locale)
NAME, DESCRIPTION, OPTIONS, CHOICES, SIZE = 32, 100, 25, 25, 8000
LARGEST: Final = 2**53


def command(field: Field) -> None:
    """Check a command of any type."""
    if not field.object():
        return
    kind = field.choice("type", tuple(COUNTS)) or CHAT_INPUT
    field.needs("name")
    if kind == CHAT_INPUT:
        _names(field)
        field.needs("description")
        _described(field)
        _options(field, KINDS)
    else:
        field.text("name", NAME, 1)
        _localized(field, "name", NAME)
        field.refuses(("options",), "APPLICATION_COMMAND_CONTEXT_MENU_OPTIONS_NOT_ALLOWED", "Options are not allowed")
        if field.value.get("description"):
            words = "Context menu commands cannot have description"
            field.at("description").wrong("APPLICATION_COMMAND_CONTEXT_MENU_DESCRIPTION_NOT_ALLOWED", words)
    field.flag("nsfw")
    field.flag("dm_permission")
    if field.has("default_member_permissions"):
        field.whole("default_member_permissions", 0, 2**63 - 1)
    for name, high in (("contexts", 2), ("integration_types", 1)):
        for item in field.items(name, high + 1):
            Field({"value": item.value}, item.path, item.errors).whole("value", 0, high)
    if size(field.value) > SIZE:
        field.wrong("APPLICATION_COMMAND_TOO_LARGE", f"Command exceeds maximum size ({SIZE})")


def commands(body: Field) -> None:
    """Check all commands of a scope: each of them, their number, and that names differ within a type."""
    fields = [Field(item, (*body.path, index), body.errors) for index, item in enumerate(body.value)]
    seen: set[tuple[Any, Any]] = set()
    for field in fields:
        command(field)
        if isinstance(field.value, dict):
            key = (str(field.value.get("type") or CHAT_INPUT), str(field.value.get("name")))
            if key in seen:
                field.at("name").wrong(
                    "APPLICATION_COMMANDS_DUPLICATE_NAME", "Application command names must be unique"
                )
            seen.add(key)


def is_name(text: str) -> bool:
    """Whether a text may name a slash command or an option."""
    return 1 <= len(text) <= NAME and all(map(_fits, text)) and text == text.lower()


def _fits(letter: str) -> bool:
    kind = unicodedata.category(letter)[0]
    script = unicodedata.name(letter, "").startswith(("DEVANAGARI", "THAI"))
    return letter in "-_'" or kind in "LN" or (script and kind == "M")


def _names(field: Field) -> None:
    """The name and its translations."""
    name = field.text("name", NAME, 1)
    if name and len(name) <= NAME and not is_name(name):
        _irregular(field.at("name"), name)
    for translated in _localized(field, "name", NAME):
        if not is_name(translated.value):
            _irregular(translated, translated.value)


def _irregular(field: Field, name: str) -> None:
    if name != name.lower() and is_name(name.lower()):
        field.wrong("APPLICATION_COMMAND_INVALID_NAME", "Command name must be lowercase")
    else:
        field.wrong("STRING_TYPE_REGEX", "String value did not match validation regex.")


def _described(field: Field) -> None:
    field.text("description", DESCRIPTION, 1)
    _localized(field, "description", DESCRIPTION)


def _localized(field: Field, name: str, high: int) -> list[Field]:
    """Check the translations of a field; returns those that are texts of a fitting length."""
    place = field.at(f"{name}_localizations")
    if place.value is None or not place.object():
        return []
    found = []
    for locale in place.value:
        if locale not in LOCALES:
            place.at(locale).wrong("BASE_TYPE_CHOICES", f"Value must be one of {tuple(sorted(LOCALES))!r}.")
        elif place.has(locale) and 1 <= len(place.text(locale, high, 1)) <= high:
            found.append(place.at(locale))
    return found


def _options(field: Field, kinds: tuple[int, ...]) -> None:
    """Check a list of options: names that differ, those that are required first."""
    names: set[str] = set()
    optional = False
    found = field.objects("options", OPTIONS)
    nested = [option.value.get("type") in (SUB_COMMAND, GROUP) for option in found]
    for option, sub in zip(found, nested, strict=True):
        if sub != any(nested):
            words = "Sub-command and sub-command group option types are mutually exclusive to all other types"
            option.at("type").wrong("APPLICATION_COMMAND_OPTIONS_TYPE_INVALID", words)
        _option(option, kinds)
        name = option.value.get("name")
        if isinstance(name, str) and name in names:
            words = "Application command option names must be unique"
            option.at("name").wrong("APPLICATION_COMMAND_OPTIONS_NAME_INVALID", words)
        names.add(str(name))
        required = option.flag("required")
        if required and optional:
            words = "Required options must be placed before non-required options"
            option.wrong("APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID", words)
        optional = optional or not required


def _option(field: Field, kinds: tuple[int, ...]) -> None:
    field.needs("type", "name", "description")
    kind = field.choice("type", kinds)
    _names(field)
    _described(field)
    if kind == GROUP:
        _options(field, (SUB_COMMAND,))
    elif kind == SUB_COMMAND:
        _options(field, tuple(range(STRING, ATTACHMENT + 1)))
    if kind == STRING:
        low = field.whole("min_length", 0, 6000)
        high = field.whole("max_length", 1, 6000, 6000)
        if low > high:
            field.at("min_length").wrong("NUMBER_TYPE_MAX", f"int value should be less than or equal to {high}.")
    if kind in (STRING, INTEGER, NUMBER):
        if field.flag("autocomplete") and field.value.get("choices"):
            words = "Autocomplete cannot be used together with choices"
            field.at("autocomplete").wrong("APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID", words)
        choices(field, kind)
    elif field.value.get("choices") or field.value.get("autocomplete"):
        field.at("choices").wrong("APPLICATION_COMMAND_OPTIONS_CHOICES_INVALID", "Options of this type have no choices")


def choices(field: Field, kind: int) -> None:
    """Check the choices of an option, or what is proposed for it: 25, names of 1 to 100, values of its type."""
    for choice in field.objects("choices", CHOICES):
        choice.needs("name", "value")
        choice.text("name", 100, 1)
        _localized(choice, "name", 100)
        value = choice.value.get("value")
        if kind == STRING:
            choice.text("value", 100)
        elif kind == INTEGER:
            choice.whole("value", -LARGEST, LARGEST)
        elif value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            choice.at("value").wrong("NUMBER_TYPE_COERCE", f'Value "{value}" is not double.')


def size(raw: Json) -> int:
    """The characters of a command that count: names, descriptions and values, the longest translation of each."""
    total = _longest(raw, "name") + _longest(raw, "description")
    total += len(raw["value"]) if isinstance(raw.get("value"), str) else 0
    for name in ("options", "choices"):
        inside = raw.get(name)
        total += sum(size(item) for item in inside if isinstance(item, dict)) if isinstance(inside, list) else 0
    return total


def _longest(raw: Json, name: str) -> int:
    translated = raw.get(f"{name}_localizations")
    texts = [raw.get(name), *(translated.values() if isinstance(translated, dict) else ())]
    return max((len(text) for text in texts if isinstance(text, str)), default=0)
