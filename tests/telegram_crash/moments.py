"""The moments of a kill that only Telegram has: what is handed over, acknowledged and answered there."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from coterie.adapters.telegram.fake import FakeTelegram, FakeThread
from tests.killing.books import unsent
from tests.killing.deeds import Crowd, Deed, Packet, Pay
from tests.killing.process import Process, eventually
from tests.killing.scene import FOR_EVER, MANY
from tests.killing.story import Story
from tests.telegram_crash.scene import TelegramScene

PROBE: Final = {
    "id": "probe", "from": {"id": 1, "is_bot": False, "first_name": "P"}, "currency": "XTR", "total_amount": 1,
    "invoice_payload": "of nobody",
}  # fmt: skip
"""A pre-checkout query of nobody's. The adapter refuses it at once, whatever the lanes do, and so shows that it has
read the updates that came with it."""


class TelegramStory(Story[TelegramScene]):
    """Kills on Telegram."""

    def hand_over(self, people: int) -> list[Deed]:
        before = self.scene.fake.do(_answers)
        wave = self.crowd.do(self.crowd.wave(people), then=lambda server: server.sends({"pre_checkout_query": PROBE}))
        eventually(lambda: self.scene.fake.do(_answers), lambda answers: answers > before)
        return wave

    def before_the_acknowledgement(self, bot: Process, people: int) -> None:
        """The server takes no question that says how far the updates were read."""
        self.crowd.do([self.crowd.pay(self.scene.people[0])])
        self.scene.confirmed()  # by a question that is open now; those behind it are refused
        wave = self.crowd.do(self.crowd.wave(people), then=lambda server: server.faults.fail(MANY, method="getUpdates"))
        eventually(self.look, lambda books: all(deed.happened(books) for deed in wave))
        eventually(lambda: unsent(self.scene.url, messages=True), lambda left: not left)
        bot.kill()
        self.scene.fake.do(self.scene.calm)
        assert {deed.event for deed in wave} <= self.scene.pending()

    def hold(self, server: Any, paid: Pay, packet: Packet) -> int:
        for chat in (paid.who, packet.room):
            server.faults.slow(FOR_EVER, method="sendMessage", chat=chat)
        return 2


def _answers(server: FakeTelegram) -> int:
    return sum(data.get("pre_checkout_query_id") == PROBE["id"] for data in server.called("answerPreCheckoutQuery"))


def story(folder: Path, url: str, fake: FakeThread[FakeTelegram], people: int, seed: int) -> TelegramStory:
    """A story of so many people, before anything has happened."""
    scene = TelegramScene(folder, url, fake, people)
    return TelegramStory(scene, Crowd(scene, seed))


__all__ = ["TelegramStory", "story"]
