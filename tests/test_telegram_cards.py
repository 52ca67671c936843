"""Cards as Telegram messages: the words of the sandbox, pictures with captions, buttons in rows."""

from __future__ import annotations

import pytest
import telegram
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from telegram.constants import InlineKeyboardMarkupLimit, MessageLimit

from coterie.adapters.telegram import cards
from coterie.adapters.telegram.cards import Part, alert, render
from coterie.adapters.telegram.characters import BLANK, TRIMMED
from coterie.adapters.telegram.keyboards import LABEL_LENGTH, keyboard, label
from coterie.core.cards import Button, Card, Field, Picture
from coterie.core.cutting import is_blank, units
from coterie.core.platform import Delivery, Refused
from coterie.core.platform import Picture as Drawn
from coterie.core.testing.people import card_words, plain
from coterie.core.text import Rich, Span, Style, Text, bold, join, link, spoiler
from coterie.core.tokens import Signer
from tests.hostile import STRINGS

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first text of all that hypothesis makes on a machine takes it a second; no test is about that."""
SENT = Delivery("1")
DRAWN = Drawn(b"png", "image/png", "a chart")
PICTURE = Picture("chart", "a chart")
TOKEN = Signer(b"x" * 32).sign(1, 2, b"123456789", 3, 4)

texts = st.text(max_size=30)
plain_spans = st.builds(Span, text=texts, style=st.integers(0, 63), member=st.sampled_from([0, 7, 8]))
riches: st.SearchStrategy[Rich] = st.one_of(
    texts, st.lists(plain_spans, max_size=3).map(lambda each: Text(tuple(span for span in each if span.text)))
)
whole_cards = st.builds(
    Card,
    text=riches,
    title=riches,
    fields=st.lists(st.builds(Field, name=riches, value=riches), max_size=3).map(tuple),
    picture=st.sampled_from([None, PICTURE]),
    footer=riches,
    pings=st.sampled_from([(), (7,), (7, 8)]),
)


def rows(*lengths: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(Button(f"{row}.{index}", token=TOKEN) for index in range(n)) for row, n in enumerate(lengths))


@unhurried
@given(whole_cards, st.booleans())
def test_the_words_are_those_of_the_sandbox(card: Card, picture: bool) -> None:
    delivery = Delivery("1", picture=DRAWN, mentions={7: "telegram:42", 8: "telegram:43"})
    parts = render(card, delivery, picture=picture)
    assert len(parts) == 1
    wanted = plain(card_words(card).strip(TRIMMED))
    if is_blank(card_words(card)):
        assert parts[0].text == ("" if picture else BLANK)
    else:
        assert plain(parts[0].text) == wanted
    assert parts[0].picture is (DRAWN if picture else None)
    mentioned = {each["user"]["id"] for each in parts[0].entities if each["type"] == "text_mention"}
    assert mentioned <= {int(delivery.mentions[member].partition(":")[2]) for member in card.pings}


def test_a_whole_card() -> None:
    card = Card(
        "Take " + bold("one") + " 🧧, " + Text((Span("@Bob", member=7),)),
        title="Red packet",
        fields=(Field("Left", "3"), Field(bold("Amount"), link("100", "https://example.com/100"))),
        footer="ends soon",
        buttons=((Button("Grab", token=TOKEN, style="primary"), Button("Rules", url="https://example.com")),),
        pings=(7,),
    )
    (part,) = render(card, Delivery("1", mentions={7: "telegram:42"}), picture=True)
    assert part.text == "Red packet\nTake one 🧧, @Bob\nLeft: 3\nAmount: 100\nends soon"
    raw = {
        "message_id": 1,
        "date": 0,
        "chat": {"id": 1, "type": "private"},
        "text": part.text,
        "entities": part.entities,
    }
    read = telegram.Message.de_json(raw, None)
    assert [(str(entity.type), text) for entity, text in read.parse_entities().items()] == [
        ("bold", "Red packet"), ("bold", "one"), ("text_mention", "@Bob"), ("bold", "Amount"), ("text_link", "100"),
        ("italic", "ends soon"),
    ]  # fmt: skip
    assert part.keyboard == [
        [
            {"text": "Grab", "callback_data": TOKEN, "style": "primary"},
            {"text": "Rules", "url": "https://example.com"},
        ]
    ]


def test_an_edit_mentions_nobody() -> None:
    card = Card(Text((Span("@Bob", member=7), Span(" and "), Span("Eve", member=8))), pings=(7,))
    known = {7: "telegram:42", 8: "telegram:43"}
    (sent,) = render(card, Delivery("1", mentions=known), picture=True)
    (edited,) = render(card, Delivery("1", native="10", mentions=known), picture=True)
    assert [each["user"]["id"] for each in sent.entities] == [42]
    assert sent.entities[0]["user"]["first_name"] == "Bob"
    assert edited.entities == []
    assert plain(edited.text) == plain(sent.text) == "@Bob and @Eve"


@pytest.mark.parametrize("account", ["", "telegram:", "telegram:alice", "telegram:-", "telegram:٤٢"])
def test_an_account_without_a_number_is_not_mentioned(account: str) -> None:
    card = Card(Text((Span("@Bob", member=7),)), pings=(7,))
    assert render(card, Delivery("1", mentions={7: account}), picture=True)[0].entities == []


def test_a_title_and_a_footer_keep_their_own_looks() -> None:
    card = Card(title=join(["a", spoiler("b")]), footer=bold("c"))
    (part,) = render(card, SENT, picture=True)
    assert part.text == "ab\nc"
    assert [(each["type"], each["offset"], each["length"]) for each in part.entities] == [
        ("bold", 0, 2), ("spoiler", 1, 1), ("bold", 3, 1), ("italic", 3, 1),
    ]  # fmt: skip


def test_a_card_without_words() -> None:
    assert render(Card(), SENT, picture=True) == [Part(BLANK, [])]
    assert render(Card(" \u200b\n"), SENT, picture=True) == [Part(BLANK, [])]
    (only,) = render(Card(buttons=rows(1)), SENT, picture=True)
    assert only.text == BLANK
    assert only.keyboard == [[{"text": "0.0", "callback_data": TOKEN}]]


class TestPictures:
    """Words are a caption as long as they fit."""

    def test_words_below_it(self) -> None:
        with_picture = Delivery("1", picture=DRAWN)
        (part,) = render(Card("x", picture=PICTURE, buttons=rows(1)), with_picture, picture=True)
        assert (part.picture, part.text) == (DRAWN, "x\n[a chart]")
        assert part.keyboard is not None

    def test_not_drawn(self) -> None:
        assert render(Card("x", picture=PICTURE), SENT, picture=True) == [Part("x\n[a chart]", [])]

    def test_not_asked_for(self) -> None:
        with_picture = Delivery("1", picture=DRAWN)
        assert render(Card("x", picture=PICTURE), with_picture, picture=False) == [Part("x\n[a chart]", [])]

    def test_nothing_but_a_picture(self) -> None:
        silent = Card(buttons=rows(1))
        (part,) = render(silent, Delivery("1", picture=DRAWN), picture=True)
        assert (part.text, part.entities, part.picture) == ("", [], DRAWN)
        assert part.keyboard is not None

    @pytest.mark.parametrize(("size", "parts"), [(1024, 1), (1025, 2), (4096, 2), (4097, 3), (9_000, 4)])
    def test_the_caption_is_measured_in_code_units(self, size: int, parts: int) -> None:
        text = "😀" * (size // 2) + "x" * (size % 2)
        found = render(Card(bold(text), buttons=rows(2)), Delivery("1", picture=DRAWN), picture=True)
        assert len(found) == parts
        assert "".join(part.text for part in found) == text
        assert [part.picture for part in found] == [DRAWN] + [None] * (parts - 1)
        assert [part.keyboard is None for part in found] == [True] * (parts - 1) + [False]
        assert units(found[0].text) <= MessageLimit.CAPTION_LENGTH
        assert all(sum(each["length"] for each in part.entities) == units(part.text) for part in found)

    def test_more_looks_than_a_caption_shows(self) -> None:
        card = Card(join([bold("x") for _ in range(101)], " "))
        found = render(card, Delivery("1", picture=DRAWN), picture=True)
        assert [(part.text == "", len(part.entities)) for part in found] == [(True, 0), (False, 100), (False, 1)]


@unhurried
@given(whole_cards, st.integers(0, 3))
def test_a_long_card_keeps_its_words(card: Card, times: int) -> None:
    long = Card("word " * 1_500 * times, card.title, card.fields, None, rows(3, 2), "plain", card.footer)
    parts = render(long, SENT, picture=True)
    assert len(parts) >= 2 * times if times else len(parts) == 1
    seen = "".join(char for part in parts for char in plain(part.text) if not is_blank(char))
    wanted = "".join(char for char in plain(card_words(long)) if not is_blank(char))
    assert seen == (wanted or BLANK)
    assert all(part.keyboard is None for part in parts[:-1])
    assert [len(row) for row in parts[-1].keyboard or ()] == [3, 2]


@pytest.mark.parametrize("value", STRINGS, ids=range(len(STRINGS)))
def test_hostile_words(value: str) -> None:
    card = Card(value, value, (Field(value, value),), PICTURE, ((Button(value, token=TOKEN),),), "bad", value)
    for part in render(card, Delivery("1", picture=DRAWN), picture=True):
        part.text.encode()
        assert units(part.text) <= (MessageLimit.CAPTION_LENGTH if part.picture else MessageLimit.MAX_TEXT_LENGTH)
    shown = label(value)
    shown.encode()
    assert 0 < len(shown) <= LABEL_LENGTH
    assert not is_blank(shown)
    assert "\n" not in shown
    answer = alert(Card(value))
    assert answer is None or (0 < units(answer) <= 200 and answer.encode())


class TestButtons:
    """Rows as the card has them, as far as Telegram shows them."""

    @pytest.mark.parametrize(
        ("row", "shown"), [(1, [1]), (8, [8]), (9, [4, 5]), (16, [8, 8]), (17, [5, 6, 6]), (20, [6, 7, 7])]
    )
    def test_a_wide_row_is_wrapped(self, row: int, shown: list[int]) -> None:
        found = keyboard(rows(row, 2))
        assert [len(each) for each in found] == [*shown, 2]
        assert [button["text"] for each in found[:-1] for button in each] == [f"0.{index}" for index in range(row)]
        assert max(shown) <= InlineKeyboardMarkupLimit.BUTTONS_PER_ROW

    def test_too_many(self) -> None:
        assert sum(len(row) for row in keyboard(rows(*[5] * 20))) == 100
        with pytest.raises(Refused, match="at most 100 buttons below a message, not 101"):
            keyboard(rows(*[5] * 20, 1))

    def test_an_empty_row_is_left_out(self) -> None:
        assert [len(row) for row in keyboard(rows(0, 2, 0))] == [2]

    def test_the_library_reads_them(self) -> None:
        buttons = tuple(Button(each, token=TOKEN, style=each) for each in ("normal", "primary", "danger"))
        read = telegram.InlineKeyboardMarkup.de_json({"inline_keyboard": keyboard((buttons,))}, None)
        assert [(each.text, each.callback_data, each.style) for each in read.inline_keyboard[0]] == [
            ("normal", TOKEN, None), ("primary", TOKEN, "primary"), ("danger", TOKEN, "danger"),
        ]  # fmt: skip
        assert len(TOKEN) == 40

    @pytest.mark.parametrize("token", ["", "x" * 65, "é", "字" * 20])
    def test_a_button_without_a_token_is_refused(self, token: str) -> None:
        with pytest.raises(Refused, match="'Go' neither carries a token"):
            keyboard(((Button("Go", token=token),),))

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "example.com", "file:///etc/passwd", "ftp://x.example"])
    def test_an_address_of_no_page_is_refused(self, url: str) -> None:
        with pytest.raises(Refused, match="no address of a page"):
            keyboard(((Button("Go", url=url),),))

    def test_a_link_goes_before_a_token(self) -> None:
        assert keyboard(((Button("Go", url="tg://user?id=1", token=TOKEN),),)) == [
            [{"text": "Go", "url": "tg://user?id=1"}]
        ]

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("Grab", "Grab"),
            ("  two\n lines\t", "two lines"),
            (bold("Yes") + " 👍🏽", "Yes 👍🏽"),
            (Text((Span("Pay "), Span("@Bob", member=7))), "Pay @Bob"),
            ("@alice <b>*x*</b>", "@alice <b>*x*</b>"),
            ("", BLANK),
            ("\u200b\ufe0f", BLANK),
            ("x" * 64, "x" * 64),
            ("x" * 65, "x" * 63 + "…"),
            ("x" * 60 + " yyyyyyyy", "x" * 60 + " yy…"),
            ("x" * 62 + "👩‍👩‍👧‍👦", "x" * 62 + "…"),
            ("x" + "\u0301" * 99, "x" + "\u0301" * 31 + "…"),
        ],
    )
    def test_labels(self, value: Rich, shown: str) -> None:
        assert label(value) == shown


class TestAlerts:
    """What fits into the small window that answers a tap."""

    def test_words(self) -> None:
        card = Card(
            bold("Got it, ") + Text((Span("Bob", member=7),)),
            title="Done",
            fields=(Field("Left", "3"),),
            footer="soon",
            pings=(7,),
        )
        assert alert(card) == card_words(card) == "Done\nGot it, @Bob\nLeft: 3\nsoon"

    @pytest.mark.parametrize(
        ("text", "fits"), [("x" * 200, True), ("x" * 201, False), ("😀" * 100, True), ("😀" * 101, False)]
    )
    def test_length(self, text: str, fits: bool) -> None:
        assert alert(Card(text)) == (text if fits else None)

    @pytest.mark.parametrize(
        "card",
        [
            Card(),
            Card(" \u200b"),
            Card("x", buttons=rows(1)),
            Card("x", picture=PICTURE),
            Card(link("x", "https://example.com")),
            Card("x", fields=(Field("a", link("x", "https://example.com")),)),
        ],
        ids=range(6),
    )
    def test_more_than_words(self, card: Card) -> None:
        assert alert(card) is None

    def test_looks_are_left_out(self) -> None:
        assert alert(Card(Text((Span(" a", Style.BOLD), Span("b ", Style.CODE))))) == "ab"


def test_whom_a_card_may_notify() -> None:
    card = Card("x", pings=(7, 9))
    may = cards.mention_of(card, Delivery("1", mentions={7: "telegram:42", 8: "telegram:43"}))
    assert [may(member) for member in (7, 8, 9)] == [("42", ""), None, None]
