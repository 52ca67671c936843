"""What somebody did with a command, a button or a form, and all that the bot answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from coterie.adapters.discord.fake.errors import Json, RestError, unknown

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.guilds import FakeGuild
    from coterie.adapters.discord.fake.model import FakeChannel, FakeMessage, FakeUser

FIRST_ANSWER: Final = 3.0
"""Seconds for the first callback."""
TOKEN_LIFE: Final = 900.0
"""Seconds in which the token is good for edits and follow-ups."""
LOADING: Final = 1 << 7


@dataclass(slots=True)
class FakeInteraction:
    """One interaction.  ``type`` is 2 command, 3 component, 4 autocomplete, 5 form.

    ``callbacks`` has the bodies of what was accepted as first answer (one at most), ``refused`` those that came too
    late or twice.  ``original`` is the message that the first answer made or changed, ``followups`` are those after it.
    """

    id: str
    token: str
    type: int
    user: FakeUser
    channel: FakeChannel
    guild: FakeGuild | None
    since: float
    data: Json
    message: FakeMessage | None = None
    callbacks: list[Json] = field(default_factory=list)
    refused: list[Json] = field(default_factory=list)
    original: FakeMessage | None = None
    followups: list[FakeMessage] = field(default_factory=list)
    deferred: bool = False
    """Whether the first answer only said that another comes (types 5 and 6), and none has come yet."""

    def begin(self, body: Json, now: float) -> None:
        """Take a first answer.  Raises :class:`RestError` for a second one (40060) or one after 3 seconds (10062)."""
        if self.callbacks:
            self.refused.append(body)
            raise RestError(400, 40060, "Interaction has already been acknowledged.")
        if now - self.since > FIRST_ANSWER:
            self.refused.append(body)
            raise unknown(10062, "interaction")
        self.callbacks.append(body)
        self.deferred = body.get("type") in (5, 6)

    def check(self, now: float) -> None:
        """Whether the token may still be used for edits and follow-ups.

        Raises :class:`RestError` before the first answer (10015) and after 15 minutes (50027).
        """
        if not self.callbacks:
            raise unknown(10015, "Webhook")
        if now - self.since > TOKEN_LIFE:
            raise RestError(401, 50027, "Invalid Webhook Token")

    @property
    def answered(self) -> bool:
        """Whether the first answer was taken."""
        return bool(self.callbacks)

    @property
    def messages(self) -> list[FakeMessage]:
        """What the person sees of the answers now, oldest first; what is only announced is not there yet."""
        untouched = self.deferred and self.original is self.message
        first = [self.original] if self.original is not None and not untouched else []
        return [one for one in first + self.followups if not one.deleted and not one.flags & LOADING]

    @property
    def shown(self) -> FakeMessage | None:
        """The newest message of the answers as it stands now; None when there is none."""
        return self.messages[-1] if self.messages else None

    @property
    def thinking(self) -> bool:
        """Whether the person sees that the bot is at work."""
        return self.original is not None and not self.original.deleted and bool(self.original.flags & LOADING)

    @property
    def modal(self) -> Json | None:
        """The form that was opened: ``custom_id``, ``title``, ``components``."""
        return self._data(9)

    @property
    def choices(self) -> list[Json] | None:
        """What was proposed to complete an option."""
        data = self._data(8)
        return None if data is None else list(data.get("choices", ()))

    def _data(self, kind: int) -> Json | None:
        for body in self.callbacks:
            if body.get("type") == kind:
                found: Json = body.get("data") or {}
                return found
        return None
