"""Plugins that are off but were on before: their rows name members, too."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import Connection, inspect

from coterie.core.loading import LoadFailed, installed_plugins, load_plugin
from coterie.core.memberdata import MemberTable
from coterie.core.people.own import member_tables
from coterie.core.plugin import Plugin

log = logging.getLogger(__name__)

Tables = tuple[tuple[str, MemberTable], ...]


def every_member_table(plugins: Mapping[str, Plugin]) -> Callable[[Connection], Tables]:
    """A function that gives the tables of the core, of the plugins that are on, and of installed ones that are off but
    have tables; those are looked for at its first call.
    """
    found: list[Tables] = []

    def tables(connection: Connection) -> Tables:
        if not found:
            found.append(_dormant(connection, plugins))
        return (*member_tables(plugins.values()), *found[0])

    return tables


def _dormant(connection: Connection, plugins: Mapping[str, Plugin]) -> Tables:
    there = set(inspect(connection).get_table_names())
    found: list[tuple[str, MemberTable]] = []
    for name in installed_plugins():
        if name in plugins or f"alembic_version_{name}" not in there:
            continue
        try:
            declared = load_plugin(name).member_data
        except LoadFailed:
            log.exception("what the plugin %s keeps about members is not known", name)
            continue
        found += [(name, each) for each in declared if each.table.name in there]
    return tuple(found)
