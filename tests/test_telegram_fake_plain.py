"""The fake on a thread of its own, and what its text rules hold for any text."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Bot

from coterie.adapters.telegram.fake import FakeTelegram
from coterie.adapters.telegram.fake.arguments import Args
from coterie.adapters.telegram.fake.errors import ApiError
from coterie.adapters.telegram.fake.text import formatted, units
from tests.telegram_fake_kit import raw

pytestmark = pytest.mark.filterwarnings("ignore:Please use 'Bot:telegram.warnings.PTBUserWarning")


def test_a_fake_on_a_thread_of_its_own() -> None:
    before = threading.active_count()

    async def hear(url: str, token: str) -> list[dict[str, Any]]:
        bot = Bot(token, base_url=url)
        async with bot:
            found: list[dict[str, Any]] = await raw(bot, "getUpdates", timeout=5)
            await raw(bot, "getUpdates", offset=found[-1]["update_id"] + 1)
            return found

    with FakeTelegram.threaded() as thread:
        number = thread.do(lambda fake: fake.says("alice", fake.private("alice"), "hello"))
        found = asyncio.run(hear(thread.base_url, thread.token))
        thread.wait(lambda fake: fake.confirmed(number))
        with pytest.raises(KeyError):
            thread.do(lambda fake: fake.chat(-1))
    assert [update["update_id"] for update in found] == [number]
    assert threading.active_count() == before
    with pytest.raises(RuntimeError):
        thread.do(lambda fake: fake.token)


def test_a_thread_whose_fake_does_not_start_ends() -> None:
    before = threading.active_count()
    with pytest.raises(ValueError, match="invalid literal"), FakeTelegram.threaded(token="no number"):
        pass
    assert threading.active_count() == before


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-2, 70), st.integers(-2, 70)), max_size=5))
def test_any_text_with_any_entities_is_taken_whole_or_refused(text: str, marks: list[tuple[int, int]]) -> None:
    entities = [{"type": "bold", "offset": offset, "length": length} for offset, length in marks]
    try:
        bare, kept = formatted(Args({"text": text, "entities": entities}), "text", "entities")
    except ApiError:
        return
    assert text.strip(" \t\r\n\0\v") == bare
    wide = bare.encode("utf-16-le")
    for entity in kept:
        assert entity["length"] > 0
        assert entity["offset"] + entity["length"] <= units(bare)
        wide[2 * entity["offset"] : 2 * (entity["offset"] + entity["length"])].decode("utf-16-le")
