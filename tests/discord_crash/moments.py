"""Kills at chosen moments of an event's way: before the commit, after it, and after something was said."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from coterie.adapters.discord.fake import FakeDiscord
from tests.discord_crash.deeds import Crowd, has_happened
from tests.discord_crash.scene import Bot, Scene, eventually
from tests.telegram_crash.audit import Books, audit, held, unsent
from tests.telegram_crash.deeds import Packet, Pay
from tests.telegram_crash.hearing import Key, compare

FOR_EVER: Final = 3600.0
"""Seconds for which an answer is held back: longer than any test."""
MANY: Final = 10**6
MESSAGES: Final = "/channels/{channel_id}/messages"


@dataclass(slots=True)
class Story:
    """A scene and its crowd, killed again and again."""

    scene: Scene
    crowd: Crowd
    doubled: Counter[Key] = field(default_factory=Counter)
    """What was said once more than it had to be."""

    def begin(self) -> None:
        """Everybody has money, and there is a packet in every room; the process must run."""
        self.scene.begun()
        self.crowd.do(self.crowd.funding())
        self.scene.confirmed()
        self.crowd.do(self.crowd.packet(shares) for shares in (100, 5, 100, 5))
        self.settle()

    def settle(self) -> None:
        """Wait until everything has been read and everything has been said, and compare."""
        self.scene.confirmed()
        eventually(lambda: unsent(self.scene.url), lambda left: not left)
        books = self.look()
        self.doubled = compare(self.scene.ear.said, self.crowd.expected(books))

    def look(self) -> Books:
        """Check what holds at every instant."""
        books = audit(self.scene.url)
        self.crowd.check(books)
        return books

    # -- the moments; each leaves the process dead

    def before_the_commit(self, bot: Bot, people: int) -> None:
        """Killed when the store lets nothing be committed, and people have been told that an answer comes."""
        with held(self.scene.url):
            wave = self.crowd.do(self.crowd.wave(people))
            told = [self.crowd.interactions[deed.update] for deed in wave]
            eventually(lambda: self.scene.fake.do(lambda _: [each.answered for each in told]), all)
            bot.kill()
        self.look()
        assert {deed.update for deed in wave} <= self.scene.pending()

    def before_the_note(self, bot: Bot, people: int) -> None:
        """Killed when all is committed and said, and the bot has not noted how far it is in Discord's stream."""
        place = self.scene.place()
        assert place is not None
        wave = self.crowd.do(self.crowd.wave(people))
        eventually(self.look, lambda books: all(has_happened(deed, books) for deed in wave))
        eventually(lambda: unsent(self.scene.url), lambda left: not left)
        bot.kill()
        self.scene.forget_since(place)
        assert {deed.update for deed in wave} <= self.scene.pending()

    def before_the_send(self, bot: Bot, people: int) -> None:
        """Killed when all is committed and noted; the server takes no message meanwhile."""
        before = len(self.scene.ear.said)

        def refuse(server: FakeDiscord) -> None:
            for method in ("POST", "PATCH", "DELETE"):
                server.faults.fail(MANY, method=method, status=429)

        self.scene.fake.do(refuse)
        wave = self.crowd.do(self.crowd.wave(people))
        self.scene.confirmed()
        bot.kill()
        self.scene.fake.do(lambda server: server.faults.clear())
        assert len(self.scene.ear.said) == before
        books = self.look()
        assert all(has_happened(deed, books) for deed in wave)
        assert books.unsent >= len(wave)

    def after_the_send(self, bot: Bot, people: int) -> None:
        """Killed when the answer to a payment, the word to who was paid, and the card of a packet are out, and the bot
        has heard of none of them.
        """
        wave = self.crowd.wave(people)
        packet = next(deed for deed in wave if isinstance(deed, Packet))
        paid = next(deed for deed in wave if isinstance(deed, Pay))

        def hold(server: FakeDiscord) -> None:
            """Before the bot reads any of it."""
            answer = self.crowd.interactions[paid.update]
            server.faults.slow(FOR_EVER, method="POST", path=f"/interactions/{answer.id}/{answer.token}/callback")
            for channel in (str(packet.room), server.direct(str(paid.to)).id):
                server.faults.slow(FOR_EVER, method="POST", path=f"/channels/{channel}/messages")

        before = len(self.scene.ear.said)
        done = self.crowd.do(wave, then=hold)
        assert paid in done
        self.scene.confirmed()
        wanted = {(paid.who, f"paid {paid.amount}"), (packet.room, packet.greeting.replace("greeting-", "packet "))}
        eventually(lambda: {said.key for said in self.scene.ear.said[before:]}, wanted.issubset)
        eventually(lambda: [said for said in self.scene.ear.said[before:] if said.to == paid.to], bool)
        bot.kill()
        self.scene.fake.do(lambda server: server.faults.clear())
        assert self.look().unsent >= len(wanted)


def play(scene: Scene, seed: int, people: int) -> Story:
    """All moments, one after the other; so many ``people`` act at once before the first kill, and half as many before
    each other.  Raises :class:`AssertionError` for a broken promise.
    """
    story = Story(scene, Crowd(scene, seed))
    with scene.run() as bot:
        story.begin()
        story.before_the_commit(bot, people)
    with scene.run() as bot:
        story.settle()
        assert not story.doubled
        story.before_the_note(bot, people // 2)
    with scene.run() as bot:
        story.settle()
        assert not story.doubled
        story.before_the_send(bot, people // 2)
    with scene.run() as bot:
        story.settle()
        assert not story.doubled
        story.after_the_send(bot, people // 2)
    with scene.run() as bot:
        story.settle()
        assert not story.doubled
        _tap_old_buttons(story)
        bot.stop()
    assert (scene.pending(), story.look().unsent) == (set(), 0)
    return story


def _tap_old_buttons(story: Story) -> None:
    """Every packet has one card, and those from before all kills pay."""
    cards = story.scene.ear.packets()
    assert {len(copies) for copies in cards.values()} == {1}, "a nonce keeps cards from doubling"
    taps = [story.crowd.grab_from(cards[greeting][0]) for greeting in ("greeting-1", "greeting-3")]
    assert story.crowd.do(taps) == taps
    story.settle()
    assert all((tap.greeting, tap.who) in story.look().shares for tap in taps)


__all__ = ["FOR_EVER", "MANY", "MESSAGES", "Story", "play"]
