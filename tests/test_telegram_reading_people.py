"""People, the names they go by, and commands that mention them."""

from __future__ import annotations

from typing import Any

import pytest

from coterie.adapters.telegram.reading import Names
from coterie.core.api import Context, Member
from coterie.core.events import MessagePosted, Who
from coterie.core.i18n import Translator
from coterie.core.testing.kit import LiveTown
from tests.telegram_reading_kit import ALICE, BOB, CHANNEL, W_BOB, message, one, reader, said, update


def text_of(raw: dict[str, Any], names: Names | None = None) -> str:
    found = one(raw, reader(names))
    assert isinstance(found, MessagePosted)
    return found.text


def mentions(text: str, *of: tuple[str, dict[str, Any] | None]) -> list[dict[str, Any]]:
    """Entities for mentions in a text: by ``@username``, or by a shown name and a user."""
    entities: list[dict[str, Any]] = []
    for shown, user in of:
        offset = len(text[: text.index(shown)].encode("utf-16-le")) // 2
        span = {"offset": offset, "length": len(shown.encode("utf-16-le")) // 2}
        entities.append({"type": "mention", **span} if user is None else {"type": "text_mention", **span, "user": user})
    return entities


# -- people


@pytest.mark.parametrize(
    ("user", "who"),
    [
        (BOB, W_BOB),
        ({**BOB, "last_name": ""}, W_BOB),
        ({**BOB, "first_name": ""}, Who("telegram", "777")),
        ({**BOB, "first_name": "", "last_name": "B."}, Who("telegram", "777", "B.")),
        ({"id": 2**52, "is_bot": False, "first_name": "New"}, Who("telegram", str(2**52), "New")),
        ({**BOB, "language_code": "pt-br"}, Who("telegram", "777", "Bob", "pt-br")),
    ],
)
def test_who_somebody_is(user: dict[str, Any], who: Who) -> None:
    assert one(said("hi", user)).who == who


@pytest.mark.parametrize(
    ("tag", "locale"),
    [
        ("zh-hans", "zh-Hans"),
        ("zh-hant", "zh-Hant"),
        ("zh-TW", "zh-Hant"),
        ("zh", "zh-Hans"),
        ("en", "en"),
        ("xx-new", "en"),
    ],
)
def test_a_language_reaches_the_locale_that_serves_it(tag: str, locale: str) -> None:
    who = one(said("hi", {**ALICE, "language_code": tag})).who
    assert who is not None
    assert Translator().negotiate(who.locale) == locale


# -- names


def test_usernames_are_learnt_and_forgotten() -> None:
    names = Names()
    names.learn("1", "Bob_B")
    assert (names.find("bob_b"), names.find("BOB_B"), names.find("bob")) == ("1", "1", "")
    names.learn("1", "Robert")
    assert (names.find("bob_b"), names.find("robert")) == ("", "1")
    names.learn("2", "robert")
    assert (names.find("robert"), len(names)) == ("2", 1)
    names.learn("1", "")
    assert names.find("robert") == "2"
    names.learn("2", "")
    assert (names.find("robert"), len(names)) == ("", 0)


def test_who_was_not_seen_for_longest_is_forgotten_first() -> None:
    names = Names(limit=2)
    names.learn("1", "one")
    names.learn("2", "two")
    names.learn("1", "one")
    names.learn("3", "three")
    assert (names.find("one"), names.find("two"), names.find("three"), len(names)) == ("1", "", "3", 2)


@pytest.mark.parametrize("username", ["x" * 65, "é" * 5, ""])
def test_what_cannot_be_a_username_is_not_kept(username: str) -> None:
    names = Names()
    names.learn("1", username)
    assert (len(names), names.find(username)) == (0, "")


@pytest.mark.parametrize(
    "raw",
    [
        said("hi"),
        update("callback_query", {"id": "1", "from": ALICE, "chat_instance": "1", "data": "x"}),
        update("message", message(BOB, new_chat_members=[ALICE])),
        update("message", message(BOB, left_chat_member=ALICE)),
        update("poll_answer", {"poll_id": "1", "user": ALICE, "option_ids": [0]}),
        update("chat_join_request", {"chat": CHANNEL, "from": ALICE, "user_chat_id": 555, "date": 1}),
    ],
)
def test_usernames_come_from_all_kinds_of_updates(raw: dict[str, Any]) -> None:
    names = Names()
    assert reader(names).read(raw)
    assert names.find("alice") == "555"


# -- commands


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/balance", "/balance"),
        ("/balance@OurBot", "/balance"),
        ("/balance@ourbot", "/balance"),
        ("/pay@OURBOT bob 10", "/pay bob 10"),
        ("/pay@OurBot\nbob 10", "/pay\nbob 10"),
        ("/余额@OurBot", "/余额"),
        ("/start abc_DEF-9", "/start abc_DEF-9"),
        ("/start@OurBot abc_DEF-9", "/start abc_DEF-9"),
        ("/say mail@OurBot", "/say mail@OurBot"),
        ("//x@OurBot", "//x@OurBot"),
        ("/home/me@host", "/home/me@host"),
        ("/", "/"),
        ("/@OurBot", "/@OurBot"),
        ("hello /balance@OurBot", "hello /balance@OurBot"),
    ],
)
def test_the_bots_own_name_is_taken_off_a_command(typed: str, read: str) -> None:
    assert text_of(said(typed)) == read


@pytest.mark.parametrize("typed", ["/balance@OtherBot", "/pay@ourbot2 bob 10", "/pay@OurBo, x", "/余额@other_bot"])
def test_a_command_for_another_bot_is_none_of_ours(typed: str) -> None:
    assert reader().read(said(typed)) == []


def test_a_caption_can_be_a_command() -> None:
    photo = [{"file_id": "a"}]
    assert text_of(update("message", message(photo=photo, caption="/pay@OurBot bob 10"))) == "/pay bob 10"


def test_a_mention_of_somebody_without_username_becomes_an_id() -> None:
    text = "/pay Bob B. 10 for Bob"
    assert text_of(said(text, entities=mentions(text, ("Bob B.", BOB)))) == "/pay @777 10 for Bob"


def test_a_username_that_is_known_becomes_an_id() -> None:
    names = Names()
    names.learn("777", "Bob_B")
    text = "/pay@OurBot @bob_b 10 😀"
    assert text_of(said(text, entities=mentions(text, ("@bob_b", None))), names) == "/pay @777 10 😀"
    assert text_of(said(text, entities=mentions(text, ("@bob_b", None)))) == "/pay @bob_b 10 😀"


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("/merge @bob_b @carol", "/merge @777 @999"),
        ("/xp give @bob_b 10 well done", "/xp give @777 10 well done"),
        ('/pay "@bob_b" 10', '/pay "@777" 10'),
        ("/pay “@bob_b” 10", "/pay “@777” 10"),
        ("/move a b @bob_b", "/move a b @777"),
        ("/pay bob 10 thanks @carol", "/pay bob 10 thanks @carol"),
        ("/pay\u3000@bob_b 10", "/pay\u3000@777 10"),
        ("/pay x@bob_b 10", "/pay x@bob_b 10"),
        ("/pay@bob_b 10", None),
    ],
)
def test_only_arguments_become_ids(typed: str, read: str | None) -> None:
    names = Names()
    names.learn("777", "bob_b")
    names.learn("999", "carol")
    known = [(each, None) for each in ("@bob_b", "@carol") if each in typed]
    raw = said(typed, entities=mentions(typed, *reversed(known)))
    if read is None:
        assert reader(names).read(raw) == []
    else:
        assert text_of(raw, names) == read


def test_offsets_count_utf_16_units() -> None:
    text = "/给 😀👩‍👩‍👧‍👦 小明 10"
    assert text_of(said(text, entities=mentions(text, ("小明", BOB)))) == "/给 😀👩‍👩‍👧‍👦 @777 10"


def test_a_text_that_is_no_command_stays_as_it_is() -> None:
    names = Names()
    names.learn("777", "bob_b")
    text = "thanks @bob_b and Bob"
    assert text_of(said(text, entities=mentions(text, ("@bob_b", None), ("Bob", BOB))), names) == text


@pytest.mark.parametrize(
    "entities",
    [
        5,
        {},
        [5, None, {}],
        [{"type": "mention", "offset": -3, "length": 2}],
        [{"type": "mention", "offset": 5, "length": 0}],
        [{"type": "mention", "offset": 5, "length": -1}],
        [{"type": "mention", "offset": 5, "length": 10**15}],
        [{"type": "mention", "offset": 10**15, "length": 1}],
        [{"type": "mention", "offset": 10**30, "length": 10**30}],
        [{"type": "mention", "offset": True, "length": "3"}],
        [{"type": "mention"}],
        [{"type": "mention", "length": 4}],
        [{"type": "mention", "offset": "5", "length": 4}, {"type": "mention", "offset": 99, "length": 4}],
        [{"type": "text_mention", "offset": 5, "length": 4}],
        [{"type": "text_mention", "offset": 5, "length": 4, "user": {"id": "x"}}],
        [{"type": "text_mention", "offset": 5, "length": 4, "user": {"id": -1}}],
        [{"type": "text_mention", "offset": 0, "length": 4, "user": BOB}],
        [{"type": ["mention"], "offset": 5, "length": 4}],
    ],
)
def test_entities_that_make_no_sense_change_nothing(entities: Any) -> None:
    names = Names()
    names.learn("777", "bob")
    assert text_of(said("/pay @bob 10", entities=entities), names) == "/pay @bob 10"


def test_mentions_that_overlap_are_taken_once() -> None:
    text = "/pay @bob 10"
    entities = [
        {"type": "text_mention", "offset": 5, "length": 4, "user": BOB},
        {"type": "text_mention", "offset": 5, "length": 4, "user": ALICE},
        {"type": "text_mention", "offset": 6, "length": 2, "user": ALICE},
    ]
    assert text_of(said(text, entities=entities)) == "/pay @777 10"


# -- with the core


@pytest.mark.coterie(plugins=["wallet"])
def test_a_payment_to_somebody_mentioned_arrives(town: LiveTown) -> None:
    reading = reader()

    def happens(raw: dict[str, Any]) -> None:
        (event,) = reading.read(raw)
        town.act(lambda: town._host.app.submit(event))

    happens(said("hi", {**BOB, "username": "bobby"}))
    happens(said("hi", {"id": 999, "is_bot": False, "first_name": "Bob"}))
    happens(said("hi"))
    town.inside(lambda ctx: ctx.ledger.grant(_member(ctx, "555"), 100, reason="test", key="start"))
    by_name, by_mention = "/pay @Bobby 10", "/pay Bob 5"
    happens(said(by_name, entities=mentions(by_name, ("@Bobby", None))))
    happens(said(by_mention, entities=mentions(by_mention, ("Bob", BOB))))
    balances = town.inside(lambda ctx: [ctx.ledger.balance(_member(ctx, each)) for each in ("555", "777", "999")])
    assert balances == [85, 15, 0]


def _member(ctx: Context, account: str) -> Member:
    found = ctx.unit.members.account(ctx.community.id, "telegram", account)
    assert found is not None
    return found.member


@pytest.mark.coterie(plugins=["wallet"])
def test_chats_that_write_become_no_members(town: LiveTown) -> None:
    reading = reader()
    channel = message(None, CHANNEL, text="/balance", sender_chat=CHANNEL)
    anonymous = message({"id": 1087968824, "is_bot": True, "first_name": "Group"}, text="hi", sender_chat=CHANNEL)
    for number, (kind, raw) in enumerate(
        (("channel_post", channel), ("message", anonymous), ("edited_message", anonymous))
    ):
        (event,) = reading.read(update(kind, raw, number))
        town.act(lambda event=event: town._host.app.submit(event))  # type: ignore[misc]
    accounts = town.inside(lambda ctx: ctx.db.connection().exec_driver_sql("SELECT count(*) FROM accounts").scalar())
    assert accounts == 0
