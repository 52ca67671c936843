"""How a REST call reaches the room that answers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coterie.adapters.discord.fake.world import World


@dataclass(frozen=True, slots=True)
class Upload:
    """A file of a multipart request; ``field`` is its name in the form (``files[0]``)."""

    field: str
    name: str
    data: bytes
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Request:
    """One call.

    ``path`` is the template of the route, ``ids`` are its parameters by name, ``body`` is the decoded JSON (of the
    ``payload_json`` part when there are files; None when there is no body), ``reason`` the decoded audit-log reason,
    ``auth`` whether it carried the bot's token.
    """

    method: str
    path: str
    ids: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    files: Sequence[Upload] = ()
    query: Mapping[str, str] = field(default_factory=dict)
    reason: str = ""
    auth: bool = True

    @property
    def fields(self) -> dict[str, Any]:
        """The body when it is an object; empty when it is something else."""
        return self.body if isinstance(self.body, dict) else {}


Handler = Callable[["World", Request], Any]
"""Carries a call out and returns what is answered as JSON; None is answered with 204.  Raises
:class:`~coterie.adapters.discord.fake.errors.RestError`."""
Route = tuple[str, str, Handler]
"""A method, a path such as ``/channels/{channel_id}/messages/{message_id}``, and who answers it."""
