"""Which community an import is for, and which chats of a file belong to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from coterie.core.importing.records import Chat

if TYPE_CHECKING:
    from coterie.core.config import Settings


def chosen_community(settings: Settings, name: str | None, platform: str) -> str:
    """The name of the community; raises :class:`LookupError` with what there is, where it is not clear."""
    names = [each.name for each in settings.communities]
    if name is not None and name not in names:
        raise LookupError(f"There is no community {name!r}; there are: {', '.join(names)}.")
    if name is not None:
        return name
    if len(names) == 1:
        return names[0]
    here = [each.name for each in settings.communities if any(space.platform == platform for space in each.spaces)]
    if len(here) == 1:
        return here[0]
    raise LookupError(f"Name the community with --community: there are {', '.join(names)}.")


@dataclass(frozen=True, slots=True)
class Choice:
    """Which chats are imported: what is ``named``, what is a space of the community, and a chat that is all of its
    file where the community names no space of this platform.
    """

    community: str = ""
    owners: Mapping[str, str] = field(default_factory=dict)
    """Which community a space belongs to."""
    named: frozenset[str] = frozenset()

    @property
    def marks(self) -> tuple[str, ...]:
        """What makes an import with this choice another one than the same file with another choice."""
        return (*sorted(self.named), *(space for space, owner in self.owners.items() if owner == self.community))

    def why_not(self, chat: Chat, alone: bool) -> str:
        """Why a chat is left out, or an empty string; ``alone`` if it is all that its file holds."""
        names = {chat.space, chat.channel, chat.title, *(chat.space.removeprefix(each) for each in ("-100", "-"))}
        if self.named & names:
            return ""
        owner = self.owners.get(chat.space)
        if owner == self.community:
            return ""
        if owner is not None:
            return f"it is a space of the community {owner}"
        if alone and self.community not in self.owners.values():
            return ""
        return f"it is no space of the community {self.community}: --chat {chat.space} takes it in"


def choose(settings: Settings, community: str, platform: str, named: frozenset[str]) -> Choice:
    """The choice for a community; ``named`` are ids (or titles) of chats, channels or servers."""
    owners = {
        space.id: each.name for each in settings.communities for space in each.spaces if space.platform == platform
    }
    return Choice(community, owners, named)
