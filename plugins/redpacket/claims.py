"""One packet while many claim it: read once, and written once for all who get a share of it in the same batch."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from coterie.core.api import Batched, PluginSql, Refusal
from coterie.plugins.redpacket.pot import Pot
from coterie.plugins.redpacket.sql import CLAIMED, COUNT, COUNT_LAST, SHARE_OF, SHARES, TAKE, TAKE_KNOWN

LOOKS: Final = 8
"""After so many people who were looked for one by one, all shares are read at once,"""
MOST: Final = 1_000
"""unless the packet has more than this."""


class Claims(Batched):
    """What the claims of one batch share: the packet, the messages that show it, and who has a share."""

    def __init__(self, sql: PluginSql, community: int, packet: int) -> None:
        super().__init__(sql, community)
        self._here: dict[str, Any] = {"community_id": community, "packet": packet}
        self._mine: dict[int, int | None] = {}
        """What members have, as far as they were looked for."""
        self._amounts: list[int] = []
        """Of all shares, once they were read; then ``_mine`` has everybody who has one."""
        self._taken: list[dict[str, Any]] = []
        """Shares that are to be written down."""
        self._more = self._amount = self._ended = 0
        self.pot: Pot | None = None
        """The packet with all that was taken so far; None where there is no such packet."""
        self.refs: list[int] = []
        """The messages that show it, but for those that could not be sent."""

    def look(self, member: int) -> int | None:
        """Read the packet, if that has not been done yet; returns the share that a member has already."""
        if self.pot is None:
            self._read(member)
        elif member not in self._mine and not self._amounts:
            self._look_for(member, self.pot)
        return self._mine.get(member)

    def take(self, member: int, now: int) -> tuple[int, int]:
        """Give a member the next share; returns its number, from 0, and its amount. Raises :class:`Refusal` when none
        is left.
        """
        if self.pot is None:
            self._read(member)
        pot = self.pot
        if pot is None or pot.taken_count == pot.count:
            raise Refusal("packet-empty")
        number = pot.taken_count
        row = {**self._here, "position": number, "member": member, "now": now}
        if self._amounts:
            amount = self._amounts[number]
            self._taken.append(row)
        else:
            rows = self.sql.all(TAKE, **row)
            if not rows:
                raise Refusal("packet-empty")
            amount = int(rows[0][0])
        last = number + 1 == pot.count
        state = "empty" if last else pot.state
        self.pot = replace(pot, taken_count=number + 1, taken=pot.taken + amount, state=state)
        self._mine[member] = amount
        self._more += 1
        self._amount += amount
        self._ended = now if last else 0
        self.owe()
        return number, amount

    def flush(self) -> None:
        """Write down who took which shares, and count them.

        Raises :class:`RuntimeError` when one of them was somebody's already: then all is handled again, one by one.
        """
        if self.sql.many(TAKE_KNOWN, self._taken) != len(self._taken):
            raise RuntimeError(f"shares of packet {self._here['packet']} were taken by another process")
        counted = {**self._here, "more": self._more, "amount": self._amount}
        if self._ended:
            self.sql.run(COUNT_LAST, **counted, now=self._ended)
        else:
            self.sql.run(COUNT, **counted)

    def _read(self, member: int) -> None:
        rows = self.sql.all(CLAIMED, **self._here, member=member)
        if rows:
            *fields, mine, _, _ = rows[0]
            self.pot = Pot(*fields)
            self.refs = [ref for *_, ref, failed in rows if ref is not None and not failed]
            self._mine[member] = mine

    def _look_for(self, member: int, pot: Pot) -> None:
        if len(self._mine) >= LOOKS and pot.count <= MOST:
            rows = self.sql.all(SHARES, **self._here)
            self._amounts = [int(amount) for _, amount, _, _ in rows]
            self._mine |= {owner: amount for _, amount, owner, _ in rows if owner is not None}
        else:
            row = self.sql.one(SHARE_OF, **self._here, member=member)
            self._mine[member] = None if row is None else int(row[0])
