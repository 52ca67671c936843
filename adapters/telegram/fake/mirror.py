"""The mirror: what the bot shows on the server becomes messages of a town, as people there read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any, Final

from coterie.adapters.telegram.fake.arguments import Json
from coterie.adapters.telegram.fake.model import FakeMessage
from coterie.adapters.telegram.marks import MARK
from coterie.core.actions import SendInvoice, SendPoll
from coterie.core.cards import Button, Card
from coterie.core.events import Where, Who
from coterie.core.testing.people import BOT, Message, Persona, Room
from coterie.core.testing.stage import Stage
from coterie.core.text import Span, Style, Text

Key = tuple[int, int]
"""Chat id and message id."""

SECOND: Final = 1000

_STYLES: Final = {
    "bold": Style.BOLD,
    "italic": Style.ITALIC,
    "strikethrough": Style.STRIKE,
    "code": Style.CODE,
    "pre": Style.CODE,
    "spoiler": Style.SPOILER,
    "blockquote": Style.QUOTE,
}


class Mirror:
    """Follows the server; ``room_of`` and ``person_of`` find the town's side of a chat and of a user."""

    def __init__(
        self, stage: Stage, room_of: Callable[[int, int], Room | None], person_of: Callable[[int], Persona | None]
    ) -> None:
        self._stage = stage
        self._room_of = room_of
        self._person_of = person_of
        self.shown: dict[Key, Message] = {}
        """The town's message for each of the server's."""
        self.raw: dict[str, FakeMessage] = {}
        """The server's newest state of each of the town's messages."""

    @staticmethod
    def snapshot(thing: Any) -> Any:
        """What a listener was told, so that it stays as it was then."""
        if isinstance(thing, FakeMessage):
            return replace(thing, entities=list(thing.entities), extra=dict(thing.extra))
        return dict(thing) if isinstance(thing, dict) else thing

    def heard(self, kind: str, thing: Any) -> None:
        """Something changed on the server."""
        if isinstance(thing, FakeMessage):
            if kind == "sent":
                self._sent(thing)
            elif kind in ("edited", "deleted", "pinned", "unpinned"):
                self._changed(kind, thing)
        elif kind == "alert":
            self._alert(thing)
        elif kind in ("approve", "decline"):
            self._decided(kind, thing)
        elif kind == "member":
            self._moved(thing)

    def key_of(self, message: str) -> Key:
        """Where one of the town's messages stands on the server; raises :class:`LookupError`."""
        raw = self.raw[message]
        return raw.chat_id, raw.message_id

    def note(self, message: Message, raw: FakeMessage) -> None:
        """A person's own message has this place on the server."""
        self.shown[raw.chat_id, raw.message_id] = message
        self.raw[message.id] = raw

    def _sent(self, raw: FakeMessage) -> None:
        room = self._room_of(raw.chat_id, raw.thread_id)
        if room is None or raw.service:
            return
        message = self._stage.add(room, BOT)
        if room.owner:
            message.private_to = room.owner
        self.note(message, raw)
        self._fill(message, raw)

    def _changed(self, kind: str, raw: FakeMessage) -> None:
        message = self.shown.get((raw.chat_id, raw.message_id))
        if message is None:
            return
        self.raw[message.id] = raw
        if kind == "deleted":
            message.deleted = True
            self._stage.changed(message)
        elif kind in ("pinned", "unpinned"):
            message.pinned = kind == "pinned"
            self._stage.changed(message)
        elif kind == "edited" and raw.own:
            message.edits += 1
            self._fill(message, raw)

    def _alert(self, answer: Json) -> None:
        room, person = self._room_of(answer["chat_id"], 0), self._person_of(answer["user_id"])
        if room is not None and person is not None:
            message = self._stage.add(room, BOT)
            message.private_to = person.key
            message.card = Card(text=answer["text"])
            self._stage.changed(message)

    def _decided(self, kind: str, told: Json) -> None:
        """An applicant was let in, or not."""
        person = self._person_of(told["user_id"])
        if person is None:
            return
        stage = self._stage
        if kind == "approve":
            person.present = True
            stage.say(stage.home, "let-in", person, f"{person.name} was let in")
        else:
            stage.say(stage.dm(person), "declined", person, f"{person.name} was not let in", private=True)

    def _moved(self, told: Json) -> None:
        """Somebody's standing in the group is another: they are muted, or out, or neither."""
        person, status = self._person_of(told["user_id"]), told["new"]
        if person is None:
            return
        person.muted = told["until"] * SECOND if status == "restricted" else None
        person.banned = told["until"] * SECOND if status == "kicked" else None
        if status in ("left", "kicked") and person.present and told["old"] != status:
            self._stage.go_away(person)
        self._stage.tell(None)

    def _fill(self, message: Message, raw: FakeMessage) -> None:
        invoice = raw.extra.get("invoice")
        if isinstance(invoice, dict):
            message.invoice = _invoice(invoice, raw, message.private_to or "")
        elif raw.poll:
            message.poll, message.closed = _poll(raw), raw.poll["is_closed"]
        else:
            message.card = Card(text=text_of(raw.text, raw.entities), buttons=_buttons(raw))
        self._stage.changed(message)


def text_of(text: str, entities: Iterable[Json]) -> Text:
    """A message's text with its looks, as a reader sees it; marks of forms are not seen."""
    units = text.encode("utf-16-le", "surrogatepass")
    found = [entity for entity in entities if entity["type"] in _STYLES or entity["type"] == "text_link"]
    edges = {0, len(units) // 2}
    edges |= {edge for each in found for edge in (each["offset"], each["offset"] + each["length"])}
    cuts = sorted(edges)
    spans: list[Span] = []
    for begin, end in pairwise(cuts):
        part = units[2 * begin : 2 * end].decode("utf-16-le", "replace").replace(MARK, "")
        over = [each for each in found if each["offset"] <= begin and end <= each["offset"] + each["length"]]
        if part:
            style = sum({_STYLES[each["type"]] for each in over if each["type"] in _STYLES})
            url = next((each["url"] for each in over if each["type"] == "text_link"), "")
            spans.append(Span(part, style, url))
    return Text(tuple(spans))


def _buttons(raw: FakeMessage) -> tuple[tuple[Button, ...], ...]:
    rows: list[list[Json]] = (raw.reply_markup or {}).get("inline_keyboard", [])
    return tuple(
        tuple(Button(each["text"], token=each.get("callback_data", ""), url=each.get("url", "")) for each in row)
        for row in rows
    )


def _poll(raw: FakeMessage) -> SendPoll:
    poll = raw.poll
    return SendPoll(
        where=Where("telegram", str(raw.chat_id)),
        ref=0,
        question=poll["question"],
        options=tuple(option["text"] for option in poll["options"]),
        several=poll["allows_multiple_answers"],
        anonymous=poll["is_anonymous"],
        correct=tuple(poll.get("correct_option_ids", ())),
        explanation=poll.get("explanation", ""),
    )


def _invoice(invoice: Json, raw: FakeMessage, key: str) -> SendInvoice:
    return SendInvoice(
        where=Where("telegram", str(raw.chat_id)),
        ref=0,
        to=Who("telegram", key),
        invoice="",
        title=invoice["title"],
        description=invoice["description"],
        amount=invoice["total_amount"],
        currency=invoice["currency"],
    )
