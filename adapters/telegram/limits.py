"""What Telegram publishes about how much and how fast, as the sender wants it."""

from __future__ import annotations

from typing import Final

from telegram.constants import FloodLimit, InlineKeyboardMarkupLimit, MessageLimit

from coterie.core.platform import Limits

BURST: Final = 3
"""So many messages may a quiet chat or group take at once; Telegram speaks of short bursts and publishes no number."""
GROUP_MINUTE: Final = 60
"""The seconds over which Telegram counts the messages of a group."""

LIMITS: Final = Limits(
    overall_rate=FloodLimit.MESSAGES_PER_SECOND,
    channel_rate=FloodLimit.MESSAGES_PER_SECOND_PER_CHAT,
    # A minute holds at most 60 * rate + burst messages, which is what a group takes.
    space_rate=(FloodLimit.MESSAGES_PER_MINUTE_PER_GROUP - BURST) / GROUP_MINUTE,
    burst=BURST,
    in_flight=32,
    text_length=MessageLimit.MAX_TEXT_LENGTH,
    private_length=MessageLimit.MAX_TEXT_LENGTH,
    buttons_per_row=InlineKeyboardMarkupLimit.BUTTONS_PER_ROW,
    answers_free=True,
)
"""The free limits of a bot token; what is longer than a message is sent as several."""
