"""Members of a configured store, for commands that look at people: plugins are loaded, nothing is started."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from coterie.core.cli.opened import reading
from coterie.core.cli.output import Failure, Unusable

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from coterie.core.cli.assemble import Assembly
    from coterie.core.community import Community
    from coterie.core.config import Settings
    from coterie.core.context import Context
    from coterie.core.plugin import Plugin
    from coterie.core.services import Services
    from coterie.storage.engine import LaneConnection
    from coterie.storage.members import MemberRecord


@dataclass(frozen=True, slots=True)
class People:
    """One community's people, as a snapshot that only reads."""

    ctx: Context
    plugins: Mapping[str, Plugin]

    def find(self, wanted: str) -> MemberRecord:
        """A member by id, ``platform:id`` or name; raises :class:`Failure` unless it is exactly one."""
        community, members = self.ctx.community, self.ctx.unit.members
        platform, colon, native = wanted.partition(":")
        account = members.account(community.id, platform, native) if colon else None
        if account is not None:
            return account.member
        # An id goes before a name: nobody chooses it, while anybody may call themselves like somebody else's.
        by_id = self.ctx.find_member(int(wanted)) if wanted.isascii() and wanted.isdecimal() else None
        if by_id is not None:
            return by_id
        found = [member for each in members.named(community.id, wanted) if (member := self.ctx.find_member(each))]
        if len(found) == 1:
            return found[0]
        if found:
            told = "; ".join(f"{member.name} is {member.id}" for member in found)
            raise Failure(f"Several members are called {wanted!r}: {told}. Name one by its number.")
        raise Failure(f"Nobody here is {wanted!r}. Name a member by number, by name, or by platform:id.")


@contextlib.contextmanager
def people_of(file: Path, db: str | None, community: str | None) -> Iterator[People]:
    """The people of a community (the only one by default), read in one snapshot while Coterie runs or not.

    Raises ConfigError, :class:`Unusable` where a community has to be named, :class:`Failure` for a store that is not
    there or not up to date.
    """
    parts = assembled(file, db)
    with reading(parts.settings.core.database) as engine, reader_of(engine, parts, community) as people:
        yield people


def assembled(file: Path, db: str | None) -> Assembly:
    """What a configuration describes, with another store where one is named."""
    from dataclasses import replace

    from coterie.core.cli.assemble import assemble
    from coterie.core.cli.opened import database_of

    parts = assemble(file)
    if not db:
        return parts
    core = parts.settings.core.model_copy(update={"database": database_of(file, db)})
    return replace(parts, settings=replace(parts.settings, core=core))


@contextlib.contextmanager
def reader_of(engine: Engine, parts: Assembly, name: str | None) -> Iterator[People]:
    """A context on a connection that only reads; what a plugin writes is rolled back."""
    from coterie.core.context import Context
    from coterie.core.events import Event
    from coterie.core.unit import Unit
    from coterie.storage.engine import LaneConnection

    plugins = {plugin.name: plugin for plugin in parts.plugins}
    check_current(engine, plugins)
    lane = LaneConnection(engine)
    try:
        assert lane.connection is not None  # inside a transaction of its own
        community = community_named(lane, parts.settings, name)
        unit = Unit(lane, _services(lane, parts))
        yield People(Context(unit, community, Event(key=""), None), plugins)
    finally:
        lane.close()


def community_named(lane: LaneConnection, settings: Settings, name: str | None) -> Community:
    """A community of the configuration, the only one by default, with its id in the store."""
    from coterie.core.clock import Clock
    from coterie.core.engine.boot import community_of
    from coterie.core.moves import Moves
    from coterie.core.rights import Rights
    from coterie.storage.member_sql import ALL_COMMUNITIES
    from coterie.storage.moves import ALL_MOVES

    known = {row[1]: row[0] for row in lane.all(ALL_COMMUNITIES, {})}
    names = [each.name for each in settings.communities]
    if name is None and len(names) > 1:
        raise Unusable(f"There are several communities: name one with --community ({', '.join(names)}).")
    for wanted in settings.communities:
        if name in (None, wanted.name):
            if wanted.name not in known:
                raise Failure(f"The store knows no community {wanted.name!r} yet: Coterie has not run with it.")
            now = Moves(lane.all(ALL_MOVES, {})).settings(wanted)
            rights = Rights.of(now.access, settings.core.rights)
            return community_of(known[wanted.name], now, rights, Clock())
    raise Unusable(f"There is no community {name!r}; there is: {', '.join(names)}.")


def check_current(engine: Engine, plugins: Mapping[str, Plugin]) -> None:
    """Raise :class:`Failure` unless the store is exactly as far as this program and its plugins."""
    from coterie.core.engine.boot import migrations_of
    from coterie.storage.migrate import status

    late = [each.name for each in status(engine, migrations_of(plugins)) if not each.up_to_date]
    if late:
        raise Failure(f"The tables of {', '.join(late)} are not up to date: `coterie db status` tells more.")


def _services(lane: LaneConnection, parts: Assembly) -> Services:
    from coterie.core.clock import Clock
    from coterie.core.engine.boot import randomness, translator_of
    from coterie.core.engine.breaker import Breaker
    from coterie.core.engine.registry import Registry
    from coterie.core.services import Services
    from coterie.core.tokens import Signer
    from coterie.storage.ids import IdMaker

    clock = Clock()
    registry = Registry(Breaker(clock.now))
    registry.add(parts.plugins)
    return Services(
        clock=clock,
        ids=IdMaker(clock.now),  # for nothing that is kept: this connection only reads
        signer=Signer(bytes(32)),
        translator=translator_of(registry.plugins, parts.settings.core.locale, parts.settings.core.currencies),
        rng=randomness(None),
        entry=registry.entry,
        direct=lambda _adapter, _who: "",
        plugins=lambda: registry.plugins,
        segment_fields=registry.segment_fields,
        profile=registry.profile,
    )
