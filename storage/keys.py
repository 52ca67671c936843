"""Keys that fit their columns: PostgreSQL refuses what is too long, and two keys may begin alike."""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

KEY_LENGTH: Final = 200
"""Characters of an idempotency key's column."""
_HASH: Final = 33
"""Characters that mark a shortened key."""


def fitting(key: str, length: int = KEY_LENGTH) -> str:
    """The key itself, or where it is longer than ``length`` characters (at least 34) its beginning and a hash of it."""
    if len(key) <= length:
        return key
    return f"{key[: min(length - _HASH, 160)]}:{blake2b(key.encode(), digest_size=16).hexdigest()}"
