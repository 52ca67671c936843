"""Actions: what should happen outside, as rows of the outbox, carried out after the commit by a platform."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import msgspec

from coterie.core.cards import Card, Question
from coterie.core.events import Where, Who


class Priority(IntEnum):
    """Who goes first when a platform's limit makes messages wait."""

    ANSWER = 0
    MODERATION = 1
    NORMAL = 2
    BROADCAST = 3


class Action(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every action has: where it goes."""

    where: Where


class SendMessage(Action, frozen=True, tag="send", kw_only=True):
    """Post a card; ``ref`` is the message's own id in the store, known before the platform gives one."""

    ref: int
    card: Card
    reply_to: str = ""


class SendPrivate(Action, frozen=True, tag="private", kw_only=True):
    """Answer one person so that only they see it; ``handle`` answers the event that asked, while it lives."""

    ref: int
    to: Who
    card: Card
    handle: str = ""


class EditMessage(Action, frozen=True, tag="edit", kw_only=True):
    """Show another card in place of a message that was sent; only the newest edit counts."""

    ref: int
    card: Card


class DeleteMessage(Action, frozen=True, tag="delete", kw_only=True):
    """Take a message away; pending edits of it are dropped."""

    ref: int


class OpenForm(Action, frozen=True, tag="open-form", kw_only=True):
    """Show a form to one person; ``answers`` are those already given, ``ref`` is the form's own id in the store."""

    ref: int = 0
    token: str
    to: Who
    title: str
    questions: tuple[Question, ...]
    answers: dict[str, str] = {}
    errors: dict[str, str] = {}
    handle: str = ""


class CloseForm(Action, frozen=True, tag="close-form", kw_only=True):
    """The form is done or withdrawn."""

    token: str
    to: Who


class SendInvoice(Action, frozen=True, tag="invoice", kw_only=True):
    """Ask one person for a payment; ``amount`` is in minor units of ``currency``, ``invoice`` comes back with the
    payment.

    With a ``period`` (seconds) it is a subscription, which the platform renews by itself until it is ended.
    """

    ref: int
    to: Who
    invoice: str
    title: str
    description: str
    amount: int
    currency: str
    handle: str = ""
    period: int = 0


class ApproveJoin(Action, frozen=True, tag="approve-join", kw_only=True):
    """Let an applicant into the space."""

    to: Who


class DeclineJoin(Action, frozen=True, tag="decline-join", kw_only=True):
    """Refuse an applicant."""

    to: Who


class AccessAction(Action, frozen=True, kw_only=True):
    """A change of what an account has in the space ``where``; all of them may be carried out again.

    ``mark`` is the same for everything that Coterie does about one thing of one account: where a platform lets a
    request carry a word (an audit log's reason, an invite link's name), it goes there, and tells Coterie's own doing
    from a person's.  ``sure`` is false where nobody knows whether an earlier request was carried out: what such a mark
    does not tell to be Coterie's is then left alone.
    """

    to: Who
    mark: int
    sure: bool = True


class GiveRole(AccessAction, frozen=True, tag="give-role", kw_only=True):
    """Give an account a role."""

    role: str


class TakeRole(AccessAction, frozen=True, tag="take-role", kw_only=True):
    """Take a role away that Coterie gave."""

    role: str


class SetTag(AccessAction, frozen=True, tag="set-tag", kw_only=True):
    """Show a tag (none when empty) beside an account's name, in place of one of ``replaces``, which are Coterie's, or
    of none.
    """

    tag: str
    replaces: tuple[str, ...] = ()


class Invite(AccessAction, frozen=True, tag="invite", kw_only=True):
    """Make a link to the space that works once, for a week, and send it to the account's direct chat ``dm``: the card,
    and below it a button ``label`` that opens the link. The link that it ``replaces`` works no more.
    """

    dm: Where
    card: Card
    label: str
    replaces: str = ""


class Remove(AccessAction, frozen=True, tag="remove", kw_only=True):
    """Take an account out of the space without keeping it from ever coming back, and make its ``link`` useless."""

    link: str = ""


class RemoveMessage(Action, frozen=True, tag="remove-message", kw_only=True):
    """Take away a message that somebody else wrote; ``message`` is its native id."""

    message: str


class Pin(Action, frozen=True, tag="pin", kw_only=True):
    """Pin a message that was sent; ``loud`` tells everybody."""

    ref: int
    loud: bool = False


class Unpin(Action, frozen=True, tag="unpin", kw_only=True):
    """Take the pin off a message that was sent."""

    ref: int


class SendPoll(Action, frozen=True, tag="poll", kw_only=True):
    """Post a poll of the platform's own; with ``correct`` (option numbers from 0) it is a quiz.

    ``closes_in`` is in seconds, 0 for never.  ``several`` options may be chosen at once.  Of an ``anonymous`` poll
    nobody hears who answered what.
    """

    ref: int
    question: str
    options: tuple[str, ...]
    several: bool = False
    anonymous: bool = False
    correct: tuple[int, ...] = ()
    explanation: str = ""
    closes_in: int = 0


class ClosePoll(Action, frozen=True, tag="close-poll", kw_only=True):
    """End a poll that was sent."""

    ref: int


class OpenTopic(Action, frozen=True, tag="open-topic", kw_only=True):
    """Make a channel of its own for a subject (a forum topic, a thread); its native id comes back as the message's."""

    ref: int
    title: str


class CloseTopic(Action, frozen=True, tag="close-topic", kw_only=True):
    """Close the topic that ``where`` names; it stays to be read."""


class ModerationAction(Action, frozen=True, kw_only=True):
    """What is done to an account in the space ``where``; all of them may be carried out again. ``reason`` is for the
    platform's own log, where it has one.
    """

    to: Who
    reason: str = ""


class Mute(ModerationAction, frozen=True, tag="mute", kw_only=True):
    """Keep an account from writing until an instant (milliseconds; 0: until it is lifted)."""

    until: int = 0


class Unmute(ModerationAction, frozen=True, tag="unmute", kw_only=True):
    """Let an account write again."""


class Kick(ModerationAction, frozen=True, tag="kick", kw_only=True):
    """Take an account out of the space; it may come back."""


class Ban(ModerationAction, frozen=True, tag="ban", kw_only=True):
    """Take an account out and keep it out until an instant (milliseconds; 0: until it is lifted)."""

    until: int = 0


class Unban(ModerationAction, frozen=True, tag="unban", kw_only=True):
    """Let a banned account come back; one that is in stays in."""


class SetNickname(ModerationAction, frozen=True, tag="nickname", kw_only=True):
    """Give an account a name in the space, or its own again when empty."""

    name: str = ""


class SetFilter(Action, frozen=True, tag="set-filter", kw_only=True):
    """Let the platform stop messages in the space ``where`` that contain one of ``words`` (``*`` stands for any
    letters) or match one of ``patterns``; it replaces the filter of the same ``name``.

    ``mute`` is how many seconds the writer is muted, 0 for not at all; ``reply`` is what the writer is told.
    """

    name: str
    words: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    mute: int = 0
    reply: str = ""


class DropFilter(Action, frozen=True, tag="drop-filter", kw_only=True):
    """Take the filter of this name away; one that is not there is gone already."""

    name: str


class Schedule(Action, frozen=True, tag="schedule", kw_only=True):
    """Put a gathering in the calendar of the space ``where``; instants are milliseconds, ``place`` says in words where
    it is.
    """

    ref: int
    title: str
    starts: int
    ends: int
    text: str = ""
    place: str = ""


class Reschedule(Action, frozen=True, tag="reschedule", kw_only=True):
    """Change a gathering that was put in the calendar; only the newest change counts."""

    ref: int
    title: str
    starts: int
    ends: int
    text: str = ""
    place: str = ""


class CallOff(Action, frozen=True, tag="call-off", kw_only=True):
    """Call a gathering off that was put in the calendar."""

    ref: int


class Consume(Action, frozen=True, tag="consume", kw_only=True):
    """Use up what an account bought in the platform's own shop, so that it can be bought again; may be repeated."""

    to: Who
    entitlement: str


class RefundPayment(Action, frozen=True, tag="refund", kw_only=True):
    """Give a payment back whole; ``charge`` is the provider's id of it."""

    to: Who
    charge: str


class EndSubscription(Action, frozen=True, tag="end-subscription", kw_only=True):
    """Let a subscription run out at the end of what is paid, or (``resume``) let the subscriber renew it again.

    ``charge`` is the provider's id of its first payment.  What is so already is done.
    """

    to: Who
    charge: str
    resume: bool = False


AnyAccessAction = GiveRole | TakeRole | SetTag | Invite | Remove

AnyAction = (
    SendMessage
    | SendPrivate
    | EditMessage
    | DeleteMessage
    | OpenForm
    | CloseForm
    | SendInvoice
    | ApproveJoin
    | DeclineJoin
    | GiveRole
    | TakeRole
    | SetTag
    | Invite
    | Remove
    | RemoveMessage
    | Pin
    | Unpin
    | SendPoll
    | ClosePoll
    | OpenTopic
    | CloseTopic
    | Mute
    | Unmute
    | Kick
    | Ban
    | Unban
    | SetNickname
    | SetFilter
    | DropFilter
    | Schedule
    | Reschedule
    | CallOff
    | Consume
    | RefundPayment
    | EndSubscription
)

Referring = EditMessage | DeleteMessage | Pin | Unpin | ClosePoll | Reschedule | CallOff
"""What is done to a message that was sent: it waits for that message's native id."""

_decoder = msgspec.json.Decoder(AnyAction)


def decode_action(raw: bytes | str) -> AnyAction:
    """An action from its JSON; raises :class:`msgspec.DecodeError`, as :class:`msgspec.ValidationError` naming the
    field where one is wrong.
    """
    try:
        action: AnyAction = _decoder.decode(raw)
    except RecursionError:
        raise msgspec.ValidationError("lists and objects are nested too deeply") from None
    except UnicodeError as error:
        raise msgspec.DecodeError(f"a text in it is no UTF-8: {error}") from None
    return action


def native_parts(action: Action, native: str) -> tuple[str, str]:
    """The native ids of the message that an action sent, and of the poll in it, from what the platform's verb returned.

    A poll has both, with ``/`` between them, or one id for both; so has a gathering.  A topic is no message.
    """
    if isinstance(action, Schedule):
        return native, native
    if isinstance(action, SendPoll):
        message, _, poll = native.rpartition("/")
        return message or poll, poll
    return "" if isinstance(action, OpenTopic) else native, ""


def kind_of(action: Action) -> str:
    """The action's tag, as stored in the outbox."""
    config: Any = type(action).__struct_config__
    return str(config.tag)
