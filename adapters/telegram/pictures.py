"""Pictures on their way to Telegram: what kind of file each is, alone or in an album, and which it has already."""

from __future__ import annotations

import mimetypes
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, Literal

from telegram import InputFile
from telegram.constants import FileSizeLimit

from coterie.adapters.telegram.calls import NOT_MODIFIED
from coterie.core.platform import Picture, Refused

Kind = Literal["photo", "document"]
Ask = Callable[..., Awaitable[Any]]
_Request = Callable[[Sequence[str], Mapping[str, InputFile] | None], Awaitable[Any]]

FILES: Final = 256
"""So many pictures are remembered that Telegram has already."""
LONGEST_SIDES: Final = 10_000
"""Pixels that width and height of a photo may have together."""
NARROWEST: Final = 20
"""So many times as long as the other may one side of a photo be."""

_PNG_HEAD: Final = 24
_PHOTOS: Final = frozenset(("image/png", "image/jpeg", "image/webp"))


def kind_of(*pictures: Picture) -> Kind:
    """How Telegram takes pictures that stand together: it shows some kinds, up to 10 MB, neither huge nor very narrow,
    and others travel as files; an album is of one kind.
    """
    return "photo" if all(map(_is_photo, pictures)) else "document"


def _is_photo(picture: Picture) -> bool:
    shown = picture.media_type in _PHOTOS and len(picture.data) <= FileSizeLimit.PHOTOSIZE_UPLOAD
    if shown and picture.media_type == "image/png" and len(picture.data) >= _PNG_HEAD:
        short, long = sorted((int.from_bytes(picture.data[16:20]), int.from_bytes(picture.data[20:24])))
        shown = short + long <= LONGEST_SIDES and long <= NARROWEST * short
    return shown


class Pictures:
    """Sends pictures, by the name that Telegram gave the same one before where there is one.

    ``ask`` makes a request: method, parameters, files, and ``fine``.
    """

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._files: OrderedDict[tuple[str, bytes], str] = OrderedDict()

    async def send(self, method: str, data: Mapping[str, Any], picture: Picture, kind: Kind) -> Any:
        """Ask with one picture, in the parameter of its kind."""

        async def ask(names: Sequence[str], files: Mapping[str, InputFile] | None) -> Any:
            # Alone, a file goes under the parameter itself.
            if files:
                return await self._ask(method, data, {kind: _file(picture)}, fine=NOT_MODIFIED)
            return await self._ask(method, {**data, kind: names[0]}, None, fine=NOT_MODIFIED)

        return self._learnt([await self._sent([picture], kind, ask)], [picture], kind)[0]

    async def replace(self, data: Mapping[str, Any], media: Mapping[str, Any], picture: Picture, kind: Kind) -> Any:
        """Let a message show a picture; ``media`` has its caption."""

        async def ask(names: Sequence[str], files: Mapping[str, InputFile] | None) -> Any:
            shown = {**media, "type": kind, "media": names[0]}
            return await self._ask("editMessageMedia", {**data, "media": shown}, files, fine=NOT_MODIFIED)

        return self._learnt([await self._sent([picture], kind, ask)], [picture], kind)[0]

    async def album(
        self, data: Mapping[str, Any], captions: Sequence[Mapping[str, Any]], pictures: Sequence[Picture], kind: Kind
    ) -> list[Any]:
        """Post 2 to 10 pictures as one album, each with its caption; returns the messages."""

        async def ask(names: Sequence[str], files: Mapping[str, InputFile] | None) -> Any:
            media = [{**said, "type": kind, "media": name} for said, name in zip(captions, names, strict=True)]
            return await self._ask("sendMediaGroup", {**data, "media": media}, files)

        sent = await self._sent(pictures, kind, ask)
        return self._learnt(sent if isinstance(sent, list) else [], pictures, kind)

    async def _sent(self, pictures: Sequence[Picture], kind: Kind, ask: _Request) -> Any:
        """Ask with the names of pictures that Telegram has, and the bytes of all others."""
        known = [self._files.get(_key(picture, kind), "") for picture in pictures]
        if any(known):
            try:
                return await ask(*_attached(pictures, known))
            except Refused as error:
                if "file" not in error.reason.lower():
                    raise
        return await ask(*_attached(pictures, [""] * len(pictures)))

    def _learnt(self, sent: list[Any], pictures: Sequence[Picture], kind: Kind) -> list[Any]:
        """Remember what the messages tell of the names of their pictures."""
        for message, picture in zip(sent, pictures, strict=False):
            if name := _file_in(message, kind):
                self._files[_key(picture, kind)] = name
        while len(self._files) > FILES:
            self._files.popitem(last=False)
        return sent


def _attached(pictures: Sequence[Picture], known: Sequence[str]) -> tuple[list[str], dict[str, InputFile] | None]:
    """What a request calls its pictures, and the files that go along."""
    names = [name or f"attach://picture{number}" for number, name in enumerate(known)]
    files = {f"picture{number}": _file(each) for number, each in enumerate(pictures) if not known[number]}
    return names, files or None


def _key(picture: Picture, kind: Kind) -> tuple[str, bytes]:
    return kind, blake2b(picture.data, digest_size=16).digest()


def _file(picture: Picture) -> InputFile:
    return InputFile(picture.data, f"picture{mimetypes.guess_extension(picture.media_type) or ''}")


def _file_in(sent: Any, kind: Kind) -> str:
    """The name of the largest size of the picture in a message; empty when there is none."""
    found = sent.get(kind) if isinstance(sent, dict) else None
    if isinstance(found, list):
        found = found[-1] if found else None
    name = found.get("file_id") if isinstance(found, dict) else None
    return name if isinstance(name, str) else ""


__all__ = ["FILES", "LONGEST_SIDES", "NARROWEST", "Kind", "Pictures", "kind_of"]
