"""Rights become roles, tags and memberships on the platform, and nothing that is a person's is ever touched."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from coterie.core.platform import Refused, RetryLater, Uncertain
from coterie.core.testing import NoSuchButton
from coterie.core.testing.kit import LiveTown
from tests.access_kit import Herald, Tiers, acts, end, give, member_in, roles, rows, stopped

ACCESS: dict[str, dict[str, Any]] = {
    "gold": {"title": "Gold", "targets": [{"role": "r-gold"}, {"role": "r-paid"}, {"tag": "Gold"}]},
    "silver": {"targets": [{"role": "r-paid"}, {"tag": "Silver"}]},
    "club": {"title": "Club", "targets": [{"space": "club", "join": True}]},
}
pytestmark = pytest.mark.coterie(plugins=[Tiers], access=ACCESS)


def test_given_at_once_and_taken_at_the_end(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    give(town, "alice", until=timedelta(days=1))
    assert roles(alice) == [{"r-gold", "r-paid"}]
    assert alice.persona.tag == "Gold"
    assert {state for *_, state in rows(town)} == {"given"}
    town.wait(days=1)
    assert roles(alice) == [set()]
    assert alice.persona.tag == ""
    assert rows(town) == []
    assert acts(town) == ["grant-given", *["access-applied"] * 3, "grant-ended", *["access-removed"] * 3]


def test_all_accounts_of_a_person_get_it(town: LiveTown) -> None:
    alice, phone = town.people("alice", "alice@telegram")
    for who in (alice, phone):
        who.says("hello")
    give(town, "alice")
    assert roles(alice, phone) == [{"r-gold", "r-paid"}, set()]

    town.inside(lambda ctx: ctx.merge_members(member_in(ctx, "alice"), member_in(ctx, "alice@telegram")))
    assert roles(alice, phone) == [{"r-gold", "r-paid"}] * 2
    town.inside(lambda ctx: ctx.undo_merge(ctx.merges_of(member_in(ctx, "alice"))[0].id))
    assert roles(alice, phone) == [{"r-gold", "r-paid"}, set()]
    town.inside(lambda ctx: ctx.merge_members(member_in(ctx, "alice@telegram"), member_in(ctx, "alice")))
    assert roles(alice, phone) == [{"r-gold", "r-paid"}] * 2
    end(town, "alice")
    assert roles(alice, phone) == [set()] * 2


def test_of_two_grants_of_one_source_the_longer_counts(town: LiveTown) -> None:
    alice, phone = town.people("alice", "alice@telegram")
    give(town, "alice", until=timedelta(days=1))
    give(town, "alice@telegram", until=timedelta(days=5))
    town.inside(lambda ctx: ctx.merge_members(member_in(ctx, "alice"), member_in(ctx, "alice@telegram")))
    town.wait(days=4)
    assert roles(alice, phone) == [{"r-gold", "r-paid"}] * 2
    town.wait(days=1)
    assert roles(alice, phone) == [set()] * 2


def test_what_two_accesses_give_goes_with_the_last_and_a_change_of_tier_has_no_gap(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    give(town, "alice", access="silver")
    assert (roles(alice), alice.persona.tag) == ([{"r-paid"}], "Silver")
    give(town, "alice", access="gold")
    assert (roles(alice), alice.persona.tag) == ([{"r-gold", "r-paid"}], "Gold")
    assert not any(what == "r-paid" for _, what, _ in town.stage.taken)
    end(town, "alice", access="gold")
    assert (roles(alice), alice.persona.tag) == ([{"r-paid"}], "Silver")
    assert not any(what == "r-paid" for _, what, _ in town.stage.taken)
    end(town, "alice", access="silver")
    assert (roles(alice), alice.persona.tag) == ([set()], "")


@pytest.mark.parametrize("marks", [True, False], ids=["told apart", "not told apart"])
def test_what_a_person_gave_stays(town: LiveTown, marks: bool) -> None:
    town.stage.faults.honour_marks = marks
    (alice,) = town.people("alice")
    alice.says("hello")
    town.stage.give_role(alice.persona, "r-gold")
    town.stage.set_tag(alice.persona, "Boss")
    give(town, "alice")
    assert (roles(alice), alice.persona.tag) == ([{"r-gold", "r-paid"}], "Boss")
    end(town, "alice")
    assert (roles(alice), alice.persona.tag) == ([{"r-gold"}], "Boss")
    assert rows(town) == []


@pytest.mark.coterie(plugins=[Tiers], access=ACCESS, rights={"compare_every": "1h"})
def test_without_marks_what_stood_there_before_is_not_taken(town: LiveTown) -> None:
    """On a platform that cannot tell who gave a role, what stood there before the grant is still not Coterie's."""
    town.stage.faults.honour_marks = False
    (alice,) = town.people("alice")
    alice.says("hello")
    town.stage.give_role(alice.persona, "r-paid")
    give(town, "alice")
    town.wait(hours=2)
    end(town, "alice")
    assert roles(alice) == [{"r-paid"}]
    assert not any(what == "r-paid" for _, what, _ in town.stage.taken)


def test_a_role_that_a_person_gave_again_is_theirs(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    give(town, "alice")
    town.stage.take_role(alice.persona, "r-gold")
    town.stage.give_role(alice.persona, "r-gold")
    end(town, "alice")
    assert roles(alice) == [{"r-gold"}]


def test_what_a_person_took_away_is_given_again_by_the_comparison(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    give(town, "alice")
    town.wait(seconds=1)
    town.stage.take_role(alice.persona, "r-gold")
    town.wait(hours=5)
    assert roles(alice) == [{"r-paid"}]
    town.wait(hours=1)
    assert roles(alice) == [{"r-gold", "r-paid"}]
    end(town, "alice")
    assert roles(alice) == [set()]


def test_who_leaves_and_returns_has_everything_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.joins()
    give(town, "alice")
    alice.leaves()
    assert roles(alice) == [set()]
    assert {state for *_, state in rows(town)} == {"absent"}
    alice.joins()
    assert (roles(alice), alice.persona.tag) == ([{"r-gold", "r-paid"}], "Gold")
    alice.leaves()
    end(town, "alice")
    alice.joins()
    assert roles(alice) == [set()]
    assert rows(town) == []


def test_what_is_known_of_who_left_is_forgotten_when_the_platform_tells_so(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.joins()
    give(town, "alice")
    alice.leaves()
    end(town, "alice")
    assert {state for *_, state in rows(town)} == {"absent"}, "a return may be under way that nobody has heard of"
    town.wait(hours=6)
    assert rows(town) == []


def test_somebody_outside_gets_it_when_they_come_in(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.persona.present = False
    give(town, "alice")
    assert {state for *_, state in rows(town)} == {"absent"}
    assert roles(alice) == [set()]
    alice.joins()
    assert roles(alice) == [{"r-gold", "r-paid"}]


def test_one_target_that_fails_stops_no_other_and_is_tried_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.above.add("r-gold")
    give(town, "alice")
    assert roles(alice) == [{"r-paid"}]
    assert ("alice", "role", "r-gold", "giving") in rows(town)
    town.stage.faults.above.clear()
    town.wait(minutes=1)
    assert roles(alice) == [{"r-gold", "r-paid"}]
    town.stage.faults.above.add("r-gold")
    end(town, "alice")
    assert roles(alice) == [{"r-gold"}]
    town.wait(minutes=2)
    town.stage.faults.above.clear()
    town.wait(minutes=10)
    assert roles(alice) == [set()]
    assert rows(town) == []


@pytest.mark.parametrize("happened", [False, True])
def test_an_answer_that_was_lost_is_cleared_up(town: LiveTown, happened: bool) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Uncertain("time-out"), verb="give_role", happened=happened)
    give(town, "alice")
    town.wait(minutes=5)
    assert roles(alice) == [{"r-gold", "r-paid"}]
    town.stage.faults.fail_next(Uncertain("time-out"), verb="take_role", happened=happened)
    end(town, "alice")
    town.wait(minutes=5)
    assert roles(alice) == [set()]
    assert rows(town) == []


def test_a_request_whose_fate_stays_unknown_is_taken_back(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Uncertain("time-out"), times=10, verb="set_tag", happened=True)
    give(town, "alice")
    town.wait(minutes=2)
    assert alice.persona.tag == "Gold"
    end(town, "alice")
    town.wait(hours=1)
    assert (alice.persona.tag, roles(alice)) == ("", [set()])
    assert rows(town) == []


def test_a_kill_at_the_wrong_moment_loses_and_repeats_nothing(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(RetryLater(3600), times=3)
    give(town, "alice")
    town.kill()
    town.wait(hours=2)
    assert (roles(alice), alice.persona.tag) == ([{"r-gold", "r-paid"}], "Gold")
    town.stage.faults.fail_next(RetryLater(3600), times=3)
    end(town, "alice")
    town.kill()
    town.wait(hours=2)
    assert (roles(alice), alice.persona.tag, rows(town)) == ([set()], "", [])


def test_a_grant_that_ends_while_it_is_being_applied(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(RetryLater(60), times=3)
    give(town, "alice")
    end(town, "alice")
    assert {state for *_, state in rows(town)} == {"giving"}
    town.wait(minutes=5)
    assert (roles(alice), alice.persona.tag, rows(town)) == ([set()], "", [])


# -- private spaces


def test_a_private_space_by_a_link_of_ones_own(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    give(town, "alice", access="club")
    assert alice.sees("Club: come in")
    assert [state for *_, state in rows(town)] == ["invited"]
    alice.follows("Open Club")
    assert town.stage.club("club") == {"alice"}
    assert [state for *_, state in rows(town)] == ["given"]
    with pytest.raises(NoSuchButton):
        alice.follows("Open Club")
    end(town, "alice", access="club")
    assert town.stage.club("club") == set()
    assert rows(town) == []


def test_a_link_that_was_not_used_is_worthless_after_the_end(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    give(town, "alice", access="club")
    end(town, "alice", access="club")
    with pytest.raises(NoSuchButton):
        alice.follows("Open Club")
    assert rows(town) == []


def test_a_link_lets_in_only_its_owner(town: LiveTown) -> None:
    alice, mallory = town.people("alice", "mallory")
    for who in (alice, mallory):
        who.says("hello")
    give(town, "alice", access="club")
    (link,) = town.stage.links
    town.act(lambda: town.stage.use_link(mallory.persona, link))
    assert town.stage.club("club") == set()
    alice.follows("Open Club")
    assert town.stage.club("club") == {"alice"}


def test_who_was_let_in_by_an_admin_stays(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    for who in (alice, bob):
        who.says("hello")
    town.act(lambda: town.stage.enter(alice.persona, "club", "https://town.example/admin"))
    give(town, "alice", "bob", access="club")
    town.act(lambda: town.stage.enter(bob.persona, "club", "https://town.example/admin"))
    assert sorted(state for *_, state in rows(town)) == ["had", "had"]
    end(town, "alice", "bob", access="club")
    assert town.stage.club("club") == {"alice", "bob"}


def test_who_leaves_a_private_space_is_not_asked_back(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    give(town, "alice", access="club")
    alice.follows("Open Club")
    town.act(lambda: town.stage.quit(alice.persona, "club"))
    town.wait(days=30)
    assert not town.stage.links
    assert [state for *_, state in rows(town)] == ["left"]


def test_a_link_that_nobody_uses_is_renewed_a_few_times(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    give(town, "alice", access="club")
    seen = [set(town.stage.links)]
    for _ in range(5):
        town.wait(days=8)
        seen.append(set(town.stage.links))
    assert [len(links) for links in seen] == [1] * 6, "the link before it works no more"
    assert len(set().union(*seen)) == 3


def test_a_closed_chat_is_tried_again(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")
    town.stage.faults.closed_dms.add("alice")
    give(town, "alice", access="club")
    town.stage.faults.closed_dms.clear()
    town.wait(minutes=1)
    alice.follows("Open Club")
    assert town.stage.club("club") == {"alice"}


# -- while the bot was away


def test_after_a_day_without_the_bot(town: LiveTown) -> None:
    people = town.people("anna", "bert", "cora", "dora", "emil")
    anna, bert, _, dora, emil = people
    for person in people:
        person.joins()
    give(town, "anna", "bert", "dora")
    give(town, "cora", until=timedelta(hours=12))
    town.wait(minutes=1)
    with town.down():
        town.stage.take_role(anna.persona, "r-gold")
        town.stage.give_role(emil.persona, "r-gold")
        town.wait(hours=1)
        bert.leaves()
        town.wait(hours=1)
        bert.joins()
        dora.leaves()
        town.wait(hours=22)
        assert roles(*people) == [{"r-paid"}, set(), {"r-gold", "r-paid"}, set(), {"r-gold"}]
    both = {"r-gold", "r-paid"}
    assert roles(*people) == [both, both, set(), set(), {"r-gold"}]
    assert {state for name, *_, state in rows(town) if name == "dora"} == {"absent"}
    dora.joins()
    assert roles(dora) == [both]


@pytest.mark.coterie(plugins=[Tiers], access={"gold": {"targets": [{"role": "r-gold"}]}})
def test_on_doubt_nothing_happens(town: LiveTown) -> None:
    anna, bert = town.people("anna", "bert")
    give(town, "anna", "bert")
    town.wait(seconds=1)
    town.stage.take_role(anna.persona, "r-gold")
    town.stage.take_role(bert.persona, "r-gold")
    town.stage.faults.unknown.add("anna")
    town.wait(hours=6)
    assert roles(anna, bert) == [set(), {"r-gold"}]
    assert {state for *_, state in rows(town)} == {"given"}
    town.stage.faults.unknown.clear()
    town.stage.faults.fail_next(Refused("maintenance"), verb="access_of")
    town.wait(hours=6)
    assert roles(anna) == [set()]
    town.stage.faults.fail_next(RetryLater(600), verb="access_of")
    town.wait(hours=6)
    assert roles(anna) == [set()]
    town.wait(minutes=10)
    assert roles(anna) == [{"r-gold"}]


def test_an_access_that_left_the_configuration_is_taken_back(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    give(town, "alice", access="silver")
    (community,) = town._host._settings.communities
    fewer = {name: access for name, access in community.access.items() if name != "silver"}
    town._host._settings = replace(town._host._settings, communities=(replace(community, access=fewer),))
    town.restart()
    assert (roles(alice), alice.persona.tag) == ([set()], "")


# -- the brake

CROWD = [f"p{number}" for number in range(50)]
ONE = {"gold": {"title": "Gold", "targets": [{"role": "r-gold"}]}}


def crowd(town: LiveTown) -> list[set[str]]:
    """The roles of everybody."""
    return roles(*town.people(*CROWD))


@pytest.mark.coterie(plugins=[Tiers], access=ONE)
def test_a_mistake_that_would_take_40_percent_stops_and_is_told_once(town: LiveTown) -> None:
    (boss,) = town.people("boss")
    boss.becomes("operator")
    town.people(*CROWD)
    give(town, *CROWD)
    assert crowd(town) == [{"r-gold"}] * 50
    end(town, *CROWD[:20])
    assert crowd(town) == [{"r-gold"}] * 50
    assert boss.sees("20 accounts at once, and have taken nothing: at most 5")
    assert stopped(town) == [("gold", "take", 20)]
    boss.says("noted")
    town.restart()
    town.wait(days=2)
    end(town, CROWD[20])
    assert crowd(town) == [{"r-gold"}] * 50
    assert boss.sees_not("at most")
    late = town.people("late")
    give(town, "late")
    assert roles(*late) == [{"r-gold"}], "giving goes on"


@pytest.mark.coterie(plugins=[Tiers], access=ONE)
def test_one_by_one_it_stops_too(town: LiveTown) -> None:
    town.people(*CROWD)
    give(town, *CROWD)
    for name in CROWD[:20]:
        end(town, name)
    assert crowd(town).count(set()) == 5
    town.wait(hours=12)
    assert crowd(town).count(set()) == 5, "it waits for a person, not for time"


@pytest.mark.coterie(plugins=[Tiers], access=ONE)
def test_a_few_an_hour_are_normal(town: LiveTown) -> None:
    town.people(*CROWD)
    give(town, *CROWD)
    for number, name in enumerate(CROWD):
        end(town, name)
        town.wait(minutes=15)
        assert crowd(town).count(set()) == number + 1


@pytest.mark.coterie(plugins=[Tiers], access=ONE)
def test_when_the_mistake_is_mended_nothing_was_taken_and_the_brake_lets_go(town: LiveTown) -> None:
    town.people(*CROWD)
    give(town, *CROWD)
    end(town, *CROWD[:20])
    give(town, *CROWD[:20], source="mended")
    town.wait(hours=6)
    assert stopped(town) == []
    end(town, CROWD[30])
    assert crowd(town).count(set()) == 1


@pytest.mark.coterie(plugins=[Tiers], access=ONE)
def test_a_person_confirms(town: LiveTown) -> None:
    town.people(*CROWD)
    give(town, *CROWD)
    end(town, *CROWD[:20])

    town.inside(lambda ctx: ctx.grants.confirm("gold"))
    assert crowd(town).count(set()) == 20
    assert stopped(town) == []
    end(town, CROWD[30])
    assert crowd(town).count(set()) == 21, "what was confirmed does not count for the next"


@pytest.mark.coterie(plugins=[Tiers, Herald], access=ONE)
def test_a_plugin_can_ask_the_operators_itself(town: LiveTown) -> None:
    (boss,) = town.people("boss")
    boss.becomes("operator")
    town.people(*CROWD)
    give(town, *CROWD)
    end(town, *CROWD[:20])
    assert boss.sees("brake: take gold 20 of 5")
    assert boss.sees_not("accounts at once")


@pytest.mark.coterie(plugins=[Tiers], access=ONE)
def test_many_that_people_took_away_stop_too(town: LiveTown) -> None:
    (boss,) = town.people("boss")
    boss.becomes("operator")
    people = town.people(*CROWD)
    give(town, *CROWD)
    town.wait(seconds=1)
    for person in people[:20]:
        town.stage.take_role(person.persona, "r-gold")
    town.wait(hours=6)
    assert crowd(town).count(set()) == 20
    assert boss.sees("by hand")

    town.inside(lambda ctx: ctx.grants.confirm("gold"))
    assert crowd(town).count(set()) == 0


@pytest.mark.coterie(plugins=[Tiers], access=ONE, rights={"brake_number": 0, "brake_percent": 100})
def test_more_people_than_fit_one_event(town: LiveTown) -> None:
    names = [f"q{number}" for number in range(250)]
    people = town.people(*names)
    give(town, *names)
    assert roles(*people) == [{"r-gold"}] * 250
    end(town, *names)
    assert roles(*people) == [set()] * 250
    assert rows(town) == []


def test_whose_membership_is_in_doubt_stays(town: LiveTown) -> None:
    """An admin had let them in, and nobody knows what became of the invitation."""
    (alice,) = town.people("alice")
    alice.in_dm("hello")
    town.act(lambda: town.stage.enter(alice.persona, "club", "https://town.example/admin"))
    town.stage.faults.fail_next(Uncertain("time-out"), times=3, verb="invite", happened=True)
    give(town, "alice", access="club")
    assert [state for *_, state in rows(town)] == ["doubt"]
    end(town, "alice", access="club")
    town.wait(days=1)
    assert town.stage.club("club") == {"alice"}
    assert rows(town) == []
