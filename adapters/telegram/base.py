"""What every part of the Telegram platform works with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coterie.adapters.telegram.calls import Calls
    from coterie.adapters.telegram.places import Places
    from coterie.adapters.telegram.queries import Queries


@dataclass(slots=True)
class Me:
    """The bot itself: its user id, as its token tells, and its name without ``@``, empty until ``getMe`` told it."""

    id: int
    username: str = ""


class Base:
    """The attributes that the platform's mixins share; :class:`TelegramPlatform` sets them."""

    calls: Calls
    """Requests to the Bot API."""
    queries: Queries
    """Callback queries that wait for their answer."""
    places: Places
    """Chat ids of the core's places, migrations followed."""
    me: Me
    """Who the bot is."""
    invoice_key: bytes
    """Signs what invoices carry."""
