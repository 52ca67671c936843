"""Discord: one application's bot, over the gateway and the REST API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from coterie.adapters.discord.config import DiscordConfig
from coterie.core.platform import Adapter, Platform, hookimpl

if TYPE_CHECKING:
    from coterie.adapters.discord.client import build_bot
    from coterie.adapters.discord.platform import DiscordPlatform
    from coterie.core.app import App
    from coterie.core.config import Config, Settings
    from coterie.core.plugin import Plugin


class DiscordAdapter(Adapter):
    """The bot of ``[adapters.discord]``. The library is loaded when the platform is asked for, not before."""

    name: ClassVar[str] = "discord"
    config: ClassVar[type[Config]] = DiscordConfig

    def __init__(self, config: DiscordConfig) -> None:
        super().__init__(config)
        self.values = config
        self._platform: DiscordPlatform | None = None

    @property
    def platform(self) -> DiscordPlatform:
        """The platform, built at the first use and not started."""
        if self._platform is None:
            from coterie.adapters.discord.platform import DiscordPlatform

            self._platform = DiscordPlatform(self.values)
        return self._platform

    @hookimpl
    def contribute_platforms(self) -> Sequence[Platform]:
        """The bot as a platform."""
        return (self.platform,)

    @hookimpl
    def on_app_ready(self, app: App) -> None:
        """Learn which servers communities have: those that they name, and those of the store."""
        self.inform(app.settings, app.registry.plugins.values())
        places = (place for community in app.store.communities for place in community.spaces)
        self.platform.connection.served.name(space for adapter, space in places if adapter == self.name)

    def inform(self, settings: Settings, plugins: Iterable[Plugin]) -> None:
        """Learn what the rest of the configuration expects: which servers are served, and what is to be checked."""
        from coterie.adapters.discord.surroundings import surroundings_of

        self.platform.connection.inform(surroundings_of(settings, plugins))


def __getattr__(name: str) -> Any:
    if name == "build_bot":
        from coterie.adapters.discord.client import build_bot

        return build_bot
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["DiscordAdapter", "DiscordConfig", "build_bot"]
