"""Annotations become parameters, and a wrong declaration is told when the plugin is loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest

from coterie.core.commands.parameters import Length, MemberRef, Parameter, Range, Rest, parameters_of

if TYPE_CHECKING:
    from somewhere import Context  # type: ignore[import-not-found]  # as plugins do, and never resolved

LIMIT = 10**15


class Game:
    """Methods as a plugin writes them."""

    def nothing(self, ctx: Context) -> None: ...

    def packet(
        self, ctx: Context, total: int, shares: Annotated[int, Range(1, 100)], mode: Literal["even", "luck"] = "luck"
    ) -> None: ...

    def tip(
        self, ctx: Context, to: MemberRef, amount: Annotated[int, Range(minimum=1)], note: str | None = None
    ) -> None: ...

    def sell(self, ctx: Context, title: Annotated[str, Length(10)], length: timedelta, open: bool = True) -> None: ...

    def say(self, ctx: Context, times: int, text: Annotated[str, Rest(), Length(300)]) -> None: ...

    def mute(
        self,
        ctx: Context,
        length: Annotated[timedelta, Range(timedelta(minutes=1), timedelta(days=7))] = timedelta(hours=1),
    ) -> None: ...


def test_annotations_become_parameters() -> None:
    assert parameters_of(Game.nothing) == ()
    assert parameters_of(Game.packet) == (
        Parameter("total", "int", minimum=-LIMIT, maximum=LIMIT),
        Parameter("shares", "int", minimum=1, maximum=100),
        Parameter("mode", "choice", False, "luck", choices=("even", "luck")),
    )
    assert parameters_of(Game.tip)[0] == Parameter("to", "member")
    assert parameters_of(Game.tip)[1].maximum == LIMIT
    assert parameters_of(Game.tip)[2] == Parameter("note", "str", False)
    assert parameters_of(Game.say)[1] == Parameter("text", "str", length=300, rest=True)
    assert parameters_of(Game.mute)[0] == Parameter("length", "duration", False, timedelta(hours=1), 60, 604_800)


def test_an_optional_type_needs_no_default_and_notes_may_stand_inside() -> None:
    def method(
        self: Game, ctx: Context, top: Annotated[int, Range(1, 9)] | None, *, page: Annotated[int | None, Range(2)]
    ) -> None: ...

    assert parameters_of(method) == (
        Parameter("top", "int", False, None, 1, 9),
        Parameter("page", "int", False, None, 2, LIMIT),
    )


def _float(self: Any, ctx: Any, price: float) -> None: ...
def _union(self: Any, ctx: Any, price: int | str) -> None: ...
def _many(self: Any, ctx: Any, *words: str) -> None: ...
def _options(self: Any, ctx: Any, **words: str) -> None: ...
def _positional(self: Any, ctx: Any, word: str, /) -> None: ...
def _bare(self, ctx, word) -> None: ...  # type: ignore[no-untyped-def]
def _unknown(self: Any, ctx: Any, word: Missing) -> None: ...  # type: ignore[name-defined]  # noqa: F821
def _literal(self: Any, ctx: Any, side: Literal[1, 2]) -> None: ...
def _twins(self: Any, ctx: Any, side: Literal["Up", "up"]) -> None: ...
def _empty(self: Any, ctx: Any, count: Annotated[int, Range(5, 4)]) -> None: ...
def _wide(self: Any, ctx: Any, count: Annotated[int, Range(0, 10**16)]) -> None: ...
def _wrong_bound(self: Any, ctx: Any, count: Annotated[int, Range(timedelta(1))]) -> None: ...
def _wrong_note(self: Any, ctx: Any, count: Annotated[int, Length(4)]) -> None: ...
def _no_brackets(self: Any, ctx: Any, text: Annotated[str, Rest]) -> None: ...
def _wrong_default(self: Any, ctx: Any, count: int = "3") -> None: ...  # type: ignore[assignment]
def _none_default(self: Any, ctx: Any, count: int = None) -> None: ...  # type: ignore[assignment]  # noqa: RUF013
def _outside(self: Any, ctx: Any, count: Annotated[int, Range(1, 3)] = 4) -> None: ...
def _no_choice(self: Any, ctx: Any, side: Literal["up", "down"] = "left") -> None: ...  # type: ignore[assignment]
def _long_default(self: Any, ctx: Any, word: Annotated[str, Length(2)] = "abc") -> None: ...
def _brief(self: Any, ctx: Any, wait: Annotated[timedelta, Range(timedelta(1))] = timedelta(0)) -> None: ...
def _upper(self: Any, ctx: Any, Word: str) -> None: ...  # noqa: N803


@pytest.mark.parametrize(
    ("method", "parameter", "why"),
    [
        (_float, "price", "float"),
        (_union, "price", "int | str"),
        (_many, "words", r"\*args"),
        (_options, "words", r"\*\*kwargs"),
        (_positional, "word", "positional-only"),
        (_bare, "word", "no annotation"),
        (_unknown, "Missing", "cannot be resolved"),
        (_literal, "side", "choices that are texts"),
        (_twins, "side", "upper and lower case"),
        (_empty, "count", "range that is empty"),
        (_wide, "count", "outside"),
        (_wrong_bound, "count", "bound"),
        (_wrong_note, "count", "does not fit"),
        (_no_brackets, "text", "without brackets"),
        (_wrong_default, "count", "default '3'"),
        (_none_default, "count", "default None"),
        (_outside, "count", "default 4"),
        (_no_choice, "side", "default 'left'"),
        (_long_default, "word", "default 'abc'"),
        (_brief, "wait", "default"),
        (_upper, "Word", "a-z"),
    ],
)
def test_a_wrong_declaration_names_method_and_parameter(
    method: Callable[..., object], parameter: str, why: str
) -> None:
    with pytest.raises(TypeError, match=why) as caught:
        parameters_of(method)
    assert str(caught.value).startswith(method.__qualname__)
    assert f"'{parameter}'" in str(caught.value)


def test_a_method_must_take_a_context() -> None:
    def alone(self: Game) -> None: ...

    with pytest.raises(TypeError, match=r"alone must take self and ctx"):
        parameters_of(alone)
