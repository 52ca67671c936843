"""How people come and go, what becomes of a group, and who pays."""

from __future__ import annotations

from collections.abc import Iterable

from coterie.adapters.telegram.fake.acts import Acts, Chat, User
from coterie.adapters.telegram.fake.arguments import Json
from coterie.adapters.telegram.fake.errors import NotPossible
from coterie.adapters.telegram.fake.invites import CONTACT_LIFE
from coterie.adapters.telegram.fake.model import FakeChat, FakeMessage, Invite, JoinRequest, Member, rights_of
from coterie.adapters.telegram.fake.payments import complete
from coterie.adapters.telegram.fake.standing import change, enter, leave, link_raw
from coterie.adapters.telegram.fake.world import SUPERGROUP, Charge, Query


class Comings(Acts):
    """Joining, leaving, moving, paying."""

    def joins(self, user: User, chat: Chat, link: str = "") -> int:
        """Somebody comes in, through a link if one is given.

        Raises :class:`NotPossible` for the banned and for a link that is revoked, expired, used up or only lets ask.
        """
        sender, place = self.user(user), self.chat(chat)
        invite = self._invite(place, link) if link else None
        if invite is not None and invite.asks:
            raise NotPossible("through that link one asks to join")
        member = self.world.member(place, sender["id"])
        if member.inside or (member.status == "kicked"):
            raise NotPossible("already in, or banned")
        if invite is not None:
            invite.used += 1
        return enter(self.world, place, sender, sender["id"], invite)

    def _invite(self, place: FakeChat, link: str) -> Invite:
        invite = place.invites.get(link)
        if invite is None or invite.revoked:
            raise NotPossible("that link is revoked, or never was")
        if invite.expires and self.world.now() >= invite.expires:
            raise NotPossible("that link has expired")
        if invite.member_limit and invite.used >= invite.member_limit:
            raise NotPossible("that link is used up")
        return invite

    def leaves(self, user: User, chat: Chat) -> int:
        """Somebody goes away by themselves."""
        sender, place = self.user(user), self.chat(chat)
        return leave(self.world, place, sender, Member(sender["id"], "left", is_member=False))

    def asks_to_join(self, user: User, chat: Chat, link: str = "", *, bio: str = "", query: bool = False) -> int:
        """Somebody asks to join; the bot, if it may invite, hears of it and may write to them for five minutes.

        With ``query`` the bot is the one assigned to decide (Bot API 10.1): it has 10 seconds to answer that.
        """
        sender, place = self.user(user), self.chat(chat)
        invite = self._invite(place, link) if link else None
        if self.world.member(place, sender["id"]).inside:
            raise NotPossible("already in")
        request = JoinRequest(sender["id"], self.world.now(), link)
        place.requests[sender["id"]] = request
        if "can_invite_users" not in self.world.own(place).rights:
            return 0
        self.world.private(sender["id"]).contact_until = self.world.now() + CONTACT_LIFE
        payload: Json = {
            "chat": self.world.chat_raw(place), "from": sender, "user_chat_id": sender["id"],
            "date": int(self.world.now()),
        }  # fmt: skip
        if bio:
            payload["bio"] = bio
        if invite is not None:
            payload["invite_link"] = link_raw(self.world, place, invite)
        if query:
            request.query_id = payload["query_id"] = f"join-{self.world.number()}"
            self.world.join_queries[request.query_id] = Query(
                request.query_id, sender["id"], self.world.now(), place.id
            )
        return self.world.updates.put("chat_join_request", payload, f"member:{sender['id']}")

    def stands(
        self,
        user: User,
        chat: Chat,
        status: str,
        *,
        rights: Iterable[str] | None = None,
        tag: str = "",
        by: User = "Owner",
    ) -> int:
        """A person (``by``) gives somebody, or the bot, another standing: ``administrator`` with rights (None: all),
        ``member``, ``left``, ``kicked``, ``creator``.
        """
        place, actor = self.chat(chat), self.user(by)
        bot = user in (self.world.bot_id, self.world.bot["username"])
        number = self.world.bot_id if bot else self.user(user)["id"]
        given = rights_of(place.type) if rights is None else frozenset(rights)
        inside = status not in ("left", "kicked")
        new = Member(number, status, given if status == "administrator" else frozenset(), is_member=inside, tag=tag)
        if not inside:
            return leave(self.world, place, actor, new)
        return change(self.world, place, actor, new)

    def upgrades(self, chat: Chat, by: User = "Owner") -> int:
        """A group becomes a supergroup, which ``chat.upgraded_to`` then names; both chats say so."""
        old, actor = self.chat(chat), self.user(by)
        if old.type != "group" or old.upgraded_to:
            raise NotPossible("only a group can be upgraded, and once")
        new = FakeChat(SUPERGROUP + old.id, "supergroup", old.title, old.username, members=dict(old.members))
        self.world.chats[new.id] = new
        moved = self.world.post(old, actor, extra={"migrate_to_chat_id": new.id})
        told = self.world.announce(moved)
        old.upgraded_to = new.id
        self.world.announce(self.world.post(new, actor, extra={"migrate_from_chat_id": old.id}))
        self.world.tell("upgraded", {"old": old.id, "new": new.id})
        return told

    def pays(self, user: User, message: FakeMessage | str, *, twice: bool = False) -> int:
        """Somebody pays an invoice: a message, or a link of createInvoiceLink.

        The bot has 10 seconds to agree; then the payment goes through and a service message says so, ``twice`` in two
        updates.  If it does not agree there is no payment.
        """
        sender = self.user(user)
        key = message if isinstance(message, str) else f"{message.chat_id}:{message.message_id}"
        if key not in self.world.invoices:
            raise NotPossible("that is no invoice")
        place = sender["id"] if isinstance(message, str) else message.chat_id
        query = Query(f"{9_000_000 + self.world.number()}", sender["id"], self.world.now(), place)
        query.invoice, query.twice = self.world.invoices[key], twice
        self.world.checkouts[query.id] = query
        self.world.private(sender["id"]).started = True
        payload = {
            "id": query.id, "from": sender, "currency": query.invoice["currency"],
            "total_amount": query.invoice["total_amount"], "invoice_payload": query.invoice["payload"],
        }  # fmt: skip
        return self.world.updates.put("pre_checkout_query", payload, f"checkout:{sender['id']}")

    def renews(self, charge: Charge) -> Charge:
        """A subscription's next month is paid; nobody is asked before."""
        if "subscription_period" not in charge.invoice:
            raise NotPossible("that payment was for no subscription")
        first = self.world.charges[charge.renews or charge.id]
        if first.cancelled:
            raise NotPossible("that subscription is renewed no more")
        again = Query("", charge.user_id, self.world.now(), charge.user_id, invoice=charge.invoice, renews=first.id)
        return complete(self.world, again)

    @property
    def charges(self) -> list[Charge]:
        """Every payment that went through, oldest first."""
        return list(self.world.charges.values())

    @property
    def refunds(self) -> list[Charge]:
        """The payments that were given back."""
        return [charge for charge in self.world.charges.values() if charge.refunded]
