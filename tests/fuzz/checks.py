"""What holds for whatever came out of a parser."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import cache
from typing import Any, TypeVar, get_args

import msgspec

from coterie.core.doors import cleaned
from coterie.core.events import Event, PlatformEvent, decode_event

Caught = TypeVar("Caught", bound=BaseException)


def check_events(events: Sequence[Event]) -> None:
    """Events of an adapter can be stored and told apart, as they are and as the core's door cleans them."""
    assert len({event.key for event in events}) == len(events)
    for event in events:
        assert isinstance(event, get_args(PlatformEvent))
        assert 0 < len(event.key) <= 200
        assert event.at >= 0
        assert decode_event(msgspec.json.encode(event)) == event
        safe = cleaned(event)
        assert decode_event(msgspec.json.encode(safe)) == safe
        assert safe.key == event.key


def refused(parse: Callable[[], Any], *errors: type[BaseException]) -> Any:
    """What a parser gives; None where it refuses with one of its documented errors."""
    return attempted(parse, *errors)[0]


def attempted(parse: Callable[[], Any], *errors: type[Caught]) -> tuple[Any, Caught | None]:
    """What a parser gives, or None and the documented error with which it refuses."""
    try:
        return parse(), None
    except errors as error:
        return None, error


@cache
def _loop() -> asyncio.AbstractEventLoop:
    return asyncio.new_event_loop()


def waited(work: Coroutine[Any, Any, Any]) -> Any:
    """The result of a coroutine; all that it leaves behind is ended."""
    loop = _loop()

    async def both() -> Any:
        try:
            async with asyncio.timeout(10):
                return await work
        finally:
            left = asyncio.all_tasks() - {asyncio.current_task()}
            for task in left:
                task.cancel()
            await asyncio.gather(*left, return_exceptions=True)

    return loop.run_until_complete(both())
