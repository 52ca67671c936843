"""Plugins whose code is loaded anew while a scenario is played, as an upgrade does."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from coterie.core.plugin import Plugin


class Renewed:
    """The classes of plugins as they are now; :meth:`restore` brings back the modules that were there before."""

    def __init__(self, plugins: Sequence[type[Plugin]]) -> None:
        self.plugins = tuple(plugins)
        self._kept: dict[str, ModuleType] = {}

    def renew(self, name: str) -> None:
        """Import the modules of a plugin once more: nothing that they kept in memory is there any more."""
        self.plugins = tuple(_again(plugin, self._kept) if plugin.name == name else plugin for plugin in self.plugins)

    def restore(self) -> None:
        """Put the first modules back in their places."""
        for name, module in self._kept.items():
            _put(name, module)
        self._kept.clear()


def _again(plugin: type[Plugin], kept: dict[str, ModuleType]) -> type[Plugin]:
    home = plugin.__module__
    for name in [each for each in sys.modules if each == home or each.startswith(f"{home}.")]:
        module = sys.modules.pop(name)
        kept.setdefault(name, module)
    found: type[Plugin] = getattr(importlib.import_module(home), plugin.__qualname__)
    return found


def _put(name: str, module: ModuleType) -> None:
    sys.modules[name] = module
    parent, _, last = name.rpartition(".")
    if parent in sys.modules:
        setattr(sys.modules[parent], last, module)
