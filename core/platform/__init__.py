"""The adapter interface: how the core sees a platform, whatever it is."""

from __future__ import annotations

from coterie.core.platform.adapter import Adapter, hookimpl, hookspec
from coterie.core.platform.errors import PlatformError, Refused, RetryLater, Uncertain, UnknownPlace
from coterie.core.platform.inbox import Inbox, Presence, Suggestion
from coterie.core.platform.meter import Meter
from coterie.core.platform.values import (
    ABSENT,
    HAD,
    CommandMenu,
    CommandOption,
    Delivery,
    Holdings,
    Limits,
    Picture,
)
from coterie.core.platform.verbs import VERBS, Platform

__all__ = [
    "ABSENT",
    "HAD",
    "VERBS",
    "Adapter",
    "CommandMenu",
    "CommandOption",
    "Delivery",
    "Holdings",
    "Inbox",
    "Limits",
    "Meter",
    "Picture",
    "Platform",
    "PlatformError",
    "Presence",
    "Refused",
    "RetryLater",
    "Suggestion",
    "Uncertain",
    "UnknownPlace",
    "hookimpl",
    "hookspec",
]
