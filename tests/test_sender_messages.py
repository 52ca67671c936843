"""What rows about the same message mean for each other: edits coalesce, deletes cancel."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.core.actions import CloseForm, EditMessage, OpenForm, SendInvoice, SendMessage
from coterie.core.cards import Card
from coterie.core.engine import sender_messages
from coterie.core.engine.sender_queue import Job
from coterie.core.platform import Limits, Refused, RetryLater, Uncertain
from tests.sender_kit import ALICE, ANSWER, BROADCAST, NORMAL, START, Call, Desk, Fake, KeyedFake, turn, where

pytestmark = pytest.mark.asyncio


async def in_flight(desk: Desk) -> asyncio.Task[None]:
    """Let what waits get in flight and hang there."""
    desk.fake.gate.clear()
    settling = asyncio.create_task(desk.sender.settle())
    await turn()
    return settling


async def land(desk: Desk, settling: asyncio.Task[None]) -> None:
    desk.fake.gate.set()
    await settling
    await desk.drain()


async def test_waiting_edits_coalesce_to_the_newest() -> None:
    desk = Desk()
    desk.send(1, "v0")
    settling = await in_flight(desk)
    rows = [desk.edit(1, f"v{number}") for number in range(1, 6)]
    await land(desk, settling)
    assert desk.fake.texts() == ["v0", "v5"]
    assert [desk.fates()[row] for row in rows] == ["superseded"] * 4 + ["sent"]
    assert desk.fake.calls[1].delivery.native == "n1"
    assert desk.sender.stats.coalesced == 4


async def test_an_edit_of_an_unsent_message_replaces_its_card() -> None:
    desk = Desk()
    send = desk.send(1, "v0")
    rows = [desk.edit(1, f"v{number}", priority=ANSWER) for number in (1, 2)]
    await desk.drain()
    assert desk.fake.texts() == ["v2"]
    assert desk.fates() == {send: "sent", rows[0]: "superseded", rows[1]: "superseded"}


async def test_the_edit_in_an_unsent_message_ends_only_with_the_message() -> None:
    desk = Desk()
    desk.fake.errors.append(RetryLater(10))
    send, edit = desk.send(1, "v0"), desk.edit(1, "v1")
    await desk.sender.settle()
    assert desk.fates() == {}, "after a crash now, the store must still have the newest card"
    await desk.drain()
    assert desk.fates() == {send: "sent", edit: "superseded"}
    assert desk.fake.texts() == ["v1", "v1"]


async def test_frequent_edits_do_not_starve() -> None:
    desk = Desk(Limits(in_flight=1))
    desk.send(1, "card")
    await desk.drain()
    desk.edit(1, "v0")
    for ref in range(2, 12):
        desk.send(ref)
    desk.edit(1, "v1")
    await desk.drain()
    assert desk.fake.texts()[:2] == ["card", "v1"], "the newer edit keeps the place of the older one"


async def test_a_more_urgent_edit_does_not_wait_at_the_place_of_the_older_one() -> None:
    desk = Desk(Limits(in_flight=1))
    desk.send(1, "card")
    await desk.drain()
    desk.send(2, "news", priority=NORMAL)
    old, new = desk.edit(1, "v0", priority=BROADCAST), desk.edit(1, "v1", priority=ANSWER)
    await desk.drain()
    assert desk.fake.texts() == ["card", "v1", "news"]
    assert desk.fates()[old] == "superseded"
    assert desk.fates()[new] == "sent"


async def test_an_edit_of_a_message_in_flight_on_another_line_waits_for_its_id() -> None:
    desk = Desk()
    desk.answer(1, "tap")
    settling = await in_flight(desk)
    desk.edit(1, "v1")
    desk.send(2, "other", channel="d")
    await turn()
    assert [call.verb for call in desk.fake.calls] == ["private", "send"]
    await land(desk, settling)
    assert desk.fake.calls[2].verb == "edit"
    assert desk.fake.calls[2].delivery.native == "n1"


@pytest.mark.parametrize("error", [Refused("closed"), Uncertain("time-out")])
async def test_an_edit_of_a_message_that_was_not_sent_is_cancelled(error: Exception) -> None:
    desk = Desk()
    desk.fake.errors.append(error)
    desk.send(1)
    settling = await in_flight(desk)
    waiting, deleting = desk.edit(1, "v1"), desk.delete(1)
    await land(desk, settling)
    late = desk.edit(1, "v2")
    await desk.drain()
    assert [desk.fates()[row] for row in (waiting, deleting, late)] == ["cancelled"] * 3
    assert len(desk.fake.calls) == 1


async def test_a_folded_edit_shares_the_fate_of_its_message() -> None:
    desk = Desk()
    desk.fake.errors.append(Refused("closed"))
    send, edit = desk.send(1), desk.edit(1, "v1")
    await desk.drain()
    assert desk.fates() == {send: "failed", edit: "cancelled"}


async def test_an_edit_that_came_during_a_failed_send_goes_with_its_next_try() -> None:
    desk = Desk()
    desk.fake.errors.append(RetryLater(1))
    send = desk.send(1, "v0")
    settling = await in_flight(desk)
    edit = desk.edit(1, "v1")
    await land(desk, settling)
    assert desk.fake.texts() == ["v0", "v1"]
    assert [call.verb for call in desk.fake.calls] == ["send", "send"]
    assert desk.fates() == {send: "sent", edit: "superseded"}


async def test_an_edit_to_be_tried_again_gives_way_to_a_newer_one() -> None:
    desk = Desk()
    desk.send(1, "v0")
    await desk.drain()
    desk.fake.errors.append(RetryLater(1))
    old = desk.edit(1, "v1")
    settling = await in_flight(desk)
    new = desk.edit(1, "v2")
    await land(desk, settling)
    assert desk.fake.texts() == ["v0", "v1", "v2"]
    assert (desk.fates()[old], desk.fates()[new]) == ("superseded", "sent")


async def test_a_message_that_may_be_out_already_keeps_its_card() -> None:
    desk = Desk(platform=KeyedFake)
    desk.fake.errors.append(Uncertain("time-out"))
    send = desk.send(1, "v0")
    await desk.sender.settle()
    edit = desk.edit(1, "v1", priority=ANSWER)
    await desk.drain()
    assert [(call.verb, call.text) for call in desk.fake.calls] == [("send", "v0"), ("send", "v0"), ("edit", "v1")]
    assert desk.fates() == {send: "sent", edit: "sent"}


@pytest.mark.parametrize("deleted", [False, True])
async def test_a_message_that_a_killed_process_may_have_sent_is_sent_as_it_was(deleted: bool) -> None:
    """The platform shows what came first under the key, so what came after it has to follow as an edit."""
    desk = Desk(platform=KeyedFake)
    desk.fake.errors.append(RetryLater(1))
    rows = [desk.send(1, "v0", left=True), desk.delete(1) if deleted else desk.edit(1, "v1", priority=ANSWER)]
    await desk.drain()
    assert [call.verb for call in desk.fake.calls] == ["send", "send", "delete" if deleted else "edit"]
    assert desk.fake.texts()[:2] == ["v0", "v0"]
    assert [desk.fates()[row] for row in rows] == ["sent", "sent"]


async def test_what_a_killed_process_left_takes_a_newer_card_where_a_message_would_be_repeated_anyway() -> None:
    desk = Desk()
    rows = [desk.send(1, "v0", left=True), desk.edit(1, "v1")]
    await desk.drain()
    assert desk.fake.texts() == ["v1"]
    assert [desk.fates()[row] for row in rows] == ["sent", "superseded"]


@pytest.mark.parametrize("sent", [False, True])
async def test_an_edit_that_a_killed_process_left_does_not_undo_a_newer_one(sent: bool) -> None:
    """PostgreSQL may carry out its last commit when the next process has edited the message itself."""
    desk = Desk()
    desk.send(1, "v0")
    await desk.drain()
    late = next(desk.ids)
    newer = desk.edit(1, "v2")
    if sent:
        await desk.drain()
    desk.sender.put(
        [Job(late, 1, "plugin", EditMessage(where=where("c"), ref=1, card=Card(text="v1")), NORMAL, left=True)]
    )
    await desk.drain()
    assert desk.fake.texts() == ["v0", "v2"]
    assert (desk.fates()[late], desk.fates()[newer]) == ("superseded", "sent")


async def test_a_delete_cancels_an_unsent_message_and_its_edits() -> None:
    desk = Desk()
    rows = [desk.send(1), desk.edit(1, "v1"), desk.delete(1), desk.edit(1, "v2"), desk.delete(1)]
    await desk.drain()
    assert desk.fake.calls == []
    assert [desk.fates()[row] for row in rows] == ["cancelled"] * 5


async def test_a_delete_waits_for_a_message_in_flight_and_cancels_its_edits() -> None:
    desk = Desk()
    send = desk.send(1, "v0")
    settling = await in_flight(desk)
    edit, delete, late, again = desk.edit(1, "v1"), desk.delete(1), desk.edit(1, "v2"), desk.delete(1)
    await land(desk, settling)
    assert [call.verb for call in desk.fake.calls] == ["send", "delete"]
    assert desk.fake.calls[1].delivery.native == "n1"
    assert desk.fates() == {send: "sent", edit: "cancelled", delete: "sent", late: "cancelled", again: "superseded"}
    after = desk.edit(1, "v3")
    await desk.drain()
    assert desk.fates()[after] == "cancelled"


async def test_a_delete_ends_what_is_put_off() -> None:
    desk = Desk()
    desk.fake.errors.append(RetryLater(1))
    send = desk.send(1)
    settling = await in_flight(desk)
    delete = desk.delete(1)
    await land(desk, settling)
    assert desk.fates() == {send: "cancelled", delete: "cancelled"}
    desk.send(2)
    await desk.drain()
    desk.fake.errors.append(RetryLater(1))
    edit = desk.edit(2, "v1")
    settling = await in_flight(desk)
    delete = desk.delete(2)
    await land(desk, settling)
    assert (desk.fates()[edit], desk.fates()[delete]) == ("cancelled", "sent")


async def test_the_id_of_a_message_of_an_earlier_run_is_looked_up_once() -> None:
    desk = Desk()
    desk.natives[1, 5] = "old"
    desk.edit(5, "v1")
    await desk.drain()
    delete = desk.delete(5)
    await desk.drain()
    assert [(call.verb, call.delivery.native) for call in desk.fake.calls] == [("edit", "old"), ("delete", "old")]
    assert desk.located == [5]
    assert desk.fates()[delete] == "sent"


async def test_a_message_that_nobody_knows_cannot_be_edited() -> None:
    desk = Desk()
    row = desk.edit(5, "v1")
    await desk.drain()
    assert desk.result(row).state == "cancelled"
    assert desk.fake.calls == []


async def test_a_look_up_is_tried_again_while_the_store_is_away() -> None:
    desk = Desk()
    desk.natives[1, 5] = "old"
    desk.store_away = 1
    row = desk.edit(5, "v1")
    await desk.drain()
    assert desk.result(row).state == "sent"
    assert desk.result(row).attempts == 0
    assert desk.fake.calls[0].at == START + 5000


async def test_memory_for_ids_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender_messages, "REMEMBERED", 3)
    desk = Desk()
    for ref in range(5):
        desk.natives[1, ref] = f"stored{ref}"
        desk.send(ref)
    await desk.drain()
    desk.edit(0, "old")
    desk.edit(4, "new")
    await desk.drain()
    assert desk.located == [0]
    assert [call.delivery.native for call in desk.fake.calls[5:]] == ["stored0", "n5"]


async def test_an_invoice_does_not_take_the_card_of_an_edit() -> None:
    desk = Desk()
    invoice = SendInvoice(
        where=where("c"), ref=1, to=ALICE, invoice="i", title="t", description="d", amount=1, currency="XTR"
    )
    desk.put(invoice)
    desk.edit(1, "paid")
    await desk.drain()
    assert [(call.verb, call.delivery.native) for call in desk.fake.calls] == [("invoice", ""), ("edit", "n1")]


async def test_a_form_closed_before_it_was_shown_is_never_shown() -> None:
    desk = Desk()
    form = OpenForm(where=where("c"), token="f", to=ALICE, title="t", questions=(), handle="tap")
    closing = CloseForm(where=where("c"), token="f", to=ALICE)
    rows = [desk.put(form, ANSWER), desk.put(closing)]
    await desk.drain()
    assert desk.fake.calls == []
    assert [desk.fates()[row] for row in rows] == ["cancelled", "cancelled"]
    desk.put(form, ANSWER)
    settling = await in_flight(desk)
    desk.put(closing)
    await turn()
    assert [call.verb for call in desk.fake.calls] == ["open"]
    await land(desk, settling)
    desk.put(closing)
    await desk.drain()
    assert [call.verb for call in desk.fake.calls] == ["open", "close", "close"]


@given(st.integers(0, 2**32), st.booleans())
@settings(max_examples=80, deadline=None)
async def test_whatever_happens_every_row_ends_once_and_the_newest_card_shows(seed: int, paced: bool) -> None:
    rng = random.Random(seed)
    limits = Limits(overall_rate=20, channel_rate=5, space_rate=3) if paced else Limits(in_flight=3)
    desk = Desk(limits, platform=rng.choice([Fake, KeyedFake]))
    shown: dict[str, str] = {}

    def trouble(call: Call) -> None:
        error = rng.choices(
            [None, RetryLater(rng.random()), RetryLater(1, everywhere=True), Uncertain("?"), Refused("no"), OSError()],
            [30, 4, 1, 2, 1, 3],
        )[0]
        if error is not None:
            raise error
        number = desk.fake.calls.index(call) + 1
        native = call.delivery.native or f"n{number}"
        if call.verb == "delete":
            shown.pop(native, None)
        else:
            shown[native] = call.text

    desk.fake.rule = trouble
    newest: dict[int, tuple[int, str]] = {}
    deleted: dict[int, int] = {}
    rows = 0
    for step in range(60):
        ref = rng.randrange(6)
        channel, priority = f"c{ref % 3}", rng.randrange(4)
        kind = rng.random()
        if ref not in newest:
            newest[ref] = (desk.send(ref, f"s{step}", channel, priority), f"s{step}")
        elif kind < 0.1:
            deleted[ref] = desk.delete(ref, channel, priority)
        elif kind < 0.8:
            newest[ref] = (desk.edit(ref, f"e{step}", channel, priority), f"e{step}")
        else:
            desk.send(100 + step, "noise", channel, priority)
        rows += 1
        if rng.random() < 0.5:
            await desk.advance(rng.randrange(400))
    await desk.drain()
    ended = Counter(result.id for result in desk.results if result.state != "retry")
    assert ended == Counter(range(1, rows + 1))
    assert desk.fake.peak_in_channel == 1
    assert desk.sender.stats.queued == [0, 0, 0, 0]
    natives: dict[int, str] = {}
    for result in desk.results:
        if result.state == "sent" and isinstance(result.action, SendMessage):
            natives[result.action.ref] = result.native
    for ref, (row, text) in newest.items():
        if ref in deleted:
            if desk.fates()[deleted[ref]] == "sent":
                assert natives[ref] not in shown
        elif desk.fates()[row] in ("sent", "superseded"):
            assert shown[natives[ref]] == text
