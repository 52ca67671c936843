"""``coterie audit``: what operators did."""

from __future__ import annotations

import csv
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.members import People, people_of
from coterie.core.cli.opened import db_option
from coterie.core.cli.output import config_option, json_option, print_json, say, table
from coterie.core.cli.segments import community_option, plain

_HEAD = ("at", "actor", "plugin", "act", "member", "details", "reason")


@click.command("list")
@click.option("--member", "who", metavar="MEMBER", help="Acts of, and about, a member: number, name or platform:id.")
@click.option("--act", default="", help="Acts of one kind, such as give or tag.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]), help="Acts since a day (UTC).")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, help="The newest so many.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, for a spreadsheet.")
@config_option
@db_option
@community_option
@json_option
def list_command(
    who: str | None,
    act: str,
    since: datetime | None,
    limit: int,
    as_csv: bool,
    file: Path,
    db: str | None,
    community: str | None,
    as_json: bool,
) -> int:
    """List what operators did in chats and at the command line, newest first."""
    from coterie.storage.knowledge import audit_query

    instant = 0 if since is None else round(since.replace(tzinfo=UTC).timestamp() * 1000)
    with people_of(file, db, community) as people:
        member = people.find(who).id if who else 0
        query = audit_query(people.ctx.community.id, member=member, act=act, since=instant, limit=limit)
        found = [_entry(people, row) for row in people.ctx.unit.db.connection.execute(query)]
    if as_json:
        print_json(found)
    elif as_csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(_HEAD)
        writer.writerows([plain(_text(each[name])) for name in _HEAD] for each in found)
    else:
        rows = [[_text(each[name])[:80] for name in _HEAD] for each in found]
        say(table([name.upper() for name in _HEAD], rows) if rows else "Nothing was done.")
    return CLEAN


def _entry(people: People, row: Any) -> dict[str, Any]:
    from coterie.core.clock import to_datetime

    return {
        "id": str(row.id),
        "at": to_datetime(row.at).isoformat(timespec="seconds"),
        "actor": _name(people, row.actor_id) or row.actor,
        "actor_id": str(row.actor_id),
        "plugin": row.plugin,
        "act": row.act,
        "member": _name(people, row.member_id),
        "member_id": str(row.member_id),
        "details": json.loads(row.details or "{}"),
        "reason": row.reason,
    }


def _name(people: People, member: int) -> str:
    found = people.ctx.find_member(member) if member else None
    return found.name if found is not None else ""


def _text(value: Any) -> str:
    return " ".join(f"{name}={each}" for name, each in value.items()) if isinstance(value, dict) else str(value)
