"""The context: each verb does what it says, where it should be seen, once, and together with the rest or not at all."""

from __future__ import annotations

import pytest

from coterie.core.api import Context, MemberRef, MessagePosted, Plugin, UsageError, listens
from coterie.core.platform import Refused, RetryLater
from coterie.core.testing.host import Host
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.core.unit import MAX_DEPTH
from tests.speaker_plugin import RENDERED, Bell, Rang, Speaker

pytestmark = pytest.mark.coterie(plugins=[Speaker, Bell])


@pytest.fixture(autouse=True)
def forget() -> None:
    RENDERED.clear()


@pytest.mark.parametrize(("verb", "private"), [("reply", False), ("answer", True), ("ask", True), ("invoice", True)])
def test_who_sees_what(town: LiveTown, verb: str, private: bool) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says(f"/say {verb} hello")
    (message,) = [m for m in town.stage.room("general").messages if m.author == "bot"]
    assert (message.private_to is not None) == private
    assert town.stage.can_see(alice.persona, message)
    assert town.stage.can_see(bob.persona, message) != private
    alice.in_dm(f"/say {verb} hello")
    assert town.stage.seen(alice.persona)[-1].room == "dm:alice"
    assert all(not town.stage.can_see(bob.persona, m) for m in town.stage.room("dm:alice").messages)


def test_a_form_and_a_payment_come_back_to_who_was_asked(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/say ask")
    alice.fills({"age": "30"})
    assert alice.sees("you are 30")
    assert bob.sees_not("30")
    alice.says("/say invoice")
    alice.pays(7, "XTR")
    assert alice.sees("paid 7 for seven")
    assert bob.sees_not("paid")


def test_send_reaches_a_member_in_their_direct_chat(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.says("/say send Bob")
    assert alice.sees("sent")
    assert bob.sees("to Bob")
    assert [m.shown() for m in town.stage.room("dm:bob").messages] == ["to Bob"]


def test_timers_and_kept_channels(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/say elsewhere tea", room="kitchen")
    town.restart()
    town.wait(hours=1)
    assert town.shows("later: tea", room="kitchen")
    alice.says("/say elsewhere coffee", room="kitchen")
    alice.says("/say cancel")
    assert alice.sees("cancelled True False")
    town.wait(hours=2)
    assert town.shows_not("later: coffee", room="kitchen")


def test_a_task_answers_whoever_asked(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/say run why")
    assert alice.sees("oracle: yhw")
    assert bob.sees_not("oracle")


def test_an_edit_before_the_platform_gave_an_id(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/say edit x")
    assert bob.sees("third x")
    alice.says("/say edit_private y")
    assert alice.sees("second y")
    assert bob.sees_not("second")
    assert town.shows_not("first")
    town.stage.faults.fail_next(RetryLater(60))
    alice.says("/say edit z")
    assert bob.sees_not("third z")
    town.restart()
    town.wait(seconds=61)
    assert bob.sees("third z")
    assert [m.shown() for m in town.stage.room("general").messages].count("third z") == 1


def test_what_is_deleted_at_once_is_never_seen(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/say delete")
    assert bob.sees_not("short-lived")
    assert bob.sees_not("never seen")


def test_a_card_is_rendered_once_for_all_who_tap_at_once(town: LiveTown) -> None:
    people = town.people(*(f"p{n}" for n in range(20)))
    people[0].says("/say board")
    town.at_once(*(lambda p=person: p.taps("Tap") for person in people))
    assert RENDERED == ["board"]
    assert town.shows("20 taps")


def test_a_no_after_changes_undoes_them_and_is_said(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/say board")
    town.at_once(lambda: alice.taps("No"), lambda: bob.taps("Tap"))
    assert alice.sees("Only operators can do this")
    assert (town.balance(alice), town.balance(bob)) == (0, 1)
    assert bob.sees_not("never said")
    assert town.shows("1 taps")


def test_an_event_counts_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/say board")
    alice.taps("Tap")
    for _ in range(3):
        town.duplicate(alice)
    town.restart()
    town.duplicate(alice)
    event = town.stage.last_event["alice"]
    town.at_once(*[lambda: town.act(lambda: town.stage.redeliver(event))] * 3)
    assert town.balance(alice) == 1


def test_a_message_that_cannot_be_delivered_is_known_to_its_plugin(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Refused("the channel is gone"))
    alice.says("/say reply hello")
    assert RENDERED == ["failed: the channel is gone"]


def test_listeners_share_the_transaction_and_fail_for_themselves(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.becomes("operator")
    alice.says("/say emit 5")
    assert town.balance(alice) == 6
    with town.failures() as failures:
        alice.says("/say emit 13")
    assert [type(each) for each in failures] == [ZeroDivisionError]
    assert town.balance(alice) == 6, "all that the listener did for this event is undone"


def test_events_that_answer_each_other_without_end_are_cut(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.becomes("operator")
    with town.failures() as failures:
        alice.says(f"/say emit {MAX_DEPTH + 1}")
    assert {type(each).__name__ for each in failures} == {"EmitLoop", "ZeroDivisionError"}
    alice.says("/say reply on")
    assert alice.sees("all: on")


def test_events_that_multiply_are_cut(town_factory: TownFactory) -> None:
    class Hydra(Plugin):
        name = "hydra"

        def on_message(self, event: MessagePosted, ctx: Context) -> None:
            """Begin."""
            ctx.ledger.grant(ctx.member, 1, reason="begin", key=event.key)
            ctx.emit(Rang(key=""))

        @listens(Rang)
        def grow(self, event: Rang, ctx: Context) -> None:
            """Two for one."""
            ctx.emit(Rang(key=""))
            ctx.emit(Rang(key=""))

    town = town_factory(plugins=[Hydra])
    (alice,) = town.people("alice")
    with town.failures() as failures:
        alice.says("hello")
    assert [type(each).__name__ for each in failures] == ["QuotaExceeded"]
    assert town.balance(alice) == 1, "what began it stands"


@pytest.mark.parametrize("name", ["Bob", "@bob", "bob", "BOB"])
def test_a_member_is_found_by_name_and_id(town: LiveTown, name: str) -> None:
    alice, bob = town.people("alice", "bob")
    bob.says("hello")
    alice.says(f"/say send {name}")
    assert bob.sees(f"to {name}")


def test_a_name_that_two_share_means_nobody(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Speaker])
    alice, sam, other = town.people("alice", "sam@discord", "sam@telegram")
    sam.says("hello")
    other.says("hello")
    alice.says("/say send Sam")
    assert alice.sees("I couldn’t find “Sam”")
    alice.says("/say send Nobody")
    assert alice.sees("I couldn’t find “Nobody”")
    with pytest.raises(UsageError):
        town.inside(lambda ctx: ctx.member_of(MemberRef("sam")))


def test_the_day_begins_where_and_when_the_community_says() -> None:
    class Today(Plugin):
        name = "today"

        def on_message(self, event: MessagePosted, ctx: Context) -> None:
            """Say which day it is."""
            ctx.reply(f"{ctx.community.today()} {ctx.community.local(ctx.instant):%H:%M}")

    host = Host([Today], {}, {"locale": "en", "timezone": "Asia/Shanghai", "day_start": "04:00"}, None, 1)
    host.start()
    try:
        host.run(host.app.advance(19 * 3_600_000))  # 2026-01-01 19:00 UTC
        alice = host.town.persona("alice")

        async def say() -> None:
            await host.town.post(alice, "general", "which day?")
            await host.app.settle()

        host.run(say())
        host.run(host.app.advance(3_600_000))
        host.run(say())
        said = [m.shown() for m in host.town.room("general").messages if m.author == "bot"]
        assert said == ["2026-01-01 03:00", "2026-01-02 04:00"]
    finally:
        host.close()


def test_a_plugin_keeps_no_state() -> None:
    class Sticky(Plugin):
        name = "sticky"

        def __init__(self) -> None:
            self.count = 0

    with pytest.raises(AttributeError, match=r"Sticky.count: a plugin keeps no state of its own"):
        Sticky()
    with pytest.raises(AttributeError, match=r"Speaker.last"):
        Speaker().last = 1
