"""Moderation: on every account of a member, in every space, written down, refused where it must be."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.actions import (
    AnyAction,
    Ban,
    CloseTopic,
    Kick,
    Mute,
    RefundPayment,
    RemoveMessage,
    SendMessage,
    Unban,
    Unmute,
)
from coterie.core.api import (
    AuditEntry,
    Context,
    DirectChanged,
    Member,
    MemberRef,
    MessageDelivered,
    MessagePosted,
    Moderation,
    Plugin,
    Priority,
    Refusal,
    command,
)
from coterie.core.cards import Card
from coterie.core.engine.sender_queue import COUNTED
from coterie.core.events import MessageEdited, Where
from coterie.core.platform import Limits, Platform, Refused, RetryLater, Uncertain
from coterie.core.testing import NotPermitted, Person
from coterie.core.testing.kit import LiveTown, TownFactory
from tests.sender_kit import ALICE, NORMAL, Desk, Fake, where

DONE: list[Moderation] = []
HEARD: list[tuple[Any, ...]] = []


@pytest.fixture(autouse=True)
def silence() -> None:
    DONE.clear()
    HEARD.clear()


class Marshal(Plugin):
    """Keeps order."""

    name = "marshal"

    @command("do")
    def do(self, ctx: Context, verb: str, whom: MemberRef, hours: int = 0) -> None:
        """Do something about a member."""
        member = ctx.member_of(whom)
        more = {"for_": timedelta(hours=hours) if hours else None} if verb in ("mute", "ban") else {}
        DONE.append(getattr(ctx, verb)(member, reason="because\nof \u202eit", **more))

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        if event.text.startswith("spam"):
            HEARD.append(("removed", ctx.remove_message(event, reason="spam")))
            ctx.mute(ctx.member, for_=timedelta(hours=1), reason="spam")

    def on_message_edited(self, event: MessageEdited, ctx: Context) -> None:
        ctx.remove_message(event)

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        HEARD.append((event.state, event.ref, event.reason))

    def on_direct_changed(self, event: DirectChanged, ctx: Context) -> None:
        HEARD.append((ctx.member.name, event.open))


ACCESS = {"club": {"targets": [{"space": "cellar", "join": True}]}}


@pytest.fixture
def town(town_factory: TownFactory) -> LiveTown:
    found = town_factory(plugins=[Marshal], access=ACCESS)
    found.stage.club("cellar")
    return found


def people(town: LiveTown, *names: str) -> Sequence[Person]:
    """People who have been heard, the first of them an operator."""
    found = town.people(*names)
    for person in found:
        person.says("hello")
    found[0].becomes("operator")
    return found


def audited(town: LiveTown, act: str) -> list[AuditEntry]:
    return town.inside(lambda ctx: ctx.audit_log(act=act))


def owner(ctx: Context, platform: str, name: str = "bob") -> Member:
    """Whose account it is."""
    account = ctx.unit.members.account(ctx.community.id, platform, name)
    assert account is not None
    return account.member


def waiting(town: LiveTown) -> int:
    return int(town.inside(lambda ctx: ctx.db.scalar(text("SELECT count(*) FROM outbox"))) or 0)


# -- people


def test_muted_until_it_is_lifted(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    boss.says("/do mute bob")
    assert bob.muted
    with pytest.raises(NotPermitted, match="Bob is muted"):
        bob.says("hello")
    bob.in_dm("I can still write to the bot")
    town.wait(days=400)
    assert bob.muted
    boss.says("/do unmute bob")
    bob.says("hello again")
    assert [part.space for part in DONE[0].asked] == ["town", "cellar"]
    assert DONE[0].skipped == ()
    assert DONE[0]


def test_muted_for_a_while(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    boss.says("/do mute bob 2")
    town.wait(minutes=119)
    assert bob.muted
    town.wait(minutes=1)
    assert not bob.muted
    bob.says("hello")


def test_kicked_and_back_again(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    town.act(lambda: town.stage.enter(bob.persona, "cellar"))
    boss.says("/do kick bob")
    assert town.shows("Bob was removed")
    assert not bob.persona.present
    assert town.stage.club("cellar") == set()
    there = "SELECT count(*) FROM presences JOIN accounts ON id = account_id WHERE native = 'bob' AND left_at IS NULL"
    assert town.inside(lambda ctx: ctx.db.scalar(text(there))) == 0
    bob.joins()
    bob.says("back")


def test_banned_and_let_back(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    boss.says("/do ban bob")
    assert bob.banned
    for act in (bob.joins, bob.asks_to_join):
        with pytest.raises(NotPermitted, match="banned"):
            act()
    with pytest.raises(NotPermitted, match="banned from cellar"):
        town.act(lambda: town.stage.enter(bob.persona, "cellar"))
    boss.says("/do unban bob")
    bob.joins()
    boss.says("/do ban bob 1")
    town.wait(hours=1)
    bob.joins()
    assert not bob.banned


def test_every_account_in_every_space(town: LiveTown) -> None:
    boss, bob, two = people(town, "boss", "bob@telegram", "bob@discord")
    town.inside(lambda ctx: ctx.merge_members(*(owner(ctx, name) for name in ("telegram", "discord"))))
    boss.says("/do mute bob")
    assert bob.muted
    assert two.muted
    assert len(DONE[0].asked) == 4
    assert len({(part.account, part.space) for part in DONE[0].parts}) == 4
    assert len({part.ref for part in DONE[0].parts}) == 4
    (entry,) = audited(town, "member-mute")
    assert entry.details == {"places": 4}


def test_what_a_platform_lacks_is_told_and_nothing_is_asked(
    town_factory: TownFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for kind in type(town_factory(plugins=[Marshal]).stage.platform).__mro__:
        if "mute" in vars(kind) and kind is not Platform:
            monkeypatch.setattr(kind, "mute", Platform.mute)
    town = town_factory(plugins=[Marshal])
    boss, bob = people(town, "boss", "bob")
    boss.says("/do mute bob")
    assert not DONE[0]
    assert [(part.adapter, part.space, part.ref) for part in DONE[0].skipped] == [("sandbox", "town", 0)]
    assert audited(town, "member-mute") == []
    boss.says("/do kick bob")
    assert DONE[1]
    assert not bob.persona.present


@pytest.mark.parametrize("verb", ["mute", "kick", "ban"])
def test_operators_and_bots_are_left_alone(town: LiveTown, verb: str) -> None:
    _, other = people(town, "boss", "other")
    other.becomes("operator")
    robot = town.person("robot")
    robot.persona.bot = True
    robot.says("beep")

    def attempt(ctx: Context) -> None:
        for name, key in (("other", "moderate-operator"), ("robot", "moderate-bot")):
            account = ctx.unit.members.account(ctx.community.id, "sandbox", name)
            assert account is not None
            with pytest.raises(Refusal) as caught:
                getattr(ctx, verb)(account.member)
            assert (caught.value.key, caught.value.namespace) == (key, "core")
            assert getattr(ctx, {"mute": "unmute"}.get(verb, "unban"))(account.member) is not None

    town.inside(attempt)
    town.people("boss")[0].says(f"/do {verb} other")
    assert town.people("boss")[0].sees("Other is an operator")
    assert other.persona.present
    assert not other.muted


def test_an_operator_whom_only_the_configuration_names(town: LiveTown) -> None:
    people(town, "boss", "bob")

    def attempt(ctx: Context) -> None:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "bob")
        assert account is not None
        ctx.community.operators = frozenset({("sandbox", "bob")})
        with pytest.raises(Refusal):
            ctx.kick(account.member)

    town.inside(attempt)


@pytest.mark.parametrize("span", [timedelta(seconds=59), timedelta(0), timedelta(days=-1), timedelta(days=367)])
def test_a_time_that_platforms_take_for_ever_is_refused(town: LiveTown, span: timedelta) -> None:
    people(town, "boss", "bob")

    def attempt(ctx: Context) -> None:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "bob")
        assert account is not None
        for verb in (ctx.mute, ctx.ban):
            with pytest.raises(ValueError, match="366 days"):
                verb(account.member, for_=span)

    town.inside(attempt)
    assert waiting(town) == 0


def test_who_did_it_and_why(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    boss.says("/do ban bob 24")
    (entry,) = audited(town, "member-ban")
    assert entry.actor_id == town.inside(lambda ctx: owner(ctx, "sandbox", "boss").id)
    assert entry.member == town.inside(lambda ctx: owner(ctx, "sandbox").id)
    assert (entry.plugin, entry.reason) == ("marshal", "because of it")
    assert entry.details["until"] == "2026-01-02T00:00:00+00:00"
    bob.persona.banned = None
    bob.joins()
    bob.says("spam spam")
    for act in ("member-mute", "message-removed"):
        (entry,) = audited(town, act)
        assert (entry.actor_id, entry.actor, entry.plugin) == (0, "system", "marshal")
    assert entry.reason == "spam"


def test_a_request_that_fails_is_told_of_by_its_id(town: LiveTown) -> None:
    boss, _ = people(town, "boss", "bob")
    town.stage.faults.fail_next(Refused("not enough rights"), times=2, verb="mute")
    boss.says("/do mute bob")
    assert [("failed", part.ref, "not enough rights") for part in DONE[0].asked] == HEARD


def test_a_request_whose_answer_is_lost_is_made_again(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    town.stage.faults.fail_next(Uncertain("lost"), times=3, verb="kick", happened=True)
    boss.says("/do kick bob")
    assert not bob.persona.present
    town.wait(minutes=1)
    assert waiting(town) == 0
    assert HEARD == []


# -- messages


def test_a_message_is_taken_away_and_its_writer_muted(town: LiveTown) -> None:
    _, bob = people(town, "boss", "bob")
    bob.says("spam spam spam")
    assert town.shows_not("spam")
    assert bob.muted
    assert HEARD == [("removed", True)]
    town.wait(hours=1)
    bob.says("fine")
    message = town.stage.room("general").messages[-1]
    town.act(lambda: town.stage.edit_post(bob.persona, message, "not fine"))
    assert town.shows_not("fine")


def test_a_message_by_its_id_and_place(town: LiveTown) -> None:
    _, bob = people(town, "boss", "bob")
    place = town.stage.room("general").where
    message = town.stage.room("general").messages[1]
    assert message.author == bob.persona.key
    assert town.inside(lambda ctx: ctx.remove_message(message.id, where=place))
    assert message.deleted
    assert not town.inside(lambda ctx: ctx.remove_message("m1", where=Where("elsewhere", "c")))

    def attempt(ctx: Context) -> None:
        with pytest.raises(ValueError, match="no message"):
            ctx.remove_message("", where=place)
        with pytest.raises(ValueError, match="no message"):
            ctx.remove_message(MessagePosted(key="k", text="t", where=place))

    town.inside(attempt)


# -- direct chats


def reachable(town: LiveTown, name: str) -> bool:
    def look(ctx: Context) -> bool:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", name)
        assert account is not None
        return ctx.dm_of(account.member) is not None

    return town.inside(look)


def test_who_blocks_the_bot_cannot_be_written_to_until_they_unblock_it(town: LiveTown) -> None:
    boss, bob = people(town, "boss", "bob")
    assert reachable(town, "bob")
    before = town.inside(lambda ctx: ctx.segments.count("reachable"))
    bob.blocks()
    assert HEARD == [("Bob", False)]
    assert not reachable(town, "bob")
    bob.says("writing in the room opens nothing")
    assert not reachable(town, "bob")
    assert town.inside(lambda ctx: ctx.segments.count("reachable")) == before - 1
    town.restart()
    bob.says("nor does a restart")
    assert not reachable(town, "bob")
    bob.blocks()  # again: nothing changes
    bob.unblocks()
    assert reachable(town, "bob")
    assert town.inside(lambda ctx: ctx.segments.count("reachable")) == before
    bob.blocks()
    bob.in_dm("writing to the bot opens it too")
    assert reachable(town, "bob")
    boss.says("hello")


def test_somebody_who_opens_the_chat_first_becomes_known(town: LiveTown) -> None:
    newcomer = town.person("nina")
    newcomer.unblocks()
    assert reachable(town, "nina")


def test_a_refused_direct_message_changes_nothing_else(town: LiveTown) -> None:
    _, bob = people(town, "boss", "bob")
    town.stage.faults.closed_dms.add("bob")

    def write(ctx: Context) -> None:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "bob")
        assert account is not None
        ctx.send(account.member, "psst")

    town.inside(write)
    assert [each[0] for each in HEARD] == ["failed"]
    assert reachable(town, "bob")
    assert bob.persona.present


# -- the sender


class OrderFake(Fake):
    """A fake that keeps order."""


def _verb(name: str) -> Any:
    async def verb(self: Fake, action: Any, delivery: Any) -> str:
        return await self._do(name, action, delivery)

    return verb


for _name in ("mute", "unmute", "kick", "ban", "unban", "remove_message", "close_topic", "refund"):
    setattr(OrderFake, _name, _verb(_name))

SPACE = Where("fake", "", "s")
ORDER: list[AnyAction] = [
    Mute(where=SPACE, to=ALICE),
    Unmute(where=SPACE, to=ALICE),
    Kick(where=SPACE, to=ALICE),
    Ban(where=SPACE, to=ALICE),
    Unban(where=SPACE, to=ALICE),
    RemoveMessage(where=where("c", "s"), message="5"),
    CloseTopic(where=where("c", "s")),
    RefundPayment(where=where("dm"), to=ALICE, charge="x"),
]


@pytest.mark.asyncio
@pytest.mark.parametrize("action", ORDER, ids=lambda action: type(action).__name__)
async def test_an_uncertain_request_is_made_again_and_counts_for_no_channel(action: Any) -> None:
    desk = Desk(platform=OrderFake)
    desk.fake.errors += [Uncertain("?"), RetryLater(1), Uncertain("?")]
    row = desk.put(action)
    await desk.drain()
    assert desk.fates() == {row: "sent"}
    assert len(desk.fake.calls) == 4
    assert type(action) not in COUNTED


@pytest.mark.asyncio
async def test_moderation_does_not_wait_for_a_busy_or_frozen_channel() -> None:
    desk = Desk(Limits(channel_rate=1, space_rate=1), platform=OrderFake)
    for ref in range(1, 4):
        message = SendMessage(where=where("s", "s"), ref=ref, card=Card(text=str(ref)))
        desk.put(message, NORMAL)
    desk.fake.errors.append(RetryLater(60))
    await desk.sender.settle()
    for order in ORDER[:5]:
        desk.put(order, int(Priority.MODERATION))
    await desk.sender.settle()
    assert [call.verb for call in desk.fake.calls] == ["send", "mute", "unmute", "kick", "ban", "unban"]
