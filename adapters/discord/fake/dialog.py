"""Filling in a form on Discord: one modal, or several with a button between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.reading import marks
from coterie.core.testing.people import NoOpenForm

if TYPE_CHECKING:
    from coterie.adapters.discord.fake import FakeDiscord, FakeMessage
    from coterie.adapters.discord.fake.interactions import FakeInteraction
    from coterie.adapters.discord.fake.town import DiscordTown
    from coterie.core.testing.wired import Account

LONGEST: Final = 20
"""Modals that one form takes, those with wrong answers included."""


class Dialog:
    """One person's answers to a form."""

    def __init__(self, town: DiscordTown, account: Account[str]) -> None:
        self._town = town
        self._account = account

    def check(self) -> None:
        """Raise :class:`NoOpenForm` where no modal is open, and none is offered."""
        if self._modal() is None and self._button() is None:
            raise NoOpenForm(f"{self._account.name} has no open form")

    async def fill(self, answers: Mapping[str, str]) -> None:
        """Answer what is asked with what stands under its name or its words, and send it in, modal after modal, until
        all answers are given or the form is done.
        """
        left = dict(answers)
        for _ in range(LONGEST):
            interaction = self._modal()
            if interaction is None:
                if not left or not await self._open():
                    return
                continue
            await self._submit(interaction, left)
            if not left:
                return

    async def cancel(self) -> None:
        """Withdraw the form: by its button, in the message that offers it."""
        self._town.mirror.close(self._account)
        await self._press(marks.CANCEL)

    def _modal(self) -> FakeInteraction | None:
        found = self._town.mirror.modals.get(self._account.key)
        return None if found is None else found[0]

    async def _submit(self, interaction: FakeInteraction, left: dict[str, str]) -> None:
        """Send a modal in; answers that found their question are taken out of ``left``."""
        modal = interaction.modal
        assert modal is not None
        given: dict[str, Any] = {}
        for part in modal["components"]:
            inside = part["component"]
            name = next((each for each in left if each in (inside["custom_id"], part["label"])), None)
            answer = _standing(inside) if name is None else left.pop(name)
            if answer:
                given[inside["custom_id"]] = _chosen(inside, answer)
        number = self._account.number
        self._town.mirror.close(self._account)
        self._town.server.do(lambda fake: fake.submits(number, interaction, given))
        await self._done()

    async def _open(self) -> bool:
        """Press the button that opens the next modal; whether there was one."""
        return await self._press(marks.FORM)

    async def _press(self, mark: str) -> bool:
        found = self._button(mark)
        if found is None:
            return False
        message, custom_id = found
        number = self._account.number
        self._town.server.do(lambda fake: fake.taps(number, message, custom_id))
        await self._done()
        return True

    def _button(self, mark: str = marks.FORM) -> tuple[str, str] | None:
        """The newest message that offers a form to the person, and the button of it with this mark."""
        number = self._account.number

        def look(fake: FakeDiscord) -> tuple[str, str] | None:
            offers: list[tuple[int, FakeMessage, str]] = []
            for channel in fake.world.channels.values():
                if channel.recipient is not None and channel.recipient.id != number:
                    continue
                for message in channel.messages:
                    if message.deleted or not message.own or message.seen_by not in ("", number):
                        continue
                    if channel.recipient is None and not message.seen_by:
                        continue
                    offers += [
                        (int(message.id), message, button["custom_id"])
                        for button in message.buttons
                        if button.get("custom_id", "").startswith(mark)
                    ]
            if not offers:
                return None
            newest = max(offers, key=lambda each: each[0])[0]
            _, message, custom_id = next(each for each in offers if each[0] == newest)
            return message.id, custom_id

        return self._town.server.do(look)

    async def _done(self) -> None:
        await self._town.caught_up()
        await self._town.settle()


def _standing(inside: Json) -> str:
    """What stands in a part already."""
    chosen = [option["value"] for option in inside.get("options", ()) if option.get("default")]
    return str(inside.get("value") or (chosen[0] if chosen else ""))


def _chosen(inside: Json, answer: str) -> Any:
    """An answer as the part of the modal takes it."""
    if not inside.get("options"):
        return answer
    value = next((each["value"] for each in inside["options"] if answer in (each["label"], each["value"])), answer)
    return [value] if inside["type"] == 3 else value
