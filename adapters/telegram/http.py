"""The library's requests over aiohttp.

How requests travel is the library's own point of extension.  Its httpx takes five times as much of the processor for
the same request, and at hundreds of answers a second that is what a process does most.
"""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import getproxies

import aiohttp
from telegram._utils.defaultvalue import DefaultValue
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

CONNECT: Final = 10.0
"""Seconds that making a connection may take at the longest."""
UPLOAD: Final = 120.0
"""Seconds that a request with a file may wait for its answer at least."""
KEPT: Final = 5.0
"""Seconds that a connection is kept without a request: what is asked on one that the server is closing is in doubt."""
_AS_FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}


class Stopped(Exception):
    """The bot is being stopped; the request never left."""


NEVER_LEFT: Final = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
    Stopped,
)
"""What a request ends with of which the server has seen nothing."""


class Request(BaseRequest):
    """Requests to the Bot API, ``connections`` at the same time; ``patience`` bounds each wait in seconds.

    A proxy is taken from the environment (``HTTPS_PROXY``), as the library's own request takes it.
    """

    def __init__(self, *, connections: int, patience: float) -> None:
        self._connections = connections
        self._patience = patience
        self._session: aiohttp.ClientSession | None = None
        self._shut = False

    @property
    def read_timeout(self) -> float | None:
        return self._patience

    async def initialize(self) -> None:
        """Take requests, again if need be; the first request does this, too."""
        self._shut = False
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=KEPT),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
                # With it, aiohttp looks for proxies at each request, and that takes three times as long as the request.
                trust_env=bool(getproxies()),
            )

    async def shutdown(self) -> None:
        """Close all connections, and take no more requests."""
        self._shut = True
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The status and body of the answer to one request.

        ``read_timeout`` bounds the wait for it; connecting, a free connection included, has a bound of its own.
        Raises :class:`TimedOut` and other :class:`NetworkError`, whose cause tells what happened.
        """
        if self._shut:
            raise RuntimeError("the connections are closed")
        if self._session is None:
            await self.initialize()
        session = self._session
        assert session is not None  # it was just made
        fields = request_data.json_parameters if request_data is not None else {}
        files = request_data.multipart_data if request_data is not None else {}
        data: Any = _form(fields, files) if files else urlencode(fields).encode()
        read = self._patience if isinstance(read_timeout, DefaultValue) else read_timeout
        if files and read is not None:
            read = max(UPLOAD, read)
        timeout = aiohttp.ClientTimeout(total=None, connect=min(CONNECT, self._patience), sock_read=read)
        try:
            async with session.request(
                method, url, data=data, headers=None if files else _AS_FORM, timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:
            raise NetworkError(type(error).__name__) from error


def _form(data: dict[str, str], files: Any) -> aiohttp.FormData:
    form = aiohttp.FormData(quote_fields=False)
    for name, value in data.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in files.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form


__all__ = ["NEVER_LEFT", "Request", "Stopped"]
