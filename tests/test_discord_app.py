"""The whole application in front of Discord: what people see of it, whatever the moment."""

from __future__ import annotations

import re

import pytest

from coterie.adapters.discord.fake import FakeInteraction, FakeMessage
from coterie.adapters.discord.words import words
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.wallet import Wallet
from tests.discord_app_kit import Wire, hurry, read, showing, whispered, wire

pytestmark = pytest.mark.asyncio


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits without need."""
    hurry(monkeypatch)


async def test_a_command_is_answered_in_the_channel_and_to_one_person_alone() -> None:
    async with wire() as town:
        said = town.calls("ann", "ping", {"word": "one"})
        await town.sees(town.channel, "pong one")
        await town.until(lambda: said.answered and not said.thinking)
        assert said.shown is None, "the command itself has no answer, and nothing is left of it"
        asked = town.calls("ann", "whisper", {"word": "two"})
        answer = await town.answered(asked, "for you alone two")
        assert answer.seen_by == town.fake.person("ann").id
        assert asked.callbacks[0]["type"] == 4, "at once"
        await town.settled()
        assert showing(town.channel, "for you alone") == []


async def test_a_command_without_an_answer_ends_quietly() -> None:
    async with wire() as town:
        done = town.calls("ann", "nothing")
        await town.until(lambda: done.answered)
        await town.until(lambda: not done.thinking)
        assert (done.shown, [message for message in town.channel.shown if message.own]) == (None, [])
        assert len(await town.rows("SELECT 1 FROM audit_log WHERE act = 'nothing'")) == 1


async def test_a_button_pays_once_for_each_tap_and_answers_the_one_who_tapped() -> None:
    async with wire() as town:
        board = await town.board()
        taps = [town.taps(name, board, "Take") for name in ("ann", "bob", "ann")]
        for tap in taps:
            await town.answered(tap, "ten for you")
        assert [await town.balance(name) for name in ("ann", "bob")] == [20, 10]


# -- forms


async def test_a_form_of_seven_questions_takes_two_modals_and_what_was_wrong_is_asked_again() -> None:
    async with wire() as town:
        opened = town.taps("ann", await town.board(), "Ask")
        await town.until(lambda: opened.modal)
        assert questions(opened) == ["one", "two", "three", "four", "five"]
        right = {"one": "a", "two": "b", "three": "c", "four": "d"}
        wrong = town.fake.submits("ann", opened, {**right, "five": "ten"})
        again = await pressed(town, wrong)
        assert questions(again) == ["one", "two", "three", "four", "five"]
        assert values(again) == {**right, "five": "ten"}, "filled in with what was said"
        better = town.fake.submits("ann", again, {**right, "five": "9"})
        onward = await pressed(town, better)
        assert questions(onward) == ["six", "seven"]
        last = town.fake.submits("ann", onward, {"six": "e", "seven": "f"})
        await town.answered(last, "thanks for a b c d 9 e f")
        assert await town.balance("ann") == 9
        await town.settled()
        assert [
            message for message in town.channel.messages if not message.deleted and "Go on" in labels(message)
        ] == []


async def test_a_form_goes_on_after_a_restart_between_its_modals() -> None:
    async with wire() as town:
        opened = town.calls("ann", "survey")
        await town.until(lambda: opened.modal)
        first = town.fake.submits("ann", opened, {"one": "a", "two": "b", "three": "c", "four": "d", "five": "3"})
        await town.until(lambda: first.shown)
        await town.restart()
        onward = await pressed(town, first)
        last = town.fake.submits("ann", onward, {"six": "e", "seven": "f"})
        await town.answered(last, "thanks for a b c d 3 e f")
        assert await town.balance("ann") == 3


async def test_a_form_that_is_given_up_asks_nothing_any_more() -> None:
    async with wire() as town:
        opened = town.calls("ann", "survey")
        await town.until(lambda: opened.modal)
        first = town.fake.submits("ann", opened, {"one": "a", "two": "b", "three": "c", "four": "d", "five": "3"})
        await town.until(lambda: first.shown)
        assert first.shown is not None
        town.taps("ann", first.shown, "Cancel")
        await town.settled()
        assert await town.rows("SELECT 1 FROM open_forms") == []
        assert await town.balance("ann") == 0


def questions(interaction: FakeInteraction) -> list[str]:
    """What the modal asks."""
    assert interaction.modal is not None
    return [part["component"]["custom_id"] for part in interaction.modal["components"]]


def values(interaction: FakeInteraction) -> dict[str, str]:
    """What stands in the modal already."""
    assert interaction.modal is not None
    inside = [part["component"] for part in interaction.modal["components"]]
    return {each["custom_id"]: each["value"] for each in inside if "value" in each}


def labels(message: FakeMessage) -> list[str]:
    return [str(button.get("label")) for button in message.buttons]


async def pressed(town: Wire, interaction: FakeInteraction) -> FakeInteraction:
    """Ann presses the first button of the answer, which opens a modal."""
    await town.until(lambda: interaction.shown)
    assert interaction.shown is not None
    assert interaction.shown.seen_by == town.fake.person("ann").id
    found = town.fake.taps("ann", interaction.shown, interaction.shown.buttons[0]["custom_id"])
    await town.until(lambda: found.modal)
    return found


# -- a busy lane


async def test_while_the_lane_is_busy_people_see_that_something_comes() -> None:
    async with wire() as town:
        board = await town.board()
        opened = town.taps("cleo", board, "Ask")
        await town.until(lambda: opened.modal)
        held = await town.hold()
        asked, tapped = town.calls("ann", "whisper"), town.taps("bob", board, "Take")
        sent = town.fake.submits("cleo", opened, {"one": "a", "two": "b", "three": "c", "four": "d", "five": "3"})
        await town.until(lambda: asked.answered and tapped.answered and sent.answered and held.answered)
        assert [each.callbacks[0]["type"] for each in (asked, tapped, sent)] == [5, 5, 5]
        assert [each.thinking for each in (asked, tapped, sent)] == [True] * 3
        town.release()
        assert await town.answered(asked, "for you alone") is asked.original, "in the place of what was announced"
        assert await town.answered(tapped, "ten for you") is tapped.original
        onward = await pressed_by(town, "cleo", sent)
        assert questions(onward) == ["six", "seven"]
        await town.sees(town.channel, "released")
        await town.until(lambda: not held.thinking)
        assert [each.refused for each in (asked, tapped, sent, held)] == [[]] * 4


async def pressed_by(town: Wire, name: str, interaction: FakeInteraction) -> FakeInteraction:
    await town.until(lambda: interaction.shown)
    assert interaction.shown is not None
    found = town.fake.taps(name, interaction.shown, interaction.shown.buttons[0]["custom_id"])
    await town.until(lambda: found.modal)
    return found


async def test_a_form_that_could_not_be_opened_in_time_is_offered_by_a_button() -> None:
    async with wire() as town:
        await town.hold()
        asked = town.calls("ann", "survey")
        await town.until(lambda: asked.thinking)
        town.release()
        opened = await pressed(town, asked)
        assert questions(opened) == ["one", "two", "three", "four", "five"]


async def test_an_answer_after_fifteen_minutes_comes_into_the_direct_chat() -> None:
    async with wire() as town:
        await town.hold()
        asked = town.calls("ann", "whisper", {"word": "late"})
        await town.until(lambda: asked.thinking)
        town.skip(16 * 60)
        town.release()
        await town.sees(town.fake.direct("ann"), "for you alone late")
        await town.settled()
        assert asked.shown is None
        assert showing(town.channel, "for you alone") == []


async def test_a_late_answer_to_closed_direct_messages_is_asked_for_again_in_the_channel() -> None:
    async with wire() as town:
        town.fake.person("ann", locale="zh-CN")
        town.fake.closes_direct("ann")
        await town.hold()
        asked = town.calls("ann", "whisper", {"word": "secret"})
        await town.until(lambda: asked.thinking)
        town.skip(16 * 60)
        town.release()
        line = await town.sees(town.channel, words("zh-CN")["closed"])
        assert line.mentions == [town.fake.person("ann")]
        assert showing(town.channel, "secret") == []
        again = town.calls("ann", "whisper", {"word": "secret"})
        await town.answered(again, "for you alone secret")


# -- people


async def test_proposals_while_somebody_types() -> None:
    async with wire([Wallet]) as town:
        town.fake.joins(town.fake.person("bobby", global_name="Bobby"), town.guild)
        await town.connected()
        typed = town.fake.types("ann", town.channel, "pay", {"member": "bob"}, focused="member")
        await town.until(lambda: typed.choices is not None)
        assert [(each["name"], each["value"]) for each in typed.choices or ()] == [
            (name, f"discord:{town.fake.person(name.lower()).id}") for name in ("bob", "Bobby")
        ]
        await town.app.grant(town.who("ann"), 100, "points", "test", "ann")
        paid = town.calls("ann", "pay", {"member": (typed.choices or [])[0]["value"], "amount": "30"})
        await town.answered(paid, "Paid 30 points")
        assert [await town.balance(name) for name in ("ann", "bob")] == [70, 30]


async def test_who_takes_no_direct_messages_gets_the_money_all_the_same() -> None:
    async with wire([Wallet]) as town:
        await town.app.grant(town.who("ann"), 100, "points", "test", "ann")
        town.fake.closes_direct("bob")
        paid = town.calls("ann", "pay", {"member": "bob", "amount": "30"})
        await town.answered(paid, "Paid 30 points")
        await town.settled()
        assert await town.balance("bob") == 30
        assert [message for message in town.channel.shown if message.own] == [], "nobody else hears of it"
        assert await town.rows("SELECT 1 FROM outbox WHERE state = 'pending'") == []
        town.fake.opens_direct("bob")
        town.calls("ann", "pay", {"member": "bob", "amount": "5"})
        await town.sees(town.fake.direct("bob"), "sent you 5 points")


@pytest.mark.parametrize(
    ("locale", "said"),
    [("zh-CN", "不能转给自己"), ("zh-TW", "不能轉給自己"), ("en-GB", "You can’t pay"), ("fr", "You can’t pay")],
)
async def test_everybody_is_answered_in_the_language_of_their_client(locale: str, said: str) -> None:
    async with wire([Wallet]) as town:
        town.fake.person("ann", locale=locale)
        await town.answered(town.calls("ann", "pay", {"member": "ann", "amount": "1"}), said)


async def test_an_interaction_that_is_delivered_twice_counts_once_and_is_answered_once() -> None:
    async with wire() as town:
        board = await town.board()
        town.fake.faults.duplicate(2)
        first, second = town.taps("ann", board, "Take"), town.taps("bob", board, "Take")
        for tap in (first, second):
            await town.answered(tap, "ten for you")
        town.fake.replays(5)
        await town.still_answers("after")
        await town.settled()
        assert [await town.balance(name) for name in ("ann", "bob")] == [10, 10]
        for tap in (first, second):
            assert (len(tap.callbacks), tap.refused, len(tap.messages)) == (1, [], 1)
        assert len(showing(town.channel, "the board")) == 1


async def test_a_packet_that_many_grab_at_once() -> None:
    async with wire([RedPacket, Wallet]) as town:
        people = [f"person {number}" for number in range(60)]
        for name in people:
            town.fake.joins(name, town.guild)
        await town.app.grant(town.who("ann"), 1000, "points", "test", "ann")
        town.calls("ann", "packet", {"total": 500, "shares": 20})
        card = await town.sees(town.channel, "0 of 20")
        grab = card.buttons[0]["custom_id"]
        town.fake.faults.duplicate(30)
        taps = [town.fake.taps(name, card, grab) for name in people]
        taps += [town.fake.taps(name, card, grab) for name in people[:10]]
        await town.until(lambda: all(tap.shown for tap in taps))
        shares = [await town.balance(name) for name in people]
        assert (sum(shares), sum(map(bool, shares))) == (500, 20)
        await town.until(lambda: "20 of 20" in read(card) and grab not in {each["custom_id"] for each in card.buttons})
        assert len(showing(town.channel, "20 of 20")) == 1
        assert card.edits < 20, "the card is drawn once for many taps"
        amounts = {f"You got {share} point" for share in shares if share}
        assert {found[0] for tap in taps if (found := re.match(r"You got \d+ point", whispered(tap)))} == amounts
