"""What a plugin does about people and their messages on every platform: muting, removing, giving money back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from coterie.core.actions import (
    Ban,
    EndSubscription,
    Kick,
    ModerationAction,
    Mute,
    Priority,
    RefundPayment,
    RemoveMessage,
    Unban,
    Unmute,
)
from coterie.core.audit import audit
from coterie.core.clock import to_datetime
from coterie.core.context.gathering import Gathering
from coterie.core.context.knowing import who_of
from coterie.core.context.sentences import Sentence, lifted, passed
from coterie.core.errors import Refusal
from coterie.core.events import MessageEdited, MessagePosted, ReactionAdded, Where, Who
from coterie.core.text import clean_text
from coterie.storage.members import AccountRecord, MemberRecord

SHORTEST: Final = timedelta(minutes=1)
LONGEST: Final = timedelta(days=366)
"""How long somebody can be muted or banned; beyond that it is until it is lifted.

Telegram takes less than thirty seconds, or more than 366 days, for ever, and a request may have to wait a while.
"""
LONGEST_REASON: Final = 300
"""Characters of a reason for the platforms' own logs."""
LONGEST_CHARGE: Final = 256


@dataclass(frozen=True, slots=True)
class ModerationPart:
    """One account (0: it concerns none) in one space; ``ref`` is the request that ``on_delivery`` tells of if it fails
    (0: none was made, the platform cannot do it).
    """

    adapter: str
    space: str
    account: int
    ref: int


@dataclass(frozen=True, slots=True)
class Moderation:
    """What was asked of the platforms about a member, or of a space's filters; true where there is anything."""

    parts: tuple[ModerationPart, ...] = ()

    @property
    def asked(self) -> tuple[ModerationPart, ...]:
        """What was asked for."""
        return tuple(part for part in self.parts if part.ref)

    @property
    def skipped(self) -> tuple[ModerationPart, ...]:
        """Where the platform cannot do it."""
        return tuple(part for part in self.parts if not part.ref)

    def __bool__(self) -> bool:
        return bool(self.asked)


class Moderating(Gathering):
    """The part of the context that moderates: on every account of a member, in every space of the community.

    All of it is written into the audit log, in the name of the operator who acts, or else of the plugin alone.

    What a platform cannot keep up to the end by itself, the core does: it renews a mute that is longer than the
    platform's longest, and lifts a ban where the platform's bans have no end, also after restarts.
    """

    __slots__ = ()

    def mute(self, member: MemberRecord, *, for_: timedelta | None = None, reason: str = "") -> Moderation:
        """Keep a member from writing, for a while or until :meth:`unmute`.

        Raises :class:`Refusal` for operators and bots, :class:`ValueError` for less than a minute or more than 366
        days.
        """
        self._movable(member)
        until = self._until(for_)
        return self._moderate(
            member, "mute", lambda at, who, why: Mute(where=at, to=who, reason=why, until=until), reason, until=until
        )

    def unmute(self, member: MemberRecord, *, reason: str = "") -> Moderation:
        """Let a member write again."""
        return self._moderate(member, "unmute", lambda at, who, why: Unmute(where=at, to=who, reason=why), reason)

    def kick(self, member: MemberRecord, *, reason: str = "") -> Moderation:
        """Take a member out; they may come back. Raises :class:`Refusal` for operators and bots."""
        self._movable(member)
        return self._moderate(member, "kick", lambda at, who, why: Kick(where=at, to=who, reason=why), reason)

    def ban(self, member: MemberRecord, *, for_: timedelta | None = None, reason: str = "") -> Moderation:
        """Take a member out and keep them out, for a while or until :meth:`unban`; raises like :meth:`mute`."""
        self._movable(member)
        until = self._until(for_)
        return self._moderate(
            member, "ban", lambda at, who, why: Ban(where=at, to=who, reason=why, until=until), reason, until=until
        )

    def unban(self, member: MemberRecord, *, reason: str = "") -> Moderation:
        """Let a banned member come back; one who is in stays in."""
        return self._moderate(member, "unban", lambda at, who, why: Unban(where=at, to=who, reason=why), reason)

    def remove_message(
        self,
        message: MessagePosted | MessageEdited | ReactionAdded | str,
        *,
        where: Where | int | None = None,
        reason: str = "",
    ) -> bool:
        """Take away a message that somebody wrote; whether the platform can.

        It is the event that told of it, or the platform's id of it and ``where`` it stands (here by default).  Of
        reactions it is the message reacted to.  Raises :class:`ValueError` for an event without a message.
        """
        known = message.where if not isinstance(message, str) and where is None else None
        place = known or (self.where if where is None else self._place(where))
        native = message if isinstance(message, str) else message.message
        if not native:
            raise ValueError("this event tells of no message that could be removed")
        if not self.can("remove_message", place):
            return False
        writer = None if isinstance(message, str | ReactionAdded) else self._member_behind(message.who)
        self._post(RemoveMessage(where=place, message=native), Priority.MODERATION)
        details = {"place": f"{place.adapter}:{place.channel}", "message": native}
        self._write_down("message-removed", writer, reason, details)
        return True

    def refund(self, charge: str, to: MemberRecord | AccountRecord, *, reason: str = "") -> int:
        """Give a payment back whole, to the member or account that paid it; ``charge`` is its id in ``on_payment``.

        When it is given back, ``on_refund`` hears of it; ``on_delivery`` hears with what this returns as ``ref`` when
        it cannot be.  Asking again does no harm.  Raises :class:`LookupError` where no platform of theirs can give
        money back, or several accounts could have paid (then name the account), :class:`ValueError` for a charge that
        is empty or too long.
        """
        if not 1 <= len(charge) <= LONGEST_CHARGE:
            raise ValueError(f"a charge has 1 to {LONGEST_CHARGE} characters, not {len(charge)}")
        account = to if isinstance(to, AccountRecord) else self._payer(to, "refund")
        where = Where(adapter_of(account), account.dm, kind="dm")
        self._write_down("payment-refund", account.member, reason, {"charge": charge})
        return self._post(RefundPayment(where=where, to=who_of(account), charge=charge), Priority.NORMAL)

    def end_subscription(self, charge: str, to: MemberRecord | AccountRecord, *, resume: bool = False) -> int:
        """Let a subscription run out at the end of what is paid, or with ``resume`` let it be renewed again.

        ``charge`` is the id that its first payment had in ``on_payment``.  The money of the running period is not given
        back; :meth:`refund` does that.  ``on_delivery`` hears with what this returns as ``ref`` when it cannot be done.
        Raises what :meth:`refund` raises.
        """
        if not 1 <= len(charge) <= LONGEST_CHARGE:
            raise ValueError(f"a charge has 1 to {LONGEST_CHARGE} characters, not {len(charge)}")
        account = to if isinstance(to, AccountRecord) else self._payer(to, "end_subscription")
        where = Where(adapter_of(account), account.dm, kind="dm")
        self._write_down(
            "subscription-resume" if resume else "subscription-end", account.member, "", {"charge": charge}
        )
        action = EndSubscription(where=where, to=who_of(account), charge=charge, resume=resume)
        return self._post(action, Priority.NORMAL)

    # -- how

    def _moderate(
        self,
        member: MemberRecord,
        verb: str,
        make: Callable[[Where, Who, str], ModerationAction],
        reason: str,
        *,
        act: str = "",
        until: int = 0,
    ) -> Moderation:
        why = clean_text(reason, LONGEST_REASON, lines=False)
        parts = []
        for account in self.accounts_of(member):
            for adapter, space in self.community.spaces:
                if account.bot or adapter != adapter_of(account):
                    continue
                ref = 0
                if verb in self.unit.services.verbs(adapter):
                    # No channel: what waits for one is not in the way.
                    action = make(Where(adapter, "", space), who_of(account), why)
                    ref = self._post(self._in_force(action, account), Priority.MODERATION)
                parts.append(ModerationPart(adapter, space, account.id, ref))
        done = Moderation(tuple(parts))
        if done:
            details: dict[str, Any] = {"places": len(done.asked)}
            if done.skipped:
                details["skipped"] = len(done.skipped)
            if until:
                details["until"] = to_datetime(until).isoformat(timespec="seconds")
            self._write_down(f"member-{act or verb}", member, why, details)
        return done

    def _in_force(self, action: ModerationAction, account: AccountRecord) -> ModerationAction:
        """What is asked of the platform now; what it cannot keep up by itself is set for later."""
        match action:
            case Mute():
                return passed(self.unit, Sentence.of(self.community.id, self.plugin, account, action), action)
            case Ban():
                return passed(self.unit, Sentence.of(self.community.id, self.plugin, account, action), action)
            case Unmute() | Unban():
                lifted(self.unit, self.community.id, account, action)
        return action

    def _movable(self, member: MemberRecord) -> None:
        """Raise :class:`Refusal` for those whom nobody mutes or removes by a bot: who runs the community, and bots,
        which come in by an administrator's hand.
        """
        accounts = self.accounts_of(member)
        named = any((account.platform, account.native) in self.community.operators for account in accounts)
        if member.standing == "operator" or named:
            raise Refusal("moderate-operator", namespace="core", name=member.name)
        if accounts and self.is_bot(member):
            raise Refusal("moderate-bot", namespace="core", name=member.name)

    def _until(self, for_: timedelta | None) -> int:
        if for_ is None:
            return 0
        if not SHORTEST <= for_ <= LONGEST:
            raise ValueError(f"it is for a minute to 366 days, or until it is lifted (None), not for {for_}")
        return self.unit.now + for_ // timedelta(milliseconds=1)

    def _payer(self, member: MemberRecord, verb: str) -> AccountRecord:
        verbs = self.unit.services.verbs
        found = [account for account in self.accounts_of(member) if verb in verbs(adapter_of(account))]
        if len(found) != 1:
            count = "several accounts" if found else "no account"
            raise LookupError(f"member {member.id} has {count} that could have paid this")
        return found[0]

    def _member_behind(self, who: Who | None) -> MemberRecord | None:
        account = None if who is None else self.unit.members.account(self.community.id, who.platform, who.id)
        return None if account is None else account.member

    def _write_down(self, act: str, member: MemberRecord | None, reason: str, details: dict[str, Any]) -> None:
        # Whoever wrote what a plugin then acts upon by itself has not moderated anybody.
        by_hand = self.account is not None and self.account.member.standing == "operator"
        audit(
            self.unit,
            self.community.id,
            plugin=self.plugin,
            act=act,
            actor=self.actor if by_hand else 0,
            member=0 if member is None else member.id,
            reason=clean_text(reason, LONGEST_REASON, lines=False),
            details=details,
        )


def adapter_of(account: AccountRecord) -> str:
    """Who serves an account: the adapter that it was heard through, or that of its platform."""
    return account.adapter or account.platform
