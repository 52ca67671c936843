"""``coterie events``: what plugins have missed."""

from __future__ import annotations

from pathlib import Path

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.opened import database_of, db_option, reading, writing
from coterie.core.cli.output import Failure, config_option, json_option, print_json, say, table


@click.command("dead")
@config_option
@db_option
@click.option("--community", metavar="NAME", help="Only those of one community.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=50, show_default=True, help="The newest so many.")
@json_option
def dead(file: Path, db: str | None, community: str | None, limit: int, as_json: bool) -> int:
    """List events that a plugin has missed because its code failed, newest first. Everybody else has handled them."""
    from sqlalchemy import inspect, select

    from coterie.core.clock import to_datetime
    from coterie.storage.tables import communities, dead_letters

    joined = dead_letters.join(communities, communities.c.id == dead_letters.c.community_id)
    columns = (communities.c.name.label("community"), dead_letters)
    query = select(*columns).select_from(joined).order_by(dead_letters.c.id.desc()).limit(limit)
    if community is not None:
        query = query.where(communities.c.name == community)
    with reading(database_of(file, db)) as engine, engine.connect() as connection:
        if not inspect(connection).has_table(dead_letters.name):
            raise Failure("This store has no tables yet: run `coterie db upgrade` first.")
        known = list(connection.scalars(select(communities.c.name).order_by(communities.c.name)))
        if community is not None and community not in known:
            raise Failure(f"The store knows no community {community!r}; it knows {', '.join(known) or 'none'}.")
        found = [dict(row) for row in connection.execute(query).mappings()]
    if as_json:
        names = ("community", "event_key", "plugin", "hook", "error", "payload")
        print_json(
            [
                {"id": str(row["id"]), "at": to_datetime(row["at"]).isoformat(), **{n: row[n] for n in names}}
                for row in found
            ]
        )
        return CLEAN
    rows = [
        (
            str(row["id"]),
            f"{to_datetime(row['at']):%Y-%m-%d %H:%M:%S}",
            row["community"],
            row["plugin"],
            row["hook"],
            row["event_key"],
            row["error"][:100],
        )
        for row in found
    ]
    say(
        table(("ID", "AT (UTC)", "COMMUNITY", "PLUGIN", "HOOK", "EVENT", "ERROR"), rows)
        if rows
        else "No plugin has missed an event."
    )
    return CLEAN


@click.command("retry")
@click.argument("ids", nargs=-1, type=int, required=True)
@config_option
@db_option
def retry(ids: tuple[int, ...], file: Path, db: str | None) -> int:
    """Offer missed events to the plugin that missed them, by the ids that `coterie events dead` shows.

    The running process takes them within a minute; nobody else handles them again.
    """
    from sqlalchemy import delete, insert, select

    from coterie.storage.tables import dead_letters, queued_events

    with writing(database_of(file, db)) as engine, engine.begin() as connection:
        query = select(dead_letters).where(dead_letters.c.id.in_(ids))
        found = [dict(row) for row in connection.execute(query).mappings()]
        missing = sorted(set(ids) - {row["id"] for row in found})
        if missing:
            raise Failure(f"No plugin has missed an event with the id {', '.join(map(str, missing))}.")
        kept = ("community_id", "id", "payload", "plugin", "hook")
        rows = [{**{name: row[name] for name in kept}, "not_before": 0, "created_at": row["at"]} for row in found]
        connection.execute(insert(queued_events), rows)
        connection.execute(delete(dead_letters).where(dead_letters.c.id.in_(ids)))
    say(f"{len(rows)} put in line; `coterie run` takes them within a minute.")
    return CLEAN
