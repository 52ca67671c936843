"""The place where it happens: a Telegram server, a configuration, and `coterie run` between them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, TypeVar

from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
from tests.cli_kit import PATIENCE, ROOT, coterie_itself, environment, package
from tests.telegram_crash.hearing import Ear

ROOMS: Final = 4
LOOK_EVERY: Final = 0.05
"""Seconds between two looks."""
CONFIG: Final = """
[coterie]
database = "{url}"
day_start = "{day}:00"
web = {{ host = "127.0.0.1", port = 0 }}
log = {{ level = "warning" }}
[adapters.telegram]
token = "{token}"
api_base_url = "{base}"
api_file_url = "{files}"
chats = ["*"]
poll_timeout = "5s"
[plugins.checkin]
[plugins.crowd]
[plugins.members]
[plugins.redpacket]
[plugins.wallet]
confirm_above = 1000000
[communities.town]
operators = ["telegram:{operator}"]
spaces = [{spaces}]
"""
T = TypeVar("T")


class Bot:
    """One process of `coterie run`; it is gone when this is left."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._log = folder / "log.txt"
        with self._log.open("wb") as log:
            command = [sys.executable, "-m", "coterie.core.cli", "run", "-c", "plugins.toml"]
            self._process = subprocess.Popen(command, cwd=folder, env=env, stdout=log, stderr=log)

    def __enter__(self) -> Bot:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        if error is not None:
            print(self._log.read_text(errors="replace")[-4000:])

    @property
    def alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    def strike(self) -> None:
        """`kill -9`, from any thread, without waiting."""
        if self.alive:
            os.kill(self._process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """`kill -9`, and wait until the process is gone."""
        self.strike()
        self._process.wait(PATIENCE)

    def stop(self) -> None:
        """SIGTERM; it has to end by itself, and cleanly."""
        self._process.terminate()
        assert self._process.wait(PATIENCE) == 0, self._log.read_text(errors="replace")[-4000:]


class Scene:
    """One server, one database; processes come and go between them.  The first of the ``people`` is the operator."""

    def __init__(self, folder: Path, url: str, fake: FakeThread[FakeTelegram], people: int) -> None:
        self.url = url
        self.fake = fake
        self.ear = Ear()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

        def settle(server: FakeTelegram) -> tuple[list[int], list[int]]:
            server.listeners.append(self.ear.hear)
            found = [server.user(f"P{number}")["id"] for number in range(people)]
            for person in found:
                server.private(person)
            return found, [server.group(f"Room {number}", members=found).id for number in range(ROOMS)]

        self.people, self.groups = fake.do(settle)
        spaces = ", ".join(f'{{ platform = "telegram", id = "{group}" }}' for group in self.groups)
        # The community's day began twelve hours ago, so that no test checks in on two days.
        day = f"{datetime.now(UTC) - timedelta(hours=12):%H}"
        text = CONFIG.format(
            url=url, day=day, token=fake.token, base=fake.base_url, files=fake.file_url, operator=self.people[0],
            spaces=spaces,
        )  # fmt: skip
        (folder / "plugins.toml").write_text(text, encoding="utf-8")
        site = package(folder / "site", "coterie-crowd", {"coterie.plugins": {"crowd": "tests.crash.crowd:Crowd"}}, {})
        self._environment = environment(ROOT, site, *coterie_itself(folder / "itself"))

    def run(self) -> Bot:
        """The next process, perhaps not ready yet."""
        self.ear.run += 1
        return Bot(self._folder, self._environment)

    def confirmed(self) -> None:
        """Wait until the bot has acknowledged all updates."""
        self.fake.wait(lambda server: server.until(lambda: not server.updates.waiting(), PATIENCE), PATIENCE)

    def pending(self) -> set[int]:
        """The updates that the bot has not acknowledged."""
        return self.fake.do(lambda server: {update.id for update in server.updates.waiting()})


def eventually(look: Callable[[], T], good: Callable[[T], object]) -> T:
    """Look again and again until what is seen is good; raises :class:`AssertionError` after a minute."""
    end = time.monotonic() + PATIENCE
    while not good(seen := look()):
        assert time.monotonic() < end, f"still {seen}"
        time.sleep(LOOK_EVERY)
    return seen


__all__ = ["Bot", "Scene", "eventually"]
