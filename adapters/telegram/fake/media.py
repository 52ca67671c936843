"""Files: uploads, ids of earlier ones, links, and the checks that photos undergo."""

from __future__ import annotations

import io
from typing import Final

from PIL import Image, UnidentifiedImageError
from telegram.constants import FileSizeLimit

from coterie.adapters.telegram.fake.arguments import Args, Json, Upload
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.world import World

MAX_SIDES: Final = 10_000
"""A photo's width and height together."""
MAX_RATIO: Final = 20


def attached(world: World, args: Args, kind: str, given: str, field: str) -> Json:
    """The file that a parameter names: an upload, the id of an earlier file, or an address.

    ``kind`` is ``photo`` or ``document``; returns the fields of the message.
    """
    upload = args.files.get(field)
    if given.startswith("attach://"):
        upload = args.files.get(given.removeprefix("attach://"))
    if upload is not None:
        return _stored(world, kind, upload)
    if not given or given.startswith("attach://"):
        raise bad(f"there is no {kind} in the request")
    if given.startswith(("http://", "https://")):
        return _fields(kind, given, "address", 0, (320, 240))
    if given not in world.files:
        raise bad("wrong file identifier/HTTP URL specified")
    data = world.files[given]
    return _fields(kind, given, "file", len(data), _size(data) if kind == "photo" else (0, 0))


def _stored(world: World, kind: str, upload: Upload) -> Json:
    size = len(upload.data)
    if size == 0:
        raise bad("file must be non-empty")
    if kind == "photo" and size > FileSizeLimit.PHOTOSIZE_UPLOAD:
        raise bad(f'file "{upload.name}" of size {size} bytes is too big for a photo')
    if size > FileSizeLimit.FILESIZE_UPLOAD:
        raise bad(f'file "{upload.name}" of size {size} bytes is too big')
    sides = _size(upload.data) if kind == "photo" else (0, 0)
    file_id = f"file-{world.number()}"
    world.files[file_id] = upload.data
    return _fields(kind, file_id, upload.name, size, sides)


def _size(data: bytes) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, ValueError, Image.DecompressionBombError):
        raise bad("IMAGE_PROCESS_FAILED") from None
    if width + height > MAX_SIDES or max(width, height) > MAX_RATIO * min(width, height):
        raise bad("PHOTO_INVALID_DIMENSIONS")
    return width, height


def _fields(kind: str, file_id: str, name: str, size: int, sides: tuple[int, int]) -> Json:
    file: Json = {"file_id": file_id, "file_unique_id": f"unique-{file_id}", "file_size": size}
    if kind == "photo":
        return {"photo": [file | {"width": sides[0], "height": sides[1]}]}
    return {"document": file | {"file_name": name}}
