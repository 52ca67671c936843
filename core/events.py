"""Events: everything that happens, outside or inside, as frozen values with an idempotency key."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from coterie.storage.books.money import Account

ChannelKind = Literal["room", "dm", "thread", "broadcast"]
Standing = Literal["member", "operator"]


class Who(msgspec.Struct, frozen=True, omit_defaults=True):
    """An account as its platform names it."""

    platform: str
    id: str
    name: str = ""
    locale: str = ""
    bot: bool = False


class Where(msgspec.Struct, frozen=True, omit_defaults=True):
    """A place as its platform names it. ``space`` is empty in a direct chat; ``adapter`` is who can send there."""

    adapter: str
    channel: str
    space: str = ""
    kind: ChannelKind = "room"
    title: str = ""


class Event(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What every event has.

    ``key`` is unique in the community: a second event with the same key does nothing.  ``at`` is milliseconds since
    1970 UTC,
    when it happened on the platform (0: now).  ``handle`` is the adapter's own means to answer this event privately (an
    interaction, a callback query), opaque to everybody else.
    """

    key: str
    at: int = 0
    who: Who | None = None
    where: Where | None = None
    handle: str = ""


class MessagePosted(Event, frozen=True, tag="message", kw_only=True):
    """Somebody wrote in a channel or to the bot; a text that starts with ``/`` is routed as a command.

    Who writes in a space is taken to be in it, unless it may be a ``comment`` on a post elsewhere, which people who are
    not in the space can write too (Telegram's discussion groups).
    """

    text: str
    message: str = ""
    reply_to: str = ""
    comment: bool = False


class MessageEdited(Event, frozen=True, tag="message-edited", kw_only=True):
    """Somebody changed a message."""

    text: str
    message: str = ""


class CommandCalled(Event, frozen=True, tag="command", kw_only=True):
    """A command with options that the platform has already told apart (a slash command)."""

    name: str
    options: dict[str, str | int | float | bool] = {}


class ButtonTapped(Event, frozen=True, tag="tap", kw_only=True):
    """Somebody pressed a button; the token is what the button carried."""

    token: str
    message: str = ""


class FormSubmitted(Event, frozen=True, tag="form", kw_only=True):
    """Answers to an open form by question name; may be a part of them.

    ``partial``: the platform asks one question after the other, so the form is complete only when every question was
    asked; one that was skipped has an empty answer.
    """

    token: str
    answers: dict[str, str] = {}
    cancelled: bool = False
    partial: bool = False


class MemberJoined(Event, frozen=True, tag="joined", kw_only=True):
    """An account came into a space; may be repeated by the platform.

    ``guess``: the platform does not tell which invitation was used, and ``invite`` is the one that most likely was.
    """

    invite: str = ""
    guess: bool = False


class MemberLeft(Event, frozen=True, tag="left", kw_only=True):
    """An account left a space or was removed."""


class JoinRequested(Event, frozen=True, tag="join-request", kw_only=True):
    """An account asks to be let into a space."""

    text: str = ""


class StandingChanged(Event, frozen=True, tag="standing", kw_only=True):
    """An account became, or is no longer, an administrator of a space."""

    standing: Standing


class ReactionAdded(Event, frozen=True, tag="reaction", kw_only=True):
    """An account reacted to a message."""

    message: str
    emoji: str


class ReactionRemoved(Event, frozen=True, tag="reaction-removed", kw_only=True):
    """An account took its reaction to a message back."""

    message: str
    emoji: str


class PaymentReceived(Event, frozen=True, tag="payment", kw_only=True):
    """A payment provider confirmed the payment of an invoice. ``amount`` is in minor units; ``charge`` is the
    provider's own id.

    A subscription tells of each of its payments, with the ``invoice`` of the first; ``until`` is when what was paid for
    ends, in milliseconds, and 0 for anything else.
    """

    invoice: str
    amount: int
    currency: str
    charge: str
    until: int = 0


class PaymentRefunded(Event, frozen=True, tag="refunded", kw_only=True):
    """A payment provider gave a payment back, whoever asked for it. ``charge`` is the provider's id of the payment."""

    invoice: str
    amount: int
    currency: str
    charge: str


class EntitlementChanged(Event, frozen=True, tag="entitlement", kw_only=True):
    """What an account bought in the platform's own shop holds, holds until another instant, or holds no more.

    ``entitlement`` is the platform's id of the purchase and ``sku`` that of what was bought.  ``until`` is in
    milliseconds, 0 while no end is known; ``active`` says whether it holds now.  The platform may tell the same again.
    """

    entitlement: str
    sku: str
    active: bool
    until: int = 0


class PollAnswered(Event, frozen=True, tag="poll-answer", kw_only=True):
    """An account chose options (numbers from 0) of a poll that is not anonymous; none when it took its answer back.

    ``poll`` is the platform's id of the poll, ``ref`` the message's own id in the store, filled in by the core, and so
    is ``where`` if the platform does not tell; the adapter is then the one of the account's platform.
    """

    poll: str
    options: tuple[int, ...] = ()
    ref: int = 0


class DirectChanged(Event, frozen=True, tag="direct", kw_only=True):
    """An account opened its direct chat with the bot, or closed it (blocked the bot)."""

    open: bool


class AccountModerated(Event, frozen=True, tag="moderated", kw_only=True):
    """Somebody moderated the account ``who`` with the platform's own means.

    ``by`` is who did it, where the platform tells; ``until`` is the end of a mute or a ban in milliseconds, 0 for none.
    """

    deed: Literal["mute", "unmute", "kick", "ban", "unban"]
    by: Who | None = None
    until: int = 0
    reason: str = ""


class FilterHit(Event, frozen=True, tag="filter-hit", kw_only=True):
    """A filter of the platform's own stopped what ``who`` wrote; ``rule`` is its name or native id, ``word`` what it
    found.
    """

    rule: str
    text: str = ""
    word: str = ""


class ScheduleChanged(Event, frozen=True, tag="schedule", kw_only=True):
    """A gathering in a space's own calendar was put there, changed, began, ended or was called off.

    ``native`` is the platform's id of it; instants are milliseconds, 0 where none is known.  ``ref`` is filled in by
    the core: what ``ctx.schedule`` returned for one of ours, 0 for a person's own, and for the news that ours was put
    there, which may come before anybody knows its id.
    """

    native: str
    state: Literal["planned", "on", "over", "off"]
    title: str = ""
    starts: int = 0
    ends: int = 0
    ref: int = 0


class InterestChanged(Event, frozen=True, tag="interest", kw_only=True):
    """An account wants to come to a gathering (``native`` is the platform's id of it), or does not any more.

    ``ref`` is filled in by the core, as in :class:`ScheduleChanged`.
    """

    native: str
    interested: bool
    ref: int = 0


class SpaceMoved(Event, frozen=True, tag="space-moved", kw_only=True):
    """The space ``where`` has another native id from now on (a Telegram group became a supergroup).

    Its channels are named anew as the space is, if their ids are the space's own or begin with it and a slash; other
    channels keep their ids.  May be told again, by either place.
    """

    to: str


class TimerDue(Event, frozen=True, tag="timer", kw_only=True):
    """A timer's moment has come."""

    timer: int
    plugin: str
    name: str
    args: dict[str, Any] = {}
    due: int = 0


class TaskEnded(Event, frozen=True, tag="task", kw_only=True):
    """A ``@task`` finished: ``result`` on success, ``error`` (a short sentence) otherwise."""

    task: int
    plugin: str
    name: str
    result: Any = None
    error: str = ""


class MessageDelivered(Event, frozen=True, tag="delivered", kw_only=True):
    """An outbound message that asked for it reached a final state: ``sent``, ``failed`` or ``unknown``."""

    ref: int
    plugin: str
    state: Literal["sent", "failed", "unknown"]
    reason: str = ""
    native: str = ""
    """The platform's id of what was sent: of a message, or of the channel that a topic is."""


class MembersMerged(Event, frozen=True, tag="merged", kw_only=True):
    """Member ``gone`` turned out to be member ``kept``: rows that name the one name the other now."""

    kept: int
    gone: int
    merge: int = 0


class MergeUndone(Event, frozen=True, tag="unmerged", kw_only=True):
    """Member ``gone`` is not ``kept`` after all: each has what was theirs before the merge."""

    kept: int
    gone: int
    merge: int


class AccountSeparated(Event, frozen=True, tag="separated", kw_only=True):
    """An account of ``member`` is the new member ``became``, who begins with nothing."""

    member: int
    became: int
    account: int


class Contribution(Event, frozen=True, tag="contribution", kw_only=True):
    """Somebody did something for the community (checked in, won, was featured): what it is worth is for those to say
    who listen.

    ``kind`` is a short name that the plugin documents, ``weight`` how much of it (from 1).  The event's ``key`` tells
    one such deed of a ``kind`` from all others, so that it counts once.
    """

    member: int
    kind: str
    weight: int = 1


class PrizeOffered(Event, frozen=True, tag="prize-offered", kw_only=True):
    """A plugin offers money as a prize that members share: the plugin for red packets makes a packet of it, and answers
    with :class:`PrizeChanged` in the same transaction.

    ``giver`` is the name of the plugin that offers, ``key`` its own name for this prize: who offers it once more gives
    nothing more, and is told how it stands.  ``source`` pays: a budget, or an escrow of the giver; what nobody takes
    goes back there.  ``total`` (minor units) is for ``count`` people, for ``members`` alone (ids) unless that is empty.
    ``member`` has it in hand, such as the host of a contest; ``channel`` (:meth:`Context.channel_id`) is where it is
    shown.  ``wishes`` are as people type them before a greeting.
    """

    giver: str
    source: Account
    total: int
    count: int
    member: int
    channel: int
    members: tuple[int, ...] = ()
    wishes: str = ""
    currency: str = "points"


class PrizeChanged(Event, frozen=True, tag="prize-changed", kw_only=True):
    """How a prize of :class:`PrizeOffered` stands; ``giver`` and ``key`` are those of the offer.

    ``open``: it is shown, as packet ``number``.  ``empty``, ``expired``, ``cancelled``: it has ended, ``takers`` people
    have ``taken`` of it, and ``returned`` went back.  ``refused``: no money moved, and ``why`` tells it in the
    community's language; the same key may be offered again.
    """

    giver: str
    state: Literal["open", "empty", "expired", "cancelled", "refused"]
    packet: int = 0
    number: int = 0
    total: int = 0
    takers: int = 0
    taken: int = 0
    returned: int = 0
    why: str = ""


class AccessChanged(Event, frozen=True, tag="access-changed", kw_only=True):
    """A member got an access, whatever it is on the platforms, or lost the last grant of it."""

    member: int
    access: str
    active: bool


class AccessBraked(Event, frozen=True, tag="access-braked", kw_only=True):
    """A mass change of an access was stopped and waits for an operator.

    ``act`` is ``take`` (removals) or ``again`` (what people removed by hand would be given again); ``wanted`` accounts
    wait, ``allowed`` would have passed.
    """

    access: str
    act: Literal["take", "again"]
    wanted: int
    allowed: int


class BroadcastEnded(Event, frozen=True, tag="broadcast-ended", kw_only=True):
    """All that a plugin's broadcast could do is done, or (``failed``) its audience does not exist any more."""

    broadcast: int
    plugin: str
    state: Literal["done", "failed"]


class ConsentAsked(Event, frozen=True, tag="consent-asked", kw_only=True):
    """A plugin wants a member's consent to a purpose, in its words ``consent-PURPOSE`` of this version."""

    plugin: str
    purpose: str
    wording: str = ""


class ConsentChanged(Event, frozen=True, tag="consent-changed", kw_only=True):
    """A member agreed to a purpose, or said no to it."""

    purpose: str
    given: bool


class HistoryImported(Event, frozen=True, tag="history-imported", kw_only=True):
    """An import found messages of a member that nobody had counted: how many on which community day (ISO dates).

    Somebody who wrote on very many days is told of in several events.
    """

    member: int
    platform: str
    days: dict[str, int]


PlatformEvent = (
    MessagePosted
    | MessageEdited
    | CommandCalled
    | ButtonTapped
    | FormSubmitted
    | MemberJoined
    | MemberLeft
    | JoinRequested
    | StandingChanged
    | ReactionAdded
    | ReactionRemoved
    | PaymentReceived
    | PaymentRefunded
    | EntitlementChanged
    | PollAnswered
    | DirectChanged
    | AccountModerated
    | FilterHit
    | ScheduleChanged
    | InterestChanged
    | SpaceMoved
)
CoreEvent = (
    PlatformEvent
    | TimerDue
    | TaskEnded
    | MessageDelivered
    | MembersMerged
    | MergeUndone
    | AccountSeparated
    | Contribution
    | PrizeOffered
    | PrizeChanged
    | HistoryImported
    | AccessChanged
    | AccessBraked
    | ConsentAsked
    | ConsentChanged
)

_decoder = msgspec.json.Decoder(CoreEvent)


def decode_event(raw: bytes | str) -> CoreEvent:
    """An event from its JSON; raises :class:`msgspec.DecodeError`, as :class:`msgspec.ValidationError` naming the field
    where one is wrong.
    """
    try:
        event: CoreEvent = _decoder.decode(raw)
    except RecursionError:
        raise msgspec.ValidationError("lists and objects are nested too deeply") from None
    except UnicodeError as error:
        raise msgspec.DecodeError(f"a text in it is no UTF-8: {error}") from None
    return event
