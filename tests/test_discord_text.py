"""Rich text as Discord's markup: what members typed shows as they typed it, and only our own spans have a look."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.characters import on_one_line, sendable
from coterie.adapters.discord.escaping import ADDRESS, address
from coterie.adapters.discord.fake.markdown import Look, Shown, looks, read, words
from coterie.adapters.discord.splitting import split
from coterie.adapters.discord.text import EDGES, GAP, literal, render
from coterie.core.cutting import is_blank, is_boundary, units
from coterie.core.text import Rich, Span, Style, Text, bold, code, italic, join, link, quote, spans_of, spoiler, styled
from tests.hostile import EMOJI, MARKUP, PILES, PINGS, STRINGS
from tests.work_kit import lines_run

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first text of all that hypothesis makes on a machine takes it a second; no test is about that."""
OWN = "https://own.example/a_b?c=(1)"
TARGET = "https://own.example/a_b?c=%281%29"
TARGETS = (f"({TARGET})", f"({TARGET.replace('_', '%5F')})")
"""How the address stands behind words that cannot be a link: as it is, and within italics."""
GRAPHEMES = (
    *("a", "é", "e\u0301", "字", "각", "\u1112\u1161\u11ab", "क्षि", "กำ", "ｶﾞ", "\u06001", "😀", "❤️", "1️⃣", "👍🏽", "🇹🇼"),
    *("🧑🏿‍🚀", "🏴‍☠️", "🏳️‍🌈", "👩‍👩‍👧‍👦", "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"),
)
"""What a reader takes for one character each."""
NAMES = {Style.SPOILER: "spoiler", Style.BOLD: "bold", Style.ITALIC: "italic", Style.STRIKE: "strike"}

signs = st.text("\\*_~|`<>@#-+.:!()[]/ \n1ab字😀\ufeff\u200b", max_size=8)
snippets = st.one_of(
    signs,
    st.text(max_size=6),
    st.sampled_from(
        [*MARKUP, *PINGS, "](", "](https://evil.example)", "[", "](x) ]", "```", "``", "# ", "-# ", "- ", "1. ", ">>> "]
    ),
    st.sampled_from(
        [
            "https://a.example/b_c~d",
            "http://x",
            "steam://run",
            "discord.gg/abc",
            ":smile:",
            "@every",
            "one",
            "<t:1",
            ":R>",
        ]
    ),
    st.sampled_from(["¯\\_(ツ)_/¯", "||", "~~", "**", "__", "a\n> b", " ", "\n", "<id:customize>", "@here"]),
)
texts = st.lists(snippets, max_size=4).map("".join)
spans = st.builds(
    Span,
    text=texts,
    style=st.integers(0, 63),
    url=st.sampled_from(["", "", OWN, "tg://resolve?domain=x"]),
    member=st.sampled_from([0, 0, 0, 7, 8]),
)
riches = st.lists(spans, max_size=6).map(lambda each: Text(tuple(each)))


def mention(member: int) -> str:
    """Member 7 has an account here, nobody else."""
    return "42" if member == 7 else ""


def shown(span: Span) -> str:
    """The characters of a span as a message has them."""
    if span.member and span.text:
        return "<@42>" if span.member == 7 else f"@{sendable(span.text).removeprefix('@')}"
    return sendable(span.text)


def own_look(span: Span) -> Look:
    """How a span may look at most, told without looking at how it is done."""
    style = Style(span.style)
    found = {name for flag, name in NAMES.items() if flag in style}
    if Style.QUOTE in style:
        found.add("quote")
    if span.member == 7:
        return frozenset(found | {"person 42"})
    if span.url.startswith("http"):
        return frozenset(found | {f"link {TARGET}"})
    return frozenset(found | {"code"} if Style.CODE in style else found)


def visible(characters: Shown) -> Shown:
    return [(char, look) for char, look in characters if not (char.isspace() or is_blank(char))]


def without_addresses(characters: Shown) -> Shown:
    """A reading without ``(address)`` behind words that cannot be a link."""
    found, text, at = list[tuple[str, Look]](), "".join(char for char, _ in characters), 0
    while at < len(characters):
        target = next((each for each in TARGETS if text.startswith(each, at)), "")
        if target and all(_page(look) for _, look in characters[at + 1 : at + len(target) - 1]):
            at += len(target)
        else:
            found.append(characters[at])
            at += 1
    return found


def _page(look: Look) -> bool:
    return any(each.startswith("page ") for each in look)


def check_reading(seen: Shown, rich: Text) -> None:
    """The visible characters are those of the spans, and look as their spans at most."""
    wanted = visible([(char, own_look(span)) for span in rich.spans for char in shown(span)])
    seen = without_addresses(visible(seen))
    assert "".join(char for char, _ in seen) == "".join(char for char, _ in wanted)
    for (char, look), (_, own) in zip(seen, wanted, strict=True):
        look = frozenset(each.replace("%5F", "_") for each in look if not each.startswith("page "))
        assert look <= own, (char, look, own)
        if "code" not in own:
            assert {each for each in own - look if not each.startswith("link ")} == set(), (char, look, own)


@unhurried
@given(riches, st.booleans())
def test_the_visible_words_are_the_literal_text_and_only_spans_have_a_look(rich: Text, strict: bool) -> None:
    found = render(rich, mention)
    check_reading(read(found, strict=strict), rich)
    assert found == found.strip(EDGES)


@unhurried
@given(texts, st.booleans())
def test_what_a_member_typed_has_no_look(typed: str, strict: bool) -> None:
    for char, look in read(literal(typed), strict=strict):
        assert all(each.startswith("page ") for each in look), (char, look)
    assert words(literal(typed)) == sendable(typed)


@unhurried
@given(riches, st.integers(64, 160), st.booleans())
def test_pieces_have_the_same_words_and_looks(rich: Text, limit: int, strict: bool) -> None:
    pieces = split(rich.spans, limit, mention)
    seen: Shown = []
    for piece in pieces:
        assert not is_blank(piece)
        assert piece == piece.strip(EDGES)
        seen += read(piece, strict=strict)
    check_reading(seen, rich)
    if all(span.url == "" for span in rich.spans):
        assert all(units(piece) <= limit for piece in pieces)


@pytest.mark.parametrize("value", [*MARKUP, *PINGS])
def test_markup_stays_literal(value: str) -> None:
    for rich in (value, Text((Span(value),)), bold(value), italic(value), spoiler(value), quote(value)):
        check_reading(read(render(rich)), Text(spans_of(rich)))


@pytest.mark.parametrize("value", STRINGS, ids=range(len(STRINGS)))
def test_hostile_strings_can_be_sent(value: str) -> None:
    for rich in (value, bold(value), Text((Span(value, member=8), Span(value, Style.SPOILER)))):
        found = render(rich, mention)
        found.encode()
        for piece in split(spans_of(rich), 2000, mention):
            assert 0 < units(piece) <= 2000


@pytest.mark.parametrize(
    ("value", "markup"),
    [
        ("2 * 3 * 4", r"2 \* 3 \* 4"),
        ("snake_case_", r"snake\_case\_"),
        ("# heading\n## two\n-# small", "\\# heading\n\\#\\# two\n\\-\\# small"),
        ("- a\n  - b\n+ c\n1. d\n12. e", "\\- a\n  \\- b\n\\+ c\n1\\. d\n12\\. e"),
        ("> a\n>>> b\nc > d", "\\> a\n\\>\\>\\> b\nc \\> d"),
        ("well-known 1.5 a#b c>d", "well-known 1.5 a#b c>d"),
        ("@everyone @here @alice a@b.example", r"\@everyone \@here @alice a@b.example"),
        ("<@1> <@&2> <#3> </a:4> <t:0:R> <id:guide>", r"\<@1> \<@&2> \<#3> \</a:4> \<t\:0:R> \<id\:guide>"),
        ("at 12:30 sharp: :smile: <:a:1>", r"at 12:30 sharp: \:smile: \<\:a\:1>"),
        ("[x](https://evil.example)", r"\[x]\(<https://evil.example>)"),
        ("see https://a.example/x_y, or (http://b.example/(c))", "see <https://a.example/x_y>, or (<http://b.example/(c)>)"),
        ("steam://run/1 and https://x", r"steam\://run/1 and https\://x"),
        ("https://discord.gg/abc discord.gg/abc", r"https\://discord\.gg/abc discord\.gg/abc"),
        ("https://discord.com/channels/1/2", "<https://discord.com/channels/1/2>"),
        ("¯\\_(ツ)_/¯", r"¯\\\_(ツ)\_/¯"),
        ("  a \n", "a"),
        ("a\r\nb\0c", "a\nbc"),
        ("x\ud800", "x\ufffd"),
    ],
)  # fmt: skip
def test_what_is_escaped(value: str, markup: str) -> None:
    assert render(value) == markup
    assert render(Text((Span(value),))) == markup


@pytest.mark.parametrize(
    ("value", "markup"),
    [
        (bold("a") + bold("b"), "**ab**"),
        (bold("a") + italic("b"), "**a**_b_"),
        (italic("b") + bold("a"), "_b_**a**"),
        (italic("a") + "b", f"_a_{GAP}b"),
        (italic("斜") + "体", f"_斜_{GAP}体"),
        (italic("a") + ", b", "_a_, b"),
        (styled("a", Style.STRIKE) + italic("b"), f"~~a~~{GAP}_b_"),
        (bold("a") + bold(italic("b")) + italic("c"), "**a_b_**_c_"),
        (bold(italic("a")) + bold("b") + "c", f"**_a_{GAP}b**c"),
        (styled(bold("a"), Style.STRIKE) + bold("b"), "~~**a**~~**b**"),
        (bold(" a ") + "b", "**a** b"),
        (bold("a ") + "b" + italic("  c"), "**a** b  _c_"),
        (bold("a ") + bold(italic("b")), "**a _b_**"),
        (bold("") + bold("  ") + "a", "a"),
        (bold("a\nb"), "**a**\n**b**"),
        (spoiler("a\nb"), "||a\nb||"),
        (spoiler("a|"), f"||a\\|{GAP}||"),
        (bold("a*"), f"**a\\*{GAP}**"),
        (quote("a\n\nb") + "c", "> a\n> \n> b\nc"),
        ("a" + quote("b\n") + "c", "a\n> b\nc"),
        (quote(spoiler("a\nb")), "> ||a\n> b||"),
        (quote("a") + " " + quote("b"), "> a b"),
        (code("a"), "`a`"),
        (code("a`b"), "``a`b``"),
        (code("`a`"), "`` `a` ``"),
        (code("a``b`c"), "`a`\\`\\```b`c``"),
        (code("a\nb"), "`a`\n`b`"),
        (code("  ") + "x", "x"),
        (bold(code("a")), "**`a`**"),
        (bold(code("2*3")), "`2*3`"),
        (spoiler(code("a||b")), "||a\\|\\|b||"),
        (bold("a") + Text((Span("Bob", member=7),)), "**a**<@42>"),
        (bold(Text((Span("@Bob", member=7),))), "**<@42>**"),
        (code(Text((Span("Bob", member=7),))), "<@42>"),
        (Text((Span("@Eve", member=8), Span("!"))), "@Eve!"),
        (Text((Span("everyone", member=8),)), r"\@everyone"),
        (link("Rules", "https://x.example/r"), "[Rules](<https://x.example/r>)"),
        (link("🎉 party!", "https://x.example"), "🎉 [party](<https://x.example>)!"),
        (link("https://x.example", "https://x.example"), "<https://x.example>"),
        (link("a*b", "https://x.example"), r"a\*b (<https://x.example>)"),
        (link("a😀b", "https://x.example"), "a😀b (<https://x.example>)"),
        (link("🎉", "https://x.example"), "🎉 (<https://x.example>)"),
        (bold(link("a", "https://x.example/*~_|()<>")), "**[a](<https://x.example/%2A%7E_%7C%28%29%3C%3E>)**"),
        (italic(link("a", "https://x.example/a_b")), "_[a](<https://x.example/a%5Fb>)_"),
        (link("a", "tg://resolve?domain=x"), "a"),
        (code(link("a", "https://x.example")), "[a](<https://x.example>)"),
        (link("a", "https://x.example") + "](https://evil.example)", "[a](<https://x.example>)]\\(<https://evil.example>)"),
        (link("a]", "https://x.example") + "(b)", "[a](<https://x.example>)]\\(b)"),
        (italic("https://a.example/b_c"), r"_https\://a.example/b\_c_"),
        (Text((Span("a", 64 + 1),)), "**a**"),
    ],
)  # fmt: skip
def test_looks_side_by_side_and_inside_each_other(value: Rich, markup: str) -> None:
    assert render(value, mention) == markup
    if not any(span.url for span in spans_of(value)):
        check_reading(read(markup), Text(spans_of(value)))


def test_a_reader_sees_the_looks() -> None:
    value = join([bold("b"), italic("i"), code("c"), spoiler("s"), link("l", "https://x.example")], " ")
    assert looks(render(value)) == [
        ("b", {"bold"}), (" ", set()), ("i", {"italic"}), (" ", set()), ("c", {"code"}), (" ", set()),
        ("s", {"spoiler"}), (" ", set()), ("l", {"link https://x.example"}),
    ]  # fmt: skip


def test_an_address_that_nothing_can_end() -> None:
    assert address("https://x.example/字?q=a b\"'") == "https://x.example/%E5%AD%97?q=a%20b%22'"
    assert address("ftp://x.example") == address("javascript:alert(1)") == ""
    assert address("https://x.example/" + "a" * ADDRESS) == ""
    assert render(link("a", "https://x.example/" + "a" * ADDRESS)) == "a"


@unhurried
@given(st.lists(st.sampled_from(GRAPHEMES), min_size=1, max_size=300), st.integers(64, 120))
def test_no_character_of_a_reader_is_cut(graphemes: list[str], limit: int) -> None:
    ends, position = {0}, 0
    for each in graphemes:
        position += len(each)
        ends.add(position)
    position = 0
    for piece in split([Span("".join(graphemes))], limit):
        position += len(piece)
        assert position in ends
    assert position == max(ends), "nothing was left out"


@pytest.mark.parametrize("grapheme", GRAPHEMES)
def test_boundaries(grapheme: str) -> None:
    text = f"x{grapheme}y"
    assert is_boundary(text, 1)
    assert is_boundary(text, len(text) - 1)
    assert not any(is_boundary(text, at) for at in range(2, len(text) - 1))


def test_where_a_text_is_cut() -> None:
    assert split([Span("one two. " * 10)], 64) == [("one two. " * 7).strip(), ("one two. " * 3).strip()]
    assert split([Span("a" * 40 + "\n\n" + "b" * 40)], 64) == ["a" * 40, "b" * 40]
    assert split([Span("字" * 100)], 64) == ["字" * 64, "字" * 36]
    assert split([Span("今天天气很好。" * 10)], 64) == ["今天天气很好。" * 9, "今天天气很好。"]


def test_a_look_over_a_cut_goes_on() -> None:
    pieces = split(bold("word " * 30).spans, 64)
    assert all(piece.startswith("**word") and piece.endswith("word**") for piece in pieces)
    assert "".join(words(piece).replace(" ", "") for piece in pieces) == "word" * 30
    assert split(link("word " * 20, "https://x.example").spans, 64)[0].endswith("](<https://x.example>)")


def test_an_escape_is_never_cut() -> None:
    pieces = split([Span("*" * 200)], 64)
    assert all(len(piece) % 2 == 0 and set(piece[::2]) == {"\\"} for piece in pieces)
    assert sum(map(len, pieces)) == 400


def test_a_mention_is_never_cut() -> None:
    people = [Span("somebody with a name that is long", member=7), Span(", ")] * 40
    pieces = split(people, 64, mention)
    assert sum(piece.count("<@42>") for piece in pieces) == 40
    assert all(set(piece) <= set("<@42>, ") for piece in pieces)


def test_a_limit_that_holds_no_mention_is_an_error() -> None:
    with pytest.raises(ValueError, match="63 characters"):
        split([Span("a")], 63)


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u2060", "\u00a0\u3000", "\u2800", "\ufe0f" * 900])
def test_what_shows_nothing_makes_no_piece(text: str) -> None:
    assert split([Span(text), Span(text, Style.BOLD)], 64) == [] or not is_blank(text)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("  two\n lines\t", "two lines"),
        ("x" * 20, "x" * 20),
        ("x" * 21, "x" * 19 + "…"),
        ("x" * 18 + "👩‍👩‍👧‍👦", "x" * 18 + "…"),
        ("x" * 15 + " yyyyyy", "x" * 15 + " yyy…"),
        ("😀" * 11, "😀" * 9 + "…"),
        ("x" + "\u0301" * 40, "x" + "\u0301" * 18 + "…"),
    ],
)
def test_one_line(text: str, line: str) -> None:
    assert on_one_line(text, 20) == line


@pytest.mark.parametrize(
    "unit", ["x", "x ", "字", "😀", "👩\u200d", "*", "\n", "`", ":", "https://", PILES[0], EMOJI[0]]
)
def test_the_work_grows_with_the_text_and_not_faster(unit: str) -> None:
    def work(size: int) -> int:
        return lines_run(lambda: split([Span(unit * (size // len(unit)))], 2000))

    assert work(40_000) <= 6 * work(10_000)
