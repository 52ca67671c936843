"""Rows that must not be, changed by hand, and what the plugin says that they belong to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import text

from coterie.core.api import Account, Context, to_instant

HOUR = 3_600_000
TRIED = "SELECT member_id FROM identity_tries"
BROUGHT_LAST = "SELECT max(newcomer_id) FROM referrals_referrals"


@dataclass(frozen=True)
class Wrong:
    """Something that must not be: rows changed by hand, and what the plugin then says."""

    plugin: str
    says: str
    change: str | Callable[[Context], None]


def _of_purse(ctx: Context) -> None:
    newest = ctx.unit.db.connection.execute(text("SELECT max(id) FROM redpacket_packets")).scalar_one()
    ctx.ledger.transfer(ctx.ledger.escrow(newest), ctx.ledger.sink(), 1, reason="theft", key="1")


def _ended_twice(ctx: Context) -> None:
    (packet,) = ctx.unit.db.connection.execute(text("SELECT min(id) FROM redpacket_packets")).one()
    ctx.timers.at(timedelta(hours=1), "expire", key=packet, packet=packet)


def _of_jar(ctx: Context) -> None:
    ctx.ledger.transfer(ctx.ledger.issuer("x"), ctx.ledger.budget("tips"), 5, reason="tip", key="1", currency="XTR")


def _much_paid(ctx: Context) -> None:
    alice, bob = (Account("member", str(member)) for member, _ in ctx.ledger.top(2))
    ctx.ledger.transfer(alice, bob, 100, reason="pay", key="1")


def _of_gone(ctx: Context) -> None:
    kept, gone = ctx.unit.db.connection.execute(text("SELECT kept_id, gone_id FROM merges")).one()
    source, target = Account("member", str(kept)), Account("member", str(gone))
    ctx.ledger.transfer(source, target, 3, reason="pay", key="2")


def _asked_to_go(ctx: Context) -> None:
    gone = ctx.unit.db.connection.execute(text("SELECT gone_id FROM merges")).scalar_one()
    ctx.timers.at(timedelta(hours=1), "erase", key=f"member:{gone}", member=gone)


def _reminded(ctx: Context) -> None:
    (new,) = ctx.unit.db.connection.execute(text("SELECT id FROM gate_applications WHERE state = 'new'")).one()
    ctx.timers.at(timedelta(hours=1), "review", key=new, application=new)


def _twice_asked(ctx: Context) -> None:
    ctx.unit.db.connection.execute(
        text(
            "INSERT INTO gate_applications (community_id, id, member_id, account_id, channel_id, space, state, request,"
            " created_at, asked_at) SELECT community_id, id + 1, member_id, account_id, channel_id, space, state,"
            " request, created_at, asked_at FROM gate_applications WHERE state = 'new'"
        )
    )


def _another_day(ctx: Context) -> None:
    before = (ctx.community.today() - timedelta(days=1)).isoformat()
    ctx.unit.db.connection.execute(text(f"UPDATE checkin_days SET at = at - 30 * {HOUR} WHERE day > '{before}'"))


def _begun_again(ctx: Context) -> None:
    before = (ctx.community.today() - timedelta(days=1)).isoformat()
    ctx.unit.db.connection.execute(text(f"DELETE FROM checkin_days WHERE day <= '{before}'"))


def _checked_in_as_gone(ctx: Context) -> None:
    kept, gone = ctx.unit.db.connection.execute(text("SELECT kept_id, gone_id FROM merges")).one()
    ctx.unit.db.connection.execute(text(f"UPDATE checkin_days SET member_id = {gone} WHERE member_id = {kept}"))


def _names_gone(table: str, column: str) -> Callable[[Context], None]:
    """All rows of a table name the record that has become another."""

    def change(ctx: Context) -> None:
        gone = ctx.unit.db.connection.execute(text("SELECT gone_id FROM merges")).scalar_one()
        ctx.unit.db.connection.execute(text(f"UPDATE {table} SET {column} = {gone}"))

    return change


def _many_tries(plugin: str, member: str) -> Callable[[Context], None]:
    """Six wrong codes of somebody, whom a query finds, where five are allowed."""

    def change(ctx: Context) -> None:
        (who,) = ctx.unit.db.connection.execute(text(member)).one()
        row = f"INSERT INTO {plugin}_tries (community_id, id, member_id, at) VALUES (:community, :id, :member, 0)"
        rows = [{"community": ctx.community.id, "id": ctx.new_id(), "member": who} for _ in range(6)]
        ctx.unit.db.connection.execute(text(row), rows)

    return change


def _looked_at_again(ctx: Context) -> None:
    (done,) = ctx.unit.db.connection.execute(text("SELECT id FROM referrals_referrals WHERE state = 'vested'")).one()
    ctx.timers.at(timedelta(hours=1), "vest", key=done, referral=done)


def _brought_twice(ctx: Context) -> None:
    ctx.unit.db.connection.execute(
        text(
            "INSERT INTO referrals_referrals (community_id, id, referrer_id, newcomer_id, state, due_at)"
            " SELECT community_id, id + 1, referrer_id, newcomer_id, state, due_at FROM referrals_referrals"
            " WHERE state = 'waiting'"
        )
    )


def _still_there(ctx: Context) -> None:
    ctx.unit.db.connection.execute(
        text(
            "UPDATE identity_unlinks SET member_id ="
            " (SELECT member_id FROM accounts WHERE accounts.id = identity_unlinks.account_id)"
        )
    )


def _two_seasons(ctx: Context) -> None:
    ctx.unit.db.connection.execute(
        text(
            "INSERT INTO levels_seasons (community_id, id, number, channel_id, begins_on)"
            " SELECT community_id, id + 1, number + 1, channel_id, begins_on FROM levels_seasons"
        )
    )


def _one_more(ctx: Context) -> None:
    one = "member_id = (SELECT min(member_id) FROM levels_scores)"
    more = "score = score + 1, tally = tally + 1, xp = xp + 1"
    ctx.unit.db.connection.execute(text(f"UPDATE levels_scores SET {more} WHERE {one}"))


def _not_ended(ctx: Context) -> None:
    ctx.unit.db.connection.execute(text(f"UPDATE grants SET until = {to_instant(ctx.now)} - {3 * HOUR}"))


_LAST = "(SELECT max(id) FROM redpacket_packets)"
_PACKETS, _SHARES = "UPDATE redpacket_packets SET", "UPDATE redpacket_shares SET"
_APPLICATIONS = "UPDATE gate_applications SET"
_REFERRALS = "UPDATE referrals_referrals SET"
_RENAME = "UPDATE transfers SET key = key || '-not' WHERE key LIKE '{}%'"
WRONG = (
    Wrong("redpacket", "its 6 shares make 61", f"{_SHARES} amount = 11 WHERE packet_id = {_LAST} AND number = 5"),
    Wrong("redpacket", "counts 3 shares taken, 31", f"{_PACKETS} taken = 31 WHERE id = {_LAST}"),
    Wrong("redpacket", "counts 4 shares taken", f"{_PACKETS} taken_count = 4 WHERE id = {_LAST}"),
    Wrong("redpacket", "which is no state", f"{_PACKETS} state = 'lost' WHERE id = {_LAST}"),
    Wrong("redpacket", "is empty, and 3 of its 6", f"{_PACKETS} state = 'empty' WHERE id = {_LAST}"),
    Wrong("redpacket", "is open, and its end", f"{_PACKETS} ended_at = 7 WHERE id = {_LAST}"),
    Wrong("redpacket", "is shown nowhere", f"DELETE FROM redpacket_faces WHERE packet_id = {_LAST}"),
    Wrong("redpacket", "should hold 30 points, and 29 are in its purse", _of_purse),
    Wrong("redpacket", "is open, and nothing will end it", "DELETE FROM timers WHERE name = 'expire'"),
    Wrong("redpacket", "is expired, and would be ended once more", _ended_twice),
    Wrong("redpacket", "had 10 left at its end, and 0 went back", _RENAME.format("redpacket:refund")),
    Wrong("redpacket", "nobody was paid for it", _RENAME.format("redpacket:share")),
    Wrong("redpacket", r"is 9, and 10 were paid", f"{_SHARES} amount = 9 WHERE packet_id = {_LAST}"),
    Wrong(
        "redpacket",
        "somebody else was paid",
        f"{_SHARES} member_id = (SELECT sender_id FROM redpacket_packets WHERE id = {_LAST})"
        f" WHERE packet_id = {_LAST} AND number = 2",
    ),
    Wrong(
        "redpacket",
        "Ann has two shares of packet",
        "UPDATE merges SET id = -id",  # they became one long before they took
    ),
    Wrong("checkin", "is written down for", _another_day),
    Wrong("checkin", "which is Ann’s by now", _checked_in_as_gone),
    Wrong("checkin", "was paid nothing for", _RENAME.format("checkin:")),
    Wrong("checkin", "Bob was paid 12 for .*, day 1 in a row, which is worth 10", _begun_again),
    Wrong("gate", "which is no state", f"{_APPLICATIONS} state = 'lost' WHERE state = 'new'"),
    Wrong("gate", "is applied, and its decision", f"{_APPLICATIONS} decided_at = 7 WHERE state = 'applied'"),
    Wrong("gate", "is new, and was handed in", f"{_APPLICATIONS} applied_at = 7 WHERE state = 'new'"),
    Wrong("gate", "answers that were never handed in", f"{_APPLICATIONS} why = '' WHERE state = 'applied'"),
    Wrong("gate", "operators would be reminded of it", _reminded),
    Wrong("gate", "nobody will be reminded of it", "DELETE FROM timers WHERE name = 'review'"),
    Wrong("gate", "has 2 applications under way", _twice_asked),
    Wrong("identity", "which is none", "UPDATE identity_codes SET code = '0OIL'"),
    Wrong("identity", "which is Ann’s by now", _names_gone("identity_codes", "member_id")),
    Wrong("identity", "was used after its end", "UPDATE identity_codes SET used_at = expires_at + 1"),
    Wrong("identity", "Bob sent 7 wrong codes, and 5 are allowed", _many_tries("identity", TRIED)),
    Wrong("identity", "and is still theirs", _still_there),
    Wrong("referrals", "which is no state", f"{_REFERRALS} state = 'lost' WHERE state = 'waiting'"),
    Wrong("referrals", "is waiting, and its end", f"{_REFERRALS} ended_at = 7 WHERE state = 'waiting'"),
    Wrong("referrals", "when it vested is not", f"{_REFERRALS} vested_at = NULL"),
    Wrong("referrals", "is void, for the reason ''", f"{_REFERRALS} why = '' WHERE state = 'void'"),
    Wrong("referrals", "is waiting, and nothing will look", "DELETE FROM timers WHERE name = 'vest'"),
    Wrong("referrals", "is vested, and something would look", _looked_at_again),
    Wrong("referrals", "names record .* Ann’s by now", _names_gone("referrals_referrals", "referrer_id")),
    Wrong("referrals", "Carol brought nobody but themselves", f"{_REFERRALS} referrer_id = newcomer_id"),
    Wrong("referrals", "paid 50 as referral, and 49 is written", f"{_REFERRALS} reward = 49 WHERE state = 'vested'"),
    Wrong("referrals", "paid 0 as referral, and 50 is written", _RENAME.format("referrals:referral")),
    Wrong("referrals", "paid 20 as referred, and 0 is written", f"{_REFERRALS} reward_newcomer = 0"),
    Wrong("referrals", "waits, and 5 was paid for it", f"{_REFERRALS} reward = 5 WHERE state = 'waiting'"),
    Wrong("referrals", "Carol was brought 2 times", _brought_twice),
    Wrong("referrals", "a code is .*, which is none", "UPDATE referrals_codes SET code = lower(code)"),
    Wrong("referrals", "a code belongs to record .* Ann’s by now", _names_gone("referrals_codes", "member_id")),
    Wrong("referrals", "sent 6 wrong codes, and 5 are allowed", _many_tries("referrals", BROUGHT_LAST)),
    Wrong("levels", "board all counts 2 members from 20 XP on, and 1", _one_more),
    Wrong("levels", "board all counts 0 members from 21 XP on, and 1", _one_more),
    Wrong("levels", "has 20 XP and stands with 21", "UPDATE levels_scores SET score = 21, tally = 21"),
    Wrong("levels", "of the week, and 10 on that of all", "UPDATE levels_scores SET xp = 10 WHERE board = 'all'"),
    Wrong("levels", "of the week, and 0 on that of all", "DELETE FROM levels_scores WHERE board = 'all'"),
    Wrong("levels", "is on level 3, and 20 XP make level 0", "UPDATE levels_members SET level = 3"),
    Wrong("levels", "2 seasons run at once", _two_seasons),
    Wrong("members", "is done, and its end", "UPDATE broadcasts SET ended_at = NULL"),
    Wrong("members", "people have not been written to", "UPDATE broadcast_targets SET state = 'pending'"),
    Wrong("members", "does not see how far it is", "UPDATE broadcasts SET state = 'running', ended_at = NULL"),
    Wrong("privacy", "whose wish to be erased still waits", _asked_to_go),
    Wrong("tipjar", "which there is not", "UPDATE tipjar_invoices SET channel_id = 7"),
    Wrong("tipjar", "did not come from whoever paid", _of_jar),
    Wrong("wallet", "before anything came", "DELETE FROM postings WHERE amount = 1000"),
    Wrong("wallet", "paid 130 points today, and 100 are allowed", _much_paid),
    Wrong("access", "gold was given to Olga until .*, and has not ended", _not_ended),
)  # fmt: skip
