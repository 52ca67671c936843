"""Coterie's commands as Discord wants them: names, descriptions in each language, options with their types."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any, Final

from coterie.adapters.discord.characters import on_one_line
from coterie.core.commands.parameters import MAX_TEXT
from coterie.core.cutting import is_blank, units
from coterie.core.platform import CommandMenu, CommandOption

log = logging.getLogger(__name__)

CHAT_INPUT: Final = 1
COMMANDS: Final = 100
OPTIONS: Final = 25
CHOICES: Final = 25
NAME: Final = 32
DESCRIPTION: Final = 100
CHOICE: Final = 100
SIZE: Final = 8000
"""The most characters of a command's names, descriptions and values, of each text the longest translation."""
LARGEST: Final = 2**53
"""An integer option is between this and its negative."""
ARGUMENT: Final = 100
"""The most characters of a duration or a name of somebody, and of any value that is proposed."""

MANAGE_GUILD: Final = 1 << 5
_LANGUAGES: Final = {"en-US": "en", "en-GB": "en", "zh-CN": "zh-Hans", "zh-TW": "zh-Hant"}
"""Discord's languages and the core's."""
_CONTEXTS: Final = {"any": [0, 1], "room": [0], "dm": [1]}
"""In a guild, in the direct chat with the bot."""
_STRING, _INTEGER, _BOOLEAN = 3, 4, 5


def entries(commands: Iterable[CommandMenu]) -> list[dict[str, Any]]:
    """Commands as Discord lists them: at most 100, none twice; those that it would refuse are left out and logged."""
    found: dict[str, dict[str, Any]] = {}
    for command in commands:
        if command.name in found:
            continue
        if not is_name(command.name):
            log.warning(
                "/%s is not among Discord's commands: its name has signs that Discord allows in none", command.name
            )
        elif sum(option.required for option in command.options) > OPTIONS:
            log.warning("/%s is not among Discord's commands: more than %d things must be told", command.name, OPTIONS)
        elif len(found) == COMMANDS:
            log.warning("/%s is not among Discord's commands: there are %d already", command.name, COMMANDS)
        else:
            found[command.name] = _entry(command)
    return list(found.values())


def is_name(name: str) -> bool:
    """Whether Discord takes this for the name of a command or an option.

    Its documentation asks for ``^[-_'\\p{L}\\p{N}\\p{sc=Deva}\\p{sc=Thai}]{1,32}$``, in lower case where there is one.
    """
    return 0 < len(name) <= NAME and name == name.lower() and all(map(_fits, name))


def _fits(char: str) -> bool:
    kind = unicodedata.category(char)[0]
    return (
        char in "-_'"
        or kind in "LN"
        or (kind == "M" and ("\u0900" <= char <= "\u097f" or "\u0e00" <= char <= "\u0e7f"))
    )


def _entry(command: CommandMenu) -> dict[str, Any]:
    # Discord wants what is required first; the core asks for options by name, so their order is free.
    options = sorted(command.options, key=lambda option: not option.required)[:OPTIONS]
    made: dict[str, Any] = {
        "type": CHAT_INPUT,
        "name": command.name,
        **_described(command.description, command.usage or command.name),
        "options": [_option(option) for option in options],
        "default_member_permissions": str(MANAGE_GUILD) if command.level == "operator" else None,
        "contexts": _CONTEXTS.get(command.where, _CONTEXTS["any"]),
        "integration_types": [0],
        "nsfw": False,
    }
    if size(made) > SIZE:
        for option in made["options"]:
            if option.pop("choices", None):
                option["autocomplete"] = True
    return made


def _described(words: Mapping[str, str], otherwise: str) -> dict[str, Any]:
    """A description, and its translations where there are any."""
    shown = {locale: line for locale, text in words.items() if not is_blank(line := on_one_line(text, DESCRIPTION))}
    base = shown.get("en") or on_one_line(otherwise, DESCRIPTION)
    languages = {language: shown[locale] for language, locale in _LANGUAGES.items() if locale in shown}
    return {"description": base, "description_localizations": languages}


def _option(option: CommandOption) -> dict[str, Any]:
    made: dict[str, Any] = {
        "name": option.name,
        **_described(option.description, option.name),
        "required": option.required,
    }
    if option.kind == "bool":
        return {"type": _BOOLEAN, **made}
    if option.kind == "int" and not option.suggests:  # What is proposed is text, and the core reads a number from it.
        made |= {
            bound: max(-LARGEST, min(LARGEST, value))
            for bound, value in (("min_value", option.minimum), ("max_value", option.maximum))
            if value is not None
        }
        return {"type": _INTEGER, **made}
    if option.choices and len(option.choices) <= CHOICES and all(units(each) <= CHOICE for each in option.choices):
        return {"type": _STRING, **made, "choices": [{"name": each, "value": each} for each in option.choices]}
    if option.choices or option.suggests:
        made["autocomplete"] = True
    if not option.choices:
        made["max_length"] = (option.length or MAX_TEXT) if option.kind == "str" else ARGUMENT
    return {"type": _STRING, **made}


def size(entry: Mapping[str, Any]) -> int:
    """The characters that count against :data:`SIZE`."""
    described = (entry.get("description", ""), *entry.get("description_localizations", {}).values())
    total = units(entry["name"]) + max(map(units, described)) + units(entry.get("value", ""))
    return total + sum(size(inner) for key in ("options", "choices") for inner in entry.get(key, ()))
