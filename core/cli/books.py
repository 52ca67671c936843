"""``coterie ledger``: the proof of the books, the trial balance, and what the economy looks like."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from coterie.core.cli.codes import CLEAN, FAILED
from coterie.core.cli.opened import database_of, db_option, reading
from coterie.core.cli.output import Failure, config_option, count, json_option, print_json, say, table

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from coterie.storage.books.reports import Economy


@click.command("verify")
@config_option
@db_option
@json_option
def verify_command(file: Path, db: str | None, as_json: bool) -> int:
    """Prove the books: every transfer sums to zero, every balance is the sum of its postings, nobody is below zero,
    every hold has its money, daily caps count what they gave, nothing is taken back twice. Only reads, and works while
    Coterie runs. Exit code 1 if anything is found.
    """
    from sqlalchemy import func, inspect, select

    from coterie.storage.engine import LaneConnection
    from coterie.storage.proof import verify
    from coterie.storage.tables import holds, ledger_accounts, postings, transfers

    with reading(database_of(file, db)) as engine:
        lane = LaneConnection(engine)
        try:
            connection = lane.connection  # inside a transaction of its own that only reads
            if not inspect(connection).has_table(transfers.name):
                raise Failure("There are no books in this store yet: run `coterie db upgrade` first.")
            found = verify(lane)
            counts = {
                each.name: int(connection.scalar(select(func.count()).select_from(each)) or 0)
                for each in (transfers, postings, ledger_accounts, holds)
            }
        finally:
            lane.close()
    if as_json:
        print_json({"balanced": not found, "findings": found, "counts": counts})
        return FAILED if found else CLEAN
    for line in found:
        say(line)
    told = ", ".join(
        (
            count(counts["transfers"], "transfer"),
            count(counts["postings"], "posting"),
            count(counts["ledger_accounts"], "account"),
        )
    )
    say(
        f"{count(len(found), 'finding')} in {told}."
        if found
        else f"The books are in order: {told}, {count(counts['holds'], 'hold')}."
    )
    return FAILED if found else CLEAN


@click.command("trial")
@config_option
@db_option
@json_option
def trial_command(file: Path, db: str | None, as_json: bool) -> int:
    """The trial balance: what all accounts of a kind hold, by community and currency, in the currency's smallest unit.
    The balances of a currency sum to zero; exit code 1 if they do not. Only reads.
    """
    from coterie.storage.books.reports import trial

    with _opened(file, db) as connection:
        names, lines = _communities(connection), trial(connection)
    sums: dict[tuple[int, str], int] = {}
    for line in lines:
        place = (line.community, line.currency)
        sums[place] = sums.get(place, 0) + line.balance
    if as_json:
        print_json(
            {
                "balanced": not any(sums.values()),
                "lines": [
                    {
                        "community": names.get(line.community, str(line.community)),
                        "currency": line.currency,
                        "kind": line.kind,
                        "accounts": line.accounts,
                        "balance": line.balance,
                    }
                    for line in lines
                ],
            }
        )
    else:
        rows: list[tuple[object, ...]] = [
            (names.get(line.community, line.community), line.currency, line.kind, line.accounts, f"{line.balance:,}")
            for line in lines
        ]
        rows += [(names.get(c, c), currency, "(sum)", None, f"{total:,}") for (c, currency), total in sums.items()]
        say(table(("COMMUNITY", "CURRENCY", "KIND", "ACCOUNTS", "BALANCE"), sorted(rows, key=lambda row: str(row[:2]))))
    return FAILED if any(sums.values()) else CLEAN


@click.command("report")
@click.option("--days", type=click.IntRange(1, 3650), default=30, show_default=True, help="How far back to look.")
@click.option("--community", metavar="NAME", help="Only this community.")
@config_option
@db_option
@json_option
def report_command(days: int, community: str | None, file: Path, db: str | None, as_json: bool) -> int:
    """What the economy looks like: how much there is of each currency and where, what came into the world and what left
    it by plugin and reason, how fast it goes from hand to hand, how evenly it is spread. Amounts are in the currency's
    smallest unit. Only reads.
    """
    from coterie.core.clock import Clock
    from coterie.storage.books.reports import economy

    now = Clock().now()
    with _opened(file, db) as connection:
        names = _communities(connection)
        if community is not None and community not in names.values():
            raise Failure(
                f"The store knows no community {community!r}; it knows {', '.join(names.values()) or 'none'}."
            )
        chosen = {key: name for key, name in names.items() if community in (None, name)}
        found = {name: economy(connection, key, now, days) for key, name in chosen.items()}
    if as_json:
        print_json({"days": days, "communities": {name: list(map(_plain, each)) for name, each in found.items()}})
        return CLEAN
    for name, economies in found.items():
        say(f"{name}, the last {count(days, 'day')}")
        if not economies:
            say("  Nothing has ever moved here.")
        for each in economies:
            _tell(each)
    return CLEAN


def _tell(each: Economy) -> None:
    held = ", ".join(f"{kind} {amount:,}" for kind, amount in each.held.items())
    wallets = each.wallets
    say(f"\n{each.currency}: {each.supply:,} in the world ({held})")
    say(f"  ever created {each.minted:,}, of which {each.burned:,} are spent for good")
    say(f"  paid between members {each.volume:,} in {count(each.payments, 'payment')}; velocity {each.velocity:.3f}")
    say(f"  {count(wallets.count, 'wallet')} with money, {each.active:,} moved; Gini {wallets.gini:.3f},")
    say(f"  the richest 1 % have {wallets.top_share:.1%}")
    if each.flows:
        rows = [
            (f.plugin, f.reason, f"{f.minted:,}", f"{f.returned:,}", f"{f.burned:,}", f"{f.unburned:,}", f"{f.net:+,}")
            for f in each.flows
        ]
        shown = table(("PLUGIN", "REASON", "CREATED", "RETURNED", "SPENT", "UNSPENT", "NET"), rows)
        say("\n".join(f"  {line}" for line in shown.splitlines()))


def _plain(each: Economy) -> dict[str, Any]:
    from dataclasses import asdict

    return {
        **asdict(each),
        "supply": each.supply,
        "velocity": each.velocity,
        "flows": [{**asdict(flow), "net": flow.net} for flow in each.flows],
        "wallets": {**asdict(each.wallets), "top_share": each.wallets.top_share},
    }


@contextlib.contextmanager
def _opened(file: Path, db: str | None) -> Iterator[Connection]:
    """A connection that only reads, in one snapshot."""
    from sqlalchemy import inspect

    from coterie.storage.tables import reversals

    with reading(database_of(file, db)) as engine, engine.connect() as connection, connection.begin():
        if not inspect(connection).has_table(reversals.name):
            raise Failure("The books of this store are not up to date: run `coterie db upgrade` first.")
        yield connection


def _communities(connection: Connection) -> dict[int, str]:
    from sqlalchemy import select

    from coterie.storage.tables import communities

    rows = connection.execute(select(communities.c.id, communities.c.name).order_by(communities.c.name))
    return {row[0]: row[1] for row in rows}
