"""Every parser of outside input, on its corpus and on inputs that are made from it: documented errors and no others."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import Phase, given, settings

from tests.fuzz.__main__ import main
from tests.fuzz.examples import inputs
from tests.fuzz.minimising import minimise, reached
from tests.fuzz.mutations import mutated
from tests.fuzz.target import CORPUS, Target, object_of
from tests.fuzz.targets import TARGETS

LARGEST = 20 * 1024
"""Bytes of a target's corpus."""


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    """What is passed over is told in the log, thousands of times here."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


each_target = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@each_target
def test_samples(target: Target) -> None:
    """What was found once stays mended."""
    for sample in target.samples():
        target.run(sample)


@each_target
def test_inputs_that_nobody_would_send(target: Target) -> None:
    @settings(max_examples=target.examples)
    @given(inputs(target))
    def tried(data: bytes) -> None:
        target.run(data)

    tried()


@each_target
def test_every_target_has_a_small_corpus(target: Target) -> None:
    samples = target.samples()
    assert samples
    assert sum(map(len, samples)) <= LARGEST


def test_every_corpus_has_a_target() -> None:
    assert {folder.name for folder in CORPUS.iterdir()} == set(TARGETS)


@pytest.mark.parametrize("name", ["telegram-update", "play", "packed"])
def test_a_changed_sample_is_another_input(name: str) -> None:
    target, random = TARGETS[name], Random(7)
    samples = target.samples()
    found = {mutated(target, samples, random) for _ in range(50)}
    assert len(found) > 40
    assert len(found - set(samples)) > 40


def test_a_parser_that_raises_something_else_is_found() -> None:
    def run(data: bytes) -> None:
        if object_of(data).get("update_id") == []:
            raise LookupError("a mistake")

    target = Target("telegram-update", run, "json", ("update_id",), 1)

    @settings(max_examples=2000, phases=[Phase.generate])
    @given(inputs(target))
    def tried(data: bytes) -> None:
        target.run(data)

    with pytest.raises(LookupError, match="a mistake"):
        tried()


def test_minimising_keeps_the_smallest_of_what_reaches_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.target.CORPUS", tmp_path / "corpus")
    corpus, found = tmp_path / "corpus" / "packed", tmp_path / "found"
    corpus.mkdir(parents=True)
    found.mkdir()
    (corpus / "empty.bin").write_bytes(b"")
    (corpus / "found-of-before").write_bytes(b"\x05\x05\x05")
    for name, data in {"long": b"\x01" * 20, "short": b"\x02", "text": b"\xc4a", "no use": b"\xc4b\x03"}.items():
        (found / name).write_bytes(data)
    minimise(TARGETS["packed"], found)
    kept = {file.read_bytes() for file in corpus.iterdir()}
    assert kept == {b"", b"\x02", b"\xc4a"}
    assert reached(TARGETS["packed"], b"\xc4a") - reached(TARGETS["packed"], b"\x02")


def test_the_command_names_targets_and_runs_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main([]) == 0
    assert capsys.readouterr().out.split() == sorted(TARGETS)
    assert main(["nonsense"]) == 2
    assert "There is no target nonsense" in capsys.readouterr().err
    sample = tmp_path / "sample"
    sample.write_bytes(b"\x01")
    assert main(["packed", str(sample)]) == 0


def test_without_atheris_hypothesis_looks_for_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("tests.fuzz.__main__._atheris", lambda: None)
    assert main(["packed", "--time", "1"]) == 0
    assert "atheris is not installed" in capsys.readouterr().err

    def run(data: bytes) -> None:
        assert len(data) < 3

    monkeypatch.setitem(TARGETS, "packed", replace(TARGETS["packed"], run=run))
    assert main(["packed", "--time", "5"]) == 1
    (crash,) = tmp_path.glob("build/fuzz/packed/crash-*")
    assert len(crash.read_bytes()) == 3
