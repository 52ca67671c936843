"""Cards as Discord's messages: plain content where words are all there is, else embeds within their limits."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.cards import Part, body, files, render
from coterie.adapters.discord.characters import BLANK
from coterie.adapters.discord.components import LABEL_LENGTH, components, label, push_button
from coterie.adapters.discord.embeds import COLOURS, NOTHING
from coterie.adapters.discord.fake.markdown import words
from coterie.adapters.discord.fake.validation import Field as Body
from coterie.adapters.discord.fake.validation_messages import message as validate
from coterie.core.cards import Button, Card, Field, Picture
from coterie.core.cutting import is_blank
from coterie.core.platform import Delivery, Refused
from coterie.core.platform import Picture as Drawn
from coterie.core.text import Rich, Span, Style, Text, bold, join, link, spoiler
from coterie.core.tokens import Signer
from tests.hostile import STRINGS

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""The first text of all that hypothesis makes on a machine takes it a second; no test is about that."""
SENT = Delivery("1")
DRAWN = Drawn(b"png", "image/png", "a chart")
PICTURE = Picture("chart", "a chart")
TOKEN = Signer(b"x" * 32).sign(1, 2, b"123456789", 3, 4)
KNOWN = {7: "discord:42", 8: "discord:43", 9: "telegram:44"}

texts = st.one_of(
    st.text(max_size=30), st.sampled_from(["*" * 300, "word " * 900, "字" * 3_000, "😀" * 1_200, "x" * 600])
)
some_spans = st.builds(
    Span,
    text=texts,
    style=st.integers(0, 63),
    url=st.sampled_from(["", "", "https://own.example/" + "x" * 400]),
    member=st.sampled_from([0, 0, 7, 9]),
)
riches: st.SearchStrategy[Rich] = st.one_of(
    texts, st.lists(some_spans, max_size=3).map(lambda each: Text(tuple(span for span in each if span.text)))
)
whole_cards = st.builds(
    Card,
    text=riches,
    title=riches,
    fields=st.lists(st.builds(Field, name=riches, value=riches, inline=st.booleans()), max_size=4).map(tuple),
    picture=st.sampled_from([None, PICTURE]),
    footer=riches,
    tone=st.sampled_from(["plain", "good", "warn", "bad"]),
    pings=st.sampled_from([(), (7,), (7, 8, 9)]),
)


def rows(*lengths: int) -> tuple[tuple[Button, ...], ...]:
    return tuple(tuple(Button(f"{r}.{i}", token=f"{r}-{i}") for i in range(n)) for r, n in enumerate(lengths))


def check(part: Part) -> dict[str, Any]:
    """The part as it is sent, which the rules of the API let pass."""
    sent = body(part)
    field = Body(sent)
    validate(field, 0)
    field.finish()
    assert sent["content"].strip() or sent["embeds"] or sent["attachments"], "a message must show something"
    assert sent["content"] == sent["content"].strip()
    assert set(sent["allowed_mentions"]) == {"parse", "users", "replied_user"}
    assert sent["allowed_mentions"]["parse"] == []
    for embed in sent["embeds"]:
        assert embed.keys() - {"color"}, "an embed must show something"
    return sent


def said(parts: list[Part]) -> str:
    """All words of messages in their order, as a reader sees them."""
    lines: list[str] = []
    for part in parts:
        lines.append(words(part.content))
        for embed in part.embeds:
            lines += [words(embed.get("title", "")), words(embed.get("description", ""))]
            lines += [words(field[key]) for field in embed.get("fields", ()) for key in ("name", "value")]
            lines.append(embed.get("footer", {}).get("text", ""))
    return "\n".join(line for line in lines if line)


@unhurried
@given(whole_cards, st.booleans(), st.integers(0, 25))
def test_every_card_is_within_the_limits(card: Card, drawn: bool, buttons: int) -> None:
    card = Card(card.text, card.title, card.fields, card.picture, rows(buttons), card.tone, card.footer, card.pings)
    delivery = Delivery("1", picture=DRAWN if drawn and card.picture else None, mentions=KNOWN)
    parts = render(card, delivery)
    assert parts
    for part in parts:
        check(part)
    assert all(not part.components for part in parts[:-1])
    assert sum(len(row["components"]) for row in parts[-1].components) == buttons
    assert [part.pictures for part in parts] == [()] * (len(parts) - 1) + [delivery.pictures]
    if delivery.picture:
        assert parts[-1].embeds[-1]["image"] == {"url": "attachment://picture.png"}


@unhurried
@given(st.lists(st.text(max_size=300), min_size=4, max_size=4), st.integers(0, 2), st.sampled_from(["plain", "warn"]))
def test_no_word_is_lost(parts: list[str], times: int, tone: Any) -> None:
    title, text, name, value = (f"a {part} z" for part in parts)
    card = Card(text + "w " * 2_500 * times, title, (Field(name, value),), tone=tone, footer="foot")
    seen = "".join(said(render(card, SENT)).split()).replace(NOTHING, "")
    for each in (title, text, name, value, "foot"):
        wanted = "".join(char for char in "".join(each.split()) if not is_blank(char))
        assert wanted in "".join(char for char in seen if not is_blank(char))


def test_a_whole_card() -> None:
    card = Card(
        "Take " + bold("one") + " 🧧, " + Text((Span("@Bob", member=7),)),
        title="Red *packet*",
        fields=(Field("Left", "3"), Field(bold("Amount"), link("100", "https://example.com/100"), inline=False)),
        footer="ends *soon*",
        tone="good",
        buttons=((Button("Grab", token=TOKEN, style="primary"), Button("Rules", url="https://example.com")),),
        pings=(7,),
    )
    (part,) = render(card, Delivery("1", mentions=KNOWN))
    assert check(part) == {
        "content": "<@42>",
        "embeds": [
            {
                "color": COLOURS["good"],
                "title": r"Red \*packet\*",
                "description": "Take **one** 🧧, <@42>",
                "fields": [
                    {"name": "Left", "value": "3", "inline": True},
                    {"name": "**Amount**", "value": "[100](<https://example.com/100>)", "inline": False},
                ],
                "footer": {"text": "ends *soon*"},
            }
        ],
        "components": [
            {
                "type": 1,
                "components": [
                    {"type": 2, "style": 1, "label": "Grab", "custom_id": f"c:{TOKEN}"},
                    {"type": 2, "style": 5, "label": "Rules", "url": "https://example.com"},
                ],
            }
        ],
        "allowed_mentions": {"parse": [], "users": ["42"], "replied_user": False},
        "attachments": [],
    }


class TestPlainWords:
    """A card of nothing but words is a message of nothing but words, as long as they fit."""

    def test_content(self) -> None:
        (part,) = render(Card("a *b* @everyone", buttons=rows(1)), SENT)
        assert part.content == r"a \*b\* \@everyone"
        assert part.embeds == []
        assert len(part.components) == 1

    @pytest.mark.parametrize(
        ("text", "content", "embeds"),
        [
            ("x" * 2000, 2000, []),
            ("x" * 2001, 0, [2001]),
            ("*" * 1001, 0, [2002]),
            ("x" * 4096, 0, [4096]),
            ("x" * 4097, 0, [4096, 1]),
            ("x" * 6000, 0, [4096, 1904]),
            ("😀" * 1001, 0, [1001]),
        ],
    )
    def test_one_message_as_long_as_it_is_possible(self, text: str, content: int, embeds: list[int]) -> None:
        (part,) = render(Card(text), SENT)
        assert len(part.content) == content
        assert [len(embed["description"]) for embed in part.embeds] == embeds

    def test_more_than_a_message_holds(self) -> None:
        parts = render(Card("x" * 9_000, buttons=rows(2)), SENT)
        assert [[len(embed["description"]) for embed in part.embeds] for part in parts] == [[4096], [4096, 808]]
        assert [bool(part.components) for part in parts] == [False, True]

    def test_a_tone_makes_an_embed(self) -> None:
        for tone in ("good", "warn", "bad"):
            (part,) = render(Card("x", tone=tone), SENT)
            assert part.embeds == [{"color": COLOURS[tone], "description": "x"}]

    @pytest.mark.parametrize("card", [Card(), Card(" \u200b\n"), Card(bold("\u2800")), Card(title=" ", tone="bad")])
    def test_a_card_without_words(self, card: Card) -> None:
        (part,) = render(card, SENT)
        assert check(part)["content"] == BLANK


class TestMentions:
    """Who is mentioned, and who hears of it."""

    BOTH = Card(
        Text((Span("@Bob", member=7), Span(" and "), Span("Eve", member=8), Span(" and "), Span("Tom", member=9)))
    )

    def test_mentions_notify_nobody_unless_the_card_pings(self) -> None:
        (part,) = render(self.BOTH, Delivery("1", mentions=KNOWN))
        assert part.content == "<@42> and <@43> and @Tom"
        assert part.allowed_mentions["users"] == []

    def test_who_is_pinged_is_notified(self) -> None:
        card = Card(self.BOTH.text, pings=(8, 9, 10))
        (part,) = render(card, Delivery("1", mentions={**KNOWN, 10: "discord:45"}))
        assert part.allowed_mentions["users"] == ["43"], "a ping lets a mention notify, and makes none"

    def test_above_an_embed(self) -> None:
        card = Card(self.BOTH.text, title=Text((Span("Ann", member=6),)), pings=(6, 7))
        (part,) = render(card, Delivery("1", mentions={**KNOWN, 6: "discord:41"}))
        assert part.content == "<@41> <@42>"
        assert part.embeds[0]["title"] == "@Ann"
        assert part.allowed_mentions["users"] == ["41", "42"]

    def test_an_edit_notifies_nobody(self) -> None:
        for card in (Card(self.BOTH.text, pings=(7,)), Card(self.BOTH.text, "T", pings=(7,))):
            (sent,) = render(card, Delivery("1", mentions=KNOWN))
            (edited,) = render(card, Delivery("1", native="10", mentions=KNOWN))
            assert sent.allowed_mentions["users"] == ["42"]
            assert edited.allowed_mentions["users"] == []
            assert edited.content == sent.content

    def test_only_the_first_of_several_messages_notifies(self) -> None:
        parts = render(Card(self.BOTH.text + "x" * 9_000, pings=(7,)), Delivery("1", mentions=KNOWN))
        assert [part.content for part in parts] == ["<@42>", ""]
        assert [part.allowed_mentions["users"] for part in parts] == [["42"], []]

    def test_more_than_one_message_can_notify(self) -> None:
        members = range(1, 200)
        card = Card(Text(tuple(Span("x", member=each) for each in members)), title="T", pings=tuple(members))
        (part,) = render(card, Delivery("1", mentions={each: f"discord:{10**18 + each}" for each in members}))
        check(part)
        assert len(part.allowed_mentions["users"]) == 80

    @pytest.mark.parametrize("account", ["", "discord:", "discord:alice", "discord:-1", "discord:٤٢", "telegram:42"])
    def test_an_account_elsewhere_is_a_name(self, account: str) -> None:
        (part,) = render(Card(Text((Span("@Bob", member=7),)), pings=(7,)), Delivery("1", mentions={7: account}))
        assert part.content == "@Bob"
        assert part.allowed_mentions["users"] == []


class TestEmbeds:
    """What has no place where it belongs goes where it has one."""

    @pytest.mark.parametrize(
        "title", ["x" * 257, link("Rules", "https://x.example"), spoiler("secret"), "two\nlines"], ids=range(4)
    )
    def test_a_title_that_must_be_text(self, title: Rich) -> None:
        (part,) = render(Card("below", title=title), SENT)
        assert "title" not in part.embeds[0]
        assert "".join(words(part.embeds[0]["description"]).split()) == "".join(f"{title}below".split())
        assert "**" in part.embeds[0]["description"]

    def test_a_spoiler_in_a_footer_stays_one(self) -> None:
        (part,) = render(Card("x", footer="it was " + spoiler("Ann")), SENT)
        assert part.embeds == [{"description": "x\n_it was_ ||_Ann_||"}]

    def test_a_footer_shows_what_it_says(self) -> None:
        footer = join(["*by* ", bold("x_y"), " and ", Text((Span("Bob", member=7),))])
        (part,) = render(Card(footer=footer), Delivery("1", mentions=KNOWN))
        assert part.embeds == [{"footer": {"text": "*by* x_y and @Bob"}}]

    def test_a_long_field_goes_on(self) -> None:
        (part,) = render(Card(fields=(Field("n", "x" * 2_000), Field("m", ""), Field("", "v"))), SENT)
        assert [(each["name"], len(each["value"]), each["inline"]) for each in part.embeds[0]["fields"]] == [
            ("n", 1024, False), (NOTHING, 976, False), ("m", 1, True), (NOTHING, 1, True),
        ]  # fmt: skip

    def test_a_name_that_is_too_long_stands_before_the_value(self) -> None:
        (part,) = render(Card(fields=(Field("n" * 300, "v"),)), SENT)
        assert part.embeds[0]["fields"] == [{"name": NOTHING, "value": f"**{'n' * 300}**: v", "inline": True}]

    def test_more_fields_than_an_embed_has(self) -> None:
        (part,) = render(Card("x", fields=tuple(Field(f"n{each}", "v") for each in range(60)), footer="f"), SENT)
        assert [len(embed["fields"]) for embed in part.embeds] == [25, 25, 10]
        assert ["description" in embed for embed in part.embeds] == [True, False, False]
        assert ["footer" in embed for embed in part.embeds] == [False, False, True]

    def test_more_than_six_thousand_characters_are_several_messages(self) -> None:
        card = Card("x" * 4_000, fields=tuple(Field("n", "v" * 1_000) for _ in range(4)), buttons=rows(1))
        parts = render(card, SENT)
        assert [[len(embed.get("fields", ())) for embed in part.embeds] for part in parts] == [[1], [3]]
        assert [bool(part.components) for part in parts] == [False, True]

    def test_more_than_ten_embeds_are_several_messages(self) -> None:
        parts = render(Card(fields=tuple(Field("n", "v") for _ in range(260))), SENT)
        assert [len(part.embeds) for part in parts] == [10, 1]


class TestPictures:
    """A drawn picture is in the embed, its description with it."""

    def test_drawn(self) -> None:
        (part,) = render(Card("x", picture=PICTURE), Delivery("1", picture=DRAWN))
        sent = check(part)
        assert sent["embeds"] == [{"description": "x", "image": {"url": "attachment://picture.png"}}]
        assert sent["attachments"] == [{"id": 0, "filename": "picture.png", "description": "a chart"}]
        (file,) = files(part)
        assert (file.filename, file.description, file.fp.read()) == ("picture.png", "a chart", b"png")
        assert files(part)[0].fp.read() == b"png", "each sending has files of its own"

    def test_not_drawn(self) -> None:
        (part,) = render(Card("x", picture=PICTURE), SENT)
        assert part.embeds == [{"description": "x\n\\[a chart]"}]
        assert files(part) == []

    def test_nothing_but_a_picture(self) -> None:
        (part,) = render(Card(picture=PICTURE), Delivery("1", picture=Drawn(b"jpg", "image/jpeg", "")))
        assert check(part)["embeds"] == [{"image": {"url": "attachment://picture.jpg"}}]
        assert body(part)["attachments"] == [{"id": 0, "filename": "picture.jpg"}]

    def test_several_stand_below_as_a_gallery(self) -> None:
        card = Card("x", picture=PICTURE, album=(PICTURE, PICTURE))
        album = tuple(Drawn(name, "image/png", "more") for name in (b"second", b"third"))
        (part,) = render(card, Delivery("1", picture=DRAWN, album=album))
        sent = check(part)
        assert sent["embeds"] == [{"description": "x"}]
        assert [each["filename"] for each in sent["attachments"]] == ["picture.png", "picture1.png", "picture2.png"]
        assert [file.fp.read() for file in files(part)] == [b"png", b"second", b"third"]

    def test_several_without_a_word(self) -> None:
        (part,) = render(Card(album=(PICTURE, PICTURE)), Delivery("1", picture=DRAWN, album=(DRAWN,)))
        assert check(part)["content"] == ""
        assert len(files(part)) == 2

    def test_of_several_one_was_not_drawn(self) -> None:
        (part,) = render(Card("x", picture=PICTURE, album=(PICTURE,)), Delivery("1", album=(DRAWN,)))
        assert part.embeds == [
            {"description": "x\n\\[a chart]\n\\[a chart]", "image": {"url": "attachment://picture.png"}}
        ]

    def test_a_long_description(self) -> None:
        (part,) = render(Card(picture=PICTURE), Delivery("1", picture=Drawn(b"x", "image/png", "y" * 2_000)))
        assert len(check(part)["attachments"][0]["description"]) == 1024


@pytest.mark.parametrize("value", STRINGS, ids=range(len(STRINGS)))
def test_hostile_words(value: str) -> None:
    card = Card(value, value, (Field(value, value),), PICTURE, ((Button(value, token=TOKEN),),), "bad", value)
    for part in render(card, Delivery("1", picture=DRAWN)):
        check(part)
        str(body(part)).encode()
    shown = label(value)
    assert 0 < len(shown) <= LABEL_LENGTH
    assert not is_blank(shown)
    assert "\n" not in shown


class TestButtons:
    """Rows as the card has them, as far as Discord shows them."""

    @pytest.mark.parametrize(
        ("given", "shown"),
        [
            ((1,), [1]), ((5, 2), [5, 2]), ((6,), [3, 3]), ((11,), [3, 4, 4]), ((0, 2, 0), [2]), ((), []),
            ((25,), [5] * 5),
            ((1, 1, 1, 1, 1), [1] * 5), ((1,) * 7, [5, 2]), ((6, 6, 6), [5, 5, 5, 3]), ((9, 9, 7), [5] * 5),
        ],
    )  # fmt: skip
    def test_rows(self, given: tuple[int, ...], shown: list[int]) -> None:
        found = components(rows(*given))
        assert [len(row["components"]) for row in found] == shown
        labels = [button["label"] for row in found for button in row["components"]]
        assert labels == [str(button.label) for row in rows(*given) for button in row]

    def test_too_many(self) -> None:
        with pytest.raises(Refused, match="at most 25 buttons below a message, not 26"):
            components(rows(5, 5, 5, 5, 5, 1))

    def test_looks(self) -> None:
        buttons = tuple(Button(style, token=style, style=style) for style in ("normal", "primary", "danger"))
        assert [button["style"] for button in components((buttons,))[0]["components"]] == [2, 1, 4]
        assert push_button("Again", "f:x") == {"type": 2, "style": 2, "label": "Again", "custom_id": "f:x"}

    def test_equal_buttons_are_one(self) -> None:
        given = ((Button("a", token="x"), Button("b", token="y")), (Button("c", token="x"),))
        assert [[button["label"] for button in row["components"]] for row in components(given)] == [["a", "b"]]
        pages = tuple(Button("p", url="https://x.example") for _ in range(2))
        assert len(components((pages,))[0]["components"]) == 2

    @pytest.mark.parametrize("token", ["", "x" * 99])
    def test_a_button_without_a_token_is_refused(self, token: str) -> None:
        with pytest.raises(Refused, match="'Go' neither carries a token"):
            components(((Button("Go", token=token),),))

    def test_the_longest_token(self) -> None:
        assert len(components(((Button("Go", token="x" * 98),),))[0]["components"][0]["custom_id"]) == 100

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "example.com", "ftp://x.example", "https://" + "x" * 505])
    def test_an_address_of_no_page_is_refused(self, url: str) -> None:
        with pytest.raises(Refused, match="no address of a page"):
            components(((Button("Go", url=url),),))

    def test_what_opens_inside_telegram_has_no_place_here(self) -> None:
        assert components(((Button("Go", url="tg://user?id=1"),), (Button("a", token="x"),))) == [
            {"type": 1, "components": [{"type": 2, "style": 2, "label": "a", "custom_id": "c:x"}]}
        ]

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            ("Grab", "Grab"),
            ("  two\n lines\t", "two lines"),
            (bold("Yes") + " 👍🏽", "Yes 👍🏽"),
            (Text((Span("Pay "), Span("@Bob", Style.BOLD, member=7))), "Pay @Bob"),
            ("@alice *x*", "@alice *x*"),
            ("\u200b\ufe0f", BLANK),
            ("x" * 80, "x" * 80),
            ("x" * 81, "x" * 79 + "…"),
            ("x" * 78 + "👩‍👩‍👧‍👦", "x" * 78 + "…"),
        ],
    )
    def test_labels(self, value: Rich, shown: str) -> None:
        assert label(value) == shown
