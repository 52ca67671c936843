"""Somebody in a live town, who acts and sees."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Protocol

from coterie.core.events import Standing
from coterie.core.testing.dealings import Deed
from coterie.core.testing.people import Message, Persona
from coterie.core.testing.sight import What, find, listed, quoted
from coterie.core.testing.town import Town


class Stagehand(Protocol):
    """What a person needs of the town they live in."""

    room: str

    @property
    def stage(self) -> Town: ...

    def act(self, act: Callable[[], asyncio.Future[Any]]) -> None: ...


class Person:
    """Somebody in the town.

    Each act returns when all that it set in motion has happened: messages are sent, timers that are due have fired.
    """

    def __init__(self, town: Stagehand, persona: Persona) -> None:
        self._town = town
        self.persona = persona

    def __repr__(self) -> str:
        return self.persona.key

    def says(self, text: str, room: str = "", reply_to: str = "") -> None:
        """Write in a room (the current one when left out).

        Raises :class:`~coterie.core.testing.NotPermitted` for one who is muted, and in a closed topic.
        """
        self._act(lambda stage: stage.post(self.persona, room or self._town.room, text, reply_to))

    def in_dm(self, text: str) -> None:
        """Write to the bot in a direct chat."""
        self._act(lambda stage: stage.post(self.persona, stage.dm(self.persona), text))

    def taps(self, label: str, room: str | None = None) -> None:
        """Press the button with this label (or a part of it) on the newest message that has one.

        Raises :class:`~coterie.core.testing.NoSuchButton`, which tells what could be seen.
        """
        self._act(lambda stage: stage.tap(self.persona, *stage.find_button(self.persona, label, room)))

    def fills(self, answers: Mapping[str, str]) -> None:
        """Answer the open form by the questions' labels or names; raises :class:`~coterie.core.testing.NoOpenForm`."""
        self._act(lambda stage: stage.fill(self.persona, answers))

    def pays(self, amount: int, currency: str) -> None:
        """Pay the open invoice over this amount of minor units; raises :class:`~coterie.core.testing.NoInvoice`."""
        self._act(lambda stage: stage.pay(self.persona, amount, currency))

    def votes(self, *options: str) -> None:
        """Choose options (whole or in part) in the newest poll that has them all; none takes the vote back.

        Raises :class:`~coterie.core.testing.NoSuchPoll`, and :class:`~coterie.core.testing.NotPermitted` for what the
        poll does not allow.
        """
        self._act(lambda stage: stage.vote(self.persona, *stage.find_poll(self.persona, options)))

    def blocks(self) -> None:
        """Block the bot: it can no longer write to this person directly."""
        self._act(lambda stage: stage.block(self.persona))

    def unblocks(self) -> None:
        """Let the bot write again."""
        self._act(lambda stage: stage.unblock(self.persona))

    def reacts(self, emoji: str, to: What) -> None:
        """React to the newest visible message that shows something; raises :class:`AssertionError` if there is none."""
        self._act(lambda stage: stage.react(self.persona, self._newest(to), emoji))

    def takes_back(self, emoji: str, to: What) -> None:
        """Take a reaction to the newest visible message that shows something back; raises :class:`AssertionError` if
        there is none.
        """
        self._act(lambda stage: stage.unreact(self.persona, self._newest(to), emoji))

    def wants_to_come(self, to: What) -> None:
        """Be interested in the newest gathering that shows something; raises :class:`AssertionError` without one."""
        self._act(lambda stage: stage.be_interested(self.persona, self._newest(to, gathering=True)))

    def stays_away(self, to: What) -> None:
        """Be interested in it no more."""
        self._act(lambda stage: stage.be_interested(self.persona, self._newest(to, gathering=True), interested=False))

    def buys(self, sku: str, for_: timedelta | None = None) -> None:
        """Buy something in the town's shop, which holds for a while or until it is used up."""
        self._act(lambda stage: stage.buy(self.persona, sku, for_))

    def loses(self, sku: str) -> None:
        """The newest purchase of this kind holds no more; raises :class:`~coterie.core.testing.NoSuchPurchase`."""
        self._act(lambda stage: stage.lose(self.persona, sku))

    def moderates(self, other: Person, deed: Deed, for_: timedelta | None = None) -> None:
        """Mute, remove or ban somebody with the platform's own means, or take it back."""
        self._act(lambda stage: stage.moderate(self.persona, other.persona, deed, for_))

    def joins(self) -> None:
        """Come into the town; raises :class:`~coterie.core.testing.NotPermitted` for one who is banned."""
        self._act(lambda stage: stage.join(self.persona))

    def leaves(self) -> None:
        """Leave the town; its rooms can no longer be seen."""
        self._act(lambda stage: stage.leave(self.persona))

    def follows(self, label: str) -> None:
        """Open the newest one-use link whose button shows a text.

        Raises :class:`~coterie.core.testing.NoSuchButton` where none leads anywhere.
        """
        self._act(lambda stage: stage.follow(self.persona, label))

    def asks_to_join(self, text: str = "") -> None:
        """Stand outside and ask to be let in."""
        self._act(lambda stage: stage.ask_to_join(self.persona, text))

    def becomes(self, standing: Standing) -> None:
        """Become an ``operator`` of the town, or a ``member`` again."""
        self._act(lambda stage: stage.set_standing(self.persona, standing))

    @property
    def muted(self) -> bool:
        """Whether this person cannot write in the town now."""
        return self._town.stage.is_muted(self.persona)

    @property
    def banned(self) -> bool:
        """Whether this person cannot come into the town now."""
        return self._town.stage.is_banned(self.persona)

    def sees(self, what: What) -> re.Match[str]:
        """The newest place where something is seen since this person's last act (own lines do not count).

        Raises :class:`AssertionError` telling what is seen instead.
        """
        match = find(self._town.stage.seen(self.persona), what)
        if match is None:
            raise AssertionError(f"{self} does not see {quoted(what)} (sees_not would say so); {self._seen()}")
        return match

    def sees_not(self, what: What) -> bool:
        """True; raises :class:`AssertionError` if something is seen since this person's last act."""
        if find(self._town.stage.seen(self.persona), what) is not None:
            raise AssertionError(f"{self} should not see {quoted(what)}; {self._seen()}")
        return True

    def _act(self, act: Callable[[Town], asyncio.Future[Any]]) -> None:
        self._town.act(lambda: act(self._town.stage))

    def _newest(self, what: What, *, gathering: bool = False) -> Message:
        visible = self._town.stage.visible(self.persona)
        for message in reversed(visible):
            if find([message], what) is not None and (message.gathering is not None or not gathering):
                return message
        wanted = "gathering" if gathering else "message"
        raise AssertionError(f"{self} has no {wanted} {quoted(what)}; {listed('there is', visible)}")

    def _seen(self) -> str:
        return listed(f"since the last act {self} sees", self._town.stage.seen(self.persona))
