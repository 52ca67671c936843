"""Spaces that have another native id by now than the configuration, or what waits somewhere, may still say."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from coterie.core.events import Where
from coterie.storage.moves import moved_channel

if TYPE_CHECKING:
    from coterie.core.config import CommunitySettings
    from coterie.core.config.communities import AccessConfig
    from coterie.core.rights import Rights


class Moves:
    """Where spaces have gone, from rows of ``moved_spaces``; changed on the event loop, read by every thread."""

    __slots__ = ("_rows", "_to")

    def __init__(self, rows: Iterable[tuple[int, str, str, str]] = ()) -> None:
        self._rows = tuple(rows)
        self._to = {(adapter, old): new for _, adapter, old, new in self._rows}

    def __bool__(self) -> bool:
        return bool(self._to)

    def rows(self) -> tuple[tuple[int, str, str, str], ...]:
        """What was known at the start: community, adapter, the old id, the new one."""
        return self._rows

    def add(self, adapter: str, old: str, new: str) -> None:
        """A space has moved, and so have those that had led to it."""
        led = {key: new if (key[0], to) == (adapter, old) else to for key, to in self._to.items()}
        led.pop((adapter, new), None)
        self._to = {**led, (adapter, old): new}  # in one step, for the other threads

    def space(self, adapter: str, space: str) -> str:
        """A space's native id now."""
        return self._to.get((adapter, space), space)

    def follow(self, where: Where) -> Where:
        """The place as it is named now."""
        new = self._to.get((where.adapter, where.space))
        if new is None:
            return where
        channel = moved_channel(where.channel, where.space, new)
        return msgspec.structs.replace(where, channel=channel, space=new)

    def settings(self, wanted: CommunitySettings) -> CommunitySettings:
        """A community as it is configured, its spaces under the ids that they have now."""
        if not self._to:
            return wanted
        spaces = [each.model_copy(update={"id": self.space(each.platform, each.id)}) for each in wanted.spaces]
        found = {(each.platform, each.id): each for each in spaces}  # the old id and the new one may both be written
        access = {name: self._access(each) for name, each in wanted.access.items()}
        return replace(wanted, spaces=tuple(found.values()), access=access)

    def rights(self, rights: Rights) -> Rights:
        """What accesses give, in the spaces as they are named now."""
        return replace(rights, accesses={name: self._access(each) for name, each in rights.accesses.items()})

    def _access(self, config: AccessConfig) -> AccessConfig:
        targets = [each.model_copy(update={"space": self.space(each.platform, each.space)}) for each in config.targets]
        return config.model_copy(update={"targets": tuple(targets)})


__all__ = ["Moves"]
