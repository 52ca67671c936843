"""Dispatch without a store is measured: what everybody in it is known for must be known, or the store is asked."""

from __future__ import annotations

import pytest

from benchmarks.dispatch import bench, events, seconds
from benchmarks.plugins import command_plugin, observer_plugin


@pytest.mark.parametrize("text", ["/c0 5", "hello"])
def test_a_message_asks_no_store(text: str) -> None:
    dispatcher, community = bench([command_plugin(0), observer_plugin(1)])
    assert seconds(dispatcher, community, events(text, 3)) > 0


@pytest.mark.asyncio
async def test_a_command_on_discord_asks_no_store() -> None:
    from benchmarks.discord import COMMAND, Ours
    from benchmarks.discord_wire import message

    ours = Ours()
    await ours.start()
    try:
        assert await ours.seconds([message(10, COMMAND)]) > 0
        assert ours.requests.sent == 1
    finally:
        await ours.platform.calls.close()
        task = ours.platform.client._connection._ready_task
        if task is not None:
            task.cancel()
