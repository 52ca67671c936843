"""Member-typed text is cleaned, and nothing in it acts as markup."""

from __future__ import annotations

import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core import cards, text
from coterie.core.text import Span, Style, Text, clean_name, clean_text

NAUGHTY = [
    "",
    " ",
    "undefined",
    "NULL",
    "true",
    "-1",
    "1e309",
    "NaN",
    "0x0",
    "١٢٣",
    "½",
    "<script>alert(1)</script>",
    "<b>bold</b>",
    "</b>",
    "{ $name }",
    "{{7*7}}",
    "${7*7}",
    "%s%n%d",
    "{0.__class__}",
    "\\u0000",
    "'; DROP TABLE members; --",
    '" OR 1=1',
    "../../etc/passwd",
    "**bold** __under__ ||hidden|| `code` ~~gone~~ > quote",
    "[label](javascript:alert(1))",
    "@everyone",
    "<@123456789>",
    "tg://user?id=1",
    'https://example.com/?q=<>&"',
    "田中さんにあげて下さい",
    "表ポあA鷗ŒéＢ逍Üßªąñ丂㐀𠀀",
    "사회과학원",
    "ثم نفس سقطت وبالتحديد",
    "הָיְתָה",
    "ünïcödé",
    "ЁЂЃЄ",
    "👾 🙇 💁 🙅",
    "👩‍👩‍👧‍👦",
    "🏳️‍🌈",
    "1️⃣",
    "🇹🇼🇺🇸",
    "👋🏽",
    "❤️",
    "🩷🫨",
    "( ͡° ͜ʖ ͡°)",
    "¯\\_(ツ)_/¯",
    "\u202etxet desrever",
    "\u2066a\u2069",
    "a\u200bb\u200cc\u200dd\ufeff",
    "\u2800\u2800",
    "\u3164",
    "\u115f\u1160",
    "\x00\x07\x1b[31mred",
    "Z̮̞̠͙͔ͅḀ̗̞͈̻̗Ḷ͙͎̯̹̞͓G̻O̭̗̮",
    "\u0301leading",
    "e\u200b\u0301",
    "\r\nline\rbreaks\u2028and\u2029more\x85",
    "\ud800 lone",
    "\ue000name\ue001",
    "a" * 10_000,
    "👩‍" * 500,
    "\U000e0041\U000e0042",
    "\ufffc\ufff9\ufffb",
    "𝐁𝐨𝐥𝐝",
    "ﷺ" * 40,
    "\ufdd0",
    "㋿",
    "𰻝𰻝麵",
]
HIDDEN = text._INVISIBLE | set(
    "\u061c\u200b\u200c\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
TRICKY = [*"aé \n\t\r漢한א👩🏽\u2642\ufe0f\u200d\u0301\u0345", *sorted(HIDDEN)]

any_text = st.text(st.characters()) | st.text(st.sampled_from(TRICKY))
rich = st.one_of(
    any_text,
    st.builds(Text, st.lists(st.builds(Span, any_text, st.integers(0, 63), st.just(""), st.integers(0, 9))).map(tuple)),
)


def check_clean(cleaned: str, limit: int, lines: bool) -> None:
    """What every cleaned text promises."""
    assert len(cleaned) <= limit
    assert cleaned == cleaned.strip()
    assert not HIDDEN.intersection(cleaned)
    assert unicodedata.is_normalized("NFC", cleaned)
    for before, char, after in zip(f" {cleaned}", cleaned, f"{cleaned[1:]} ", strict=False):
        if char == "\n":
            assert lines
        elif char == "\u200d":
            assert text._joins(before)
            assert text._category(after) == "So"
        else:
            assert char == " " or text._category(char) not in {*text._BLANK, "Cf"}
        if text._category(char)[0] == "M":
            assert before not in " \n"


@given(any_text, st.integers(1, 60), st.booleans())
def test_cleaned_text_keeps_its_promises_and_stays_as_it_is(raw: str, limit: int, lines: bool) -> None:
    cleaned = clean_text(raw, limit, lines=lines)
    check_clean(cleaned, limit, lines)
    assert clean_text(cleaned, limit, lines=lines) == cleaned


@pytest.mark.parametrize("raw", NAUGHTY)
def test_naughty_strings_become_harmless(raw: str) -> None:
    check_clean(clean_text(raw), 4000, lines=True)
    name = clean_name(raw)
    assert name.strip()
    assert "\n" not in name
    assert clean_name(name) == name


@given(any_text)
def test_a_name_is_one_short_visible_line(raw: str) -> None:
    name = clean_name(raw)
    isolated = name.startswith("\u2068")
    assert isolated == any(unicodedata.bidirectional(char) in {"R", "AL", "AN"} for char in name)
    assert isolated == name.endswith("\u2069")
    inner = name.strip("\u2068\u2069")
    check_clean(inner, text.NAME_LENGTH, lines=False)
    assert any(text._category(char)[0] not in "MZC" for char in inner)
    assert clean_name(name) == name


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  hello  ", "hello"),
        ("今天，我們「吃」什麼？", "今天，我們「吃」什麼？"),
        ("line\r\nbreak\tand\x00tab", "line\nbreak and tab"),
        ("👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 1️⃣ 👋🏽", "👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 1️⃣ 👋🏽"),
        ("🩷🫨", "🩷🫨"),  # newer than Python 3.11's own tables
        ("pay\u202e001\u202c", "pay001"),
        ("👩\u200dabc\u200d", "👩abc"),
        ("\u2800a\u3164b\ufffc", "ab"),
        ("e\u200b\u0301", "é"),
        ("\u0301x", "x"),
        ("x" + "\u0323\u0301\u0302\u0303\u0304\u0305", "x\u0323\u0301\u0302"),
        ("\ud800", ""),
    ],
)
def test_what_is_kept(raw: str, kept: str) -> None:
    assert clean_text(raw) == kept


def test_the_fast_way_and_the_careful_way_agree() -> None:
    ordinary = "".join(char for char in map(chr, range(0x20000)) if char != "\n" and text._ORDINARY.fullmatch(char))
    assert len(ordinary) > 20_000
    for start in range(0, len(ordinary), 1000):
        part = f"a{ordinary[start : start + 1000]}a"
        # One accented letter in a form that the fast way does not take sends the same characters the careful way.
        assert clean_text(f"{part}e\u0301") == f"{part}é"
        assert clean_text(part) == part


def test_empty_names_get_the_fallback() -> None:
    for raw in ("", "   ", "\u2800", "\u3164\u200b", "\u0301\u0302", "\u202e", "\x00"):
        assert clean_name(raw, "member") == "member"


def test_a_right_to_left_name_cannot_reorder_its_surroundings() -> None:
    assert clean_name("דוד") == "\u2068דוד\u2069"
    assert clean_name("David") == "David"


@given(rich, rich)
def test_joining_keeps_every_character_and_every_look(first: str | Text, second: str | Text) -> None:
    joined = text.join([first, second], " | ")
    assert str(joined) == f"{first} | {second}"
    assert str(text.bold(joined)) == str(joined)
    assert all(span.style & Style.BOLD for span in text.bold(joined).spans)
    assert [s.member for s in text.bold(joined).spans] == [s.member for s in joined.spans]
    assert str("a" + text.italic(first) + second) == f"a{first}{second}"


@given(rich)
def test_rich_text_survives_the_outbox(value: str | Text) -> None:
    encodable = str(value).encode("utf-8", "ignore").decode() == str(value)
    if encodable:
        card = cards.Card(text=value)
        assert msgspec.json.decode(cards.encode(card), type=cards.Card) == card


def test_emptiness() -> None:
    assert not Text()
    assert not Text((Span(""),))
    assert text.code("x")
    assert text.spans_of("") == ()


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x", "", "https://a b", "https://a\nb", "https://a\u202eb"]
)
def test_links_that_are_no_links_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="a link must start with"):
        text.link("label", url)


def test_a_link_keeps_its_label_literal() -> None:
    assert text.link("<b>[x](y)", "https://example.com/a_(b)").spans == (
        Span("<b>[x](y)", url="https://example.com/a_(b)"),
    )
