"""What the rest of a configuration expects of Discord."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from coterie.adapters.discord.reading.guild import PLATFORM
from coterie.core.config import Settings
from coterie.core.plugin import Plugin


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is expected, as far as the configuration and the plugins that it switches on tell."""

    spaces: tuple[str, ...] = ()
    """The servers that communities name."""
    readers: tuple[str, ...] = ()
    """The plugins that listen to what people write."""
    greeters: tuple[str, ...] = ()
    """The plugins that listen to who comes and goes."""
    doors: tuple[str, ...] = ()
    """The plugins that decide who is let in."""
    roles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The roles that accesses give, by server."""
    private: frozenset[str] = frozenset()
    """The servers that an access lets people into."""


def surroundings_of(settings: Settings, plugins: Iterable[Plugin]) -> Surroundings:
    """What a whole configuration and the plugins that it switches on say about Discord."""
    communities = [each for each in settings.communities if any(space.platform == PLATFORM for space in each.spaces)]
    on = frozenset[str]().union(*(community.enabled for community in communities))
    present = [plugin for plugin in plugins if plugin.name in on]
    slots = [
        target.slot
        for community in communities
        for access in community.access.values()
        for target in access.targets
        if target.platform == PLATFORM
    ]
    roles: dict[str, dict[str, None]] = {}
    for slot in slots:
        if slot.kind == "role":
            roles.setdefault(slot.space, {})[slot.target] = None
    spaces = (space.id for community in communities for space in community.spaces if space.platform == PLATFORM)
    return Surroundings(
        spaces=tuple(dict.fromkeys(spaces)),
        readers=_with(present, lambda kind: kind.on_message is not Plugin.on_message),
        greeters=_with(
            present,
            lambda kind: (
                kind.on_member_joined is not Plugin.on_member_joined or kind.on_member_left is not Plugin.on_member_left
            ),
        ),
        doors=_with(present, lambda kind: kind.decide_join is not Plugin.decide_join),
        roles={space: tuple(found) for space, found in roles.items()},
        private=frozenset(slot.space for slot in slots if slot.kind == "join"),
    )


def _with(plugins: Iterable[Plugin], has: Callable[[type[Plugin]], bool]) -> tuple[str, ...]:
    return tuple(sorted(plugin.name for plugin in plugins if has(type(plugin))))


__all__ = ["Surroundings", "surroundings_of"]
