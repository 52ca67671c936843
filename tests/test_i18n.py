"""Messages come out in the reader's language, with every value literal, whatever is missing or odd."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.i18n import CatalogError, Money, Translator
from coterie.core.text import Rich, Span, Style, Text

ENGLISH = """
# A comment of the first message.
hello = Hello, { $name }!
plain = Just words <total>
looks = <b>{ $name }</b> pays <i><s>{ $n }</s></i>{ $end }
nested = <b>one <spoiler>two</spoiler></b> three
two-lines =
    First { $name }
      second
escaped = { "<b>" } { "{" }{ $name }{"}"} {"<i>"}
apples = <b>{ $name }</b> has { $n ->
    [0] nothing
    [one] <code>{ $n }</code> apple
   *[other] { $n } apples
}{ $end }
kind = { $kind ->
    [auction] An auction by { $kind }
   *[other] Something
}
open = { $open ->
    [true] yes
   *[false] no
}
-brand = { $case ->
   *[plain] Coterie
    [loud] COTERIE
}
brand = { -brand(case: "loud") } greets { $name }
refers = { hello } Again, { brand }.
only-english = Only here
precise = { NUMBER($n, minimumFractionDigits: 1) } of { $name }
"""
NASTY = [*"ab<>/{}$\"'\\.-[]*\n \ue000\ue001é漢", "<b>", "</b>", "{ $name }", "\ue000name\ue001", "-brand"]
nasty = st.lists(st.sampled_from(NASTY)).map("".join) | st.text()


@pytest.fixture(scope="session")
def words(tmp_path_factory: pytest.TempPathFactory) -> Translator:
    """A translator with a small namespace ``t``."""
    folder = tmp_path_factory.mktemp("words")
    (folder / "en.ftl").write_text(ENGLISH, encoding="utf-8")
    chinese = "hello = 你好，{ $name }！\napples = { $name }有{ $n }个苹果{ $end }\n"
    (folder / "zh-Hans.ftl").write_text(chinese, encoding="utf-8")
    (folder / "README.md").write_text("not a language", encoding="utf-8")
    translator = Translator()
    translator.add("t", folder)
    return translator


def written(tmp_path: Path, **sources: str) -> Translator:
    """A translator with a namespace ``t`` of these sources, ``zh_Hans`` standing for ``zh-Hans``."""
    for locale, source in sources.items():
        (tmp_path / f"{locale.replace('_', '-')}.ftl").write_text(source, encoding="utf-8")
    translator = Translator()
    translator.add("t", tmp_path)
    return translator


def styled_words(value: Rich) -> list[tuple[str, int]]:
    """The words of a text with their looks."""
    assert isinstance(value, Text)
    return [(span.text, span.style) for span in value.spans]


def test_a_message_without_looks_is_a_string(words: Translator) -> None:
    assert words.text("t", "hello", "en", {"name": "Ann"}) == "Hello, Ann!"
    assert words.text("t", "hello", "zh-Hans", {"name": "Ann"}) == "你好，Ann！"
    assert words.text("t", "plain", "en") == "Just words <total>"
    assert words.text("t", "two-lines", "en", {"name": "x"}) == "First x\n  second"


def test_markup_of_the_translator_becomes_looks(words: Translator) -> None:
    assert styled_words(words.text("t", "nested", "en")) == [
        ("one ", Style.BOLD),
        ("two", Style.BOLD | Style.SPOILER),
        (" three", Style.PLAIN),
    ]
    assert styled_words(words.text("t", "looks", "en", {"name": "Ann", "n": 1234, "end": "."})) == [
        ("Ann", Style.BOLD),
        (" pays ", 0),
        ("1,234", Style.ITALIC | Style.STRIKE),
        (".", 0),
    ]


def test_a_translator_can_write_markup_signs(words: Translator) -> None:
    assert words.text("t", "escaped", "en", {"name": "x"}) == "<b> {x} <i>"


@given(nasty, nasty, st.integers(0, 3))
def test_what_a_member_typed_is_literal_everywhere(words: Translator, name: str, end: str, n: int) -> None:
    args = {"name": name, "end": end, "n": n, "kind": name}
    amount = {0: "nothing", 1: "1 apple"}.get(n, f"{n} apples")
    expected = {
        "hello": f"Hello, {name}!",
        "looks": f"{name} pays {n}{end}",
        "two-lines": f"First {name}\n  second",
        "escaped": f"<b> {{{name}}} <i>",
        "apples": f"{name} has {amount}{end}",
        "kind": f"An auction by {name}" if name == "auction" else "Something",
        "brand": f"COTERIE greets {name}",
        "refers": f"Hello, {name}! Again, COTERIE greets {name}.",
        "precise": f"{n}.0 of {name}",
    }
    for key, text in expected.items():
        assert str(words.text("t", key, "en", args)) == text
    assert words.text("t", "apples", "zh-Hans", args) == f"{name}有{n}个苹果{end}"
    looks = {span.style for span in _spans(words.text("t", "hello", "en", args))}
    assert looks <= {Style.PLAIN}


def _spans(value: Rich) -> tuple[Span, ...]:
    return value.spans if isinstance(value, Text) else (Span(value),)


def test_a_mention_keeps_its_spans(words: Translator) -> None:
    ann = Text((Span("Ann", member=7), Span(" <b>", style=Style.CODE)))
    assert words.text("t", "hello", "en", {"name": ann}) == Text(
        (Span("Hello, "), Span("Ann", member=7), Span(" <b>", style=Style.CODE), Span("!"))
    )
    bold = words.text("t", "apples", "en", {"name": ann, "n": 1, "end": Text()})
    assert bold == Text(
        (
            Span("Ann", style=Style.BOLD, member=7),
            Span(" <b>", style=Style.BOLD | Style.CODE),
            Span(" has "),
            Span("1", style=Style.CODE),
            Span(" apple"),
        )
    )
    assert words.text("t", "hello", "en", {"name": Text((Span("Bob"),))}) == "Hello, Bob!"


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "nothing"),
        (1, "1 apple"),
        (2, "2 apples"),
        (1234, "1,234 apples"),
        (Money(1, "points"), "1 point apple"),
        (Money(50, "CNY"), "CN¥0.50 apples"),
    ],
)
def test_plurals(words: Translator, n: int | Money, text: str) -> None:
    assert str(words.text("t", "apples", "en", {"name": "A", "n": n, "end": ""})) == f"A has {text}"


def test_selectors_see_truth_values(words: Translator) -> None:
    assert [words.text("t", "open", "en", {"open": value}) for value in (True, False)] == ["yes", "no"]


def test_what_is_missing_falls_back_and_is_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    translator = written(tmp_path, en="a = English { $n }\n", zh_Hans="b = 中文\n")
    for _ in range(3):
        assert translator.text("t", "a", "zh-Hans", {"n": 1234}) == "English 1,234"
        assert translator.text("t", "nowhere", "zh-Hant") == "[nowhere]"
        assert translator.text("unknown", "key", "en") == "[key]"
        assert translator.text("t", "b", "zh-CN") == "中文"
    assert len(caplog.records) == 3
    assert translator.missing() == [
        "t: there is no zh-Hant.ftl",
        "t: b is missing in en",
        "t: a is missing in zh-Hans",
    ]
    assert translator.has("t", "a")
    assert not translator.has("t", "b")
    assert not translator.has("unknown", "a")


class Unprintable:
    """A value that cannot be written."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({}, "Hello, {$name}!"),
        ({"name": None}, "Hello, {$name}!"),
        ({"name": timedelta.max}, None),
        ({"name": datetime.max.replace(tzinfo=timezone(timedelta(hours=-14)))}, None),
        ({"name": 10**5000}, "[hello]"),
        ({"name": float("nan")}, "Hello, NaN!"),
        ({"name": Unprintable()}, "[hello]"),
        ({"name": {"a": 1}}, "Hello, {'a': 1}!"),
        ({"name": ["a", 1234, "<b>"]}, "Hello, a, 1,234, <b>!"),
        ({"name": b"\xff"}, "Hello, b'\\xff'!"),
    ],
)
def test_odd_values_never_raise(words: Translator, args: dict[str, Any], text: str | None) -> None:
    result = words.text("t", "hello", "en", args)
    assert str(result) == text if text is not None else str(result).startswith("Hello, ")


def test_broken_references_never_raise(tmp_path: Path) -> None:
    source = "circle = a { circle }\nlost = { lost-one } { -lost }\nhalf = { broken } { $n }\n"
    source += "broken = { $n\ntwice = { half }\n"
    translator = written(tmp_path, en=source)
    for _ in range(2):
        assert translator.text("t", "circle", "en") == "a ???"
        assert translator.text("t", "lost", "en") == "{lost-one} {-lost}"
        assert translator.text("t", "half", "en", {"n": 1}) == "[half]"
        assert isinstance(translator.text("t", "twice", "en", {"n": 1}), str)


def test_a_choice_without_its_value_takes_the_default(words: Translator) -> None:
    assert words.text("t", "kind", "en") == "Something"
    assert str(words.text("t", "apples", "en", {"name": "A", "end": ""})) == "A has {$n} apples"


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("EN_us", "en"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh-hans-raw", "zh-Hans"),
        ("zh-TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("zh-MO", "zh-Hant"),
        ("zh-Hant-CN", "zh-Hant"),
        ("zh-hant", "zh-Hant"),
        ("zh-Hans-TW", "zh-Hans"),
        ("yue", "zh-Hant"),
        ("cmn-Hant", "zh-Hant"),
        ("de", "en"),
        ("", "en"),
        (None, "en"),
        ("---", "en"),
        ("x" * 10_000, "en"),
        ("<b>", "en"),
        ("zhx", "en"),
    ],
)
def test_negotiation(tag: str | None, locale: str) -> None:
    assert Translator().negotiate(tag) == locale


def test_another_default_and_another_language(tmp_path: Path) -> None:
    for locale in ("zh-Hant", "zh-HK", "de"):
        (tmp_path / f"{locale}.ftl").write_text(f"x = {locale} {{ $n }}", encoding="utf-8")
    translator = Translator(default="zh-Hant")
    translator.add("t", tmp_path)
    assert translator.locales == ("zh-Hant", "de", "en", "zh-HK", "zh-Hans")
    assert translator.negotiate("fr") == "zh-Hant"
    assert translator.negotiate("zh-HK") == "zh-HK"
    assert translator.text("t", "x", "de-AT", {"n": 1234567}) == "de 1.234.567"


def test_adding_again_replaces(tmp_path: Path) -> None:
    translator = written(tmp_path, en="a = old")
    assert translator.text("t", "a", "en") == "old"
    (tmp_path / "en.ftl").write_bytes("\ufeffa = new\r\nb = two\r\n    lines\r\n".encode())
    assert translator.text("t", "a", "en") == "old"
    translator.add("t", tmp_path)
    assert translator.text("t", "a", "en") == "new"
    assert translator.text("t", "b", "en") == "two\nlines"


def test_a_plugin_in_english_only_serves_any_default(tmp_path: Path) -> None:
    (tmp_path / "en.ftl").write_text("x = English { $n }", encoding="utf-8")
    translator = Translator(default="zh-Hant")
    translator.add("t", tmp_path)
    assert translator.text("t", "x", "zh-Hant", {"n": 1}) == "English 1"
    assert translator.has("t", "x")
    assert translator.missing() == ["t: there is no zh-Hant.ftl", "t: there is no zh-Hans.ftl"]


def test_a_folder_without_the_default_locale_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"there is no en\.ftl for the messages of shop"):
        Translator().add("shop", tmp_path)
    with pytest.raises(CatalogError, match="missing-folder"):
        Translator().add("shop", tmp_path / "missing-folder")


def test_threads_may_ask_at_once(tmp_path: Path) -> None:
    choice = "{ $n ->\n    [one] one { $name }\n   *[other] { $n } { $name }\n }\n"
    translator = written(tmp_path, en="".join(f"k{n} = {choice}" for n in range(40)))

    def ask(number: int) -> list[str]:
        return [str(translator.text("t", f"k{n}", "en", {"n": number, "name": f"<{number}>"})) for n in range(40)]

    with ThreadPoolExecutor(8) as pool:
        for number, answers in enumerate(pool.map(ask, range(2, 34)), 2):
            assert answers == [f"{number} <{number}>"] * 40


def test_nothing_heavy_is_loaded_before_it_is_needed() -> None:
    program = (
        "import sys; from coterie.core.i18n import Translator; t = Translator()\n"
        "assert t.text('core', 'usage', 'zh-Hans', {'usage': 5}) == '用法：5'\n"
        "print(sorted(m for m in ('babel', 'fluent.syntax', 'fluent.runtime') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
