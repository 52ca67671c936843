"""Telegram: one bot, by long polling or a webhook."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from coterie.adapters.telegram.config import TelegramConfig
from coterie.core.platform import Adapter, Platform, hookimpl

if TYPE_CHECKING:
    from aiohttp import web

    from coterie.adapters.telegram.platform import TelegramPlatform
    from coterie.core.app import App
    from coterie.core.config import Config, Settings
    from coterie.core.plugin import Plugin


class TelegramAdapter(Adapter):
    """The bot of ``[adapters.telegram]``. The library is loaded when the platform is asked for, not before."""

    name: ClassVar[str] = "telegram"
    config: ClassVar[type[Config]] = TelegramConfig

    def __init__(self, config: TelegramConfig) -> None:
        super().__init__(config)
        self.values = config
        self._platform: TelegramPlatform | None = None

    @property
    def platform(self) -> TelegramPlatform:
        """The platform, built at the first use and not started."""
        if self._platform is None:
            from coterie.adapters.telegram.platform import TelegramPlatform

            self._platform = TelegramPlatform(self.values)
            if self.values.provider_token is not None:
                self._platform.provider_token = self.values.provider_token.get_secret_value()
        return self._platform

    @hookimpl
    def contribute_platforms(self) -> Sequence[Platform]:
        """The bot as a platform."""
        return (self.platform,)

    @hookimpl
    def contribute_routes(self) -> Sequence[tuple[str, str, Callable[[web.Request], Awaitable[web.StreamResponse]]]]:
        """``POST /telegram/PATH`` for ``mode = "webhook"``, else nothing."""
        return self.platform.connection.webhook.routes() if self.values.mode == "webhook" else ()

    @hookimpl
    def on_app_ready(self, app: App) -> None:
        """Learn which chats communities have: those that they name, and what those have become since."""
        self.inform(app.settings, app.registry.plugins.values())
        places = (place for community in app.store.communities for place in community.spaces)
        self.platform.connection.served.name(space for adapter, space in places if adapter == self.name)

    def inform(self, settings: Settings, plugins: Iterable[Plugin]) -> None:
        """Learn what the rest of the configuration expects: which chats are served, and what is to be checked."""
        from coterie.adapters.telegram.surroundings import surroundings_of

        self.platform.connection.inform(surroundings_of(settings, plugins))


__all__ = ["TelegramAdapter", "TelegramConfig"]
