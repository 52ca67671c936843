"""``coterie ledger``: the statement of a member, and counter-entries."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.opened import db_option, writing
from coterie.core.cli.output import Failure, config_option, print_json, say, table

if TYPE_CHECKING:
    from coterie.core.cli.members import People
    from coterie.storage.ledger import Account, Booked, Entry, Leg

PAGE: Final = 500
"""Lines read at once."""
community_option = click.option("--community", metavar="NAME", help="The community, where there are several.")


@click.command("statement")
@click.argument("member")
@click.option("--currency", default="points", show_default=True, help="Which currency.")
@click.option("--limit", type=click.IntRange(1), help="The newest so many lines; all of them by default.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV, amounts in the currency's smallest unit.")
@config_option
@db_option
@community_option
def statement_command(
    member: str, currency: str, limit: int | None, as_csv: bool, file: Path, db: str | None, community: str | None
) -> int:
    """What came into a member's wallet and what went out, newest first: MEMBER is a number, a name, or platform:id.
    Only reads, and works while Coterie runs.
    """
    from coterie.core.cli.members import people_of

    with people_of(file, db, community) as people:
        found = people.find(member)
        lines = _lines(people, found.id, currency, limit)
        head = ("at", "transfer", "amount", "balance", "plugin", "reason", "others", "note")
        if as_csv:
            import csv
            import sys

            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(head)
            writer.writerows(lines)
        else:
            rows = list(lines)
            say(table([name.upper() for name in head], rows) if rows else f"Nothing of {currency} has moved here.")
    return CLEAN


def _lines(people: People, member: int, currency: str, limit: int | None) -> Iterator[tuple[object, ...]]:
    """The lines of a statement, read page by page."""
    from coterie.core.clock import to_datetime
    from coterie.storage.ledger import NEWEST, Account

    before, after, left = NEWEST, 0, limit
    ledger, community = people.ctx.unit.ledger, people.ctx.community
    while left is None or left > 0:
        count = PAGE if left is None else min(PAGE, left)
        account = Account("member", str(member))
        page: list[Entry] = ledger.statement(community.id, account, currency, before=before, after=after, count=count)
        for entry in page:
            at = to_datetime(entry.at).isoformat(timespec="seconds")
            others = " ".join(_name(people, each) for each in entry.others)
            yield at, entry.transfer, entry.amount, entry.balance, entry.plugin, entry.reason, others, entry.note
        if len(page) < count:
            return
        before, after = page[-1].transfer, page[-1].balance - page[-1].amount
        left = None if left is None else left - count


def _name(people: People, account: Account) -> str:
    if account.kind == "member" and account.owner.isdecimal():
        member = people.ctx.find_member(int(account.owner))
        return f"{member.name} ({member.id})" if member is not None else f"member {account.owner}"
    return f"{account.kind}:{account.owner}"


@click.command("reverse")
@click.argument("transfer")
@click.option("--reason", required=True, help="Why; kept with the counter-entry and in the audit log.")
@click.option("--up-to", is_flag=True, help="Take back what is there, where the receiver has not all of it any more.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for scripts; does not ask.")
@config_option
@db_option
@community_option
def reverse_command(
    transfer: str,
    reason: str,
    up_to: bool,
    yes: bool,
    as_json: bool,
    file: Path,
    db: str | None,
    community: str | None,
) -> int:
    """Take a transfer back by a counter-entry, whole and once: TRANSFER is its number, or its key. Money that is in a
    hold or in an escrow is left to the plugin that put it there. Works while Coterie runs.
    """
    from coterie.core.cli.members import assembled, people_of
    from coterie.storage.ledger import LedgerError

    reason = reason.strip()[:200]
    if not reason:
        raise Failure("A counter-entry needs a reason.")
    try:
        with people_of(file, db, community) as people:
            home = people.ctx.community.id
            booked = people.ctx.unit.ledger.booked(home, _wanted(transfer))
            if booked is None:
                raise Failure(f"There is no transfer {transfer!r}; `coterie ledger statement` shows numbers.")
            if booked.reversed_by:
                raise Failure(f"Transfer {booked.id} was taken back by transfer {booked.reversed_by} already.")
            legs = people.ctx.unit.ledger.mirror(home, booked, up_to=up_to, resolve=people.ctx.ledger.owner_now)
            if not as_json:
                _preview(people, booked, legs)
        if not (yes or as_json):
            click.confirm("Book this?", abort=True)
        with writing(assembled(file, db).settings.core.database) as engine:
            done = _book(engine, home, booked.id, reason, up_to)
    except LedgerError as error:
        hint = " Try --up-to." if type(error).__name__ == "Insufficient" and not up_to else ""
        raise Failure(f"This cannot be taken back: {error}.{hint}") from error
    if as_json:
        print_json({"transfer": str(booked.id), "reversal": str(done[0]), "amount": done[1]})
    else:
        say(f"Transfer {done[0]} takes back {done[1]:,} {booked.currency} of transfer {booked.id}.")
    return CLEAN


def _wanted(transfer: str) -> int | str:
    number = transfer.removeprefix("#")
    return int(number) if number.isascii() and number.isdecimal() and len(number) < 20 else transfer


def _preview(people: People, booked: Booked, legs: list[Leg]) -> None:
    from coterie.core.clock import to_datetime

    at = to_datetime(booked.at).isoformat(timespec="seconds")
    say(f"Transfer {booked.id} of {at}: {booked.amount:,} {booked.currency}, {booked.plugin} {booked.reason}")
    say(table(("ACCOUNT", "WOULD MOVE"), [(_name(people, leg.account), f"{leg.amount:+,}") for leg in legs]))


def _book(engine: Any, community: int, transfer: int, reason: str, up_to: bool) -> tuple[int, int]:
    """Book the counter-entry, and tell the process that runs, which keeps balances in memory."""
    from coterie.core.audit import audit_from_cli
    from coterie.core.clock import Clock
    from coterie.core.context.accounting import owner_now
    from coterie.core.engine.work import books_changed
    from coterie.storage.engine import LaneConnection
    from coterie.storage.journal import ADD_QUEUED
    from coterie.storage.ledger import Ledger, LedgerError
    from coterie.storage.members import Members
    from coterie.storage.settings import take_ids

    lane, now = LaneConnection(engine), Clock().now()
    try:
        with lane.transaction():
            ids = take_ids(lane, Clock().now)
            ledger, members = Ledger(lane, ids), Members(lane, ids)
            booked = ledger.booked(community, transfer)
            if booked is None:
                raise LedgerError(f"there is no transfer {transfer}")
            done = ledger.reverse(
                community,
                booked,
                plugin="core",
                reason="reverse",
                now=now,
                note=reason,
                up_to=up_to,
                resolve=lambda account: owner_now(members, community, account),
            )
            ledger.flush()
            audit_from_cli(
                lane,
                ids,
                community,
                "reverse",
                at=now,
                reason=reason,
                transfer=str(transfer),
                amount=done.amount,
                currency=booked.currency,
            )
            lane.run(ADD_QUEUED, books_changed(community, ids.next(), now))
    finally:
        lane.close()
    return done.id, done.amount
