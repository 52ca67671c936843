"""The first answer to an interaction: within three seconds, and only one."""

from __future__ import annotations

from typing import Any, Final

from coterie.adapters.discord.fake.errors import Json, unknown
from coterie.adapters.discord.fake.interactions import FIRST_ANSWER, FakeInteraction
from coterie.adapters.discord.fake.model import EPHEMERAL, LOADING, FakeMessage
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.posting import Draughtsman, apply
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.validation import Field
from coterie.adapters.discord.fake.validation_commands import STRING, choices
from coterie.adapters.discord.fake.validation_modals import modal
from coterie.adapters.discord.fake.world import World

PONG, MESSAGE, DEFER, DEFER_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
COMMAND, COMPONENT, TYPING, SUBMIT = 2, 3, 4, 5
FITTING: Final = {
    COMMAND: (MESSAGE, DEFER, MODAL),
    COMPONENT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE, MODAL),
    TYPING: (CHOICES,),
    SUBMIT: (MESSAGE, DEFER, DEFER_UPDATE, UPDATE),
}
"""Which answers fit which interaction; those that change a message need one that it came from."""
MENTIONED: Final = ("users",)
"""Who is mentioned by answers that do not say."""
COMMAND_MESSAGES: Final = {1: 20, 2: 23, 3: 23}
"""The type of the message that answers a command."""


def callback(world: World, request: Request) -> Json | None:
    """Take the first answer."""
    found = world.interactions.get(request.ids["interaction_token"])
    if found is None or found.id != request.ids["interaction_id"]:
        raise unknown(10062, "interaction")
    body = access.body(request)
    if found.answered or world.now() - found.since > FIRST_ANSWER:
        found.begin(body.value, world.now())
    kind = _kind(found, body)
    message = _answer(world, request, found, body, kind)
    found.begin(body.value, world.now())
    if message is not None:
        found.original = message
    world.tell("answered", found)
    return _response(world, found, kind, message) if access.truth(request, "with_response") else None


def _kind(found: FakeInteraction, body: Field) -> int:
    """The type of the answer, if it fits."""
    fitting = FITTING[found.type]
    if found.message is None:
        fitting = tuple(one for one in fitting if one not in (DEFER_UPDATE, UPDATE))
    body.needs("type")
    kind: int | None = body.choice("type", fitting)
    if kind in (MESSAGE, UPDATE, CHOICES, MODAL):
        body.needs("data")
        if body.has("data"):
            body.at("data").object()
    body.finish()
    return kind or PONG


def _answer(world: World, request: Request, found: FakeInteraction, body: Field, kind: int) -> FakeMessage | None:
    """Do what the answer says; returns the message that it made or is about to change."""
    data = body.at("data")
    if kind == MESSAGE:
        fields = Draughtsman(world, found.channel, MENTIONED).draft(data, request.files).fields
        return post(world, found, fields, ephemeral=bool(data.value.get("flags", 0) & EPHEMERAL))
    if kind == DEFER:
        flags = data.whole("flags", 0, 2**31 - 1) if isinstance(data.value, dict) else 0
        body.finish()
        return post(world, found, {"flags": LOADING}, ephemeral=bool(flags & EPHEMERAL))
    if kind in (UPDATE, DEFER_UPDATE):
        return _update(world, request, found, data if kind == UPDATE else None)
    if kind == CHOICES:
        data.needs("choices")
        choices(data, _focused(found.data))
    else:
        modal(data)
    body.finish()
    return None


def _update(world: World, request: Request, found: FakeInteraction, data: Field | None) -> FakeMessage:
    old = found.message
    assert old is not None
    if old.deleted:
        raise unknown(10008, "Message")
    if data is not None:
        apply(Draughtsman(world, found.channel, MENTIONED).change(data, request.files, old), old)
        world.edited(old)
    return old


def _focused(data: Json) -> int:
    """The type of the option that is being typed, in a part of the command too."""
    for option in data.get("options", ()):
        if option.get("focused"):
            return int(option.get("type", STRING))
        if option.get("options"):
            return _focused(option)
    return STRING


def post(world: World, found: FakeInteraction, fields: Json, *, ephemeral: bool, first: bool = True) -> FakeMessage:
    """Put an answer into the interaction's channel; an ephemeral one is seen by the person alone."""
    kind = COMMAND_MESSAGES.get(int(found.data.get("type", 1)), 20) if found.type == COMMAND and first else 0
    metadata: Json = {
        "id": found.id, "type": found.type, "user": found.user.payload(), "authorizing_integration_owners": {},
    }  # fmt: skip
    extra: dict[str, Any] = {"interaction_metadata": metadata}
    if found.type == COMMAND and first:
        name = found.data.get("name", "")
        extra["interaction"] = {"id": found.id, "type": COMMAND, "name": name, "user": found.user.payload()}
    return world.post(
        found.channel, world.bot, type=kind, webhook_id=world.application_id, application_id=world.application_id,
        seen_by=found.user.id if ephemeral else "", extra=extra, **fields,
    )  # fmt: skip


def _response(world: World, found: FakeInteraction, kind: int, message: FakeMessage | None) -> Json:
    about: Json = {"id": found.id, "type": found.type}
    resource: Json = {"type": kind}
    if message is not None:
        about |= {
            "response_message_id": message.id, "response_message_loading": bool(message.flags & LOADING),
            "response_message_ephemeral": bool(message.seen_by),
        }  # fmt: skip
        if kind in (MESSAGE, UPDATE):
            resource["message"] = message.payload(world.bot_id)
    return {"interaction": about, "resource": resource}


ROUTES: Final[list[Route]] = [
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback", callback),
]
