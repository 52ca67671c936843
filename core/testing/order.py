"""Keeping order in the town: muting, taking out, keeping out, removing messages, and giving money back."""

from __future__ import annotations

from coterie.core.actions import (
    Ban,
    EndSubscription,
    Kick,
    ModerationAction,
    Mute,
    RefundPayment,
    RemoveMessage,
    Unban,
    Unmute,
)
from coterie.core.events import MemberLeft, PaymentRefunded, Where
from coterie.core.platform import Delivery, Refused
from coterie.core.testing.faulty import can_fail
from coterie.core.testing.people import ADAPTER, Message, Persona, persona_key
from coterie.core.testing.standings import StandingsPlatform


class OrderPlatform(StandingsPlatform):
    """The verbs of moderation. What is so already is done; nobody mutes or removes the town's own operators."""

    @can_fail
    async def mute(self, action: Mute, delivery: Delivery) -> str:
        persona = self._subject(action)
        if action.where.space == self.stage.space:
            persona.muted = action.until
            self.stage.tell(None)
        return ""

    @can_fail
    async def unmute(self, action: Unmute, delivery: Delivery) -> str:
        persona = self._subject(action)
        if action.where.space == self.stage.space:
            persona.muted = None
            self.stage.tell(None)
        return ""

    @can_fail
    async def kick(self, action: Kick, delivery: Delivery) -> str:
        self._take_out(self._subject(action), action.where.space)
        return ""

    @can_fail
    async def ban(self, action: Ban, delivery: Delivery) -> str:
        persona, space = self._subject(action), action.where.space
        if space == self.stage.space:
            persona.banned = action.until
        else:
            self.stage.club_bans.setdefault(space, {})[persona.key] = action.until
        self._take_out(persona, space)
        self.stage.tell(None)
        return ""

    @can_fail
    async def unban(self, action: Unban, delivery: Delivery) -> str:
        persona, space = self._subject(action), action.where.space
        if space == self.stage.space:
            persona.banned = None
        else:
            self.stage.club_bans.get(space, {}).pop(persona.key, None)
        self.stage.tell(None)
        return ""

    @can_fail
    async def remove_message(self, action: RemoveMessage, delivery: Delivery) -> str:
        message = self.stage.messages.get(action.message)
        if message is not None and not message.deleted:
            message.deleted = True
            self.stage.changed(message)
        return ""

    @can_fail
    async def refund(self, action: RefundPayment, delivery: Delivery) -> str:
        stage = self.stage
        message = self._paid(action)
        assert message.invoice is not None
        if action.charge in message.given_back:
            return ""
        message.given_back.add(action.charge)
        stage.changed(message)
        event = PaymentRefunded(
            key=stage.next_key(),
            at=stage.clock.now(),
            who=stage.person_of(action.to).who,
            where=stage.rooms[message.room].where,
            invoice=message.invoice.invoice,
            amount=message.invoice.amount,
            currency=message.invoice.currency,
            charge=action.charge,
        )
        if stage.inbox is not None:
            stage.hand_in(event)
        return ""

    @can_fail
    async def end_subscription(self, action: EndSubscription, delivery: Delivery) -> str:
        message = self._paid(action)
        if message.invoice is None or not message.invoice.period or message.charges[0] != action.charge:
            raise Refused(f"{action.charge!r} is not the first payment of a subscription")
        message.ended = not action.resume
        self.stage.changed(message)
        return ""

    def _paid(self, action: RefundPayment | EndSubscription) -> Message:
        """The invoice that a payment was for; raises :class:`Refused` where there is no such payment of the person."""
        stage = self.stage
        persona = stage.people.get(persona_key(action.to.id, action.to.platform))
        found = next((each for each in stage.messages.values() if action.charge in each.charges), None)
        if found is None or persona is None or found.private_to != persona.key:
            raise Refused(f"there is no payment {action.charge!r} of this person")
        return found

    def _subject(self, action: ModerationAction) -> Persona:
        """Whom it is about; raises :class:`Refused` for strangers, operators, and spaces that are not there."""
        stage, space = self.stage, action.where.space
        persona = stage.people.get(persona_key(action.to.id, action.to.platform))
        if persona is None:
            raise Refused(f"there is nobody called {action.to.id!r}")
        if space != stage.space and space not in stage.clubs:
            raise Refused(f"there is no space {space!r} in this town")
        if persona.standing == "operator" and isinstance(action, Mute | Kick | Ban):
            raise Refused(f"{persona.name} is an operator of the town")
        return persona

    def _take_out(self, persona: Persona, space: str) -> None:
        stage = self.stage
        if space != stage.space:
            if persona.key not in stage.club(space):
                return
            stage.club(space).discard(persona.key)
            where = Where(ADAPTER, space, space)
        else:
            if not persona.present:
                return
            stage.go_away(persona)
            stage.say(stage.home, "removed", persona, f"{persona.name} was removed")
            where = stage.home.where
        if stage.inbox is not None:
            stage.hand_in(MemberLeft(key=stage.next_key(), at=stage.clock.now(), who=persona.who, where=where))
