"""Polls and quizzes."""

from __future__ import annotations

from typing import Any, Final

from telegram.constants import PollLimit

from coterie.adapters.telegram.fake import access, validation
from coterie.adapters.telegram.fake.arguments import Args, Json, is_whole
from coterie.adapters.telegram.fake.errors import bad
from coterie.adapters.telegram.fake.model import FakeMessage
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.text import blank, units
from coterie.adapters.telegram.fake.world import World

TYPES: Final = ("regular", "quiz")


def close(world: World, message: FakeMessage) -> Json:
    """End a poll; the bot is told how it stands."""
    message.poll["is_closed"] = True
    world.edited(message)
    world.updates.put("poll", message.poll, f"poll:{message.poll['id']}")
    return message.poll


class Polls(Room):
    """Questions to a chat."""

    @api("sendPoll")
    def send(self, args: Args) -> Json:
        """Post a poll."""
        poll = self._poll(args)
        keyboard = validation.markup(args)
        chat, place = access.target(self.world, args, kind="polls")
        if chat.type == "channel" and not poll["is_anonymous"]:
            raise bad("non-anonymous polls can't be sent to channel chats")
        poll["id"] = str(7_000_000 + self.world.number())
        sender = None if chat.type == "channel" else self.world.me
        message = self.world.post(chat, sender, own=True, reply_markup=keyboard, extra={"poll": poll}, **place)
        self.world.polls[poll["id"]] = message
        self.world.tell("sent", message)
        return self.world.raw(message)

    @api("stopPoll")
    def stop(self, args: Args) -> Json:
        """End a poll of the bot's own."""
        _, message = access.message(self.world, args, "message with poll to stop")
        if not message.poll:
            raise bad("message with poll to stop not found")
        if not message.own:
            raise bad("poll can't be stopped")
        if message.poll["is_closed"]:
            raise bad("poll has already been closed")
        message.reply_markup = validation.markup(args, inline_only=True)
        return close(self.world, message)

    def _poll(self, args: Args) -> Json:
        question, options = args.text("question"), [self._option(raw) for raw in self._options(args)]
        kind = args.text("type", "regular").lower()
        shown = args.text("is_anonymous") != "" and not args.flag("is_anonymous")
        if blank(question):
            raise bad("text must be non-empty")
        if units(question) > PollLimit.MAX_QUESTION_LENGTH:
            raise bad(f"poll question length must not exceed {PollLimit.MAX_QUESTION_LENGTH.value}")
        if kind not in TYPES:
            raise bad("unsupported poll type specified")
        poll: Json = {
            "id": "", "question": question, "options": options, "total_voter_count": 0,
            "is_closed": args.flag("is_closed"), "is_anonymous": not shown, "type": kind,
            "allows_multiple_answers": args.flag("allows_multiple_answers"),
            "allows_revoting": args.flag("allows_revoting") or kind == "regular", "members_only": False,
        }  # fmt: skip
        for index, option in enumerate(options):
            option["persistent_id"] = f"option-{index}"
        return poll | (self._quiz(args, len(options)) if kind == "quiz" else {}) | self._ending(args)

    def _options(self, args: Args) -> list[Any]:
        options = args.items("options", "options", "String as options")
        if not options:
            raise bad("poll must have at least 1 option")
        if len(options) > PollLimit.MAX_OPTION_NUMBER:
            raise bad(f"poll can't have more than {PollLimit.MAX_OPTION_NUMBER.value} options")
        return options

    def _option(self, raw: Any) -> Json:
        text = raw.get("text") if isinstance(raw, dict) else raw
        if not isinstance(text, str):
            raise bad("expected an option to be of type String")
        if blank(text):
            raise bad("poll options must be non-empty")
        if units(text) > PollLimit.MAX_OPTION_LENGTH:
            raise bad(f"poll options length must not exceed {PollLimit.MAX_OPTION_LENGTH.value}")
        return {"text": text, "voter_count": 0}

    def _quiz(self, args: Args, count: int) -> Json:
        correct = args.items("correct_option_ids", "correct option identifiers", "correct option identifiers")
        if not correct and args.text("correct_option_id"):
            correct = [args.integer("correct_option_id", -1)]
        if not correct:
            raise bad("correct option identifiers must be non-empty")
        if not all(is_whole(number) and 0 <= number < count for number in correct):
            raise bad("invalid correct option identifier specified")
        explanation = args.text("explanation")
        too_long = units(explanation) > PollLimit.MAX_EXPLANATION_LENGTH
        if too_long or explanation.count("\n") > PollLimit.MAX_EXPLANATION_LINE_FEEDS:
            raise bad("POLL_EXPLANATION_INVALID")
        quiz: Json = {"correct_option_ids": sorted(set(correct))}
        return quiz | ({"explanation": explanation, "explanation_entities": []} if explanation else {})

    def _ending(self, args: Args) -> Json:
        period, date = args.integer("open_period"), args.integer("close_date")
        if period and date:
            raise bad("open_period and close_date can't be used together")
        seconds = period or (date - int(self.world.now()) if date else 0)
        if not seconds:
            return {}
        if not PollLimit.MIN_OPEN_PERIOD <= seconds <= PollLimit.MAX_OPEN_PERIOD:
            raise bad("POLL_CLOSE_DATE_INVALID")
        end = int(self.world.now()) + seconds
        return {"open_period": period, "close_date": end} if period else {"close_date": date}
