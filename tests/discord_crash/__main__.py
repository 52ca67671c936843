"""Kill `coterie run` on Discord as often as wanted: `python -m tests.discord_crash --kills 200 --db URL`."""

from __future__ import annotations

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_crash.moments import story
from tests.killing.command import main

if __name__ == "__main__":
    main("discord", FakeDiscord.threaded, story)
