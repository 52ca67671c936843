"""Puts captured text in the place of ``{name}`` when a step is about to run."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

from coterie.core.testing.play import braces
from coterie.core.testing.play.steps import Amount, Person, Regex, Step
from coterie.core.testing.play.values import Wrong, amount_of, currency_of, milliseconds, person_of, room_of

T = TypeVar("T")
_GROUPING: Final = re.compile(r"(?<=\d)[,_'\u2019\s](?=\d{3})")


def filled(step: Step, captured: Mapping[str, str]) -> Step:
    """The step with what was captured; raises :class:`Wrong` when that makes no sense in its place."""
    return _filled(step, captured)


def whole(amount: Amount) -> int:
    """The number of an amount whose ``{name}`` was filled in; grouped digits such as ``1,000`` count as well."""
    return (
        amount if isinstance(amount, int) else amount_of(re.sub(r"(?<=\d)[,_'\u2019\s](?=\d{3})", "", amount.strip()))
    )


def _filled(value: T, captured: Mapping[str, str]) -> T:
    result: Any = value
    match value:
        case str():
            result = braces.replaced(value, captured.__getitem__)
        case tuple():
            result = tuple(_filled(item, captured) for item in value)
        case Regex(pattern, flags):
            result = Regex(braces.replaced_in_pattern(pattern, captured.__getitem__), flags)
        case Person(name, platform):
            # "Winner: @Bob" is captured with its mark.
            name = _filled(name, captured).removeprefix("@").strip()
            result = person_of(f"{name}@{_filled(platform, captured)}")
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            pieces = {
                field.name: _checked(field.name, getattr(value, field.name), captured)
                for field in dataclasses.fields(value)
            }
            result = dataclasses.replace(value, **pieces)
    return cast(T, result)


def _checked(name: str, value: object, captured: Mapping[str, str]) -> object:
    """A field of a step; what was captured has to be what the field needs."""
    found = _filled(value, captured)
    if found == value or not isinstance(found, str):
        return found
    match name:
        case "amount":
            return whole(found)
        case "currency":
            return currency_of(found.strip())
        case "room":
            return room_of(found.strip().removeprefix("#"))
        case "length":
            milliseconds(found.strip())
            return found.strip()
        case "text" | "label" if not found.strip():
            raise Wrong(0, "what was captured is empty")
        case _:
            return found
