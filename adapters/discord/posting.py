"""Posting: the parts of a card become messages, and whatever is tried again goes on where it stopped."""

from __future__ import annotations

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.cards import Part, body, files
from coterie.adapters.discord.handles import made_at
from coterie.adapters.discord.payloads import for_edit, id_in
from coterie.adapters.discord.refusals import TOO_OLD_TO_EDIT, UNKNOWN_MESSAGE, Denied
from coterie.core.platform import Picture, PlatformError, Refused, RetryLater, Uncertain

if TYPE_CHECKING:
    import discord

    from coterie.adapters.discord.calls import Calls

UNFINISHED: Final = 256
"""So many cards of several messages are remembered of which some are out."""
PICTURES: Final = 4096
"""So many messages are remembered with the picture that they show."""
NONCES: Final = 4096
"""So many messages are remembered that were asked for and had no answer."""
NONCE_LIFE: Final = 120.0
"""Seconds in which a message that is asked for again under its key is not doubled; Discord says a few minutes."""
NONCE_LENGTH: Final = 25
EDIT_AGE: Final = 14 * 86_400.0
"""Seconds after which a message is replaced by a new one instead of being edited."""

_UNKNOWN_CHANNEL: Final = 10003
_MESSAGES: Final = "/channels/{channel_id}/messages"
_MESSAGE: Final = f"{_MESSAGES}/{{message_id}}"
_NEW, _OLD = 10.0, 14 * 86_400.0
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Shown:
    """A message that is out, and what it shows; None when nobody remembers. ``formers`` are messages it replaces."""

    id: str
    part: Part | None
    formers: list[str] = field(default_factory=list)


class Poster:
    """Sends, changes and takes away the messages that a card consists of.

    ``clock`` gives seconds and only measures, ``wall`` gives the seconds since 1970.
    """

    def __init__(
        self,
        calls: Calls,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._calls = calls
        self._clock = clock
        self._wall = wall
        self._unfinished: OrderedDict[str, list[Shown]] = OrderedDict()
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self._asked: OrderedDict[str, float] = OrderedDict()

    async def send(self, channel: str, parts: Sequence[Part], key: str, reply_to: str = "") -> list[str]:
        """Post the parts in order; their message ids.

        When it raises after some are out, the same ``key`` goes on behind them.  After a refusal nothing stands there.
        """
        shown = self._unfinished.pop(key, [])
        try:
            await self._bring(channel, shown, parts, key, reply_to)
        except Refused:
            if shown:
                await self._clear_up(channel, shown)
            raise
        except BaseException:
            self._keep(key, shown)
            raise
        return [each.id for each in shown]

    async def change(self, channel: str, ids: Sequence[str], parts: Sequence[Part], key: str) -> list[str]:
        """Let messages show these parts, whose number may differ; the ids of the messages that stand there then.

        Messages that Discord does not let be edited (any more, for now) are replaced by new ones.
        """
        name = f"{channel}:{','.join(ids)}"
        shown = self._unfinished.pop(name, None) or [Shown(each, None) for each in ids]
        try:
            await self._bring(channel, shown, parts, key, "")
        except BaseException:
            if [each.id for each in shown] != list(ids):  # whichever edit comes next goes on with what stands there now
                self._keep(name, shown)
            raise
        return [each.id for each in shown]

    async def take_away(self, channel: str, ids: Sequence[str]) -> None:
        """Delete messages; one that is gone is done."""
        for each in ids:
            age = self._wall() - made_at(each)
            # Discord counts deletions of new, ordinary and old messages apart from each other.
            sort = "new" if age <= _NEW else "old" if age >= _OLD else None
            where = {"channel_id": channel, "message_id": each}
            fine = (UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL)
            await self._calls.call("DELETE", _MESSAGE, ids=where, fine=fine, metadata=sort)
            self._pictures.pop(each, None)

    async def _bring(self, channel: str, shown: list[Shown], parts: Sequence[Part], key: str, reply_to: str) -> None:
        """Make what is out show the parts; ``shown`` follows each step.

        Once a message must be replaced, those after it are replaced as well, so that they stay in their order.
        """
        replacing = False
        for number, part in enumerate(parts):
            if number >= len(shown):
                posted = await self.post(channel, part, nonce(key, number), "" if number else reply_to)
                shown.append(Shown(posted, part))
                continue
            each = shown[number]
            replacing = replacing or bool(each.formers)
            if each.part == part and (each.formers or not replacing):
                continue
            amendable = bool(each.formers) or not replacing
            if not (amendable and await self._amended(channel, each.id, part)):
                replacing = True
                posted = await self.post(channel, part, nonce(key, number))
                each.formers.append(each.id)
                each.id = posted
            each.part = part
        for each in shown:
            await self.take_away(channel, each.formers)
            each.formers.clear()
        if len(shown) > len(parts):
            await self.take_away(channel, [each.id for each in shown[len(parts) :]])
            del shown[len(parts) :]

    async def _clear_up(self, channel: str, shown: list[Shown]) -> None:
        try:
            await self.take_away(channel, [each.id for each in shown])
        except PlatformError as error:
            _log.warning("the beginning of a message that was refused stays in its channel: %s", error.reason)

    def _keep(self, key: str, shown: list[Shown]) -> None:
        if shown:
            self._unfinished[key] = shown
            if len(self._unfinished) > UNFINISHED:
                self._unfinished.popitem(last=False)

    # -- one message

    async def post(self, channel: str, part: Part, key: str, reply_to: str = "") -> str:
        """Post one message; its id. ``reply_to`` is a native id, of whose messages the first is replied to."""
        sent = await self.post_raw(channel, body(part), key, reply_to, files(part))
        self.shows(sent, part.pictures)
        return sent

    async def post_raw(
        self,
        channel: str,
        message: dict[str, Any],
        key: str,
        reply_to: str = "",
        made: Sequence[discord.File] = (),
    ) -> str:
        """Post a message that is no card; its id."""
        data = {**message, "nonce": key, "enforce_nonce": True}
        if first := first_id(reply_to):
            data["message_reference"] = {"message_id": first, "fail_if_not_exists": False}
        again = self._clock() - self._asked.setdefault(key, self._clock()) < NONCE_LIFE
        if len(self._asked) > NONCES:
            self._asked.popitem(last=False)
        ids = {"channel_id": channel}
        try:
            sent = await self._calls.call("POST", _MESSAGES, data, ids=ids, files=made, repeatable=again)
        except RetryLater as wait:
            if wait.down or wait.everywhere:  # it did not reach Discord, or Discord did not look at it
                self._asked.pop(key, None)
            raise
        except Refused:
            self._asked.pop(key, None)
            raise
        self._asked.pop(key, None)
        if not (found := id_in(sent)):
            raise Uncertain("the answer names no message")
        return found

    async def _amended(self, channel: str, message: str, part: Part) -> bool:
        """Let a message show a part; False when it is too old for that."""
        if self._wall() - made_at(message) > EDIT_AGE:
            return False
        data, made = self.edited(message, part)
        ids = {"channel_id": channel, "message_id": message}
        try:
            await self._calls.call("PATCH", _MESSAGE, data, ids=ids, files=made)
        except Denied as error:
            if error.code == TOO_OLD_TO_EDIT:
                return False
            raise
        self.shows(message, part.pictures)
        return True

    # -- pictures

    def edited(self, message: str, part: Part) -> tuple[dict[str, Any], list[discord.File]]:
        """What an edit says and carries: pictures that the message shows already are not sent again."""
        data = for_edit(body(part))
        if part.pictures and self._pictures.get(message) == _digest(part.pictures):
            del data["attachments"]
            return data, []
        return data, files(part)

    def shows(self, message: str, pictures: Sequence[Picture]) -> None:
        """A message shows these pictures from now on."""
        if not pictures:
            self._pictures.pop(message, None)
            return
        self._pictures[message] = _digest(pictures)
        self._pictures.move_to_end(message)
        if len(self._pictures) > PICTURES:
            self._pictures.popitem(last=False)


def nonce(key: str, number: int) -> str:
    """The key against doubles of a card's message; ``number`` counts from 0."""
    end = f".{number}" if number else ""
    return f"{key[: NONCE_LENGTH - len(end)]}{end}"


def first_id(native: str) -> str:
    """The first message id of a native id in the action's own channel; empty when it names none there."""
    first = native.partition(",")[0].partition("/")[0]
    return first if first.isascii() and first.isdecimal() and len(first) <= 20 else ""


def _digest(pictures: Sequence[Picture]) -> bytes:
    return b"".join(blake2b(each.data, digest_size=16).digest() for each in pictures)


__all__ = ["Poster", "first_id", "nonce"]
