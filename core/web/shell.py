"""The web shell: serves what adapters and plugins contribute, with safe headers, and tells how the process is doing."""

from __future__ import annotations

import logging
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web

from coterie.core.web.health import Health

if TYPE_CHECKING:
    from coterie.core.app import App
    from coterie.core.web.metrics import Metrics

log = logging.getLogger(__name__)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Route = tuple[str, str, Handler]

OWNER: Final = web.RequestKey("owner", str)
"""Whose page a request has come to."""
LARGEST_BODY: Final = 1024 * 1024
"""Bytes of a request's body; a route that needs more reads its stream itself."""
GRACE: Final = 2.0
"""Seconds that open requests have to end when the server stops."""
LINGER: Final = 1.0
"""Seconds in which a client that had its answer may go on sending what nobody reads."""
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
"""What every response carries unless its page sets its own; a page with scripts or styles needs its own policy."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens on an address, before anything else is started; raises :class:`OSError`."""
    found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    # Of a name with several addresses the IPv4 one: that is what "localhost" means to most programs.
    family, _, _, _, address = min(found, key=lambda each: each[0] != socket.AF_INET)
    everywhere = family == socket.AF_INET6 and address[0] == "::" and socket.has_dualstack_ipv6()
    return socket.create_server(address[:2], family=family, backlog=256, dualstack_ipv6=everywhere)


def address_of(listening: socket.socket) -> str:
    """The address of a listening socket for a browser on this machine."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"


async def serve(app: App, host: str, port: int, listening: socket.socket | None = None) -> web.AppRunner:
    """Serve the pages of a started application; ``cleanup()`` of what is returned ends it. Raises :class:`OSError`."""
    runner = web.AppRunner(
        make_web(app), access_log=None, handle_signals=False, shutdown_timeout=GRACE, lingering_time=LINGER
    )
    await runner.setup()
    try:
        await web.SockSite(runner, listening or listen(host, port)).start()
    except BaseException:
        await runner.cleanup()
        raise
    return runner


def make_web(app: App) -> web.Application:
    """The pages of an application: its own and all that are contributed; of two with one path, the first."""
    made = web.Application(client_max_size=LARGEST_BODY, middlewares=[_fence])
    made.on_response_prepare.append(_add_headers)
    owners: dict[tuple[str, str], str] = {}
    _add(made, owners, "core", [("GET", "/health", Health(app).page), ("GET", "/metrics", _metrics(app))])
    if app.settings.core.web.public:
        from coterie.core.people.privacy.links import PATH
        from coterie.core.web.handing import Handing

        handing, path = Handing(app), f"{PATH}{{secret}}"
        _add(made, owners, "core", [("GET", path, handing.page), ("POST", path, handing.give)])
    for owner, routes in contributed(app):
        _add(made, owners, owner, routes)
    return made


def _metrics(app: App) -> Handler:
    """The page of the figures, loaded when somebody first asks for them."""
    asked: list[Metrics] = []

    async def page(request: web.Request) -> web.StreamResponse:
        if not asked:
            from coterie.core.web.metrics import Metrics

            asked.append(Metrics(app))
        return await asked[0].page(request)

    return page


def contributed(app: App) -> Iterable[tuple[str, list[Route]]]:
    """The routes of each adapter and plugin; one whose contribution fails has none."""
    for implementation in reversed(app.registry.manager.hook.contribute_routes.get_hookimpls()):
        try:
            routes: Any = implementation.function()
            yield implementation.plugin_name, list(routes)
        except (Exception, SystemExit):
            log.exception("%s: its pages cannot be served", implementation.plugin_name)


def _add(made: web.Application, owners: dict[tuple[str, str], str], owner: str, routes: Iterable[Any]) -> None:
    for route in routes:
        try:
            method, path, handler = route
            if method not in METHODS:
                raise ValueError(f"the method must be one of {', '.join(sorted(METHODS))}")
            first = owners.setdefault((method, path), owner)
            if first != owner:
                raise ValueError(f"{first} serves it already")
            made.router.add_route(method, path, _owned(owner, handler))
            if method == "GET":
                made.router.add_route("HEAD", path, _owned(owner, handler))
        except (RuntimeError, TypeError, ValueError) as error:
            log.warning("%s: its route %r cannot be added: %s", owner, route, error)


def _owned(owner: str, handler: Handler) -> Handler:
    async def handle(request: web.Request) -> web.StreamResponse:
        request[OWNER] = owner
        return await handler(request)

    return handle


async def _add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "Coterie"


@web.middleware
async def _fence(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer with a plain sentence where a handler fails, and keep one plugin's mistake from everybody else."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status in (404, 405) and request.get(OWNER) is None:
            return _said(
                error.status, "There is no such page." if error.status == 404 else "This page cannot do that.", error
            )
        raise
    except (Exception, SystemExit):
        owner = request.get(OWNER, "core")
        log.exception("%s: the page %s %s failed", owner, request.method, request.path)
        return _said(500, "Something went wrong here. The operator finds it in the log.")


def _said(status: int, text: str, error: web.HTTPException | None = None) -> web.Response:
    response = web.Response(status=status, text=f"{text}\n")
    if error is not None and "Allow" in error.headers:
        response.headers["Allow"] = error.headers["Allow"]
    return response


__all__ = ["HEADERS", "address_of", "listen", "make_web", "serve"]
