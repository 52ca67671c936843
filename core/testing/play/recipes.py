"""What the application of a scenario is put together from: plugins, settings, and where its database is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from coterie.core.config import CommunitySettings, Config, ConfigError, Settings, load
from coterie.core.loading import LoadFailed, Models, Unread, installed_adapters, load_plugin
from coterie.core.plugin import Plugin
from coterie.core.testing.people import ADAPTER
from coterie.core.testing.play.steps import PLATFORMS

_SPACE: Final = "town"
THROW_AWAY: Final = "sqlite://"
"""In memory, says the configuration; a file that is removed in the end, so that a restart finds it."""
# No scenario keeps a secret: buttons only have to be signed somehow, also where the configured secret is not at hand.
_SECRET: Final = "only-for-this-scenario"
_SIMULATED: Final[dict[str, object]] = {
    "adapters": {ADAPTER: {"enabled": True}},
    "communities": {
        "main": {
            "spaces": [{"platform": ADAPTER, "id": _SPACE}],
            "access": {
                name: {"targets": [{"platform": ADAPTER, "space": _SPACE, "role": role} for role in roles]}
                for name, roles in {"gold": ("gold", "paid"), "silver": ("paid",)}.items()
            },
        }
    },
}
"""What a simulated community has, beside every plugin."""


class CannotStart(Exception):
    """The application cannot be put together; the message is for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of one community and the plugins that are on in it; ``left_out`` tells of those that do not work."""

    settings: Settings
    plugins: tuple[type[Plugin], ...]
    space: str
    left_out: tuple[str, ...] = ()
    scratch: str = ""
    """Where a database that is thrown away is made: ``postgresql://…``, or a SQLite file when it is empty."""


def recipe_for(
    config: str | Path | None = None, enable: Iterable[str] = (), database: str = "", *, simulation: bool = False
) -> Recipe:
    """What to start with; raises :class:`CannotStart` in plain words.

    Without a configuration, every installed plugin that needs no settings is on; one that cannot be loaded is left out.
    A simulation has accesses to give then.
    """
    try:
        named = {plugin.name: plugin for plugin in map(load_plugin, enable)}
        models = _Models(named)
        settings = _settings(config, models, sorted(named), database or THROW_AWAY, simulation=simulation)
    except (ConfigError, LoadFailed) as error:
        raise CannotStart(str(error)) from error
    if not settings.communities:
        raise CannotStart("the configuration has no community")
    chosen, space = _chosen(settings.communities)
    if broken := [str(models.failures[name]) for name in sorted(chosen.enabled & models.failures.keys())]:
        raise CannotStart("\n".join(broken))
    settings = replace(settings, communities=(chosen,), adapters={})
    left_out = tuple(str(failure) for failure in models.failures.values()) if config is None else ()
    return Recipe(settings, tuple(_needed(sorted(chosen.enabled), models)), space, left_out)


class _Models(Models):
    """The settings of all installed plugins and of some that are named by their classes; imported when looked at."""

    def __init__(self, named: Mapping[str, type[Plugin]]) -> None:
        super().__init__("plugin", lambda _: True)
        self.classes.update(named)
        self._all = (*{**dict.fromkeys(self._points), **named},)

    def __getitem__(self, name: str) -> type[Config]:
        model: type[Config] = self.classes[name].config if name in self.classes else super().__getitem__(name)
        return model

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)


def _settings(
    config: str | Path | None, models: _Models, enable: list[str], database: str, *, simulation: bool
) -> Settings:
    adapters = dict.fromkeys((*PLATFORMS, *installed_adapters()), Unread)
    core: dict[str, object] = {"database": database}
    if config is not None:
        return load(config, models, adapters, core={**core, "secret": _SECRET}, enable=enable)
    settings = Settings.default(models, adapters, core=core)
    names = sorted({*settings.enabled_plugins, *enable} - models.failures.keys())
    if simulation:
        document = {"plugins": {name: {"enabled": True} for name in names}, **_SIMULATED}
        rights = {"brake_number": 1000}  # nobody is there who would say that a mass change is meant
        return Settings.of(document, models, adapters, core={**core, "secret": _SECRET, "rights": rights})
    return Settings.default(models, adapters, core=core, enable=names)


def _chosen(communities: tuple[CommunitySettings, ...]) -> tuple[CommunitySettings, str]:
    """The community that the town belongs to, with the town's space: the first that has a sandbox, else the first."""
    for community in communities:
        for space in community.spaces:
            if space.platform == ADAPTER:
                return community, space.id
    return communities[0], _SPACE


def _needed(names: list[str], models: _Models) -> Iterator[type[Plugin]]:
    """The classes of plugins and of those that they require, which need not be on themselves."""
    seen: set[str] = set()
    while names:
        name = names.pop(0)
        if name not in seen and name in models:
            seen.add(name)
            _ = models[name]  # imports the class
            if name in models.classes:
                yield models.classes[name]
                names.extend(models.classes[name].requires)
