"""Settings of plugins and adapters that are not loaded: whatever stands in their sections is fine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from pydantic import ConfigDict

from coterie.core.config import Config


class Unread(Config):
    """The section of something that is not loaded."""

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="allow")


class Anything(Mapping[str, type[Config]]):
    """Has :class:`Unread` for every name, for a reader that wants nothing of plugins and adapters."""

    def __getitem__(self, name: str) -> type[Config]:
        return Unread

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
