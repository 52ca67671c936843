"""Kill `coterie run` on Discord as often as wanted: `python -m tests.discord_crash --kills 200 --db URL`."""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_crash import news
from tests.discord_crash.loop import PEOPLE, Loop
from tests.discord_crash.scene import Scene


def main() -> None:
    """Kill so many processes on one database; the first broken promise ends it."""
    parser = argparse.ArgumentParser(prog="python -m tests.discord_crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="how many processes are killed (default 100)")
    parser.add_argument("--db", help="an empty database: sqlite:///FILE or postgresql://… (default: a temporary file)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same plan (default 1)")
    parser.add_argument("--news", type=int, default=0, metavar="CHATS", help="a broadcast to so many, in place of that")
    options = parser.parse_args()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="coterie-crash-") as folder, FakeDiscord.threaded() as fake:
        url = options.db or f"sqlite:///{folder}/coterie.db"
        if options.news:
            print(
                news.play(Scene(Path(folder), url, fake, options.news), options.seed, options.news // 2, patient=True)
            )
            return
        loop = Loop(Scene(Path(folder), url, fake, PEOPLE), options.seed)
        loop.play(options.kills, lambda line: print(line, flush=True))
        print(
            f"{options.kills} processes killed in {time.monotonic() - started:.0f} s: "
            f"nothing lost, nothing done twice, {loop.doubled} answers given once more"
        )


if __name__ == "__main__":
    main()
