"""Telegram in front of the bot: how things are done there, and what is seen of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, ClassVar

from coterie.adapters.telegram.fake import FakeMessage, FakeTelegram, FakeThread, NotPossible
from coterie.adapters.telegram.limits import LIMITS
from coterie.adapters.telegram.sending import ids_of
from tests.cli_kit import PATIENCE
from tests.killing.deeds import FUNDS, Ask, CheckIn, Deed, Grab, Packet, Pay
from tests.killing.hearing import Seen
from tests.killing.process import Process, eventually
from tests.killing.scene import FOR_EVER, MANY, ROOMS, Scene


class TelegramScene(Scene[FakeTelegram]):
    """Direct chats and :data:`ROOMS` groups; messages are ``CHAT:NUMBER``."""

    platform: ClassVar[str] = "telegram"
    in_flight: ClassVar[int] = LIMITS.in_flight
    repeats: ClassVar[bool] = True
    doubts: ClassVar[int] = 1
    fake: FakeThread[FakeTelegram]

    def settle(self, server: FakeTelegram, people: int) -> None:
        server.listeners.append(self.ear.hear)
        self.people = [server.user(f"P{number}")["id"] for number in range(people)]
        for person in self.people:
            server.private(person)
        self.rooms = [server.group(f"Room {number}", members=self.people).id for number in range(ROOMS)]

    def adapter(self) -> str:
        fake = self.fake
        return (
            f'token = "{fake.token}"\napi_base_url = "{fake.base_url}"\napi_file_url = "{fake.file_url}"\n'
            'chats = ["*"]\npoll_timeout = "5s"'
        )

    def spaces(self) -> Collection[int]:
        return self.rooms

    def run(self) -> Process:
        self._polls = self._polled()
        return super().run()

    # -- what is seen

    def read(self, kind: str, thing: Any) -> Seen | None:
        if kind == "alert":
            return Seen(thing["user_id"], thing["text"])
        if kind not in ("sent", "edited") or not isinstance(thing, FakeMessage) or not thing.own:
            return None
        token = next((button["callback_data"] for button in thing.buttons if "callback_data" in button), "")
        return Seen(thing.chat_id, thing.text, f"{thing.chat_id}:{thing.message_id}", token)

    def posts(self, channel: str, native: str) -> Collection[str]:
        if native.startswith("alert:"):
            return ()
        chat, numbers = ids_of(native)
        return [f"{chat or channel}:{number}" for number in numbers]

    # -- what people do

    def act(self, server: FakeTelegram, deed: Deed) -> int:
        match deed:
            case Pay():
                return server.says(deed.who, deed.who, f"/pay @{deed.to} {deed.amount} points note-{deed.amount}")
            case CheckIn():
                return server.says(deed.who, deed.who, "/checkin")
            case Ask():
                return server.says(deed.who, deed.who, "/balance")
            case Packet():
                words = f"/packet {deed.shares * 100} {deed.shares} {deed.greeting}"
                return server.says(deed.who, deed.room, words)
            case Grab():
                try:
                    _, _, number = deed.card.message.partition(":")
                    return server.taps(deed.who, int(number), deed.card.to, deed.card.token)
                except NotPossible:  # the card says by now that the packet is empty
                    return 0
        return server.says(deed.who, deed.who, f"/fund {FUNDS}")

    def broadcast(self, server: FakeTelegram, who: int, text: str) -> None:
        server.says(who, who, f'/broadcast "not left" {text}')

    # -- how far the bot is

    def awake(self) -> None:
        eventually(self._polled, lambda polls: polls > self._polls)

    def pending(self) -> set[int]:
        return self.fake.do(lambda server: {update.id for update in server.updates.waiting()})

    def confirmed(self) -> None:
        self.fake.wait(lambda server: server.until(lambda: not server.updates.waiting(), PATIENCE), PATIENCE)

    def _polled(self) -> int:
        return self.fake.do(lambda server: len(server.called("getUpdates")))

    # -- a bad day

    def refuse(self, server: FakeTelegram) -> None:
        for method in ("sendMessage", "answerCallbackQuery"):
            server.faults.fail(MANY, method=method, status=429)

    def doubt(self, server: FakeTelegram) -> None:
        server.faults.slow(FOR_EVER, self.doubts, method="sendMessage")
        server.faults.fail(MANY, method="sendMessage", status=429)

    def calm(self, server: FakeTelegram) -> None:
        server.faults.clear()

    def enforce(self, server: FakeTelegram, *, patient: bool) -> None:
        server.limits.enforced = True


__all__ = ["TelegramScene"]
