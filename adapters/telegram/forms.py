"""Forms as a chain of questions: one message after the other in the person's direct chat.

Which question a message asks stands in the message (:mod:`marks`), and which answers were given in the core's store.
What is remembered here only serves to tidy up behind the chain: after a restart it goes on all the same.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from telegram.constants import InlineKeyboardMarkupLimit, ReplyLimit

from coterie.adapters.telegram.base import Base
from coterie.adapters.telegram.calls import GONE, NOT_MODIFIED
from coterie.adapters.telegram.doors import mention, shown_name
from coterie.adapters.telegram.marks import CANCEL, MARK, SKIP, choice_data, mark_of
from coterie.adapters.telegram.posting import Target, id_in
from coterie.adapters.telegram.refusals import Closed
from coterie.adapters.telegram.sending import applicants_chat, query_of, user_id
from coterie.adapters.telegram.splitting import TEXT_LENGTH, split
from coterie.adapters.telegram.text import nobody, weave
from coterie.adapters.telegram.words import words
from coterie.core.cutting import units
from coterie.core.platform import Delivery, PlatformError, Refused
from coterie.core.text import Span, Style

if TYPE_CHECKING:
    from coterie.adapters.telegram.posting import Poster
    from coterie.core.actions import CloseForm, OpenForm
    from coterie.core.cards import Question
    from coterie.core.events import Who

REMEMBERED: Final = 1024
"""So many open forms are remembered, for tidying up."""
ROW_LENGTH: Final = 24
"""Characters of choices that share a row of buttons."""

_LENGTH: Final = 800
"""Characters of a title, a label, a help or an error that are shown."""
_OWN_BUTTONS: Final = 2
_PLACEHOLDER: Final = int(ReplyLimit.MAX_INPUT_FIELD_PLACEHOLDER)
_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Asked:
    """The newest question of a form: where it stands, its number, its message, and the one with its other buttons."""

    chat: int | str
    number: int
    head: int = 0
    message: int = 0


class Forms(Base):
    """The verbs about forms; ``asked`` holds the newest question of each open form, by token, the oldest first."""

    poster: Poster
    asked: OrderedDict[str, Asked]

    async def open_form(self, action: OpenForm, delivery: Delivery) -> str:
        """Ask the next question, in the direct chat or, where that is closed, in the group as a reply to come.

        The core opens the form again after each answer; that is what makes the chain.
        """
        number = next_question(action)
        async with self.queries.closing(query_of(action.handle)):
            try:
                chat = applicants_chat(action.handle) or user_id(action.to)
                return await self._ask({"chat_id": chat}, action, number, public=False)
            except Closed:
                if not action.where.space:
                    raise
                return await self._ask(self.places.target(action.where), action, number, public=True)

    async def close_form(self, action: CloseForm, delivery: Delivery) -> str:
        """Take the last question away, where it is remembered; answers to it are refused by the core in any case."""
        asked = self.asked.get(action.token)
        if asked is not None:
            await self.poster.take_away({"chat_id": asked.chat}, [each for each in (asked.head, asked.message) if each])
            self.asked.pop(action.token, None)
        return ""

    async def _ask(self, target: Target, action: OpenForm, number: int, *, public: bool) -> str:
        """Post a question; one with a typed answer takes two messages, as none can both have buttons and wait for a
        reply.
        """
        question, say = action.questions[number], words(action.to.locale)
        before = self.asked.get(action.token)
        if before is not None and (before.message or before.number != number or before.chat != target["chat_id"]):
            await self._tidy(before)
            before = None
        asked = before or Asked(target["chat_id"], number)
        rows = list(_choices(action.token, number, question, say))
        own = [{"text": say["skip"], "callback_data": SKIP}] if not question.required else []
        own.append({"text": say["cancel"], "callback_data": CANCEL})
        whom = action.to if public else None
        if rows:
            spans = (*_head(action, number), *_body(action, question))
            data = _message(action, question, spans, {"inline_keyboard": [*rows, own]}, whom)
        else:
            if not asked.head:
                data = _message(action, question, _head(action, number), {"inline_keyboard": [own]}, None)
                asked.head = id_in(await self.poster.ask("sendMessage", {**target, **data}))
                self._remember(action.token, asked)
            reply = {"force_reply": True, "selective": public, "input_field_placeholder": _placeholder(question, say)}
            data = _message(action, question, _body(action, question), reply, whom)
        asked.message = id_in(await self.poster.ask("sendMessage", {**target, **data}))
        self._remember(action.token, asked)
        return f"{asked.chat}:{asked.message}"

    def _remember(self, token: str, asked: Asked) -> None:
        self.asked[token] = asked
        self.asked.move_to_end(token)
        if len(self.asked) > REMEMBERED:
            self.asked.popitem(last=False)

    async def _tidy(self, asked: Asked) -> None:
        """Take the buttons of an earlier question away; it does no harm where that fails."""
        try:
            if asked.head:
                await self.poster.take_away({"chat_id": asked.chat}, [asked.head])
                asked.head = 0
            elif asked.message:
                data = {"chat_id": asked.chat, "message_id": asked.message}
                await self.poster.ask("editMessageReplyMarkup", data, fine=(*NOT_MODIFIED, *GONE))
        except PlatformError as error:
            _log.debug("the buttons of an answered question stay: %s", error.reason)


def next_question(action: OpenForm) -> int:
    """The number of the question to ask: one whose answer is wrong, else the first without an answer, else the last.

    The core names a question that nobody has answered yet as an error, too; it is asked without that.  A question with
    an empty answer was skipped.  Raises :class:`Refused` for a form without questions.
    """
    if not action.questions:
        raise Refused("the form has no questions")
    wrong = open_ = len(action.questions)
    for number, question in reversed(list(enumerate(action.questions))):
        if question.name not in action.answers:
            open_ = number
        elif question.name in action.errors:
            wrong = number
    return wrong if wrong < len(action.questions) else min(open_, len(action.questions) - 1)


def _head(action: OpenForm, number: int) -> tuple[Span, ...]:
    """The form's title, and how far the chain is."""
    progress = f" ({number + 1}/{len(action.questions)})" if len(action.questions) > 1 else ""
    return (Span(f"{action.title[:_LENGTH]}{progress}", Style.BOLD), Span("\n"))


def _body(action: OpenForm, question: Question) -> tuple[Span, ...]:
    """What is wrong with the answer that was given, the question, and its help; as lines."""
    error = action.errors.get(question.name, "") if question.name in action.answers else ""
    lines = [Span(f"⚠️ {error[:_LENGTH]}\n")] if error else []
    lines.append(Span(question.label[:_LENGTH]))
    if question.help:
        lines += [Span("\n"), Span(question.help[:_LENGTH], Style.ITALIC)]
    return tuple(lines)


def _message(
    action: OpenForm, question: Question, spans: tuple[Span, ...], markup: dict[str, Any], whom: Who | None
) -> dict[str, Any]:
    """The parameters of a message with the question's mark, and a mention of the person where others read along."""
    text, entities = MARK, [mark_of(action.token, question.name)]
    if whom is not None:
        name = shown_name(whom)
        entities.append(mention(whom.id, name, units(text)))
        text = f"{text}{name}, "
    start = units(text)
    shown, looks = split(*weave(spans, nobody), TEXT_LENGTH - start)[0]
    entities += [{**look, "offset": look["offset"] + start} for look in looks]
    return {
        "text": f"{text}{shown}",
        "entities": entities,
        "reply_markup": markup,
        "link_preview_options": {"is_disabled": True},
    }


def _choices(token: str, number: int, question: Question, say: dict[str, str]) -> Iterator[list[dict[str, str]]]:
    """Rows of buttons whose words are the answers; none where an answer is typed."""
    answers = (say["yes"], say["no"]) if question.kind == "bool" else question.choices
    row: list[dict[str, str]] = []
    room = ROW_LENGTH
    if len(answers) > InlineKeyboardMarkupLimit.TOTAL_BUTTON_NUMBER - _OWN_BUTTONS:
        return
    for choice, answer in enumerate(answers):
        if row and (len(answer) > room or len(row) == InlineKeyboardMarkupLimit.BUTTONS_PER_ROW):
            yield row
            row, room = [], ROW_LENGTH
        row.append({"text": answer, "callback_data": choice_data(token, number, choice)})
        room -= len(answer)
    if row:
        yield row


def _placeholder(question: Question, say: dict[str, str]) -> str:
    """What the empty input field says: the question, as far as it fits."""
    label = " ".join(question.label.split())
    return split(label, [], _PLACEHOLDER)[0][0] if label else say["write"]
