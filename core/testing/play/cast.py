"""Who is in a scenario: people whom its lines name are there from the beginning, unless they come from outside."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Iterator
from typing import Final

from coterie.core.testing.people import persona_key
from coterie.core.testing.play import braces
from coterie.core.testing.play.grammar import Scenario
from coterie.core.testing.play.steps import SANDBOX, Duplicate, Move, Person, Post

_WORD: Final = re.compile(r"@?([\w.-]*\w)")


class Cast:
    """The people whom a scenario names, and whom of them the application has heard of.

    On a real platform everybody who is present can be mentioned.  The application learns about a persona by what they
    do, so somebody who is first mentioned by another one has to be made known just before.
    """

    def __init__(self, scenario: Scenario | None = None, present: Iterable[Person] = ()) -> None:
        """Read a scenario for its people; ``present`` are there whatever it says."""
        self._present: dict[str, list[Person]] = {}
        self._known: set[str] = set()
        found: set[str] = set()
        for person in present:
            found.add(_key(person))
            self._present.setdefault(person.name.lower(), []).append(person)
        for line in scenario.lines if scenario is not None else ():
            step = line.step.act if isinstance(line.step, Duplicate) else line.step
            outside = isinstance(step, Move) and step.how in ("joins", "asks to join")
            for person in _people(step):
                if _key(person) not in found and not braces.has_reference(person.name):
                    found.add(_key(person))
                    if not outside:
                        self._present.setdefault(person.name.lower(), []).append(person)

    @property
    def people(self) -> list[Person]:
        """Everybody who is there from the beginning."""
        return [person for people in self._present.values() for person in people]

    def heard(self, key: str) -> None:
        """Note that the application knows a persona by now."""
        self._known.add(key)

    def to_introduce(self, post: Post) -> Iterator[Person]:
        """Whom a post mentions although the application has not heard of them yet."""
        for word in dict.fromkeys(match[1].lower() for match in _WORD.finditer(post.text)):
            people = self._present.get(word, [])
            if people and not any(_key(person) in self._known for person in people):
                # Who is meant lives on the same platform, if the name is taken on several.
                yield min(
                    people, key=lambda person: (person.platform != post.person.platform, person.platform != SANDBOX)
                )


def _key(person: Person) -> str:
    return persona_key(person.name.lower(), person.platform)


def _people(value: object) -> Iterator[Person]:
    if isinstance(value, Person):
        yield value
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _people(getattr(value, field.name))
