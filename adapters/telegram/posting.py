"""Posting: the parts of a card become messages, and whatever is tried again goes on where it stopped."""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from telegram import InputFile
from telegram.constants import BulkRequestLimit, MediaGroupLimit, MessageLimit

from coterie.adapters.telegram.calls import GONE, NOT_MODIFIED
from coterie.adapters.telegram.pictures import Pictures, kind_of
from coterie.adapters.telegram.refusals import Moved
from coterie.core.cutting import units
from coterie.core.platform import PlatformError, Refused, Uncertain

if TYPE_CHECKING:
    from coterie.adapters.telegram.calls import Calls
    from coterie.adapters.telegram.cards import Part
    from coterie.adapters.telegram.places import Places

Target = Mapping[str, Any]
"""``chat_id``, and ``message_thread_id`` for a topic."""

UNFINISHED: Final = 256
"""So many cards of several messages are remembered of which some are out."""
_NO_PREVIEW: Final = '{"is_disabled":true}'
_NO_TEXT: Final = "there is no text in the message"
_UNDELETABLE: Final = "message can't be deleted"
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Shown:
    """A message that is out, and what it shows; None when nobody remembers."""

    id: int
    part: Part | None


class Poster:
    """Sends, changes and takes away the messages that a card consists of."""

    def __init__(self, calls: Calls, places: Places) -> None:
        self._calls = calls
        self._places = places
        self._unfinished: OrderedDict[str, list[Shown]] = OrderedDict()
        self._pictures = Pictures(self.ask)

    async def ask(
        self,
        method: str,
        data: Mapping[str, Any],
        files: Mapping[str, InputFile] | None = None,
        fine: Collection[str] = (),
    ) -> Any:
        """Like :meth:`Calls.call`, following a group that became a supergroup."""
        try:
            return await self._calls.call(method, data, files, fine=fine)
        except Moved as moved:
            self._places.moved(data["chat_id"], moved.to)
            _log.info("a group has become the supergroup %d", moved.to)
            return await self._calls.call(method, {**data, "chat_id": moved.to}, files, fine=fine)

    async def send(self, target: Target, parts: Sequence[Part], key: str, reply_to: str = "") -> list[int]:
        """Post the parts in order; their message ids.

        When it raises after some are out, the same ``key`` goes on behind them.  After a refusal nothing stands there.
        """
        shown = self._unfinished.pop(key, [])
        try:
            await self._bring(target, shown, parts, reply_to)
        except Refused:
            if shown:
                await self._clear_up(target, shown)
            raise
        except BaseException as error:
            if not isinstance(error, Uncertain):  # nobody tries that again
                self._keep(key, shown)
            raise
        return [each.id for each in shown]

    async def change(self, target: Target, ids: Sequence[int], parts: Sequence[Part]) -> list[int]:
        """Let messages show these parts, whose number may differ; the ids of the messages that stand there then."""
        key = f"{target['chat_id']}:{','.join(map(str, ids))}"
        shown = self._unfinished.pop(key, None) or [Shown(each, None) for each in ids]
        try:
            await self._bring(target, shown, parts, "")
        except BaseException:
            if [each.id for each in shown] != list(ids):  # whichever edit comes next goes on with what stands there now
                self._keep(key, shown)
            raise
        return [each.id for each in shown]

    async def take_away(self, target: Target, ids: Sequence[int]) -> None:
        """Delete messages; one that is gone, or too old to be deleted, is done."""
        chat = target["chat_id"]
        for start in range(0, len(ids), BulkRequestLimit.MAX_LIMIT):
            some = list(ids[start : start + BulkRequestLimit.MAX_LIMIT])
            try:
                if len(some) == 1:
                    await self.ask("deleteMessage", {"chat_id": chat, "message_id": some[0]}, fine=GONE)
                else:
                    await self.ask("deleteMessages", {"chat_id": chat, "message_ids": some}, fine=GONE)
            except Refused as error:
                if _UNDELETABLE not in error.reason:
                    raise
                _log.info("a message in %s stays: Telegram does not delete it any more", chat)

    async def _bring(self, target: Target, shown: list[Shown], parts: Sequence[Part], reply_to: str) -> None:
        """Make what is out show the parts; ``shown`` follows each step."""
        for each, part in zip(shown, parts, strict=False):
            if each.part != part:
                each.id, each.part = await self._amend(target, each.id, part), part
        while len(shown) < len(parts):
            rest, answering = parts[len(shown) :], "" if shown else reply_to
            album = [*takewhile(lambda part: part.album, rest)][: MediaGroupLimit.MAX_MEDIA_LENGTH]
            if len(album) >= MediaGroupLimit.MIN_MEDIA_LENGTH:
                ids = await self._post_album(target, album, answering)
                shown.extend(map(Shown, ids, album))
            else:
                shown.append(Shown(await self.post(target, rest[0], answering), rest[0]))
        if len(shown) > len(parts):
            await self.take_away(target, [each.id for each in shown[len(parts) :]])
            del shown[len(parts) :]

    async def _clear_up(self, target: Target, shown: list[Shown]) -> None:
        try:
            await self.take_away(target, [each.id for each in shown])
        except PlatformError as error:
            _log.warning("the beginning of a message that was refused stays in its chat: %s", error.reason)

    def _keep(self, key: str, shown: list[Shown]) -> None:
        if shown:
            self._unfinished[key] = shown
            if len(self._unfinished) > UNFINISHED:
                self._unfinished.popitem(last=False)

    # -- one message

    async def post(self, target: Target, part: Part, reply_to: str = "") -> int:
        """Post one message; its id. ``reply_to`` is a native id, of whose messages the first is replied to."""
        data: dict[str, Any] = {**target, "reply_markup": _markup(part), **_replying(reply_to)}
        if part.picture is not None:
            kind = kind_of(part.picture)
            data["caption"], data["caption_entities"] = part.text or None, part.entities or None
            method = "sendPhoto" if kind == "photo" else "sendDocument"
            return id_in(await self._pictures.send(method, data, part.picture, kind))
        data["text"], data["entities"] = part.text, part.entities or None
        data["link_preview_options"] = _NO_PREVIEW
        return id_in(await self.ask("sendMessage", data))

    async def _post_album(self, target: Target, parts: Sequence[Part], reply_to: str) -> list[int]:
        """Post an album; the ids of its messages."""
        data: dict[str, Any] = {**target, **_replying(reply_to)}
        captions = [{"caption": part.text, "caption_entities": part.entities} if part.text else {} for part in parts]
        pictures = [part.picture for part in parts if part.picture is not None]
        sent = [id_in(message) for message in await self._pictures.album(data, captions, pictures, kind_of(*pictures))]
        if len(sent) != len(parts):
            raise Uncertain("the answer does not name all messages of the album")
        return sent

    async def _amend(self, target: Target, message: int, part: Part) -> int:
        """Let a message show a part; the id of the message that shows it.

        Telegram puts a picture on a message and changes it, but takes none away: a text goes below the picture that
        stands there, or, where it is too long for that, into a new message in its place.
        """
        data: dict[str, Any] = {"chat_id": target["chat_id"], "message_id": message, "reply_markup": _markup(part)}
        if part.picture is not None:
            kind = part.album or kind_of(part.picture)
            caption = {"caption": part.text, "caption_entities": part.entities}
            await self._pictures.replace(data, caption, part.picture, kind)
            return message
        text = {"text": part.text, "entities": part.entities or None, "link_preview_options": _NO_PREVIEW}
        try:
            await self.ask("editMessageText", {**data, **text}, fine=NOT_MODIFIED)
        except Refused as error:
            if _NO_TEXT not in error.reason:
                raise
        else:
            return message
        if units(part.text) > MessageLimit.CAPTION_LENGTH:
            new = await self.post(target, part)
            await self.take_away(target, [message])
            return new
        said = {"caption": part.text, "caption_entities": part.entities or None}
        await self.ask("editMessageCaption", {**data, **said}, fine=NOT_MODIFIED)
        return message


def first_id(native: str) -> int:
    """The first message id of a native id; 0 when it names no message."""
    first = native.rpartition(":")[2].partition(",")[0].partition("/")[0]
    return int(first) if first.isascii() and first.isdecimal() and len(first) < 20 else 0


def _replying(reply_to: str) -> dict[str, Any]:
    """The parameter of a reply; a message that is gone is not replied to."""
    first = first_id(reply_to)
    return {"reply_parameters": {"message_id": first, "allow_sending_without_reply": True}} if first else {}


def _markup(part: Part) -> dict[str, Any] | None:
    return {"inline_keyboard": part.keyboard} if part.keyboard else None


def id_in(sent: Any) -> int:
    """The id of the message that an answer describes; raises :class:`Uncertain` when it describes none."""
    found = sent.get("message_id") if isinstance(sent, dict) else None
    if not isinstance(found, int):
        raise Uncertain("the answer names no message")
    return found
