"""What people do in the town beside talking: taking reactions back, coming to gatherings, buying, keeping order."""

from __future__ import annotations

import asyncio
import re
from datetime import timedelta
from typing import Any, Literal

from coterie.core.actions import SetFilter
from coterie.core.events import (
    AccountModerated,
    EntitlementChanged,
    Event,
    FilterHit,
    InterestChanged,
    ReactionRemoved,
)
from coterie.core.testing.calendar import gathering_id
from coterie.core.testing.finding import Finding
from coterie.core.testing.people import Message, NoSuchPurchase, Persona, Purchase, Room

Committed = asyncio.Future[Any]
"""Done when the effects of an act are committed."""
Deed = Literal["mute", "unmute", "kick", "ban", "unban"]


class Dealings(Finding):
    """Acts that are no talk; each shows what was done and hands the platform's event in."""

    def unreact(self, persona: Persona, message: Message, emoji: str) -> Committed:
        """Take a reaction back; one that was not there makes no difference to anybody but those who are told."""
        before = self.seq
        message.reactions.get(emoji, set()).discard(persona.key)
        if not message.reactions.get(emoji, {persona.key}):
            del message.reactions[emoji]
        self.changed(message)
        where = self.rooms[message.room].where
        event = ReactionRemoved(
            key=self.next_key(), at=self.clock.now(), who=persona.who, where=where, message=message.id, emoji=emoji
        )
        return self._act(persona, event, before)

    def be_interested(self, persona: Persona, message: Message, *, interested: bool = True) -> Committed:
        """Want to come to the gathering that a message shows, or not any more."""
        before = self.seq
        (message.interested.add if interested else message.interested.discard)(persona.key)
        event = InterestChanged(
            key=self.next_key(),
            at=self.clock.now(),
            who=persona.who,
            where=self.rooms[message.room].where,
            native=gathering_id(message.id),
            interested=interested,
        )
        return self._act(persona, event, before)

    def buy(self, persona: Persona, sku: str, for_: timedelta | None = None) -> Committed:
        """Buy something in the town's shop, which holds for a while or until it is used up."""
        until = 0 if for_ is None else self.clock.now() + for_ // timedelta(milliseconds=1)
        bought = Purchase(f"{self.run}purchase-{len(self.purchases) + 1}", sku, persona.key, until)
        self.purchases[bought.id] = bought
        return self._act(persona, self._entitled(persona, bought))

    def lose(self, persona: Persona, sku: str) -> Committed:
        """The newest purchase of this kind holds no more (it was given back, or has run out).

        Raises :class:`NoSuchPurchase` where there is none that holds.
        """
        bought = self.purchased(persona, sku)
        bought.active = False
        return self._act(persona, self._entitled(persona, bought))

    def purchased(self, persona: Persona, sku: str) -> Purchase:
        """The newest purchase of this kind that holds; raises :class:`NoSuchPurchase`."""
        for bought in reversed(self.purchases.values()):
            if (bought.persona, bought.sku) == (persona.key, sku) and bought.active:
                return bought
        raise NoSuchPurchase(f"{persona.name} has nothing of the kind {sku!r} that holds")

    def _entitled(self, persona: Persona, bought: Purchase) -> EntitlementChanged:
        return EntitlementChanged(
            key=self.next_key(),
            at=self.clock.now(),
            who=persona.who,
            where=self.home.where,
            entitlement=bought.id,
            sku=bought.sku,
            active=bought.active,
            until=bought.until,
        )

    def moderate(self, by: Persona, persona: Persona, deed: Deed, for_: timedelta | None = None) -> Committed:
        """An administrator mutes, removes or bans somebody with the platform's own means, or takes it back."""
        until = 0 if for_ is None else self.clock.now() + for_ // timedelta(milliseconds=1)
        if deed in ("mute", "unmute"):
            persona.muted = until if deed == "mute" else None
        elif deed in ("ban", "unban"):
            persona.banned = until if deed == "ban" else None
        if deed in ("kick", "ban"):
            self.go_away(persona)
        self.tell(None)
        event = AccountModerated(
            key=self.next_key(),
            at=self.clock.now(),
            who=persona.who,
            where=self.home.where,
            deed=deed,
            by=by.who,
            until=until,
        )
        return self._act(persona, event)

    def stopped(self, persona: Persona, room: Room, text: str) -> tuple[SetFilter, str] | None:
        """The filter that stops what somebody writes, and what it found; it does not look at operators."""
        if room.owner or persona.standing == "operator":
            return None
        for each in self.filters.values():
            for pattern in (*map(_word, each.words), *each.patterns):
                found = re.search(pattern, text, re.IGNORECASE)
                if found is not None:
                    return each, found[0]
        return None

    def stop_post(self, persona: Persona, room: Room, text: str, hit: tuple[SetFilter, str]) -> Committed:
        """A filter stops a message: nobody sees it, and its writer is told."""
        rule, word = hit
        before = self.seq
        if rule.mute:
            persona.muted = self.clock.now() + rule.mute * 1000
        self.say(room, "", persona, rule.reply or "This message was stopped by a filter.", private=True)
        event = FilterHit(
            key=self.next_key(),
            at=self.clock.now(),
            who=persona.who,
            where=room.where,
            rule=rule.name,
            text=text,
            word=word,
        )
        return self._act(persona, event, before)

    def _act(self, persona: Persona, event: Event, before: int | None = None) -> Committed:
        """Remember somebody's act and the change number before it, and hand it in."""
        self.last_event[persona.key] = event
        self.acted[persona.key] = self.seq if before is None else before
        return self.hand_in(event)


def _word(word: str) -> str:
    """A word of a filter as a pattern; ``*`` stands for any letters."""
    return r"(?<!\w)" + r"\w*".join(re.escape(part) for part in word.split("*")) + r"(?!\w)"
