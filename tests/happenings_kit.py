"""For each built-in plugin, a town in which something has happened that it says something of."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from coterie.core.testing.kit import LiveTown
from tests.plugin_kit import link


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
