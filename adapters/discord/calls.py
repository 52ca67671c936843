"""Requests to the REST API through the unmodified library, with the core's own errors.

The library keeps the buckets of the rate limits; each of our requests is asked once.  What it would ask again by itself
(too fast, failed inside) comes back at once, because only the Sender knows what may be repeated and what else waits.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import aiohttp
import discord
import msgspec
from discord.http import Route, json_or_text

from coterie.adapters.discord.breaker import Breaker
from coterie.adapters.discord.refusals import Denied, Translator, doubtful, scope_of
from coterie.core.platform import PlatformError, RetryLater

PATIENCE: Final = 15.0
"""Seconds that a request may take in all."""
UPLOAD_PATIENCE: Final = 60.0
"""The same for a request that carries a file."""
CONNECT_SHARE: Final = 0.6
"""The share of its patience that a request may spend on getting a connection."""
ROUTES: Final = 4096
"""So many routes are kept."""

_REPEATABLE: Final = frozenset(("GET", "PUT", "PATCH", "DELETE"))
_ASKED_AGAIN: Final = frozenset((429, 500, 502, 504, 524))
"""What the library would ask again by itself."""
_NEVER_LEFT: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
_encode: Final = msgspec.json.Encoder().encode


class _Answered(Exception):
    """An answer that the library would ask again for."""

    def __init__(self, status: int, headers: Mapping[str, str], data: Any) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        self.data = data


class _Watch:
    """Looks at one request on its way through the library's HTTP client."""

    def __init__(self, breaker: Breaker) -> None:
        self.left = False
        """Whether the request may have left."""
        self.status = 0
        """That of the answer; 0 until there is one."""
        self.news: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Done when there is nothing more to wait for."""
        self.early = False
        """Whether the library keeps the answer back, until its bucket has filled again."""
        self.answer: Any = None
        """What it keeps back."""
        self._breaker = breaker

    def tell(self, _why: object = None) -> None:
        """There is nothing more to wait for: an answer, a failure, or no time."""
        if not self.news.done():
            self.news.set_result(None)

    async def __call__(
        self, request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType
    ) -> aiohttp.ClientResponse:
        self.left = True
        response = await handler(request)
        status, headers = response.status, response.headers
        self.status = status
        self._breaker.saw(status, scope_of(headers))
        if status in _ASKED_AGAIN:
            await response.read()
            raise _Answered(status, headers, await _decoded(response))
        if 200 <= status < 300 and headers.get("X-RateLimit-Remaining") == "0":
            await response.read()
            self.answer, self.early = await _decoded(response), True
            self.tell()
        return response


class Calls:
    """The REST API: one method and path, its raw result.

    ``patience`` and ``upload_patience`` bound each request, in seconds; ``clock`` gives seconds and only measures.
    ``counted`` is told of each request that counts against the bot's limit over all.
    """

    def __init__(
        self,
        client: discord.Client,
        *,
        clock: Callable[[], float] = time.monotonic,
        patience: float = PATIENCE,
        upload_patience: float = UPLOAD_PATIENCE,
        counted: Callable[[], None] = lambda: None,
    ) -> None:
        self.client = client
        self.breaker = Breaker(clock)
        self.introduced = True
        """False from the start until Discord has told who the bot is: some addresses and answers are about that."""
        self._clock = clock
        self._counted = counted
        self._patience = patience
        self._upload_patience = max(patience, upload_patience)
        self._translator = Translator(lambda: self.client.http.token or "", clock)
        self._held = 0.0
        self._held_for = RetryLater(0)
        self._resting: set[asyncio.Task[Any]] = set()

    async def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        ids: Mapping[str, str] | None = None,
        files: Sequence[discord.File] = (),
        params: Mapping[str, Any] | None = None,
        reason: str = "",
        fine: Collection[int] = (),
        repeatable: bool | None = None,
        patience: float | None = None,
        metadata: str | None = None,
    ) -> Any:
        """The decoded answer to a request; None where there is none.

        ``path`` is like ``/channels/{channel_id}/messages``, and ``ids`` has what stands in its braces, which is how
        the library tells the buckets of different channels, guilds and webhooks apart; ``metadata`` tells buckets of
        one path apart.  Files travel beside ``json``, whose ``attachments`` name them by their numbers.  ``reason``
        stands in the audit log.  When Discord refuses with one of the codes ``fine``, the thing was done already, and
        the result is None.  ``repeatable``: whether asking twice does no more than asking once; by default it does not,
        except for POST.  ``patience`` bounds the request in seconds.

        Raises :class:`RetryLater` when told to wait, when the request never left, or when it may be asked again;
        :class:`Denied` for a no (:class:`Gone`, :class:`Closed`); :class:`Uncertain` when it may have happened;
        :class:`PlatformError` for everything else.  No reason names the token or words of a message.
        """
        ids = ids or {}
        own_token = "webhook_token" not in ids
        again = method in _REPEATABLE if repeatable is None else repeatable
        bound = patience if patience is not None else self._upload_patience if files else self._patience
        self._check(own_token)
        route = (
            _kept_route(Route.BASE, method, path, metadata, *ids.items())
            if len(ids) <= 1
            else Route(method, path, metadata=metadata, **ids)
        )
        watch = _Watch(self.breaker)
        kwargs = _kwargs(json, files, params, reason)
        kwargs["middlewares"] = (watch,)
        kwargs["timeout"] = _timeout(bound)
        if own_token:  # interactions and their follow-ups do not count
            self._counted()
        try:
            result = await self._ask(route, watch, kwargs, bound)
        except (_Answered, discord.HTTPException) as answer:
            error = self._refusal(answer, again, own_token)
            if isinstance(error, Denied) and error.code in fine:
                return None
            raise error from answer
        except TimeoutError:
            name = f"{method} {path}"
            if not watch.left:
                raise RetryLater(1.0, f"{name} waited for its rate limit") from None
            raise doubtful(f"{name} got no answer within {bound:g} seconds", repeatable=again) from None
        except _NEVER_LEFT as error:
            raise self._translator.unreachable(type(error).__name__) from error
        except Exception as error:
            raise self._failed(error, f"{method} {path}", watch, again) from error
        finally:
            if not own_token:
                self._forget(route)
        self._translator.answered()
        if isinstance(result, str) and result:
            raise doubtful(f"the answer to {method} {path} could not be read", repeatable=again)
        return result if result != "" else None

    async def close(self) -> None:
        """Stop what only waits for its bucket."""
        for task in tuple(self._resting):
            task.cancel()
        if self._resting:
            await asyncio.wait(tuple(self._resting))

    def _check(self, own_token: bool) -> None:
        """Whether anything may be asked at all; raises :class:`RetryLater` otherwise."""
        self.breaker.check()
        left = self._held - self._clock()
        held = self._held_for
        if left > 0 and (own_token or held.down):
            raise RetryLater(left, held.reason, everywhere=True, down=held.down)
        if self.client.http.token is None or not self.introduced:
            raise RetryLater(1.0, "the bot is not signed in yet", everywhere=True, down=True)

    async def _ask(self, route: Route, watch: _Watch, kwargs: Mapping[str, Any], bound: float) -> Any:
        """Ask once.  An answer that empties its bucket is not kept back, although the library rests on it."""
        loop = asyncio.get_running_loop()
        task = loop.create_task(self.client.http.request(route, **kwargs))
        task.add_done_callback(watch.tell)
        late = loop.call_later(bound, watch.tell)
        try:
            await watch.news
        except asyncio.CancelledError:
            self._let_rest(task)
            task.cancel()
            raise
        finally:
            late.cancel()
        if task.done():
            return task.result()
        if watch.early:
            self._let_rest(task)
            return watch.answer
        task.cancel()
        await asyncio.wait((task,))
        raise TimeoutError

    def _let_rest(self, task: asyncio.Task[Any]) -> None:
        """Nobody waits for this task any more, which ends by itself."""
        self._resting.add(task)
        task.add_done_callback(self._rested)

    def _rested(self, task: asyncio.Task[Any]) -> None:
        self._resting.discard(task)
        if not task.cancelled():
            task.exception()  # the answer is out already

    def _refusal(self, answer: _Answered | discord.HTTPException, again: bool, own_token: bool) -> PlatformError:
        """The core's word for an answer that is no success; what concerns everything is held back from now on."""
        if isinstance(answer, _Answered):
            status, headers, data = answer.status, answer.headers, answer.data
        else:
            status, headers = answer.status, answer.response.headers
            data = {"code": answer.code, "message": answer.text}
        error = self._translator.translate(status, headers, data, repeatable=again, own_token=own_token)
        if isinstance(error, RetryLater) and error.everywhere:
            self._held, self._held_for = self._clock() + error.seconds, error
        elif status < 500:
            self._translator.answered()
        return error

    def _failed(self, error: Exception, name: str, watch: _Watch, again: bool) -> PlatformError:
        """A request that ended without an answer, or with one that nobody can read."""
        kind = type(error).__name__
        if not watch.left:
            if isinstance(error, RuntimeError):
                return self._translator.unreachable("the connection is closed")
            return PlatformError(f"{name} could not be asked ({kind})")
        if 400 <= watch.status < 500:
            return Denied(f"Discord refused {name} ({watch.status})")
        return doubtful(f"{name} got no answer ({kind})", repeatable=again)

    def _forget(self, route: Route) -> None:
        """Drop the bucket of one interaction: the library keeps each for minutes and looks through all of them."""
        http = self.client.http
        for name in (http._bucket_hashes.get(route.key), route.key):
            key = f"{name}:{route.major_parameters}"
            bucket = http._buckets.get(key)
            if bucket is not None and not bucket.outgoing:
                del http._buckets[key]


@lru_cache(maxsize=ROUTES)
def _kept_route(_base: str, method: str, path: str, metadata: str | None, *ids: tuple[str, str]) -> Route:
    """A route that names one channel or server at most, which comes again; the library quotes its parts each time.

    ``_base`` is the library's own, which makes it another route.
    """
    return Route(method, path, metadata=metadata, **dict(ids))


@lru_cache(maxsize=8)
def _timeout(bound: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=None, connect=bound * CONNECT_SHARE)


def _kwargs(json: Any, files: Sequence[discord.File], params: Mapping[str, Any] | None, reason: str) -> dict[str, Any]:
    """The request as the library wants it."""
    kwargs: dict[str, Any] = {"reason": reason} if reason else {}
    if params:
        kwargs["params"] = dict(params)
    if files:
        for file in files:
            file.reset()  # it may have been sent before
        form: list[dict[str, Any]] = [{"name": "payload_json", "value": _encode(json or {}).decode()}]
        for number, file in enumerate(files):
            kind = "application/octet-stream"
            form.append({"name": f"files[{number}]", "value": file.fp, "filename": file.filename, "content_type": kind})
        kwargs["files"], kwargs["form"] = files, form
    elif json is not None:
        kwargs["json"] = json
    return kwargs


async def _decoded(response: aiohttp.ClientResponse) -> Any:
    """The body, which has been read; its text where it is no JSON."""
    try:
        return await json_or_text(response)
    except ValueError:
        return await response.text(errors="replace")


__all__ = ["Calls"]
