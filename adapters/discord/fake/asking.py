"""What the gateway answers to who asks for a server's members."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.fake.errors import Json
from coterie.adapters.discord.fake.sessions import MEMBERS, Session

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.world import World

PAGE: Final = 1000
"""Members in one chunk."""
LONGEST_NONCE: Final = 32
"""Bytes of a nonce; a longer one is passed over."""
MOST: Final = 100
"""Members of one answer, when not all are asked for."""
PACE: Final = 30.0
"""Seconds between two requests for all members of a server."""


def asked(world: World, session: Session, data: Json) -> Iterator[tuple[str, Json]]:
    """The events that answer a request: chunks, RATE_LIMITED, or none when it may not be asked for."""
    guild_id = data["guild_id"][0] if isinstance(data["guild_id"], list) else str(data["guild_id"])
    guild = world.guilds.get(guild_id)
    ids = data.get("user_ids")
    query, limit = data.get("query"), int(data.get("limit", 0))
    if guild is None or world.bot_id not in guild.members or (ids is None and query is None):
        return
    nonce = str(data.get("nonce") or "")
    about: Json = {"guild_id": guild_id} | ({"nonce": nonce} if 0 < len(nonce.encode()) <= LONGEST_NONCE else {})
    missing: list[str] = []
    if ids is not None:
        wanted = [str(one) for one in (ids if isinstance(ids, list) else [ids])][:MOST]
        found = [guild.members[one] for one in wanted if one in guild.members]
        missing = [one for one in wanted if one not in guild.members]
    elif query or limit:
        fits = (one for one in guild.members.values() if _begins(str(query), one.nick, one.user.username))
        found = list(fits)[: min(limit or MOST, MOST)]
    else:
        if not session.intents & MEMBERS:
            return
        since = world.now() - world.members_asked.get(guild_id, -PACE)
        if since < PACE:
            yield "RATE_LIMITED", {"opcode": 8, "retry_after": PACE - since, "meta": about}
            return
        world.members_asked[guild_id] = world.now()
        found = list(guild.members.values())
    pages = [found[start : start + PAGE] for start in range(0, len(found), PAGE)] or [[]]
    for number, page in enumerate(pages):
        chunk = about | {
            "members": [one.payload() for one in page], "chunk_index": number, "chunk_count": len(pages),
        }  # fmt: skip
        yield "GUILD_MEMBERS_CHUNK", chunk | ({"not_found": missing} if missing else {})


def _begins(query: str, *names: str | None) -> bool:
    return any(name is not None and name.lower().startswith(query.lower()) for name in names)
