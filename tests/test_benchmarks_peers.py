"""The comparison with other frameworks: fair, going on without a peer, and seeing what is wrong."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks.peers import environments, figures, messages
from benchmarks.peers.child import Child, Failed
from benchmarks.peers.environments import ALL, Absent, Peer
from benchmarks.peers.wire import MEMBERS

COUNTING = """
import json, sys
print(json.dumps({"ready": True}), flush=True)
for line in sys.stdin:
    batch = json.loads(line).get("batch", [])
    sent = len(batch) - batch.count("lost")
    print(json.dumps({"seconds": 0.001 * len(batch), "sent": sent, "last": "ok"}), flush=True)
"""
"""A subject that takes a millisecond an update by its own account."""


@pytest.fixture
def counting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Child:
    """A subject that is no bot."""
    folder = tmp_path / "benchmarks" / "peers"
    folder.mkdir(parents=True)
    for package in (folder.parent, folder):
        (package / "__init__.py").touch()
    (folder / "counting.py").write_text(COUNTING)
    monkeypatch.setattr("benchmarks.peers.child.ROOT", tmp_path)
    return Child(Path(sys.executable), "counting", errors=tmp_path / "errors.txt")


def test_every_round_has_every_subject_and_each_second_one_goes_backwards() -> None:
    order: list[str] = []

    def seconds(name: str) -> float:
        order.append(name)
        return float(len(order))

    found = figures.in_turns({name: partial(seconds, name) for name in "ab"}, 3)
    assert order == ["a", "b", "b", "a", "a", "b"]
    assert found == {"a": [1.0, 4.0, 5.0], "b": [2.0, 3.0, 6.0]}


def test_a_ratio_is_the_median_of_rounds_so_a_stall_of_both_changes_nothing() -> None:
    quiet = figures.beside([1.0, 1.0, 1.0], [3.0, 3.0, 3.0], 1, 2)
    stalled = figures.beside([1.0, 9.0, 1.0], [3.0, 27.0, 3.0], 1, 2)
    assert quiet["ratio"] == stalled["ratio"] == 3.0


@pytest.mark.parametrize(
    ("paid", "fair"),
    [
        ({"shares": 100, "amount": 10_000, "twice": 0}, True),
        ({"shares": 117, "amount": 10_900, "twice": 0}, False),
        ({"shares": 100, "amount": 10_001, "twice": 0}, False),
        ({"shares": 100, "amount": 10_000, "twice": 1}, False),
    ],
)
def test_a_packet_is_exact_when_it_paid_what_was_in_it_and_nobody_twice(paid: dict[str, int], fair: bool) -> None:
    assert figures.exact(paid) is fair


def test_a_round_is_as_long_as_the_subject_needs_and_never_empty(counting: Child) -> None:
    with counting as child:
        child.ready()
        assert len(figures.warmed(child, ["update"] * 4_000)) == 250


def test_an_update_without_an_answer_fails_the_round(counting: Child) -> None:
    with counting as child:
        child.ready()
        with pytest.raises(Failed, match="2 updates had 1 answers"):
            child.seconds(["update", "lost"])


def test_a_subject_that_cannot_start_says_why(tmp_path: Path) -> None:
    child = Child(Path(sys.executable), "no_such_peer", errors=tmp_path / "errors.txt")
    with child, pytest.raises(Failed, match="no_such_peer"):
        child.ready()


def test_a_peer_that_pip_cannot_have_is_named_with_the_reason_and_the_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run(command: list[str], **_: Any) -> Any:
        output = "WARNING: a retry\nERROR: No matching distribution found for nothing==1\n"
        return SimpleNamespace(returncode=int("pip" in command), stderr=output)

    monkeypatch.setattr(environments, "PEERS", tmp_path)
    monkeypatch.setattr("benchmarks.peers.environments.subprocess.run", run)
    found = list(environments.installed())
    assert [peer for peer, _ in found] == list(ALL)
    peer, why = found[0]
    assert isinstance(why, Absent)
    figure = figures.absent(peer, why)
    assert figure["value"] is None
    assert figure["note"] == "No matching distribution found for nothing==1"


def test_an_environment_is_made_once_and_again_when_its_needs_change(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: Any) -> Any:
        commands.append(command)
        python = tmp_path / "some" / "bin" / "python"
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()
        return SimpleNamespace(returncode=0, stderr="")

    monkeypatch.setattr(environments, "PEERS", tmp_path)
    monkeypatch.setattr("benchmarks.peers.environments.subprocess.run", run)
    for version, made in (("1", 2), ("1", 2), ("2", 4)):
        environments.python_of(Peer("Some", "on_some", (f"some=={version}",), "Telegram"))
        assert len(commands) == made


@pytest.mark.parametrize("wire", ["Telegram", "Discord"])
def test_the_taps_of_a_round_are_of_different_people_and_come_again_under_new_ids(wire: str) -> None:
    rounds = [[json.loads(each) for each in messages.taps(wire, "claim:7", turn)] for turn in (1, 2)]
    ids: set[str] = set()
    for taps in rounds:
        bodies = [tap["callback_query"] if wire == "Telegram" else tap["d"] for tap in taps]
        people = {str(body["from"]["id"] if wire == "Telegram" else body["member"]["user"]["id"]) for body in bodies}
        assert len(people) == MEMBERS
        ids |= {body["id"] for body in bodies}
    assert len(ids) == 2 * MEMBERS


def test_what_runs_beside_a_peer_imports_nothing_of_coterie() -> None:
    folder = Path(environments.__file__).parent
    theirs = [folder / f"{peer.module}.py" for peer in ALL]
    for file in (*theirs, *(folder / name for name in ("__init__.py", "asked.py", "packets.py", "wire.py"))):
        assert "coterie." not in file.read_text(), file.name
