"""Settings, and the reader that makes them out of a parsed document."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from functools import cached_property
from pathlib import Path
from typing import TypeAlias
from zoneinfo import ZoneInfo

from coterie.core.config.communities import AccessConfig, CommunityConfig, Slot, SpaceConfig
from coterie.core.config.layers import COMMAND_LINE, ConfigT, Layer, Table, found, merge, origin, validate_layers
from coterie.core.config.problems import ConfigError, Key, Problem, did_you_mean, dotted, line_of
from coterie.core.config.secrets import SecretSource, secrets_in
from coterie.core.config.types import (
    NAME,
    NAME_EXPECTED,
    AccountRef,
    Config,
    CoreConfig,
    Locale,
)

Models: TypeAlias = Mapping[str, type[Config]]


@dataclass(frozen=True, slots=True)
class PluginSettings:
    """The section of one plugin or adapter; `config` is None where the section alone is incomplete."""

    enabled: bool
    config: Config | None


@dataclass(frozen=True, slots=True)
class CommunitySettings:
    """One community, everything inherited filled in; `plugins` holds the ones that are on, `written` their raw keys."""

    name: str
    title: str
    locale: Locale
    timezone: ZoneInfo
    day_start: time
    operators: tuple[AccountRef, ...]
    spaces: tuple[SpaceConfig, ...]
    plugins: Mapping[str, Config]
    written: Mapping[str, Mapping[str, object]] = field(repr=False)
    access: Mapping[str, AccessConfig] = field(default_factory=dict)

    @property
    def enabled(self) -> frozenset[str]:
        """The names of the plugins that are on here."""
        return frozenset(self.plugins)

    def plugin_config(self, name: str) -> Config:
        """Return this community's settings of a plugin; raises KeyError where the plugin is not on."""
        return self.plugins[name]


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole configuration, checked; `warnings` are things that work but should be looked at."""

    core: CoreConfig
    adapters: Mapping[str, PluginSettings]
    plugins: Mapping[str, PluginSettings]
    communities: tuple[CommunitySettings, ...]
    warnings: tuple[Problem, ...] = ()
    path: Path | None = None

    @property
    def enabled_plugins(self) -> frozenset[str]:
        """The names of the plugins that are on in any community."""
        return frozenset(name for community in self.communities for name in community.plugins)

    def community(self, name: str) -> CommunitySettings:
        """Return a community by name; raises KeyError for an unknown one."""
        for community in self.communities:
            if community.name == name:
                return community
        raise KeyError(name)

    @classmethod
    def default(
        cls,
        plugins: Models,
        adapters: Models,
        environ: Mapping[str, str] | None = None,
        *,
        core: Mapping[str, object] | None = None,
        enable: Iterable[str] | None = None,
        enable_adapters: Iterable[str] = ("sandbox",),
    ) -> Settings:
        """Return settings without a file: an in-memory database, the community "main", the sandbox.

        `core` holds keys of `[coterie]`.  `enable` names the plugins; without it, every plugin that needs no settings.
        Raises ConfigError.
        """
        names = [name for name, model in plugins.items() if not _needs_keys(model)] if enable is None else list(enable)
        chosen = [name for name in enable_adapters if name in adapters or name != "sandbox"]
        document: Table = {
            "plugins": {name: {"enabled": True} for name in names},
            "adapters": {name: {"enabled": True} for name in chosen},
        }
        return cls.of(document, plugins, adapters, environ, core={"database": "sqlite://", **(core or {})})

    @classmethod
    def of(
        cls,
        document: Mapping[str, object],
        plugins: Models,
        adapters: Models,
        environ: Mapping[str, str] | None = None,
        *,
        core: Mapping[str, object] | None = None,
        name: str = COMMAND_LINE,
    ) -> Settings:
        """Return settings from what a file would hold; `name` stands for the file in problems.  Raises ConfigError."""
        reader = Reader(name, "", dict(document), plugins, adapters, source_for(environ), core or {})
        return reader.settings(None)


def source_for(environ: Mapping[str, str] | None, folder: Path = Path()) -> SecretSource:
    """Return where secrets are read; without `environ`, in this process's own environment."""
    return SecretSource(os.environ if environ is None else environ, folder)


def _needs_keys(model: type[Config]) -> bool:
    return any(item.is_required() for item in model.model_fields.values())


_SECTIONS = ("coterie", "adapters", "plugins", "communities")
_PASSWORD = re.compile(r"[a-z0-9+]+://[^/@]*:[^/@]+@.*", re.DOTALL)
_SECRET_HINT = 'keep it out of the file: { env = "NAME" } or { file = "path" }'


@dataclass(repr=False)  # it holds the whole text, which may have secrets in it
class Reader:
    """Turns one document into settings, gathering problems on the way."""

    file: str
    text: str
    document: Table
    plugin_models: Models
    adapter_models: Models
    source: SecretSource
    core_values: Mapping[str, object] = field(default_factory=dict)
    enable: frozenset[str] = frozenset()
    problems: dict[Problem, None] = field(default_factory=dict)  # a set that keeps its order
    warnings: dict[Problem, None] = field(default_factory=dict)
    sections: dict[Key, Layer] = field(default_factory=dict)  # what the file says of each part

    def settings(self, path: Path | None) -> Settings:
        """Return the settings; raises ConfigError with every problem of the document."""
        for name in self.document:
            if name not in _SECTIONS:
                self.problem((name,), "this section is not known", did_you_mean(name, _SECTIONS, _listed(_SECTIONS)))
        core = self.core()
        adapters = self.parts("adapters", self.adapter_models, frozenset())
        plugins = self.parts("plugins", self.plugin_models, self.enable)
        communities = tuple(self.communities(core or CoreConfig(), plugins))
        self.check_places(communities, adapters)
        if self.problems or core is None:
            raise ConfigError(sorted(self.problems, key=lambda problem: problem.line or len(self.text)))
        return Settings(core, adapters, plugins, communities, tuple(self.warnings), path)

    def core(self) -> CoreConfig | None:
        values = self.table(("coterie",), self.document)
        address = values.get("database")
        if isinstance(address, str) and "database" not in self.core_values and _PASSWORD.fullmatch(address):
            self.warn(("coterie", "database"), "this address holds a password", _SECRET_HINT)
        layers = [Layer(("coterie",), values), Layer(("coterie",), self.core_values, COMMAND_LINE)]
        return self.checked(CoreConfig, layers)

    def parts(self, section: str, models: Models, enable: frozenset[str]) -> dict[str, PluginSettings]:
        """Return the sections of all adapters, or of all plugins."""
        tables = self.table((section,), self.document)
        for name in sorted(enable - models.keys()):
            self.problems[Problem(COMMAND_LINE, None, name, *_unknown(section, name, models))] = None
        tables |= {name: {} for name in sorted(enable & models.keys() - tables.keys())}
        parts = {}
        for name in tables:
            values, enabled = self.section((section, name), tables)
            on = name in enable or enabled is not False
            if self.known(section, (section, name), models, on=on):
                # A plugin may get what is missing from each community; an adapter has nothing but this.
                complete = on and section == "adapters"
                layer = self.sections[section, name] = Layer((section, name), values)
                parts[name] = PluginSettings(on, self.checked(models[name], [layer], complete=complete))
        return parts

    def communities(self, core: CoreConfig, plugins: Mapping[str, PluginSettings]) -> Iterator[CommunitySettings]:
        tables = self.table(("communities",), self.document) or {core.name: {}}
        for name in tables:
            key = ("communities", name)
            if not NAME.fullmatch(name):
                self.problem(key, NAME_EXPECTED)
            values = self.table(key, tables)
            overrides = self.table((*key, "plugins"), values)
            values.pop("plugins", None)
            config = self.checked(CommunityConfig, [Layer(key, values)])
            chosen = list(self.community_plugins((*key, "plugins"), overrides, plugins))
            if config is not None:
                yield CommunitySettings(
                    name=name,
                    title=config.title or name,
                    locale=config.locale or core.locale,
                    timezone=config.timezone or core.timezone,
                    day_start=core.day_start if config.day_start is None else config.day_start,
                    operators=config.operators,
                    spaces=config.spaces,
                    plugins={plugin: settings for plugin, settings, _ in chosen},
                    written={plugin: written for plugin, _, written in chosen},
                    access=config.access,
                )

    def community_plugins(
        self, key: Key, overrides: Table, plugins: Mapping[str, PluginSettings]
    ) -> Iterator[tuple[str, Config, Table]]:
        """Yield name, settings and raw keys of each plugin that is on in a community."""
        for name in dict.fromkeys([*plugins, *overrides]):
            part = plugins.get(name)
            over, enabled = self.section((*key, name), overrides)
            on = enabled if enabled is not None else part is None or part.enabled
            if part is None and not self.known("plugins", (*key, name), self.plugin_models, on=on):
                continue
            layers = [self.sections["plugins", name]] if part else []
            if over or not part:
                layers.append(Layer((*key, name), over))
            config = part.config if part and not over else None
            if config is None:
                config = self.checked(self.plugin_models[name], layers, complete=on)
            if config is not None and on:
                yield name, config, merge(layers[0].values, layers[-1].values)

    def check_places(self, communities: Sequence[CommunitySettings], adapters: Mapping[str, PluginSettings]) -> None:
        """Hold spaces and operators to the adapters, and each space to one community."""
        owners: dict[tuple[str, str], Key] = {}
        for community in communities:
            key = ("communities", community.name)
            for index, space in enumerate(community.spaces):
                self.check_platform((*key, "spaces", index, "platform"), space.platform, adapters)
                place = (*key, "spaces", index)
                first = owners.setdefault((space.platform, space.id), place)
                if first != place:
                    self.problem(place, f"this space is listed twice, first as {dotted(first)}")
            for index, account in enumerate(community.operators):
                self.check_platform((*key, "operators", index), account.platform, adapters)
        for community in communities:
            self.check_access(community, owners, adapters)

    def check_access(
        self,
        community: CommunitySettings,
        owners: Mapping[tuple[str, str], Key],
        adapters: Mapping[str, PluginSettings],
    ) -> None:
        """Hold what accesses give to the adapters and to the community's own spaces; nothing is given twice by one."""
        home = ("communities", community.name)
        for name, access in community.access.items():
            seen: dict[Slot, int] = {}
            for index, target in enumerate(access.targets):
                key = (*home, "access", name, "targets", index)
                self.check_platform((*key, "platform"), target.platform, adapters)
                owner = owners.get((target.platform, target.space))
                if owner is not None and owner[:2] != home:
                    self.problem((*key, "space"), f"this space belongs to another community, see {dotted(owner)}")
                elif owner is None and community.spaces:
                    self.problem((*key, "space"), "this is none of the community's spaces", "add it to its spaces")
                first = seen.setdefault(target.slot, index)
                if first != index:
                    self.problem(key, f"this is given twice, first by targets[{first}]")

    def check_platform(self, key: Key, platform: str, adapters: Mapping[str, PluginSettings]) -> None:
        if platform not in self.adapter_models:
            self.problem(key, *_unknown("adapters", platform, self.adapter_models))
        elif platform not in adapters or not adapters[platform].enabled:
            self.warn(key, f"the adapter {platform!r} is not on", f"add [adapters.{platform}]")

    def table(self, key: Key, holder: Mapping[str, object], hint: str = "") -> Table:
        """Return a copy of the table under the last part of `key`; empty where it is missing or something else."""
        value = holder.get(str(key[-1]), {})
        if isinstance(value, dict):
            return dict(value)
        self.problem(key, f"expected a table, found {found(value, shown=False)}", hint)
        return {}

    def section(self, key: Key, holder: Mapping[str, object]) -> tuple[Table, bool | None]:
        """Return a part's own keys, and what its section says about `enabled`."""
        values = self.table(key, holder, f"write [{dotted(key)}] and on the next line: enabled = true")
        enabled = values.pop("enabled", None)
        if enabled is None or isinstance(enabled, bool):
            return values, enabled
        self.problem((*key, "enabled"), f"expected true or false, found {found(enabled)}")
        return values, None

    def known(self, section: str, key: Key, models: Models, *, on: bool) -> bool:
        """Tell whether a part is installed; one that is not matters only while it is on."""
        name = str(key[-1])
        if name not in models:
            (self.problem if on else self.warn)(key, *_unknown(section, name, models))
            return False
        if "enabled" in models[name].model_fields:
            self.problem(key, 'its settings declare a key called "enabled", which belongs to Coterie')
        return True

    def checked(self, model: type[ConfigT], layers: Sequence[Layer], *, complete: bool = True) -> ConfigT | None:
        """Return the validated model, or None after reporting; what is incomplete is reported only where it matters."""
        config, findings = validate_layers(model, layers, self.source)
        for item in findings:
            if complete or not item.incomplete:
                self.problem(item.key, item.message, item.hint, item.layer.file)
        for path, secret in secrets_in(config):
            layer = origin(layers, path)
            if secret.origin == "literal" and not layer.file:
                self.warn(layer.key + path, "this secret is written into the file", _SECRET_HINT)
        return config

    def problem(self, key: Key, message: str, hint: str = "", file: str = "") -> None:
        self.problems[self.at(key, message, hint, file)] = None

    def warn(self, key: Key, message: str, hint: str = "") -> None:
        self.warnings[self.at(key, message, hint)] = None

    def at(self, key: Key, message: str, hint: str, file: str = "") -> Problem:
        return Problem(file or self.file, None if file else line_of(key, self.lines), dotted(key), message, hint)

    @cached_property
    def lines(self) -> dict[Key, int]:
        from coterie.core.config.lines import key_lines

        return key_lines(self.text)


def _unknown(section: str, name: str, models: Models) -> tuple[str, str]:
    hint = did_you_mean(name, models, _listed(models) if models else "none are installed")
    return f"no {section.removesuffix('s')} called {name!r} is installed", hint


def _listed(names: Iterable[str]) -> str:
    return "known: " + ", ".join(sorted(names))
