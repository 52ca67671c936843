"""The town: an in-memory community on which people act and see, without any platform."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping

from coterie.core.cards import Button
from coterie.core.clock import Clock
from coterie.core.events import (
    ButtonTapped,
    DirectChanged,
    Event,
    FormSubmitted,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    PollAnswered,
    ReactionAdded,
    Standing,
    StandingChanged,
)
from coterie.core.platform import Limits
from coterie.core.testing.dealings import Committed as Committed
from coterie.core.testing.dealings import Dealings
from coterie.core.testing.people import (
    Message,
    NoOpenForm,
    NoSuchButton,
    NoSuchPoll,
    NotPermitted,
    Persona,
    Room,
    show,
)
from coterie.core.testing.polls import poll_id
from coterie.core.testing.verbs import TownPlatform


class Town(Dealings):
    """People who act.

    Each act shows what the person did, hands the platform's event in (key ``sandbox:<n>``, counted in this town) and
    returns the future of its commit.  Acts may be handed in one after the other without waiting.  They raise
    :class:`~coterie.core.testing.people.NotConnected` while no application listens.
    """

    def __init__(self, clock: Clock, *, space: str = "town", limits: Limits | None = None, run: str = "") -> None:
        super().__init__(clock, space, run)
        self.platform = TownPlatform(self, limits)

    def post(self, persona: Persona, room: Room | str, text: str, reply_to: str = "") -> Committed:
        """Write something in a room; raises :class:`NotPermitted` for one who is muted and in a closed topic."""
        room = self.as_room(room)
        if self.is_muted(persona) and not room.owner:
            raise NotPermitted(f"{persona.name} is muted and cannot write in {room.title}")
        if room.closed:
            raise NotPermitted(f"{room.title} is closed, nobody can write there")
        hit = self.stopped(persona, room, text)
        if hit is not None:
            return self.stop_post(persona, room, text, hit)
        before = self.seq
        message = self.add(room, persona.key, text)
        message.reply_to = reply_to
        self.changed(message)
        event = MessagePosted(
            key=self.next_key(),
            at=self.clock.now(),
            who=persona.who,
            where=room.where,
            text=text,
            message=message.id,
            reply_to=reply_to,
        )
        return self._act(persona, event, before)

    def edit_post(self, persona: Persona, message: Message, text: str) -> Committed:
        """Change what one wrote."""
        before = self.seq
        message.text, message.edits = text, message.edits + 1
        self.changed(message)
        where = self.rooms[message.room].where
        event = MessageEdited(
            key=self.next_key(), at=self.clock.now(), who=persona.who, where=where, text=text, message=message.id
        )
        return self._act(persona, event, before)

    def tap(self, persona: Persona, message: Message, button: Button) -> Committed:
        """Press a button of a message; raises :class:`NoSuchButton` for one that only opens a page."""
        if not button.token:
            raise NoSuchButton(f"[{show(button.label)}] opens {button.url or 'nothing'}, there is nothing to tap")
        return self.tap_token(persona, message.room, button.token, message.id)

    def tap_token(self, persona: Persona, room: Room | str, token: str, message: str = "") -> Committed:
        """Send a button's token, whatever it is and wherever it came from."""
        key, where = self.next_key(), self.as_room(room).where
        event = ButtonTapped(
            key=key, at=self.clock.now(), who=persona.who, where=where, handle=key, token=token, message=message
        )
        return self._act(persona, event)

    def join(self, persona: Persona) -> Committed:
        """Come into the town; raises :class:`NotPermitted` for one who is banned."""
        self._admit(persona)
        before = self.seq
        persona.present, persona.joined_at = True, self.clock.now()
        self.tell(None)
        self.say(self.home, "joined", persona, f"{persona.name} joined")
        event = MemberJoined(key=self.next_key(), at=self.clock.now(), who=persona.who, where=self.home.where)
        return self._act(persona, event, before)

    def leave(self, persona: Persona) -> Committed:
        """Go away; rooms cannot be seen from outside."""
        before = self.seq
        self.go_away(persona)
        self.say(self.home, "left", persona, f"{persona.name} left")
        event = MemberLeft(key=self.next_key(), at=self.clock.now(), who=persona.who, where=self.home.where)
        return self._act(persona, event, before)

    def ask_to_join(self, persona: Persona, text: str = "") -> Committed:
        """Ask to be let in: who asks stands outside until the application decides.

        Raises :class:`NotPermitted` for one who is banned.
        """
        self._admit(persona)
        persona.present = False
        self.tell(None)
        where = self.home.where
        event = JoinRequested(key=self.next_key(), at=self.clock.now(), who=persona.who, where=where, text=text)
        return self._act(persona, event)

    def set_standing(self, persona: Persona, standing: Standing) -> Committed:
        """Make somebody an operator of the town, or a member again."""
        persona.standing = standing
        self.tell(None)
        where = self.home.where
        event = StandingChanged(
            key=self.next_key(), at=self.clock.now(), who=persona.who, where=where, standing=standing
        )
        return self._act(persona, event)

    def react(self, persona: Persona, message: Message, emoji: str) -> Committed:
        """React to a message."""
        before = self.seq
        message.reactions.setdefault(emoji, set()).add(persona.key)
        self.changed(message)
        where = self.rooms[message.room].where
        event = ReactionAdded(
            key=self.next_key(), at=self.clock.now(), who=persona.who, where=where, message=message.id, emoji=emoji
        )
        return self._act(persona, event, before)

    def fill(self, persona: Persona, answers: Mapping[str, str]) -> Committed:
        """Answer the newest open form by question labels or names; what stands in it already goes along.

        Raises :class:`NoOpenForm` when there is no form or no such question.
        """
        message = self.open_form(persona)
        form = message.form
        assert form is not None
        names = {question.label: question.name for question in form.questions}
        names |= {question.name: question.name for question in form.questions}
        for label in answers:
            if label not in names:
                asked = ", ".join(repr(question.label) for question in form.questions)
                raise NoOpenForm(f"the form {form.title!r} does not ask {label!r}; it asks {asked}")
        given = form.answers | {names[label]: answer for label, answer in answers.items()}
        return self._submit_form(persona, message, given)

    def cancel_form(self, persona: Persona) -> Committed:
        """Put the newest open form away without an answer; raises :class:`NoOpenForm`."""
        return self._submit_form(persona, self.open_form(persona), {}, cancelled=True)

    def _submit_form(
        self, persona: Persona, message: Message, answers: dict[str, str], *, cancelled: bool = False
    ) -> Committed:
        assert message.form is not None
        key, where = self.next_key(), self.rooms[message.room].where
        event = FormSubmitted(
            key=key,
            at=self.clock.now(),
            who=persona.who,
            where=where,
            handle=key,
            token=message.form.token,
            answers=answers,
            cancelled=cancelled,
        )
        return self._act(persona, event)

    def pay(self, persona: Persona, amount: int, currency: str) -> Committed:
        """The payment provider confirms the open invoice over this amount (minor units), or a subscription's next
        payment; raises :class:`NoInvoice`.
        """
        message = self.open_invoice(persona, amount, currency)
        assert message.invoice is not None
        before, period = self.seq, message.invoice.period
        key, where = self.next_key(), self.rooms[message.room].where
        event = PaymentReceived(
            key=key,
            at=self.clock.now(),
            who=persona.who,
            where=where,
            invoice=message.invoice.invoice,
            amount=amount,
            currency=currency,
            charge=f"charge-{key}",
            until=self.clock.now() + 1000 * period if period else 0,
        )
        message.charges.append(event.charge)
        self.changed(message)
        return self._act(persona, event, before)

    def vote(self, persona: Persona, message: Message, options: Iterable[int] = ()) -> Committed:
        """Choose options of a poll (numbers from 0) in place of earlier ones; none takes the vote back.

        Nobody hears of votes in an anonymous poll.  Raises :class:`NoSuchPoll` for what the poll does not have and
        :class:`NotPermitted` for what it does not allow.
        """
        before, chosen = self.seq, tuple(sorted(set(options)))
        _check_vote(persona, message, chosen)
        if chosen:
            message.votes[persona.key] = chosen
        else:
            message.votes.pop(persona.key, None)
        self.changed(message)
        if message.poll is None or message.poll.anonymous:
            self.acted[persona.key] = before
            done: Committed = asyncio.get_running_loop().create_future()
            done.set_result(None)
            return done
        event = PollAnswered(
            key=self.next_key(),
            at=self.clock.now(),
            who=persona.who,
            where=self.rooms[message.room].where,
            poll=poll_id(message.id),
            options=chosen,
        )
        return self._act(persona, event, before)

    def block(self, persona: Persona) -> Committed:
        """Close the direct chat: the bot cannot write there any more."""
        return self._set_blocked(persona, blocked=True)

    def unblock(self, persona: Persona) -> Committed:
        """Open the direct chat again."""
        return self._set_blocked(persona, blocked=False)

    def _set_blocked(self, persona: Persona, *, blocked: bool) -> Committed:
        persona.blocked = blocked
        self.tell(None)
        where = self.dm(persona).where
        event = DirectChanged(key=self.next_key(), at=self.clock.now(), who=persona.who, where=where, open=not blocked)
        return self._act(persona, event)

    def _admit(self, persona: Persona) -> None:
        if self.is_banned(persona):
            raise NotPermitted(f"{persona.name} is banned from the town")

    def redeliver(self, event: Event) -> Committed:
        """Hand the same platform event in again."""
        return self.hand_in(event)

    def seen(self, persona: Persona) -> list[Message]:
        """What became visible or changed for somebody since their last act."""
        return self.seen_since(persona, self.acted.get(persona.key, 0))


def _check_vote(persona: Persona, message: Message, options: tuple[int, ...]) -> None:
    poll = message.poll
    if poll is None or any(not 0 <= number < len(poll.options) for number in options):
        raise NoSuchPoll(f"the message {message.id} has no poll with these options")
    if message.closed:
        raise NotPermitted(f"the poll {poll.question!r} is closed")
    if len(options) > 1 and not poll.several:
        raise NotPermitted(f"in the poll {poll.question!r} one option can be chosen, not several")
    if poll.correct and persona.key in message.votes:
        raise NotPermitted(f"{persona.name} has answered the quiz {poll.question!r} already")
