"""Tokens: what a button carries, at most 40 ASCII characters, signed, opaque to everybody but the core.

A token is URL-safe base64 without padding of at most 30 bytes::

    head     1   version (2 bits), for one member alone (1), has an expiry (1), number of argument bytes (4)
    route    4   hash of "plugin/action"
    expiry   0 or 4   minutes since 1970 UTC
    args     0 to 9   packed arguments
    MAC     12   keyed BLAKE2b over community, all of the above and, in a token for one member, that member

Neither community nor member is carried: whoever opens the token says where and who, and the MAC fits or does not.  In a
token for one member the MAC is two halves, the second of which alone depends on the member; that tells "not yours" from
"forged", at 48 bits for each, which an attacker would have to try by tapping.
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Sequence
from hashlib import blake2b
from hmac import compare_digest
from typing import Final, Literal

import msgspec

from coterie.core.errors import Refusal

TOKEN_LENGTH: Final = 40
"""The most characters of a token."""
ARGS_LENGTH: Final = 9
"""The most bytes of packed arguments that fit into a token; an id and a small number do."""

Problem = Literal["forged", "expired", "foreign"]

_VERSION: Final = 0x40
_VERSION_BITS: Final = 0xC0
_BOUND: Final = 0x20
_EXPIRES: Final = 0x10
_ARGS_BITS: Final = 0x0F
_MAC: Final = 12
_HALF: Final = 6
_MINUTE_MS: Final = 60_000
_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_", b"+/")


class TokenError(Refusal):
    """A token is refused: it was not made here (``forged``), it is for somebody else (``foreign``), or ``expired``."""

    def __init__(self, kind: Problem) -> None:
        super().__init__(f"button-{kind}", namespace="core")
        self.kind: Problem = kind


class Opened(msgspec.Struct, frozen=True):
    """What a valid token says: the route of an action and its packed arguments."""

    route: int
    args: bytes


class Signer:
    """Makes and opens tokens; those made with one of the ``previous`` secrets still open, so that a secret can change.

    Raises :class:`ValueError` for a secret of less than 16 bytes.  Threads may share a signer.
    """

    __slots__ = ("_keys",)

    def __init__(self, secret: bytes, previous: Sequence[bytes] = ()) -> None:
        secrets = (secret, *previous)
        if min(map(len, secrets)) < 16:
            raise ValueError("a secret for buttons must have at least 16 bytes")
        # A key of fixed length from a secret of any; a keyed state that is copied saves a round for each token.
        keys = (blake2b(each, digest_size=32, person=b"coterie-buttons").digest() for each in secrets)
        self._keys = tuple(blake2b(key=key, digest_size=_MAC) for key in keys)

    def sign(self, community: int, route: int, args: bytes, expires: int, member: int = 0) -> str:
        """A token for one member, or for everybody with 0; ``expires`` is in minutes since 1970 UTC, 0 for never.

        Raises :class:`ValueError` for more than :data:`ARGS_LENGTH` bytes of arguments and :class:`OverflowError` for a
        number that does not fit.
        """
        if len(args) > ARGS_LENGTH:
            raise ValueError(f"a token carries at most {ARGS_LENGTH} bytes of arguments, not {len(args)}")
        head = _VERSION | len(args) | (_BOUND if member else 0) | (_EXPIRES if expires else 0)
        body = bytes((head,)) + route.to_bytes(4) + (expires.to_bytes(4) if expires else b"") + args
        mac = self._keys[0].copy()
        mac.update(community.to_bytes(8) + body)
        tag = mac.digest()
        if member:
            mac.update(member.to_bytes(8))
            tag = tag[:_HALF] + mac.digest()[_HALF:]
        return _encode(body + tag)

    def open(self, community: int, token: str, now_ms: int, member: int) -> Opened:
        """What the token says to this member of this community now; raises :class:`TokenError`, nothing else."""
        raw = _decode(token)
        head = raw[0]
        start = 9 if head & _EXPIRES else 5
        end = len(raw) - _MAC
        if head & _VERSION_BITS != _VERSION or end != start + (head & _ARGS_BITS):
            raise TokenError("forged")
        body = raw[:end]
        self._verify(community.to_bytes(8) + body, raw[end:], member if head & _BOUND else None)
        if head & _EXPIRES and now_ms >= int.from_bytes(body[5:9]) * _MINUTE_MS:
            raise TokenError("expired")
        return Opened(int.from_bytes(body[1:5]), body[start:])

    def _verify(self, signed: bytes, tag: bytes, member: int | None) -> None:
        for key in self._keys:
            mac = key.copy()
            mac.update(signed)
            if member is None:
                if compare_digest(mac.digest(), tag):
                    return
            elif compare_digest(mac.digest()[:_HALF], tag[:_HALF]):
                mac.update(member.to_bytes(8))
                if compare_digest(mac.digest()[_HALF:], tag[_HALF:]):
                    return
                raise TokenError("foreign")
        raise TokenError("forged")


def expiry(now_ms: int, seconds: int) -> int:
    """The minute since 1970 UTC in which a token is over that lives for so many seconds from now; 0 (never) stays 0."""
    return -(-(now_ms + seconds * 1000) // _MINUTE_MS) if seconds else 0


def route_of(plugin: str, action: str) -> int:
    """The 32-bit route of a plugin's action."""
    return int.from_bytes(blake2b(f"{plugin}/{action}".encode(), digest_size=4).digest())


# Packed values, each with a first byte that says what it is:
#   00-3F  the numbers 0 to 63
#   40-BF  a number of 1 to 8 more bytes, whose four highest bits are in the first byte
#   C0 C1  False, True
#   C2     a negative number: -1 minus the number that follows
#   C3-DF  a text of 0 to 28 bytes (UTF-8)
#   E0     a longer text: its length as a number, then its bytes
# An id of this decade takes eight bytes, so that an id and a number up to 63 fit into a token.
_SMALL: Final = 0x40
_FALSE: Final = 0xC0
_NEGATIVE: Final = 0xC2
_TEXT: Final = 0xC3
_LONG_TEXT: Final = 0xE0
_MAX_SHORT: Final = _LONG_TEXT - _TEXT - 1


def pack(values: Sequence[int | str | bool]) -> bytes:
    """Compact bytes of some values; raises :class:`ValueError` for a number of more than 64 bits.

    What is longer than :data:`ARGS_LENGTH` is kept in a row by the caller, who then packs the row's id.
    """
    return b"".join(map(_packed, values))


def unpack(data: bytes) -> tuple[int | str | bool, ...]:
    """The values that were packed; raises :class:`ValueError` for bytes that :func:`pack` did not make."""
    values: list[int | str | bool] = []
    position = 0
    while position < len(data):
        value, position = _unpacked(data, position)
        values.append(value)
    return tuple(values)


def _packed(value: int | str | bool) -> bytes:
    if isinstance(value, bool):
        return bytes((_FALSE + value,))
    if isinstance(value, int):
        return _number(value) if value >= 0 else bytes((_NEGATIVE,)) + _number(-1 - value)
    text = value.encode()
    if len(text) <= _MAX_SHORT:
        return bytes((_TEXT + len(text),)) + text
    return bytes((_LONG_TEXT,)) + _number(len(text)) + text


def _number(value: int) -> bytes:
    if value < _SMALL:
        return bytes((value,))
    if value >> 64:
        raise ValueError("a number in a token has at most 64 bits")
    more = (value.bit_length() + 3) // 8
    high = value >> 8 * more
    return bytes((_SMALL + (more - 1) * 16 + high,)) + (value - (high << 8 * more)).to_bytes(more)


def _unpacked(data: bytes, position: int) -> tuple[int | str | bool, int]:
    head = data[position]
    if head < _FALSE:
        return _read_number(data, position)
    if head < _NEGATIVE:
        return head != _FALSE, position + 1
    if head == _NEGATIVE:
        number, end = _read_number(data, position + 1)
        return -1 - number, end
    if head > _LONG_TEXT:
        raise ValueError("not packed values")
    length, start = _read_number(data, position + 1) if head == _LONG_TEXT else (head - _TEXT, position + 1)
    return _slice(data, start, length).decode(), start + length


def _read_number(data: bytes, position: int) -> tuple[int, int]:
    head = _slice(data, position, 1)[0]
    if head < _SMALL:
        return head, position + 1
    if head >= _FALSE:
        raise ValueError("not packed values")
    more, high = divmod(head - _SMALL, 16)
    number = high << 8 * (more + 1) | int.from_bytes(_slice(data, position + 1, more + 1))
    if number >> 64:
        raise ValueError("not packed values")
    return number, position + more + 2


def _slice(data: bytes, start: int, length: int) -> bytes:
    if start + length > len(data):
        raise ValueError("packed values are cut short")
    return data[start : start + length]


def _encode(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).translate(_TO_URL).rstrip(b"=").decode()


def _decode(token: str) -> bytes:
    """The bytes of a token; raises :class:`TokenError` unless the token is exactly how they are written."""
    if not token.isascii() or len(token) > TOKEN_LENGTH:
        raise TokenError("forged")
    written = token.encode()
    try:
        raw = a2b_base64(written.translate(_FROM_URL) + b"=" * (-len(written) % 4))
    except ValueError:
        raise TokenError("forged") from None
    # Decoding skips foreign characters and spare bits, so that several texts would mean the same bytes.
    if len(raw) < 5 + _MAC or _encode(raw) != token:
        raise TokenError("forged")
    return raw
