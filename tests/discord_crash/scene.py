"""The place where it happens: a Discord server, a configuration, and `coterie run` between them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from sqlalchemy import text

from coterie.adapters.discord.fake import FakeDiscord, FakeThread
from coterie.adapters.discord.sequence import Place, read_place
from coterie.storage.engine import open_engine
from tests.cli_kit import PATIENCE, ROOT, coterie_itself, environment, package
from tests.discord_crash.hearing import Ear
from tests.telegram_crash.audit import reading, rows
from tests.telegram_crash.scene import LOOK_EVERY, Bot, eventually

ROOMS: Final = 4
NOTE: Final = "note:discord:shard:0/1"
CONFIG: Final = """
[coterie]
database = "{url}"
day_start = "{day}:00"
web = {{ host = "127.0.0.1", port = 0 }}
log = {{ level = "warning" }}
[adapters.discord]
token = "{token}"
rest_url = "{rest}"
gateway_url = "{gateway}"
[plugins.checkin]
[plugins.crowd]
[plugins.members]
[plugins.redpacket]
[plugins.wallet]
confirm_above = 1000000
[communities.town]
operators = ["discord:{operator}"]
spaces = [{{ platform = "discord", id = "{guild}" }}]
"""


class Scene:
    """One server, one database; processes come and go between them.  The first of the ``people`` is the operator."""

    def __init__(self, folder: Path, url: str, fake: FakeThread[FakeDiscord], people: int) -> None:
        self.url = url
        self.fake = fake
        self.ear = Ear()
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

        def settle(server: FakeDiscord) -> tuple[str, list[int], list[int]]:
            server.listeners.append(self.ear.hear)
            found = [server.person(f"P{number}") for number in range(people)]
            rooms = [f"room-{number}" for number in range(ROOMS)]
            guild = server.add_guild("Harbour", owner=found[0], members=found, channels=rooms)
            return guild.id, [int(user.id) for user in found], [int(guild.channel(room).id) for room in rooms]

        guild, self.people, self.groups = fake.do(settle)
        # The community's day began twelve hours ago, so that no test checks in on two days.
        day = f"{datetime.now(UTC) - timedelta(hours=12):%H}"
        text = CONFIG.format(
            url=url, day=day, token=fake.token, rest=fake.rest_url, gateway=fake.gateway_url,
            operator=self.people[0], guild=guild,
        )  # fmt: skip
        (folder / "plugins.toml").write_text(text, encoding="utf-8")
        site = package(folder / "site", "coterie-crowd", {"coterie.plugins": {"crowd": "tests.crash.crowd:Crowd"}}, {})
        self._environment = environment(ROOT, site, *coterie_itself(folder / "itself"))

    def run(self) -> Bot:
        """The next process, perhaps not ready yet."""
        self.ear.run += 1
        return Bot(self._folder, self._environment)

    # -- how far the bot is

    def place(self) -> Place | None:
        """The place in Discord's stream that the bot has noted, from which the next process goes on."""
        with reading(self.url) as connection:
            found = rows(connection, f"SELECT value FROM settings WHERE name = '{NOTE}'")
        return read_place(found[0][0]) if found else None

    def forget_since(self, place: Place) -> None:
        """Let the note be as if the process had died before it wrote the next one."""
        engine = open_engine(self.url, pool_size=1)
        try:
            with engine.begin() as connection:
                change = text("UPDATE settings SET value = :value WHERE name = :name")
                connection.execute(change, {"value": place.text(), "name": NOTE})
        finally:
            engine.dispose()

    def told(self) -> int:
        """The number of the last event of the one session that there is."""

        def look(server: FakeDiscord) -> int:
            (session,) = server.sessions.known.values()
            return session.sequence

        return self.fake.do(look)

    def pending(self) -> set[int]:
        """The numbers of the events that will be told to the next process."""
        place = self.place()
        return set(range(1 if place is None else place.sequence + 1, self.told() + 1))

    def begun(self) -> None:
        """Wait until there is a session that the next process would know."""
        self.fake.wait(lambda server: server.until(lambda: server.sessions.live, PATIENCE), PATIENCE)
        eventually(self.place, bool)

    def confirmed(self) -> None:
        """Wait until the bot has committed, and noted, all that it was told."""
        eventually(self.pending, lambda pending: not pending)


__all__ = ["LOOK_EVERY", "Bot", "Scene", "eventually"]
