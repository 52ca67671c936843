"""The adapter interface: how the core sees a platform, whatever it is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Final, Protocol

import pluggy

from coterie.core.actions import (
    ApproveJoin,
    Ban,
    CallOff,
    CloseForm,
    ClosePoll,
    CloseTopic,
    Consume,
    DeclineJoin,
    DeleteMessage,
    DropFilter,
    EditMessage,
    EndSubscription,
    GiveRole,
    Invite,
    Kick,
    Mute,
    OpenForm,
    OpenTopic,
    Pin,
    RefundPayment,
    Remove,
    RemoveMessage,
    Reschedule,
    Schedule,
    SendInvoice,
    SendMessage,
    SendPoll,
    SendPrivate,
    SetFilter,
    SetNickname,
    SetTag,
    TakeRole,
    Unban,
    Unmute,
    Unpin,
)
from coterie.core.config import Config
from coterie.core.events import CommandCalled, Event, Who

if TYPE_CHECKING:
    from aiohttp import web

    from coterie.core.config import Settings
    from coterie.core.plugin import Plugin

hookspec = pluggy.HookspecMarker("coterie")
hookimpl = pluggy.HookimplMarker("coterie")


class Inbox(Protocol):
    """Where an adapter hands in what happened."""

    def submit(self, event: Event) -> asyncio.Future[Any]:
        """Put an event on its community's lane; the future is done when its effects are committed.

        It fails with :class:`UnknownPlace` when no community owns the place, and with the store's error when nothing
        could be
        committed (then the platform should deliver again).
        """

    async def suggest(self, event: CommandCalled, option: str) -> Sequence[Suggestion]:
        """At most 25 proposals for an option of a command that ``who`` is typing ``where``; ``options`` has what stands
        there so far. Nothing for strangers, and never an error.
        """

    async def presences(self, adapter: str, space: str, after: int = 0, limit: int = 1000) -> Sequence[Presence]:
        """Accounts that the store believes to be in a space, a page at a time: ``after`` is the last one's cursor."""

    async def recall(self, name: str) -> str:
        """What :meth:`note` wrote last under a name of the adapter's own; empty when nothing was written."""

    async def note(self, name: str, value: str) -> None:
        """Keep a few words (at most 4,000 characters) over a restart: a place in a stream, never a truth."""


class UnknownPlace(LookupError):
    """No community is configured for the space or account that an event came from."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A platform's published limits. Rates are messages a second (0: none); lengths are characters.

    ``space_rate`` is shared by the channels of one space. ``burst`` is how many messages a quiet channel or space
    takes at once.
    ``answers_free``: an answer with a live handle does not count against the overall rate.
    """

    overall_rate: float = 0
    channel_rate: float = 0
    in_flight: int = 16
    text_length: int = 4000
    buttons_per_row: int = 5
    private_length: int = 2000
    space_rate: float = 0
    burst: int = 1
    answers_free: bool = False


class PlatformError(Exception):
    """A platform did not do what it was asked; ``reason`` is a short sentence for the operator."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class RetryLater(PlatformError):
    """Too fast or temporarily down: try again after ``seconds``; ``everywhere`` when the whole token must wait.

    ``down``: the platform cannot be reached at all, which says nothing about how fast it may be asked.
    """

    def __init__(
        self, seconds: float, reason: str = "rate limited", *, everywhere: bool = False, down: bool = False
    ) -> None:
        super().__init__(reason)
        self.seconds = seconds
        self.everywhere = everywhere
        self.down = down


class Refused(PlatformError):
    """The platform will never do this (closed direct chat, no permission, message gone)."""


class Uncertain(PlatformError):
    """It may have happened (a time-out after the request left)."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture."""

    data: bytes
    media_type: str
    alt: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an adapter gets beside the action: pictures drawn, the native id of an earlier message, a stable key
    against doubles.
    """

    key: str
    native: str = ""
    picture: Picture | None = None
    mentions: dict[int, str] = field(default_factory=dict)
    album: tuple[Picture, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures that could be drawn, in order."""
        return self.album if self.picture is None else (self.picture, *self.album)


@dataclass(frozen=True, slots=True)
class CommandOption:
    """A parameter of a command, for platforms that ask for each by itself.

    ``kind`` is the parameter's (:data:`coterie.core.commands.parameters.Kind`); bounds are those of an ``int``,
    ``length`` is the most characters of a ``str``.  ``suggests``: :meth:`Inbox.suggest` has proposals while somebody
    types.
    """

    name: str
    kind: str
    description: dict[str, str]
    required: bool = True
    minimum: int | None = None
    maximum: int | None = None
    length: int | None = None
    choices: tuple[str, ...] = ()
    suggests: bool = False


@dataclass(frozen=True, slots=True)
class CommandMenu:
    """A command as shown in a platform's own menu; ``where`` is ``any``, ``room`` or ``dm``."""

    name: str
    description: dict[str, str]
    usage: str
    level: str
    options: tuple[CommandOption, ...] = ()
    where: str = "any"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A proposal for what somebody types: what is shown, and what it stands for."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Presence:
    """An account that the store believes to be in a space; ``cursor`` is where the next page begins.

    ``standing`` is what the space last told of it, ``joined_at`` is in milliseconds.
    """

    cursor: int
    id: str
    standing: str
    joined_at: int


HAD: Final = "had"
"""What a verb about access returns when a person's doing already stands there: nothing was changed, and it is not
Coterie's."""
ABSENT: Final = "absent"
"""What a verb about access returns when the account is not in the space."""


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account has in a space. ``joined_at`` is when it came in (milliseconds; 0 where the platform does not
    tell).
    """

    present: bool
    roles: frozenset[str] = frozenset()
    tag: str = ""
    joined_at: int = 0


class Platform:
    """What an adapter offers. It overrides the verbs that its platform has; capabilities are computed from that.

    Each sending verb returns the native message id (or an empty string) and raises a :class:`PlatformError` otherwise.
    """

    name: ClassVar[str] = ""
    limits: ClassVar[Limits] = Limits()
    idempotent_sends: ClassVar[bool] = False
    """Whether a second send with the same ``delivery.key`` gives the first message back in place of a double."""
    longest_mute: ClassVar[int] = 0
    """The most seconds that the platform mutes somebody for, 0 for no limit; a longer mute is renewed by the core."""
    bans_end: ClassVar[bool] = True
    """Whether the platform lifts a ban at its end by itself; the core does where it does not."""

    async def start(self, inbox: Inbox) -> None:
        """Connect and begin to hand in events."""

    async def stop(self) -> None:
        """Hand in no more events, and return when those that were taken have come to their end."""

    async def close(self) -> None:
        """Disconnect; the Sender has stopped before."""

    access_page: ClassVar[int] = 100
    """How many accounts :meth:`access_of` is asked for at once."""

    def direct(self, who: Who) -> str:
        """The channel id of an account's direct chat with the bot, or an empty string where none can be named."""
        return ""

    async def check(self) -> Sequence[str]:
        """Problems of the bot's rights, in plain words; empty when all is well."""
        return ()

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Offer the commands in the platform's own menu."""

    async def send(self, action: SendMessage, delivery: Delivery) -> str:
        """Post a card in a channel."""
        raise NotImplementedError

    async def send_private(self, action: SendPrivate, delivery: Delivery) -> str:
        """Show a card to one person only."""
        raise NotImplementedError

    async def edit(self, action: EditMessage, delivery: Delivery) -> str:
        """Replace the card of ``delivery.native``."""
        raise NotImplementedError

    async def delete(self, action: DeleteMessage, delivery: Delivery) -> str:
        """Remove ``delivery.native``."""
        raise NotImplementedError

    async def open_form(self, action: OpenForm, delivery: Delivery) -> str:
        """Show a form to one person."""
        raise NotImplementedError

    async def close_form(self, action: CloseForm, delivery: Delivery) -> str:
        """Put the form away."""
        raise NotImplementedError

    async def send_invoice(self, action: SendInvoice, delivery: Delivery) -> str:
        """Ask one person for a payment."""
        raise NotImplementedError

    async def approve_join(self, action: ApproveJoin, delivery: Delivery) -> str:
        """Let an applicant in."""
        raise NotImplementedError

    async def decline_join(self, action: DeclineJoin, delivery: Delivery) -> str:
        """Refuse an applicant."""
        raise NotImplementedError

    async def remove_message(self, action: RemoveMessage, delivery: Delivery) -> str:
        """Take away a message that somebody else wrote."""
        raise NotImplementedError

    async def pin(self, action: Pin, delivery: Delivery) -> str:
        """Pin ``delivery.native``."""
        raise NotImplementedError

    async def unpin(self, action: Unpin, delivery: Delivery) -> str:
        """Take the pin off ``delivery.native``."""
        raise NotImplementedError

    async def send_poll(self, action: SendPoll, delivery: Delivery) -> str:
        """Post a poll; returns the message's native id and the poll's, with ``/`` between them (one id where they are
        the same).  Whatever is done to it later gets the message's id as ``delivery.native``.
        """
        raise NotImplementedError

    async def close_poll(self, action: ClosePoll, delivery: Delivery) -> str:
        """End the poll in the message ``delivery.native``; one that has ended is done already."""
        raise NotImplementedError

    async def open_topic(self, action: OpenTopic, delivery: Delivery) -> str:
        """Make a topic or thread; returns its channel id."""
        raise NotImplementedError

    async def close_topic(self, action: CloseTopic, delivery: Delivery) -> str:
        """Close a topic or thread."""
        raise NotImplementedError

    async def mute(self, action: Mute, delivery: Delivery) -> str:
        """Keep an account from writing. A row may have waited: an ``until`` that has passed asks for nothing any more,
        which some platforms would take for ever.  The place has no channel, here and in the other verbs about people.
        """
        raise NotImplementedError

    async def unmute(self, action: Unmute, delivery: Delivery) -> str:
        """Let an account write again."""
        raise NotImplementedError

    async def kick(self, action: Kick, delivery: Delivery) -> str:
        """Take an account out; where that is a ban, lift it again: both or, repeated, both again."""
        raise NotImplementedError

    async def ban(self, action: Ban, delivery: Delivery) -> str:
        """Take an account out and keep it out."""
        raise NotImplementedError

    async def unban(self, action: Unban, delivery: Delivery) -> str:
        """Let a banned account come back."""
        raise NotImplementedError

    async def set_nickname(self, action: SetNickname, delivery: Delivery) -> str:
        """Name an account in the space; Refused for one that stands above the bot."""
        raise NotImplementedError

    async def set_filter(self, action: SetFilter, delivery: Delivery) -> str:
        """Make or replace a filter of the platform's own."""
        raise NotImplementedError

    async def drop_filter(self, action: DropFilter, delivery: Delivery) -> str:
        """Take a filter away; one that is not there is gone already."""
        raise NotImplementedError

    async def schedule(self, action: Schedule, delivery: Delivery) -> str:
        """Put a gathering in the space's calendar; returns its native id, which events about it name. With
        ``idempotent_sends`` a second request with the same key finds the first one, as with messages.
        """
        raise NotImplementedError

    async def reschedule(self, action: Reschedule, delivery: Delivery) -> str:
        """Change the gathering ``delivery.native``."""
        raise NotImplementedError

    async def call_off(self, action: CallOff, delivery: Delivery) -> str:
        """Call the gathering ``delivery.native`` off; one that is over or gone is done already."""
        raise NotImplementedError

    async def consume(self, action: Consume, delivery: Delivery) -> str:
        """Use up a purchase; one that is used up is done already."""
        raise NotImplementedError

    async def refund(self, action: RefundPayment, delivery: Delivery) -> str:
        """Give a payment back; one that was given back before is done already."""
        raise NotImplementedError

    async def end_subscription(self, action: EndSubscription, delivery: Delivery) -> str:
        """Let a subscription run out, or be renewed again."""
        raise NotImplementedError

    # What accounts have in a space. A verb returns an empty string when it is done, or HAD or ABSENT. It does not touch
    # what it knows or must suspect to be a person's doing; what it finds as it should be already is done.

    async def give_role(self, action: GiveRole, delivery: Delivery) -> str:
        """Give a role. HAD when the account had it before and not by a request with this mark."""
        raise NotImplementedError

    async def take_role(self, action: TakeRole, delivery: Delivery) -> str:
        """Take a role away. HAD when a person has given it since, or may have (``action.sure``); then it stays."""
        raise NotImplementedError

    async def set_tag(self, action: SetTag, delivery: Delivery) -> str:
        """Set a tag. HAD when one stands there that is not in ``replaces``; then it stays."""
        raise NotImplementedError

    async def invite(self, action: Invite, delivery: Delivery) -> str:
        """Send a one-use link; returns the link as :class:`MemberJoined` will name it. HAD when they are in already."""
        raise NotImplementedError

    async def remove(self, action: Remove, delivery: Delivery) -> str:
        """Revoke the link; take the account out (where that is a ban, lift it again: both or, repeated, both again).

        HAD when it is in and a person may have let it in (``action.sure``); then it stays.
        """
        raise NotImplementedError

    async def access_of(self, space: str, accounts: Sequence[Who]) -> Mapping[tuple[str, str], Holdings]:
        """What accounts have, by (platform, id); one that is left out is one of which the platform cannot tell.

        Also called on a platform that was built and not started.  Raises a :class:`PlatformError` when it can tell
        nothing.
        """
        raise NotImplementedError

    async def role_problems(self, space: str, roles: Collection[str]) -> Mapping[str, str]:
        """Why the bot cannot give or take these roles (they do not exist, stand above its own), a sentence for each.

        Also called on a platform that was built and not started.  Raises a :class:`PlatformError` when it cannot tell.
        """
        return {}

    @classmethod
    def capabilities(cls) -> frozenset[str]:
        """The verbs that this platform really implements."""
        return frozenset(verb for verb in VERBS.values() if getattr(cls, verb) is not getattr(Platform, verb))


VERBS: dict[str, str] = {
    "send": "send",
    "private": "send_private",
    "edit": "edit",
    "delete": "delete",
    "open-form": "open_form",
    "close-form": "close_form",
    "invoice": "send_invoice",
    "approve-join": "approve_join",
    "decline-join": "decline_join",
    "give-role": "give_role",
    "take-role": "take_role",
    "set-tag": "set_tag",
    "invite": "invite",
    "remove": "remove",
    "remove-message": "remove_message",
    "pin": "pin",
    "unpin": "unpin",
    "poll": "send_poll",
    "close-poll": "close_poll",
    "open-topic": "open_topic",
    "close-topic": "close_topic",
    "mute": "mute",
    "unmute": "unmute",
    "kick": "kick",
    "ban": "ban",
    "unban": "unban",
    "nickname": "set_nickname",
    "set-filter": "set_filter",
    "drop-filter": "drop_filter",
    "schedule": "schedule",
    "reschedule": "reschedule",
    "call-off": "call_off",
    "consume": "consume",
    "refund": "refund",
    "end-subscription": "end_subscription",
}
"""The platform method that carries out each kind of action (its tag)."""


class Adapter:
    """What an entry point of ``coterie.adapters`` names: a configuration and a way to build platforms from it."""

    name: ClassVar[str] = ""
    config: ClassVar[type[Config]] = Config

    def __init__(self, config: Any) -> None:
        self.config_values = config

    def inform(self, settings: Settings, plugins: Iterable[Plugin]) -> None:
        """Learn what the rest of the configuration expects of the platforms; called before their rights are checked."""

    def check_bind(self, host: str) -> None:
        """Raise an error that says why the adapter's pages must not be served on this address."""

    @hookimpl
    def contribute_platforms(self) -> Sequence[Platform]:
        """The platforms that this adapter runs, built and not yet started."""
        return ()

    @hookimpl
    def contribute_routes(self) -> Sequence[tuple[str, str, Callable[[web.Request], Any]]]:
        """Pages of the adapter: (method, path, aiohttp handler)."""
        return ()


__all__ = [
    "ABSENT",
    "HAD",
    "VERBS",
    "Adapter",
    "CommandMenu",
    "CommandOption",
    "Delivery",
    "Holdings",
    "Inbox",
    "Limits",
    "Picture",
    "Platform",
    "PlatformError",
    "Presence",
    "Refused",
    "RetryLater",
    "Suggestion",
    "Uncertain",
    "UnknownPlace",
    "hookimpl",
    "hookspec",
]
