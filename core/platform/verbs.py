"""A platform: the verbs that an adapter overrides, one for each kind of action."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from coterie.core import actions
from coterie.core.events import Who
from coterie.core.platform.inbox import Inbox
from coterie.core.platform.meter import Meter
from coterie.core.platform.values import CommandMenu, Delivery, Holdings, Limits


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
    access_page: ClassVar[int] = 100
    """How many accounts :meth:`access_of` is asked for at once."""
    meter: Meter | None = None
    """Counts requests, where all that a bot asks uses up ``limits.overall_rate``; None where only messages do."""

    async def start(self, inbox: Inbox) -> None:
        """Connect and begin to hand in events."""

    async def stop(self) -> None:
        """Hand in no more events, and return when those that were taken have come to their end."""

    async def close(self) -> None:
        """Disconnect; the Sender has stopped before."""

    def answering(self, handle: str) -> None:
        """An answer to what a handle names waits for its turn: until it is out, nothing should end that quietly."""

    def direct(self, who: Who) -> str:
        """The channel id of an account's direct chat with the bot, or an empty string where none can be named."""
        return ""

    async def check(self) -> Sequence[str]:
        """Problems of the bot's rights, in plain words; empty when all is well."""
        return ()

    async def show_commands(self, commands: Sequence[CommandMenu]) -> None:
        """Offer the commands in the platform's own menu."""

    async def send(self, action: actions.SendMessage, delivery: Delivery) -> str:
        """Post a card in a channel."""
        raise NotImplementedError

    async def send_private(self, action: actions.SendPrivate, delivery: Delivery) -> str:
        """Show a card to one person only."""
        raise NotImplementedError

    async def edit(self, action: actions.EditMessage, delivery: Delivery) -> str:
        """Replace the card of ``delivery.native``."""
        raise NotImplementedError

    async def delete(self, action: actions.DeleteMessage, delivery: Delivery) -> str:
        """Remove ``delivery.native``."""
        raise NotImplementedError

    async def open_form(self, action: actions.OpenForm, delivery: Delivery) -> str:
        """Show a form to one person."""
        raise NotImplementedError

    async def close_form(self, action: actions.CloseForm, delivery: Delivery) -> str:
        """Put the form away."""
        raise NotImplementedError

    async def send_invoice(self, action: actions.SendInvoice, delivery: Delivery) -> str:
        """Ask one person for a payment."""
        raise NotImplementedError

    async def approve_join(self, action: actions.ApproveJoin, delivery: Delivery) -> str:
        """Let an applicant in."""
        raise NotImplementedError

    async def decline_join(self, action: actions.DeclineJoin, delivery: Delivery) -> str:
        """Refuse an applicant."""
        raise NotImplementedError

    async def remove_message(self, action: actions.RemoveMessage, delivery: Delivery) -> str:
        """Take away a message that somebody else wrote."""
        raise NotImplementedError

    async def pin(self, action: actions.Pin, delivery: Delivery) -> str:
        """Pin ``delivery.native``."""
        raise NotImplementedError

    async def unpin(self, action: actions.Unpin, delivery: Delivery) -> str:
        """Take the pin off ``delivery.native``."""
        raise NotImplementedError

    async def send_poll(self, action: actions.SendPoll, delivery: Delivery) -> str:
        """Post a poll; returns the message's native id and the poll's, with ``/`` between them (one id where they are
        the same).  Whatever is done to it later gets the message's id as ``delivery.native``.
        """
        raise NotImplementedError

    async def close_poll(self, action: actions.ClosePoll, delivery: Delivery) -> str:
        """End the poll in the message ``delivery.native``; one that has ended is done already."""
        raise NotImplementedError

    async def open_topic(self, action: actions.OpenTopic, delivery: Delivery) -> str:
        """Make a topic or thread; returns its channel id."""
        raise NotImplementedError

    async def close_topic(self, action: actions.CloseTopic, delivery: Delivery) -> str:
        """Close a topic or thread."""
        raise NotImplementedError

    async def mute(self, action: actions.Mute, delivery: Delivery) -> str:
        """Keep an account from writing. A row may have waited: an ``until`` that has passed asks for nothing any more,
        which some platforms would take for ever.  The place has no channel, here and in the other verbs about people.
        """
        raise NotImplementedError

    async def unmute(self, action: actions.Unmute, delivery: Delivery) -> str:
        """Let an account write again."""
        raise NotImplementedError

    async def kick(self, action: actions.Kick, delivery: Delivery) -> str:
        """Take an account out; where that is a ban, lift it again: both or, repeated, both again."""
        raise NotImplementedError

    async def ban(self, action: actions.Ban, delivery: Delivery) -> str:
        """Take an account out and keep it out."""
        raise NotImplementedError

    async def unban(self, action: actions.Unban, delivery: Delivery) -> str:
        """Let a banned account come back."""
        raise NotImplementedError

    async def set_nickname(self, action: actions.SetNickname, delivery: Delivery) -> str:
        """Name an account in the space; Refused for one that stands above the bot."""
        raise NotImplementedError

    async def set_filter(self, action: actions.SetFilter, delivery: Delivery) -> str:
        """Make or replace a filter of the platform's own."""
        raise NotImplementedError

    async def drop_filter(self, action: actions.DropFilter, delivery: Delivery) -> str:
        """Take a filter away; one that is not there is gone already."""
        raise NotImplementedError

    async def schedule(self, action: actions.Schedule, delivery: Delivery) -> str:
        """Put a gathering in the space's calendar; returns its native id, which events about it name. With
        ``idempotent_sends`` a second request with the same key finds the first one, as with messages.
        """
        raise NotImplementedError

    async def reschedule(self, action: actions.Reschedule, delivery: Delivery) -> str:
        """Change the gathering ``delivery.native``."""
        raise NotImplementedError

    async def call_off(self, action: actions.CallOff, delivery: Delivery) -> str:
        """Call the gathering ``delivery.native`` off; one that is over or gone is done already."""
        raise NotImplementedError

    async def consume(self, action: actions.Consume, delivery: Delivery) -> str:
        """Use up a purchase; one that is used up is done already."""
        raise NotImplementedError

    async def refund(self, action: actions.RefundPayment, delivery: Delivery) -> str:
        """Give a payment back; one that was given back before is done already."""
        raise NotImplementedError

    async def end_subscription(self, action: actions.EndSubscription, delivery: Delivery) -> str:
        """Let a subscription run out, or be renewed again."""
        raise NotImplementedError

    # What accounts have in a space. A verb returns an empty string when it is done, or HAD or ABSENT. It does not touch
    # what it knows or must suspect to be a person's doing; what it finds as it should be already is done.

    async def give_role(self, action: actions.GiveRole, delivery: Delivery) -> str:
        """Give a role. HAD when the account had it before and not by a request with this mark."""
        raise NotImplementedError

    async def take_role(self, action: actions.TakeRole, delivery: Delivery) -> str:
        """Take a role away. HAD when a person has given it since, or may have (``action.sure``); then it stays."""
        raise NotImplementedError

    async def set_tag(self, action: actions.SetTag, delivery: Delivery) -> str:
        """Set a tag. HAD when one stands there that is not in ``replaces``; then it stays."""
        raise NotImplementedError

    async def invite(self, action: actions.Invite, delivery: Delivery) -> str:
        """Send a one-use link; returns the link as :class:`MemberJoined` will name it. HAD when they are in already."""
        raise NotImplementedError

    async def remove(self, action: actions.Remove, delivery: Delivery) -> str:
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

__all__ = ["VERBS", "Platform"]
