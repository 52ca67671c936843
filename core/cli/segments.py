"""``coterie segment``: filters for people, from the command line."""

from __future__ import annotations

import contextlib
import csv
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.members import people_of
from coterie.core.cli.opened import db_option
from coterie.core.cli.output import Failure, config_option, count, json_option, print_json, say, table

if TYPE_CHECKING:
    from coterie.core.context import Context

community_option = click.option("--community", metavar="NAME", help="Which community, where there are several.")
_filter = click.argument("filter_", metavar="SEGMENT|FILTER")


@click.command("list")
@config_option
@db_option
@community_option
@json_option
def list_command(file: Path, db: str | None, community: str | None, as_json: bool) -> int:
    """List the saved segments with their filters."""
    from coterie.core.clock import to_datetime

    with people_of(file, db, community) as people:
        found = people.ctx.segments.all()
    if as_json:
        print_json([{"name": e.name, "filter": e.filter, "at": to_datetime(e.at).isoformat()} for e in found])
        return CLEAN
    rows = [(e.name, e.filter, f"{to_datetime(e.at):%Y-%m-%d}") for e in found]
    say(table(("SEGMENT", "FILTER", "SAVED"), rows) if rows else "No segment is saved.")
    return CLEAN


@click.command("count")
@_filter
@config_option
@db_option
@community_option
@json_option
def count_command(filter_: str, file: Path, db: str | None, community: str | None, as_json: bool) -> int:
    """Count the members whom a segment or a filter means."""
    with people_of(file, db, community) as people, _explained(people.ctx):
        audience = people.ctx.audience(filter_)
        number = people.ctx.segments.count(audience.filter)
    if as_json:
        print_json({"filter": audience.filter, "count": number})
    else:
        say(f"{count(number, 'member')}.")
    return CLEAN


@click.command("export")
@_filter
@config_option
@db_option
@community_option
@json_option
def export_command(filter_: str, file: Path, db: str | None, community: str | None, as_json: bool) -> int:
    """Write the members whom a segment or a filter means: their id and name, as CSV or with --json a line each."""
    import json

    with people_of(file, db, community) as people, _explained(people.ctx):
        rows = _rows(people.ctx, people.ctx.audience(filter_).filter)
        if as_json:
            for identifier, name in rows:
                print(json.dumps({"id": str(identifier), "name": name}, ensure_ascii=False))
            return CLEAN
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(("id", "name"))
        writer.writerows((identifier, plain(name)) for identifier, name in rows)
    return CLEAN


def plain(text: str) -> str:
    """A text for a spreadsheet, which takes some beginnings for a formula (CSV injection, OWASP)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def _rows(ctx: Context, filter_: str) -> Iterator[tuple[int, str]]:
    """One row after the other, however many there are."""
    from coterie.storage.tables import members

    query = ctx.segments.people(filter_).add_columns(members.c.name).order_by(members.c.id)
    for row in ctx.unit.db.connection.execution_options(yield_per=1000).execute(query):
        yield row[0], row[1]


@contextlib.contextmanager
def _explained(ctx: Context) -> Iterator[None]:
    """A filter that is wrong ends in a sentence."""
    from coterie.core.segments.filters import FilterError

    try:
        yield
    except FilterError as error:
        raise Failure(str(ctx.t_core(error.key, **error.args))) from None
