"""What plugins run off the lanes, on the way out: wrapping what is sent, drawing pictures.

It is fenced like the rest: a message goes out without the plugin that is out of order.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from typing import Any, Final

from coterie.core.cards import Picture as Drawing
from coterie.core.engine.fence import describe
from coterie.core.engine.registry import Call, Registry
from coterie.core.engine.sender_queue import Job
from coterie.core.engine.sender_request import Middleware, Proceed
from coterie.core.engine.watchdog import set_exception
from coterie.core.errors import HandlerTimeout
from coterie.core.platform import Picture, PlatformError

log = logging.getLogger(__name__)

WRAP_LIMIT: Final = 10.0
"""Seconds that an ``around_send`` may take before it proceeds, and after; what the platform takes does not count."""
DRAW_LIMIT: Final = 10.0
"""Seconds that a picture may take."""
DRAWN_AT_ONCE: Final = 2

Failed = Callable[[str, str, BaseException], None]
"""Hears of a call that failed: plugin, hook, error."""


class Outside:
    """Runs these calls for the senders; ``enabled`` tells which plugins are on in a community."""

    def __init__(self, registry: Registry, enabled: Callable[[int], frozenset[str]], failed: Failed) -> None:
        self._registry = registry
        self._enabled = enabled
        self._failed = failed
        self._slots = asyncio.Semaphore(DRAWN_AT_ONCE)

    def middlewares(self) -> tuple[Middleware, ...]:
        """Every plugin's ``around_send``, fenced."""
        return tuple(self._fenced(call) for call in self._registry.calls("around_send"))

    def _fenced(self, call: Call) -> Middleware:
        async def around(job: Job, proceed: Proceed) -> str:
            if call.plugin not in self._enabled(job.community) or self._paused(call.plugin, call.hook):
                return await proceed(job)
            return await self._wrap(call, job, proceed)

        return around

    async def _wrap(self, call: Call, job: Job, proceed: Proceed) -> str:
        sent = _Once(proceed)
        try:
            async with asyncio.timeout(WRAP_LIMIT) as sent.limit:
                await call.run(job, sent)
            if not sent.asked:
                raise RuntimeError("it neither proceeded nor raised Refused")
        except (Exception, SystemExit) as error:
            if error is sent.error or (isinstance(error, PlatformError) and not sent.asked):
                raise  # what the platform said, or a deliberate no
            self._failed(call.plugin, call.hook, error)
        return await sent(job)

    async def draw(self, job: Job, asked: Drawing) -> Picture | None:
        """A picture of a message's card; None where it cannot be had, and its description has to do."""
        plugin, hook = asked.plugin, f"picture:{asked.draw}"
        entry = self._registry.entry(plugin, "picture", asked.draw)
        if entry is None or self._paused(plugin, hook):
            return None
        async with self._slots:
            data = await _in_thread(entry.method, asked.args)
        if isinstance(data, bytes):
            return Picture(data, "image/png", asked.alt)
        error = data if isinstance(data, BaseException) else TypeError(f"a picture must be bytes, not {type(data)}")
        self._failed(plugin, hook, error)
        return None

    def _paused(self, plugin: str, hook: str) -> bool:
        return self._registry.breaker.is_paused(plugin, hook)


class _Once:
    """``proceed`` for one plugin: whoever asks again gets the first answer, so that nothing is sent twice."""

    def __init__(self, proceed: Proceed) -> None:
        self._proceed = proceed
        self.asked = False
        self.error: BaseException | None = None
        self.native = ""
        self.limit: asyncio.Timeout | None = None

    async def __call__(self, job: Job) -> str:
        if self.error is not None:
            raise self.error
        if self.asked:
            return self.native
        self.asked = True
        self._set_limit(None)
        try:
            self.native = await self._proceed(job)
        except BaseException as error:
            self.error = error
            raise
        finally:
            self._set_limit(asyncio.get_running_loop().time() + WRAP_LIMIT)
        return self.native

    def _set_limit(self, when: float | None) -> None:
        # Outside the block, or when it has run out, there is nothing left to move.
        if self.limit is not None and not self.limit.expired():
            try:
                self.limit.reschedule(when)
            except RuntimeError as error:
                log.debug("the limit had ended: %s", error)


async def _in_thread(function: Callable[..., Any], args: dict[str, Any]) -> Any:
    """What a function gives or raises, in a thread of its own that is left behind when it does not come back."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Any] = loop.create_future()

    def tell(result: Any) -> None:
        if not done.done():
            done.set_result(result)

    def work() -> None:
        try:
            result = function(**args)
        except BaseException as error:
            result = error
        try:
            loop.call_soon_threadsafe(tell, result)
        except RuntimeError as error:
            log.debug("nobody waits for the picture any more: %s", describe(error))

    thread = threading.Thread(target=work, name="coterie-picture", daemon=True)
    thread.start()
    try:
        async with asyncio.timeout(DRAW_LIMIT):
            return await done
    except TimeoutError:
        set_exception(thread.ident or 0, HandlerTimeout)
        return HandlerTimeout()
