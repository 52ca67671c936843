"""Deeds: how each thing that people do in a town is done on the server."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from coterie.adapters.telegram.fake.model import FakeMessage, Member
from coterie.core.events import (
    ButtonTapped,
    DirectChanged,
    Event,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    PollAnswered,
    ReactionAdded,
    StandingChanged,
    Where,
)
from coterie.core.testing.polls import poll_id
from coterie.core.testing.wired import Deed

if TYPE_CHECKING:
    from coterie.adapters.telegram.fake import FakeTelegram
    from coterie.adapters.telegram.fake.town import TelegramTown

Act = Callable[["FakeTelegram"], int]
"""Something done on the server's thread; returns the id of the update that tells of it."""


def _chat(town: TelegramTown, where: Where | None) -> int:
    assert where is not None
    room = town.room(where.channel)
    return town.account(town.people[room.owner].who).number if room.owner else town.group


def post(town: TelegramTown, event: MessagePosted) -> Act:
    """Write in a room or to the bot."""
    account, chat = town.account(event.who), _chat(town, event.where)
    assert event.where is not None
    topic = town.topic_of(town.room(event.where.channel))
    reply = town.mirror.key_of(event.reply_to)[1] if event.reply_to in town.mirror.raw else 0
    message = town.messages[event.message]

    def act(fake: FakeTelegram) -> int:
        update = fake.says(account.number, chat, event.text, reply_to=reply, thread_id=topic)
        town.mirror.note(message, fake.chat(chat).messages[-1])
        return update

    return act


def edit(town: TelegramTown, event: MessageEdited) -> Act:
    """Change a message."""
    account, (chat, number) = town.account(event.who), town.mirror.key_of(event.message)
    return lambda fake: fake.edits(account.number, chat, number, event.text)


def tap(town: TelegramTown, event: ButtonTapped) -> Act:
    """Press a button, also with a token that is shown nowhere."""
    account, (chat, number) = town.account(event.who), town.mirror.key_of(event.message)
    return lambda fake: fake.taps(account.number, number, chat, event.token)


def react(town: TelegramTown, event: ReactionAdded) -> Act:
    """React to a message, beside one's earlier reactions."""
    account, (chat, number) = town.account(event.who), town.mirror.key_of(event.message)
    reactions = town.messages[event.message].reactions
    mine = [emoji for emoji, people in reactions.items() if account.key in people]
    return lambda fake: fake.reacts(account.number, chat, number, *mine)


def join(town: TelegramTown, event: MemberJoined) -> Act:
    """Come into the group."""
    account = town.account(event.who)

    def act(fake: FakeTelegram) -> int:
        fake.chat(town.group).members.pop(account.number, None)  # who is new stands outside
        return fake.joins(account.number, town.group)

    return act


def leave(town: TelegramTown, event: MemberLeft) -> Act:
    """Go out of the group."""
    account = town.account(event.who)

    def act(fake: FakeTelegram) -> int:
        fake.chat(town.group).members[account.number] = Member(account.number)
        return fake.leaves(account.number, town.group)

    return act


def ask(town: TelegramTown, event: JoinRequested) -> Act:
    """Ask to be let in."""
    account = town.account(event.who)

    def act(fake: FakeTelegram) -> int:
        fake.chat(town.group).members.pop(account.number, None)
        return fake.asks_to_join(account.number, town.group, bio=event.text)

    return act


def stand(town: TelegramTown, event: StandingChanged) -> Act:
    """Become an administrator of the group, or an ordinary member."""
    account, status = town.account(event.who), "administrator" if event.standing == "operator" else "member"
    return lambda fake: fake.stands(account.number, town.group, status)


def pay(town: TelegramTown, event: PaymentReceived) -> Act:
    """Pay an invoice: the newest of the amount in one's direct chat."""
    account = town.account(event.who)

    def fits(message: FakeMessage) -> bool:
        invoice = message.extra.get("invoice", {})
        return (invoice.get("total_amount"), invoice.get("currency")) == (event.amount, event.currency)

    def act(fake: FakeTelegram) -> int:
        return fake.pays(account.number, next(filter(fits, reversed(fake.chat(account.number).shown))))

    return act


def vote(town: TelegramTown, event: PollAnswered) -> Act:
    """Answer a poll."""
    account = town.account(event.who)
    poll = next(raw.poll["id"] for name, raw in town.mirror.raw.items() if poll_id(name) == event.poll)
    return lambda fake: fake.answers_poll(account.number, poll, event.options)


def block(town: TelegramTown, event: DirectChanged) -> Act:
    """Block the bot, or take that back."""
    account = town.account(event.who)
    return lambda fake: fake.unblocks(account.number) if event.open else fake.blocks(account.number)


DEEDS: Final[dict[type[Event], Deed]] = {
    MessagePosted: post,
    MessageEdited: edit,
    ButtonTapped: tap,
    ReactionAdded: react,
    MemberJoined: join,
    MemberLeft: leave,
    JoinRequested: ask,
    StandingChanged: stand,
    PaymentReceived: pay,
    PollAnswered: vote,
    DirectChanged: block,
}
"""What is done for each kind of event."""
