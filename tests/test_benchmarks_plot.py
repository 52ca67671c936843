"""The picture of what an event costs: from the lines of a run to an SVG that says so."""

from __future__ import annotations

import json
import math
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import plot


def command(wire: str, peer: str, plugins: int, ours: float, theirs: float) -> dict[str, Any]:
    """A figure of the peers."""
    return {
        "benchmark": "peers",
        "name": f"a command on {wire}, {plugins} plugins",
        "value": ours,
        "peer": theirs,
        "ratio": theirs / ours,
        "peer_name": peer,
        "plugins": plugins,
    }


def grown(what: str, size: int, ratio: float) -> dict[str, Any]:
    """A figure of growth."""
    return {"benchmark": "growth", "name": f"an event, {size} {what}", "value": 100.0, what: size, "ratio": ratio}


RUN = [
    command("Telegram", "aiogram 3.31.0", 1, 50.0, 100.0),
    command("Telegram", "aiogram 3.31.0", 200, 60.0, 3_000.0),
    command("Discord", "discord.py ext.commands 2.7.1", 1, 20.0, 50.0),
    command("Discord", "discord.py ext.commands 2.7.1", 200, 20.0, 50.0),
    *(grown(what, size, 1.1) for what in ("members", "messages") for size in (1_000, 1_000_000)),
]


def test_a_curve_is_a_multiple_of_what_coterie_costs_at_the_left_end() -> None:
    curves = {curve.name: curve.points for curve in plot.plugin_curves(RUN)}
    assert curves["aiogram"] == [(1, 2.0), (200, 50.0 * 1.2)]
    assert curves["discord.py ext.commands"] == [(1, 2.5), (200, 2.5)]
    assert curves["Coterie"] == [(1, 1.0), (200, pytest.approx(1.1))]


def test_sizes_are_sorted_whatever_the_order_of_the_lines() -> None:
    assert plot.size_curve(RUN[::-1], "members")[0].points == [(1_000, 1.1), (1_000_000, 1.1)]


def test_lines_that_are_no_figures_are_passed_over() -> None:
    assert plot.parse(["", "make: nothing to be done", "[1]", json.dumps(RUN[0])]) == [RUN[0]]


def test_the_picture_is_sound_and_names_every_curve_in_words() -> None:
    root = ElementTree.fromstring(plot.draw(RUN))
    texts = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}text")]
    assert any("aiogram" in text for text in texts)
    assert {"1 M", "200"} <= set(texts)
    assert "aiogram 60 ×" in root.attrib["aria-label"]


def test_the_picture_has_colours_for_light_and_for_dark_ground() -> None:
    drawn = plot.draw(RUN)
    assert "prefers-color-scheme: dark" in drawn
    assert all(light in drawn and dark in drawn for light, dark in plot.COLOURS.values())


def test_a_peer_that_was_absent_leaves_the_rest_of_the_picture() -> None:
    gone = {"benchmark": "peers", "name": "NoneBot2 2.5.0, absent", "value": None, "note": "no such package"}
    assert plot.draw([gone, *RUN]) == plot.draw(RUN)


def test_a_run_that_lacks_figures_is_refused_and_no_picture_is_written(tmp_path: Path) -> None:
    run, picture = tmp_path / "run.jsonl", tmp_path / "images" / "cost.svg"
    run.write_text(json.dumps(RUN[0]))
    assert plot.main([str(run), str(picture)]) == 1
    assert not picture.exists()
    run.write_text("\n".join(map(json.dumps, RUN)))
    assert plot.main([str(run), str(picture)]) == 0
    assert picture.read_text().startswith("<svg ")


@given(st.lists(st.floats(0, 400), min_size=1, max_size=8))
def test_labels_keep_their_order_and_never_overlap(places: list[float]) -> None:
    moved = plot.apart(places)
    order = sorted(range(len(places)), key=lambda number: -places[number])
    assert all(moved[lower] - moved[upper] >= 17 - 1e-6 for lower, upper in pairwise(order))
    assert all(after <= before for before, after in zip(places, moved, strict=True))


@given(st.floats(0.1, 1e7))
def test_a_multiple_is_told_to_two_digits(cost: float) -> None:
    told = float(plot.multiple(cost).removesuffix(" ×").replace(",", ""))
    assert math.isclose(told, cost, rel_tol=0.06, abs_tol=0.051)
