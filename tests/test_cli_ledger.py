"""`coterie ledger trial`, `report`, `statement` and `reverse`, against a store that a town has filled."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from coterie.core.cli.play import run_play
from coterie.storage.books.reports import gini, mean_supply
from tests.cli_kit import Text, called, config, folder_fixture, own_points_fixture  # noqa: F401 - pytest finds them here

pytestmark = pytest.mark.usefixtures("folder")

BOTH = "[adapters.sandbox]\n[plugins.wallet]\nconfirm_above = 500\n"
SCENE = """
alice is operator
bob: hello
carol: hello
alice: /give bob 1000 to begin with
bob: /pay carol 250 for the tea
alice: /budget fund events 40 the party
alice: /take carol 50 spam
alice: [Take]
"""


FEBRUARY = 1_769_904_000_000
"""When the commands are called: a month after the scene, whatever the clock of the machine says."""


@pytest.fixture
def books(folder: Path, capsys: Text, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store in which Bob got 1,000 points and paid Carol 250 of them, of which an operator took 50."""
    assert Path.cwd() == folder
    config(BOTH)
    Path("scene.play").write_text(SCENE, encoding="utf-8")
    code = run_play(Path("scene.play"), db="sqlite:///coterie.db", config=Path("plugins.toml"))
    assert code == 0, capsys.readouterr().out
    capsys.readouterr()
    monkeypatch.setattr("coterie.core.clock.Clock.now", lambda _: FEBRUARY)


@pytest.mark.usefixtures("books")
def test_the_trial_balance(capsys: Text) -> None:
    out, _ = called(capsys, "ledger", "trial")
    assert [line.split()[1:] for line in out.splitlines()[1:]] == [
        ["points", "budget", "1", "40"],
        ["points", "issuer", "1", "-1,040"],
        ["points", "member", "2", "950"],
        ["points", "sink", "1", "50"],
        ["points", "(sum)", "-", "0"],
    ]
    found = json.loads(called(capsys, "ledger", "trial", "--json")[0])
    assert found["balanced"]
    assert sum(line["balance"] for line in found["lines"]) == 0


@pytest.mark.usefixtures("books")
def test_the_report(capsys: Text) -> None:
    (economy,) = next(
        iter(json.loads(called(capsys, "ledger", "report", "--days", "60", "--json")[0])["communities"].values())
    )
    assert economy["held"] == {"member": 950, "escrow": 0, "budget": 40}
    assert (economy["supply"], economy["minted"], economy["burned"]) == (990, 1040, 50)
    assert (economy["volume"], economy["payments"], economy["active"]) == (250, 1, 2)
    assert {(flow["reason"], flow["minted"], flow["burned"], flow["net"]) for flow in economy["flows"]} == {
        ("give", 1000, 0, 1000),
        ("budget-fund", 40, 0, 40),
        ("take", 0, 50, -50),
    }
    assert economy["wallets"] == {
        "count": 2,
        "total": 950,
        "gini": pytest.approx(2 * (200 + 2 * 750) / (2 * 950) - 1.5),
        "top": 750,
        "top_share": pytest.approx(750 / 950),
    }
    out, _ = called(capsys, "ledger", "report")
    assert "points: 990 in the world (member 950, escrow 0, budget 40)" in out
    _, err = called(capsys, "ledger", "report", "--community", "nowhere", code=1)
    assert "knows no community 'nowhere'" in err


@pytest.mark.usefixtures("books")
def test_the_statement(capsys: Text) -> None:
    out, _ = called(capsys, "ledger", "statement", "Carol", "--csv")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert [(row["amount"], row["balance"], row["reason"], row["note"]) for row in rows] == [
        ("-50", "200", "take", "spam"),
        ("250", "250", "pay", "for the tea"),
    ]
    assert rows[1]["others"].startswith("Bob (")
    assert "sink:wallet" in called(capsys, "ledger", "statement", "Carol", "--limit", "1")[0]
    assert "Nothing of GEM" in called(capsys, "ledger", "statement", "Carol", "--currency", "GEM")[0]
    assert "Nobody here is" in called(capsys, "ledger", "statement", "Dave", code=1)[1]


def statement(capsys: Text, whose: str) -> list[dict[str, str]]:
    """The lines of somebody's statement."""
    return list(csv.DictReader(io.StringIO(called(capsys, "ledger", "statement", whose, "--csv")[0])))


@pytest.mark.usefixtures("books")
def test_a_transfer_is_taken_back(capsys: Text) -> None:
    paid = statement(capsys, "Carol")[1]["transfer"]
    _, err = called(capsys, "ledger", "reverse", paid, "--reason", "wrong", "--yes", code=1)
    assert "balance 200 points is less than 250. Try --up-to." in err
    out, _ = called(capsys, "ledger", "reverse", f"#{paid}", "--reason", "wrong", "--yes", "--up-to")
    assert f"takes back 200 points of transfer {paid}" in out
    _, err = called(capsys, "ledger", "reverse", paid, "--reason", "again", "--yes", code=1)
    assert "already" in err
    newest = statement(capsys, "Bob")[0]
    assert (newest["amount"], newest["balance"], newest["reason"], newest["note"]) == ("200", "950", "reverse", "wrong")
    given = statement(capsys, "Bob")[-1]["transfer"]
    found = json.loads(called(capsys, "ledger", "reverse", given, "--reason", "r", "--up-to", "--json")[0])
    assert found["amount"] == 950
    assert "in order" in called(capsys, "ledger", "verify")[0]
    for wrong in ("12345", "no:such:key"):
        assert "There is no transfer" in called(capsys, "ledger", "reverse", wrong, "--reason", "r", code=1)[1]
    assert "needs a reason" in called(capsys, "ledger", "reverse", given, "--reason", " ", code=1)[1]


def test_the_gini_coefficient() -> None:
    assert gini([5, 5, 5, 5], 4) == 0
    assert gini([1], 1) == 0
    assert gini([], 0) == 0
    assert gini([1, 1, 1, 97], 4) == pytest.approx(0.72)
    assert gini([10**18] * 3, 3) == 0, "sums beyond 64 bits are exact"


def test_the_mean_supply() -> None:
    assert mean_supply(100, {}, 10) == 100
    assert mean_supply(100, {1: 60}, 2) == (40 + 100) / 2
    assert mean_supply(100, {0: 60}, 2) == 100, "what came on the first day was there at its end"
