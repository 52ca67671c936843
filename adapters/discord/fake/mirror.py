"""The mirror: what the bot shows on the server becomes messages of a town, as people there read them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.markdown import words
from coterie.adapters.discord.fake.model import LOADING, FakeMember, FakeMessage, FakeUser
from coterie.adapters.discord.fake.things import FakeJoinRequest
from coterie.core.actions import OpenForm, SendInvoice, SendPoll
from coterie.core.cards import Button, Card, Field, Question
from coterie.core.events import Where, Who
from coterie.core.testing.people import BOT, Message, Persona, Room
from coterie.core.testing.stage import Stage
from coterie.core.testing.wired import Account

SECOND: Final = 1000
MARK: Final = "c:"
"""What the ids of a card's buttons begin with."""
_MODAL: Final = 9


class Mirror:
    """Follows the server; ``room_of`` and ``person_of`` find the town's side of a channel and of a user."""

    def __init__(
        self, stage: Stage, room_of: Callable[[str, str], Room | None], person_of: Callable[[str], Account[str] | None]
    ) -> None:
        self._stage = stage
        self._room_of = room_of
        self._person_of = person_of
        self.shown: dict[str, Message] = {}
        """The town's message for each of the server's, by id."""
        self.raw: dict[str, FakeMessage] = {}
        """The server's newest state of each of the town's messages."""
        self.modals: dict[str, tuple[FakeInteraction, Message]] = {}
        """The modal that each person has open, by their key."""
        self.invoices: dict[str, SendInvoice] = {}
        """What each SKU pays."""

    @staticmethod
    def snapshot(thing: Any) -> Any:
        """What a listener was told, so that it stays as it was then."""
        if isinstance(thing, FakeMessage):
            return replace(thing, embeds=list(thing.embeds), components=list(thing.components))
        return replace(thing) if isinstance(thing, FakeMember | FakeJoinRequest) else thing

    def heard(self, kind: str, thing: Any) -> None:
        """Something changed on the server."""
        if isinstance(thing, FakeMessage):
            if kind in ("sent", "edited", "deleted"):
                self._changed(kind, thing)
        elif isinstance(thing, FakeInteraction):
            self._modal(thing)
        elif kind == "request":
            self._decided(thing)
        elif kind in ("member", "left", "banned", "unbanned"):
            self._moved(kind, thing)

    def note(self, message: Message, raw: FakeMessage) -> None:
        """A person's own message has this place on the server."""
        self.shown[raw.id] = message
        self.raw[message.id] = raw

    # -- messages

    def _changed(self, kind: str, raw: FakeMessage) -> None:
        message = self.shown.get(raw.id)
        if kind == "deleted":
            if message is not None:
                message.deleted = True
                self._stage.changed(message)
        elif message is None:
            self._sent(raw)
        elif raw.own:
            self.raw[message.id] = raw
            message.pinned = raw.pinned
            message.edits += 1
            self._fill(message, raw)

    def _sent(self, raw: FakeMessage) -> None:
        recipient = raw.channel.recipient
        room = self._room_of(raw.channel.id, recipient.id if recipient is not None else "")
        if room is None or not raw.own or raw.flags & LOADING or raw.type not in (0, 19, 20, 23):
            return
        message = self._stage.add(room, BOT)
        person = self._person_of(raw.seen_by) if raw.seen_by else None
        message.private_to = person.key if person is not None else room.owner or None
        self.note(message, raw)
        self._fill(message, raw)

    def _fill(self, message: Message, raw: FakeMessage) -> None:
        sku = next((each["sku_id"] for each in raw.buttons if "sku_id" in each), None)
        if sku is not None:
            message.invoice = self.invoices[sku]
        elif raw.poll is not None:
            message.poll, message.closed = _poll(raw), raw.poll.finalized
        else:
            message.card = card_of(raw)
        self._stage.changed(message)

    # -- forms

    def _modal(self, interaction: FakeInteraction) -> None:
        """A modal was opened for somebody."""
        person, opened = self._person_of(interaction.user.id), interaction.modal
        if person is None or opened is None:
            return
        known = self.modals.get(person.key)
        if known is not None and known[0] is interaction:
            return
        recipient = interaction.channel.recipient
        room = self._room_of(interaction.channel.id, recipient.id if recipient is not None else "")
        if room is None:
            return
        self.close(person)
        message = self._stage.add(room, BOT)
        message.private_to = person.key
        message.form = form_of(opened, person.who)
        self.modals[person.key] = interaction, message
        self._stage.changed(message)

    def close(self, person: Persona) -> None:
        """The modal that somebody has open is gone."""
        found = self.modals.pop(person.key, None)
        if found is not None:
            found[1].deleted = True
            self._stage.changed(found[1])

    # -- people

    def _decided(self, request: FakeJoinRequest) -> None:
        """An applicant was let in, or not."""
        person = self._person_of(request.user.id)
        if person is None:
            return
        stage = self._stage
        if request.status == "APPROVED":
            person.present = True
            stage.say(stage.home, "let-in", person, f"{person.name} was let in")
        elif request.status == "REJECTED":
            stage.say(stage.dm(person), "declined", person, f"{person.name} was not let in", private=True)

    def _moved(self, kind: str, thing: Any) -> None:
        """Somebody's membership is another: they are muted, or out, or banned, or none of it."""
        user = thing if isinstance(thing, FakeUser) else thing.user
        person = self._person_of(user.id)
        if person is None:
            return
        if kind in ("banned", "unbanned"):
            person.banned = 0 if kind == "banned" else None
        elif kind == "member":
            person.muted = round(thing.muted_until * SECOND) if thing.muted_until else None
            person.nickname = thing.nick or ""
        if kind in ("banned", "left") and person.present:
            self._stage.go_away(person)
        self._stage.tell(None)


def card_of(raw: FakeMessage) -> Card:
    """A message as a reader sees it: its words, and those of its embeds."""
    texts = [words(raw.content)] if raw.content else []
    title, footer, fields = "", "", []
    for embed in raw.embeds:
        title = title or words(embed.get("title", ""))
        texts += [words(embed["description"])] if embed.get("description") else []
        fields += [
            Field(words(each["name"]), words(each["value"]), bool(each.get("inline")))
            for each in embed.get("fields", ())
        ]
        footer = embed.get("footer", {}).get("text", "") or footer
    return Card(
        title=title, text="\n".join(texts), fields=tuple(fields), footer=footer, buttons=_buttons(raw.components)
    )


def _buttons(rows: list[Json]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        tuple(
            Button(each.get("label", ""), token=each.get("custom_id", "").removeprefix(MARK), url=each.get("url", ""))
            for each in row.get("components", ())
            if each.get("type") == 2
        )
        for row in rows
    )


def form_of(opened: Json, who: Who) -> OpenForm:
    """A modal as the form that it is."""
    questions, answers = [], {}
    for part in opened["components"]:
        inside = part["component"]
        choices = tuple(option["label"] for option in inside.get("options", ()))
        told = part.get("description", "")
        questions.append(Question(inside["custom_id"], part["label"], choices=choices, help=told))
        chosen = [option["label"] for option in inside.get("options", ()) if option.get("default")]
        given = inside.get("value") or ", ".join(chosen)
        if given:
            answers[inside["custom_id"]] = given
    return OpenForm(
        where=Where("discord", ""),
        token=opened["custom_id"],
        to=who,
        title=opened["title"],
        questions=tuple(questions),
        answers=answers,
    )


def _poll(raw: FakeMessage) -> SendPoll:
    poll = raw.poll
    assert poll is not None
    return SendPoll(
        where=Where("discord", raw.channel.id),
        ref=0,
        question=poll.question["text"],
        options=tuple(answer["poll_media"]["text"] for answer in poll.answers),
        several=poll.allow_multiselect,
    )
