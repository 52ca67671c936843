"""Acts carried out on the town: the first half happens at once and in order, the second waits for the commit."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final, Protocol

from coterie.adapters.sandbox import protocol as p
from coterie.adapters.sandbox.protocol import ActError
from coterie.adapters.sandbox.views import Json, Views
from coterie.core.clock import Clock
from coterie.core.events import FormSubmitted
from coterie.core.platform import UnknownPlace
from coterie.core.testing import Message, NotConnected, NotPermitted, Persona, Room, Town
from coterie.core.text import clean_name

log = logging.getLogger(__name__)

COMMIT_WAIT: Final = 30.0
"""Seconds after which an act is reported as not done in time."""
MOST_PEOPLE: Final = 200
MOST_ROOMS: Final = 100


class Stage(Protocol):
    """The running application, as far as the playground needs it."""

    clock: Clock

    async def advance(self, ms: int, /) -> None:
        """Move the community's time forward; timers fire in order."""

    async def settle(self) -> None:
        """Wait until nothing is left to do."""


Acted = Awaitable[Json]


class Actor:
    """Does what the page asks; every refusal is an :class:`ActError`."""

    def __init__(self, town: Town, views: Views) -> None:
        self.town = town
        self.views = views
        self.stage: Stage | None = None
        self._moving = asyncio.Lock()
        self._do: dict[type[Any], Callable[[Any], Acted]] = {
            p.Post: self._post,
            p.Tap: self._tap,
            p.Fill: self._fill,
            p.Pay: self._pay,
            p.Vote: self._vote,
            p.Block: self._block,
            p.Unblock: self._unblock,
            p.Join: self._join,
            p.Leave: self._leave,
            p.Ask: self._ask,
            p.SetStanding: self._standing,
            p.SetLocale: self._locale,
            p.React: self._react,
            p.AddPerson: self._person,
            p.AddRoom: self._room,
            p.Advance: self._advance,
            p.Earlier: self._earlier,
        }

    def begin(self, act: p.AnyAct) -> Acted:
        """Start an act now; awaiting the result waits for its commit. Both raise :class:`ActError`."""
        if not isinstance(act, p.Earlier) and (self.town.inbox is None or self.stage is None):
            raise ActError("busy", "Coterie is not running right now. Try again in a moment.", 503)
        try:
            return self._do[type(act)](act)
        except NotConnected:
            raise ActError("busy", "Coterie is not running right now. Try again in a moment.", 503) from None
        except NotPermitted as error:
            raise ActError("not-permitted", f"{error}.", 403) from None
        except LookupError as error:
            raise ActError("not-found", str(error), 404) from None

    def _post(self, act: p.Post) -> Acted:
        persona, room = self._someone(act.persona), self._place(act.room)
        self._may_write(persona, room)
        return _commit(self.town.post(persona, room, act.text, act.reply_to))

    def _tap(self, act: p.Tap) -> Acted:
        persona = self._someone(act.persona)
        if not act.token:
            room = self._place(act.room) if act.room else None
            message, button = self.town.find_button(persona, act.button, room)
            return _commit(self.town.tap(persona, message, button))
        message = self._seen(persona, act.message)
        # A token that an edit has just replaced goes out all the same, as it would on a real platform.
        return _commit(self.town.tap_token(persona, message.room, act.token, message.id))

    def _fill(self, act: p.Fill) -> Acted:
        persona = self._someone(act.persona)
        message = self._seen(persona, act.message) if act.message else self.town.open_form(persona)
        if message.form is None:
            raise ActError("no-form", "That form is no longer open.", 404)
        names = {name: q.name for q in message.form.questions for name in (q.label, q.name)}
        unknown = [label for label in act.answers if label not in names]
        if unknown:
            raise ActError("no-question", f"The form does not ask {unknown[0]!r}.")
        given = message.form.answers | {names[label]: text for label, text in act.answers.items()}
        key = self.town.next_key()
        event = FormSubmitted(
            key=key,
            at=self.town.clock.now(),
            who=persona.who,
            where=self.town.rooms[message.room].where,
            handle=key,
            token=message.form.token,
            answers={} if act.cancel else given,
            cancelled=act.cancel,
        )
        return _commit(self.town.hand_in(event))

    def _pay(self, act: p.Pay) -> Acted:
        persona = self._someone(act.persona)
        amount, currency = act.amount, act.currency
        if act.message:
            invoice = self._seen(persona, act.message).invoice
            if invoice is None:
                raise ActError("no-message", "That message is no invoice.", 404)
            amount, currency = invoice.amount, invoice.currency
        return _commit(self.town.pay(persona, amount, currency))

    def _vote(self, act: p.Vote) -> Acted:
        persona = self._someone(act.persona)
        if act.message:
            return _commit(self.town.vote(persona, self._seen(persona, act.message), act.options))
        return _commit(self.town.vote(persona, *self.town.find_poll(persona, act.texts)))

    def _block(self, act: p.Block) -> Acted:
        return _commit(self.town.block(self._someone(act.persona)))

    def _unblock(self, act: p.Unblock) -> Acted:
        return _commit(self.town.unblock(self._someone(act.persona)))

    def _join(self, act: p.Join) -> Acted:
        return _commit(self.town.join(self._someone(act.persona)))

    def _leave(self, act: p.Leave) -> Acted:
        return _commit(self.town.leave(self._someone(act.persona)))

    def _ask(self, act: p.Ask) -> Acted:
        return _commit(self.town.ask_to_join(self._someone(act.persona), act.text))

    def _standing(self, act: p.SetStanding) -> Acted:
        return _commit(self.town.set_standing(self._someone(act.persona), act.standing))

    def _locale(self, act: p.SetLocale) -> Acted:
        self._someone(act.persona).locale = act.locale
        self.town.tell(None)
        return _answer({})

    def _react(self, act: p.React) -> Acted:
        persona = self._someone(act.persona)
        return _commit(self.town.react(persona, self._seen(persona, act.message), act.emoji))

    def _person(self, act: p.AddPerson) -> Acted:
        name = clean_name(act.name.replace("@", " "), "")
        if not name:
            raise ActError("bad-name", "That is not a usable name.")
        if len(self.town.people) >= MOST_PEOPLE:
            raise ActError("full", f"There are {MOST_PEOPLE} people already.")
        before = len(self.town.people)
        persona = self.town.persona(name, act.platform)
        if len(self.town.people) == before:
            raise ActError("taken", "There is somebody of that name on that platform already.", 409)
        return _answer({"persona": persona.key})

    def _room(self, act: p.AddRoom) -> Acted:
        name = "-".join(clean_name(act.name.replace("#", " ").replace(":", " "), "").lower().split())
        if not name:
            raise ActError("bad-name", "That is not a usable name.")
        if len(self.town.rooms) >= MOST_ROOMS:
            raise ActError("full", f"There are {MOST_ROOMS} rooms already.")
        room = self.town.room(name)
        self.town.tell(None)
        return _answer({"room": room.id})

    async def _advance(self, act: p.Advance) -> Json:
        assert self.stage is not None
        async with self._moving:
            try:
                await self.stage.advance(act.ms)
            except ValueError as error:
                raise ActError("bad-time", str(error)) from None
            self.town.tell(None)
        return {}

    def _earlier(self, act: p.Earlier) -> Acted:
        message = self.town.messages.get(act.before)
        if message is None or message.room != act.room:
            raise ActError("no-message", "That message is gone.", 404)
        return _answer(self.views.earlier(self.town.rooms[act.room], message))

    def _someone(self, key: str) -> Persona:
        persona = self.town.people.get(key) or self.town.people.get(key.lower())
        if persona is None:
            raise ActError("no-person", f"There is nobody called {key!r}; add the person first.", 404)
        return persona

    def _place(self, name: str) -> Room:
        name = name.removeprefix("#")
        if name.startswith("dm:"):
            return self.town.dm(self._someone(name.removeprefix("dm:")))
        room = self.town.rooms.get(name)
        if room is None:
            raise ActError("no-room", f"There is no room #{name}; add it first.", 404)
        return room

    def _may_write(self, persona: Persona, room: Room) -> None:
        if room.owner and room.owner != persona.key:
            raise ActError("not-yours", "That is somebody else's direct chat.", 403)
        if not room.owner and not persona.present:
            raise ActError("away", f"{persona.name} is not in the community.", 403)

    def _seen(self, persona: Persona, message_id: str) -> Message:
        message = self.town.messages.get(message_id)
        if message is None or not self.town.can_see(persona, message):
            raise ActError("no-message", "That message is gone.", 404)
        return message


async def _answer(values: Json) -> Json:
    return values


async def _commit(future: asyncio.Future[Any]) -> Json:
    """Wait for a commit. A reader who goes away cancels the waiting, never the event."""
    try:
        await asyncio.wait_for(asyncio.shield(future), COMMIT_WAIT)
    except TimeoutError:
        raise ActError("slow", f"Not committed within {COMMIT_WAIT:.0f} s; it may still be.", 503) from None
    except asyncio.CancelledError:
        if not future.cancelled():
            raise
        raise ActError("busy", "Coterie is stopping; this was not done.", 503) from None
    except UnknownPlace as error:
        raise ActError("no-community", f"No community is configured for this place: {error}", 404) from None
    except Exception as error:
        log.warning("an act of the playground was not committed", exc_info=error)
        raise ActError("failed", "Coterie could not do that. Nothing was changed.", 503) from None
    return {}
