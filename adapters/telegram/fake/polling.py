"""How updates reach the bot: getUpdates, and setting a webhook."""

from __future__ import annotations

import re
import time
from typing import Final
from urllib.parse import urlsplit

from telegram.constants import PollingLimit, WebhookLimit

from coterie.adapters.telegram.fake.arguments import Args, Json
from coterie.adapters.telegram.fake.errors import ApiError, bad, conflict
from coterie.adapters.telegram.fake.rooms import Room, api
from coterie.adapters.telegram.fake.updates import DEFAULT
from coterie.adapters.telegram.fake.webhook import Webhook
from coterie.adapters.telegram.fake.world import World

LONGEST_POLL: Final = 50
CONNECTIONS: Final = 40
SECRET: Final = re.compile(r"[A-Za-z0-9_-]*")
ACTIVE: Final = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
OTHER: Final = "terminated by other getUpdates request; make sure that only one bot instance is running"
REPEAT_SECONDS: Final = 3.0
REPEAT_SOON: Final = 0.5


class Polling(Room):
    """Updates are polled or pushed, never both."""

    def __init__(self, world: World, webhook: Webhook) -> None:
        super().__init__(world)
        self.webhook = webhook
        self._poller: object = None
        self._ended = ""
        self._last = (0, float("-inf"))

    @api("getUpdates")
    async def get_updates(self, args: Args) -> list[Json]:
        """What happened from an offset on; acknowledges everything before it.

        A negative offset forgets all but so many of the newest.  With nothing there it waits, and ends another call
        that waits.
        """
        if self.webhook.url:
            raise conflict(ACTIVE)
        self._want(args)
        updates = self.world.updates
        offset = args.integer("offset")
        limit = args.integer("limit", PollingLimit.MAX_LIMIT, PollingLimit.MIN_LIMIT, PollingLimit.MAX_LIMIT)
        limit, timeout = self._held_back(offset, limit, args.integer("timeout", 0, 0, LONGEST_POLL))
        if offset < 0:
            updates.keep_last(-offset)
        else:
            updates.acknowledge_before(offset)
        offset = max(0, offset)
        if timeout and not updates.waiting(offset, 1):
            await self._wait(offset, timeout)
        return self._batch(offset, limit)

    def _held_back(self, offset: int, limit: int, timeout: int) -> tuple[int, int]:
        """Limit and timeout of a call that may repeat the one before it too soon."""
        now = self.world.now()
        before, self._last = self._last, (offset, now)
        if self.world.limits.repeats and before[0] == offset:
            if now < before[1] + REPEAT_SECONDS:
                timeout = max(timeout, int(REPEAT_SECONDS))
            if now < before[1] + REPEAT_SOON:
                limit = 1
        return limit, timeout

    async def _wait(self, offset: int, seconds: int) -> None:
        """Wait for an update, at most so many seconds of real time; another call ends the waiting."""
        mine = self._poller = object()
        self._ended = OTHER
        self.world.updates.wake()
        end = time.monotonic() + seconds
        while not self.world.updates.waiting(offset, 1):
            left = end - time.monotonic()
            if left <= 0 or not await self.world.updates.change(left):
                break
            if self._poller is not mine:
                raise conflict(self._ended)
        if self._poller is mine:
            self._poller = None

    def _batch(self, offset: int, limit: int) -> list[Json]:
        faults, batch = self.world.faults, []
        for update in self.world.updates.waiting(offset, limit):
            batch.append(update.body)
            if faults.duplicates:
                faults.duplicates -= 1
                batch.append(update.body)
        if len(batch) > 1 and faults.reorders:
            faults.reorders -= 1
            batch.reverse()
        return batch

    def _want(self, args: Args) -> None:
        """Note the kinds of updates that a call asks for; one that names none, or nothing readable, changes nothing."""
        try:
            kinds = args.json("allowed_updates", "allowed_updates")
        except ApiError:
            return
        if isinstance(kinds, list):
            self.world.updates.want(kinds)

    @api("setWebhook")
    def set_webhook(self, args: Args) -> bool:
        """Have updates pushed to an address from now on; an empty one ends that."""
        url, secret = args.text("url"), args.text("secret_token")
        if not url:
            return self.delete_webhook(args)
        parts = urlsplit(url) if url.isprintable() and "[" not in url else urlsplit("")
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise bad("invalid webhook URL specified")
        if len(secret) > WebhookLimit.MAX_SECRET_TOKEN_LENGTH:
            raise bad("secret token is too long")
        if not SECRET.fullmatch(secret):
            raise bad("secret token contains unallowed characters")
        self._want(args)
        if args.flag("drop_pending_updates"):
            self.world.updates.drop()
        low, high = WebhookLimit.MIN_CONNECTIONS_LIMIT, WebhookLimit.MAX_CONNECTIONS_LIMIT
        self.webhook.open(url, secret, args.integer("max_connections", CONNECTIONS, low, high))
        self._poller, self._ended = object(), "terminated by setWebhook request"
        self.world.updates.wake()
        return True

    @api("deleteWebhook")
    def delete_webhook(self, args: Args) -> bool:
        """Have updates wait for getUpdates again."""
        if args.flag("drop_pending_updates"):
            self.world.updates.drop()
        self.webhook.close()
        return True

    @api("getWebhookInfo")
    def info(self, args: Args) -> Json:
        """Where updates go, and how that fares."""
        updates, webhook = self.world.updates, self.webhook
        info: Json = {
            "url": webhook.url, "has_custom_certificate": False, "pending_update_count": len(updates.waiting()),
        }  # fmt: skip
        if webhook.url:
            info["max_connections"] = webhook.connections
        if webhook.last_error:
            info |= {"last_error_date": webhook.last_error_date, "last_error_message": webhook.last_error}
        if updates.allowed != DEFAULT:
            info["allowed_updates"] = sorted(updates.allowed)
        return info
