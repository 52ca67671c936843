"""The tip jar: invoices, payments that come once, twice or late, and a thank-you in the right place."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from coterie.core.cli.play import run_play
from coterie.core.config import ConfigError, validate
from coterie.core.events import PaymentReceived
from coterie.core.testing import NoInvoice
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.tipjar import TipJar
from coterie.plugins.tipjar.config import STARS, TipJarConfig
from tests.plugin_kit import SCENARIOS, all_translated, language_problems, member_id, table_differences

pytestmark = pytest.mark.coterie(plugins=[TipJar])


def in_jar(town: LiveTown) -> int:
    """The Stars in the jar, from the ledger."""
    return town.inside(lambda ctx: ctx.ledger.balance(ctx.ledger.budget("tips"), STARS))


def test_a_tip_is_paid_booked_and_thanked_for(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/tip 50", "market")
    assert alice.sees("A tip for the community\nThank you for keeping this place going.\n50 XTR")
    assert bob.sees_not("50 XTR")
    assert in_jar(town) == 0
    alice.pays(50, STARS)
    assert town.shows("💛 Alice put 50 ⭐ in the tip jar. Thank you!", "market")
    assert town.shows_not("tip jar", "general")
    bob.says("/tips")
    assert bob.sees("There are 50 ⭐ in the tip jar.")
    assert in_jar(town) == 50
    query = text("SELECT actor, plugin, reason FROM transfers")
    assert town.inside(lambda ctx: tuple(ctx.db.execute(query).one())) == (member_id(town, alice), "tipjar", "tip")
    assert town.ledger_balanced()
    assert all_translated(town)


@pytest.mark.parametrize("typed", ["0", "-5", "2501", "1e3", "", "5 6"])
def test_what_is_no_tip(town: LiveTown, typed: str) -> None:
    (alice,) = town.people("alice")
    alice.says(f"/tip {typed}")
    assert alice.sees("amount" if typed != "5 6" else "Usage: /tip <amount>")
    with pytest.raises(NoInvoice):
        alice.pays(5, STARS)


def test_bounds_that_nothing_fits_are_refused() -> None:
    with pytest.raises(ConfigError, match="least is greater than most"):
        validate(TipJarConfig, {"least": 10, "most": 5})


def test_a_payment_that_is_reported_twice_counts_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/tip 50")
    town.stage.faults.duplicates = 1
    alice.pays(50, STARS)
    town.duplicate(alice)
    assert in_jar(town) == 50
    thanks = [message for message in town.stage.visible(alice.persona) if "put 50" in message.shown()]
    assert len(thanks) == 1


def test_the_same_charge_under_another_key_counts_once(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/tip 50")
    alice.pays(50, STARS)
    event = town.stage.last_event["alice"]
    assert isinstance(event, PaymentReceived)
    again = PaymentReceived(
        key="reconciled",
        who=event.who,
        where=event.where,
        invoice=event.invoice,
        amount=50,
        currency=STARS,
        charge=event.charge,
    )
    town.act(lambda: town.stage.redeliver(again))
    assert in_jar(town) == 50


def test_a_payment_comes_days_and_restarts_later(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/tip 50", "market")
    town.restart()
    town.wait(days=3)
    town.at_once(lambda: alice.pays(50, STARS), town.kill)
    assert in_jar(town) == 0
    town.duplicate(alice)  # the provider reports again what nobody confirmed
    assert in_jar(town) == 50
    assert town.shows("Alice put 50 ⭐", "market")


def test_a_tip_from_a_direct_chat_stays_there(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.in_dm("/tip 5")
    alice.pays(5, STARS)
    assert alice.sees("💛 Thank you for your tip of 5 ⭐!")
    assert bob.sees_not("tip")


@pytest.mark.coterie(config={"tipjar": {"anonymous": True}})
def test_tips_can_be_anonymous(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob")
    alice.says("/tip 5")
    alice.pays(5, STARS)
    assert alice.sees("💛 Thank you for your tip of 5 ⭐!")
    assert bob.sees_not("⭐")
    assert town.shows_not("tip jar")


def test_a_hostile_name_stays_literal(town: LiveTown) -> None:
    (mallory,) = town.people("mallory")
    mallory.persona.name = "<b>@everyone</b> { $money }"
    mallory.says("/tip 5")
    mallory.pays(5, STARS)
    assert town.shows("💛 <b>@everyone</b> { $money } put 5 ⭐ in the tip jar.")
    assert town.stage.pings == {}


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 50), st.integers(1, 3)), max_size=6))
@settings(max_examples=10, deadline=None)
def test_the_jar_holds_what_was_paid(tips: list[tuple[str, int, int]]) -> None:
    town = LiveTown(plugins=[TipJar])
    town.start()
    try:
        for name, amount, deliveries in tips:
            person = town.person(name)
            person.says(f"/tip {amount}")
            person.pays(amount, STARS)
            for _ in range(deliveries - 1):
                town.duplicate(person)
        assert in_jar(town) == sum(amount for _, amount, _ in tips)
        assert town.ledger_balanced()
    finally:
        town.close()


@pytest.mark.parametrize("locale", ["zh-Hans", "zh-Hant"])
def test_it_speaks_chinese(town_factory: TownFactory, locale: str) -> None:
    town = town_factory(plugins=[TipJar], locale=locale)
    alice = town.person("alice", locale)
    alice.says("/打赏 50" if locale == "zh-Hans" else "/打賞 50")
    assert alice.sees(re.compile("打[赏賞]"))
    alice.pays(50, STARS)
    assert town.shows("Alice 打赏了 50 ⭐" if locale == "zh-Hans" else "Alice 打賞了 50 ⭐")
    alice.says("/tips")
    assert alice.sees("50 ⭐")
    assert all_translated(town)


def test_its_tables_are_those_of_its_migrations(tmp_path: Path) -> None:
    assert table_differences(TipJar, tmp_path) == []


def test_it_is_written_in_every_language() -> None:
    assert language_problems(TipJar) == []


@pytest.mark.postgres
def test_it_runs_on_postgresql(town_factory: TownFactory, postgres: str) -> None:
    town = town_factory(plugins=[TipJar], db=postgres)
    (alice,) = town.people("alice")
    alice.says("/tip 50")
    alice.pays(50, STARS)
    assert town.shows("Alice put 50 ⭐")
    assert in_jar(town) == 50


def test_its_scenario(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_play(SCENARIOS / "tipjar.play", enable=["coterie.plugins.tipjar:TipJar"]) == 0, capsys.readouterr().out
