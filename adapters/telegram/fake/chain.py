"""Filling in a form on Telegram: one question after the other, each in a message of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from coterie.adapters.telegram.fake.model import FakeMessage
from coterie.adapters.telegram.marks import CANCEL, MARK, SKIP, form_of
from coterie.core.testing.people import NoOpenForm

if TYPE_CHECKING:
    from coterie.adapters.telegram.fake import FakeTelegram
    from coterie.adapters.telegram.fake.town import TelegramTown
    from coterie.core.testing.wired import Account

LONGEST: Final = 50
"""Answers that one form takes, those that were refused included."""


class Chain:
    """One person's answers to the questions of a form."""

    def __init__(self, town: TelegramTown, account: Account[int]) -> None:
        self._town = town
        self._account = account

    def check(self) -> None:
        """Raise :class:`NoOpenForm` where no question waits for an answer."""
        if self._asked() is None:
            raise NoOpenForm(f"{self._account.name} has no open form")

    async def fill(self, answers: Mapping[str, str]) -> None:
        """Answer each question that is asked with what stands under its name or its words; skip those for which there
        is nothing, and stop where a question may not be skipped.
        """
        left = dict(answers)
        for _ in range(LONGEST):
            asked = self._asked()
            if asked is None:
                return
            name = next((each for each in left if self._is_about(asked, each)), None)
            if name is not None:
                await self._answer(asked, left.pop(name))
            elif not await self._press(asked, lambda button: button.get("callback_data") == SKIP):
                return

    async def cancel(self) -> None:
        """Withdraw the form."""
        asked = self._asked()
        if asked is not None:
            await self._press(asked, lambda button: button.get("callback_data") == CANCEL)

    def _asked(self) -> FakeMessage | None:
        """The newest question, unless a form was ended after it."""
        number = self._account.number

        def look(fake: FakeTelegram) -> FakeMessage | None:
            for message in reversed(fake.chat(number).shown):
                if not message.own or form_of({"entities": message.entities}) is None:
                    continue
                waits = (message.reply_markup or {}).get("force_reply") or message.buttons
                return message if waits else None
            return None

        return self._town.server.do(look)

    def _is_about(self, asked: FakeMessage, name: str) -> bool:
        found = form_of({"entities": asked.entities})
        return found is not None and (found[1] == name or name in asked.text.replace(MARK, "").split("\n"))

    async def _answer(self, asked: FakeMessage, answer: str) -> None:
        if await self._press(asked, lambda button: button["text"] == answer):
            return
        number = self._account.number
        update = self._town.server.do(lambda fake: fake.says(number, number, answer, reply_to=asked.message_id))
        await self._done(update)

    async def _press(self, asked: FakeMessage, fits: Callable[[dict[str, str]], bool]) -> bool:
        """Press the button that fits on the question, or on the message before it, which has the form's own."""
        number = self._account.number

        def press(fake: FakeTelegram) -> int:
            for message in (asked, fake.chat(number).message(asked.message_id - 1)):
                for button in message.buttons if message is not None and message.own else ():
                    if message is not None and fits(button) and "callback_data" in button:
                        return fake.taps(number, message.message_id, number, button["callback_data"])
            return 0

        update = self._town.server.do(press)
        if update:
            await self._done(update)
        return bool(update)

    async def _done(self, update: int) -> None:
        await self._town.acknowledged([update])
        await self._town.settle()
