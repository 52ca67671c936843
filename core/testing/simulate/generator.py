"""Decides what happens next: lines of a scenario, one at a time, all from one random source."""

from __future__ import annotations

import random
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Final

from coterie.core.commands.parameters import Parameter
from coterie.core.plugin import Plugin
from coterie.core.simulated import simulation_of
from coterie.core.testing.play.showing import quoted, show_person
from coterie.core.testing.play.trial import OUTSIDE, PEOPLE
from coterie.core.testing.play.world import World
from coterie.core.testing.proof import Proof
from coterie.core.testing.simulate.faults import Faulty
from coterie.core.testing.simulate.view import TownView

FAULTS: Final = 0.12
"""The share of steps at which something goes wrong."""
ROOMS: Final = ("general", "market")
TALK: Final = ("hello", "good morning", "who is there?", "thanks!", "晚上好", "see you tomorrow", "ok", "that is great")
WAITS: Final = ("1s", "10s", "1m", "10m", "1h", "6h", "1d")
MONEY: Final = 500
"""Points that everybody gets to begin with."""
_WORDS: Final = ("tea", "1", "0", "-5", "yes", "99999999999", "tomorrow", "🙂", "a b c", "everything")
_GIVEN: Final = 0.7
"""How likely an option that need not be given is."""
_LIKED: Final = (1, 1, 4, 20)
"""How much more is done in one plugin than in another; which, differs from town to town.  What takes several plugins,
or the same one several times, happens where these are liked.
"""
_FEW: Final = 5
"""So many people and the first operator do everything in every other town, and meet each other more often."""


class Generator:
    """The lines of one simulation; ``only`` are the plugins in which people do something."""

    def __init__(self, world: World, proof: Proof, rng: random.Random, faulty: Faulty, only: Collection[str]) -> None:
        self._world = world
        self._proof = proof
        self._rng = rng
        self._faulty = faulty
        self._only = frozenset(only)
        self._begun = self._beginning()
        self._liked = {name: rng.choice(_LIKED) for name in sorted(world.host.plugins)}
        names = tuple(show_person(person) for person in (*PEOPLE, *OUTSIDE))
        few = (names[0], *rng.sample(names[1:], _FEW))
        self._people = tuple(name for name in names if name in few) if rng.random() < 0.5 else names

    def next(self) -> str:
        """The next line."""
        line = next(self._begun, "")
        if line:
            return line
        if self._faulty and self._rng.random() < FAULTS:
            return self._faulty.line()
        view = TownView(self._world, self._proof, self._rng, self._people)
        (kind,) = self._rng.choices(list(_KINDS), list(_KINDS.values()))
        return kind(self, view) or self._talk(view)

    def _beginning(self) -> Iterator[str]:
        yield "amber is operator"
        for name in ("amber", "boris", "celia@telegram", "dmitri@discord", "elvira"):
            yield f"give {name} {MONEY}"

    # -- what people do

    def _plugin(self, view: TownView) -> str:
        """What a plugin says that somebody might do."""
        plugins = self._plugins()
        if not plugins:
            return self._command(view)
        (plugin,) = self._rng.choices(plugins, [self._liked[plugin.name] for plugin in plugins])
        # What many can do, such as pressing a button that all of them see, does not crowd out what few can.
        deeds: dict[str, list[str]] = {}
        for line in plugin.simulate_actions(view):
            deeds.setdefault(_deed(line), []).append(line)
        if not deeds:
            return ""
        (alike,) = self._rng.choices(list(deeds.values()), [len(each) ** 0.5 for each in deeds.values()])
        line = self._rng.choice(alike)
        return f"duplicate {line}" if self._rng.random() < 0.04 and _can_be_twice(line) else line

    def _plugins(self) -> list[Plugin]:
        app = self._world.app
        enabled = app.store.communities[0].enabled
        return [
            plugin
            for name, plugin in app.registry.plugins.items()
            if name in enabled and (not self._only or name in self._only) and _takes_part(plugin)
        ]

    def _command(self, view: TownView) -> str:
        """Any command with anything behind it."""
        registry, community = self._world.app.registry, self._world.app.store.communities[0]
        specs = [
            spec for spec in registry.table(community.enabled).specs if not self._only or spec.plugin in self._only
        ]
        if not specs:
            return ""
        spec = self._rng.choice(specs)
        operators = view.operators if spec.level == "operator" and self._rng.random() < 0.9 else ()
        who = self._rng.choice(operators or view.people)
        words = [f"/{spec.name}", *self._arguments(spec.parameters, view)]
        return f"{who}{' in dm' if self._rng.random() < 0.25 else ''}: {' '.join(words)}"

    def _arguments(self, parameters: Sequence[Parameter], view: TownView) -> Iterator[str]:
        for parameter in parameters:
            if not parameter.required and self._rng.random() > _GIVEN:
                return
            yield self._value(parameter, view) if self._rng.random() < 0.9 else self._rng.choice(_WORDS)

    def _value(self, parameter: Parameter, view: TownView) -> str:
        rng = self._rng
        match parameter.kind:
            case "int":
                low = parameter.minimum if parameter.minimum is not None else -10
                high = parameter.maximum if parameter.maximum is not None else 10**6
                return str(rng.choice((low, high, rng.randint(low, min(high, low + 300)))))
            case "bool":
                return rng.choice(("yes", "no"))
            case "choice":
                return rng.choice(parameter.choices)
            case "duration":
                return rng.choice(("10s", "5m", "2h", "3d"))
            case "member":
                return f"@{rng.choice(view.people).partition('@')[0]}"
            case _:
                return rng.choice(_WORDS)

    def _press(self, view: TownView) -> str:
        who = self._rng.choice(view.people)
        labels = view.buttons(who)
        if not labels:
            return ""
        line = f"{who}: [{self._rng.choice(labels)}]"
        return f"duplicate {line}" if self._rng.random() < 0.05 else line

    def _fill(self, view: TownView) -> str:
        for who in self._rng.sample(view.people, len(view.people)):
            questions = view.forms(who)
            if questions:
                answers = (f"{quoted(each)} = {quoted(self._rng.choice((*TALK, *_WORDS)))}" for each in questions)
                return f"{who} fills: {', '.join(answers)}"
        return ""

    def _pay(self, view: TownView) -> str:
        for who in self._rng.sample(view.people, len(view.people)):
            invoices = view.invoices(who)
            if invoices:
                amount, currency = self._rng.choice(invoices)
                return f"pay {who} {amount} {currency}"
        return ""

    def _vote(self, view: TownView) -> str:
        who = self._rng.choice(view.people)
        options = view.polls(who)
        return f"{who} votes {quoted(self._rng.choice(options))}" if options else ""

    def _talk(self, view: TownView) -> str:
        return f"{self._rng.choice(view.present or view.people)}: {self._rng.choice(TALK)}"

    def _move(self, view: TownView) -> str:
        who = self._rng.choice(view.people)
        moves = ("leaves", "blocks", "unblocks") if who in view.present else ("joins", "joins", "asks to join")
        return f"{who} {self._rng.choice(moves)}"

    def _wait(self, view: TownView) -> str:
        return f"wait {self._rng.choices(WAITS, range(len(WAITS), 0, -1))[0]}"

    def _give(self, view: TownView) -> str:
        return f"give {self._rng.choice(view.people)} {self._rng.randint(1, 1000)}"

    def _stand(self, view: TownView) -> str:
        standing = "member" if len(view.operators) > 1 and self._rng.random() < 0.5 else "operator"
        among = view.operators if standing == "member" else view.present or view.people
        return f"{self._rng.choice(among)} is {standing}"

    def _enter(self, view: TownView) -> str:
        return f"in #{self._rng.choice(ROOMS)}"


def _takes_part(plugin: Plugin) -> bool:
    """Whether it says what people may do: in a module of its own, or itself."""
    return simulation_of(type(plugin)) is not None or type(plugin).simulate_actions is not Plugin.simulate_actions


def _deed(line: str) -> str:
    """What is done in a line, whoever does it."""
    _, said, words = line.removeprefix("duplicate ").partition(": ")
    if said:
        return words.split(maxsplit=1)[0]
    first, *others = line.removeprefix("duplicate ").split()
    return first if first in ("link", "pay", "wait", "give") or not others else others[0]


def _can_be_twice(line: str) -> bool:
    first = line.split(maxsplit=1)[0]
    return first not in ("give", "link", "wait", "in", "restart", "duplicate", "fault:") and " is " not in line


_KINDS: Final[dict[Callable[[Generator, TownView], str], int]] = {
    Generator._plugin: 46,
    Generator._press: 16,
    Generator._command: 10,
    Generator._talk: 7,
    Generator._wait: 8,
    Generator._move: 5,
    Generator._fill: 3,
    Generator._give: 2,
    Generator._pay: 1,
    Generator._vote: 1,
    Generator._enter: 1,
    Generator._stand: 1,
}
"""How often people do what."""
