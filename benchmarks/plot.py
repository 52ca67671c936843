"""Draw what an event costs against plugins, members and messages: ``python -m benchmarks.plot RUN.jsonl PICTURE.svg``.

Reads the JSON lines of a run of :mod:`benchmarks.peers` and :mod:`benchmarks.growth`. Both axes are logarithmic, and
each curve is a ratio: to what Coterie costs at the left end, in the same rounds, so the machine is in none of them.
"""

from __future__ import annotations

import itertools
import json
import math
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any, Final

WIDTH, HEIGHT = 1000, 412
TOP, BOTTOM = 92, 372
"""The upper and the lower end of the panels."""
LEFT, PANEL, NAMES, NARROW, GAP = 80, 310, 240, 130, 60
"""Where the wide panel begins, how wide it is, the room for names beside it, a narrow panel, and what lies between."""
COLOURS: Final = {
    "Coterie": ("#0f7b6c", "#3fd0b8"),
    "python-telegram-bot": ("#2f6fb3", "#74b3f2"),
    "aiogram": ("#b3502f", "#f0936d"),
    "NoneBot2": ("#a63a50", "#f27a93"),
    "discord.py ext.commands": ("#6a51a3", "#b49cf0"),
}
"""The colour of each curve on light and on dark ground."""
NOTE: Final = (
    "Multiples of what Coterie takes at the left end of each panel, in the same rounds; both axes are logarithmic"
)
OTHER: Final = ("#666666", "#aaaaaa")
"""The colour of anybody else."""

Point = tuple[float, float]


@dataclass
class Curve:
    """A name, and costs by size."""

    name: str
    points: list[Point] = field(default_factory=list)


@dataclass(frozen=True)
class Panel:
    """One picture in the picture: where it is, its ticks, and its curves."""

    title: str
    left: float
    width: float
    ticks: Sequence[int]
    top: float
    """The greatest cost that fits, a power of ten."""
    bottom: float
    curves: Sequence[Curve]

    def x(self, size: float) -> float:
        """Where a size is."""
        low, high = math.log(self.ticks[0]), math.log(self.ticks[-1])
        return self.left + self.width * (math.log(size) - low) / (high - low)

    def y(self, cost: float) -> float:
        """Where a cost is."""
        low, high = math.log(self.bottom), math.log(self.top)
        return BOTTOM - (BOTTOM - TOP) * (math.log(cost) - low) / (high - low)


def parse(lines: Iterable[str]) -> list[dict[str, Any]]:
    """The figures of a run; what is no JSON object is not one."""
    found = []
    for line in lines:
        try:
            figure = json.loads(line)
        except ValueError:
            continue
        if isinstance(figure, dict):
            found.append(figure)
    return found


def plugin_curves(figures: Sequence[dict[str, Any]]) -> list[Curve]:
    """Cost by number of plugins as a multiple of Coterie's at the smallest number, on the wire of each peer.

    Coterie's own curve is the mean of its wires.
    """
    ours: dict[str, dict[int, float]] = {}
    theirs: dict[str, list[tuple[int, float, str]]] = {}
    for figure in figures:
        if figure.get("benchmark") != "peers" or "plugins" not in figure or not figure.get("value"):
            continue
        wire, plugins = figure["name"].split(" on ")[1].split(",")[0], figure["plugins"]
        ours.setdefault(wire, {})[plugins] = figure["value"]
        theirs.setdefault(name_of(figure["peer_name"]), []).append((plugins, figure["ratio"], wire))
    if not ours:
        return []
    growth = {wire: {size: cost / costs[min(costs)] for size, cost in costs.items()} for wire, costs in ours.items()}
    sizes = sorted(set.intersection(*(set(each) for each in growth.values())))
    coterie = Curve("Coterie", [(size, sum(each[size] for each in growth.values()) / len(growth)) for size in sizes])
    others = [
        Curve(name, sorted((size, ratio * growth[wire][size]) for size, ratio, wire in points))
        for name, points in theirs.items()
    ]
    return [coterie, *others]


def name_of(title: str) -> str:
    """A peer without its version."""
    return title.rpartition(" ")[0] or title


def size_curve(figures: Sequence[dict[str, Any]], what: str) -> list[Curve]:
    """Coterie's cost by members or messages, as a multiple of that at the smallest number."""
    points = [
        (figure[what], figure["ratio"]) for figure in figures if figure.get("benchmark") == "growth" and what in figure
    ]
    return [Curve("Coterie", sorted(points))] if points else []


def draw(figures: Sequence[dict[str, Any]]) -> str:
    """The picture as SVG; raises :class:`ValueError` when the run has nothing to show."""
    plugins = plugin_curves(figures)
    members, messages = size_curve(figures, "members"), size_curve(figures, "messages")
    if not plugins or not members or not messages:
        raise ValueError("the run lacks figures: it needs the benchmarks peers and growth")
    top = 10.0 ** math.ceil(math.log10(max(cost for curve in plugins for _, cost in curve.points)))
    second = LEFT + PANEL + NAMES
    panels = (
        Panel("plugins", LEFT, PANEL, sizes_of(plugins), top, 0.5, plugins),
        Panel("members", second, NARROW, sizes_of(members), top, 0.5, members),
        Panel("messages stored", second + NARROW + GAP, NARROW, sizes_of(messages), top, 0.5, messages),
    )
    return "\n".join(
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
            f' aria-label="{escape(described(panels))}">',
            style(),
            f'<rect class="ground" width="{WIDTH}" height="{HEIGHT}" rx="8"/>',
            '<text class="title" x="24" y="34">What an event costs</text>',
            f'<text class="note" x="24" y="56">{NOTE}</text>',
            *(part for number, panel in enumerate(panels) for part in panel_parts(panel, scale=number == 0)),
            "</svg>\n",
        )
    )


def sizes_of(curves: Sequence[Curve]) -> list[int]:
    """Every size that a curve has."""
    return sorted({int(size) for curve in curves for size, _ in curve.points})


def described(panels: Sequence[Panel]) -> str:
    """The picture in words."""
    parts = []
    for panel in panels:
        ends = ", ".join(f"{curve.name} {multiple(curve.points[-1][1])}" for curve in panel.curves)
        parts.append(f"at {panel.ticks[-1]:,} {panel.title}: {ends}")
    return "Cost of an event as a multiple of Coterie's at the smallest number; " + "; ".join(parts)


def multiple(cost: float) -> str:
    """A cost as people read it: two digits that count."""
    if cost >= 10:
        digits = 1 - math.floor(math.log10(cost))
        return f"{round(cost, digits):,.0f} ×"
    return f"{cost:.1f} ×"


def style() -> str:
    """Colours for light ground and for dark."""
    rules = []
    dark = []
    for number, (light, night) in enumerate((*COLOURS.values(), OTHER)):
        rules.append(f".c{number} {{ stroke: {light}; fill: {light} }}")
        dark.append(f".c{number} {{ stroke: {night}; fill: {night} }}")
    return (
        "<style>\n"
        "text { font: 13px system-ui, 'Segoe UI', 'Noto Sans', sans-serif; fill: #1f2328 }\n"
        ".title { font-size: 18px; font-weight: 600 }\n.note, .tick { fill: #57606a }\n.tick { font-size: 12px }\n"
        ".head { font-weight: 600 }\n.ground { fill: #ffffff }\n.grid { stroke: #d8dee4 }\n.axis { stroke: #8c959f }\n"
        f"{chr(10).join(rules)}\n"
        "path { fill: none !important; stroke-width: 2.2; stroke-linejoin: round }\n"
        ".label { stroke: none !important }\n"
        "@media (prefers-color-scheme: dark) {\n"
        "text { fill: #e6edf3 }\n.note, .tick { fill: #9da7b3 }\n.ground { fill: #0d1117 }\n"
        ".grid { stroke: #2a313a }\n.axis { stroke: #6e7681 }\n"
        f"{chr(10).join(dark)}\n"
        "}\n</style>"
    )


def panel_parts(panel: Panel, *, scale: bool) -> list[str]:
    """Grid, axis and curves; ``scale`` writes the costs beside it."""
    right = panel.left + panel.width
    parts = [f'<text class="head" x="{panel.left:.0f}" y="{TOP - 12}">by {escape(panel.title)}</text>']
    cost = 1.0
    while cost <= panel.top:
        y = panel.y(cost)
        parts.append(f'<line class="grid" x1="{panel.left:.0f}" x2="{right:.0f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        if scale:
            parts.append(
                f'<text class="tick" x="{panel.left - 8:.0f}" y="{y + 4:.1f}" text-anchor="end">{cost:,.0f} ×</text>'
            )
        cost *= 10
    parts.append(f'<line class="axis" x1="{panel.left:.0f}" x2="{right:.0f}" y1="{BOTTOM}" y2="{BOTTOM}"/>')
    for tick in panel.ticks:
        x = panel.x(tick)
        parts.append(f'<line class="axis" x1="{x:.1f}" x2="{x:.1f}" y1="{BOTTOM}" y2="{BOTTOM + 5}"/>')
        parts.append(f'<text class="tick" x="{x:.1f}" y="{BOTTOM + 20}" text-anchor="middle">{short(tick)}</text>')
    for curve, y in zip(panel.curves, apart([panel.y(each.points[-1][1]) for each in panel.curves]), strict=True):
        parts.extend(curve_parts(panel, curve, y, named=scale))
    return parts


def curve_parts(panel: Panel, curve: Curve, label: float, *, named: bool) -> list[str]:
    """A line with its points, and what it comes to at the right end."""
    places = [(panel.x(size), panel.y(cost)) for size, cost in curve.points]
    kind = f"c{list(COLOURS).index(curve.name) if curve.name in COLOURS else len(COLOURS)}"
    path = "M" + " L".join(f"{x:.1f},{y:.1f}" for x, y in places)
    words = multiple(curve.points[-1][1]) + (f"  {curve.name}" if named else "")
    anchor, x = ("start", places[-1][0] + 10) if named else ("end", places[-1][0])
    return [
        f'<path class="{kind}" d="{path}"/>',
        *(f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in places),
        f'<text class="{kind} label" x="{x:.1f}" y="{label + (4 if named else -10):.1f}" text-anchor="{anchor}">'
        f"{escape(words)}</text>",
    ]


def apart(places: Sequence[float], least: float = 17.0) -> list[float]:
    """The same places in the same order, moved up until no two of them are nearer than ``least``."""
    found = list(places)
    order = sorted(range(len(found)), key=lambda number: -found[number])
    for lower, upper in itertools.pairwise(order):
        found[upper] = min(found[upper], found[lower] - least)
    return found


def short(number: int) -> str:
    """A number on an axis."""
    if number >= 1_000_000:
        return f"{number // 1_000_000} M"
    return f"{number // 1_000} k" if number >= 1_000 else str(number)


def main(arguments: Sequence[str]) -> int:
    """Write the picture of a run; 1 where the run has not all of it."""
    run, picture = map(Path, arguments)
    try:
        drawn = draw(parse(run.read_text(encoding="utf-8").splitlines()))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_text(drawn, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
