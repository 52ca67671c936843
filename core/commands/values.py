"""Values: what a person typed becomes a value of a parameter's type, or a refusal that says what is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

from coterie.core.commands.parameters import MAX_DURATION, MAX_INT, MAX_TEXT, Kind, MemberRef, Parameter, Value
from coterie.core.errors import UsageError
from coterie.core.text import clean_text

_MAX_DIGITS: Final = 18
_MAX_REF: Final = 64
_MAX_FOUND: Final = 40
_SIGNED = re.compile(r"[+-][0-9]{1,18}")
_UNITS: Final = (
    ("w|周|週", 604_800),
    ("d|天|日", 86_400),
    ("h|小时|小時|时|時", 3600),
    ("m|min|分钟|分鐘|分", 60),
    ("s|秒", 1),
)
_DURATION = re.compile("".join(rf"(?:([0-9]{{1,9}}) *(?:{unit}) *)?" for unit, _ in _UNITS), re.ASCII | re.IGNORECASE)
_TRUE: Final = frozenset(("yes", "y", "true", "on", "1", "是", "开", "開"))
_FALSE: Final = frozenset(("no", "n", "false", "off", "0", "否", "关", "關"))

Converter = Callable[[str], Value]


def converter(parameter: Parameter) -> Converter:
    """A function from what was typed to the parameter's value; it raises :class:`UsageError` and nothing else."""
    return _CONVERTERS[parameter.kind](parameter)


def shown(text: str) -> str:
    """What somebody typed, on one line and at most 40 characters, for a message that quotes it."""
    cleaned = clean_text(text.strip(), _MAX_FOUND + 1, lines=False)
    return cleaned if len(cleaned) <= _MAX_FOUND else cleaned[: _MAX_FOUND - 1] + "…"


def _int_converter(parameter: Parameter) -> Converter:
    name = parameter.name
    minimum = -MAX_INT if parameter.minimum is None else parameter.minimum
    maximum = MAX_INT if parameter.maximum is None else parameter.maximum

    def convert(word: str) -> int:
        # int() alone would also take 1_0, surrounding blanks, and the digits of every script.
        if not ((word.isdigit() and word.isascii() and len(word) <= _MAX_DIGITS) or _SIGNED.fullmatch(word)):
            raise UsageError("arg-not-int", name=name, found=shown(word))
        value = int(word)
        if minimum <= value <= maximum:
            return value
        key = "arg-too-small" if value < minimum else "arg-too-large"
        raise UsageError(key, name=name, minimum=minimum, maximum=maximum, found=value)

    return convert


def _str_converter(parameter: Parameter) -> Converter:
    name, required, default, lines = parameter.name, parameter.required, parameter.default, parameter.long
    length = parameter.length or MAX_TEXT

    def convert(word: str) -> Value:
        value = clean_text(word, len(word), lines=lines)
        if not value:
            if required:
                raise UsageError("arg-missing", name=name)
            return default
        if len(value) > length:
            raise UsageError("arg-too-long", name=name, maximum=length, found=len(value))
        return value

    return convert


def _bool_converter(parameter: Parameter) -> Converter:
    name = parameter.name

    def convert(word: str) -> bool:
        folded = word.strip().casefold()
        if folded in _TRUE:
            return True
        if folded in _FALSE:
            return False
        raise UsageError("arg-not-bool", name=name, found=shown(word))

    return convert


def _choice_converter(parameter: Parameter) -> Converter:
    name = parameter.name
    choices = {choice.casefold(): choice for choice in parameter.choices}

    def convert(word: str) -> str:
        choice = choices.get(word.strip().casefold())
        if choice is None:
            raise UsageError("arg-not-choice", name=name, choices=", ".join(parameter.choices), found=shown(word))
        return choice

    return convert


def _duration_converter(parameter: Parameter) -> Converter:
    name = parameter.name
    minimum = 0 if parameter.minimum is None else parameter.minimum
    maximum = MAX_DURATION if parameter.maximum is None else parameter.maximum

    def convert(word: str) -> timedelta:
        seconds = _seconds(word)
        if seconds is None:
            raise UsageError("arg-not-duration", name=name, found=shown(word))
        if minimum <= seconds <= maximum:
            return timedelta(seconds=seconds)
        key = "arg-too-small" if seconds < minimum else "arg-too-large"
        bounds: dict[str, Any] = {"minimum": timedelta(seconds=minimum), "maximum": timedelta(seconds=maximum)}
        raise UsageError(key, name=name, found=shown(word), **bounds)

    return convert


def read_duration(word: str) -> timedelta | None:
    """The length of time that somebody means by ``30d`` or ``1小时``; None for what is none, or is too long."""
    seconds = _seconds(word)
    return None if seconds is None or seconds > MAX_DURATION else timedelta(seconds=seconds)


def _seconds(word: str) -> int | None:
    stripped = word.strip()
    match = _DURATION.fullmatch(stripped) if 0 < len(stripped) <= _MAX_FOUND else None
    if match is None:
        return None
    parts = zip(match.groups(), _UNITS, strict=True)
    return sum(int(digits) * unit for digits, (_, unit) in parts if digits)


def _member_converter(parameter: Parameter) -> Converter:
    name = parameter.name

    def convert(word: str) -> MemberRef:
        raw = clean_text(word.strip(), _MAX_REF + 1, lines=False)
        if not raw.lstrip("@") or len(raw) > _MAX_REF:
            raise UsageError("arg-not-member", name=name, found=shown(word))
        return MemberRef(raw)

    return convert


_CONVERTERS: Final[dict[Kind, Callable[[Parameter], Converter]]] = {
    "int": _int_converter,
    "str": _str_converter,
    "bool": _bool_converter,
    "choice": _choice_converter,
    "duration": _duration_converter,
    "member": _member_converter,
}
