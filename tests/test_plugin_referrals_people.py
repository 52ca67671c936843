"""Referrals of records that become one or part again, of who is erased, and what packets and filters ask of them."""

from __future__ import annotations

import pytest

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown
from coterie.plugins.identity import Identity
from coterie.plugins.members import Members
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.referrals import Referrals
from tests.plugin_kit import all_translated, link, member_id, switch_off, switch_on
from tests.privacy_kit import erase, export, unpacked
from tests.referrals_kit import REWARDS, arrive, brings, code_of, shown, states, undo, wrong

pytestmark = pytest.mark.coterie(plugins=[Referrals, Identity], config={"referrals": REWARDS})

HOUR = {"vests_after": "1h", "reward": 0}


# -- codes -------------------------------------------------------------------------------------------------------------


def test_both_codes_lead_to_the_one_person_and_part_with_them(town: LiveTown) -> None:
    phone, desk, bob, carol, dan = arrive(town, "alice@telegram", "alice@discord", "bob", "carol", "dan")
    first, second = code_of(phone), code_of(desk)
    link(town, phone, desk)
    assert code_of(phone) == code_of(desk) == first
    bob.in_dm(f"/referred {first}")
    carol.in_dm(f"/referred {second}")
    assert carol.sees("Noted: Alice brought you")
    assert shown(desk) == (0, 2)
    undo(town, phone)
    assert (code_of(phone), code_of(desk)) == (first, second)
    dan.in_dm(f"/referred {second}")
    assert shown(desk) == (0, 1)
    assert shown(phone) == (0, 2)  # what came while they were one stays with the record that was kept
    assert wrong(town) == []


# -- both sides are one person -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("newcomer_asks", [False, True])
def test_one_that_waits_is_void_when_both_are_one_person(town: LiveTown, newcomer_asks: bool) -> None:
    phone, desk = arrive(town, "alice@telegram", "alice@discord")
    brings(phone, desk)
    link(town, *((desk, phone) if newcomer_asks else (phone, desk)))
    assert states(town) == ["void self"]
    undo(town, phone)
    town.wait(days=40)
    assert (states(town), town.balance(phone), town.balance(desk)) == (["void self"], 0, 0)
    assert wrong(town) == []


def test_one_that_counted_stays_as_history_and_counts_for_nobody(town: LiveTown) -> None:
    phone, desk = arrive(town, "alice@telegram", "alice@discord")
    brings(phone, desk)
    town.wait(days=8)
    assert (shown(phone), town.balance(phone), town.balance(desk)) == ((1, 0), 50, 20)
    link(town, phone, desk)
    assert (states(town), shown(phone), town.balance(phone)) == (["vested"], (0, 0), 70)
    assert wrong(town) == []
    undo(town, phone)
    town.wait(days=40)
    assert (states(town), shown(phone)) == (["vested"], (1, 0))
    assert (town.balance(phone), town.balance(desk)) == (50, 20)
    assert town.ledger_balanced()
    assert wrong(town) == []


def test_a_chain_that_closes_counts_for_nobody_either(town: LiveTown) -> None:
    """Rita brought Alice, who brought what turns out to be herself."""
    rita, phone, desk = arrive(town, "rita", "alice@telegram", "alice@discord")
    brings(rita, phone)
    brings(phone, desk)
    town.wait(days=8)
    link(town, phone, desk)
    assert (shown(rita), shown(phone)) == ((1, 0), (0, 0))
    assert wrong(town) == []


# -- one side is one person --------------------------------------------------------------------------------------------


def test_a_person_is_brought_once_the_first_time(town: LiveTown) -> None:
    alice, carol, phone, desk = arrive(town, "alice", "carol", "bob@telegram", "bob@discord")
    brings(alice, phone)
    brings(carol, desk)
    link(town, phone, desk)
    assert states(town) == ["waiting", "void twice"]
    town.wait(days=8)
    assert (town.balance(alice), town.balance(carol), town.balance(desk)) == (50, 0, 20)
    undo(town, phone)
    town.wait(days=40)
    assert (states(town), town.balance(carol)) == (["vested", "void twice"], 0)
    assert town.ledger_balanced()
    assert wrong(town) == []


def test_two_newcomers_who_became_one_while_the_plugin_was_off_are_brought_once(town: LiveTown) -> None:
    alice, carol, phone, desk = arrive(town, "alice", "carol", "bob@telegram", "bob@discord")
    brings(alice, phone)
    brings(carol, desk)
    switch_off(town, "referrals")
    link(town, phone, desk)
    switch_on(town, "referrals")
    assert states(town) == ["waiting", "waiting"]
    town.wait(days=8)
    assert states(town) == ["vested", "void twice"]
    assert (town.balance(alice), town.balance(carol), town.balance(desk)) == (50, 0, 20)
    assert wrong(town) == []


def test_both_sides_that_became_one_while_the_plugin_was_off_earn_nothing(town: LiveTown) -> None:
    phone, desk = arrive(town, "alice@telegram", "alice@discord")
    brings(phone, desk)
    switch_off(town, "referrals")
    link(town, phone, desk)
    switch_on(town, "referrals")
    assert (states(town), shown(phone), wrong(town)) == (["waiting"], (0, 0), [])
    town.wait(days=8)
    assert (states(town), town.balance(phone), wrong(town)) == (["void self"], 0, [])


def test_who_has_counted_is_not_brought_again(town: LiveTown) -> None:
    alice, phone = arrive(town, "alice", "bob@telegram")
    brings(alice, phone)
    town.wait(days=8)
    (desk,) = arrive(town, "bob@discord")
    brings(alice, desk)
    link(town, phone, desk)
    town.wait(days=8)
    assert (states(town), shown(alice), town.balance(alice)) == (["vested", "void twice"], (1, 0), 50)


@pytest.mark.parametrize("when", ["before", "after"])
def test_referrals_of_both_records_are_the_one_person_s(town: LiveTown, when: str) -> None:
    phone, desk, bob, carol = arrive(town, "alice@telegram", "alice@discord", "bob", "carol")
    brings(phone, bob)
    brings(desk, carol)
    if when == "after":
        town.wait(days=8)
    link(town, phone, desk)
    town.wait(days=8)
    assert (shown(phone), town.balance(phone), states(town)) == ((2, 0), 100, ["vested", "vested"])
    undo(town, phone)
    town.wait(days=8)
    assert (shown(phone), shown(desk)) == ((1, 0), (1, 0))
    assert town.balance(phone) + town.balance(desk) == 100
    assert town.ledger_balanced()
    assert wrong(town) == []


def test_somebody_who_is_older_under_another_record_is_no_newcomer(town: LiveTown) -> None:
    (phone,) = arrive(town, "bob@telegram")
    town.wait(days=8)
    alice, desk = arrive(town, "alice", "bob@discord")
    link(town, phone, desk)
    desk.in_dm(f"/referred {code_of(alice)}")
    assert desk.sees("This is for newcomers")


def test_how_long_somebody_is_here_does_not_hang_on_the_record_that_was_kept(town: LiveTown) -> None:
    (old,) = arrive(town, "bob@telegram")
    town.wait(days=8)
    alice, young = arrive(town, "alice", "bob@discord")
    kept, gone = member_id(town, young), member_id(town, old)

    def merge(ctx: Context) -> None:
        records = ctx.find_member(kept), ctx.find_member(gone)
        assert records[0] is not None
        assert records[1] is not None
        ctx.merge_members(records[0], records[1])

    town.inside(merge, "identity")
    young.in_dm(f"/referred {code_of(alice)}")
    assert young.sees("This is for newcomers")
    brings(young, alice)  # Bob was here before Alice, though the record that he has by now is younger than hers
    assert wrong(town) == []


# -- erasure and export ------------------------------------------------------------------------------------------------


def test_an_erased_newcomer_counts_without_a_name(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    olga = town.person("olga")
    olga.becomes("operator")
    brings(alice, bob)
    town.wait(days=8)
    erase(town, member_id(town, bob))
    town.wait(minutes=20)
    assert (states(town), shown(alice)) == (["vested"], (1, 0))
    olga.in_dm("/referrals alice")
    assert olga.sees("Former member")
    assert olga.sees_not("Bob")
    assert wrong(town) == []


def test_an_erased_newcomer_who_had_not_counted_is_forgotten(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    erase(town, member_id(town, bob))
    town.wait(days=8)
    assert (states(town), shown(alice), town.balance(alice)) == ([], (0, 0), 0)
    assert wrong(town) == []


def test_the_code_of_an_erased_referrer_leads_nowhere(town: LiveTown) -> None:
    alice, bob, carol = arrive(town, "alice", "bob", "carol")
    code = code_of(alice)
    alice.says("/referral")
    alice.taps("Show it here")
    brings(alice, bob)
    erase(town, member_id(town, alice))
    town.wait(minutes=20)
    carol.in_dm(f"/referred {code}")
    assert carol.sees("There is no such code")
    assert states(town) == ["void erased"]
    town.wait(days=8)
    assert (states(town), town.balance(bob)) == (["void erased"], 0)
    bob.in_dm(f"/referred {code_of(carol)}")
    assert bob.sees("That is said once")
    assert wrong(town) == []


def test_both_sides_find_it_in_their_export(town: LiveTown) -> None:
    alice, bob = arrive(town, "alice", "bob")
    brings(alice, bob)
    for person in (alice, bob):
        told = unpacked(export(town, member_id(town, person)))["plugins/referrals.json"]
        assert "referrals_referrals" in told
        assert '"waiting"' in told
    assert "referrals_codes" in unpacked(export(town, member_id(town, alice)))["plugins/referrals.json"]


# -- what others ask ---------------------------------------------------------------------------------------------------


@pytest.mark.coterie(plugins=[Referrals, RedPacket], config={"referrals": HOUR})
@pytest.mark.parametrize("wish", ["referrals=2", "if=referrals>=2", "邀请数=2", 'if="邀請數>=2"'])
def test_a_packet_for_those_who_bring_others(town: LiveTown, wish: str) -> None:
    olga, alice, bob, carol = arrive(town, "olga", "alice", "bob", "carol")
    town.grant(olga, 100)
    olga.says(f"/packet 100 5 {wish}")
    brings(alice, bob)
    town.wait(hours=2)
    alice.taps("Grab")
    assert alice.sees("This is for")
    assert town.balance(alice) == 0
    brings(alice, carol)
    town.wait(hours=2)
    alice.taps("Grab")
    assert alice.sees("You got")
    assert town.balance(alice) > 0
    assert town.ledger_balanced()
    assert all_translated(town)


@pytest.mark.coterie(plugins=[Referrals, RedPacket])
def test_a_packet_for_those_who_were_brought(town: LiveTown) -> None:
    olga, alice, bob, carol = arrive(town, "olga", "alice", "bob", "carol")
    town.grant(olga, 100)
    olga.says("/packet 100 5 need=referred")
    assert town.shows("was brought by a member")
    brings(alice, bob)
    brings(alice, carol)
    carol.leaves()
    carol.joins()
    for person, said in ((alice, "whom somebody brought"), (bob, "You got"), (carol, "whom somebody brought")):
        person.taps("Grab")
        assert person.sees(said)


@pytest.mark.coterie(plugins=[Referrals, Members, Identity], config={"referrals": HOUR})
def test_filters_count_what_members_read(town: LiveTown) -> None:
    phone, desk, bob, carol = arrive(town, "alice@telegram", "alice@discord", "bob", "carol")
    olga = town.person("olga")
    olga.becomes("operator")
    for newcomer in (desk, bob, carol):
        brings(phone, newcomer)
    town.wait(hours=2)

    def means(text: str) -> bool:
        member = member_id(town, phone)
        return town.inside(lambda ctx: (found := ctx.find_member(member)) is not None and ctx.in_segment(found, text))

    assert means("referrals=3")
    olga.in_dm("/segment show referrals>=3")
    assert olga.sees("Alice")
    link(town, phone, desk)
    assert shown(phone) == (2, 0)
    assert means("referrals=2")
    assert not means("referrals>=3")
    assert not means("referrals=0")
