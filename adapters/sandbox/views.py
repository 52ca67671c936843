"""The town as JSON for the page: plain values and spans, never markup."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from coterie.core.actions import OpenForm, SendInvoice
from coterie.core.clock import MovableClock
from coterie.core.testing import Message, Persona, Room, Town

PER_ROOM: Final = 200
"""Messages of each room in a snapshot and in one page of earlier ones."""

Json = dict[str, Any]


def person_view(persona: Persona, town: Town) -> Json:
    """A persona; ``marks`` names what keeps them from something now."""
    marks = {"muted": town.is_muted(persona), "banned": town.is_banned(persona), "blocked": persona.blocked}
    return {
        "key": persona.key,
        "name": persona.called,
        "platform": persona.platform,
        "standing": persona.standing,
        "present": persona.present,
        "locale": persona.locale,
        "roles": sorted(persona.roles),
        "tag": persona.tag,
        "marks": [name for name, holds in marks.items() if holds],
    }


def room_view(room: Room, *, more: bool = False) -> Json:
    """A room; ``more`` when it has messages that the page was not given."""
    shown = {"id": room.id, "title": room.title, "kind": room.kind, "owner": room.owner, "more": more}
    return shown | ({"closed": True} if room.closed else {})


def form_view(form: OpenForm) -> Json:
    """A form with the answers given so far and what is wrong with them."""
    return {
        "token": form.token,
        "title": form.title,
        "questions": form.questions,
        "answers": form.answers,
        "errors": form.errors,
    }


def invoice_view(invoice: SendInvoice) -> Json:
    """An invoice; the amount is in minor units."""
    return {
        "title": invoice.title,
        "description": invoice.description,
        "amount": invoice.amount,
        "currency": invoice.currency,
    }


def poll_view(message: Message) -> Json:
    """A poll with the number of votes of each option, by whom unless it is anonymous, and what was right in the end."""
    poll = message.poll
    assert poll is not None
    return {
        "question": poll.question,
        "options": poll.options,
        "several": poll.several,
        "quiz": bool(poll.correct),
        "anonymous": poll.anonymous,
        "closed": message.closed,
        "votes": message.votes,
        "correct": poll.correct if message.closed else (),
        "explanation": poll.explanation if message.closed else "",
    }


class Views:
    """Everything of one town in its newest state; messages are numbered in the order in which they came to stand."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.zone = ""
        """The community's time zone; the reader's own while it is not known."""
        self._order = {message_id: index for index, message_id in enumerate(town.messages)}

    def order(self, message: Message) -> int:
        """The place of a message among all messages."""
        return self._order.setdefault(message.id, len(self._order))

    def message(self, message: Message) -> Json:
        """A message; what is usual is left out."""
        view: Json = {
            "id": message.id,
            "room": message.room,
            "author": message.author,
            "at": message.at,
            "seq": message.seq,
            "order": self.order(message),
        }
        if message.deleted:
            return view | {"deleted": True}
        for name in ("text", "card", "private_to", "edits", "reply_to", "paid", "refunded", "pinned", "note", "about"):
            value = getattr(message, name)
            if value:
                view[name] = value
        if message.form is not None:
            view["form"] = form_view(message.form)
        if message.invoice is not None:
            view["invoice"] = invoice_view(message.invoice)
        if message.poll is not None:
            view["poll"] = poll_view(message)
        if message.pictures:
            folder = f"/playground/picture/{quote(message.id, safe='')}"
            view["pictures"] = [
                {"src": f"{folder}/{number}?{message.seq}", "alt": picture.alt}
                for number, picture in enumerate(message.pictures)
            ]
        if message.reactions:
            view["reactions"] = {emoji: sorted(keys) for emoji, keys in message.reactions.items()}
        return view

    def around(self) -> Json:
        """People, rooms, commands and the clock: small, and sent whole."""
        town = self.town
        return {
            "people": [person_view(persona, town) for persona in town.people.values()],
            "rooms": [room_view(room, more=len(room.messages) > PER_ROOM) for room in town.rooms.values()],
            "commands": [
                {"name": c.name, "description": c.description, "usage": c.usage, "level": c.level}
                for c in sorted(town.commands, key=lambda c: c.name)
            ],
            "clock": self.clock(),
        }

    def clock(self) -> Json:
        """The community's time, and whether it runs by itself."""
        clock = self.town.clock
        return {"now": clock.now(), "runs": not isinstance(clock, MovableClock), "zone": self.zone}

    def snapshot(self) -> Json:
        """Everything, with the newest messages of each room."""
        shown = [message for room in self.town.rooms.values() for message in room.messages[-PER_ROOM:]]
        return {
            "kind": "all",
            "run": self.town.run,
            "seq": self.town.seq,
            **self.around(),
            "messages": [self.message(message) for message in shown],
        }

    def since(self, seq: int) -> Json:
        """What changed after a change number."""
        changed = [message for message in self.town.messages.values() if message.seq > seq]
        return {
            "kind": "change",
            "after": seq,
            "seq": self.town.seq,
            **self.around(),
            "messages": [self.message(message) for message in changed],
        }

    def earlier(self, room: Room, before: Message) -> Json:
        """A page of messages before one of them."""
        index = next((i for i, message in enumerate(room.messages) if message is before), 0)
        start = max(0, index - PER_ROOM)
        return {"messages": [self.message(message) for message in room.messages[start:index]], "more": start > 0}

    def seen_by(self, persona: Persona, room: Room | None = None, since: int = 0) -> Json:
        """What one person can see now, for scripts: ``shown`` is each message as words."""
        visible = [message for message in self.town.visible(persona, room) if message.seq > since]
        return {
            "run": self.town.run,
            "seq": self.town.seq,
            "clock": self.clock(),
            "persona": person_view(persona, self.town),
            "rooms": [room_view(one) for one in self.town.rooms.values() if one.owner in ("", persona.key)],
            "messages": [self.message(message) | {"shown": message.shown()} for message in visible[-PER_ROOM * 5 :]],
        }
