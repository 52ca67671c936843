"""The moments of a kill that only Discord has: what is announced, noted and answered there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coterie.adapters.discord.fake import FakeDiscord, FakeThread
from tests.discord_crash.scene import DiscordScene
from tests.killing.deeds import Crowd, Deed, Packet, Pay
from tests.killing.process import Process, eventually
from tests.killing.scene import FOR_EVER
from tests.killing.story import Story


class DiscordStory(Story[DiscordScene]):
    """Kills on Discord."""

    def hand_over(self, people: int) -> list[Deed]:
        """Everybody has been told that an answer comes, so the bot has read what they did."""
        wave = self.crowd.do(self.crowd.wave(people))
        told = [self.scene.interactions[deed.event] for deed in wave]
        eventually(lambda: self.scene.fake.do(lambda _: [each.answered for each in told]), all)
        return wave

    def before_the_acknowledgement(self, bot: Process, people: int) -> None:
        """The bot has not noted how far it is in Discord's stream."""
        place = self.scene.place()
        assert place is not None
        wave = self.crowd.do(self.crowd.wave(people))
        eventually(self.look, lambda books: all(deed.happened(books) for deed in wave))
        self.quiet()
        bot.kill()
        self.scene.forget_since(place)
        assert {deed.event for deed in wave} <= self.scene.pending()

    def hold(self, server: Any, paid: Pay, packet: Packet) -> int:
        answer = self.scene.interactions[paid.event]
        server.faults.slow(FOR_EVER, method="POST", path=f"/interactions/{answer.id}/{answer.token}/callback")
        for channel in (str(packet.room), server.direct(str(paid.to)).id):
            server.faults.slow(FOR_EVER, method="POST", path=f"/channels/{channel}/messages")
        return 3


def story(folder: Path, url: str, fake: FakeThread[FakeDiscord], people: int, seed: int) -> DiscordStory:
    """A story of so many people, before anything has happened."""
    scene = DiscordScene(folder, url, fake, people)
    return DiscordStory(scene, Crowd(scene, seed))


__all__ = ["DiscordStory", "story"]
