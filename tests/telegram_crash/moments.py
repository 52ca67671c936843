"""Kills at chosen moments of an update's way: before the commit, after it, and after a message was sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from coterie.adapters.telegram.fake import FakeTelegram
from tests.telegram_crash.audit import Books, audit, held, unsent
from tests.telegram_crash.deeds import Crowd, Grab, Packet, Pay, has_happened
from tests.telegram_crash.hearing import Key, compare
from tests.telegram_crash.scene import Bot, Scene, eventually

FOR_EVER: Final = 3600.0
"""Seconds for which an answer is held back: longer than any test."""
MANY: Final = 10**6
PROBE: Final = {
    "id": "probe", "from": {"id": 1, "is_bot": False, "first_name": "P"}, "currency": "XTR", "total_amount": 1,
    "invoice_payload": "of nobody",
}  # fmt: skip
"""A pre-checkout query of nobody's. The adapter refuses it at once, whatever the lanes do, and so shows that it has
read the updates that came with it."""


@dataclass(slots=True)
class Story:
    """A scene and its crowd, killed again and again."""

    scene: Scene
    crowd: Crowd
    doubled: Counter[Key] = field(default_factory=Counter)
    """What was said once more than it had to be."""

    def begin(self) -> None:
        """Everybody has money, and there is a packet in every room; the process must run."""
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
        """Killed when the updates were handed over; the store lets nothing be committed."""
        with held(self.scene.url):
            wave = self.crowd.do(self.crowd.wave(people), then=_probe)
            eventually(lambda: self.scene.fake.do(_answered), lambda answered: answered)
            bot.kill()
        books = self.look()
        assert not any(has_happened(deed, books) for deed in wave if not isinstance(deed, Grab))
        assert {deed.update for deed in wave} <= self.scene.pending()

    def before_the_send(self, bot: Bot, people: int) -> None:
        """Killed when all is committed and acknowledged; the server takes no message meanwhile."""
        before = len(self.scene.ear.said)

        def refuse(server: FakeTelegram) -> None:
            for method in ("sendMessage", "answerCallbackQuery"):
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

    def before_the_acknowledgement(self, bot: Bot, people: int) -> None:
        """Killed when all is committed and sent, and the server has not heard that the updates were read."""
        self.crowd.do([self.crowd.pay(self.scene.people[0])])
        self.scene.confirmed()  # by a question that is open now; those behind it are refused
        wave = self.crowd.do(self.crowd.wave(people), then=_refuse_polls)
        eventually(self.look, lambda books: all(has_happened(deed, books) for deed in wave))
        eventually(lambda: unsent(self.scene.url, messages=True), lambda left: not left)
        bot.kill()
        self.scene.fake.do(lambda server: server.faults.clear())
        assert {deed.update for deed in wave} <= self.scene.pending()

    def after_the_send(self, bot: Bot, people: int) -> tuple[int, Packet]:
        """Killed when one answer to a payment and the card of a packet have been sent, and the bot has not heard of
        either; the chat of the one, and the packet.
        """
        wave = self.crowd.wave(people)
        packet = next(deed for deed in wave if isinstance(deed, Packet))
        chat = next(deed.who for deed in wave if isinstance(deed, Pay))
        behind = sum(chat in (deed.who, deed.to) for deed in wave if isinstance(deed, Pay))

        def hold(server: FakeTelegram) -> None:
            for place in (chat, packet.room):
                server.faults.slow(FOR_EVER, method="sendMessage", chat=place)

        self.scene.fake.do(hold)
        before = len(self.scene.ear.said)
        self.crowd.do(wave)
        self.scene.confirmed()
        eventually(lambda: unsent(self.scene.url, messages=True), lambda left: left == behind + 1)
        bot.kill()
        heard = Counter(said.to for said in self.scene.ear.said[before:] if said.message)
        assert (heard[chat], heard[packet.room]) == (1, 1)
        self.look()
        return chat, packet


def _probe(server: FakeTelegram) -> None:
    server.sends({"pre_checkout_query": PROBE})


def _refuse_polls(server: FakeTelegram) -> None:
    server.faults.fail(MANY, method="getUpdates")


def _answered(server: FakeTelegram) -> bool:
    return any(data.get("pre_checkout_query_id") == PROBE["id"] for data in server.called("answerPreCheckoutQuery"))


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
        story.before_the_acknowledgement(bot, people // 2)
    with scene.run() as bot:
        story.settle()
        assert not story.doubled
        story.before_the_send(bot, people // 2)
    with scene.run() as bot:
        story.settle()
        assert not story.doubled
        chat, packet = story.after_the_send(bot, people // 2)
    with scene.run() as bot:
        story.settle()
        assert sorted(to for to, _ in story.doubled.elements()) == sorted((chat, packet.room))
        _tap_old_buttons(story, packet.greeting)
        bot.stop()
    assert (scene.pending(), story.look().unsent) == (set(), 0)
    return story


def _tap_old_buttons(story: Story, greeting: str) -> None:
    """Both copies of a card pay out of one packet, and so does a card from before all kills."""
    cards = story.scene.ear.packets()
    assert len(cards[greeting]) == 2
    wanted = [*cards[greeting], cards["greeting-1"][0], cards["greeting-3"][0]]
    taps = [story.crowd.grab_from(card) for card in wanted]
    assert story.crowd.do(taps) == taps
    story.settle()
    assert all((tap.greeting, tap.who) in story.look().shares for tap in taps)


__all__ = ["Story", "play"]
