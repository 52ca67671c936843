"""Counter-entries: a transfer is taken back by its mirror image, once; nothing in the books is ever changed."""

from __future__ import annotations

from collections.abc import Callable

from coterie.storage.books.booking import Booking
from coterie.storage.books.holds import HOLD_ESCROW
from coterie.storage.books.money import Account, Booked, Insufficient, Leg, NotReversible, Reversal
from coterie.storage.books.sql import ADD_REVERSAL, FIND_TRANSFER, POSTINGS_OF, TRANSFER

Resolve = Callable[[Account], Account]
"""Whose account it is today: that of a merged record is now another's."""


def as_it_is(account: Account) -> Account:
    """The account itself."""
    return account


class Reversals(Booking):
    """The part of the ledger that takes transfers back."""

    def booked(self, community: int, transfer: int | str) -> Booked | None:
        """A transfer by id or by its whole key."""
        self.flush()
        if isinstance(transfer, str):
            found = self.db.one(FIND_TRANSFER, {"community_id": community, "key": transfer})
            if found is None:
                return None
            transfer = int(found[0])
        row = self.db.one(TRANSFER, {"community_id": community, "id": transfer})
        if row is None:
            return None
        postings = self.db.all(POSTINGS_OF, {"community_id": community, "transfer_id": transfer})
        legs = tuple(Leg(Account(kind, owner), amount) for kind, owner, _, amount in postings)
        key, plugin, reason, note, actor, at, reversed_by = row
        return Booked(transfer, key, plugin, reason, note, actor, at, postings[0][2], legs, reversed_by or 0)

    def mirror(
        self,
        community: int,
        booked: Booked,
        *,
        up_to: bool = False,
        resolve: Resolve = as_it_is,
        escrows: str | None = None,
    ) -> list[Leg]:
        """The legs that would take a transfer back now.

        With ``up_to``, of a transfer between two, at most what the receiver still has.  ``escrows`` names the plugin
        whose escrows may be touched, ``"*"`` any.  Raises :class:`NotReversible` and :class:`Insufficient`.
        """
        legs = [Leg(resolve(leg.account), -leg.amount) for leg in booked.legs]
        _check_escrows(booked, escrows)
        if len({leg.account for leg in legs}) < len(legs):
            raise NotReversible("same", f"both sides of transfer {booked.id} are one account by now")
        for leg in legs:
            has = self.balance(community, leg.account, booked.currency)
            if leg.amount >= 0 or leg.account.kind == "issuer" or has + leg.amount >= 0:
                continue
            if not up_to or len(legs) != 2:
                raise Insufficient(has, -leg.amount, booked.currency)
            if not has:
                raise NotReversible("nothing", f"nothing of transfer {booked.id} is left where it went")
            return [Leg(each.account, has if each.amount > 0 else -has) for each in legs]
        return legs

    def reverse(
        self,
        community: int,
        booked: Booked,
        *,
        plugin: str,
        reason: str,
        now: int,
        note: str = "",
        actor: int = 0,
        up_to: bool = False,
        resolve: Resolve = as_it_is,
        escrows: str | None = None,
    ) -> Reversal:
        """Take a transfer back whole (``up_to``: as far as the receiver still has it), once.

        The second time nothing moves and the first counter-entry is returned.  Raises what :meth:`mirror` raises.
        """
        before = self.booked(community, booked.id)
        if before is None:
            raise NotReversible("unknown", f"there is no transfer {booked.id}")
        if before.reversed_by:
            done = self.booked(community, before.reversed_by)
            return Reversal(before.reversed_by, 0 if done is None else done.amount, repeated=True)
        legs = self.mirror(community, before, up_to=up_to, resolve=resolve, escrows=escrows)
        made = self.transfer(
            community,
            legs,
            before.currency,
            key=f"reverse:{booked.id}",
            plugin=plugin,
            reason=reason,
            now=now,
            note=note,
            actor=actor,
        )
        self.db.run(ADD_REVERSAL, {"community_id": community, "transfer_id": booked.id, "reversal_id": made.id})
        return Reversal(made.id, sum(leg.amount for leg in legs if leg.amount > 0))


def _check_escrows(booked: Booked, escrows: str | None) -> None:
    """Raise :class:`NotReversible` where a hold or a plugin still counts on the money being where it is."""
    for leg in booked.legs:
        if leg.account.kind != "escrow":
            continue
        owner = leg.account.owner
        if owner.startswith(HOLD_ESCROW):
            raise NotReversible("hold", f"transfer {booked.id} belongs to a hold: release or capture that")
        if escrows != "*" and (escrows is None or not owner.startswith(f"{escrows}:")):
            raise NotReversible("escrow", f"transfer {booked.id} belongs to {owner}: its plugin has to undo it")
