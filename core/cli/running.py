"""One process from start to stop: socket, application, pages, signals."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from coterie.core.cli.codes import CLEAN, FAILED, STOPPED, debugging
from coterie.core.cli.output import Failure, say

if TYPE_CHECKING:
    from coterie.core.app import App
    from coterie.core.config import Settings

log = logging.getLogger(__name__)

_LOADED_AT: Final = time.monotonic()


def run_app(
    app: App,
    *,
    taken: str,
    begin: Callable[[App], Awaitable[None]] | None = None,
    ready: Callable[[str], None] | None = None,
) -> int:
    """Run an application until it is told to stop; the exit code.

    ``taken`` says what to do when the port is not free, ``begin`` is awaited when the application has started,
    ``ready`` called with the address once people can come in.  Raises :class:`Failure` and what the start raises.
    """
    web = app.settings.core.web
    for adapter in app.adapters:
        try:
            adapter.check_bind(web.host)
        except Exception as error:
            raise Failure(str(error)) from error
    with contextlib.closing(_listen(web.host, web.port, taken)) as listening:
        return asyncio.run(_run(app, listening, begin, ready))


def start_logging(settings: Settings) -> None:
    """Log as the configuration says, and keep its secrets out."""
    from coterie.core.config.secrets import secrets_in
    from coterie.core.logs import set_up

    parts = [settings.core, *(part.config for part in (*settings.adapters.values(), *settings.plugins.values()))]
    parts += [config for community in settings.communities for config in community.plugins.values()]
    known = [secret.get_secret_value() for part in parts if part is not None for _, secret in secrets_in(part)]
    set_up("debug" if debugging() else settings.core.log.level, settings.core.log.format, secrets=known)


def _listen(host: str, port: int, taken: str) -> socket.socket:
    from coterie.core.web.shell import listen

    try:
        return listen(host, port)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise Failure(f"Port {port} on {host} is already in use. {taken}") from error
        if error.errno == errno.EACCES:
            raise Failure(f"Port {port} may not be used by this user. {taken}") from error
        raise Failure(f"The address {host!r} cannot be listened on: {error.strerror or error}. {taken}") from error


class _Signals:
    """Ends the run at the first Ctrl-C or SIGTERM, and the process at the second."""

    def __init__(self) -> None:
        self.stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # Not the loop's own handlers: those wait until the loop has time, and a second signal means now.
            signal.signal(number, self._heard)

    def _heard(self, _number: int, _frame: object) -> None:
        if self.stop.is_set():
            os._exit(STOPPED)
        self.stop.set()
        self._loop.call_soon_threadsafe(lambda: None)  # wakes the loop


async def _run(
    app: App,
    listening: socket.socket,
    begin: Callable[[App], Awaitable[None]] | None,
    ready: Callable[[str], None] | None,
) -> int:
    from coterie.core.web.shell import address_of, serve

    signals = _Signals()
    try:
        await app.start()
        if begin is not None:
            await begin(app)
        web = app.settings.core.web
        runner = await serve(app, web.host, web.port, listening)
    except BaseException:
        with contextlib.suppress(Exception):
            await app.stop()
        raise
    address = address_of(listening)
    say(f"Coterie is ready: {address} (in {age():.2f} s)")
    if ready is not None:
        ready(address)
    # What was made at the start lives until the end: the collector need not look at it again.
    gc.collect()
    gc.freeze()
    gc.enable()
    try:
        return await _until_stopped(app, signals.stop)
    finally:
        log.info("stopping")
        for site in list(runner.sites):
            await site.stop()  # nobody new comes in; who is here is served until the application has stopped
        await app.stop()
        await runner.cleanup()


async def _until_stopped(app: App, stop: asyncio.Event) -> int:
    """Wait for a signal; a part of the engine that ends by itself ends the run."""
    told = asyncio.create_task(stop.wait(), name="stop")
    done, _ = await asyncio.wait([told, *app.background()], return_when=asyncio.FIRST_COMPLETED)
    failed = [task for task in done if task is not told]
    for task in failed:
        error = None if task.cancelled() else task.exception()
        log.critical("%s ended by itself", task.get_name(), exc_info=error)
    told.cancel()
    return FAILED if failed and not stop.is_set() else CLEAN


def age() -> float:
    """Seconds since this process was started; where the system does not tell, since this module was loaded."""
    try:
        started = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19]) / os.sysconf("SC_CLK_TCK")
        return time.clock_gettime(time.CLOCK_BOOTTIME) - started
    except (OSError, ValueError, AttributeError, IndexError):
        return time.monotonic() - _LOADED_AT


def warn(lines: Iterable[Any]) -> None:
    """Things that work but should be looked at, on standard error."""
    for line in lines:
        print(f"Warning: {line}", file=sys.stderr, flush=True)
