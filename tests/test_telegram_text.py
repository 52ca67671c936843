"""Rich text as Telegram's text and entities: the same characters, the same looks, cut where a reader would cut."""

from __future__ import annotations

from typing import Any

import pytest
import telegram
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram.constants import MessageLimit

from coterie.adapters.telegram.characters import BLANK, TRIMMED
from coterie.adapters.telegram.text import Entity, Piece, render, split, units
from coterie.core.cutting import is_blank, is_boundary
from coterie.core.text import Rich, Span, Style, Text, bold, code, italic, join, link, quote, spoiler
from tests.hostile import BROKEN, EMOJI, MARKUP, PILES, PINGS, STRINGS
from tests.work_kit import lines_run

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first text of all that hypothesis makes on a machine takes it a second; no test is about that."""
GUARD = "\u200e"
LIMIT = int(MessageLimit.MAX_TEXT_LENGTH)
GRAPHEMES = (
    *(
        "a",
        "é",
        "e\u0301",
        "z\u0301\u0316\u0338",
        "字",
        "각",
        "\u1112\u1161\u11ab",
        "\uac00\u11a8",
        "\u1100\uac00",
        "क्षि",
        "नी",
        "กำ",
    ),
    *("ｶﾞ", "\u06001", "😀", "❤️", "1️⃣", "#\ufe0f\u20e3", "👍🏽", "🇹🇼", "🇺🇸", "🧑🏿‍🚀", "🏴‍☠️", "🏳️‍🌈"),
    *("👩‍👩‍👧‍👦", "👁️‍🗨️", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
)
"""What a reader takes for one character each."""
TYPES = {Style.SPOILER: "spoiler", Style.BOLD: "bold", Style.ITALIC: "italic", Style.STRIKE: "strikethrough"}
Look = frozenset[tuple[str, Any]]

snippets = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        [*GRAPHEMES, *MARKUP, *PINGS, " ", "\n", "\n\n", " \u0301", "\u200b", "\u3000", "x" * 70, "字" * 70]
    ),
)
texts = st.lists(snippets, max_size=6).map("".join)
spans = st.builds(
    Span,
    text=texts,
    style=st.integers(0, 63),
    url=st.sampled_from(["", "", "https://example.com/a?b=1&c=<2>", "tg://resolve?domain=x"]),
    member=st.sampled_from([0, 0, 7, 8]),
)
riches = st.lists(spans, max_size=8).map(lambda each: Text(tuple(each)))


def mention(member: int) -> tuple[str, str] | None:
    """Member 7 may be notified, nobody else."""
    return ("42", "Seven") if member == 7 else None


def shown(span: Span) -> str:
    return f"@{span.text.removeprefix('@')}" if span.member and span.text else span.text


def expected_look(span: Span) -> Look:
    """How a span looks on Telegram, told without looking at how it is done."""
    found: set[tuple[str, Any]] = set()
    style = Style(span.style)
    if Style.QUOTE in style:
        found.add(("blockquote", None))
    if span.member == 7:
        found.add(("text_mention", 42))
    elif span.url:
        found.add(("text_link", span.url))
    elif Style.CODE in style and Style.SPOILER not in style:
        return frozenset(found | {("code", None)})
    return frozenset(found | {(TYPES[flag], None) for flag in TYPES if flag in style})


def looks(text: str, entities: list[Entity]) -> list[tuple[str, Look]]:
    """Each character with the looks that the entities give it; an entity must begin and end between characters."""
    edges = {0: 0}
    for index, char in enumerate(text):
        edges[len(text[: index + 1].encode("utf-16-le")) // 2] = index + 1
        assert not "\ud800" <= char <= "\udfff"
    found: list[set[tuple[str, Any]]] = [set() for _ in text]
    for entity in entities:
        about = entity["user"]["id"] if "user" in entity else entity.get("url")
        for index in range(edges[entity["offset"]], edges[entity["offset"] + entity["length"]]):
            assert (entity["type"], about) not in found[index], "twice the same on one character"
            found[index].add((entity["type"], about))
    return [(char, frozenset(look)) for char, look in zip(text, found, strict=True)]


def visible(characters: list[tuple[str, Look]]) -> list[tuple[str, Look]]:
    return [(char, look) for char, look in characters if not is_blank(char)]


def check_nesting(entities: list[Entity]) -> None:
    """Telegram's rules: entities contain each other or have nothing in common, and some go with few others."""
    alone = ("code", "text_link", "text_mention")
    for index, first in enumerate(entities):
        assert first["length"] > 0
        for second in entities[index + 1 :]:
            assert first["offset"] <= second["offset"], "sorted"
            end, other = first["offset"] + first["length"], second["offset"] + second["length"]
            if second["offset"] >= end:
                continue
            assert other <= end, "crossing"
            assert second["type"] != "blockquote"
            assert not (first["type"] in alone and second["type"] in alone)
            assert "code" not in (first["type"], second["type"]) or first["type"] == "blockquote"


def check_pieces(pieces: list[Piece], limit: int = LIMIT) -> None:
    for text, entities in pieces:
        assert 0 < len(text.encode("utf-16-le")) // 2 <= limit
        assert len(entities) <= MessageLimit.MESSAGE_ENTITIES
        assert text == text.strip(TRIMMED)
        assert not is_blank(text)
        for entity in entities:
            assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= units(text)


def message(text: str, entities: list[Entity]) -> telegram.Message:
    raw = {"message_id": 1, "date": 0, "chat": {"id": 1, "type": "private"}, "text": text, "entities": entities}
    return telegram.Message.de_json(raw, None)


@unhurried
@given(riches)
def test_characters_and_their_looks_are_those_of_the_spans(rich: Text) -> None:
    text, entities = render(rich, mention)
    wanted = [(char, expected_look(span)) for span in rich.spans for char in shown(span) if char != GUARD]
    assert [(char, look) for char, look in looks(text, entities) if char != GUARD] == wanted
    check_nesting(entities)


@unhurried
@given(riches, st.integers(20, 80))
def test_pieces_have_the_same_characters_and_looks(rich: Text, limit: int) -> None:
    text, entities = render(rich, mention)
    pieces = split(text, entities, limit)
    if is_blank(text):
        assert pieces == [(BLANK, [])]
        return
    check_pieces(pieces, limit)
    after = [each for piece in pieces for each in looks(*piece)]
    assert visible(after) == visible(looks(text, entities))
    position = 0
    for piece, cut in pieces:
        check_nesting(cut)
        found = text.find(piece, position)
        assert found >= 0
        assert is_blank(text[position:found]), "only what cannot be seen is left out between two pieces"
        position = found + len(piece)
    assert is_blank(text[position:])


@unhurried
@given(riches)
def test_the_library_reads_the_same_texts_out_of_the_entities(rich: Text) -> None:
    for text, entities in split(*render(rich, mention)):
        read = message(text, entities)
        encoded = text.encode("utf-16-le")
        for raw, entity in zip(entities, read.entities, strict=True):
            start, stop = 2 * raw["offset"], 2 * (raw["offset"] + raw["length"])
            assert read.parse_entity(entity) == encoded[start:stop].decode("utf-16-le")
            assert entity.type == raw["type"]


def test_the_library_reads_every_kind_of_entity() -> None:
    value = join(
        [bold("b😀"), italic("i"), code("c"), spoiler("s👍🏽"), quote("q"), link("l", "https://example.com")], " "
    )
    value = value + Text((Span("@Bob", member=7), Span("-gone", Style.STRIKE)))
    text, entities = render(value, mention)
    assert text == "b😀 i c s👍🏽 q l@Bob-gone"
    read = message(text, entities).parse_entities()
    assert {str(entity.type): part for entity, part in read.items()} == {
        "bold": "b😀", "italic": "i", "code": "c", "spoiler": "s👍🏽", "blockquote": "q", "text_link": "l",
        "text_mention": "@Bob", "strikethrough": "-gone",
    }  # fmt: skip
    found = {str(entity.type): entity for entity in read}
    assert found["text_link"].url == "https://example.com"
    user = found["text_mention"].user
    assert user is not None
    assert (user.id, user.first_name) == (42, "Seven")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (bold("a") + bold("b"), [("bold", 0, 2)]),
        (bold("a") + bold(italic("b")) + bold("c"), [("bold", 0, 3), ("italic", 1, 1)]),
        (bold("a") + bold(italic("b")) + italic("c"), [("bold", 0, 2), ("italic", 1, 1), ("italic", 2, 1)]),
        (bold("a") + quote(bold("b")), [("bold", 0, 1), ("blockquote", 1, 1), ("bold", 1, 1)]),
        (quote("a") + quote(bold("b")), [("blockquote", 0, 2), ("bold", 1, 1)]),
        (bold(italic(spoiler("a"))), [("spoiler", 0, 1), ("bold", 0, 1), ("italic", 0, 1)]),
        (bold(code("a")), [("code", 0, 1)]),
        (spoiler(code("a")), [("spoiler", 0, 1)]),
        (quote(code("a")), [("blockquote", 0, 1), ("code", 0, 1)]),
        (code(link("a", "https://x.example")) + link("b", "https://x.example"), [("text_link", 0, 2)]),
        (link("a", "https://x.example") + link("b", "https://y.example"), [("text_link", 0, 1), ("text_link", 1, 1)]),
        (bold("") + bold("😀") + italic("b"), [("bold", 0, 2), ("italic", 2, 1)]),
        (Text((Span("a", 64 + 1),)), [("bold", 0, 1)]),
    ],
)
def test_entities_are_merged_and_nested(value: Rich, expected: list[tuple[str, int, int]]) -> None:
    _, entities = render(value)
    assert [(entity["type"], entity["offset"], entity["length"]) for entity in entities] == expected


def test_a_mention_notifies_only_whom_it_may() -> None:
    known, unknown = Text((Span("@Bob", member=7),)), Text((Span("Eve", member=8),))
    assert render(known, mention)[1] == [
        {"type": "text_mention", "offset": 0, "length": 4, "user": {"id": 42, "is_bot": False, "first_name": "Seven"}}
    ]
    assert render(known, mention)[0] == "@Bob"
    assert render(unknown, mention) == (f"@{GUARD}Eve", [])
    assert render(known) == (f"@{GUARD}Bob", [])
    nameless = render(known, lambda _: ("42", ""))[1][0]["user"]
    assert nameless["first_name"] == "Bob"


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("@alice", "@~alice"),
        ("hi @alice, @bob!", "hi @~alice, @~bob!"),
        ("(@a)/@b @@c", "(@~a)/@~b @@~c"),
        ("é@alice", "é@~alice"),
        ("bob@mail.example", "bob@mail.example"),
        ("/start@coterie_bot", "/start@coterie_bot"),
        ("https://a.example/@bob/1", "https://a.example/@bob/1"),
        ("https://a.example/<@bob", "https://a.example/<@~bob"),
        ("https://@bob", "https://@~bob"),
        ("a @ b @", "a @ b @"),
        ("@字", "@字"),
    ],
)
def test_a_typed_name_is_no_mention(typed: str, sent: str) -> None:
    assert render(typed) == (sent.replace("@~", f"@{GUARD}"), [])
    assert render(Text((Span(typed),))) == render(typed)
    assert render(code(typed))[0] == typed
    assert render(link(typed, "https://x.example"))[0] == typed


def test_a_name_is_no_mention_where_spans_meet() -> None:
    assert render(join(["@", bold("alice")]))[0] == f"@{GUARD}alice"
    assert render(join([bold("@a"), "lice"]))[0] == f"@{GUARD}alice"
    assert render(join(["@", code("alice")]))[0] == "@alice"


@pytest.mark.parametrize("value", [*MARKUP, *PINGS])
def test_markup_stays_literal(value: str) -> None:
    text, entities = render(value)
    assert text.replace(GUARD, "") == value
    assert entities == []


@pytest.mark.parametrize("value", STRINGS, ids=range(len(STRINGS)))
def test_hostile_strings_can_be_sent(value: str) -> None:
    for rich in (value, bold(value), Text((Span(value, member=8), Span(value, Style.SPOILER)))):
        text, entities = render(rich, mention)
        pieces = split(text, entities)
        check_pieces(pieces)
        kept = "".join(piece for piece, _ in pieces)
        text.encode()
        if not is_blank(text):
            assert [c for c in kept if not is_blank(c)] == [c for c in text if not is_blank(c)]


@pytest.mark.parametrize("value", [each for each in BROKEN if any("\ud800" <= char <= "\udfff" for char in each)])
def test_lone_surrogates_are_replaced(value: str) -> None:
    for text, _ in (render(value), render(bold(value)), render(code(value)), *split(value, [])):
        assert "\ufffd" in text
        text.encode()
    assert len(split("\ud800" * 10_000, [])) == 3


@unhurried
@given(st.lists(st.sampled_from(GRAPHEMES), min_size=1, max_size=300), st.integers(16, 64))
def test_no_character_of_a_reader_is_cut(graphemes: list[str], limit: int) -> None:
    text = "".join(graphemes)
    ends, position = {0}, 0
    for each in graphemes:
        position += len(each)
        ends.add(position)
    position = 0
    for piece, _ in split(text, [], limit):
        position += len(piece)
        assert position in ends
    assert position == len(text), "nothing was left out"


@pytest.mark.parametrize("grapheme", GRAPHEMES)
def test_boundaries(grapheme: str) -> None:
    text = f"x{grapheme}y"
    inside = range(2, len(text) - 1)
    assert is_boundary(text, 1)
    assert is_boundary(text, len(text) - 1)
    assert not any(is_boundary(text, at) for at in inside)


def test_four_thousand_emoji_and_more() -> None:
    for emoji in ("😀", "👩‍👩‍👧‍👦", "🇹🇼", "👍🏽"):
        pieces = split(emoji * 5_000, [])
        check_pieces(pieces)
        assert all(piece == emoji * (len(piece) // len(emoji)) for piece, _ in pieces)
        assert sum(len(piece) for piece, _ in pieces) == 5_000 * len(emoji)
        assert len(pieces) == -(-5_000 // (LIMIT // units(emoji)))


def test_a_pile_longer_than_a_message_is_cut_between_its_marks() -> None:
    pieces = split("z" + "\u0301" * 10_000, [])
    assert "".join(piece for piece, _ in pieces) == "z" + "\u0301" * 10_000
    check_pieces(pieces)


words = st.text(st.characters(categories=["Ll", "Lu"], max_codepoint=0x5FF), min_size=1, max_size=20)


@unhurried
@given(st.lists(st.tuples(words, st.sampled_from([" ", "\n", "\n\n", "  ", "\u2003", "\t"])), min_size=1))
def test_words_stay_whole(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + between for word, between in parts)
    pieces = split(text, [], 24)
    check_pieces(pieces, 24)
    assert [word for piece, _ in pieces for word in piece.split()] == text.split()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two\n\nthree\nfour five", ["one two", "three\nfour", "five"]),
        ("one two three\nfour five six", ["one two three", "four five six"]),
        ("a bcdefghijklmno", ["a", "bcdefghijklmno"]),
        ("a bcdefghijklmnopqrstu", ["a", "bcdefghijklmno", "pqrstu"]),
        ("abcdefghijklmn opq", ["abcdefghijklmn", "opq"]),
        ("今天天气很好。我们去公园吧，好吗？", ["今天天气很好。我们去公园吧，", "好吗？"]),
        ("今天天气很好。我们去公园吧好吗走吧", ["今天天气很好。我们去公园吧好", "吗走吧"]),
        ("今天天气很好大家！我们去公园吧好吗", ["今天天气很好大家！", "我们去公园吧好吗"]),
        ("今天天气很好我们去公园散步吧好吗", ["今天天气很好我们去公园散步吧", "好吗"]),
        ("今天天气很好大家去abcdefghijklm", ["今天天气很好大家去", "abcdefghijklm"]),
        ("abcdefghijk公园mnopqrs", ["abcdefghijk公园", "mnopqrs"]),
        ("abcdefgh \u0301jklmnopq", ["abcdefgh \u0301jklm", "nopq"]),
        ("  \n one  \n", ["one"]),
        ("x" * 14 + " \n " + " " * 40 + "y", ["x" * 14, "y"]),
        ("x" * 14 + "\u200b" * 40 + "y", ["x" * 14, "\u200b" * 12 + "y"]),
    ],
)
def test_where_a_text_is_cut(text: str, pieces: list[str]) -> None:
    assert [piece for piece, _ in split(text, [], 14)] == pieces


def test_an_entity_over_a_cut_goes_on() -> None:
    text, entities = render("😀 " + bold("one two ") + link("three", "https://x.example"))
    assert split(text, entities, 8) == [
        ("😀 one", [{"type": "bold", "offset": 3, "length": 3}]),
        ("two", [{"type": "bold", "offset": 0, "length": 3}]),
        ("three", [{"type": "text_link", "offset": 0, "length": 5, "url": "https://x.example"}]),
    ]


def test_stripping_moves_entities() -> None:
    text, entities = render(" \n " + bold("  a😀") + italic("b \t") + "\n")
    assert split(text, entities) == [
        ("a😀b", [{"type": "bold", "offset": 0, "length": 3}, {"type": "italic", "offset": 3, "length": 1}])
    ]
    assert split(*render(bold(" ") + "a")) == [("a", [])]


@pytest.mark.parametrize(
    "text", ["", " \n\t", "\u200b\u2060", "\u00a0\u3000", "\u2800", "\u3164", "\ufe0f" * 9_000, " " * 9_000]
)
def test_what_shows_nothing_becomes_something(text: str) -> None:
    assert split(text, [{"type": "bold", "offset": 0, "length": 1}]) == [(BLANK, [])]
    assert not is_blank(BLANK)


@pytest.mark.parametrize("number", [100, 101, 250])
def test_more_entities_than_a_message_shows_become_messages(number: int) -> None:
    text, entities = render(join([bold("ab😀") for _ in range(number)], "\n"))
    assert len(entities) == number
    pieces = split(text, entities)
    check_pieces(pieces)
    assert len(pieces) == -(-number // 100)
    assert "\n".join(piece for piece, _ in pieces) == text
    assert sum(len(cut) for _, cut in pieces) == number


def test_too_many_entities_at_one_place_lose_the_last_ones_and_no_text() -> None:
    entities = [{"type": "bold", "offset": 0, "length": 9} for _ in range(150)]
    pieces = split("some text", entities)
    assert pieces == [("some text", entities[:100])]
    assert (
        "".join(piece for piece, _ in split("x" * 9_000, [{**each, "length": 9_000} for each in entities]))
        == "x" * 9_000
    )


def test_a_limit_that_holds_no_emoji_is_an_error() -> None:
    with pytest.raises(ValueError, match="1 code units"):
        split("😀", [], 1)
    assert split("😀😀", [], 2) == [("😀", []), ("😀", [])]


@pytest.mark.parametrize(
    "unit",
    ["x", "x ", "字", "😀", "🇪", "👩\u200d", "\u0301", "\n", "\u200b", " \u0301", "@a", "\ud800", PILES[0], EMOJI[0]],
)
def test_the_work_grows_with_the_text_and_not_faster(unit: str) -> None:
    def work(size: int) -> int:
        text = unit * (size // len(unit))
        return lines_run(lambda: split(*render(text)))

    assert work(40_000) <= 5 * work(10_000)


def test_the_work_grows_with_the_entities_and_not_faster() -> None:
    def work(size: int) -> int:
        value = Text(tuple(Span("ab", index % 2) for index in range(size)))
        return lines_run(lambda: split(*render(value)))

    assert work(8_000) <= 5 * work(2_000)
