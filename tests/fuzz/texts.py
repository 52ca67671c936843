"""Texts with a grammar: messages in people's languages, scenarios."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from coterie.core.i18n import Translator
from coterie.core.i18n.catalogs import Catalog, CatalogError
from coterie.core.i18n.check import problems_of
from coterie.core.i18n.wording import Message
from coterie.core.testing.play.grammar import ScenarioError, parse, parse_line
from coterie.core.testing.play.showing import show
from coterie.core.text import Rich, Text, spans_of
from tests.fuzz.checks import attempted, refused
from tests.fuzz.target import json_of, target, text_of

_TEMPLATES: Final = (
    "hello = Hello, { $value }!\n",
    "hello = <b>{ $value }</b> and <i>{ $value }\n",
    "hello = { $value ->\n    [one] One <b>{ $value }</b>\n   *[other] Other { $value }\n }\n",
    "hello = { -brand } <code>{ $value }</code>\n-brand = Coterie\n",
)
_MESSAGES: Final = tuple(Catalog(source, "fuzz.ftl", "en").message("hello") for source in _TEMPLATES)
_TRANSLATOR: Final = Translator()


@cache
def _folder() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="coterie-fuzz-")


def _shown(message: Message, value: Any) -> Rich:
    return message.render({"value": value}, None, _TRANSLATOR._show)


_MESSAGE_VALUE: Final = (
    *("<b>", "</b>", "{ $value }", "{", "}", "\ue000", "\ue001", "\ue000value\ue001", "one", "\u2068", "-"),
)


@target("message-value", "text", *_MESSAGE_VALUE)
def say(data: bytes) -> None:
    """What a member typed stands in a message as it was typed, and has the look of its place at most."""
    text = text_of(data)
    for message in _MESSAGES:
        assert message is not None
        plain, found = _shown(message, "x"), _shown(message, text)
        if text == "one":
            continue  # it chooses another variant
        assert str(found) == str(plain).replace("x", text) if text else text in str(found)
        looks = {span.style for span in spans_of(plain)}
        assert {span.style for span in spans_of(found)} <= looks
        assert isinstance(found, str | Text)


@target("message-json", "json", "value", "one", "other", "<b>")
def say_anything(data: bytes) -> None:
    """A message with a value of any type, of a missing one too, is words; a translator never raises."""
    value = json_of(data)
    for args in ({"count": value, "name": value, "amount": value}, value if isinstance(value, dict) else {}):
        for key in ("arg-too-small", "arg-missing", "insufficient-funds", "amount-points", "nothing of the kind"):
            for locale in ("en", "zh-Hans", "zh-Hant", "xx"):
                assert str(_TRANSLATOR.text("core", key, locale, args)) or key


_FLUENT: Final = (
    *(
        "hello = ",
        "\n",
        "{ $value }",
        "{ -brand }",
        "{ hello }",
        " ->",
        "*[other]",
        "[one]",
        '{ "',
        '" }',
        "{ $value ->",
    ),
    *(
        "<b>",
        "</b>",
        "<spoiler>",
        "# ",
        "\n    ",
        "{ NUMBER($value) }",
        "\\u0000",
        "\ue000",
        "-brand",
        ".attribute = x",
    ),
)


@target("message-source", "text", *_FLUENT)
def compile_messages(data: bytes) -> None:
    """A file of messages has faults that can be told, and every message of it is words all the same."""
    file = Path(_folder().name, "en.ftl")
    file.write_bytes(data)
    _TRANSLATOR.add("fuzz", file.parent)
    found = Catalog(data.decode("utf-8-sig", "replace").replace("\r\n", "\n"), "en.ftl", "en")
    assert all(fault.startswith("en.ftl:") for fault in problems_of(found, None))
    for key in sorted(found.keys):
        refused(lambda: found.message(key), CatalogError)  # noqa: B023
        for args in ({}, {"value": "x", "n": 1}, {"value": 1.5, "n": "one"}):
            assert isinstance(_TRANSLATOR.text("fuzz", key, "en", args), str | Text)


_STEPS: Final = (
    *(
        "alice is operator",
        "in #market",
        "give bob 5 GEM",
        "bob: [Grab]",
        "carol@telegram: [Grab]",
        "bob in dm: /balance",
    ),
    *(
        "dave asks to join",
        "link a@telegram b@discord",
        'alice fills: "Why?" = "a", "b" = "c"',
        "pay bob 500 XTR",
        "wait 24h",
    ),
    *(
        "restart",
        "duplicate ",
        'expect bob sees "100"',
        "expect room not shows",
        "/code (\\w+)/ as code",
        "{code}",
        "{{",
        "as ",
    ),
    *(
        "expect balance bob 100",
        "expect ledger balanced",
        "expect room pins",
        "votes",
        "buys",
        "for 30d",
        "#",
        "\n",
        '"',
        "\\",
    ),
)


@target("play", "text", *_STEPS, examples=80)
def read_scenario(data: bytes) -> None:
    """A scenario is steps or mistakes with their places; what is read says the same when it is written again."""
    text = data.decode("utf-8", "replace")
    found, error = attempted(lambda: parse(text), ScenarioError)
    for mistake in () if error is None else error.mistakes:
        assert 1 <= mistake.column <= len(mistake.source) + 1
        assert mistake.message in str(error)
    for line in () if found is None else found.lines:
        assert parse_line(show(line.step)) == line.step
