"""Every verb about members, topics, polls and payments, carried out over HTTP by the unmodified library."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import pytest

from coterie.adapters.telegram import access
from coterie.adapters.telegram.client import close_bot
from coterie.adapters.telegram.config import TelegramConfig
from coterie.adapters.telegram.fake import FakeChat, FakeTelegram, NotPossible
from coterie.adapters.telegram.invoices import invoice_of
from coterie.adapters.telegram.links import address_of
from coterie.adapters.telegram.platform import TelegramPlatform
from coterie.core.actions import (
    Action,
    ApproveJoin,
    Ban,
    ClosePoll,
    CloseTopic,
    DeclineJoin,
    Invite,
    Kick,
    Mute,
    OpenTopic,
    Pin,
    RefundPayment,
    Remove,
    RemoveMessage,
    SendInvoice,
    SendPoll,
    SetTag,
    Unban,
    Unmute,
    Unpin,
    kind_of,
)
from coterie.core.cards import Card
from coterie.core.events import Where, Who
from coterie.core.platform import ABSENT, HAD, VERBS, Delivery, Holdings, Refused, Uncertain

pytestmark = pytest.mark.asyncio

MARK: Final = 7_340_000_000_000_000_001


class Scene:
    """A group with Bob in it, and the platform, which was built and never started."""

    def __init__(self, fake: FakeTelegram, platform: TelegramPlatform) -> None:
        self.fake, self.platform = fake, platform
        self.bob = fake.user("Bob")
        fake.private(self.bob)
        self.who = Who("telegram", str(self.bob["id"]), "Bob")
        self.group = fake.group("Owls", forum=True, members=["Bob"])
        self.where = place(self.group)

    async def do(self, action: Action, native: str = "") -> str:
        """Carry an action out, as the sender does."""
        verb = getattr(self.platform, VERBS[kind_of(action)])
        said: str = await verb(action, Delivery(str(len(self.fake.calls)), native))
        return said

    def status(self, chat: FakeChat | None = None) -> str:
        """Bob's standing."""
        member = (chat or self.group).members.get(self.bob["id"])
        return "left" if member is None else member.status

    def tag(self) -> str:
        """The tag beside Bob's name."""
        return self.group.members[self.bob["id"]].tag


def place(chat: FakeChat) -> Where:
    return Where("telegram", str(chat.id), str(chat.id))


def configured(fake: FakeTelegram) -> TelegramConfig:
    return TelegramConfig.model_validate(
        {"token": fake.token, "api_base_url": fake.base_url, "api_file_url": fake.file_url}
    )


@asynccontextmanager
async def stage() -> AsyncIterator[Scene]:
    async with FakeTelegram() as fake:
        platform = TelegramPlatform(configured(fake))
        try:
            yield Scene(fake, platform)
        finally:
            await close_bot(platform.calls.bot)


# -- access


async def test_a_tag_comes_changes_and_goes() -> None:
    async with stage() as scene:

        def tag(text: str, *replaces: str) -> SetTag:
            return SetTag(where=scene.where, to=scene.who, mark=MARK, tag=text, replaces=replaces)

        assert await scene.do(tag("Gold")) == ""
        assert scene.tag() == "Gold"
        assert await scene.do(tag("Silver", "Gold", "Silver")) == ""
        assert scene.tag() == "Silver"
        assert await scene.do(tag("", "Gold")) == HAD
        assert scene.tag() == "Silver"
        assert await scene.do(tag("", "Silver")) == ""
        assert scene.tag() == ""
        scene.fake.leaves(scene.bob, scene.group)
        assert await scene.do(tag("Gold")) == ABSENT


async def test_a_tag_whose_answer_was_lost_is_known_to_stand() -> None:
    async with stage() as scene:
        scene.fake.faults.reset(method="setChatMemberTag", after=True)
        assert await scene.do(SetTag(where=scene.where, to=scene.who, mark=MARK, tag="Gold")) == ""
        scene.fake.faults.reset(method="setChatMemberTag")
        with pytest.raises(Uncertain):
            await scene.do(SetTag(where=scene.where, to=scene.who, mark=MARK, tag="Silver", replaces=("Gold",)))
        assert scene.tag() == "Gold"


def invitation(scene: Scene, cellar: FakeChat, replaces: str = "") -> Invite:
    return Invite(
        where=Where("telegram", f"access:{scene.who.id}@{cellar.id}", str(cellar.id)),
        to=scene.who,
        mark=MARK,
        dm=Where("telegram", scene.who.id, kind="dm"),
        card=Card(title="Gold", text="Come in"),
        label="Open",
        replaces=replaces,
    )


async def test_a_link_lets_in_one_and_the_last_one_counts() -> None:
    async with stage() as scene:
        cellar = scene.fake.group("Cellar")
        first = await scene.do(invitation(scene, cellar))
        link = await scene.do(invitation(scene, cellar, first))
        assert (cellar.invites[address_of(first)].revoked, cellar.invites[address_of(link)].revoked) == (True, False)
        assert str(MARK) in cellar.invites[address_of(link)].name
        message = scene.fake.chat(scene.bob["id"]).shown[-1]
        assert message.text == "Gold\nCome in"
        assert [(button["text"], button["url"]) for button in message.buttons] == [("Open", address_of(link))]
        scene.fake.joins(scene.bob, cellar, address_of(link))
        with pytest.raises(NotPossible):
            scene.fake.joins("Mallory", cellar, address_of(link))
        assert await scene.do(invitation(scene, cellar, link)) == HAD


async def test_a_link_that_cannot_be_delivered_leads_nowhere() -> None:
    async with stage() as scene:
        cellar = scene.fake.group("Cellar")
        scene.fake.blocks(scene.bob)
        with pytest.raises(Refused):
            await scene.do(invitation(scene, cellar))
        assert [invite.revoked for invite in cellar.invites.values()] == [True]


async def test_a_removal_takes_the_member_out_and_lets_them_come_back() -> None:
    async with stage() as scene:
        cellar = scene.fake.group("Cellar")
        link = await scene.do(invitation(scene, cellar))
        scene.fake.joins(scene.bob, cellar, address_of(link))
        gone = Remove(where=place(cellar), to=scene.who, mark=MARK, link=link)
        assert await scene.do(Remove(where=place(cellar), to=scene.who, mark=MARK, link=link, sure=False)) == HAD
        assert scene.status(cellar) == "member"
        assert await scene.do(gone) == ""
        assert scene.status(cellar) == "left"
        assert cellar.invites[address_of(link)].revoked
        assert await scene.do(gone) == ABSENT
        scene.fake.joins(scene.bob, cellar, address_of(await scene.do(invitation(scene, cellar))))


async def test_a_removal_that_lost_its_second_half_is_ended_by_a_repeat() -> None:
    async with stage() as scene:
        gone = Remove(where=scene.where, to=scene.who, mark=MARK)
        scene.fake.faults.reset(method="unbanChatMember")
        with pytest.raises(Uncertain):
            await scene.do(gone)
        assert scene.status() == "kicked"
        assert await scene.do(gone) == ""
        assert scene.status() == "left"


async def test_what_accounts_have_is_seen_by_a_platform_that_was_never_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(access, "PAUSE", 0)
    async with stage() as scene:
        scene.fake.stands("Carol", scene.group, "member", tag="Gold")
        names = {name: Who("telegram", str(scene.fake.user(name)["id"])) for name in ("Bob", "Carol", "Dave")}
        stranger = Who("telegram", "987654321")
        told = await scene.platform.access_of(str(scene.group.id), [*names.values(), stranger])
        assert {native: holdings for (_, native), holdings in told.items()} == {
            names["Bob"].id: Holdings(True),
            names["Carol"].id: Holdings(True, tag="Gold"),
            names["Dave"].id: Holdings(False),
        }


# -- moderation


async def test_mutes_come_and_go() -> None:
    async with stage() as scene:
        until = (int(scene.fake.clock()) + 3600) * 1000
        assert await scene.do(Mute(where=scene.where, to=scene.who, until=until)) == ""
        member = scene.group.members[scene.bob["id"]]
        assert (member.status, member.permissions, member.until * 1000) == ("restricted", frozenset(), until)
        with pytest.raises(NotPossible):
            scene.fake.says(scene.bob, scene.group, "spam")
        assert await scene.do(Unmute(where=scene.where, to=scene.who)) == ""
        assert scene.status() == "member"
        scene.fake.says(scene.bob, scene.group, "sorry")


async def test_a_short_mute_ends() -> None:
    """Telegram would take its end for one that is never."""
    async with stage() as scene:
        await scene.do(Mute(where=scene.where, to=scene.who, until=1))
        assert 0 < scene.group.members[scene.bob["id"]].until - scene.fake.clock() < 60


async def test_kicks_and_bans() -> None:
    async with stage() as scene:
        assert await scene.do(Kick(where=scene.where, to=scene.who)) == ""
        assert scene.status() == "left"
        scene.fake.joins(scene.bob, scene.group)
        assert await scene.do(Ban(where=scene.where, to=scene.who)) == ""
        assert (scene.status(), scene.group.members[scene.bob["id"]].until) == ("kicked", 0)
        with pytest.raises(NotPossible):
            scene.fake.joins(scene.bob, scene.group)
        for action in (Kick(where=scene.where, to=scene.who), Mute(where=scene.where, to=scene.who)):
            assert await scene.do(action) == ""
            assert scene.status() == "kicked"
        assert await scene.do(Unban(where=scene.where, to=scene.who)) == ""
        assert scene.status() == "left"
        scene.fake.joins(scene.bob, scene.group)
        assert await scene.do(Unban(where=scene.where, to=scene.who)) == ""
        assert scene.status() == "member"


async def test_administrators_and_missing_rights_are_told_in_words() -> None:
    async with stage() as scene:
        scene.fake.stands(scene.bob, scene.group, "administrator")
        for action in (each(where=scene.where, to=scene.who) for each in (Mute, Kick, Ban)):
            with pytest.raises(Refused, match="administrator"):
                await scene.do(action)
        weak = scene.fake.group("Weak", rights=(), members=["Bob"])
        for act in (each(where=place(weak), to=scene.who) for each in (Mute, Kick, Ban, Unban)):
            with pytest.raises(Refused, match="the bot needs the right to ban users there"):
                await scene.do(act)
        with pytest.raises(Refused, match="the bot needs the right to manage tags there"):
            await scene.do(SetTag(where=place(weak), to=scene.who, mark=MARK, tag="Gold"))
        with pytest.raises(Refused, match="the bot needs the right to invite users there"):
            await scene.do(invitation(scene, scene.fake.group("Weaker", rights=())))


async def test_a_basic_group_puts_people_out_and_is_followed_when_it_moves() -> None:
    async with stage() as scene:
        small = scene.fake.group("Small", supergroup=False, members=["Bob"])
        with pytest.raises(Refused, match="basic group"):
            await scene.do(Mute(where=place(small), to=scene.who))
        assert await scene.do(Kick(where=place(small), to=scene.who)) == ""
        assert scene.status(small) != "member"
        moving = scene.fake.group("Moving", supergroup=False, members=["Bob"])
        scene.fake.upgrades(moving)
        assert await scene.do(Kick(where=place(moving), to=scene.who)) == ""
        new = scene.fake.chat(moving.upgraded_to)
        assert scene.status(new) == "left"
        assert await scene.do(Ban(where=place(moving), to=scene.who)) == ""
        assert scene.status(new) == "kicked"


async def test_a_message_of_somebody_else_is_taken_away_once() -> None:
    async with stage() as scene:
        scene.fake.says(scene.bob, scene.group, "spam")
        message = scene.group.shown[-1]
        for _ in range(2):
            assert await scene.do(RemoveMessage(where=scene.where, message=str(message.message_id))) == ""
            assert message.deleted
        weak = scene.fake.group("Weak", rights=(), members=["Bob"])
        scene.fake.says(scene.bob, weak, "spam")
        with pytest.raises(Refused, match="lacks the right to delete"):
            await scene.do(RemoveMessage(where=place(weak), message=str(weak.shown[-1].message_id)))


@pytest.mark.parametrize("query", [False, True])
async def test_requests_to_join_are_decided_once(query: bool) -> None:
    async with stage() as scene:
        cellar = scene.fake.group("Cellar")
        scene.fake.asks_to_join(scene.bob, cellar, query=query)
        if query:
            scene.platform.joins.opened(str(cellar.id), scene.who.id, cellar.requests[scene.bob["id"]].query_id)
        for _ in range(2):
            assert await scene.do(ApproveJoin(where=place(cellar), to=scene.who)) == ""
            assert scene.status(cellar) == "member"
        carol = scene.fake.user("Carol")
        scene.fake.asks_to_join(carol, cellar)
        for _ in range(2):
            assert await scene.do(DeclineJoin(where=place(cellar), to=Who("telegram", str(carol["id"])))) == ""
            assert not cellar.requests
        assert carol["id"] not in cellar.members
        assert len(scene.fake.called("answerChatJoinRequestQuery")) == query


# -- pins, polls, topics


async def test_pins_come_and_go() -> None:
    async with stage() as scene:
        poll = await scene.do(SendPoll(where=scene.where, ref=1, question="Tea?", options=("Yes", "No")))
        number = int(poll.partition("/")[0])
        for _ in range(2):
            assert await scene.do(Pin(where=scene.where, ref=1), poll) == ""
            assert scene.group.pinned == [number]
        for _ in range(2):
            assert await scene.do(Unpin(where=scene.where, ref=1), poll) == ""
            assert scene.group.pinned == []
        with pytest.raises(Refused, match="the message to pin is gone"):
            await scene.do(Pin(where=scene.where, ref=1), "4711")


async def test_polls_and_quizzes_open_and_close() -> None:
    async with stage() as scene:
        native = await scene.do(
            SendPoll(
                where=scene.where,
                ref=1,
                question="Which?",
                options=("a", "b", "c"),
                correct=(2, 0),
                several=True,
                explanation="Two of three",
                closes_in=600,
            )
        )
        message, _, poll = native.partition("/")
        shown = scene.fake.world.polls[poll]
        assert shown.message_id == int(message)
        told = {name: shown.poll[name] for name in ("type", "is_anonymous", "correct_option_ids", "open_period")}
        assert told == {"type": "quiz", "is_anonymous": False, "correct_option_ids": [0, 2], "open_period": 600}
        assert shown.poll["explanation"] == "Two of three"
        scene.fake.answers_poll(scene.bob, poll, [0, 2])
        for _ in range(2):
            assert await scene.do(ClosePoll(where=scene.where, ref=1), native) == ""
            assert shown.poll["is_closed"]
        with pytest.raises(NotPossible):
            scene.fake.answers_poll("Carol", poll, [1])


async def test_topics_open_close_and_hold_polls() -> None:
    async with stage() as scene:
        channel = await scene.do(OpenTopic(where=scene.where, ref=1, title="Auction"))
        thread = int(channel.removeprefix(f"{scene.group.id}/"))
        assert scene.group.topics[thread].name == "Auction"
        topic = Where("telegram", channel, str(scene.group.id), "thread")
        poll = await scene.do(SendPoll(where=topic, ref=2, question="Tea?", options=("Yes", "No"), anonymous=True))
        assert scene.fake.world.polls[poll.partition("/")[2]].thread_id == thread
        for _ in range(2):
            assert await scene.do(CloseTopic(where=topic)) == ""
            assert scene.group.topics[thread].closed
        plain = scene.fake.group("Plain")
        with pytest.raises(Refused, match="this group has no topics"):
            await scene.do(OpenTopic(where=place(plain), ref=1, title="Auction"))


# -- payments


def tip(scene: Scene, **fields: Any) -> SendInvoice:
    known: dict[str, Any] = {
        "where": scene.where,
        "ref": 1,
        "to": scene.who,
        "invoice": f"tipjar:{MARK}",
        "title": "A tip",
        "description": "",
        "amount": 250,
        "currency": "XTR",
    }
    return SendInvoice(**{**known, **fields})


async def test_an_invoice_is_paid_by_its_payer_and_given_back_once() -> None:
    async with stage() as scene:
        fake, platform = scene.fake, scene.platform
        native = await scene.do(tip(scene))
        chat = fake.chat(scene.bob["id"])
        message = chat.shown[-1]
        assert native == f"{chat.id}:{message.message_id}"
        assert (message.extra["invoice"]["total_amount"], message.extra["invoice"]["currency"]) == (250, "XTR")
        fake.pays(scene.bob, message)
        (query,) = fake.world.checkouts.values()
        payload = query.invoice["payload"]
        assert invoice_of(payload, scene.who.id, 250, "XTR", platform.invoice_key) == f"tipjar:{MARK}"
        await platform.calls.call("answerPreCheckoutQuery", {"pre_checkout_query_id": query.id, "ok": True})
        (charge,) = fake.charges
        for _ in range(2):
            assert await scene.do(RefundPayment(where=scene.where, to=scene.who, charge=charge.id)) == ""
        assert fake.refunds == [charge]
        with pytest.raises(Refused, match="knows no such payment"):
            await scene.do(RefundPayment(where=scene.where, to=scene.who, charge="another"))


async def test_an_invoice_whose_answer_was_lost_is_left() -> None:
    async with stage() as scene:
        scene.fake.faults.reset(method="sendInvoice", after=True)
        with pytest.raises(Uncertain):
            await scene.do(tip(scene))
        assert len(scene.fake.called("sendInvoice")) == 1
        with pytest.raises(Refused, match="no payment provider"):
            await scene.do(tip(scene, currency="EUR"))
