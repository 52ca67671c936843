"""Who may talk to the playground: this machine's own browser, through a name that is ours."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable, Iterable
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "::1"})

HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


class PublicBindError(Exception):
    """The playground was about to be served to others without being told so."""


def is_loopback(host: str) -> bool:
    """Whether an address to listen on can be reached from this machine only."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]").partition("%")[0]).is_loopback
    except ValueError:
        return False


def check_bind(host: str, *, allow_public: bool) -> None:
    """Raise :class:`PublicBindError` for an address that others can reach, unless that is allowed."""
    if not allow_public and not is_loopback(host):
        raise PublicBindError(
            f"The playground lets whoever opens it act as anyone, so it is not served on {host or 'every address'}. "
            "Listen on 127.0.0.1 (coterie.web.host), or take [adapters.sandbox] away, or set its allow_public = true."
        )


class Guard:
    """Checks every request and puts the security headers on every response."""

    def __init__(self, hosts: Iterable[str] = (), *, allow_public: bool = False) -> None:
        self.hosts = set(LOOPBACK_NAMES)
        for host in hosts:
            self.allow(host)
        self.allow_public = allow_public

    def allow(self, host: str) -> None:
        """Accept one more host name."""
        self.hosts.add(host.strip("[]").lower())

    def wrap(self, handler: Handler) -> Handler:
        """The handler behind the guard."""

        @functools.wraps(handler)
        async def guarded(request: web.Request) -> web.StreamResponse:
            refusal = self.refusal(request)
            if refusal:
                response: web.StreamResponse = web.json_response({"error": refusal, "code": "forbidden"}, status=403)
            else:
                try:
                    response = await handler(request)
                except web.HTTPException as error:
                    error.headers.update(HEADERS)
                    raise
            if not response.prepared:
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
            return response

        return guarded

    def refusal(self, request: web.Request) -> str:
        """Why a request is not answered; empty when it is."""
        if not self.allow_public and not _arrived_inside(request):
            return "The playground is served on this machine's own address only: allow_public is false."
        host = request.headers.get("Host", "")
        if _name_of(host) not in self.hosts:
            # A page of another site whose name points here (DNS rebinding) still sends its own name.
            return "This host name is not one of the playground's; open it as http://127.0.0.1 or http://localhost."
        origin = request.headers.get("Origin")
        if origin is not None and urlsplit(origin).netloc.lower() != host.lower():
            return "This request comes from another site's page."
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and not _is_visit(request):
            return "This request comes from another site's page."
        return ""


def _is_visit(request: web.Request) -> bool:
    """Somebody followed a link to the page, which is harmless."""
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"


def _name_of(host: str) -> str:
    """The host name of a Host header, without its port."""
    try:
        return (urlsplit(f"//{host}").hostname or "").lower()
    except ValueError:
        return ""


def _arrived_inside(request: web.Request) -> bool:
    """Whether the connection ends at a loopback address or a local socket file."""
    transport = request.transport
    name = transport.get_extra_info("sockname") if transport is not None else None
    return not isinstance(name, tuple) or is_loopback(str(name[0]))
