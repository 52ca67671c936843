"""Native ids of messages: where the messages of a card stand, in at most 128 characters.

``1,2`` in the action's own channel; ``9:1,2`` in channel 9; ``u:7:1,2`` in the direct chat with person 7;
``e:5:1,2:7`` as answers to interaction 5 that person 7 alone sees (the person is left out where nobody knows it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from coterie.adapters.discord.steps import ORIGINAL
from coterie.core.platform import Refused

MOST: Final = 6
"""So many messages a card in a channel may have."""
MOST_PRIVATE: Final = 4
"""So many messages a private card may have."""

_ONE: Final = r"[0-9]{1,20}"
_LIST: Final = rf"{_ONE}(?:,{_ONE})*"
_HERE: Final = re.compile(rf"(?:(u:{_ONE}|{_ONE}):)?({_LIST})(?:/\w+)?", re.ASCII)
_WHISPER: Final = re.compile(rf"e:({_ONE}):((?:{_ONE}|{ORIGINAL})(?:,{_ONE})*)(?::({_ONE}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Native:
    """Where messages stand: ``channel`` is empty for the action's own; ``interaction`` is empty for those in channels.

    ``person`` is who sees the answers to the interaction, where that is known.
    """

    ids: tuple[str, ...]
    channel: str = ""
    interaction: str = ""
    person: str = ""

    def __str__(self) -> str:
        listed = ",".join(self.ids)
        if self.interaction:
            return f"e:{self.interaction}:{listed}" + (f":{self.person}" if self.person else "")
        return f"{self.channel}:{listed}" if self.channel else listed


def read(native: str) -> Native:
    """What a native id names; raises :class:`Refused` for one that names no message."""
    if found := _HERE.fullmatch(native):
        return Native(tuple(found[2].split(",")), found[1] or "")
    if found := _WHISPER.fullmatch(native):
        return Native(tuple(found[2].split(",")), "", found[1], found[3] or "")
    raise Refused("there is no such message on the platform")


def fitting(ids: Sequence[object], most: int) -> None:
    """Raises :class:`Refused` for a card that takes more than ``most`` messages."""
    if len(ids) > most:
        raise Refused(f"the card would take {len(ids)} messages, and Discord's cards have at most {most} here")


__all__ = ["MOST", "MOST_PRIVATE", "Native", "fitting", "read"]
