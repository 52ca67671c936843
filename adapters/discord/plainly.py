"""Refusals in words that fit what was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from coterie.adapters.discord.refusals import Denied
from coterie.core.platform import Refused


@contextmanager
def plainly(words: Mapping[int, str]) -> Iterator[None]:
    """Say a refusal in other words, where Discord's code for it is one of these."""
    try:
        yield
    except Denied as error:
        said = words.get(error.code)
        if said is None:
            raise
        raise Refused(said) from error


__all__ = ["plainly"]
