"""Invite links as the core knows them: the address, and behind it the name that tells Coterie's own links.

When a link's answer was lost, its name is all that says for whom it was made; updates name it when it is used.
"""

from __future__ import annotations

from typing import Final

from telegram.constants import ChatInviteLinkLimit

_OURS: Final = "coterie "


def name_for(mark: int) -> str:
    """What a link is called that the action with this mark makes."""
    return f"{_OURS}{mark}"[: ChatInviteLinkLimit.NAME_LENGTH]


def known_as(address: str, name: str) -> str:
    """A link as the core keeps it: ``https://t.me/+…#coterie 7``, or the bare address of a link that others made."""
    return f"{address}#{name}" if address and name.startswith(_OURS) else address


def address_of(link: str) -> str:
    """The address of a link that the core kept."""
    return link.partition("#")[0]


__all__ = ["address_of", "known_as", "name_for"]
