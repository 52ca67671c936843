"""Typed commands: annotations become parameters, and whatever people type becomes values or one clear refusal."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Annotated, Any, Literal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coterie.core.commands import (
    CommandSpec,
    parse_options,
    parse_text,
    split_command,
    suggest,
    usage,
)
from coterie.core.commands.parameters import Length, MemberRef, Parameter, Range, Rest, Value, parameters_of
from coterie.core.errors import InsufficientFunds, NotAllowed, Refusal, UsageError
from coterie.core.i18n import CORE, Translator

LIMIT = 10**15
TRANSLATOR = Translator()


class Game:
    """Methods as a plugin writes them."""

    def nothing(self, ctx: Any) -> None: ...

    def packet(
        self, ctx: Any, total: int, shares: Annotated[int, Range(1, 100)], mode: Literal["even", "luck"] = "luck"
    ) -> None: ...

    def tip(
        self, ctx: Any, to: MemberRef, amount: Annotated[int, Range(minimum=1)], note: str | None = None
    ) -> None: ...

    def auction(self, ctx: Any, title: Annotated[str, Length(10)], length: timedelta, open: bool = True) -> None: ...

    def say(self, ctx: Any, times: int, text: Annotated[str, Rest(), Length(300)]) -> None: ...

    def mute(
        self,
        ctx: Any,
        length: Annotated[timedelta, Range(timedelta(minutes=1), timedelta(days=7))] = timedelta(hours=1),
    ) -> None: ...


def spec(method: Callable[..., object], name: str = "packet") -> CommandSpec:
    return CommandSpec(name, method.__name__, "game", parameters=parameters_of(method))


PACKET, TIP, AUCTION = spec(Game.packet), spec(Game.tip), spec(Game.auction)
SAY, MUTE, NOTHING = spec(Game.say), spec(Game.mute), spec(Game.nothing)
EVERY = (PACKET, TIP, AUCTION, SAY, MUTE, NOTHING)


def refused(command: CommandSpec, text: str) -> tuple[str, dict[str, Any]]:
    with pytest.raises(UsageError) as caught:
        parse_text(command, text)
    return caught.value.key, dict(caught.value.args)


def outcome(
    parse: Callable[..., dict[str, Value]], command: CommandSpec, typed: object
) -> dict[str, Value] | UsageError:
    try:
        return parse(command, typed)
    except UsageError as error:
        return error


@pytest.mark.parametrize("name", ["packet", "p", "red-packet2", "a" * 32, "红包", "紅包2", "ひとこと", "설문"])
def test_names_of_commands(name: str) -> None:
    assert CommandSpec(name, "m", "p", aliases=(name,)).name == name


@pytest.mark.parametrize("name", ["", "Packet", "2nd", "-a", "a" * 33, "red_packet", "a b", "a/b", "红 包", "é", "a\n"])
def test_names_that_no_platform_takes(name: str) -> None:
    for wrong in ({"name": name}, {"name": "fine", "aliases": (name,)}):
        with pytest.raises(ValueError, match="cannot name a command"):
            CommandSpec(method="m", plugin="p", **wrong)


def test_parameters_in_an_order_that_nobody_could_type() -> None:
    first, rest = Parameter("first", "int", False), Parameter("rest", "str", rest=True)
    with pytest.raises(TypeError, match=r"p\.m: parameter 'last' comes after"):
        CommandSpec("c", "m", "p", parameters=(rest, Parameter("last", "int")))
    with pytest.raises(TypeError, match=r"p\.m: parameter 'rest' is required"):
        CommandSpec("c", "m", "p", parameters=(first, rest))


def test_usage_shows_what_is_required() -> None:
    assert usage(PACKET) == "/packet <total> <shares> [mode]"
    assert usage(spec(Game.nothing, "checkin")) == "/checkin"


@pytest.mark.parametrize(
    ("command", "text", "values"),
    [
        (NOTHING, " \n ", {}),
        (PACKET, "100 3", {"total": 100, "shares": 3, "mode": "luck"}),
        (PACKET, "　+100\u3000 3  EVEN ", {"total": 100, "shares": 3, "mode": "even"}),
        (PACKET, "-5 100", {"total": -5, "shares": 100, "mode": "luck"}),
        (PACKET, f"-{LIMIT} 1", {"total": -LIMIT, "shares": 1, "mode": "luck"}),
        (TIP, "@bob 5", {"to": MemberRef("@bob"), "amount": 5, "note": None}),
        (TIP, '"Bob B." 5 “for lunch”', {"to": MemberRef("Bob B."), "amount": 5, "note": "for lunch"}),
        (TIP, "小明 5 「谢 谢」", {"to": MemberRef("小明"), "amount": 5, "note": "谢 谢"}),
        (TIP, 'bob 5 "', {"to": MemberRef("bob"), "amount": 5, "note": '"'}),
        (TIP, 'bob 5 6"', {"to": MemberRef("bob"), "amount": 5, "note": '6"'}),
        (TIP, 'bob 5 "6"x', {"to": MemberRef("bob"), "amount": 5, "note": '"6"x'}),
        (TIP, 'bob 5 ""', {"to": MemberRef("bob"), "amount": 5, "note": None}),
        (TIP, "bob 5 a\u202eb\x07c", {"to": MemberRef("bob"), "amount": 5, "note": "ab c"}),
        (AUCTION, "lamp 90m", {"title": "lamp", "length": timedelta(minutes=90), "open": True}),
        (AUCTION, '"old lamp" 1H30m no', {"title": "old lamp", "length": timedelta(minutes=90), "open": False}),
        (AUCTION, '"a\nb" 1w2d3h4m5s 否', {"title": "a b", "length": timedelta(9, 11_045), "open": False}),
        (AUCTION, "灯 1小时30分钟 是", {"title": "灯", "length": timedelta(minutes=90), "open": True}),
        (AUCTION, 'x "2 d 1 h" on', {"title": "x", "length": timedelta(2, 3600), "open": True}),
        (SAY, '2  he said "hi\nthere"  and left ', {"times": 2, "text": 'he said "hi\nthere"  and left'}),
        (SAY, '2 "quoted"', {"times": 2, "text": '"quoted"'}),
        (MUTE, "", {"length": timedelta(hours=1)}),
        (MUTE, "7d", {"length": timedelta(days=7)}),
    ],
)
def test_what_is_typed_becomes_values(command: CommandSpec, text: str, values: dict[str, Any]) -> None:
    assert parse_text(command, text) == values


@pytest.mark.parametrize(
    ("command", "text", "key", "args"),
    [
        (NOTHING, "now", "arg-extra", {"found": "now"}),
        (PACKET, "", "arg-missing", {"name": "total"}),
        (PACKET, "100", "arg-missing", {"name": "shares"}),
        (PACKET, "100 3 even 4 5", "arg-extra", {"found": "4 5"}),
        (PACKET, "100 0", "arg-too-small", {"name": "shares", "minimum": 1, "maximum": 100, "found": 0}),
        (PACKET, "100 101", "arg-too-large", {"name": "shares", "minimum": 1, "maximum": 100, "found": 101}),
        (
            PACKET,
            f"{LIMIT + 1} 1",
            "arg-too-large",
            {"name": "total", "minimum": -LIMIT, "maximum": LIMIT, "found": LIMIT + 1},
        ),
        (PACKET, "100 3 fair", "arg-not-choice", {"name": "mode", "choices": "even, luck", "found": "fair"}),
        (TIP, "@ 5", "arg-not-member", {"name": "to", "found": "@"}),
        (TIP, "b" * 65 + " 5", "arg-not-member", {"name": "to", "found": "b" * 39 + "…"}),
        (AUCTION, "a-very-old-lamp 1d", "arg-too-long", {"name": "title", "maximum": 10, "found": 15}),
        (AUCTION, '"" 1d', "arg-missing", {"name": "title"}),
        (AUCTION, "\u200b 1d", "arg-missing", {"name": "title"}),
        (AUCTION, "lamp 90", "arg-not-duration", {"name": "length", "found": "90"}),
        (AUCTION, "lamp 1m1h", "arg-not-duration", {"name": "length", "found": "1m1h"}),
        (AUCTION, "lamp 5ſ", "arg-not-duration", {"name": "length", "found": "5ſ"}),
        (AUCTION, 'lamp ""', "arg-not-duration", {"name": "length", "found": ""}),
        (AUCTION, "lamp 1d maybe", "arg-not-bool", {"name": "open", "found": "maybe"}),
        (SAY, "2", "arg-missing", {"name": "text"}),
        (SAY, "2 " + "é" * 5000, "arg-too-long", {"name": "text", "maximum": 300, "found": 5000}),
    ],
)
def test_what_cannot_be_meant_is_refused(command: CommandSpec, text: str, key: str, args: dict[str, Any]) -> None:
    assert refused(command, text) == (key, args)


def test_lengths_of_time_have_bounds() -> None:
    bounds = {"minimum": timedelta(minutes=1), "maximum": timedelta(days=7)}
    assert refused(MUTE, "59s") == ("arg-too-small", {"name": "length", "found": "59s", **bounds})
    assert refused(MUTE, "999999999w") == ("arg-too-large", {"name": "length", "found": "999999999w", **bounds})
    assert refused(AUCTION, "lamp 521w5d")[0] == "arg-too-large"


WRONG_NUMBERS = [
    "1e9", "1_0", "1.0", "1,000", "0x10", "١٢", "１２", "²", "½", "一百", "--1", "+-1", "+", "-", "−1", "nan", "inf",
    "1" * 19, "0" * 19, "1" * 5000, "1\u200b", "1;", "“1", "0b1", "1j", "\x001",
]  # fmt: skip


@pytest.mark.parametrize("number", WRONG_NUMBERS)
def test_only_plain_digits_are_a_number(number: str) -> None:
    key, args = refused(PACKET, f"{number} 3")
    assert (key, args["name"]) == ("arg-not-int", "total")
    assert len(args["found"]) <= 40


@given(st.text())
@example("٣")
@example("+000000000000000009")
def test_a_number_is_exactly_its_digits(word: str) -> None:
    result = outcome(parse_options, PACKET, {"total": word, "shares": 1})
    if re.fullmatch(r"[+-]?[0-9]{1,18}", word) is None:
        assert isinstance(result, UsageError)
        assert result.key == "arg-not-int"
    elif abs(int(word)) > LIMIT:
        assert isinstance(result, UsageError)
        assert result.key in ("arg-too-small", "arg-too-large")
    else:
        assert isinstance(result, dict)
        assert result["total"] == int(word)


LINES = st.lists(
    st.sampled_from(['"', "“", "”", "「", "」", " ", "\n", "1", "@bob", "2d", "x" * 50, "\u202e", "红"]) | st.text()
).map("".join)


@given(LINES, st.sampled_from(EVERY))
def test_no_line_ends_in_another_error(text: str, command: CommandSpec) -> None:
    result = outcome(parse_text, command, text)
    if isinstance(result, UsageError):
        found = str(result.args.get("found", ""))
        assert result.namespace == CORE
        assert len(found) <= 40
        assert not set(found) & {"\n", "\u202e"}
    else:
        assert result.keys() == {parameter.name for parameter in command.parameters}


@given(
    st.lists(
        st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"], exclude_characters='"')).filter(
            str.strip
        ),
        max_size=4,
    )
)
def test_quoted_words_arrive_whole(words: list[str]) -> None:
    parameters = tuple(Parameter(f"p{number}", "str") for number in range(len(words)))
    command = CommandSpec("echo", "echo", "game", parameters=parameters)
    for opening, closing in ('""', "“”", "「」"):
        line = " ".join(f"{opening}{word}{closing}" for word in words)
        assert list(parse_text(command, line).values()) == [word.strip() for word in words]


@given(st.integers(-LIMIT, LIMIT), st.integers(1, 100), st.sampled_from(["even", "luck"]))
def test_options_and_text_give_the_same(total: int, shares: int, mode: str) -> None:
    values = parse_text(PACKET, f"{total} {shares} {mode}")
    assert parse_options(PACKET, {"mode": mode, "shares": shares, "total": total}) == values
    assert parse_options(PACKET, {"mode": mode, "shares": str(shares), "total": str(total)}) == values


@pytest.mark.parametrize(
    ("command", "options", "key"),
    [
        (PACKET, {"total": 5}, "arg-missing"),
        (PACKET, {"total": 5, "shares": 101}, "arg-too-large"),
        (PACKET, {"total": True, "shares": 1}, "arg-not-int"),
        (PACKET, {"total": 5.0, "shares": 1}, "arg-not-int"),
        (PACKET, {"total": float("nan"), "shares": 1}, "arg-not-int"),
        (PACKET, {"total": 10**5000, "shares": 1}, "arg-not-int"),
        (PACKET, {"total": 5, "shares": 1, "tax\u202e": 1}, "arg-extra"),
        (TIP, {"to": "", "amount": 1}, "arg-not-member"),
        (AUCTION, {"title": "", "length": "1d"}, "arg-missing"),
    ],
)
def test_options_are_checked_like_text(command: CommandSpec, options: dict[str, Any], key: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_options(command, options)
    assert caught.value.key == key


def test_options_of_every_type() -> None:
    given_options: dict[str, str | int | float | bool] = {"title": 12, "length": "1d", "open": False}
    assert parse_options(AUCTION, given_options) == {"title": "12", "length": timedelta(1), "open": False}
    assert parse_options(AUCTION, {"title": "x", "length": "1d", "open": 1})["open"] is True


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("/packet 100 3", ("packet", "100 3")),
        ("  /Packet\n100  3 ", ("packet", "100  3 ")),
        ("/红包", ("红包", "")),
        ("/packet@somebot 1", ("packet@somebot", "1")),
        ("packet 100", None),
        ("/ packet", None),
        ("/", None),
        ("", None),
    ],
)
def test_a_line_is_split_into_name_and_arguments(text: str, parts: tuple[str, str] | None) -> None:
    assert split_command(text) == parts


def test_a_name_that_was_nearly_right_is_suggested() -> None:
    names = ["packet", "balance", "checkin", "tip", "红包雨"]
    assert suggest("pakcet", names) == "packet"
    assert suggest("CheckIn!", names) == "checkin"
    assert suggest("红包", names) == "红包雨"
    assert suggest("tap", names) == "tip"
    assert suggest("weather", names) is None
    assert suggest("x" * 8000, names) is None
    assert suggest("tip", []) is None


REFUSALS = [
    (PACKET, ""), (PACKET, "x 1"), (PACKET, "1 0"), (PACKET, "1 101"), (PACKET, "1 1 x"), (PACKET, "1 1 luck 1"),
    (TIP, "@ 1"), (AUCTION, "far-too-long 1d"), (AUCTION, "x 1"), (AUCTION, "x 1d x"), (MUTE, "1s"), (MUTE, "9d"),
]  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(("command", "text"), REFUSALS)
def test_every_refusal_has_words(command: CommandSpec, text: str, locale: str) -> None:
    key, args = refused(command, text)
    words = str(TRANSLATOR.text(CORE, key, locale, args))
    assert key not in words
    assert "{" not in words
    if key in ("arg-too-small", "arg-too-large") and command is PACKET:
        assert all(each in words for each in ("shares", "1", "100"))


def test_a_refusal_carries_its_message() -> None:
    refusal = Refusal("packet-empty", left=0)
    assert (refusal.key, refusal.namespace, refusal.args) == ("packet-empty", "", {"left": 0})
    assert str(refusal) == "packet-empty (left=0)"
    assert (NotAllowed().key, NotAllowed().namespace) == ("not-allowed", CORE)
    assert NotAllowed("closed", namespace="", day=3).args == {"day": 3}


def test_missing_money_is_told_in_its_currency() -> None:
    error = InsufficientFunds(1050, 2000, "USD")
    assert (error.balance, error.needed, error.currency) == (1050, 2000, "USD")
    words = str(TRANSLATOR.text(CORE, error.key, "en", error.args))
    assert "$10.50" in words
    assert "$20.00" in words
