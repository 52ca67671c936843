"""What a planted bug is, and how one is planted: a function of the product is replaced for a while."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any
from unittest import mock


@dataclass(frozen=True, slots=True)
class Bug:
    """A mutation of the product; ``harm`` is what it does to people."""

    name: str
    harm: str
    plant: Callable[[], AbstractContextManager[None]]


BUGS: list[Bug] = []
"""All of them, in the order in which they were written down."""

Make = Callable[..., Any]


def bug(
    owner: Any, attribute: str, harm: str, *, also: Callable[[], AbstractContextManager[Any]] = contextlib.nullcontext
) -> Callable[[Make], Make]:
    """Write a bug down: the decorated function takes the place of ``owner.attribute``, and gets what was there first.

    Its name is the bug's; ``also`` is what has to be changed beside it.
    """

    def note(make: Make) -> Make:
        @contextlib.contextmanager
        def plant() -> Iterator[None]:
            before = owner.__dict__[attribute] if isinstance(owner, type) else getattr(owner, attribute)

            def instead(*args: Any, **kwargs: Any) -> Any:
                return make(before, *args, **kwargs)

            with mock.patch.object(owner, attribute, instead), also():
                yield

        BUGS.append(Bug(make.__name__.replace("_", "-"), harm, plant))
        return make

    return note


def bug_called(name: str) -> Bug:
    """A bug by its name; raises :class:`LookupError`."""
    for each in BUGS:
        if each.name == name:
            return each
    raise LookupError(f"there is no bug {name!r}; there are: {', '.join(each.name for each in BUGS)}")
