"""What accounts bought in Discord's own shop.

An entitlement is the truth: it says what holds. A subscription only says what will be paid for next, so nothing is read
from its payloads. Both come without a guild, on the first shard.
"""

from __future__ import annotations

import time

from coterie.adapters.discord.reading.fields import ident, moment
from coterie.adapters.discord.reading.known import Known
from coterie.adapters.discord.reading.people import nameless
from coterie.core.events import EntitlementChanged, Event
from coterie.core.outside import Raw


def bought(data: Raw, mark: str, known: Known) -> list[Event]:
    """A purchase holds from now on. Also of use for what a list of purchases says of one, which has no ``mark``."""
    return _told(data, known, "")


def changed(data: Raw, mark: str, known: Known) -> list[Event]:
    """A purchase has an end, has none any more, or was used up."""
    return _told(data, known, mark)


def ended(data: Raw, mark: str, known: Known) -> list[Event]:
    """A purchase was given back or taken away."""
    return _told({**data, "deleted": True}, known, "")


def _told(data: Raw, known: Known, mark: str) -> list[Event]:
    """One state of a purchase.

    The key is the state's own, so that it counts once, whoever tells it; after a change it may be one that was before,
    and so the change is part of the key.  What was bought for a guild belongs to no account.
    """
    identifier, sku = ident(data), ident(data, "sku_id")
    if data.get("user_id") is None:
        return []
    user, until = ident(data, "user_id"), moment(data, "ends_at")
    gone = data.get("deleted") is True or data.get("consumed") is True
    active = not gone and (not until or until > time.time() * 1000)
    key = f"dc:n:{identifier}:{'gone' if gone else 'on' if active else 'off'}:{until}"
    return [
        EntitlementChanged(
            key=f"{key}:{mark}" if mark else key,
            who=nameless(user),
            where=known.guilds.direct(user),
            entitlement=identifier,
            sku=sku,
            active=active,
            until=until,
        )
    ]
