"""The single steps of an interaction: each is one request, and notes how far the interaction has come."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from coterie.adapters.discord.handles import Handles, Interaction, Stage
from coterie.adapters.discord.payloads import EPHEMERAL, for_edit, for_one, id_in, is_loading, shown_by, shows
from coterie.adapters.discord.refusals import ACKNOWLEDGED, UNKNOWN_MESSAGE, Denied, Gone
from coterie.core.platform import Uncertain

if TYPE_CHECKING:
    import discord

    from coterie.adapters.discord.base import Me
    from coterie.adapters.discord.calls import Calls

CALLBACK_PATIENCE: Final = 5.0
"""Seconds that a first answer may take: Discord has stopped waiting by then."""
ORIGINAL: Final = "@original"
"""Stands for the id of the first answer where Discord did not tell it."""
MESSAGE, DEFERRED, DEFERRED_UPDATE, PROPOSALS, MODAL = 4, 5, 6, 8, 9
"""Kinds of first answers."""

_CALLBACK: Final = "/interactions/{webhook_id}/{webhook_token}/callback"
_WEBHOOK: Final = "/webhooks/{webhook_id}/{webhook_token}"
_ORIGINAL: Final = f"{_WEBHOOK}/messages/{ORIGINAL}"
_ONE: Final = f"{_WEBHOOK}/messages/{{message_id}}"


class Steps:
    """Requests about interactions; whoever calls holds the interaction's lock.

    They raise what :meth:`Calls.call` raises.
    """

    def __init__(self, calls: Calls, me: Me, handles: Handles) -> None:
        self._calls = calls
        self._me = me
        self._handles = handles

    async def defer(self, each: Interaction) -> None:
        """Say to the person that an answer comes.

        After a tap, too, where Discord would take a deferral that nobody sees: what takes the place of what was
        announced can be said again without doubling, and a message beside it cannot.
        """
        await self.callback(each, {"type": DEFERRED, "data": {"flags": EPHEMERAL}}, Stage.THINKING)

    async def pass_over(self, each: Interaction) -> None:
        """Nothing is said: a tap ends without a trace, of anything else the announcement is taken away again."""
        if each.stage is Stage.FRESH and each.kind in "bm":
            await self.callback(each, {"type": DEFERRED_UPDATE}, Stage.ANSWERED)
        elif each.stage is Stage.FRESH:
            await self.defer(each)
        if each.stage is Stage.UNKNOWN:  # a process before this one may have announced an answer
            await self._find_out(each)
        if each.stage is Stage.THINKING:
            each.stage = Stage.ANSWERED
            await self._calls.call("DELETE", _ORIGINAL, ids=self._ids(each), fine=(UNKNOWN_MESSAGE,))

    async def say(self, each: Interaction, body: Mapping[str, Any], files: Sequence[discord.File]) -> str | None:
        """Take the next step towards showing a message: its id, or None when the stage has changed."""
        match each.stage:
            case Stage.UNKNOWN:
                return await self._look(each, body)
            case Stage.FRESH:
                found = await self.callback(each, _as_first(body), Stage.ANSWERED, files)
                return None if found is None else shown_by(found) or ORIGINAL
            case Stage.THINKING:
                changed = await self._calls.call(
                    "PATCH", _ORIGINAL, for_edit(body), ids=self._ids(each), files=files, fine=(UNKNOWN_MESSAGE,)
                )
                each.stage = Stage.ANSWERED
                return None if changed is None else id_in(changed) or ORIGINAL
        return await self._follow_up(each, for_one(body), files)

    async def _follow_up(self, each: Interaction, body: Mapping[str, Any], files: Sequence[discord.File]) -> str:
        """Say something more.  Discord has no key against doubles here, so what may have been said is not repeated."""
        if body in each.unsure:
            raise Uncertain("the message may have been shown before")
        ids, params = self._ids(each), {"wait": "true"}
        try:
            sent = await self._calls.call("POST", _WEBHOOK, body, ids=ids, files=files, params=params)
            if found := id_in(sent):
                return found
            raise Uncertain("the answer names no message")
        except Uncertain:
            each.unsure.append(body)
            raise

    async def callback(
        self, each: Interaction, body: Mapping[str, Any], then: Stage, files: Sequence[discord.File] = ()
    ) -> dict[str, Any] | None:
        """Give the first answer; None when it has had one.  Raises what :meth:`Calls.call` raises."""
        try:
            found = await self._calls.call(
                "POST",
                _CALLBACK,
                body,
                ids={"webhook_id": each.id, "webhook_token": each.token},
                files=files,
                params={"with_response": "true"},
                patience=CALLBACK_PATIENCE,
            )
        except Denied as error:
            if error.code == ACKNOWLEDGED:
                each.stage, each.taken = Stage.UNKNOWN, True
                return None
            if isinstance(error, Gone):
                each.stage = Stage.OVER
            raise
        except (Uncertain, asyncio.CancelledError):
            each.stage, each.doubted = Stage.UNKNOWN, body
            raise
        each.stage = then
        return found if isinstance(found, dict) else {}

    async def _look(self, each: Interaction, body: Mapping[str, Any]) -> str | None:
        """Find out how far an interaction is; the id of the message, where the one to be shown stands there already."""
        found = await self._find_out(each)
        # A process that ended before it could note its answer has said the same: it is not said again.
        shown = each.stage is Stage.ANSWERED and (each.doubted == _as_first(body) or shows(found, body))
        return (id_in(found) or ORIGINAL) if found is not None and shown else None

    async def _find_out(self, each: Interaction) -> Any:
        """Find out how far an interaction is, by its first answer; returns that, None where there is none."""
        try:
            found = await self._original(each)
        except Gone as error:
            if error.code == UNKNOWN_MESSAGE or each.taken:
                each.stage = Stage.ANSWERED
            else:
                each.stage = Stage.FRESH if self._handles.young(each) else Stage.OVER
            return None
        each.stage = Stage.THINKING if is_loading(found) else Stage.ANSWERED
        return found

    async def _original(self, each: Interaction) -> Any:
        return await self._calls.call("GET", _ORIGINAL, ids=self._ids(each))

    async def change(
        self,
        method: str,
        interaction: str,
        message: str,
        body: Mapping[str, Any] | None = None,
        files: Sequence[discord.File] = (),
    ) -> bool:
        """Change or take away one of an interaction's messages; False when that can no longer be.

        Needs no lock.  Raises :class:`Gone` for a message that is not there any more.
        """
        each = self._handles.by_id(interaction)
        if each is None or not self._handles.alive(each):
            return False
        try:
            await self._calls.call(method, _ONE, body, ids={**self._ids(each), "message_id": message}, files=files)
        except Gone as error:
            if error.code == UNKNOWN_MESSAGE:
                raise
            each.stage = Stage.OVER
            return False
        return True

    def _ids(self, each: Interaction) -> dict[str, str]:
        return {"webhook_id": self._me.application, "webhook_token": each.token}


def _as_first(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": MESSAGE, "data": for_one(body)}


__all__ = ["MODAL", "ORIGINAL", "PROPOSALS", "Steps"]
