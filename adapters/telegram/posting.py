"""Posting: the parts of a card become messages, and whatever is tried again goes on where it stopped."""

from __future__ import annotations

import logging
import mimetypes
from collections import OrderedDict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from telegram import InputFile
from telegram.constants import BulkRequestLimit, FileSizeLimit, MessageLimit

from coterie.adapters.telegram.calls import GONE, NOT_MODIFIED
from coterie.adapters.telegram.characters import units
from coterie.adapters.telegram.refusals import Moved
from coterie.core.platform import Picture, PlatformError, Refused, Uncertain

if TYPE_CHECKING:
    from coterie.adapters.telegram.calls import Calls
    from coterie.adapters.telegram.cards import Part
    from coterie.adapters.telegram.places import Places

Target = Mapping[str, Any]
"""``chat_id``, and ``message_thread_id`` for a topic."""

UNFINISHED: Final = 256
"""So many cards of several messages are remembered of which some are out."""
FILES: Final = 256
"""So many pictures are remembered that Telegram has already."""
LONGEST_SIDES: Final = 10_000
"""Pixels that width and height of a photo may have together."""
NARROWEST: Final = 20
"""So many times as long as the other may one side of a photo be."""

_PNG_HEAD: Final = 24
_PHOTOS: Final = frozenset(("image/png", "image/jpeg", "image/webp"))
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
        self._files: OrderedDict[tuple[str, bytes], str] = OrderedDict()

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
        for number, part in enumerate(parts):
            if number >= len(shown):
                shown.append(Shown(await self.post(target, part, "" if number else reply_to), part))
            elif shown[number].part != part:
                shown[number].id = await self._amend(target, shown[number].id, part)
                shown[number].part = part
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
        data: dict[str, Any] = {**target, "reply_markup": _markup(part)}
        if first := first_id(reply_to):
            data["reply_parameters"] = {"message_id": first, "allow_sending_without_reply": True}
        if part.picture is not None:
            kind = _kind_of(part.picture)
            data["caption"], data["caption_entities"] = part.text or None, part.entities or None
            method = "sendPhoto" if kind == "photo" else "sendDocument"
            return id_in(await self._with_picture(method, data, part.picture, kind))
        data["text"], data["entities"] = part.text, part.entities or None
        data["link_preview_options"] = _NO_PREVIEW
        return id_in(await self.ask("sendMessage", data))

    async def _amend(self, target: Target, message: int, part: Part) -> int:
        """Let a message show a part; the id of the message that shows it.

        Telegram puts a picture on a message and changes it, but takes none away: a text goes below the picture that
        stands there, or, where it is too long for that, into a new message in its place.
        """
        data: dict[str, Any] = {"chat_id": target["chat_id"], "message_id": message, "reply_markup": _markup(part)}
        if part.picture is not None:
            kind = _kind_of(part.picture)
            data["media"] = {"type": kind, "caption": part.text, "caption_entities": part.entities}
            await self._with_picture("editMessageMedia", data, part.picture, kind)
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
        caption = {"caption": part.text, "caption_entities": part.entities or None}
        await self.ask("editMessageCaption", {**data, **caption}, fine=NOT_MODIFIED)
        return message

    # -- pictures

    async def _with_picture(self, method: str, data: dict[str, Any], picture: Picture, kind: str) -> Any:
        """Ask with a picture: by the name that Telegram gave the same one before, else with its bytes."""
        key = kind, blake2b(picture.data, digest_size=16).digest()
        known = self._files.get(key)
        if known is not None:
            try:
                return await self.ask(method, _referring(data, kind, known), fine=NOT_MODIFIED)
            except Refused as error:
                if "file" not in error.reason.lower():
                    raise
        file = InputFile(picture.data, f"picture{mimetypes.guess_extension(picture.media_type) or ''}")
        if "media" in data:
            data, files = _referring(data, kind, "attach://picture"), {"picture": file}
        else:
            files = {kind: file}
        sent = await self.ask(method, data, files, fine=NOT_MODIFIED)
        name = _file_in(sent, kind)
        if name:
            self._files[key] = name
            if len(self._files) > FILES:
                self._files.popitem(last=False)
        return sent


def first_id(native: str) -> int:
    """The first message id of a native id; 0 when it names no message."""
    first = native.rpartition(":")[2].partition(",")[0].partition("/")[0]
    return int(first) if first.isascii() and first.isdecimal() and len(first) < 20 else 0


def _markup(part: Part) -> dict[str, Any] | None:
    return {"inline_keyboard": part.keyboard} if part.keyboard else None


def _kind_of(picture: Picture) -> str:
    """Telegram shows pictures of some kinds, up to 10 MB, neither huge nor very narrow; others travel as files."""
    shown = picture.media_type in _PHOTOS and len(picture.data) <= FileSizeLimit.PHOTOSIZE_UPLOAD
    if shown and picture.media_type == "image/png" and len(picture.data) >= _PNG_HEAD:
        short, long = sorted((int.from_bytes(picture.data[16:20]), int.from_bytes(picture.data[20:24])))
        shown = short + long <= LONGEST_SIDES and long <= NARROWEST * short
    return "photo" if shown else "document"


def _referring(data: dict[str, Any], kind: str, name: str) -> dict[str, Any]:
    """The request with the picture's name in it."""
    if "media" in data:
        return {**data, "media": {**data["media"], "media": name}}
    return {**data, kind: name}


def id_in(sent: Any) -> int:
    """The id of the message that an answer describes; raises :class:`Uncertain` when it describes none."""
    found = sent.get("message_id") if isinstance(sent, dict) else None
    if not isinstance(found, int):
        raise Uncertain("the answer names no message")
    return found


def _file_in(sent: Any, kind: str) -> str:
    """The name of the largest size of the picture in a message; empty when there is none."""
    found = sent.get(kind) if isinstance(sent, dict) else None
    if isinstance(found, list):
        found = found[-1] if found else None
    name = found.get("file_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""
