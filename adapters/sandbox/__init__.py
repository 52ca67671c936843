"""The playground: a town in the browser, where one person is everybody. Needs no token and no account."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from coterie.adapters.sandbox.config import SandboxConfig
from coterie.core.clock import Clock, ShiftedClock
from coterie.core.platform import Adapter, Platform, hookimpl

if TYPE_CHECKING:
    from coterie.adapters.sandbox.acts import Stage
    from coterie.adapters.sandbox.hub import Hub
    from coterie.adapters.sandbox.server import Route
    from coterie.core.app import App
    from coterie.core.config import Config


class SandboxAdapter(Adapter):
    """A town as a platform, and the pages in front of it.

    The application takes the platform and the routes, attaches itself (:meth:`on_app_ready`) and starts the platform;
    before and after its run the page shows the town and refuses to act.
    """

    name: ClassVar[str] = "sandbox"
    config: ClassVar[type[Config]] = SandboxConfig

    def __init__(self, config: Any = None) -> None:
        from coterie.adapters.sandbox.acts import Actor
        from coterie.adapters.sandbox.guard import Guard
        from coterie.adapters.sandbox.stand import Stand
        from coterie.adapters.sandbox.state import Notebook
        from coterie.adapters.sandbox.views import Views
        from coterie.core.testing import Town

        values: SandboxConfig = config if config is not None else SandboxConfig()
        super().__init__(values)
        self.values = values
        # The database outlives this town, so its event keys and message ids must not come again after a restart.
        self.town = Town(Clock(), run=format(time.time_ns() // 1000, "x"))
        self.notebook = Notebook(Path(values.state), self.town) if values.state else None
        self._furnish(known=self.notebook is not None and self.notebook.open())
        self.platform = self.town.platform = Stand(self.town, self.notebook, self.detach)
        self.views = Views(self.town)
        self.actor = Actor(self.town, self.views)
        self.guard = Guard(values.hosts, allow_public=values.allow_public)
        self.hub: Hub | None = None

    def _furnish(self, *, known: bool) -> None:
        """Make the people and rooms of the configuration that are not there yet; rights only in a new town."""
        for name in self.values.people:
            self.town.persona(name)
        for name in self.values.rooms:
            self.town.room(name)
        for name in () if known else self.values.operators:
            self.town.persona(name).standing = "operator"
        self.town.tell(None)

    @hookimpl
    def contribute_platforms(self) -> Sequence[Platform]:
        """The town's platform."""
        return (self.platform,)

    @hookimpl
    def contribute_routes(self) -> Sequence[Route]:
        """The page and its files, ``/ws``, ``/api/act`` and ``/api/state``."""
        from coterie.adapters.sandbox.hub import Hub
        from coterie.adapters.sandbox.server import Playground

        if self.hub is None:
            self.hub = Hub(self.views, self.actor)
        return Playground(self.views, self.actor, self.hub, self.guard).routes()

    @hookimpl
    def on_app_ready(self, app: App) -> None:
        """Attach the application; raises :class:`PublicBindError` when its pages would be open to others."""
        host = app.settings.core.web.host
        self.check_bind(host)
        self.guard.allow(host)
        self.views.zone = str(app.store.communities[0].zone)
        self.attach(app)

    def check_bind(self, host: str) -> None:
        """Raise :class:`PublicBindError` for an address that others can reach, unless ``allow_public`` is set."""
        from coterie.adapters.sandbox.guard import check_bind

        check_bind(host, allow_public=self.values.allow_public)

    def attach(self, stage: Stage) -> None:
        """Take the running application: from now on the town has its clock, and people can act."""
        newest = max((message.at for message in self.town.messages.values()), default=0)
        if isinstance(stage.clock, ShiftedClock):
            # The days that an earlier run was moved forward have passed: time does not go back.
            stage.clock.move_to(newest)
        self.town.clock = stage.clock
        self.actor.stage = stage
        self.town.tell(None)

    async def detach(self) -> None:
        """Close the open pages and the state file; the application is stopping."""
        self.actor.stage = None
        if self.hub is not None:
            await self.hub.close()
        if self.notebook is not None:
            self.notebook.close()


__all__ = ["SandboxAdapter", "SandboxConfig"]
