"""Every target: importing this fills :data:`~tests.fuzz.target.TARGETS`."""

from __future__ import annotations

from tests.fuzz import discord, members, sandbox, settings, stored, telegram, texts
from tests.fuzz.target import TARGETS

__all__ = ["TARGETS", "discord", "members", "sandbox", "settings", "stored", "telegram", "texts"]
