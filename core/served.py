"""Which spaces an adapter serves; a bot can be put into any by anybody."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final

EVERYWHERE: Final = "*"
"""In place of ids: every space that the bot is in."""
TOLD_KEPT: Final = 1000
"""Unknown spaces and accounts of which is remembered that the log has named them."""


class Served:
    """The spaces that are served: the ``chosen`` ones, or where there are none those that communities name.

    As long as nobody has said what communities name, every space is served.  Direct chats always are.
    """

    def __init__(self, chosen: Iterable[str] = ()) -> None:
        self._chosen = frozenset(chosen)
        self._named: set[str] | None = None
        self._told: OrderedDict[str, None] = OrderedDict()

    def name(self, spaces: Iterable[str]) -> None:
        """The ids of spaces that communities have; adds to those that are known."""
        self._named = (self._named or set()) | set(spaces)

    @property
    def known(self) -> frozenset[str]:
        """The ids of the spaces that are served, as far as they are named one by one."""
        return (self._chosen or frozenset(self._named or ())) - {EVERYWHERE}

    @property
    def everywhere(self) -> bool:
        """Whether every space is served."""
        return EVERYWHERE in self._chosen or (not self._chosen and self._named is None)

    def has(self, space: str) -> bool:
        """Whether a space is served; an empty id stands for direct chats."""
        return not space or self.everywhere or space in (self._chosen or self._named or ())

    def is_new(self, told: str) -> bool:
        """Whether the log is to name a space or an account: only once each."""
        if told in self._told:
            return False
        self._told[told] = None
        if len(self._told) > TOLD_KEPT:
            self._told.popitem(last=False)
        return True


__all__ = ["EVERYWHERE", "Served"]
