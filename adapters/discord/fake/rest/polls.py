"""Polls: ending one, and who voted."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.model import FakeMessage
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.things import FakePoll
from coterie.adapters.discord.fake.world import World

RESULT: Final = 46
"""The type of the message that tells of a poll's end."""


def _poll(world: World, request: Request) -> tuple[FakeMessage, FakePoll]:
    message = access.message(world, request)
    if message.poll is None:
        raise RestError(400, 520006, "Cannot expire a non-poll message")
    return message, message.poll


def expire(world: World, request: Request) -> Json:
    """End a poll of the bot's own; its votes are final then."""
    message, poll = _poll(world, request)
    if not message.own:
        raise RestError(403, 50005, "Cannot edit a message authored by another user")
    if poll.finalized or poll.expiry <= world.now():
        raise RestError(400, 520001, "Poll expired")
    finish(world, message, poll)
    return message.payload(world.bot_id)


def finish(world: World, message: FakeMessage, poll: FakePoll) -> None:
    """Close a poll, count it, and post the message that tells how it ended."""
    poll.expiry = min(poll.expiry, world.now())
    poll.finalized = True
    world.edited(message, touched=False)
    total = sum(len(voters) for voters in poll.votes.values())
    fields = {"poll_question_text": str(poll.question.get("text", "")), "total_votes": str(total)}
    best = max(poll.votes.items(), key=lambda one: len(one[1]), default=(0, []))
    if best[1]:
        text = next(one["poll_media"].get("text", "") for one in poll.answers if one["answer_id"] == best[0])
        fields |= {
            "victor_answer_id": str(best[0]),
            "victor_answer_text": text,
            "victor_answer_votes": str(len(best[1])),
        }
    embed = {
        "type": "poll_result",
        "fields": [{"name": name, "value": value, "inline": False} for name, value in fields.items()],
    }
    reference = {"type": 0, "channel_id": message.channel.id, "message_id": message.id}
    world.post(message.channel, message.author, type=RESULT, embeds=[embed], reference=reference)


def voters(world: World, request: Request) -> Json:
    """Who voted for an answer, by id, in pages."""
    _, poll = _poll(world, request)
    answer = request.ids["answer_id"]
    if answer not in {str(one["answer_id"]) for one in poll.answers}:
        raise unknown(10008, "Message")
    found = [world.users[one] for one in poll.votes.get(int(answer), ())]
    return {"users": [one.payload() for one in access.page(request, found, lambda one: one.id, default=25, high=100)]}


BASE: Final = "/channels/{channel_id}/polls/{message_id}"
ROUTES: Final[list[Route]] = [
    ("POST", f"{BASE}/expire", expire),
    ("GET", f"{BASE}/answers/{{answer_id}}", voters),
]
