"""Tasks: results reach their plugin whatever stands in the way; the outside world is not asked again for nothing."""

from __future__ import annotations

import asyncio
import sys
from typing import Any

import pytest

from coterie.core.api import Context, Plugin, command, task
from coterie.core.engine.breaker import FIRST_PAUSE, THRESHOLD
from coterie.core.engine.followups import RETRIES
from coterie.core.testing.kit import LiveTown
from coterie.storage.faults import StoreUnavailable

asked: list[str] = []
"""What the outside world was asked."""
ORDER: dict[str, Any] = {}
"""What is out of order."""


class Opaque:
    """Something that JSON cannot hold."""

    def __repr__(self) -> str:
        return "opaque\ud800"


class Oracle(Plugin):
    """Asks the outside world."""

    name = "oracle"

    @command("ask")
    def ask(self, ctx: Context, question: str) -> None:
        """Ask."""
        ctx.run(self.look_up, question=question)

    @task(timeout="1s", retries=2)
    async def look_up(self, question: str) -> Any:
        """Find an answer, or not."""
        asked.append(question)
        match question:
            case "raise":
                raise ZeroDivisionError("no answer")
            case "exit":
                sys.exit(3)
            case "cancel":
                raise asyncio.CancelledError
            case "once" if len(asked) == 1:
                raise ConnectionError("try again")
            case "opaque":
                return Opaque()
        return question[::-1]

    @look_up.done
    def answered(self, ctx: Context, result: Any) -> None:
        """Tell whoever asked."""
        ctx.ledger.grant(ctx.member, 1, reason="answer", key=ctx.new_id())
        ctx.answer(f"answer: {result if isinstance(result, str) else 'opaque'}")
        if ORDER.get("broken"):
            raise ZeroDivisionError("the plugin is broken")

    @look_up.failed
    def unanswered(self, ctx: Context, error: str) -> None:
        """Tell whoever asked."""
        ctx.answer(f"no answer: {error}")


pytestmark = pytest.mark.coterie(plugins=[Oracle])


@pytest.fixture(autouse=True)
def in_order() -> None:
    asked.clear()
    ORDER.clear()


def waiting(town: LiveTown) -> int:
    return int(town.inside(lambda ctx: ctx.db.connection().exec_driver_sql("SELECT count(*) FROM tasks").scalar_one()))


def test_a_result_whose_handler_fails_comes_again_without_asking_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    ORDER["broken"] = True
    with town.failures() as failures:
        alice.says("/ask abc")
        town.wait(seconds=RETRIES[0] + 1)
        town.wait(seconds=RETRIES[1] + 1)
    assert len(failures) == 3
    assert waiting(town) == 1
    ORDER.clear()
    town.wait(seconds=RETRIES[2] + 1)
    assert alice.sees("answer: cba")
    assert asked == ["abc"]
    assert town.balance(alice) == 1
    assert waiting(town) == 0


def test_a_result_for_a_paused_handler_comes_when_the_pause_is_over(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    ORDER["broken"] = True
    with town.failures() as failures:
        town.at_once(*[lambda n=n: alice.says(f"/ask q{n}") for n in range(THRESHOLD + 2)])
    assert len(failures) == THRESHOLD
    ORDER.clear()
    assert waiting(town) == THRESHOLD + 2
    town.wait(minutes=FIRST_PAUSE / 60_000 - 1)
    assert town.balance(alice) == 0
    town.wait(hours=2)
    assert town.balance(alice) == THRESHOLD + 2
    assert len(asked) == THRESHOLD + 2
    assert waiting(town) == 0


def test_a_task_runs_again_after_a_restart_until_its_result_was_taken(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    ORDER["broken"] = True
    with town.failures():
        alice.says("/ask abc")
    town.kill()
    ORDER.clear()
    town.wait(seconds=RETRIES[0] + 1)
    assert alice.sees("answer: cba")
    assert asked == ["abc", "abc"]
    assert town.balance(alice) == 1
    town.restart()
    town.wait(days=1)
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("question", "said"), [("raise", "no answer"), ("exit", "SystemExit: 3"), ("cancel", "CancelledError")]
)
def test_a_task_that_fails_is_tried_again_and_then_said_so(town: LiveTown, question: str, said: str) -> None:
    (alice,) = town.people("alice")
    alice.says(f"/ask {question}")
    assert asked == [question]
    town.wait(seconds=1)
    assert asked == [question]
    town.wait(minutes=1)
    assert asked == [question] * 3
    assert alice.sees("no answer: ")
    assert alice.sees(said)
    assert waiting(town) == 0


def test_a_task_that_succeeds_later_is_a_success(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/ask once")
    town.wait(seconds=3)
    assert alice.sees("answer: ecno")


def test_a_result_that_cannot_be_written_down_is_no_trap(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    ORDER["broken"] = True
    with town.failures() as failures:
        alice.says("/ask opaque")
    assert [type(each) for each in failures] == [ZeroDivisionError]
    ORDER.clear()
    town.wait(seconds=RETRIES[0] + 1)
    assert alice.sees("answer: opaque")


def test_a_store_that_is_away_when_the_result_comes_is_waited_for(
    town: LiveTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    (alice,) = town.people("alice")
    tasks = town._host.app.tasks
    submit = tasks._submit
    away = [StoreUnavailable("away")] * 2

    async def flaky(community: int, ended: Any) -> Any:
        if away:
            raise away.pop()
        return await submit(community, ended)

    monkeypatch.setattr(tasks, "_submit", flaky)
    with town.failures():
        alice.says("/ask abc")
        town.wait(minutes=1)
    assert alice.sees("answer: cba")
    assert asked == ["abc"]


def test_no_task_is_overlooked_when_many_are_asked_for_at_once(town: LiveTown) -> None:
    people = town.people(*(f"p{n}" for n in range(40)))
    town.at_once(*(lambda p=person: p.says("/ask abc") for person in people))
    assert len(asked) == 40
    assert all(person.sees("answer: cba") for person in people)


def test_a_task_asked_for_while_the_tasks_are_read_is_found(town: LiveTown, monkeypatch: pytest.MonkeyPatch) -> None:
    alice, bob = town.people("alice", "bob")
    tasks = town._host.app.tasks
    read = tasks._on_store
    meanwhile = [lambda: town.stage.post(bob.persona, "general", "/ask late")]

    async def slow(look: Any) -> Any:
        rows = await read(look)
        if meanwhile:
            await meanwhile.pop()()  # committed, and heard of, before these rows are worked on
        return rows

    monkeypatch.setattr(tasks, "_on_store", slow)
    alice.says("/ask early")
    assert sorted(asked) == ["early", "late"]
