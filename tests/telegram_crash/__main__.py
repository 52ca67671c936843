"""Kill `coterie run` on Telegram as often as wanted: `python -m tests.telegram_crash --kills 200 --db URL`."""

from __future__ import annotations

from coterie.adapters.telegram.fake import FakeTelegram
from tests.killing.command import main
from tests.telegram_crash.moments import story

if __name__ == "__main__":
    main("telegram", FakeTelegram.threaded, story)
