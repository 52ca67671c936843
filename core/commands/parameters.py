"""Typed parameters: what the annotations of a plugin's method ask for."""

from __future__ import annotations

import inspect
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from weakref import WeakKeyDictionary

import msgspec


class MemberRef(msgspec.Struct, frozen=True):
    """Somebody as a person names them: ``@bob``, a name, or a mention's id; ``raw`` is what was typed, cleaned."""

    raw: str


@dataclass(frozen=True, slots=True)
class Range:
    """The bounds of an ``int`` or a ``timedelta``, both allowed values themselves; ``None`` is the type's own limit."""

    minimum: int | timedelta | None = None
    maximum: int | timedelta | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """The most characters that a ``str`` may have."""

    maximum: int


@dataclass(frozen=True, slots=True)
class Rest:
    """A ``str`` that takes all that is left, with its spaces, line breaks and quotes; the last parameter only."""


@dataclass(frozen=True, slots=True)
class Private:
    """A value that the audit log must not keep: a password, a key, a code."""


@dataclass(frozen=True, slots=True)
class Suggest:
    """Proposals while somebody types an ``int`` or a ``str`` of a command: ``method`` names a method of the plugin,
    ``(self, ctx, typed: str) -> Iterable[str | tuple[label, value]]``, which only reads.
    """

    method: str


Kind = Literal["int", "str", "bool", "choice", "duration", "member"]
Value = int | str | bool | timedelta | MemberRef | None

MAX_INT: Final = 10**15
"""The limit of an ``int`` without a range, in both directions; a JavaScript number still holds it exactly."""
MAX_DURATION: Final = 3650 * 86_400
"""The limit of a ``timedelta`` without a range, in seconds."""
MAX_TEXT: Final = 4000
"""The limit of a ``str`` without a length, in characters."""
LONG_TEXT: Final = 200
"""A ``str`` that may be longer than this keeps its line breaks, and a form gives it a larger field."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
_KINDS: Final[Mapping[type, Kind]] = {int: "int", str: "str", bool: "bool", timedelta: "duration", MemberRef: "member"}
_TYPES: Final[Mapping[Kind, type]] = {kind: made for made, kind in _KINDS.items()} | {"choice": str}
_LIMITS: Final[Mapping[Kind, tuple[int, int]]] = {"int": (-MAX_INT, MAX_INT), "duration": (0, MAX_DURATION)}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a command or a form.

    ``minimum`` and ``maximum`` bound an ``int``, or the seconds of a ``duration``; they are ``None`` for other kinds.
    ``length`` is the most characters of a ``str``, ``None`` where the author set none.  A ``private`` value is not
    written down in the audit log.  ``suggest`` names the plugin's method that has proposals, if there is one.
    """

    name: str
    kind: Kind
    required: bool = True
    default: Value = None
    minimum: int | None = None
    maximum: int | None = None
    length: int | None = None
    choices: tuple[str, ...] = ()
    rest: bool = False
    private: bool = False
    suggest: str = ""

    @property
    def long(self) -> bool:
        """Whether the value is a text that may be long and have several lines."""
        return self.rest or (self.length or 0) > LONG_TEXT


_known: Final[WeakKeyDictionary[Callable[..., object], tuple[Parameter, ...]]] = WeakKeyDictionary()
"""What was read already: a function does not change any more, and every app of a process reads them all."""


def parameters_of(function: Callable[..., object]) -> tuple[Parameter, ...]:
    """The parameters of a plugin's method after ``self`` and ``ctx``.

    Raises :class:`TypeError` that names method and parameter for ``*args``, for a missing or unsupported annotation,
    and for a bound or a default that does not fit.
    """
    if function not in _known:
        _known[function] = _read(function)
    return _known[function]


def _read(function: Callable[..., object]) -> tuple[Parameter, ...]:
    signature = list(inspect.signature(function).parameters.values())
    if len(signature) < 2:
        raise TypeError(f"{function.__qualname__} must take self and ctx")
    declared = signature[2:]
    hints = _hints(function, declared)
    made: list[Parameter] = []
    for parameter in declared:
        try:
            made.append(_parameter(parameter, hints[parameter.name]))
        except TypeError as error:
            raise TypeError(f"{function.__qualname__}: parameter {parameter.name!r} {error}") from None
    return tuple(made)


def _hints(function: Callable[..., object], declared: list[inspect.Parameter]) -> dict[str, Any]:
    # Only these are resolved: the context's own type is often imported for type checkers alone.
    annotations: dict[str, Any] = {}
    for parameter in declared:
        if parameter.annotation is parameter.empty:
            raise TypeError(f"{function.__qualname__}: parameter {parameter.name!r} has no annotation")
        annotations[parameter.name] = parameter.annotation
    module = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        return typing.get_type_hints(types.SimpleNamespace(__annotations__=annotations), module, include_extras=True)
    except NameError as error:
        raise TypeError(f"{function.__qualname__}: an annotation cannot be resolved, {error}") from None


def _parameter(declared: inspect.Parameter, hint: Any) -> Parameter:
    if declared.kind not in (declared.POSITIONAL_OR_KEYWORD, declared.KEYWORD_ONLY):
        raise TypeError("must be an ordinary parameter, not *args, **kwargs or positional-only")
    if _NAME.fullmatch(declared.name) is None:
        raise TypeError("must have a name of a-z, 0-9 and _, at most 32 characters")
    bare, notes, optional = _unwrap(hint)
    kind, choices = _kind(bare)
    minimum, maximum, length, rest = _bounds(kind, notes)
    given = declared.default is not declared.empty
    default = declared.default if given else None
    private = Private() in notes
    suggest = next((note.method for note in reversed(notes) if isinstance(note, Suggest)), "")
    required = not given and not optional
    made = Parameter(declared.name, kind, required, default, minimum, maximum, length, choices, rest, private, suggest)
    if given and not (_fits(made) or (optional and default is None)):
        raise TypeError(f"has the default {default!r}, which its own type or bounds refuse")
    return made


def _unwrap(hint: Any) -> tuple[Any, tuple[Any, ...], bool]:
    """The type without ``Annotated`` and ``| None``, the notes of the former, and whether the latter was there."""
    if typing.get_origin(hint) is Annotated:
        bare, notes, optional = _unwrap(hint.__origin__)
        return bare, notes + hint.__metadata__, optional
    if typing.get_origin(hint) in (typing.Union, types.UnionType):
        others = [part for part in typing.get_args(hint) if part is not type(None)]
        if len(others) == 1:
            bare, notes, _ = _unwrap(others[0])
            return bare, notes, True
    return hint, (), False


def _kind(bare: Any) -> tuple[Kind, tuple[str, ...]]:
    """The kind of a type, and its choices if it is a ``Literal``."""
    if typing.get_origin(bare) is Literal:
        choices = typing.get_args(bare)
        if not all(isinstance(choice, str) and choice.strip() for choice in choices):
            raise TypeError("must have choices that are texts")
        if len({choice.casefold() for choice in choices}) < len(choices):
            raise TypeError("has choices that differ in upper and lower case alone")
        return "choice", choices
    kind = _KINDS.get(bare) if isinstance(bare, type) else None
    if kind is None:
        raise TypeError(f"has the type {bare!r}; use int, str, bool, Literal['…'], timedelta or MemberRef")
    return kind, ()


def _bounds(kind: Kind, notes: tuple[Any, ...]) -> tuple[int | None, int | None, int | None, bool]:
    """Minimum, maximum, length and rest from the notes in ``Annotated``."""
    minimum, maximum = _LIMITS.get(kind, (None, None))
    length: int | None = None
    rest = False
    for note in notes:
        match note:
            case Range() if kind in _LIMITS:
                minimum, maximum = _range(kind, note)
            case Length() if kind == "str" and 1 <= note.maximum <= MAX_TEXT:
                length = note.maximum
            case Rest() if kind == "str":
                rest = True
            case Suggest() if kind in ("str", "int"):
                pass
            case Range() | Length() | Rest() | Suggest():
                raise TypeError(f"has {note!r}, which does not fit its type")
            case type() if note in (Range, Length, Rest, Private, Suggest):
                raise TypeError(f"has {note.__name__} without brackets")
    return minimum, maximum, length, rest


def _range(kind: Kind, note: Range) -> tuple[int, int]:
    bounds: list[int] = []
    for bound, limit in zip((note.minimum, note.maximum), _LIMITS[kind], strict=True):
        if bound is not None and type(bound) is not _TYPES[kind]:
            raise TypeError(f"has the bound {bound!r}, which is not of its type")
        bounds.append(limit if bound is None else int(bound.total_seconds()) if isinstance(bound, timedelta) else bound)
    (low, high), (lowest, highest) = bounds, _LIMITS[kind]
    if not lowest <= low <= high <= highest:
        raise TypeError(f"has a range that is empty or outside {lowest} to {highest}")
    return low, high


def _fits(parameter: Parameter) -> bool:
    default = parameter.default
    if type(default) is not _TYPES[parameter.kind]:
        return False
    if isinstance(default, str):
        return default in parameter.choices if parameter.choices else len(default) <= (parameter.length or MAX_TEXT)
    if parameter.minimum is None or parameter.maximum is None:
        return True
    amount = default.total_seconds() if isinstance(default, timedelta) else default
    return isinstance(amount, int | float) and parameter.minimum <= amount <= parameter.maximum
