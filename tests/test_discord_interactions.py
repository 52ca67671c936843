"""Interactions: one first answer within three seconds, whoever gives it, and further ones for a quarter of an hour."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest

from coterie.adapters.discord import handles
from coterie.adapters.discord.fake import interactions as kept_there
from coterie.adapters.discord.fake.rest import interactions as taken_there
from coterie.adapters.discord.handles import FIRST_ANSWER, LIFE, Handles, made_at
from coterie.adapters.discord.refusals import Gone
from coterie.core.actions import SendMessage
from coterie.core.cards import Button, Card
from coterie.core.platform import PlatformError, RetryLater, Uncertain
from tests.discord_sending_kit import CALLBACK, FOLLOW_UP, Bench, about, bench, handle_of, words_of

pytestmark = pytest.mark.asyncio

HELLO: Final[dict[str, Any]] = {"content": "hello"}
MORE: Final[dict[str, Any]] = {"content": "more"}
FORM: Final[dict[str, Any]] = {
    "custom_id": "f:t",
    "title": "Survey",
    "components": [
        {"type": 18, "label": "Why?", "component": {"type": 4, "custom_id": "why", "style": 1, "required": True}}
    ],
}
NEVER: Final = 60.0
"""Seconds that no test lasts."""


def patient(at: Bench) -> None:
    """Nothing happens by itself."""
    at.forget(defer_after=NEVER, quiet_after=NEVER)


async def posted(at: Bench) -> Any:
    """A message with a button."""
    card = Card(text="A packet", buttons=((Button("Grab", token="t1"),),))
    await at.send(SendMessage(where=at.home, ref=1, card=card), about())
    return at.shown()[-1]


# -- answers in time


async def test_the_first_answer_is_the_callback_and_those_after_it_are_further_messages() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        first = await at.interactions.answer(handle, HELLO)
        second = await at.interactions.answer(handle, MORE)
        assert [words_of(each) for each in made.messages] == ["hello", "more"]
        assert [first, second] == [each.id for each in made.messages]
        assert all(each.seen_by == at.ann.id for each in made.messages)
        assert [each["type"] for each in made.callbacks] == [4]
        assert at.shown() == []
        assert len(at.interactions) == 0


async def test_a_command_that_takes_long_is_deferred_privately_and_answered_in_the_same_place() -> None:
    async with bench() as at:
        at.forget(defer_after=0.01)
        made, handle = at.calls_command()
        await at.until(lambda: made.thinking)
        assert made.callbacks == [{"type": 5, "data": {"flags": 64}}]
        assert len(at.interactions) == 1
        answer = await at.interactions.answer(handle, HELLO)
        assert (answer, [words_of(each) for each in made.messages]) == (made.shown and made.shown.id, ["hello"])
        assert not made.thinking
        await at.interactions.answer(handle, MORE)
        assert [words_of(each) for each in made.messages] == ["hello", "more"]
        assert made.refused == []


async def test_a_tap_that_takes_long_is_deferred_privately_and_answered_in_the_same_place() -> None:
    async with bench() as at:
        patient(at)
        message = await posted(at)
        at.forget(defer_after=0.01)
        made, handle = at.taps(message, "Grab")
        await at.until(lambda: made.thinking)
        assert made.callbacks == [{"type": 5, "data": {"flags": 64}}]
        await at.interactions.answer(handle, HELLO)
        assert made.shown is not None
        assert (words_of(made.shown), made.shown.seen_by, made.followups) == ("hello", at.ann.id, [])
        assert at.texts() == ["A packet"]


async def test_an_answer_that_meets_the_deferral_is_given_once() -> None:
    for pause in (0.0, 0.001, 0.003):
        async with bench() as at:
            at.forget(defer_after=pause)
            made, handle = at.calls_command()
            at.fake.faults.slow(0.02, method="POST", path=CALLBACK)
            await asyncio.sleep(pause)
            await at.interactions.answer(handle, HELLO)
            assert [words_of(each) for each in made.messages] == ["hello"]
            assert (len(made.callbacks), made.refused) == (1, [])


async def test_an_interaction_that_comes_in_twice_is_one() -> None:
    async with bench() as at:
        at.forget(defer_after=0.01)
        made, handle = at.calls_command()
        await at.interactions.answer(handle, HELLO)
        at.interactions.opened(handle)
        at.interactions.committed(handle)
        assert len(at.interactions) == 0
        await at.interactions.answer(handle, MORE)
        assert (len(made.callbacks), made.refused) == (1, [])


async def test_what_was_made_while_nobody_listened_does_not_wait_as_long_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A resumed session tells it later: deferred so long after it came, it would be refused."""
    for side in (handles, kept_there, taken_there):
        monkeypatch.setattr(side, "FIRST_ANSWER", 2 * NEVER)
    async with bench() as at:
        patient(at)
        made = at.fake.calls_command("ann", at.general, "tip", {})
        at.clock.now += NEVER
        at.opened(made)
        await at.until(lambda: made.thinking)
        assert made.refused == []


@pytest.mark.parametrize(
    ("late", "age"),
    [(0.0, 0.0), (2.0, 2.0), (FIRST_ANSWER, 0.0), (3600.0, 0.0), (-2.0, 0.0)],
    ids=["at once", "late", "too late", "a clock that is ahead", "a clock that is behind"],
)
async def test_the_age_of_what_comes_in_is_believed_as_long_as_it_matters(late: float, age: float) -> None:
    now, identifier = 50.0, str(1 << 60)
    known = Handles(lambda: now, lambda: made_at(identifier) + late)
    each = known.open(f"i:b:{identifier}:token")
    assert each is not None
    assert known.age(each) == pytest.approx(age)
    assert known.young(each)


async def test_what_is_no_handle_is_no_interaction() -> None:
    async with bench() as at:
        for handle in ("", "j:5", "i:x:5:t", "i:c:5", "i:c:five:t", "i:c:5:a b"):
            at.interactions.opened(handle)
            at.interactions.committed(handle)
            assert await at.interactions.answer(handle, HELLO) is None
            assert not await at.interactions.modal(handle, FORM)
            assert not await at.interactions.proposals(handle, [])
        assert at.asked() == []


# -- the quiet end


async def test_a_command_without_an_answer_ends_and_nothing_of_it_is_seen() -> None:
    async with bench() as at:
        at.forget(defer_after=NEVER, quiet_after=0.01)
        made, handle = at.calls_command()
        at.interactions.committed(handle)
        at.interactions.committed(handle)
        await at.until(lambda: made.original is not None and made.original.deleted)
        assert made.messages == []
        assert not made.thinking
        await at.interactions.answer(handle, HELLO)  # late, and shown all the same
        assert [words_of(each) for each in made.messages] == ["hello"]
        assert made.refused == []


async def test_a_deferred_command_without_an_answer_stops_thinking() -> None:
    async with bench() as at:
        at.forget(defer_after=0.0, quiet_after=0.01)
        made, handle = at.calls_command()
        await at.until(lambda: made.thinking)
        at.interactions.committed(handle)
        await at.until(lambda: not made.thinking)
        assert (made.messages, len(at.interactions)) == ([], 0)


@pytest.mark.parametrize("late", [False, True])
async def test_an_interaction_whose_answer_waits_for_its_turn_does_not_end(late: bool) -> None:
    async with bench() as at:
        at.forget(defer_after=NEVER, quiet_after=0.01)
        made, handle = at.calls_command()
        for step in (at.interactions.committed, at.interactions.answering)[:: 1 if late else -1]:
            step(handle)
        await asyncio.sleep(0.05)
        assert not made.answered
        await at.interactions.answer(handle, HELLO)
        assert [words_of(each) for each in made.messages] == ["hello"]
        assert made.callbacks == [{"type": 4, "data": made.callbacks[0]["data"]}]


async def test_a_tap_without_an_answer_ends_without_a_message() -> None:
    async with bench() as at:
        patient(at)
        message = await posted(at)
        at.forget(defer_after=NEVER, quiet_after=0.01)
        made, handle = at.taps(message, "Grab")
        at.interactions.committed(handle)
        await at.until(lambda: made.answered)
        assert (made.callbacks, made.messages) == ([{"type": 6}], [])


async def test_what_is_committed_ends_with_the_process_and_the_rest_is_left_alone() -> None:
    async with bench() as at:
        patient(at)
        done, handle = at.calls_command()
        other, _ = at.calls_command()
        at.interactions.committed(handle)
        await at.interactions.finish(5.0)
        assert done.answered
        assert not done.thinking
        assert not other.answered


# -- what another run of the process had


async def test_a_young_interaction_of_another_run_is_answered_first() -> None:
    async with bench() as at:
        patient(at)
        made = at.fake.calls_command("ann", at.general, "tip", {})
        assert await at.interactions.answer(handle_of(made), HELLO)
        assert [words_of(each) for each in made.messages] == ["hello"]
        assert made.refused == []


async def test_what_another_run_deferred_is_answered_in_its_place() -> None:
    async with bench() as at:
        at.forget(defer_after=0.0)
        made, handle = at.calls_command()
        await at.until(lambda: made.thinking)
        patient(at)
        at.clock.now += 60
        assert await at.interactions.answer(handle, HELLO)
        assert [words_of(each) for each in made.messages] == ["hello"]
        assert not made.thinking
        assert made.refused == []


@pytest.mark.parametrize("tapped", [True, False])
@pytest.mark.parametrize("deferred", [True, False])
async def test_what_another_run_answered_and_could_not_note_is_not_said_again(tapped: bool, deferred: bool) -> None:
    async with bench() as at:
        patient(at)
        message = await posted(at)
        at.forget(defer_after=0.0 if deferred else NEVER)
        made, handle = at.taps(message, "Grab") if tapped else at.calls_command()
        await at.until(lambda: made.thinking == deferred)
        sent = await at.interactions.answer(handle, HELLO)
        patient(at)
        assert await at.interactions.answer(handle, HELLO) == sent
        assert [words_of(each) for each in made.messages] == ["hello"]


async def test_what_another_run_deferred_ends_quietly() -> None:
    async with bench() as at:
        at.forget(defer_after=0.0)
        made, handle = at.calls_command()
        await at.until(lambda: made.thinking)
        at.forget(defer_after=NEVER, quiet_after=0.01)
        at.interactions.opened(handle)
        at.interactions.committed(handle)
        await at.until(lambda: not made.thinking)
        assert made.messages == []


async def test_what_another_run_answered_keeps_its_answer() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        await at.interactions.answer(handle, HELLO)
        patient(at)
        assert await at.interactions.answer(handle, MORE)
        assert [words_of(each) for each in made.messages] == ["hello", "more"]
        assert made.refused == []


async def test_what_nobody_answered_in_time_is_over() -> None:
    async with bench() as at:
        patient(at)
        made = at.fake.calls_command("ann", at.general, "tip", {})
        at.clock.now += 4
        handle = handle_of(made)
        assert await at.interactions.answer(handle, HELLO) is None
        at.asked()
        assert await at.interactions.answer(handle, HELLO) is None
        assert at.asked() == []
        assert made.callbacks == []


async def test_a_callback_that_came_too_late_is_over() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        at.clock.now += 4
        assert await at.interactions.answer(handle, HELLO) is None
        assert len(made.refused) == 1


async def test_after_a_quarter_of_an_hour_it_is_over() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        sent = await at.interactions.answer(handle, HELLO)
        assert sent is not None
        at.clock.now += LIFE
        at.asked()
        assert await at.interactions.answer(handle, MORE) is None
        assert not await at.interactions.edit(made.id, sent, MORE)
        assert not await at.interactions.delete(made.id, sent)
        assert at.asked() == []


async def test_what_somebody_else_answered_is_answered_beside() -> None:
    """Two processes with one token: the first answer wins, and the second is no callback any more."""
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        await at.interactions.answer(handle, HELLO)
        patient(at)
        at.interactions.opened(handle)
        assert await at.interactions.answer(handle, MORE)
        assert [words_of(each) for each in made.messages] == ["hello", "more"]


async def test_the_memory_of_interactions_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(handles, "REMEMBERED", 2)
    async with bench() as at:
        patient(at)
        for number in range(5):
            at.interactions.opened(f"i:c:{number + 1}:t")
        assert len(at.interactions) == 2
        at.clock.now += LIFE
        at.interactions.opened("i:c:99:t")
        assert len(at.interactions) == 1


# -- doubt


@pytest.mark.parametrize("after", [True, False])
async def test_a_first_answer_whose_fate_is_unknown_is_shown_once_when_it_is_tried_again(after: bool) -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        at.fake.faults.reset(method="POST", path=CALLBACK, after=after)
        with pytest.raises(Uncertain):
            await at.interactions.answer(handle, HELLO)
        sent = await at.interactions.answer(handle, dict(HELLO))
        assert [(each.id, words_of(each)) for each in made.messages] == [(sent, "hello")]
        assert (len(made.callbacks), made.refused) == (1, [])
        await at.interactions.answer(handle, MORE)
        assert len(made.messages) == 2


@pytest.mark.parametrize("after", [True, False])
async def test_a_deferral_whose_fate_is_unknown_does_no_harm(after: bool) -> None:
    async with bench() as at:
        at.forget(defer_after=0.0)
        at.fake.faults.reset(method="POST", path=CALLBACK, after=after)
        made, handle = at.calls_command()
        await at.finds(lambda: not at.fake.faults.waiting)
        assert await at.interactions.answer(handle, HELLO)
        assert [words_of(each) for each in made.messages] == ["hello"]
        assert (len(made.callbacks), made.refused) == (1, [])


@pytest.mark.parametrize("after", [True, False])
async def test_a_further_message_whose_fate_is_unknown_is_not_said_again(after: bool) -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        await at.interactions.answer(handle, HELLO)
        at.fake.faults.reset(method="POST", path=FOLLOW_UP, after=after)
        for _ in range(2):
            with pytest.raises(Uncertain):
                await at.interactions.answer(handle, MORE)
        assert len(made.messages) == (2 if after else 1)
        await at.interactions.answer(handle, {"content": "something else"})
        assert len(made.messages) == (3 if after else 2)


async def test_an_answer_that_was_told_to_wait_is_still_the_first_one() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        at.fake.faults.fail(status=429, path=CALLBACK)
        with pytest.raises(RetryLater):
            await at.interactions.answer(handle, HELLO)
        assert await at.interactions.answer(handle, HELLO)
        assert [words_of(each) for each in made.messages] == ["hello"]


async def test_an_answer_that_is_refused_says_so() -> None:
    async with bench() as at:
        patient(at)
        _made, handle = at.calls_command()
        with pytest.raises(PlatformError, match="50035"):
            await at.interactions.answer(handle, {"content": "x" * 2001})


# -- edits


async def test_answers_are_changed_and_taken_away_while_the_interaction_lives() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        sent = [await at.interactions.answer(handle, body) or "" for body in (HELLO, MORE)]
        assert await at.interactions.edit(made.id, sent[1], {"content": "changed"})
        assert [words_of(each) for each in made.messages] == ["hello", "changed"]
        assert await at.interactions.delete(made.id, sent[0])
        assert await at.interactions.delete(made.id, sent[0])
        assert [words_of(each) for each in made.messages] == ["changed"]
        with pytest.raises(Gone):
            await at.interactions.edit(made.id, sent[0], HELLO)
        assert not await at.interactions.edit("77", sent[1], HELLO)
        assert not await at.interactions.delete("77", sent[1])


# -- forms and proposals


async def test_a_modal_is_a_first_answer_only() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        assert await at.interactions.modal(handle, FORM)
        assert made.modal == FORM
        assert not await at.interactions.modal(handle, FORM)
        sent = at.fake.submits("ann", made, {"why": "because"})
        assert not await at.interactions.modal(at.opened(sent), FORM)
        deferred, handle = at.calls_command()
        at.forget(defer_after=0.0)
        at.interactions.opened(handle)
        await at.until(lambda: deferred.thinking)
        assert not await at.interactions.modal(handle, FORM)
        assert (made.refused, deferred.refused) == ([], [])


async def test_a_modal_after_a_restart_opens_in_time_or_not_at_all() -> None:
    async with bench() as at:
        patient(at)
        young = at.fake.calls_command("ann", at.general, "tip", {})
        assert await at.interactions.modal(handle_of(young), FORM)
        patient(at)
        assert not await at.interactions.modal(handle_of(young), FORM)
        old = at.fake.calls_command("ann", at.general, "tip", {})
        at.clock.now += 4
        assert not await at.interactions.modal(handle_of(old), FORM)
        assert old.callbacks == []


async def test_a_modal_whose_fate_is_unknown_counts_as_not_opened() -> None:
    async with bench() as at:
        patient(at)
        made, handle = at.calls_command()
        at.fake.faults.reset(path=CALLBACK, after=True)
        assert not await at.interactions.modal(handle, FORM)
        assert await at.interactions.answer(handle, HELLO)
        assert [words_of(each) for each in made.messages] == ["hello"]


async def test_proposals_are_shown_once_and_in_time_only() -> None:
    async with bench() as at:
        patient(at)
        typing = at.fake.types("ann", at.general, "tip", {"member": "bo"}, focused="member")
        bare = f"{typing.id}:{typing.token}"
        assert await at.interactions.proposals(bare, [{"name": "Bo", "value": "bo"}])
        assert typing.choices == [{"name": "Bo", "value": "bo"}]
        assert not await at.interactions.proposals(bare, [])
        late = at.fake.types("ann", at.general, "tip", {"member": "bo"}, focused="member")
        at.clock.now += 4
        assert not await at.interactions.proposals(f"i:c:{late.id}:{late.token}", [])
