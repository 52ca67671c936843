"""What Discord publishes about how much and how fast, as the sender wants it."""

from __future__ import annotations

from typing import Final

from coterie.core.platform import Limits

EMBED_LENGTH: Final = 4_096
"""Characters of an embed's text."""
BUTTONS_PER_ROW: Final = 5
OVERALL_RATE: Final = 50
"""Requests a second of one bot; answers to interactions do not count."""

LIMITS: Final = Limits(
    overall_rate=OVERALL_RATE,
    # Discord publishes none for a channel: five messages in five seconds is what its headers usually say, and what they
    # say counts.  The library keeps to them, so a wrong guess costs a pause and no message.
    channel_rate=1,
    burst=5,
    # An answer takes a tenth of a second, rarely several: five requests are out at full speed, and with these Discord
    # may become six times as slow before the rate suffers.
    in_flight=32,
    text_length=EMBED_LENGTH,
    private_length=EMBED_LENGTH,
    buttons_per_row=BUTTONS_PER_ROW,
    answers_free=True,
)
"""The limits of one bot token; what is longer than a message is sent as several."""
