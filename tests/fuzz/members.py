"""What members type: commands, options, amounts, answers in forms, names, filters; and what their buttons carry."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Final, Literal

from coterie.core.api import Currency
from coterie.core.commands import CommandSpec, parse_options, parse_text, split_command, suggest
from coterie.core.commands.parameters import (
    MAX_DURATION,
    Length,
    MemberRef,
    Parameter,
    Range,
    Rest,
    parameters_of,
)
from coterie.core.commands.values import converter, read_duration
from coterie.core.errors import UsageError
from coterie.core.forms import check_answers, match_answers, questions_of
from coterie.core.segments.filters import All, Filter, FilterError, Not, Test
from coterie.core.segments.filters import Any as Either
from coterie.core.segments.parser import parse
from coterie.core.text import NAME_LENGTH, clean_name, clean_text
from coterie.core.tokens import Signer, TokenError, pack, unpack
from coterie.plugins.wallet.rules import amount_of, currency_and_reason
from tests.fuzz.checks import attempted, refused
from tests.fuzz.target import object_of, target, text_of


def _every_kind(
    self: object,
    ctx: object,
    who: MemberRef,
    amount: Annotated[int, Range(1, 1000)],
    word: Annotated[str, Length(20)],
    sure: bool = False,
    color: Literal["Red", "grün", "黑"] = "Red",
    time: Annotated[timedelta, Range(maximum=timedelta(days=30))] = timedelta(hours=1),
    about: Annotated[str, Rest()] = "",
) -> None:
    """Takes a parameter of every kind."""


PARAMETERS: Final = parameters_of(_every_kind)
SPEC: Final = CommandSpec("pay", "pay", "fuzz", parameters=PARAMETERS)
_TYPED: Final = (
    *(
        "/pay",
        "/Pay@OurBot",
        "/",
        "@bob",
        "10",
        "-1",
        "+5",
        "1000000000000000000",
        '"',
        "“",
        "”",
        "「",
        "」",
        '"a b"',
        "yes",
    ),
    *(
        "否",
        "red",
        "黑",
        "1小时",
        "30d",
        "2w 3d 4h 5m 6s",
        "90分鐘",
        "１０",
        "٣",
        "1_0",
        "\u200b",
        "\ufeff",
        "\u202e",
        "\ud800",
    ),
)


def _check_values(values: dict[str, Any], parameters: tuple[Parameter, ...]) -> None:
    """Each value has the type and the bounds that its parameter promises."""
    kinds: dict[str, type] = {"int": int, "bool": bool, "duration": timedelta, "member": MemberRef}
    for parameter in parameters:
        if parameter.name not in values:
            continue
        value = values[parameter.name]
        assert type(value) is kinds.get(parameter.kind, str), (parameter, value)
        if isinstance(value, str):
            value.encode()
            assert len(value) <= (parameter.length or 4000)
            assert not parameter.choices or value in parameter.choices
        elif isinstance(value, MemberRef):
            assert 0 < len(value.raw.encode()) <= 4 * 64
        elif parameter.minimum is not None and parameter.maximum is not None:
            number: Any = value.total_seconds() if isinstance(value, timedelta) else value
            assert parameter.minimum <= number <= parameter.maximum


@target("command", "text", *_TYPED, examples=120)
def call(data: bytes) -> None:
    """A line is a command or none, and its words are arguments or a :class:`UsageError`."""
    text = text_of(data)
    found = split_command(text)
    if found is not None:
        name, text = found
        assert name
        assert suggest(name, ("pay", "packet", "balance")) in (None, "pay", "packet", "balance")
    values = refused(lambda: parse_text(SPEC, text), UsageError)
    if values is not None:
        assert values.keys() == {parameter.name for parameter in PARAMETERS}
        _check_values(values, PARAMETERS)
    assert refused(lambda: parse_text(CommandSpec("help", "help", "fuzz"), text), UsageError) in (None, {})


@target("options", "json", *(parameter.name for parameter in PARAMETERS), *_TYPED)
def call_with_options(data: bytes) -> None:
    """Options are arguments or a :class:`UsageError`, whatever JSON can hold stands in them."""
    options = {name: value for name, value in object_of(data).items() if isinstance(value, str | int | float)}
    values = refused(lambda: parse_options(SPEC, options), UsageError)
    if values is not None:
        _check_values(values, PARAMETERS)


@target("value", "text", *_TYPED, "1.5", "0.000001", "GEM", "XTR", "points", "999999999999999", "1e9", ",")
def convert(data: bytes) -> None:
    """A word is a value of each kind, a length of time, an amount; or it is refused."""
    word = text_of(data)
    for parameter in PARAMETERS:
        value = refused(lambda: converter(parameter)(word), UsageError)  # noqa: B023
        if value is not None:
            _check_values({parameter.name: value}, (parameter,))
    length = read_duration(word)
    assert length is None or 0 <= length.total_seconds() <= MAX_DURATION
    for currency in (Currency("points"), Currency("GEM", 2), Currency("XYZ", 6)):
        amount = refused(lambda: amount_of(currency, word, -5, 10**12), UsageError)  # noqa: B023
        assert amount is None or -5 <= amount <= 10**12
        written = currency.read(word)
        assert written is None or written >= 0
    code, reason = currency_and_reason(word, "because", ("points", "GEM"))
    assert code
    assert reason.endswith("because")


@target("form", "json", *(parameter.name for parameter in PARAMETERS), "Who?", "AMOUNT", *_TYPED)
def answer(data: bytes) -> None:
    """Each question of a form has a value or an error, and no answer counts twice."""
    answers = {name: value for name, value in object_of(data).items() if isinstance(value, str)}
    questions = questions_of(PARAMETERS, lambda name: f"{name.capitalize()}?")
    matched, unknown = match_answers(questions, answers)
    assert len(matched) + len(unknown) == len(answers)
    values, errors = check_answers(PARAMETERS, matched)
    assert values.keys() | errors.keys() == {parameter.name for parameter in PARAMETERS}
    assert not values.keys() & errors.keys()
    _check_values(values, PARAMETERS)


_NAME: Final = (
    *("\u202e", "\u200d", "\u0301", "\ufe0f", "\u2068", "ا", "👩‍👩‍👧", "\u3164", "\r\n", "\ud800"),
    *("\U000e0041",),
)


@target("name", "text", *_NAME)
def clean(data: bytes) -> None:
    """What is left of a text can be sent, shows in its place, and stays as it is when it is cleaned again."""
    raw = text_of(data)
    for lines in (True, False):
        text = clean_text(raw, 300, lines=lines)
        text.encode()
        assert len(text) <= 300
        assert lines or "\n" not in text
        assert not any(char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\0\r" for char in text)
        assert clean_text(text, 300, lines=lines) == text
    name = clean_name(raw)
    assert 0 < len(name) <= NAME_LENGTH + 2
    assert "\n" not in name
    assert clean_name(name) == name


_FILTERS: Final = (
    *(
        "and",
        "or",
        "not",
        "(",
        ")",
        "（",
        "且",
        "或者",
        "不是",
        ":",
        ">=",
        "≥",
        "!=",
        "~",
        '"',
        "“",
        "”",
        "&&",
        "||",
        "!",
    ),
    *("tag", "tag:vip", "balance>=100", "joined<2026-01-01", "attribute.city=Köln", "left", "seen>30d"),
)


@target("filter", "text", *_FILTERS, examples=80)
def read_filter(data: bytes) -> None:
    """A filter is a tree or a :class:`FilterError`, whose place is in the text."""
    text = text_of(data)
    found, error = attempted(lambda: parse.__wrapped__(text), FilterError)
    if error is not None:
        assert 0 <= error.at <= len(text) + 1
    else:
        assert 0 < _tests(found) <= 100


def _tests(tree: Filter) -> int:
    if isinstance(tree, Test):
        assert tree.field
        return 1
    if isinstance(tree, Not):
        return _tests(tree.part)
    assert isinstance(tree, All | Either)
    return sum(map(_tests, tree.parts))


_SIGNER: Final = Signer(b"a secret of this test", [b"an older secret of it"])
_NOW: Final = 1_790_000_000_000


@target("token", "text", "-", "_", "=", "A" * 40, "\u200b", "QAAAAA")
def open_token(data: bytes) -> None:
    """No text opens that was not signed, in this community, for this member, and nothing but a refusal comes of it."""
    text = text_of(data)
    found = refused(lambda: _SIGNER.open(7, text, _NOW, 5), TokenError)
    if found is not None:  # a sample of the corpus, which was signed for member 5 or for everybody
        assert refused(lambda: _SIGNER.open(8, text, _NOW, 5), TokenError) is None
        swapped = text[:-1] + ("A" if text[-1] != "A" else "Q")
        assert refused(lambda: _SIGNER.open(7, swapped, _NOW, 5), TokenError) is None


@target("packed", "bytes", "\x00", "?", "@", "\x7f")
def open_packed(data: bytes) -> None:
    """Bytes are values or a :class:`ValueError`; values are packed as they were."""
    values = refused(lambda: unpack(data), ValueError)
    if values is not None:
        assert unpack(pack(values)) == values
        assert [type(each) for each in unpack(pack(values))] == [type(each) for each in values]
