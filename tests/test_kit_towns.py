"""The author's test kit: how towns are started, from marks and settings, and what pytest shows of them."""

from __future__ import annotations

import re
from importlib.metadata import entry_points

import pytest

from coterie.core.config import ConfigError
from coterie.core.platform import Refused
from coterie.core.testing.kit import LiveTown, TownFactory
from tests.trial_plugin import Trial

pytest_plugins = ["pytester"]
KIT = "coterie.core.testing.pytest_plugin"
pytestmark = pytest.mark.coterie(plugins=[Trial])


@pytest.mark.coterie(config={"trial": {"reward": 3}}, timezone="Asia/Shanghai", locale="zh-Hans")
class TestMarks:
    """Marks of module, class and test come together; the nearest one wins."""

    def test_of_the_class(self, town: LiveTown) -> None:
        (alice,) = town.people("alice")
        town.wait(hours=17)  # 01:00 on the next day in Shanghai
        alice.says("/collect")
        alice.says("/collect")
        assert alice.sees("Already collected on 2026-01-02")
        assert town.balance(alice) == 3
        alice.says("/nothing")
        assert alice.sees(re.compile("[\u4e00-\u9fff]")), "the community's language"

    @pytest.mark.coterie(config={"trial": {"greeting": "Hello"}})
    def test_of_the_test(self, town: LiveTown) -> None:
        erin = town.person("erin", locale="zh-Hant")
        erin.joins()
        assert erin.sees("Hello, Erin")
        erin.says("/collect")
        assert town.balance(erin) == 3
        assert erin.persona.who.locale == "zh-Hant"


def test_the_same_seed_gives_the_same_town(town_factory: TownFactory) -> None:
    def play(seed: int) -> str:
        town = town_factory(plugins=[Trial], seed=seed)
        (alice,) = town.people("alice")
        alice.says("/dice")
        town.wait(hours=1)
        return town.transcript()

    one = play(1)
    assert one == play(1)
    assert one != play(2)


def test_what_cannot_be_started_says_why(town_factory: TownFactory) -> None:
    with pytest.raises(LookupError, match="no plugin 'nosuch' is installed"):
        town_factory(plugins=["nosuch"])
    with pytest.raises(LookupError, match="settings for other, but no such plugin"):
        town_factory(plugins=[Trial], config={"other": {}})
    with pytest.raises(ConfigError, match="reward"):
        town_factory(plugins=[Trial], config={"trial": {"reward": "much"}})


def test_a_closed_town_is_closed(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Trial])
    town.close()
    with pytest.raises(RuntimeError, match="closed"):
        town.people("alice")[0].says("hi")
    town.close()


def test_a_refused_message_is_not_the_kits_to_judge(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    town.stage.faults.fail_next(Refused("no rights"))
    alice.says("hi")
    assert alice.sees_not("hi Alice")


def test_the_transcript_tells_what_everybody_saw(town: LiveTown) -> None:
    alice, bob = town.people("alice", "bob@telegram")
    alice.says("/later 1")
    bob.in_dm("/collect")
    town.wait(hours=1)
    town.restart()
    assert town.transcript().splitlines() == [
        "#general alice: /later 1",
        "#general Coterie: Wait",
        "    [Stop]",
        "dm bob@telegram bob@telegram: /collect",
        "dm bob@telegram Coterie: You got 10 points",
        "-- 1h later --",
        "#general Coterie (changed): Done at 01 01:00",
        "-- restart --",
    ]


@pytest.mark.postgres
@pytest.mark.coterie(db="postgresql://postgres@127.0.0.1:5432/postgres")
def test_on_postgresql(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/collect")
    town.kill()
    town.restart()
    assert town.balance(alice) == 10
    assert town.ledger_balanced()


def test_what_pytest_shows(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import pytest

        def test_failing(town):
            alice, bob = town.people("alice", "bob")
            alice.says("hello")
            alice.says("half a \\ud83d face")
            assert bob.sees("goodbye")

        @pytest.mark.coterie("checkin")
        def test_wrong_mark(town):
            pass
        """
    )
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function")
    installed = any(point.value == KIT for point in entry_points(group="pytest11"))
    options = [] if installed else ["-p", KIT]
    result = pytester.runpytest_subprocess(*options, "--strict-markers", "-n", "1")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["*takes keywords only*"])
    result.stdout.fnmatch_lines(
        [
            "E *bob does not see 'goodbye'*the last act bob sees:",
            "*  hello",
            "*  half a \\ud83d face",
            "*what everybody saw*",
            "#general alice: hello",
            "#general alice: half a \\ud83d face",
        ]
    )
