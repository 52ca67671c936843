"""Cards on Telegram: sent once however often it is tried, changed in place, taken away whole."""

from __future__ import annotations

from typing import Any, Final

import pytest

from coterie.adapters.telegram.pictures import FILES
from coterie.adapters.telegram.posting import UNFINISHED
from coterie.adapters.telegram.refusals import Closed, Moved
from coterie.core.actions import DeleteMessage, EditMessage, SendMessage
from coterie.core.cards import Button, Card
from coterie.core.cards import Picture as Drawing
from coterie.core.events import Where
from coterie.core.platform import Picture, PlatformError, Refused, RetryLater, Uncertain
from coterie.core.text import bold
from tests.telegram_sending_kit import GROUP, HOME, TOPIC, Bench, about

pytestmark = pytest.mark.asyncio

LONG: Final = "\n".join(f"line {number} {'x' * 80}" for number in range(100))
"""Three messages."""
PNG: Final = Picture(b"\x89PNG first", "image/png", "a chart")
OTHER: Final = Picture(b"\x89PNG second", "image/png", "a chart")
GRAB: Final = Card(text="A packet", buttons=((Button("Grab", token="t1"), Button("Rules", url="https://x.org/")),))


def post(card: Card, where: Where = HOME, reply_to: str = "") -> SendMessage:
    return SendMessage(where=where, ref=1, card=card, reply_to=reply_to)


def edit(card: Card, where: Where = HOME) -> EditMessage:
    return EditMessage(where=where, ref=1, card=card)


def drawn(text: str = "") -> Card:
    return Card(text=text, picture=Drawing(draw="chart", alt="a chart"))


# -- sending


async def test_a_card_is_one_message_with_its_looks_and_buttons() -> None:
    bench = Bench()
    card = Card(title="Packet", text=bold("Quick"), buttons=GRAB.buttons)
    assert await bench.send(post(card, TOPIC, reply_to="5"), about()) == "10"
    [message] = bench.api.messages
    assert (message.chat, message.thread, message.reply_to) == (GROUP, 33, 5)
    assert message.text == "Packet\nQuick"
    assert {entity["type"] for entity in message.entities} == {"bold"}
    assert message.keyboard == [
        [{"text": "Grab", "callback_data": "t1"}, {"text": "Rules", "url": "https://x.org/"}],
    ]
    [(_method, data)] = bench.api.log
    assert data["link_preview_options"] == '{"is_disabled":true}'


@pytest.mark.parametrize(("native", "first"), [("12,13", 12), ("77:12,13", 12), ("8/poll", 8), ("", 0), ("junk", 0)])
async def test_a_reply_goes_to_the_first_message_that_a_native_id_names(native: str, first: int) -> None:
    bench = Bench()
    await bench.send(post(GRAB, reply_to=native), about())
    assert bench.api.messages[0].reply_to == first


async def test_a_long_card_becomes_several_messages_with_the_buttons_on_the_last() -> None:
    bench = Bench()
    native = await bench.send(post(Card(text=LONG, buttons=GRAB.buttons), reply_to="5"), about())
    assert native == "10,11,12"
    assert "\n".join(bench.api.shown()) == LONG
    assert [message.labels() for message in bench.api.messages] == [[], [], [["Grab", "Rules"]]]
    assert [message.reply_to for message in bench.api.messages] == [5, 0, 0]


async def begin(bench: Bench, key: str) -> None:
    """Send the first message of a long card, and be told to wait before the second."""
    bench.api.fail("sendMessage", None, RetryLater(3))
    with pytest.raises(RetryLater):
        await bench.send(post(Card(text=LONG)), about(key))


async def test_what_is_tried_again_goes_on_behind_the_parts_that_are_out() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", RetryLater(1), None, RetryLater(1), None, RetryLater(1))
    for out in (0, 1, 2):
        with pytest.raises(RetryLater):
            await bench.send(post(Card(text=LONG)), about("7"))
        assert len(bench.api.messages) == out
    assert await bench.send(post(Card(text=LONG)), about("7")) == "10,11,12"
    assert "\n".join(bench.api.shown()) == LONG
    assert await bench.send(post(Card(text="next")), about("7")) == "13"  # nothing is left of it


async def test_a_card_that_changed_meanwhile_is_shown_as_it_is_now() -> None:
    bench = Bench()
    await begin(bench, "7")
    assert bench.api.shown()[0] in LONG
    assert await bench.send(post(Card(text="short now")), about("7")) == "10"
    assert bench.api.shown() == ["short now"]


@pytest.mark.parametrize("later", [Refused("no"), Uncertain("?"), PlatformError("broken")])
async def test_what_stands_there_when_a_later_part_fails(later: PlatformError) -> None:
    """After a no nothing does; after doubt the beginning does, and nobody tries again."""
    bench = Bench()
    await begin(bench, "7")
    bench.api.fail("sendMessage", later)
    with pytest.raises(type(later)):
        await bench.send(post(Card(text=LONG)), about("7"))
    assert len(bench.api.shown()) == (0 if isinstance(later, Refused) else 1)
    went_on = await bench.send(post(Card(text=LONG)), about("7"))
    assert went_on == ("10,11,12" if type(later) is PlatformError else "11,12,13")


async def test_a_beginning_that_cannot_be_taken_back_hides_no_refusal(caplog: pytest.LogCaptureFixture) -> None:
    bench = Bench()
    await begin(bench, "7")
    bench.api.fail("sendMessage", Refused("too bad"))
    bench.api.fail("deleteMessage", RetryLater(1))
    with pytest.raises(Refused, match="too bad"):
        await bench.send(post(Card(text=LONG)), about("7"))
    assert "stays in its chat" in caplog.text


async def test_the_memory_of_beginnings_is_bounded() -> None:
    bench = Bench()
    for number in range(UNFINISHED + 1):
        await begin(bench, str(number))
    assert await bench.send(post(Card(text=LONG)), about("1")) == f"11,{10 + UNFINISHED + 1},{10 + UNFINISHED + 2}"
    again = await bench.send(post(Card(text=LONG)), about("0"))  # the oldest was forgotten
    assert not again.startswith("10,")


async def test_a_group_that_moved_is_followed_at_once_and_from_then_on() -> None:
    bench = Bench()
    bench.api.fail("sendMessage", Moved(-1009))
    assert await bench.send(post(GRAB), about("1")) == "10"
    assert await bench.send(post(GRAB), about("2")) == "11"
    assert [data["chat_id"] for _method, data in bench.api.log] == [GROUP, -1009, -1009]


async def test_a_place_that_is_no_telegram_chat_is_refused() -> None:
    with pytest.raises(Refused):
        await Bench().send(post(GRAB, Where("telegram", "general", "x")), about())


# -- pictures


async def test_a_picture_goes_with_its_words_and_is_uploaded_once() -> None:
    bench = Bench()
    assert await bench.send(post(drawn("Week 3")), about("1", picture=PNG)) == "10"
    assert await bench.send(post(drawn("Week 3, again")), about("2", picture=PNG)) == "11"
    assert await bench.send(post(drawn("Week 4")), about("3", picture=OTHER)) == "12"
    assert [message.picture for message in bench.api.messages] == ["file1", "file1", "file2"]
    assert bench.api.uploads == [PNG.data, OTHER.data]
    assert all("Week" in text for text in bench.api.shown())
    [(method, data), *_] = bench.api.log
    assert (method, "link_preview_options" in data) == ("sendPhoto", False)


async def test_a_picture_whose_name_telegram_forgot_is_uploaded_again() -> None:
    bench = Bench()
    await bench.send(post(drawn()), about("1", picture=PNG))
    bench.api.refused_files.add("file1")
    await bench.send(post(drawn()), about("2", picture=PNG))
    await bench.send(post(drawn()), about("3", picture=PNG))
    assert [message.picture for message in bench.api.messages] == ["file1", "file2", "file2"]
    bench.api.fail("sendPhoto", Closed("bot was kicked"))
    with pytest.raises(Closed):
        await bench.send(post(drawn()), about("4", picture=PNG))
    assert len(bench.api.uploads) == 2


async def test_words_too_long_for_a_caption_follow_the_picture() -> None:
    bench = Bench()
    card = Card(text="y" * 1500, picture=drawn().picture, buttons=GRAB.buttons)
    assert await bench.send(post(card), about(picture=PNG)) == "10,11"
    first, second = bench.api.messages
    assert (first.picture, first.text, first.keyboard) == ("file1", "", [])
    assert (second.picture, second.labels()) == ("", [["Grab", "Rules"]])
    assert "y" * 1500 in second.text


async def test_a_picture_that_could_not_be_drawn_is_described() -> None:
    bench = Bench()
    await bench.send(post(drawn("Week 3")), about())
    assert bench.api.shown() == ["Week 3\n[a chart]"]


def png(width: int, height: int) -> bytes:
    """The beginning of a picture of this size."""
    return b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + width.to_bytes(4) + height.to_bytes(4)


async def test_what_telegram_does_not_show_as_a_photo_travels_as_a_file() -> None:
    bench = Bench()
    odd = Picture(b"<svg/>", "image/svg+xml", "a chart")
    heavy = Picture(png(100, 100) + bytes(10_000_000), "image/png", "a chart")
    wide, narrow = (Picture(png(*size), "image/png", "a chart") for size in ((9000, 1001), (2001, 100)))
    for number, picture in enumerate((odd, heavy, wide, narrow)):
        await bench.send(post(drawn()), about(str(number), picture=picture))
    assert bench.api.methods() == ["sendDocument"] * 4
    await bench.send(post(drawn()), about("again", picture=odd))
    assert len(bench.api.uploads) == 4
    await bench.send(post(drawn()), about("photo", picture=Picture(png(9000, 1000), "image/png", "a chart")))
    assert bench.api.methods() == ["sendDocument", "sendPhoto"]


async def test_the_memory_of_pictures_is_bounded() -> None:
    bench = Bench()
    for number in range(FILES + 1):
        await bench.send(post(drawn()), about(str(number), picture=Picture(f"{number}".encode(), "image/png", "")))
    await bench.send(post(drawn()), about("last", picture=Picture(f"{FILES}".encode(), "image/png", "")))
    assert len(bench.api.uploads) == FILES + 1
    await bench.send(post(drawn()), about("first", picture=Picture(b"0", "image/png", "")))
    assert len(bench.api.uploads) == FILES + 2


# -- albums


SECOND, THIRD = (Picture(each, "image/png", "a chart") for each in (b"second", b"third"))


def album(text: str, count: int = 3, **more: Any) -> Card:
    """A card with so many pictures."""
    charts = tuple(Drawing(draw="chart", alt=f"chart {number}") for number in range(count))
    return Card(text=text, picture=charts[0], album=charts[1:], **more)


async def test_several_pictures_stand_together_with_their_words() -> None:
    bench = Bench()
    delivery = about("1", picture=PNG, album=(SECOND, THIRD))
    assert await bench.send(post(album("Week 3")), delivery) == "10,11,12"
    assert bench.api.methods() == ["sendMediaGroup"]
    assert bench.api.shown() == ["Week 3\n[chart 0]\n[chart 1]\n[chart 2]", "", ""]
    assert len(bench.api.uploads) == 3
    await bench.send(post(album("Week 4")), about("2", picture=PNG, album=(SECOND, OTHER)))
    assert [message.picture for message in bench.api.messages[3:]] == ["file1", "file2", "file4"]
    assert len(bench.api.uploads) == 4, "what Telegram has is not sent again"


async def test_an_album_with_buttons_or_many_words_has_them_below() -> None:
    bench = Bench()
    delivery = about("1", picture=PNG, album=(SECOND,))
    assert await bench.send(post(album("Week 3", 2, buttons=GRAB.buttons)), delivery) == "10,11,12"
    assert [message.labels() for message in bench.api.messages] == [[], [], [["Grab", "Rules"]]]
    assert bench.api.shown()[:2] == ["", ""]
    await bench.send(post(album("y" * 1500, 2)), about("2", picture=PNG, album=(SECOND,)))
    assert [len(text) > 1500 for text in bench.api.shown()[3:]] == [False, False, True]


async def test_one_picture_of_an_album_changes_alone() -> None:
    bench = Bench()
    native = await bench.send(post(album("Week 3")), about("1", picture=PNG, album=(SECOND, THIRD)))
    change = edit(album("Week 3!"))
    assert await bench.edit(change, about("2", native, picture=PNG, album=(OTHER, THIRD))) == ""
    assert [message.picture for message in bench.api.messages] == ["file1", "file4", "file3"]
    assert bench.api.shown()[0].startswith("Week 3!")
    fewer = edit(album("Week 3!", 2))
    assert await bench.edit(fewer, about("3", native, picture=PNG, album=(OTHER,))) == "10,11"


async def test_an_album_goes_as_files_when_one_of_it_is_no_photo() -> None:
    bench = Bench()
    odd = Picture(b"<svg/>", "image/svg+xml", "a chart")
    await bench.send(post(album("Week 3", 2)), about("1", picture=PNG, album=(odd,)))
    assert [media["type"] for media in bench.api.log[0][1]["media"]] == ["document", "document"]


async def test_a_refused_name_in_an_album_sends_all_of_it_again() -> None:
    bench = Bench()
    await bench.send(post(album("Week 3", 2)), about("1", picture=PNG, album=(SECOND,)))
    bench.api.refused_files.add("file1")
    await bench.send(post(album("Week 4", 2)), about("2", picture=PNG, album=(SECOND,)))
    assert [message.picture for message in bench.api.messages[2:]] == ["file3", "file4"]


async def test_of_an_album_those_are_shown_that_could_be_drawn() -> None:
    bench = Bench()
    await bench.send(post(album("Week 3")), about("1", album=(SECOND,)))
    assert bench.api.methods() == ["sendPhoto"]


# -- edits


async def test_an_edit_changes_the_message_in_place_and_one_without_a_change_is_done() -> None:
    bench = Bench()
    native = await bench.send(post(GRAB, TOPIC), about("1"))
    assert await bench.edit(edit(Card(text="Empty"), TOPIC), about("2", native)) == ""
    assert await bench.edit(edit(Card(text="Empty"), TOPIC), about("3", native)) == ""
    [message] = bench.api.messages
    assert (message.text, message.keyboard) == ("Empty", [])


async def test_a_card_that_grows_and_shrinks_keeps_its_messages_in_step() -> None:
    bench = Bench()
    native = await bench.send(post(GRAB), about("1"))
    grown = await bench.edit(edit(Card(text=LONG, buttons=GRAB.buttons)), about("2", native))
    assert grown == "10,11,12"
    assert "\n".join(bench.api.shown()) == LONG
    assert [message.labels() for message in bench.api.messages] == [[], [], [["Grab", "Rules"]]]
    assert await bench.edit(edit(GRAB), about("3", grown)) == "10"
    assert bench.api.shown() == ["A packet"]
    assert bench.api.messages[0].labels() == [["Grab", "Rules"]]


async def test_an_edit_that_is_told_to_wait_adds_nothing_twice_even_when_a_newer_one_takes_over() -> None:
    bench = Bench()
    native = await bench.send(post(GRAB), about("1"))
    bench.api.fail("sendMessage", None, RetryLater(3))
    with pytest.raises(RetryLater):
        await bench.edit(edit(Card(text=LONG)), about("2", native))
    assert len(bench.api.messages) == 2
    bench.api.fail("sendMessage", RetryLater(3))
    with pytest.raises(RetryLater):
        await bench.edit(edit(Card(text=LONG)), about("2", native))
    assert bench.api.methods().count("editMessageText") == 1
    newer = LONG.replace("line", "LINE")
    assert await bench.edit(edit(Card(text=newer)), about("3", native)) == "10,11,12"
    assert "\n".join(bench.api.shown()) == newer


@pytest.mark.parametrize("reason", ["message to edit not found", "message can't be edited", "message_id_invalid"])
async def test_a_message_that_cannot_be_edited_is_a_refusal(reason: str) -> None:
    bench = Bench()
    native = await bench.send(post(GRAB), about("1"))
    bench.api.fail("editMessageText", Refused(reason))
    with pytest.raises(Refused, match=reason):
        await bench.edit(edit(Card(text="x")), about("2", native))


@pytest.mark.parametrize("native", ["", "junk", "-5", "1,,2", "1:2:3", "9" * 40])
async def test_a_native_id_that_names_no_message_is_refused(native: str) -> None:
    bench = Bench()
    with pytest.raises(Refused):
        await bench.edit(edit(GRAB), about("2", native))
    with pytest.raises(Refused):
        await bench.delete(DeleteMessage(where=HOME, ref=1), about("2", native))
    assert bench.api.log == []


async def test_pictures_come_change_and_stay() -> None:
    bench = Bench()
    native = await bench.send(post(Card(text="soon")), about("1"))
    assert await bench.edit(edit(drawn("Week 3")), about("2", native, picture=PNG)) == ""
    [message] = bench.api.messages
    assert (message.picture, bench.api.uploads) == ("file1", [PNG.data])
    await bench.edit(edit(drawn("Week 3!")), about("3", native, picture=PNG))
    assert (message.picture, message.text.splitlines()[0], len(bench.api.uploads)) == ("file1", "Week 3!", 1)
    await bench.edit(edit(drawn("Week 4")), about("4", native, picture=OTHER))
    assert message.picture == "file2"
    # Telegram takes no picture away: a text that fits goes below it, a longer one into a new message.
    assert await bench.edit(edit(Card(text="over")), about("5", native)) == ""
    assert (message.picture, message.text) == ("file2", "over")
    assert await bench.edit(edit(Card(text="z" * 2000)), about("6", native)) == "11"
    assert [(each.id, each.picture) for each in bench.api.messages] == [(11, "")]


# -- deletions


async def test_a_card_is_taken_away_whole() -> None:
    bench = Bench()
    native = await bench.send(post(Card(text=LONG)), about("1"))
    assert await bench.delete(DeleteMessage(where=HOME, ref=1), about("2", native)) == ""
    assert bench.api.messages == []
    assert await bench.delete(DeleteMessage(where=HOME, ref=1), about("3", "10")) == ""  # it is gone: done


async def test_a_message_too_old_to_be_deleted_stays_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    bench = Bench()
    native = await bench.send(post(GRAB), about("1"))
    bench.api.fail("deleteMessage", Refused("message can't be deleted for everyone"))
    assert await bench.delete(DeleteMessage(where=HOME, ref=1), about("2", native)) == ""
    assert "does not delete it any more" in caplog.text
    bench.api.fail("deleteMessage", Refused("not enough rights"))
    with pytest.raises(Refused, match="rights"):
        await bench.delete(DeleteMessage(where=HOME, ref=1), about("3", native))


async def test_very_many_messages_are_deleted_a_hundred_at_a_time() -> None:
    bench = Bench()
    await bench.poster.take_away({"chat_id": GROUP}, list(range(1, 202)))
    assert [len(data.get("message_ids", [0])) for _method, data in bench.api.log] == [100, 100, 1]
