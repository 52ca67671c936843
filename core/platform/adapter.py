"""An adapter: what an entry point names, and the hooks by which it contributes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pluggy

from coterie.core.config import Config
from coterie.core.platform.verbs import Platform

if TYPE_CHECKING:
    from aiohttp import web

    from coterie.core.config import Settings
    from coterie.core.plugin import Plugin

hookspec = pluggy.HookspecMarker("coterie")
hookimpl = pluggy.HookimplMarker("coterie")


class Adapter:
    """What an entry point of ``coterie.adapters`` names: a configuration and a way to build platforms from it."""

    name: ClassVar[str] = ""
    config: ClassVar[type[Config]] = Config

    def __init__(self, config: Any) -> None:
        self.config_values = config

    def inform(self, settings: Settings, plugins: Iterable[Plugin]) -> None:
        """Learn what the rest of the configuration expects of the platforms; called before their rights are checked."""

    def check_bind(self, host: str) -> None:
        """Raise an error that says why the adapter's pages must not be served on this address."""

    @hookimpl
    def contribute_platforms(self) -> Sequence[Platform]:
        """The platforms that this adapter runs, built and not yet started."""
        return ()

    @hookimpl
    def contribute_routes(self) -> Sequence[tuple[str, str, Callable[[web.Request], Any]]]:
        """Pages of the adapter: (method, path, aiohttp handler)."""
        return ()


__all__ = ["Adapter", "hookimpl", "hookspec"]
