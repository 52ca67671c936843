"""What the rest of a configuration expects of Telegram."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from coterie.core.config import Settings
from coterie.core.plugin import Plugin

NAME = "telegram"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """``spaces`` are the chats that communities name, ``readers`` the plugins that listen to what people write."""

    spaces: tuple[str, ...] = ()
    readers: tuple[str, ...] = ()


def surroundings_of(settings: Settings, plugins: Iterable[Plugin]) -> Surroundings:
    """What a whole configuration and the plugins that it switches on say about Telegram."""
    communities = [each for each in settings.communities if any(space.platform == NAME for space in each.spaces)]
    spaces = (space.id for community in communities for space in community.spaces if space.platform == NAME)
    on = frozenset[str]().union(*(community.enabled for community in communities))
    readers = (
        plugin.name for plugin in plugins if plugin.name in on and type(plugin).on_message is not Plugin.on_message
    )
    return Surroundings(tuple(dict.fromkeys(spaces)), tuple(sorted(readers)))


__all__ = ["Surroundings", "surroundings_of"]
