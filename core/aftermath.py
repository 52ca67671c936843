"""What a committed batch hands on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from coterie.core.actions import AnyAction


@dataclass(slots=True)
class Posted:
    """An outbound action that waits for the commit."""

    id: int
    community: int
    adapter: str
    priority: int
    plugin: str
    action: AnyAction


@dataclass(slots=True)
class Aftermath:
    """What a committed batch hands on."""

    jobs: list[Posted] = field(default_factory=list)
    timers: int | None = None
    """The earliest timer that was set."""
    tasks: bool = False
    queued: int | None = None
    """The earliest moment of an event that was put off."""
    erasures: bool = False
    moved: list[tuple[int, str, str, str]] = field(default_factory=list)
    """Spaces that have another native id now: community, adapter, the old id, the new one."""
    withdrawn: list[tuple[str, int]] = field(default_factory=list)
    """Rows of the outbox that were given up before they were sent: adapter, id."""
    rights: list[tuple[int, tuple[int, ...], bool]] = field(default_factory=list)
    """Members (community, ids) whose rights have to be looked at, and whether the platforms have to be asked."""
    compare: list[tuple[int, frozenset[tuple[str, Any]]]] = field(default_factory=list)
    """Communities whose rights somebody wants to be compared now, and what they confirm of what was stopped."""
