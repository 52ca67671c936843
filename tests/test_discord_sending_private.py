"""Private answers on Discord: beside what was asked, in the direct chat, or the way to it; never in public."""

from __future__ import annotations

from typing import Final

import pytest

from coterie.adapters.discord.doors import LINE_PAUSE, REMEMBERED
from coterie.adapters.discord.handles import LIFE
from coterie.adapters.discord.words import words
from coterie.core.actions import DeleteMessage, EditMessage, SendPrivate
from coterie.core.cards import Button, Card
from coterie.core.cards import Picture as Drawing
from coterie.core.events import Where, Who
from coterie.core.platform import Refused, RetryLater, Uncertain
from tests.discord_sending_kit import FOLLOW_UP, MESSAGES, OTHER, PNG, Bench, about, bench, labels, words_of

pytestmark = pytest.mark.asyncio

SECRET: Final = "You won 40 points"
CHOICE: Final = Card(text=SECRET, buttons=((Button("Keep", token="t1"),),))
LONG: Final = Card(text="\n".join(f"line {number} {'x' * 80}" for number in range(120)))


def whisper(at: Bench, card: Card | str = SECRET, handle: str = "", to: Who | None = None) -> SendPrivate:
    shown = card if isinstance(card, Card) else Card(text=card)
    return SendPrivate(where=at.home, ref=1, to=to or at.ann, card=shown, handle=handle)


def edit(at: Bench, text: str | Card) -> EditMessage:
    return EditMessage(where=at.home, ref=1, card=text if isinstance(text, Card) else Card(text=text))


async def test_an_answer_stands_beside_what_was_asked_and_one_person_sees_it() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        native = await at.send_private(whisper(at, CHOICE, handle), about())
        assert made.shown is not None
        assert (words_of(made.shown), labels(made.shown), made.shown.seen_by) == (SECRET, ["Keep"], at.ann.id)
        assert native == f"e:{made.id}:{made.shown.id}:{at.ann.id}"
        assert (at.texts(), at.texts(at.dm())) == ([], [])


async def test_without_an_interaction_or_with_one_that_is_over_it_is_the_direct_chat() -> None:
    async with bench() as at:
        made = at.fake.calls_command("ann", at.general, "tip", {})
        at.clock.now += 5
        for key, handle in (("1", ""), ("2", at.opened(made))):
            native = await at.send_private(whisper(at, handle=handle), about(key))
            assert native == f"u:{at.ann.id}:{at.shown(at.dm())[-1].id}"
        assert at.texts(at.dm()) == [SECRET, SECRET]
        assert at.texts() == []


async def test_somebody_who_is_no_discord_account_is_refused() -> None:
    async with bench() as at:
        for identity in ("", "x", "-5", "٣", "9" * 30):
            with pytest.raises(Refused):
                await at.send_private(whisper(at, to=Who("discord", identity)), about())
        assert at.asked() == []


async def test_a_long_answer_goes_on_where_it_was_told_to_wait() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        at.fake.faults.fail(status=429, method="POST", path=FOLLOW_UP)
        with pytest.raises(RetryLater):
            await at.send_private(whisper(at, LONG, handle), about("7"))
        native = await at.send_private(whisper(at, LONG, handle), about("7"))
        ids = [each.id for each in made.messages]
        assert len(ids) > 1
        assert native == f"e:{made.id}:{','.join(ids)}:{at.ann.id}"


async def test_a_further_message_that_may_have_been_shown_is_not_shown_again() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        await at.send_private(whisper(at, "one", handle), about("1"))
        at.fake.faults.reset(method="POST", path=FOLLOW_UP, after=True)
        for _ in range(2):
            with pytest.raises(Uncertain):
                await at.send_private(whisper(at, "two", handle), about("2"))
        assert [words_of(each) for each in made.messages] == ["one", "two"]


# -- what comes after


async def test_an_answer_is_changed_made_longer_and_taken_away_where_it_stands() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        native = await at.send_private(whisper(at, CHOICE, handle), about("1"))
        assert await at.edit(edit(at, "Kept"), about("2", native)) == ""
        assert [words_of(each) for each in made.messages] == ["Kept"]
        longer = await at.edit(edit(at, LONG), about("3", native))
        assert len(made.messages) == longer.count(",") + 1 > 1
        shorter = await at.edit(edit(at, "Kept"), about("4", longer))
        assert (shorter, [words_of(each) for each in made.messages]) == (native, ["Kept"])
        for _ in range(2):
            await at.delete(DeleteMessage(where=at.home, ref=1), about("5", native))
        assert made.messages == []
        with pytest.raises(Refused):
            await at.edit(edit(at, "again"), about("6", native))


async def test_an_answers_picture_is_sent_again_only_when_it_changes() -> None:
    async with bench() as at:
        made, handle = at.calls_command()
        card = Card(text="one", picture=Drawing(draw="chart", alt="a chart"))
        native = await at.send_private(whisper(at, card, handle), about("1", picture=PNG))
        assert made.shown is not None
        [first] = made.shown.attachments
        await at.edit(edit(at, card), about("2", native, picture=PNG))
        assert made.shown.attachments == [first]
        await at.edit(edit(at, card), about("3", native, picture=OTHER))
        assert len(made.shown.attachments) == 1
        assert made.shown.attachments != [first]


@pytest.mark.parametrize("restart", [True, False])
async def test_what_should_stand_in_place_of_an_old_answer_goes_to_the_direct_chat(restart: bool) -> None:
    async with bench() as at:
        _made, handle = at.calls_command()
        native = await at.send_private(whisper(at, "Working…", handle), about("1"))
        if restart:
            at.forget()
        else:
            at.clock.now += LIFE
        now = await at.edit(edit(at, "Done"), about("2", native))
        assert now == f"u:{at.ann.id}:{at.shown(at.dm())[0].id}"
        assert await at.edit(edit(at, "Really"), about("3", now)) == ""
        assert at.texts(at.dm()) == ["Really"]
        count = len(at.asked())
        await at.delete(DeleteMessage(where=at.home, ref=1), about("4", native))
        assert (len(at.asked()), count > 0) == (0, True)


async def test_an_old_answer_of_which_nobody_knows_whose_it_was_stays() -> None:
    async with bench() as at:
        with pytest.raises(Refused):
            await at.edit(edit(at, "Done"), about("2", "e:5:6"))


# -- closed doors


async def test_a_closed_direct_chat_is_answered_in_the_channel_by_the_way_to_open_it_once_a_minute() -> None:
    async with bench() as at:
        at.fake.closes_direct("ann")
        for key in "12":
            with pytest.raises(Refused, match="direct messages"):
                await at.send_private(whisper(at), about(key))
        [line] = at.shown()
        assert line.content == f"<@{at.ann.id}> {words('en')['closed']}"
        assert SECRET not in line.content
        assert [each.id if hasattr(each, "id") else each for each in line.mentions] == [at.ann.id]
        at.clock.now += LINE_PAUSE
        with pytest.raises(Refused):
            await at.send_private(whisper(at), about("3"))
        assert len(at.shown()) == 2
        at.fake.opens_direct("ann")
        await at.send_private(whisper(at), about("4"))
        assert at.texts(at.dm()) == [SECRET]


async def test_the_way_is_told_in_the_persons_own_language() -> None:
    async with bench() as at:
        at.fake.closes_direct("ann")
        for number, (locale, tongue) in enumerate((("zh-TW", "zh-Hant"), ("zh-CN", "zh-Hans"), ("de", "en"))):
            with pytest.raises(Refused):
                await at.send_private(whisper(at, to=Who("discord", at.ann.id, "Ann", locale)), about(str(number)))
            assert words(tongue)["closed"] in at.shown()[-1].content
            at.clock.now += LINE_PAUSE


async def test_outside_a_server_and_where_the_bot_may_not_write_nobody_is_told() -> None:
    async with bench() as at:
        at.fake.closes_direct("ann")
        there = Where("discord", f"u:{at.ann.id}", kind="dm")
        lonely = SendPrivate(where=there, ref=1, to=at.ann, card=Card(text=SECRET))
        with pytest.raises(Refused):
            await at.send_private(lonely, about("1"))
        assert at.shown() == []
        at.fake.faults.fail(status=403, code=50007, method="POST", path=MESSAGES)
        at.fake.faults.fail(status=403, code=50013, method="POST", path=MESSAGES)
        with pytest.raises(Refused, match="direct messages"):
            await at.send_private(whisper(at), about("2"))
        assert at.shown() == []


async def test_the_memory_of_who_was_told_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("coterie.adapters.discord.doors.REMEMBERED", 1)
    assert REMEMBERED > 1
    async with bench() as at:
        bo = Who("discord", at.fake.person("bo").id, "Bo")
        for to in (at.ann, bo, at.ann):
            await at.doors.tell(to, at.home)
        assert len(at.shown()) == 3


@pytest.mark.parametrize("locale", ["zh", "zh-CN", "zh-TW", "zh_HK", "zh-Hant", "", "fr"])
async def test_every_language_has_all_the_words(locale: str) -> None:
    assert words(locale).keys() == words("en").keys()
    assert all(words(locale).values())
