"""One request: what it needs beside its row, the middlewares around it, and the platform's verb."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Final, get_args

from coterie.core.actions import AnyAction, EditMessage, SendMessage, SendPrivate, kind_of
from coterie.core.cards import Card, Rich
from coterie.core.cards import Picture as Drawing
from coterie.core.engine.sender_queue import Entry, Job
from coterie.core.platform import VERBS, Delivery, Picture, Platform, Refused

Proceed = Callable[[Job], Awaitable[str]]
Middleware = Callable[[Job, Proceed], Awaitable[str]]
"""Wraps a request: it awaits ``proceed(job)``, with the job or a changed copy of it, and returns the native id, or
raises :class:`Refused` to keep the action from happening."""

_VERB_OF: Final[dict[type, str]] = {kind: VERBS[kind.__struct_config__.tag] for kind in get_args(AnyAction)}
_log = logging.getLogger("coterie.sender")


class Courier:
    """Carries out single actions on one platform; raises what the platform raises."""

    def __init__(
        self,
        platform: Platform,
        draw: Callable[[Job, Drawing], Awaitable[Picture | None]],
        mentions: Callable[[int, tuple[int, ...]], Awaitable[dict[int, str]]],
        around: tuple[Middleware, ...],
    ) -> None:
        self._platform = platform
        self._draw = draw
        self._mentions = mentions
        self._around = around

    def at_hand(self, job: Job, native: str) -> Delivery | None:
        """What the adapter gets; None when :meth:`prepare` must first draw or look something up."""
        card = _card_of(job)
        if card is not None and (card.pictures or members_in(card)):
            return None
        return Delivery(str(job.id), native)

    async def prepare(self, job: Job, native: str) -> Delivery:
        """What the adapter gets; a message whose pictures or mentions cannot be had goes without them."""
        mentions: dict[int, str] = {}
        card = _card_of(job)
        drawn = [await self._drawn(job, asked) for asked in card.pictures] if card is not None else []
        picture, *others = drawn or [None]
        if card is not None and (members := members_in(card)):
            try:
                mentions = await self._mentions(job.community, members)
            except Exception:
                _log.exception("members mentioned by %s could not be looked up", job.plugin)
        return Delivery(str(job.id), native, picture, mentions, tuple(each for each in others if each is not None))

    async def _drawn(self, job: Job, asked: Drawing) -> Picture | None:
        try:
            return await self._draw(job, asked)
        except Exception:
            _log.exception("picture %r of %s could not be drawn", asked.draw, job.plugin)
            return None

    async def carry_out(self, entry: Entry) -> str:
        """Perform the request of an entry through the middlewares; its native id."""
        if not self._around:
            return await self._ask(entry, entry.job)
        return await self._through(entry, 0, entry.job)

    async def _through(self, entry: Entry, layer: int, job: Job) -> str:
        if layer == len(self._around):
            return await self._ask(entry, job)
        return await self._around[layer](job, partial(self._through, entry, layer + 1))

    async def _ask(self, entry: Entry, job: Job) -> str:
        delivery = entry.delivery
        assert delivery is not None
        if job.action is not entry.job.action:  # a middleware changed it
            delivery = self.at_hand(job, delivery.native) or await self.prepare(job, delivery.native)
        verb = getattr(self._platform, _VERB_OF[type(job.action)])
        entry.asked = True
        try:
            native: str = await verb(job.action, delivery)
        except NotImplementedError:
            raise Refused(f"{self._platform.name} has no way to do this: {kind_of(job.action)}") from None
        return native


def members_in(card: Card) -> tuple[int, ...]:
    """The members whom a card mentions or pings."""
    found = dict.fromkeys(card.pings)
    for text in _texts(card):
        if not isinstance(text, str):
            found.update((span.member, None) for span in text.spans if span.member)
    return tuple(found)


def _texts(card: Card) -> Iterator[Rich]:
    yield card.title
    yield card.text
    yield card.footer
    for field in card.fields:
        yield field.name
        yield field.value


def _card_of(job: Job) -> Card | None:
    action = job.action
    return action.card if isinstance(action, SendMessage | SendPrivate | EditMessage) else None
