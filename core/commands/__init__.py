"""Commands: a typed line, or the options that a platform has told apart, become a method's arguments."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Final, Literal

from coterie.core.commands.parameters import Parameter, Value
from coterie.core.commands.values import converter, shown
from coterie.core.errors import UsageError
from coterie.core.events import Standing

Level = Standing
"""Who may use a command."""
Place = Literal["any", "room", "dm"]
"""Where a command may be used."""

_CJK: Final = "々ぁ-ゖァ-ヺー㐀-䶿一-鿿가-힣"
_NAME = re.compile(rf"[a-z][a-z0-9-]{{0,31}}|[{_CJK}][{_CJK}a-z0-9-]{{0,31}}")
# A word starts with a quote only if that quote is closed again at the end of a word; any other quote is a character.
_WORD = re.compile(r'\s*(?:"([^"]*)"(?!\S)|“([^”]*)”(?!\S)|「([^」]*)」(?!\S)|(\S+))')

Parser = Callable[[str], dict[str, Value]]
OptionParser = Callable[[Mapping[str, str | int | float | bool]], dict[str, Value]]


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A command as a plugin declares it.

    A name has at most 32 characters: ``a-z``, ``0-9`` and ``-`` after a first letter, which may be Chinese, Japanese or
    Korean, as those after it may be then.  Raises :class:`ValueError` for another one, and :class:`TypeError` for
    parameters in an order that nobody could type.
    """

    name: str
    method: str
    plugin: str
    level: Level = "member"
    parameters: tuple[Parameter, ...] = ()
    where: Place = "any"
    aliases: tuple[str, ...] = ()
    _parse: Parser = field(init=False, repr=False, compare=False)
    _parse_options: OptionParser = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        owner = f"{self.plugin}.{self.method}"
        for name in (self.name, *self.aliases):
            if _NAME.fullmatch(name) is None:
                raise ValueError(f"{owner}: {name!r} cannot name a command; use a-z, 0-9 and -, at most 32 characters")
        for before, after in pairwise(self.parameters):
            if before.rest:
                raise TypeError(f"{owner}: parameter {after.name!r} comes after one that takes the rest of the text")
            if after.required and not before.required:
                raise TypeError(f"{owner}: parameter {after.name!r} is required, but comes after an optional one")
        object.__setattr__(self, "_parse", _text_parser(self.parameters))
        object.__setattr__(self, "_parse_options", _option_parser(self.parameters))


def usage(spec: CommandSpec) -> str:
    """The command's line with ``<required>`` and ``[optional]`` parameters."""
    words = (f"<{parameter.name}>" if parameter.required else f"[{parameter.name}]" for parameter in spec.parameters)
    return " ".join((f"/{spec.name}", *words))


def split_command(text: str) -> tuple[str, str] | None:
    """The command's name in lower case and what follows it, if the text is a command (``/name …``).

    No name has a ``_``: it stands for ``-``, which Telegram allows in no command.
    """
    words = text.split(None, 1)
    if not words or len(words[0]) < 2 or words[0][0] != "/":
        return None
    name, at, receiver = words[0][1:].lower().partition("@")
    return f"{name.replace('_', '-')}{at}{receiver}", words[1] if len(words) == 2 else ""


def parse_text(spec: CommandSpec, text: str) -> dict[str, Value]:
    """The arguments in what was typed after the command's name; raises :class:`UsageError` only.

    Words are separated by blanks; ``"…"``, ``“…”`` and ``「…」`` keep several together.
    """
    return spec._parse(text)


def parse_options(spec: CommandSpec, options: Mapping[str, str | int | float | bool]) -> dict[str, Value]:
    """The arguments in options that a platform has told apart; the same checks as for typed text."""
    return spec._parse_options(options)


def suggest(name: str, names: Iterable[str]) -> str | None:
    """The name that was probably meant, if one is close."""
    from difflib import get_close_matches  # needed only after a typing error

    close = get_close_matches(name.casefold()[:32], list(names), n=1, cutoff=0.66)
    return close[0] if close else None


@lru_cache(1024)  # every app of a process declares the same commands
def _text_parser(parameters: tuple[Parameter, ...]) -> Parser:
    if not parameters:
        return _parse_nothing
    converters = tuple((parameter.name, converter(parameter)) for parameter in parameters)
    defaults: dict[str, Value] = {
        parameter.name: parameter.default for parameter in parameters if not parameter.required
    }
    total = len(parameters)
    cuts = total - parameters[-1].rest

    def parse(text: str) -> dict[str, Value]:
        words = _split_words(text, cuts)
        if len(words) > total:
            raise UsageError("arg-extra", found=shown(words[total]))
        values = defaults.copy()
        # Words may be fewer than parameters; required parameters come first, so the missing ones are at the end.
        for (name, convert), word in zip(converters, words, strict=False):
            values[name] = convert(word)
        if len(values) < total:
            raise _missing(parameters, values)
        return values

    return parse


@lru_cache(1024)
def _option_parser(parameters: tuple[Parameter, ...]) -> OptionParser:
    converters = {parameter.name: converter(parameter) for parameter in parameters}
    defaults: dict[str, Value] = {
        parameter.name: parameter.default for parameter in parameters if not parameter.required
    }

    def parse(options: Mapping[str, str | int | float | bool]) -> dict[str, Value]:
        values = defaults.copy()
        for name, value in options.items():
            convert = converters.get(name)
            if convert is None:
                raise UsageError("arg-extra", found=shown(name))
            values[name] = convert(value if isinstance(value, str) else _written(value))
        if len(values) < len(parameters):
            raise _missing(parameters, values)
        return values

    return parse


def _parse_nothing(text: str) -> dict[str, Value]:
    if text and not text.isspace():
        raise UsageError("arg-extra", found=shown(text))
    return {}


def _split_words(text: str, limit: int) -> list[str]:
    """At most ``limit`` words, then what is left as it stands, if anything is."""
    if '"' not in text and "“" not in text and "「" not in text:
        return text.split(None, limit)
    words: list[str] = []
    position = 0
    while len(words) < limit:
        match = _WORD.match(text, position)
        if match is None:
            return words
        words.append(match[match.lastindex or 0])
        position = match.end()
    remainder = text[position:].strip()
    return [*words, remainder] if remainder else words


def _written(value: float) -> str:
    """A typed option as a person would have typed it (an ``int`` and a ``bool`` are numbers too)."""
    # Python refuses to write out the longest numbers; every one of this size is out of bounds anyway.
    if isinstance(value, int) and abs(value) >= 10**18:
        return "…"
    return str(value)


def _missing(parameters: tuple[Parameter, ...], values: Mapping[str, Value]) -> UsageError:
    return UsageError(
        "arg-missing", name=next(parameter.name for parameter in parameters if parameter.name not in values)
    )
