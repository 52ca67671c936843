"""Starting up: the store opened and brought up to date, the communities of the configuration made known to it."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import Engine

from coterie.core.clock import Clock
from coterie.core.community import Community
from coterie.core.config import CommunitySettings, CurrencyConfig, Settings
from coterie.core.engine.registry import PluginProblem, Registry
from coterie.core.i18n import Currency, Translator
from coterie.core.moves import Moves
from coterie.core.plugin import Plugin
from coterie.core.rights import Rights
from coterie.storage.engine import LaneConnection, open_engine
from coterie.storage.ids import IdMaker
from coterie.storage.journal import ALL_PAUSES
from coterie.storage.member_sql import ADD_COMMUNITY, ALL_COMMUNITIES
from coterie.storage.migrate import Migrations, core_migrations, upgrade
from coterie.storage.moves import ALL_MOVES
from coterie.storage.settings import signing_secret, take_ids


@dataclass(slots=True)
class Store:
    """An opened store and what was read from it."""

    engine: Engine
    ids: IdMaker
    secret: bytes
    communities: list[Community]
    pauses: list[tuple[Any, ...]]
    moves: Moves
    folder: tempfile.TemporaryDirectory[str] | None = None


def folder_of(plugin: Plugin) -> Path:
    """The folder of a plugin's package (or module)."""
    module = sys.modules[type(plugin).__module__]
    if module.__spec__ is not None and module.__spec__.submodule_search_locations:
        return Path(str(files(module.__name__)))
    return Path(str(module.__file__)).parent


def migrations_of(plugins: Mapping[str, Plugin]) -> list[Migrations]:
    """The core's migrations and those of every plugin with tables, in the order in which they run."""
    found = [core_migrations()]
    for name, plugin in plugins.items():
        if plugin.metadata is None:
            continue
        folder = folder_of(plugin) / "migrations"
        if not folder.is_dir():
            raise PluginProblem(f"plugin {name}: it has tables, but no folder {folder}")
        found.append(Migrations(name, folder, plugin.metadata))
    return found


def translator_of(
    plugins: Mapping[str, Plugin], default: str, currencies: Mapping[str, CurrencyConfig] = MappingProxyType({})
) -> Translator:
    """The messages of the core and of every plugin, and what the configuration says of currencies."""
    translator = Translator(default)
    translator.currencies = {
        code: Currency(code, settings.exponent, {str(locale): title for locale, title in settings.title.items()})
        for code, settings in currencies.items()
    }
    for name, plugin in plugins.items():
        folder = folder_of(plugin) / "locales"
        if folder.is_dir():
            translator.add(name, folder)
    return translator


def open_store(settings: Settings, registry: Registry, clock: Clock) -> Store:
    """Open, migrate, and make the configured communities known; raises the store's errors."""
    folder = None
    url = settings.core.database
    if url == "sqlite://":
        folder = tempfile.TemporaryDirectory(prefix="coterie-")
        url = f"sqlite:///{folder.name}/coterie.db"
    engine = open_engine(url)
    if upgrade(engine, migrations_of(registry.plugins)):
        engine.dispose()  # SQLite reads what migrations tell of a table's size when it connects
    db = LaneConnection(engine)
    try:
        with db.transaction():
            ids = take_ids(db, clock.now)
            kept = signing_secret(db)
            secret = settings.core.secret.get_secret_value().encode() if settings.core.secret is not None else kept
            known = {row[1]: row[0] for row in db.all(ALL_COMMUNITIES, {})}
            communities = []
            moves = Moves(db.all(ALL_MOVES, {}))
            for wanted in map(moves.settings, settings.communities):
                identifier = known.get(wanted.name)
                if identifier is None:
                    identifier = ids.next()
                    db.run(
                        ADD_COMMUNITY,
                        {"id": identifier, "name": wanted.name, "title": wanted.title, "created_at": clock.now()},
                    )
                rights = Rights.of(wanted.access, settings.core.rights)
                communities.append(community_of(identifier, wanted, rights, clock))
            pauses = db.all(ALL_PAUSES, {})
    finally:
        db.close()
    return Store(engine, ids, secret, communities, pauses, moves, folder)


def community_of(identifier: int, wanted: CommunitySettings, rights: Rights, clock: Clock) -> Community:
    """A community as the configuration describes it, under the id that the store has for it."""
    return Community(
        id=identifier,
        name=wanted.name,
        title=wanted.title,
        locale=wanted.locale,
        zone=wanted.timezone,
        day_start=wanted.day_start,
        clock=clock,
        enabled=wanted.enabled,
        configs=dict(wanted.plugins),
        operators=frozenset((ref.platform, ref.native_id) for ref in wanted.operators),
        rights=rights,
        spaces=tuple((space.platform, space.id) for space in wanted.spaces),
    )


def randomness(seed: int | None) -> Callable[[str], random.Random]:
    """Where handlers' random sources come from: the system's own, or made from a seed and a label."""
    if seed is None:
        system = random.SystemRandom()
        return lambda _label: system
    return lambda label: random.Random(f"{seed}:{label}")


class Directory:
    """Which community a place belongs to."""

    def __init__(self, communities: Sequence[Community], settings: Settings, moves: Moves | None = None) -> None:
        self._only = communities[0] if len(communities) == 1 else None
        by_name = {community.name: community for community in communities}
        self.communities = {community.id: community for community in communities}
        self._spaces = {
            (space.platform, space.id): by_name[each.name] for each in settings.communities for space in each.spaces
        }
        self.left: set[tuple[str, str]] = set()
        """Native ids that spaces had before, with their adapter; mostly empty."""
        for community, adapter, old, new in () if moves is None else moves.rows():
            if community in self.communities:
                self.moved(adapter, old, new, community)
        self._homes: dict[tuple[str, str], Community] = {}

    def find(self, adapter: str, space: str, account: tuple[str, str] | None) -> Community | None:
        """The community of a space; of a direct chat, the one where the account was heard last."""
        if self._only is not None:
            return self._only
        found = self._spaces.get((adapter, space)) if space else None
        if found is None:
            return self._homes.get(account) if account is not None and not space else None
        if account is not None:
            self._homes[account] = found
        return found

    def moved(self, adapter: str, old: str, new: str, community: int) -> None:
        """A space of a community has another native id, whatever the configuration says; its old one still counts."""
        for space in (old, new):
            self._spaces.setdefault((adapter, space), self.communities[community])
        self.left.add((adapter, old))
        self.left.discard((adapter, new))

    def spaces_of(self, adapter: str) -> frozenset[str]:
        """The native ids of all spaces that an adapter serves: as configured, and as they are now."""
        return frozenset(space for each, space in self._spaces if each == adapter)
