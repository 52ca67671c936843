"""The core's own timers: about rights, the ends of polls, and mutes and bans that platforms do not end or keep up."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, Final

from coterie.core.access.brake import EVERYTHING
from coterie.core.access.outcome import RETRY, retry_due
from coterie.core.context import Context
from coterie.core.context.granting import CORE, EXPIRY, expired
from coterie.core.context.polling import POLL_ENDS, poll_ends
from coterie.core.context.sentences import BAN_ENDS, MUTE_GOES_ON, ban_ends, mute_goes_on

log = logging.getLogger(__name__)

APPLY: Final = "access-apply"
"""The core's timer by which a person at the command line asks for a comparison, and confirms what was stopped."""


def _expiry(ctx: Context, args: Mapping[str, Any]) -> None:
    expired(ctx, int(args["grant"]))


def _retry(ctx: Context, args: Mapping[str, Any]) -> None:
    retry_due(ctx)


def _apply(ctx: Context, args: Mapping[str, Any]) -> None:
    ctx.unit.aftermath.compare.append((ctx.community.id, EVERYTHING if args.get("confirm") else frozenset()))


TIMERS: Final[dict[str, Callable[[Context, Mapping[str, Any]], None]]] = {
    EXPIRY: _expiry,
    RETRY: _retry,
    APPLY: _apply,
    POLL_ENDS: poll_ends,
    MUTE_GOES_ON: mute_goes_on,
    BAN_ENDS: ban_ends,
}


def run_timer(ctx: Context, name: str, args: Mapping[str, Any]) -> None:
    """One of the core's timers is due; one that this version does not know is dropped."""
    found = TIMERS.get(name)
    if found is None:
        log.warning("the core has no timer %r", name)
        return
    ctx.plugin = CORE
    found(ctx, args)
