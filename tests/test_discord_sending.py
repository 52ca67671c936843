"""Cards on Discord: sent once however often it is tried, changed in place, taken away whole."""

from __future__ import annotations

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.adapters.discord.natives import MOST, Native, read
from coterie.adapters.discord.posting import EDIT_AGE, NONCE_LIFE, UNFINISHED, nonce
from coterie.core.actions import DeleteMessage, EditMessage, RemoveMessage, SendMessage
from coterie.core.cards import Button, Card
from coterie.core.cards import Picture as Drawing
from coterie.core.events import Where
from coterie.core.platform import Refused, RetryLater, Uncertain
from tests.discord_sending_kit import MESSAGE, MESSAGES, OTHER, PNG, Bench, about, bench, labels, words_of

LONG: Final = "\n".join(f"line {number} {'x' * 80}" for number in range(150))
"""Several messages."""
GRAB: Final = Card(text="A packet", buttons=((Button("Grab", token="t1"), Button("Rules", url="https://x.org/")),))


def post(at: Bench, card: Card, where: Where | None = None, reply_to: str = "") -> SendMessage:
    return SendMessage(where=where or at.home, ref=1, card=card, reply_to=reply_to)


def edit(at: Bench, card: Card, where: Where | None = None) -> EditMessage:
    return EditMessage(where=where or at.home, ref=1, card=card)


def drawn(text: str = "") -> Card:
    return Card(text=text, picture=Drawing(draw="chart", alt="a chart"))


# -- sending


@pytest.mark.asyncio
async def test_a_card_is_one_message_with_its_buttons() -> None:
    async with bench() as at:
        native = await at.send(post(at, GRAB), about())
        [message] = at.shown()
        assert (native, message.content) == (message.id, "A packet")
        assert labels(message) == ["Grab", "Rules"]
        assert message.buttons[0]["custom_id"] == "c:t1"
        assert at.fake.calls[-1].body["allowed_mentions"]["parse"] == []


@pytest.mark.asyncio
async def test_a_reply_names_its_message_and_a_message_that_is_gone_stops_nothing() -> None:
    async with bench() as at:
        asked = at.fake.says("ann", at.general, "what?")
        await at.send(post(at, GRAB, reply_to=asked), about("1"))
        assert at.shown()[-1].reply_to is not None
        for number, gone in enumerate(("5", f"{at.general.id}:5", "junk"), 2):
            await at.send(post(at, GRAB, reply_to=gone), about(str(number)))
            assert at.shown()[-1].reply_to is None


@pytest.mark.asyncio
async def test_a_long_card_becomes_several_messages_with_the_buttons_on_the_last() -> None:
    async with bench() as at:
        native = await at.send(post(at, Card(text=LONG, buttons=GRAB.buttons)), about())
        shown = at.shown()
        assert len(shown) > 1
        assert native == ",".join(each.id for each in shown)
        assert [labels(each) for each in shown][-2:] == [[], ["Grab", "Rules"]]
        assert [each.nonce for each in shown] == ["1", *(f"1.{number}" for number in range(1, len(shown)))]


@pytest.mark.asyncio
async def test_a_card_of_too_many_messages_is_refused_before_the_first_of_them() -> None:
    async with bench() as at:
        with pytest.raises(Refused, match="messages"):
            await at.send(post(at, Card(text=LONG * (MOST + 1))), about())
        assert at.asked() == []


@pytest.mark.asyncio
@pytest.mark.parametrize("after", [True, False])
async def test_a_message_whose_answer_was_lost_is_there_once_when_it_is_sent_again(after: bool) -> None:
    async with bench() as at:
        at.fake.faults.reset(method="POST", path=MESSAGES, after=after)
        with pytest.raises(RetryLater):
            await at.send(post(at, GRAB), about("7"))
        native = await at.send(post(at, GRAB), about("7"))
        assert [each.id for each in at.shown()] == [native]


@pytest.mark.asyncio
async def test_a_message_that_stays_in_doubt_longer_than_discord_remembers_is_left_to_the_sender() -> None:
    async with bench() as at:
        at.fake.faults.fail(2, status=500, method="POST", path=MESSAGES)
        with pytest.raises(RetryLater):
            await at.send(post(at, GRAB), about("7"))
        at.clock.now += NONCE_LIFE
        with pytest.raises(Uncertain):
            await at.send(post(at, GRAB), about("7"))


@pytest.mark.asyncio
async def test_what_is_tried_again_goes_on_behind_the_parts_that_are_out() -> None:
    async with bench() as at:
        await begin(at, "7")
        [first] = at.shown()
        native = await at.send(post(at, Card(text=LONG)), about("7"))
        assert native.startswith(f"{first.id},")
        assert native == ",".join(each.id for each in at.shown())
        assert await at.send(post(at, Card(text="next")), about("8")) == at.shown()[-1].id


async def begin(at: Bench, key: str) -> None:
    """Send the first message of a long card, and be told to wait before the second."""
    known = len(at.shown())

    def slow_down(_kind: str, _thing: object) -> None:
        if len(at.shown()) == known + 1 and not at.fake.faults.waiting:
            at.fake.listeners.remove(slow_down)
            at.fake.faults.fail(status=429, method="POST", path=MESSAGES)

    at.fake.listeners.append(slow_down)
    with pytest.raises(RetryLater):
        await at.send(post(at, Card(text=LONG)), about(key))
    assert len(at.shown()) == known + 1


@pytest.mark.asyncio
async def test_a_card_that_changed_meanwhile_is_shown_as_it_is_now() -> None:
    async with bench() as at:
        await begin(at, "7")
        [first] = at.shown()
        assert await at.send(post(at, Card(text="short now")), about("7")) == first.id
        assert at.texts() == ["short now"]


@pytest.mark.asyncio
async def test_after_a_no_to_a_later_part_nothing_stands_there() -> None:
    async with bench() as at:
        await begin(at, "7")
        at.fake.faults.fail(status=403, code=50013, method="POST", path=MESSAGES)
        with pytest.raises(Refused):
            await at.send(post(at, Card(text=LONG)), about("7"))
        assert at.shown() == []


@pytest.mark.asyncio
async def test_a_beginning_that_cannot_be_taken_back_hides_no_refusal(caplog: pytest.LogCaptureFixture) -> None:
    async with bench() as at:
        await begin(at, "7")
        at.fake.faults.fail(status=403, code=50013, method="POST", path=MESSAGES)
        at.fake.faults.fail(status=500, method="DELETE", path=MESSAGE)
        with pytest.raises(Refused, match="permission"):
            await at.send(post(at, Card(text=LONG)), about("7"))
        assert "stays in its channel" in caplog.text


@pytest.mark.asyncio
async def test_the_memory_of_beginnings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.adapters.discord.posting.UNFINISHED", 2)
    assert UNFINISHED > 2
    async with bench() as at:
        for key in "123":
            await begin(at, key)
        first = at.shown()[0].id
        at.clock.now += NONCE_LIFE * 10
        assert not (await at.send(post(at, Card(text=LONG)), about("1"))).startswith(first)  # it was forgotten


@pytest.mark.asyncio
async def test_a_place_that_is_no_channel_is_refused() -> None:
    async with bench() as at:
        for channel in ("", "general", "u:", "u:x", "5" * 30):
            with pytest.raises(Refused):
                await at.send(post(at, GRAB, Where("discord", channel, at.guild.id)), about())
        with pytest.raises(Refused, match="no Discord server"):
            at.places.guild(Where("discord", at.general.id))
        assert at.places.guild(at.home) == at.guild.id
        assert at.asked() == []


@pytest.mark.asyncio
async def test_a_direct_chat_is_opened_once() -> None:
    async with bench() as at:
        there = Where("discord", f"u:{at.ann.id}", kind="dm")
        for key in "12":
            await at.send(post(at, GRAB, there), about(key))
        assert at.texts(at.dm()) == ["A packet", "A packet"]
        assert [each.partition("/")[0] for each in at.asked()] == ["POST ", "POST ", "POST "]


# -- pictures


@pytest.mark.asyncio
async def test_a_picture_is_attached_and_kept_by_edits_that_do_not_change_it() -> None:
    async with bench() as at:
        native = await at.send(post(at, drawn("one")), about("1", picture=PNG))
        [message] = at.shown()
        [first] = message.attachments
        assert message.embeds[-1]["image"]["url"].endswith("picture.png")
        assert await at.edit(edit(at, drawn("two")), about("2", native, picture=PNG)) == ""
        assert (words_of(message), message.attachments) == ("two", [first])
        assert at.fake.calls[-1].files == ()
        assert await at.edit(edit(at, drawn("three")), about("3", native, picture=OTHER)) == ""
        assert len(message.attachments) == 1
        assert message.attachments != [first]
        assert await at.edit(edit(at, Card(text="none")), about("4", native)) == ""
        assert (words_of(message), message.attachments) == ("none", [])


@pytest.mark.asyncio
async def test_a_picture_of_which_nobody_remembers_anything_is_sent_again() -> None:
    async with bench() as at:
        native = await at.send(post(at, drawn("one")), about("1", picture=PNG))
        at.forget()
        await at.edit(edit(at, drawn("two")), about("2", native, picture=PNG))
        [message] = at.shown()
        assert len(message.attachments) == 1


# -- edits


@pytest.mark.asyncio
async def test_an_edit_changes_what_stands_there_and_may_make_it_longer_or_shorter() -> None:
    async with bench() as at:
        native = await at.send(post(at, GRAB), about("1"))
        assert await at.edit(edit(at, Card(text="Empty")), about("2", native)) == ""
        assert at.texts() == ["Empty"]
        assert labels(at.shown()[0]) == []
        longer = await at.edit(edit(at, Card(text=LONG)), about("3", native))
        assert longer == ",".join(each.id for each in at.shown())
        assert longer.startswith(f"{native},")
        assert await at.edit(edit(at, Card(text="short")), about("4", longer)) == native
        assert at.texts() == ["short"]


@pytest.mark.asyncio
async def test_a_message_elsewhere_is_changed_where_it_stands() -> None:
    async with bench() as at:
        sent = await at.send(post(at, GRAB), about("1"))
        there = f"{at.general.id}:{sent}"
        grown = await at.edit(edit(at, Card(text=LONG), Where("discord", "99", "98")), about("2", there))
        assert grown.startswith(f"{there},")


@pytest.mark.asyncio
@pytest.mark.parametrize("why", ["age", "ration"])
async def test_a_card_that_may_not_be_edited_any_more_is_replaced_in_its_order(why: str) -> None:
    async with bench() as at:
        native = await at.send(post(at, Card(text=LONG)), about("1"))
        if why == "age":
            at.clock.now += EDIT_AGE + 1
        else:
            at.fake.faults.fail(status=400, code=30046, method="PATCH", path=MESSAGE)
        now = await at.edit(edit(at, Card(text=LONG.replace("x", "y"))), about("2", native))
        assert set(now.split(",")).isdisjoint(native.split(","))
        assert now == ",".join(each.id for each in at.shown())
        assert "x" not in "".join(at.texts())
        assert await at.edit(edit(at, Card(text=LONG)), about("3", now)) == ""


@pytest.mark.asyncio
@pytest.mark.parametrize("change", [False, True])
async def test_a_replacement_that_was_told_to_wait_goes_on_and_leaves_nothing_behind(change: bool) -> None:
    async with bench() as at:
        native = await at.send(post(at, Card(text=LONG)), about("1"))
        count = len(at.shown())
        at.clock.now += EDIT_AGE + 1

        def slow_down(_kind: str, _thing: object) -> None:
            if len(at.shown()) == count + 1:
                at.fake.listeners.remove(slow_down)
                at.fake.faults.fail(status=429, method="POST", path=MESSAGES)

        at.fake.listeners.append(slow_down)
        newer = Card(text=LONG.replace("x", "y"))
        with pytest.raises(RetryLater):
            await at.edit(edit(at, newer), about("2", native))
        if change:
            newer = Card(text=LONG.replace("x", "z"))
        now = await at.edit(edit(at, newer), about("3" if change else "2", native))
        assert now == ",".join(each.id for each in at.shown())
        assert len(at.shown()) == count
        assert "x" not in "".join(at.texts())


@pytest.mark.asyncio
async def test_an_edit_of_what_is_gone_or_nothing_is_refused() -> None:
    async with bench() as at:
        native = await at.send(post(at, GRAB), about("1"))
        await at.delete(DeleteMessage(where=at.home, ref=1), about("2", native))
        assert at.shown() == []
        await at.delete(DeleteMessage(where=at.home, ref=1), about("3", native))
        for wrong in (native, "junk", "", "1,,2"):
            with pytest.raises(Refused):
                await at.edit(edit(at, GRAB), about("4", wrong))


@pytest.mark.asyncio
async def test_all_messages_of_a_card_are_taken_away_and_so_is_what_a_member_wrote() -> None:
    async with bench() as at:
        native = await at.send(post(at, Card(text=LONG)), about("1"))
        await at.delete(DeleteMessage(where=at.home, ref=1), about("2", native))
        said = at.fake.says("bo", at.general, "rude")
        for _ in range(2):
            await at.remove_message(RemoveMessage(where=at.home, message=str(said)), about("3"))
        assert [each for each in at.general.messages if not each.deleted] == []


# -- native ids and keys

_ID: Final = st.integers(1, 2**64 - 1).map(str)
_IDS: Final = st.lists(_ID, min_size=1, max_size=4).map(tuple)


@given(
    st.one_of(
        st.builds(Native, _IDS, st.one_of(st.just(""), _ID, _ID.map(lambda each: f"u:{each}"))),
        st.builds(Native, _IDS, st.just(""), _ID, st.one_of(st.just(""), _ID)),
    )
)
def test_a_native_id_is_read_as_it_was_written_and_fits_the_store(native: Native) -> None:
    assert read(str(native)) == native
    assert len(str(native)) <= 128


@given(st.text(max_size=60))
def test_what_is_no_native_id_is_refused(text: str) -> None:
    try:
        found: Any = read(text)
    except Refused:
        return
    assert all(each.isdecimal() or each == "@original" for each in found.ids)


@given(st.integers(0, 2**63 - 1).map(str), st.integers(0, MOST), st.integers(0, MOST))
def test_keys_against_doubles_fit_and_differ(key: str, one: int, other: int) -> None:
    assert len(nonce(key, one)) <= 25
    assert (nonce(key, one) == nonce(key, other)) == (one == other)
