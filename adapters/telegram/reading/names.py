"""Who has which ``@username``: a mention of one carries no id, and Telegram has no call to look a person up."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

NAMES_KEPT: Final = 50_000
"""People whose username is remembered; who was not seen for longest is forgotten first."""
_LONGEST: Final = 64


class Names:
    """Usernames of people seen in updates. A person has at most one here, and so has a name at most one person."""

    def __init__(self, limit: int = NAMES_KEPT) -> None:
        self._limit = limit
        self._names: OrderedDict[str, str] = OrderedDict()
        self._users: dict[str, str] = {}

    def __len__(self) -> int:
        return len(self._names)

    def learn(self, user: str, username: str) -> None:
        """The account ``user`` was seen with this username, or with none (empty)."""
        name = username.lower() if len(username) <= _LONGEST and username.isascii() else ""
        known = self._names.get(user)
        if known is not None:
            if known == name:
                self._names.move_to_end(user)
                return
            # The old name is free by now: whoever types it means its next owner, not this one.
            del self._names[user], self._users[known]
        if not name:
            return
        earlier = self._users.get(name)
        if earlier is not None:
            del self._names[earlier]
        self._names[user] = name
        self._users[name] = user
        if len(self._names) > self._limit:
            _, oldest = self._names.popitem(last=False)
            del self._users[oldest]

    def find(self, username: str) -> str:
        """The id of the account with this username (upper or lower case, without ``@``); empty for an unknown one."""
        return self._users.get(username.lower(), "")
