"""Forms as modals of five questions; between them, and after wrong answers, a message with a button opens the next.

The answers are kept by the core, and the button carries the form's token, so all of it works after a restart.  What is
remembered here fills in once more what was wrong, and tidies up.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.cards import body, render
from coterie.adapters.discord.natives import Native, read
from coterie.adapters.discord.questions import modal, page_of
from coterie.adapters.discord.reading.marks import CANCEL, FORM
from coterie.adapters.discord.sending import Messages
from coterie.adapters.discord.words import words
from coterie.core.cards import Card
from coterie.core.platform import Delivery, PlatformError

if TYPE_CHECKING:
    from coterie.core.actions import CloseForm, OpenForm
    from coterie.core.events import Where

REMEMBERED: Final = 1024
"""So many open forms are remembered, for filling in and for tidying up."""

_LENGTH: Final = 200
"""Characters of a label or an error that are shown in a message."""
_TITLE: Final = 200
_LISTED: Final = 10
"""So many questions are named where a form is offered."""
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Asked:
    """What is remembered of an open form: wrong answers, why they are, and the message with its button."""

    answers: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    offer: str = ""


class Forms(Messages):
    """The verbs about forms, and with them those about cards."""

    @cached_property
    def _asked(self) -> OrderedDict[str, Asked]:
        """Open forms by their tokens, the oldest first."""
        return OrderedDict()

    async def open_form(self, action: OpenForm, delivery: Delivery) -> str:
        """Open a modal where that can be, else offer it by a button: to the person alone, or in the direct chat.

        The core opens the form again after each modal and each tap on that button.  The native id of the message with
        the button, if there is one.
        """
        number, count, questions = page_of(action)
        asked = self._remember(action)
        wrong = [each for each in action.questions if each.name in action.errors and each.name in action.answers]
        if not wrong:
            title = f"{action.title[:_TITLE]} ({number + 1}/{count})" if count > 1 else action.title
            answers = {**asked.answers, **action.answers}
            shown = modal(title, f"{FORM}{action.token}", questions, answers, asked.errors, action.to.locale)
            if await self.interactions.modal(action.handle, shown):
                return ""
        say = words(action.to.locale)
        if wrong:
            lines = [_told(each.label, action.errors[each.name]) for each in wrong]
            text, label = "\n".join([say["wrong"], *lines]), say["again"]
        elif number:
            text, label = say["part"].format(done=number, all=count), say["go on"]
        else:
            asks = [f"• {each.label[:_LENGTH]}" for each in action.questions[:_LISTED]]
            text, label = "\n".join([say["waits"], *asks]), say["open"]
        return await self._offer(action, delivery, asked, Card(title=action.title[:_TITLE], text=text), label)

    async def close_form(self, action: CloseForm, delivery: Delivery) -> str:
        """Take the message with the button away, where it is remembered; the core refuses answers in any case."""
        asked = self._asked.get(action.token)
        if asked is not None:
            if asked.offer:
                await self.withdraw(read(asked.offer), action.where)
            self._asked.pop(action.token, None)
        return ""

    async def _offer(self, action: OpenForm, delivery: Delivery, asked: Asked, card: Card, label: str) -> str:
        """Show a message with a button that opens the form, and one that gives it up."""
        message = {**body(render(card, delivery)[0]), "components": _buttons(action.token, label, action.to.locale)}
        sent = await self.interactions.answer(action.handle, message)
        if sent is not None:
            native = Native((sent,), "", action.handle.split(":")[2], action.to.id)
        else:

            async def post(chat: str) -> list[str]:
                return [await self.poster.post_raw(chat, message, delivery.key)]

            native = await self.directly(action.to, action.where, post)
        former, asked.offer = asked.offer, str(native)
        if former and former != asked.offer:
            await self._tidy(former, action.where)
        return asked.offer

    async def _tidy(self, former: str, where: Where) -> None:
        """Take the button of an earlier step away; it does no harm where that fails."""
        try:
            await self.withdraw(read(former), where)
        except PlatformError as error:
            _log.debug("the button of an earlier step stays: %s", error.reason)

    def _remember(self, action: OpenForm) -> Asked:
        """Keep what was answered wrongly, and forget it when it is right."""
        asked = self._asked.setdefault(action.token, Asked())
        self._asked.move_to_end(action.token)
        if len(self._asked) > REMEMBERED:
            self._asked.popitem(last=False)
        for name, answer in action.answers.items():
            if name in action.errors:
                asked.answers[name], asked.errors[name] = answer, action.errors[name]
            else:
                asked.answers.pop(name, None)
                asked.errors.pop(name, None)
        return asked


def _told(label: str, error: str) -> str:
    """What is wrong with an answer, and with which, unless the words say that themselves."""
    about = "" if label in error else f"{label[:_LENGTH]}: "
    return f"⚠️ {about}{error[:_LENGTH]}"


def _buttons(token: str, label: str, locale: str) -> list[dict[str, Any]]:
    buttons = [
        {"type": 2, "style": 1, "label": label, "custom_id": f"{FORM}{token}"},
        {"type": 2, "style": 2, "label": words(locale)["cancel"], "custom_id": f"{CANCEL}{token}"},
    ]
    return [{"type": 1, "components": buttons}]


__all__ = ["Forms"]
