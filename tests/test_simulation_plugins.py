"""What built-in plugins say of their rows: nothing of those of a healthy town, and each wrong row has its sentence."""

from __future__ import annotations

import asyncio
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from coterie.core.api import Account, Context, Plugin, to_instant
from coterie.core.loading import load_plugin
from coterie.core.testing.kit import LiveTown
from coterie.core.testing.play.grammar import parse
from coterie.core.testing.play.hosting import TownHost, recipe_for
from coterie.core.testing.play.runner import Player
from coterie.core.testing.trouble.process import Process
from tests.plugin_kit import SCENARIOS, link
from tests.test_docs import block, plugin_of

__all__ = ["plugin_of"]

PLUGINS = (
    "access",
    "checkin",
    "gate",
    "help",
    "identity",
    "levels",
    "members",
    "privacy",
    "redpacket",
    "referrals",
    "tipjar",
    "wallet",
)
HOUR = 3_600_000


def said_by(ctx: Context, plugin: str) -> list[str]:
    """What a plugin has to say about its rows."""
    ctx.plugin = plugin
    return list(ctx.unit.services.plugins()[plugin].invariants(ctx))


# -- a healthy town


class _Kept(TownHost):
    """A host whose newest process can be asked."""

    app: Process

    async def start(self, *, beside: bool = False) -> Process:
        self.app = await super().start(beside=beside)
        return self.app


async def _played(name: str, scenario: str) -> list[str]:
    host, said = _Kept(recipe_for(), seed=1), []

    def ask(ctx: Context) -> list[str]:
        return [f"{name}: {sentence}" for name in PLUGINS for sentence in said_by(ctx, name)]

    async with host.opened():
        result = await Player(parse(scenario, name), host, lambda _line: None).play()
        assert not result.failed_at
        said += await host.app.on_lane(None, ask)
        await host.app.advance(2 * 24 * HOUR)
        said += await host.app.on_lane(None, ask)
    return said


@pytest.mark.parametrize("file", sorted(SCENARIOS.glob("*.play")), ids=lambda file: file.stem)
def test_of_a_healthy_town_nothing_is_said(file: Path) -> None:
    assert asyncio.run(_played(file.stem, file.read_text(encoding="utf-8"))) == []


# -- towns in which something has happened, and rows that somebody has meddled with


def _packets(town: LiveTown) -> None:
    alice, *_ = town.people("alice", "bob", "ann@telegram", "ann@discord")
    town.grant(alice, 1000)
    alice.says("/packet 10 2 equal")  # of these, nobody takes a share
    town.wait(hours=25)
    alice.says("/packet 60 6 equal")
    for name in ("bob", "ann@telegram", "ann@discord"):
        town.person(name).taps("Grab")
    link(town, town.person("ann@telegram"), town.person("ann@discord"))


def _checkins(town: LiveTown) -> None:
    bob, ann, dora = town.people("bob", "ann@telegram", "dora")
    bob.says("/checkin")
    town.wait(hours=24)
    bob.says("/checkin")
    ann.says("/checkin")
    dora.says("/checkin")
    town.person("ann@discord").says("hello")
    link(town, ann, town.person("ann@discord"))


def _referrals(town: LiveTown) -> None:
    ann, bob, carol, dora = town.people("ann@telegram", "bob", "carol", "dora")
    ann.in_dm("/referral")
    code = ann.sees(re.compile(r"/referred (\w+)"))[1]
    for newcomer in (bob, carol, dora):
        newcomer.in_dm(f"/referred {code}")
        town.wait(hours=72)
    dora.leaves()
    bob.in_dm("/referral")
    bob.in_dm("/referred ZZZZZZZZ")
    carol.in_dm("/referral")
    town.person("ann@discord").says("hello")
    link(town, ann, town.person("ann@discord"))


def _applications(town: LiveTown) -> None:
    town.person("olga").becomes("operator")
    for name in ("erin", "frank", "gina"):
        town.person(name).asks_to_join()
    for name in ("frank", "gina"):
        town.person(name).fills({"Why?": "Curious", "Age": "30"})
    town.person("olga").taps("Approve")


def _codes(town: LiveTown) -> None:
    bob, ann, other = town.people("bob", "ann@telegram", "ann@discord")
    bob.says("/link")
    bob.says("/link ZZZZZZZZ")
    link(town, ann, other)
    town.wait(hours=25)
    ann.in_dm("/unlink")
    ann.taps("Ann (discord)")
    ann.taps("Unlink")
    ann.says("/link")


def _levels(town: LiveTown) -> None:
    town.person("olga").becomes("operator")
    town.person("bob").says("Good morning, who wants to go hiking this weekend?")
    town.person("carol").says("I would love to come, where do we meet each other?")
    town.person("olga").says("/season start Summer")


def _broadcasts(town: LiveTown) -> None:
    olga = town.person("olga")
    olga.becomes("operator")
    town.person("bob").says("hello")
    olga.in_dm('/broadcast "not standing:operator" The hall opens at eight.')
    olga.taps("Send")
    town.wait(minutes=2)


def _erasures(town: LiveTown) -> None:
    ann, other = town.people("ann@telegram", "ann@discord")
    town.grant(ann, 5)
    link(town, ann, other)
    town.wait(hours=3)


def _tips(town: LiveTown) -> None:
    alice = town.person("alice")
    alice.says("/tip 50")
    alice.pays(50, "XTR")


def _payments(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    town.grant(alice, 1000)
    bob.says("hello")
    alice.says("/pay bob 30")


def _accesses(town: LiveTown) -> None:
    town.person("olga").becomes("operator")
    town.person("olga").says("/access-give olga gold 1h she helped")


SETTINGS: dict[str, dict[str, Any]] = {
    "wallet": {"pay_daily_max": 100},
    "referrals": {"reward": 50, "reward_newcomer": 20},
}
HISTORY: dict[str, Callable[[LiveTown], None]] = {
    "access": _accesses,
    "checkin": _checkins,
    "gate": _applications,
    "identity": _codes,
    "levels": _levels,
    "members": _broadcasts,
    "privacy": _erasures,
    "redpacket": _packets,
    "referrals": _referrals,
    "tipjar": _tips,
    "wallet": _payments,
}


@pytest.fixture(scope="module")
def towns() -> Iterator[Callable[[str], LiveTown]]:
    """A town for each plugin, in which something has happened."""
    made: dict[str, LiveTown] = {}

    def town_of(plugin: str) -> LiveTown:
        if plugin not in made:
            access = {"gold": {"targets": [{"role": "r-gold"}]}}
            plugins = tuple(dict.fromkeys((plugin, "identity", "wallet")))
            config = {name: SETTINGS[name] for name in plugins if name in SETTINGS}
            town = made[plugin] = LiveTown(plugins=plugins, access=access, config=config)
            town.start()
            HISTORY[plugin](town)
        return made[plugin]

    yield town_of
    for town in made.values():
        town.close()


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


def _code_of_gone(ctx: Context) -> None:
    gone = ctx.unit.db.connection.execute(text("SELECT gone_id FROM merges")).scalar_one()
    ctx.unit.db.connection.execute(text(f"UPDATE identity_codes SET member_id = {gone}"))


def _many_tries(ctx: Context) -> None:
    (member,) = ctx.unit.db.connection.execute(text("SELECT member_id FROM identity_tries")).one()
    row = "INSERT INTO identity_tries (community_id, id, member_id, at) VALUES (:community, :id, :member, 0)"
    rows = [{"community": ctx.community.id, "id": ctx.new_id(), "member": member} for _ in range(6)]
    ctx.unit.db.connection.execute(text(row), rows)


def _code_of_gone_referrer(ctx: Context) -> None:
    gone = ctx.unit.db.connection.execute(text("SELECT gone_id FROM merges")).scalar_one()
    ctx.unit.db.connection.execute(text(f"UPDATE referrals_codes SET member_id = {gone}"))


def _brought_by_gone(ctx: Context) -> None:
    gone = ctx.unit.db.connection.execute(text("SELECT gone_id FROM merges")).scalar_one()
    ctx.unit.db.connection.execute(text(f"UPDATE referrals_referrals SET referrer_id = {gone}"))


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


def _many_wrong_codes(ctx: Context) -> None:
    (member,) = ctx.unit.db.connection.execute(text("SELECT max(newcomer_id) FROM referrals_referrals")).one()
    row = "INSERT INTO referrals_tries (community_id, id, member_id, at) VALUES (:community, :id, :member, 0)"
    rows = [{"community": ctx.community.id, "id": ctx.new_id(), "member": member} for _ in range(6)]
    ctx.unit.db.connection.execute(text(row), rows)


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
    Wrong("identity", "which is Ann’s by now", _code_of_gone),
    Wrong("identity", "was used after its end", "UPDATE identity_codes SET used_at = expires_at + 1"),
    Wrong("identity", "Bob sent 7 wrong codes, and 5 are allowed", _many_tries),
    Wrong("identity", "and is still theirs", _still_there),
    Wrong("referrals", "which is no state", f"{_REFERRALS} state = 'lost' WHERE state = 'waiting'"),
    Wrong("referrals", "is waiting, and its end", f"{_REFERRALS} ended_at = 7 WHERE state = 'waiting'"),
    Wrong("referrals", "when it vested is not", f"{_REFERRALS} vested_at = NULL"),
    Wrong("referrals", "is void, for the reason ''", f"{_REFERRALS} why = '' WHERE state = 'void'"),
    Wrong("referrals", "is waiting, and nothing will look", "DELETE FROM timers WHERE name = 'vest'"),
    Wrong("referrals", "is vested, and something would look", _looked_at_again),
    Wrong("referrals", "names record .* Ann’s by now", _brought_by_gone),
    Wrong("referrals", "Carol brought nobody but themselves", f"{_REFERRALS} referrer_id = newcomer_id"),
    Wrong("referrals", "paid 50 as referral, and 49 is written", f"{_REFERRALS} reward = 49 WHERE state = 'vested'"),
    Wrong("referrals", "paid 0 as referral, and 50 is written", _RENAME.format("referrals:referral")),
    Wrong("referrals", "paid 20 as referred, and 0 is written", f"{_REFERRALS} reward_newcomer = 0"),
    Wrong("referrals", "waits, and 5 was paid for it", f"{_REFERRALS} reward = 5 WHERE state = 'waiting'"),
    Wrong("referrals", "Carol was brought 2 times", _brought_twice),
    Wrong("referrals", "a code is .*, which is none", "UPDATE referrals_codes SET code = lower(code)"),
    Wrong("referrals", "a code belongs to record .* Ann’s by now", _code_of_gone_referrer),
    Wrong("referrals", "sent 6 wrong codes, and 5 are allowed", _many_wrong_codes),
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


class _TakenBack(Exception):
    """Ends a transaction that must not be kept."""


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: f"{wrong.plugin}: {wrong.says}")
def test_what_is_wrong_is_said(towns: Callable[[str], LiveTown], wrong: Wrong) -> None:
    town, said = towns(wrong.plugin), []
    assert town.inside(lambda ctx: said_by(ctx, wrong.plugin), wrong.plugin) == []

    def meddle(ctx: Context) -> None:
        if isinstance(wrong.change, str):
            ctx.unit.db.connection.execute(text(wrong.change))
        else:
            wrong.change(ctx)
        said.extend(said_by(ctx, wrong.plugin))
        raise _TakenBack

    with pytest.raises(_TakenBack):
        town.inside(meddle, wrong.plugin)
    assert any(re.search(wrong.says, sentence) for sentence in said), said
    assert town.inside(lambda ctx: said_by(ctx, wrong.plugin), wrong.plugin) == []


# -- actions


@dataclass
class _View:
    """A small town in which there is something of everything."""

    rng: random.Random
    people: tuple[str, ...] = ("amber", "boris@telegram", "boris@discord")
    operators: tuple[str, ...] = ("amber",)
    present: tuple[str, ...] = ("amber", "boris@discord")
    rooms: tuple[str, ...] = ("general", "market")
    day: date = date(2026, 1, 1)
    labels: tuple[str, ...] = (
        "Grab",
        "Pay",
        "Check in",
        "Approve",
        "Undo 1: Boris",
        "Boris (discord)",
        "Yes, erase me",
        "Show it here",
        "Boris brought me",
    )

    def money(self, name: str, currency: str = "points") -> int:
        return len(name) * 10

    def buttons(self, name: str) -> list[str]:
        return list(self.labels)

    def forms(self, name: str) -> list[str]:
        return ["Why?", "Age"]

    def invoices(self, name: str) -> list[tuple[int, str]]:
        return [(50, "XTR")]

    def polls(self, name: str) -> list[str]:
        return []


@pytest.mark.parametrize("name", PLUGINS)
def test_every_action_is_a_line_of_a_scenario(name: str) -> None:
    plugin: Plugin = load_plugin(name)()
    for seed in range(200):
        lines = [*plugin.simulate_actions(_View(random.Random(seed)))]
        assert lines == [*plugin.simulate_actions(_View(random.Random(seed)))]
        assert len(parse("\n".join(lines)).lines) == len(lines)
        assert lines


def test_in_an_empty_town_there_is_somebody_who_does_something() -> None:
    for name in PLUGINS:
        view = _View(random.Random(2), people=("amber",), operators=(), present=(), labels=())
        assert [*load_plugin(name)().simulate_actions(view)]


def test_the_locker_of_the_authors_page_says_what_is_wrong_with_it(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: Callable[..., LiveTown]
) -> None:
    locker = plugin_of(block("docs/plugins.md", "python", "class Locker"), "Locker")
    town = town_factory(plugins=[locker, "identity"])
    ann, other = town.people("ann@telegram", "ann@discord")
    for person in (ann, other):
        town.grant(person, 50)
        person.says("/locker 20")
    other.taps("Open")
    other.says("/locker 5")
    assert town.inside(lambda ctx: said_by(ctx, "locker")) == []
    link(town, ann, other)
    assert [sentence for sentence in town.inside(lambda ctx: said_by(ctx, "locker")) if "cannot be reached" in sentence]
    lines = [*locker().simulate_actions(_View(random.Random(1), labels=("Open",)))]
    assert len(parse("\n".join(lines)).lines) == len(lines) == 4
