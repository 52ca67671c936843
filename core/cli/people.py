"""``coterie member``: one member in plain words, everything about them in a zip, and their erasure."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from coterie.core.cli.codes import CLEAN, FAILED
from coterie.core.cli.members import People, assembled, people_of
from coterie.core.cli.opened import db_option, writing
from coterie.core.cli.output import Failure, config_option, count, say

if TYPE_CHECKING:
    from coterie.core.people.privacy.orders import Erasure
    from coterie.storage.members import MemberRecord

LATER: Final = 3
"""The exit code of an erasure that is ordered and not done yet."""
community_option = click.option("--community", metavar="NAME", help="The community, where there are several.")


@click.command("show")
@click.argument("member")
@config_option
@db_option
@community_option
def show(member: str, file: Path, db: str | None, community: str | None) -> int:
    """Show what is known of a member: MEMBER is a number, a name, or platform:id."""
    with people_of(file, db, community) as people:
        for line in _profile(people, people.find(member)):
            say(line)
    return CLEAN


@click.command("export")
@click.argument("member")
@click.option(
    "-o",
    "--output",
    "target",
    type=click.Path(path_type=Path, dir_okay=False),
    help="The file to write; member-NUMBER.zip by default.",
)
@config_option
@db_option
@community_option
def export(member: str, target: Path | None, file: Path, db: str | None, community: str | None) -> int:
    """Write everything about a member into one zip. A file that exists is not written over.

    Only reads, and works while Coterie runs. Exit code 1 where a plugin could not tell all that it keeps: the rest is
    in the zip.
    """
    from coterie.core.people.privacy.exporting import Export

    with people_of(file, db, community) as people:
        found = people.find(member)
        target = target or Path(f"member-{found.id}.zip")
        exported = Export(people.ctx, people.plugins, found)
        try:
            with target.open("xb") as out:
                target.chmod(0o600)
                exported.write(out)
        except FileExistsError as error:
            raise Failure(f"{target} exists already: name another file with -o, or move it away.") from error
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    say(f"{target}: everything about {found.name}, {count(target.stat().st_size, 'byte')}.")
    for failure in exported.failures:
        click.echo(f"Not complete: {failure}", err=True)
    return FAILED if exported.failures else CLEAN


@click.command("erase")
@click.argument("member", required=False)
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--force", is_flag=True, help="Erase although somebody has a reason against it.")
@click.option("--offline", is_flag=True, help="Do it in this process; only while Coterie does not run.")
@click.option("--wait", default=60, show_default=True, help="Seconds to wait for the running process.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Erase everybody again who stands in this list, made by `coterie member erased`.",
)
@config_option
@db_option
@community_option
def erase(
    member: str | None,
    yes: bool,
    force: bool,
    offline: bool,
    wait: int,
    replay: Path | None,
    file: Path,
    db: str | None,
    community: str | None,
) -> int:
    """Erase a member for good: who they were, what they wrote, what plugins know. The books stay balanced.

    The running process does it, within a few seconds. Exit code 0 when all is done, 1 when a part refuses or fails (it
    is tried again by itself), 3 when it is ordered and nobody has taken it up yet.
    """
    if (member is None) == (replay is None):
        raise click.UsageError("Name one member, or a list with --replay.")
    with people_of(file, db, community) as people:
        here = people.ctx.community.id
        if replay is not None:
            wanted = list(_listed(people, replay))
            say(f"{count(len(wanted), 'member')} of this list {'is' if len(wanted) == 1 else 'are'} here again.")
        else:
            found = people.find(member or "")
            wanted = [found.id]
            for line in (*_profile(people, found), *_warning(people, found)):
                say(line)
    if not wanted:
        return CLEAN
    if not yes:
        click.confirm("Erase for good?", abort=True)
    ordered = [
        _order(file, db, here, each, "restore" if replay else "operator", forced=force or replay is not None)
        for each in wanted
    ]
    if offline:
        _carry_out(file, db)
    codes = [_follow(file, db, each, 0 if offline else wait) for each in ordered]
    return max(codes, key=(CLEAN, LATER, FAILED).index)


@click.command("erased")
@config_option
@db_option
@community_option
def erased(file: Path, db: str | None, community: str | None) -> int:
    """List who was erased and when, by number, for `coterie member erase --replay` after a backup was restored."""
    from sqlalchemy import select

    from coterie.core.people.privacy.jsonrows import stream
    from coterie.storage.tables import erasures

    with people_of(file, db, community) as people:
        mine = erasures.c.community_id == people.ctx.community.id
        query = (
            select(erasures.c.member_id, erasures.c.ended_at)
            .where(mine, erasures.c.state == "done")
            .order_by(erasures.c.id)
        )
        for row in stream(people.ctx.unit.db, query):
            say(f"{row['member_id']} {row['ended_at']}")
    return CLEAN


def _profile(people: People, member: MemberRecord) -> Iterator[str]:
    from coterie.core.clock import to_datetime
    from coterie.core.i18n import Money
    from coterie.core.people.privacy import orders
    from coterie.storage import consents
    from coterie.storage.ids import made_at
    from coterie.storage.ledger import Account

    ctx = people.ctx
    db, community = ctx.unit.db, ctx.community
    records = orders.records_of(db, community.id, member.id)
    yield f"{member.name}, member {member.id} of {community.title or community.name}"
    if len(records) > 1:
        yield f"  merged        {', '.join(map(str, records[1:]))}"
    yield f"  since         {to_datetime(made_at(member.id)):%Y-%m-%d %H:%M} UTC{', has left' if member.left else ''}"
    yield f"  standing      {member.standing}"
    for account in ctx.accounts_of(member):
        yield f"  account       {account.name} ({account.platform}:{account.native})"
    money = ctx.unit.services.translator.money
    for record in records:
        for currency, amount in sorted(
            ctx.unit.ledger.currencies(community.id, Account("member", str(record))).items()
        ):
            yield f"  has           {money(Money(amount, currency), 'en')}"
    for row in consents.history(db, community.id, member.id):
        yield f"  {'agreed to' if row.given else 'said no to':13} {row.purpose} {row.wording}".rstrip()
    erasure = orders.of_member(db, community.id, member.id)
    if erasure is not None:
        yield f"  erasure       {erasure.state}{f' ({erasure.reason})' if erasure.reason else ''}"


def _warning(people: People, member: MemberRecord) -> Iterator[str]:
    from coterie.core.people.privacy.erasing import Eraser

    yield ""
    yield "Their accounts, texts and plugin data are deleted, what they have goes to the sink, their rights end."
    yield "The record keeps its number under a pseudonym. This cannot be undone."
    reason = Eraser(people.plugins).reasons(people.ctx, member)
    if reason:
        yield f"It would be put off, as long as this holds (or with --force, not): {reason}"


def _listed(people: People, file: Path) -> Iterator[int]:
    """The members of a list who are here as they were before their erasure."""
    from coterie.core.people.privacy.orders import of_member

    db, community = people.ctx.unit.db, people.ctx.community.id
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        words = line.split()
        if not words:
            continue
        if not words[0].isdecimal():
            raise Failure(f"{file}, line {number}: expected a member's number, found {words[0][:40]!r}.")
        member = int(words[0])
        done = of_member(db, community, member)
        found = people.ctx.unit.members.member(community, member)
        if found is not None and (done is None or done.state != "done"):
            yield member


def _order(file: Path, db: str | None, community: int, member: int, why: Any, *, forced: bool) -> Erasure:
    from coterie.core.clock import Clock
    from coterie.core.people.privacy.orders import order_in

    def act(lane: Any) -> Erasure:
        from coterie.storage.settings import take_ids

        clock = Clock()
        ids = take_ids(lane, clock.now)
        return order_in(lane, ids, community, member, why, now=clock.now(), forced=forced)

    made: Erasure = _writing(file, db, act)
    return made


def _writing(file: Path, db: str | None, act: Callable[[Any], Any]) -> Any:
    from coterie.storage.engine import LaneConnection

    with writing(assembled(file, db).settings.core.database) as engine:
        lane = LaneConnection(engine)
        try:
            with lane.transaction():
                return act(lane)
        finally:
            lane.close()


def _carry_out(file: Path, db: str | None) -> None:
    """Do what is ordered in this process, with the lanes alone: no platform is reached."""
    import asyncio

    from coterie.core.app import App

    parts = assembled(file, db)

    async def run() -> None:
        app = App(parts.settings, plugins=parts.plugins, adapters=(), inline=True)
        await app.start()  # which takes up what is due
        await app.stop()

    asyncio.run(run())


def _follow(file: Path, db: str | None, ordered: Erasure, wait: int) -> int:
    """Wait for the end of an erasure and tell how it went."""
    from coterie.core.people.privacy.orders import find, parts_of

    until = time.monotonic() + wait
    with writing(assembled(file, db).settings.core.database) as engine:
        from coterie.storage.engine import LaneConnection

        while True:
            lane = LaneConnection(engine.execution_options(coterie_read=True))
            try:
                assert lane.connection is not None
                found = find(lane, ordered.community, ordered.id) or ordered
                parts = parts_of(lane, found)
            finally:
                lane.close()
            settled = (
                not found.live or found.reason or any(part.state in ("failed", "refused") for part in parts.values())
            )
            if settled or time.monotonic() >= until:
                break
            time.sleep(0.5)
    for name, part in sorted(parts.items()):
        say(f"  {name:16} {part.state:9} {count(part.met, 'row')}{f': {part.reason}' if part.reason else ''}")
    if found.state == "done":
        say(f"Member {found.member} is erased.")
        return CLEAN
    if found.state == "withdrawn":
        say("It was taken back.")
        return FAILED
    if found.state == "postponed":
        say(f"Put off for a day: {found.reason}")
        return FAILED
    if settled:
        say(f"Not complete: {found.reason or 'a part failed'}. It is tried again by itself.")
        return FAILED
    say("It is ordered, and done as soon as Coterie runs. Where it does not run, --offline does it here.")
    return LATER
