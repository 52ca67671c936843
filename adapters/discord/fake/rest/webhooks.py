"""What comes after the first answer to an interaction: edits of it and follow-ups, for fifteen minutes."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.interactions import FakeInteraction
from coterie.adapters.discord.fake.model import EPHEMERAL, LOADING, FakeMessage
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.interactions import DEFER, MENTIONED, TYPING, post
from coterie.adapters.discord.fake.rest.posting import Draughtsman, apply
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.world import World


def _interaction(world: World, request: Request) -> FakeInteraction:
    """The interaction of the path's token, if that is still good."""
    if request.ids["webhook_id"] != world.application_id:
        raise unknown(10015, "Webhook")
    found = world.interactions.get(request.ids["token"])
    if found is None:
        raise RestError(401, 50027, "Invalid Webhook Token")
    found.check(world.now())
    if found.type == TYPING:
        raise unknown(10015, "Webhook")
    return found


def _message(world: World, request: Request) -> tuple[FakeInteraction, FakeMessage]:
    """A message that was sent with the path's token."""
    found = _interaction(world, request)
    name = request.ids.get("message_id", "@original")
    known = [found.original, *found.followups] if found.original is not None else [*found.followups]
    message = found.original if name == "@original" else next((one for one in known if one and one.id == name), None)
    if message is None or message.deleted:
        raise unknown(10008, "Message")
    return found, message


def follow_up(world: World, request: Request) -> Json:
    """Say more; the first follow-up after a deferral takes the place of what was announced."""
    found = _interaction(world, request)
    body = access.body(request)
    waiting = found.original
    if found.deferred and found.callbacks[0].get("type") == DEFER and waiting is not None and not waiting.deleted:
        return _fill(world, request, found, waiting, body)
    fields = Draughtsman(world, found.channel, MENTIONED).draft(body, request.files).fields
    made = post(world, found, fields, ephemeral=bool(body.value.get("flags", 0) & EPHEMERAL), first=False)
    found.followups.append(made)
    found.deferred = False
    world.tell("answered", found)
    return made.payload(world.bot_id)


def _fill(world: World, request: Request, found: FakeInteraction, waiting: FakeMessage, body: Field) -> Json:
    """Put the answer where it was announced; whether it is ephemeral was decided then."""
    made = Draughtsman(world, found.channel, MENTIONED).draft(body, request.files)
    made.fields["flags"] = made.flags | waiting.flags & ~LOADING
    apply(made, waiting)
    return _changed(world, found, waiting)


def _changed(world: World, found: FakeInteraction, message: FakeMessage) -> Json:
    if message is found.original:
        found.deferred = False
    world.edited(message)
    world.tell("answered", found)
    return message.payload(world.bot_id)


def read(world: World, request: Request) -> Json:
    """One of the answers."""
    return _message(world, request)[1].payload(world.bot_id)


def edit(world: World, request: Request) -> Json:
    """Change one of the answers."""
    found, message = _message(world, request)
    body = access.body(request)
    if message.flags & LOADING:
        return _fill(world, request, found, message, body)
    apply(Draughtsman(world, found.channel, MENTIONED).change(body, request.files, message), message)
    return _changed(world, found, message)


def delete(world: World, request: Request) -> None:
    """Take one of the answers away."""
    found, message = _message(world, request)
    if message is found.original:
        found.deferred = False
    world.take_away(message)


BASE: Final = "/webhooks/{webhook_id}/{token}"
ROUTES: Final[list[Route]] = [
    ("POST", BASE, follow_up),
    *(
        (method, f"{BASE}/messages/{name}", act)
        for name in ("@original", "{message_id}")
        for method, act in (("GET", read), ("PATCH", edit), ("DELETE", delete))
    ),
]
