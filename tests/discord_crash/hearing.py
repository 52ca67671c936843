"""What the bot says, as the server carried it out: messages, answers that one person sees, and what takes the place of
one that was announced.
"""

from __future__ import annotations

import time
from typing import Any

from coterie.adapters.discord.fake import FakeMessage
from coterie.adapters.discord.fake.mirror import card_of
from coterie.adapters.discord.fake.model import LOADING
from coterie.core.testing.people import card_words
from tests.telegram_crash import hearing
from tests.telegram_crash.hearing import Said, in_short


class Ear(hearing.Ear):
    """A listener of the server, called on its thread."""

    def __init__(self) -> None:
        super().__init__()
        self._announced: set[str] = set()

    def hear(self, kind: str, thing: Any) -> None:
        """Note messages, each once: with its first words."""
        if kind not in ("sent", "edited") or not isinstance(thing, FakeMessage) or not thing.own:
            return
        if thing.flags & LOADING:
            self._announced.add(thing.id)
            return
        if kind == "edited" and thing.id not in self._announced:
            return
        self._announced.discard(thing.id)
        words, to = card_words(card_of(thing)), _to(thing)
        token = next((button["custom_id"] for button in thing.buttons if "custom_id" in button), "")
        said = Said(self.run, to, words, int(thing.id), token, (to, in_short(words)), time.monotonic())
        self.said.append(said)
        if self.then is not None:
            self.then(said)


def _to(message: FakeMessage) -> int:
    """The person who sees a message, or the channel in which everybody does."""
    recipient = message.channel.recipient
    return int(message.seen_by or (message.channel.id if recipient is None else recipient.id))


__all__ = ["Ear"]
