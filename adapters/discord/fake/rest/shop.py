"""What is sold, and who has it."""

from __future__ import annotations

from typing import Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown
from coterie.adapters.discord.fake.rest import access
from coterie.adapters.discord.fake.rest.commands import application_of
from coterie.adapters.discord.fake.routing import Request, Route
from coterie.adapters.discord.fake.things import FakeEntitlement
from coterie.adapters.discord.fake.world import World

CONSUMABLE: Final = 3
"""The type of a SKU that is used up."""
SUBSCRIPTION, TESTED = 8, 4
"""Types of entitlements: to a subscription, and to something else that was given for trying."""
SERVER, PERSON = 1, 2


def skus(world: World, request: Request) -> list[Json]:
    """Everything that is sold."""
    application_of(world, request)
    return [one.payload() for one in world.skus.values()]


def listed(world: World, request: Request) -> list[Json]:
    """A page of entitlements by id; ended ones are in it unless asked otherwise, deleted ones are not."""
    application_of(world, request)
    field = access.query(request)
    user, guild = field.snowflake("user_id"), field.snowflake("guild_id")
    field.finish()
    wanted = {one for one in request.query.get("sku_ids", "").split(",") if one}
    running, whole = access.truth(request, "exclude_ended"), access.truth(request, "exclude_deleted", True)
    now = world.now()
    fits = [
        one
        for one in world.entitlements.values()
        if (not user or one.user_id == user)
        and (not guild or one.guild_id == guild)
        and (not wanted or one.sku_id in wanted)
        and not (running and one.ends_at and one.ends_at <= now)
        and not (whole and one.deleted)
    ]
    return [one.payload() for one in access.page(request, fits, lambda one: one.id, default=100, high=100)]


def _one(world: World, request: Request) -> FakeEntitlement:
    application_of(world, request)
    found = world.entitlements.get(request.ids["entitlement_id"])
    if found is None or found.deleted:
        raise unknown(10029, "Entitlement")
    return found


def read(world: World, request: Request) -> Json:
    """One entitlement."""
    return _one(world, request).payload()


def consume(world: World, request: Request) -> None:
    """Use up what was bought to be used up; doing it twice changes nothing."""
    found = _one(world, request)
    sku = world.skus.get(found.sku_id)
    if sku is None or sku.type != CONSUMABLE:
        raise RestError(400, 40018, "Only consumable SKUs can be consumed")
    if not found.consumed:
        found.consumed = True
        world.entitlement_changed(found, "UPDATE")


def create(world: World, request: Request) -> Json:
    """Give somebody, or a server, something for trying."""
    application_of(world, request)
    body = access.body(request)
    body.needs("sku_id", "owner_id", "owner_type")
    sku_id, owner = body.snowflake("sku_id"), body.snowflake("owner_id")
    kind = body.choice("owner_type", (SERVER, PERSON))
    body.finish()
    if sku_id not in world.skus:
        raise unknown(10027, "SKU")
    if owner not in (world.guilds if kind == SERVER else world.users):
        raise unknown(10004, "Guild") if kind == SERVER else unknown(10013, "User")
    whose: Json = {"guild_id": owner} if kind == SERVER else {"user_id": owner}
    type_ = SUBSCRIPTION if world.skus[sku_id].type == 5 else TESTED
    made = FakeEntitlement(world.snowflakes.make(), sku_id, world.application_id, type=type_, **whose)
    world.entitlements[made.id] = made
    world.entitlement_changed(made, "CREATE")
    return made.payload()


def delete(world: World, request: Request) -> None:
    """Take away what was given for trying, which has no beginning."""
    found = _one(world, request)
    if found.starts_at:
        raise RestError(403, 40019, "You can only delete sandbox entitlements.")
    found.deleted = True
    world.entitlement_changed(found, "DELETE")


BASE: Final = "/applications/{application_id}/entitlements"
ROUTES: Final[list[Route]] = [
    ("GET", "/applications/{application_id}/skus", skus),
    ("GET", BASE, listed),
    ("POST", BASE, create),
    ("GET", f"{BASE}/{{entitlement_id}}", read),
    ("DELETE", f"{BASE}/{{entitlement_id}}", delete),
    ("POST", f"{BASE}/{{entitlement_id}}/consume", consume),
]
