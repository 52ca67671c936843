"""What the core and a platform tell each other: limits, what goes along with an action, menus, and who has what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

HAD: Final = "had"
"""What a verb about access returns when a person's doing already stands there: nothing was changed, and it is not
Coterie's."""
ABSENT: Final = "absent"
"""What a verb about access returns when the account is not in the space."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A platform's published limits. Rates are messages a second (0: none); lengths are characters.

    ``space_rate`` is shared by the channels of one space. ``burst`` is how many messages a quiet channel or space
    takes at once.  ``answers_free``: an answer with a live handle does not count against the overall rate.
    """

    overall_rate: float = 0
    channel_rate: float = 0
    in_flight: int = 16
    text_length: int = 4000
    buttons_per_row: int = 5
    private_length: int = 2000
    space_rate: float = 0
    burst: int = 1
    answers_free: bool = False


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture."""

    data: bytes
    media_type: str
    alt: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an adapter gets beside the action: pictures drawn, the native id of an earlier message, a stable key
    against doubles.
    """

    key: str
    native: str = ""
    picture: Picture | None = None
    mentions: dict[int, str] = field(default_factory=dict)
    album: tuple[Picture, ...] = ()

    @property
    def pictures(self) -> tuple[Picture, ...]:
        """All pictures that could be drawn, in order."""
        return self.album if self.picture is None else (self.picture, *self.album)


@dataclass(frozen=True, slots=True)
class CommandOption:
    """A parameter of a command, for platforms that ask for each by itself.

    ``kind`` is the parameter's (:data:`coterie.core.commands.parameters.Kind`); bounds are those of an ``int``,
    ``length`` is the most characters of a ``str``.  ``suggests``: :meth:`Inbox.suggest` has proposals while somebody
    types.
    """

    name: str
    kind: str
    description: dict[str, str]
    required: bool = True
    minimum: int | None = None
    maximum: int | None = None
    length: int | None = None
    choices: tuple[str, ...] = ()
    suggests: bool = False


@dataclass(frozen=True, slots=True)
class CommandMenu:
    """A command as shown in a platform's own menu; ``where`` is ``any``, ``room`` or ``dm``."""

    name: str
    description: dict[str, str]
    usage: str
    level: str
    options: tuple[CommandOption, ...] = ()
    where: str = "any"


@dataclass(frozen=True, slots=True)
class Holdings:
    """What an account has in a space. ``joined_at`` is when it came in (milliseconds; 0 where the platform does not
    tell).
    """

    present: bool
    roles: frozenset[str] = frozenset()
    tag: str = ""
    joined_at: int = 0


__all__ = ["ABSENT", "HAD", "CommandMenu", "CommandOption", "Delivery", "Holdings", "Limits", "Picture"]
