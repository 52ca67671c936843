"""What went wrong with a request, in the core's words: wait, no, nobody knows, or try again."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from coterie.core.platform import PlatformError, Refused, RetryLater, Uncertain

TOKEN_WAIT: Final = 60.0
"""Seconds until a token that was refused is tried again; it is logged as often."""
BAN_WAIT: Final = 60.0
"""Seconds that everything waits when something in front of Discord turns the address away and says no time."""
LONGEST_OUTAGE_WAIT: Final = 10.0
"""Seconds between tries while Discord cannot be reached at all."""
BROKEN_WAIT: Final = 3.0
"""Seconds until something harmless is asked of a server again that failed inside."""
LONGEST_WAIT: Final = 86_400.0
"""Seconds that Discord may ask for at most; whatever says more is not meant."""
SLOW_WAIT: Final = 30.0
"""Seconds to wait where Discord says "later" in a code of its own and names no time."""

TOO_OLD_TO_EDIT: Final = 30046
"""The code for too many edits of messages that are older than an hour."""
ACKNOWLEDGED: Final = 40060
"""The code for an interaction that has had its first answer."""
UNKNOWN_MESSAGE: Final = 10008
UNKNOWN_WEBHOOK: Final = 10015
UNKNOWN_INTERACTION: Final = 10062
BAD_WEBHOOK_TOKEN: Final = 50027

_CLOSED: Final = frozenset((50007, 50278))
_LATER: Final = frozenset((20016, 20022, 20028, 20029, 40003, 40004, 40006, 40062, 110001, 130000))
_WORDS: Final[Mapping[int, str]] = {
    10003: "the channel does not exist any more",
    10004: "the bot is not in this server (any more)",
    10007: "the person is not in this server (any more)",
    UNKNOWN_MESSAGE: "the message does not exist any more",
    10011: "the role does not exist any more",
    10013: "there is no such account",
    10014: "the emoji does not exist any more",
    UNKNOWN_WEBHOOK: "the interaction can no longer be answered",
    UNKNOWN_INTERACTION: "the interaction was not answered in time",
    10070: "the event does not exist any more",
    TOO_OLD_TO_EDIT: "messages older than an hour were edited too often",
    ACKNOWLEDGED: "the interaction has been answered already",
    50001: "the bot may not see this channel (permission View Channel)",
    50005: "the message is somebody else's, and only its author can edit it",
    50007: "the person does not take direct messages from the bot",
    50013: "the bot lacks a permission for this, or its role stands too low",
    50024: "this cannot be done in a channel of this kind",
    BAD_WEBHOOK_TOKEN: "the interaction can no longer be answered",
    50083: "the thread is archived",
    50278: "the person shares no server with the bot",
    160002: "the bot may not reply here (permission Read Message History)",
    200000: "Discord's automatic moderation stopped the message",
    200001: "Discord's automatic moderation stopped the title",
}
_QUOTED: Final = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|<[^>]*>|\d{17,}")
_REASON_LENGTH: Final = 160
_log = logging.getLogger(__name__)


class Denied(Refused):
    """Discord says no; ``code`` is its own number for the reason, 0 where it gave none."""

    def __init__(self, reason: str, code: int = 0) -> None:
        super().__init__(reason)
        self.code = code


class Gone(Denied):
    """What the request is about does not exist (any more)."""


class Closed(Denied):
    """The person cannot be written to."""


class Translator:
    """Turns answers and failures of the REST API into the core's errors; ``clock`` gives seconds and only measures."""

    def __init__(self, token: Callable[[], str], clock: Callable[[], float]) -> None:
        self._token = token
        self._clock = clock
        self._outage = 0
        self._next_log: dict[int, float] = {}

    def answered(self) -> None:
        """Discord can be reached."""
        self._outage = 0

    def translate(
        self, status: int, headers: Mapping[str, str], data: Any, *, repeatable: bool, own_token: bool = True
    ) -> PlatformError:
        """The core's word for an answer that is no success. ``data`` is its decoded body, or text where it is no JSON.

        ``own_token`` is false for requests that an interaction's token authorises in place of the bot's.
        """
        code, message = _code(data), _message(data)
        if code == TOO_OLD_TO_EDIT:
            return Denied(_WORDS[code], code)
        if status == 429:
            return self._too_fast(headers, data)
        if status == 401 and own_token:
            self._tell(logging.ERROR, "Discord refuses the bot token: nothing can be sent or read until it is right")
            return RetryLater(TOKEN_WAIT, "the bot token is refused", everywhere=True, down=True)
        if code in _LATER:
            return RetryLater(_seconds(headers, data) or SLOW_WAIT, self._reason(status, code, message))
        if status >= 500:
            return doubtful(f"Discord failed inside ({status})", repeatable=repeatable)
        reason = self._reason(status, code, message)
        if code in _CLOSED:
            return Closed(reason, code)
        if 10000 < code < 11000 or code == BAD_WEBHOOK_TOKEN:
            return Gone(reason, code)
        return Denied(reason, code)

    def unreachable(self, kind: str) -> RetryLater:
        """The request never left; the pauses double while that lasts."""
        wait = min(LONGEST_OUTAGE_WAIT, float(2 ** min(self._outage, 10)))
        self._outage += 1
        self._tell(logging.WARNING, f"Discord cannot be reached ({kind}): everything waits")
        return RetryLater(wait, f"Discord cannot be reached ({kind})", everywhere=True, down=True)

    def _too_fast(self, headers: Mapping[str, str], data: Any) -> RetryLater:
        """One bucket waits; everything does for the limit of the whole bot, and when the address is turned away."""
        seconds = _seconds(headers, data)
        if not isinstance(data, dict):
            self._tell(logging.ERROR, "something in front of Discord turns this address away: everything waits")
            return RetryLater(seconds or BAN_WAIT, "the address is turned away", everywhere=True, down=True)
        everywhere = data.get("global") is True or scope_of(headers) == "global"
        return RetryLater(seconds or 1.0, everywhere=everywhere)

    def _tell(self, level: int, message: str) -> None:
        """Log trouble of one level once a minute."""
        now = self._clock()
        if now >= self._next_log.get(level, now):
            self._next_log[level] = now + TOKEN_WAIT
            _log.log(level, message)

    def _reason(self, status: int, code: int, message: str) -> str:
        """A refusal in plain words: one short line that quotes nothing and has no token in it."""
        if code in _WORDS:
            return _WORDS[code]
        if status == 413:
            return "the request is too large"
        token = self._token()
        words = _QUOTED.sub("…", message.replace(token, "…") if token else message)
        words = " ".join(words.split())[:_REASON_LENGTH] or "no reason given"
        return f"Discord refused it: {words} ({code or status})"


def doubtful(reason: str, *, repeatable: bool) -> PlatformError:
    """Nobody knows whether it happened: what may be asked twice is asked again, everything else is left."""
    return RetryLater(BROKEN_WAIT, reason) if repeatable else Uncertain(reason)


def scope_of(headers: Mapping[str, str]) -> str:
    """Whose limit a 429 is about: ``user``, ``global`` or ``shared``; empty where it is not said."""
    return headers.get("X-RateLimit-Scope", "").lower()


def _code(data: Any) -> int:
    code = data.get("code") if isinstance(data, dict) else 0
    return code if isinstance(code, int) else 0


def _message(data: Any) -> str:
    return str(data.get("message") or "") if isinstance(data, dict) else ""


def _seconds(headers: Mapping[str, str], data: Any) -> float:
    """How long to wait: the body's number, which is the finer one, else the header's; 0 where none is given."""
    said = data.get("retry_after") if isinstance(data, dict) else None
    if not isinstance(said, int | float) or isinstance(said, bool):
        said = headers.get("Retry-After", "0")
    try:
        return min(max(0.0, float(said)), LONGEST_WAIT)
    except ValueError:
        return 0.0
