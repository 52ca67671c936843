"""What tells one file from every other: a second run knows it again."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from coterie.core.importing.records import Importer

_READ: Final = 1024 * 1024
_OVERLAP: Final = 256


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The id of an import, and the accounts that the file shows to be bots."""

    id: str
    bots: frozenset[str]


def fingerprint(
    path: Path,
    importer: Importer,
    chosen: Iterable[str] = (),
    progress: Callable[[int], None] = lambda _position: None,
) -> Fingerprint:
    """Look through a file once; ``chosen`` is what else makes an import another one. Raises :class:`OSError`."""
    digest = hashlib.blake2b("\0".join((importer.name, *sorted(chosen))).encode(), digest_size=24)
    pattern = re.compile(importer.bot) if importer.bot else None
    bots: set[str] = set()
    position, tail = 0, b""
    with path.open("rb") as file:
        while data := file.read(_READ):
            digest.update(data)
            if pattern is not None:
                tail += data
                bots.update(found.group(1).decode() for found in pattern.finditer(tail))
                tail = tail[-_OVERLAP:]
            position += len(data)
            progress(position)
    return Fingerprint(digest.hexdigest(), frozenset(bots))
