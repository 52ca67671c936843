"""What somebody in the town means: the button, the form, the invoice, the poll that they see."""

from __future__ import annotations

from collections.abc import Sequence

from coterie.core.cards import Button
from coterie.core.testing.people import (
    Message,
    NoInvoice,
    NoOpenForm,
    NoSuchButton,
    NoSuchPoll,
    Persona,
    Room,
    show,
)
from coterie.core.testing.standings import ByHand


class Finding(ByHand):
    """Looks through what a person can see, newest message first."""

    def find_button(self, persona: Persona, label_part: str, room: Room | str | None = None) -> tuple[Message, Button]:
        """The button whose label is, or else contains, a text (any case) on the newest message that has one.

        Without a room all that the person can see is searched.  Raises :class:`NoSuchButton`.
        """
        wanted = label_part.casefold()
        for message in self.newest(persona, room):
            buttons = [button for row in message.card.buttons for button in row] if message.card else []
            for button in buttons:
                if show(button.label).casefold() == wanted:
                    return message, button
            for button in buttons:
                if wanted in show(button.label).casefold():
                    return message, button
        place = "anywhere" if room is None else f"in {self.as_room(room).title}"
        seen = "\n".join(message.shown() for message in self.visible(persona, room)[-5:]) or "(nothing)"
        raise NoSuchButton(f"{persona.name} has no button {label_part!r} {place}; what can be seen:\n{seen}")

    def open_form(self, persona: Persona) -> Message:
        """The newest form that waits for somebody; raises :class:`NoOpenForm`."""
        forms = self.open_forms(persona)
        if not forms:
            raise NoOpenForm(f"{persona.name} has no open form")
        return forms[0]

    def open_invoice(self, persona: Persona, amount: int, currency: str) -> Message:
        """The newest payable invoice over this amount; raises :class:`NoInvoice` naming those that are open."""
        unpaid = [m for m in self.newest(persona) if m.payable]
        for message in unpaid:
            if message.invoice and (message.invoice.amount, message.invoice.currency) == (amount, currency):
                return message
        others = ", ".join(f"{m.invoice.amount} {m.invoice.currency}" for m in unpaid if m.invoice) or "none"
        raise NoInvoice(f"{persona.name} has no open invoice over {amount} {currency}; open: {others}")

    def find_poll(self, persona: Persona, options: Sequence[str]) -> tuple[Message, tuple[int, ...]]:
        """The newest poll that has all these options, each given whole or (any case) in part, and their numbers.

        Without options it is the newest poll in which the person has voted, or else the newest of all.  Raises
        :class:`NoSuchPoll`.
        """
        polls = [message for message in self.newest(persona) if message.poll is not None]
        for message in polls:
            found = [_option(message, wanted) for wanted in options]
            if options and None not in found:
                return message, tuple(number for number in found if number is not None)
        if polls and not options:
            return next((message for message in polls if persona.key in message.votes), polls[0]), ()
        seen = "\n".join(message.shown() for message in polls[:3]) or "(no poll)"
        raise NoSuchPoll(
            f"{persona.name} sees no poll with {', '.join(map(repr, options)) or 'options'}; there is:\n{seen}"
        )


def _option(message: Message, wanted: str) -> int | None:
    assert message.poll is not None
    options = [option.casefold() for option in message.poll.options]
    part = wanted.casefold()
    if part in options:
        return options.index(part)
    return next((number for number, option in enumerate(options) if part in option), None)
