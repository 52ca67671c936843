"""Verbs that fail on demand."""

from __future__ import annotations

import functools
from collections.abc import Callable, Coroutine
from typing import Any, Protocol, TypeVar

from coterie.core.actions import Action
from coterie.core.platform import Delivery
from coterie.core.testing.stage import Stage


class Staged(Protocol):
    """A platform in front of a stage."""

    stage: Stage


S = TypeVar("S", bound=Staged)
A = TypeVar("A", bound=Action)
Verb = Callable[[S, A, Delivery], Coroutine[Any, Any, str]]


def can_fail(verb: Verb[S, A]) -> Verb[S, A]:
    """Let the town's faults strike a verb, before it is carried out or (an answer lost) after it."""

    @functools.wraps(verb)
    async def guarded(self: S, action: A, delivery: Delivery) -> str:
        fault = self.stage.faults.take(verb.__name__)
        if fault is not None and not fault.happened:
            raise fault.error
        native = await verb(self, action, delivery)
        if fault is not None:
            raise fault.error
        return native

    return guarded
