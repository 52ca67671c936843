"""The author's test kit: what people do and see on a real application, and what a failed expectation says."""

from __future__ import annotations

import re

import pytest

from coterie.core.platform import RetryLater
from coterie.core.testing import NoInvoice, NoOpenForm, NoSuchButton
from coterie.core.testing.kit import LiveTown
from tests.trial_plugin import Trial

pytestmark = pytest.mark.coterie(plugins=[Trial])


def test_rooms_and_direct_chats(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hi")
    assert alice.sees("hi Alice in #general")
    alice.says("hi", room="market")
    assert alice.sees("hi Alice in #market")
    assert alice.sees_not("#general"), "only what came since the last act counts"
    town.room = "news"
    alice.says("hi")
    assert town.shows("in #news")
    assert town.shows_not("in #news", room="market")
    alice.in_dm("hi")
    assert alice.sees("hi Alice in private")


def test_sees_gives_the_newest_match_and_takes_patterns(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/dice")
    alice.says("/dice")
    throws = [message.shown() for message in town.stage.visible(bob.persona) if "shows" in message.shown()]
    assert bob.sees(re.compile(r"shows (\d+)"))[0] == throws[-1].removeprefix("The die ")
    with pytest.raises(AssertionError, match=r"does not see /sixes \(\\d\+\)/"):
        bob.sees(re.compile(r"sixes (\d+)"))


def test_what_a_failed_expectation_says(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/collect")
    with pytest.raises(AssertionError) as caught:
        alice.sees("20 points")
    assert "alice does not see '20 points'" in str(caught.value)
    assert "since the last act alice sees:\n  You got 10 points" in str(caught.value)
    with pytest.raises(AssertionError, match=r"alice should not see '10 points'.*:\n  You got 10 points"):
        alice.sees_not("10 points")
    with pytest.raises(AssertionError, match=r"bob does not see 'x'.*bob sees:\n  /collect"):
        bob.sees("x")
    with pytest.raises(AssertionError, match=r"the room does not show '10 points'; there is:\n  /collect"):
        town.shows("10 points")
    with pytest.raises(AssertionError, match="the room should not show '/collect'"):
        town.shows_not("/collect")
    with pytest.raises(NoSuchButton, match="Alice has no button 'Grab' anywhere"):
        alice.taps("Grab")


def test_own_lines_are_no_news(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("10 points")
    assert alice.sees_not("10 points")
    with pytest.raises(AssertionError, match="alice sees nothing"):
        alice.sees("10 points")


def test_forms(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    with pytest.raises(NoOpenForm):
        alice.fills({"why": "Curious"})
    alice.says("/apply")
    assert bob.sees_not("why")
    alice.fills({"why": "Curious", "age": "old"})
    assert alice.sees("!")
    alice.fills({"age": "30"})
    assert alice.sees("Curious, 30")
    with pytest.raises(NoOpenForm):
        alice.fills({"age": "31"})


def test_payments(town: LiveTown) -> None:
    (bob,) = town.people("bob")
    bob.says("/buy")
    assert bob.sees("500 XTR")
    with pytest.raises(NoInvoice, match="open: 500 XTR"):
        bob.pays(5, "XTR")
    bob.pays(500, "XTR")
    assert bob.sees("Paid 500 XTR for gold")
    town.duplicate(bob)
    assert len(re.findall("Paid 500", town.transcript())) == 1


def test_coming_and_going(town: LiveTown) -> None:
    bob, dave, erin = town.people("bob", "dave", "erin")
    dave.joins()
    assert bob.sees("Welcome, Dave")
    dave.leaves()
    assert bob.sees("Goodbye, Dave")
    assert dave.sees_not("Goodbye")
    erin.asks_to_join("let me in")
    assert erin.sees("Erin was not let in")
    erin.asks_to_join("please")
    assert erin.sees("Welcome, Erin")


def test_reactions_and_standing(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("nice weather")
    bob.reacts("👍", "weather")
    assert alice.sees("Bob reacted 👍")
    with pytest.raises(AssertionError, match="bob has no message 'snow'"):
        bob.reacts("👍", "snow")
    alice.becomes("operator")
    assert bob.sees("Alice is operator")


def test_time_passes_in_the_town_alone(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/later 3")
    town.wait(hours=2, minutes=59)
    assert town.shows("Wait")
    town.wait(days=2)
    assert alice.sees("Done at 01 03:00"), "the timer fired at its own moment, not at the end of the wait"


def test_a_restart_forgets_nothing(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/later 3")
    town.restart()
    alice.taps("Stop")
    assert alice.sees("Too late")
    town.wait(hours=3)
    assert town.shows("Done at 01 03:00")


def test_a_kill_loses_what_was_not_committed_and_nothing_else(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/collect")
    town.at_once(lambda: bob.says("/collect"), town.kill)
    assert (town.balance(alice), town.balance(bob)) == (10, 0)
    town.duplicate(bob)
    assert town.balance(bob) == 10
    town.kill()
    assert (town.balance(alice), town.balance(bob)) == (10, 10)
    assert town.ledger_balanced()


def test_a_kill_between_commit_and_sending_loses_no_message(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(RetryLater(5))
    alice.says("/collect")
    assert alice.sees_not("points")
    town.kill()
    assert alice.sees_not("points")
    town.wait(seconds=5)
    assert alice.sees("10 points")


def test_many_acts_at_once_are_handled_in_one_go(town: LiveTown) -> None:
    people = town.people(*(f"p{number}" for number in range(20)))
    town.at_once(*(lambda person=person: person.says("/collect") for person in people))
    assert [town.balance(person) for person in people] == [10] * 20
    assert all(person.sees("10 points") for person in people)


def test_duplicates_of_the_platform_change_nothing(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.duplicates = 1
    alice.says("/collect")
    town.duplicate(alice)
    assert town.balance(alice) == 10
    assert town.transcript().count("10 points") == 1


def test_what_a_plugin_raises_comes_out_of_the_act(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    with pytest.raises(ZeroDivisionError, match="broken on purpose") as caught:
        alice.says("/break")
    assert "plugin trial failed in command:break" in str(caught.value.__notes__)
    with town.failures() as failures:
        alice.says("/break")
        assert [type(failure) for failure in failures] == [ZeroDivisionError]
    alice.says("/collect")
    with pytest.raises(ZeroDivisionError):
        alice.says("/break")


def test_money(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob@telegram")
    town.grant(alice, 1000)
    town.grant(alice, 1)
    town.grant(bob, 5, "GEM")
    assert (town.balance(alice), town.balance(bob, "GEM"), town.balance(bob)) == (1001, 5, 0)
    assert town.ledger_balanced()


def test_a_ledger_that_does_not_add_up_is_told(town: LiveTown) -> None:
    from sqlalchemy import text

    (alice,) = town.people("alice")
    town.grant(alice, 10)
    town.inside(
        lambda ctx: ctx.db.execute(text("UPDATE ledger_accounts SET balance = balance + 1 WHERE kind = 'member'"))
    )
    with pytest.raises(AssertionError, match=r"the ledger is not balanced:\n.*11"):
        town.ledger_balanced()


def test_looking_inside(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/collect")
    assert town.inside(lambda ctx: (ctx.plugin, ctx.config.reward)) == ("trial", 10)
    town.inside(lambda ctx: ctx.send(ctx.operators()[0], "hello") if ctx.operators() else None)
    assert town.inside(lambda ctx: ctx.plugin, plugin="other") == "other"
