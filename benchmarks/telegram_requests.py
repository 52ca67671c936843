"""One request to the Bot API over a socket: ours over aiohttp, and the library's own over httpx, in the same rounds."""

from __future__ import annotations

import asyncio
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Final

import telegram
from aiohttp import web
from telegram.request import BaseRequest, HTTPXRequest

from coterie.adapters.telegram.calls import Calls
from coterie.adapters.telegram.http import Request

ROUNDS: Final = 5
REQUESTS: Final = 960
"""Requests of one round."""
AT_ONCE: Final = 32
_ANSWER: Final = b'{"ok":true,"result":true}'


def serve(pipe: Connection) -> None:
    """Answer every request at once, in a process of its own."""
    asyncio.run(_serve(pipe))


async def _serve(pipe: Connection) -> None:
    async def answer(request: web.Request) -> web.Response:
        await request.read()
        return web.Response(body=_ANSWER, content_type="application/json")

    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    pipe.send(runner.addresses[0][1])
    await asyncio.to_thread(pipe.recv)
    await runner.cleanup()


async def measure(port: int) -> tuple[list[float], list[float]]:
    """The processor's seconds of one request, by rounds: ours, the library's."""
    requests: tuple[BaseRequest, ...] = (
        Request(connections=64, patience=15),
        HTTPXRequest(connection_pool_size=64, pool_timeout=15),
    )
    calls = [
        Calls(telegram.Bot("1:benchmark", base_url=f"http://127.0.0.1:{port}/bot", request=each)) for each in requests
    ]
    found: tuple[list[float], list[float]] = [], []
    for turn in range(ROUNDS + 1):
        for each, took in zip(calls, found, strict=True):
            before = time.process_time()
            for _ in range(REQUESTS // AT_ONCE):
                await asyncio.gather(
                    *(each.call("answerCallbackQuery", {"callback_query_id": "1"}) for _ in range(AT_ONCE))
                )
            if turn:  # the first only warms up
                took.append((time.process_time() - before) / REQUESTS)
    for request in requests:
        await request.shutdown()
    return found


def run() -> Iterator[dict[str, object]]:
    """What a request takes of the processor."""
    spawning = multiprocessing.get_context("spawn")
    pipe, theirs = spawning.Pipe()
    process = spawning.Process(target=serve, args=(theirs,))
    process.start()
    ours, peer = asyncio.run(measure(pipe.recv()))
    pipe.send(None)
    process.join(10)
    yield {
        "name": f"Telegram, a request and its answer over a socket, {AT_ONCE} at once",
        "value": round(statistics.median(ours) * 1e6),
        "unit": "us of the processor",
        "ratio": round(statistics.median(a / b for a, b in zip(ours, peer, strict=True)), 3),
        "ratio_to": "python-telegram-bot's HTTPXRequest, same rounds",
        "peer": round(statistics.median(peer) * 1e6),
    }


__all__ = ["run"]
