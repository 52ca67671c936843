"""What a handler says: words in people's languages, messages, and the signed buttons on them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NewType, overload

import msgspec

from coterie.core.actions import (
    DeleteMessage,
    EditMessage,
    Priority,
    SendMessage,
    SendPrivate,
)
from coterie.core.cards import MOST_PICTURES, Button, Card, card_of, encode
from coterie.core.context.knowing import who_of
from coterie.core.context.uniting import Uniting
from coterie.core.events import Where
from coterie.core.segments.filters import Audience
from coterie.core.text import Rich
from coterie.core.tokens import ARGS_LENGTH, expiry, pack, route_of
from coterie.storage.members import AccountRecord, MemberRecord

if TYPE_CHECKING:
    from coterie.core.context import Context


MessageRef = NewType("MessageRef", int)
"""Our own id of a message; valid at once, even before the platform gave the message one. Store it as BIGINT."""


class Saying(Uniting):
    """The part of the context that speaks; outbound verbs only queue."""

    __slots__ = ()

    # -- words

    def t(self, key: str, /, **args: object) -> Rich:
        """One of the plugin's messages in the language of the member who acts."""
        locale = (self.account.member.locale if self.account is not None else "") or self.community.locale
        return self.unit.services.translator.text(self.plugin, key, locale, args, self.community.zone)

    def t_room(self, key: str, /, **args: object) -> Rich:
        """One of the plugin's messages in the community's language, for what everybody reads."""
        return self.unit.services.translator.text(self.plugin, key, self.community.locale, args, self.community.zone)

    def t_for(self, member: MemberRecord, key: str, /, **args: object) -> Rich:
        """One of the plugin's messages in another member's language."""
        return self.unit.services.translator.text(
            self.plugin, key, member.locale or self.community.locale, args, self.community.zone
        )

    def t_core(self, key: str, /, **args: object) -> Rich:
        """One of the core's messages in the language of the member who acts."""
        locale = (self.account.member.locale if self.account is not None else "") or self.community.locale
        return self.unit.services.translator.text("core", key, locale, args, self.community.zone)

    def t_reason(self, plugin: str, reason: str) -> Rich:
        """What a movement of money was for, as its plugin says it (the message ``reason-<name>``), else the bare word.

        In the language of the member who acts.
        """
        translator, key = self.unit.services.translator, f"reason-{reason}"
        if not translator.has(plugin, key):
            return reason
        locale = (self.account.member.locale if self.account is not None else "") or self.community.locale
        return translator.text(plugin, key, locale, {}, self.community.zone)

    # -- saying something

    def reply(self, content: Card | Rich) -> MessageRef:
        """Say something in the channel where it happened, for everybody there."""
        return self._send(self.where, content, Priority.ANSWER)

    def answer(self, content: Card | Rich) -> MessageRef:
        """Say something to the acting member alone (private where the platform can)."""
        account, where = self.account, self.where
        if account is None:
            raise LookupError("this event belongs to no member: use ctx.send")
        if where.kind == "dm":
            return self._send(where, content, Priority.ANSWER)
        ref = self.unit.services.ids.next()
        action = SendPrivate(
            where=where, ref=ref, to=who_of(account), card=self.sealed(card_of(content)), handle=self.event.handle
        )
        self._post(action, Priority.ANSWER, ref)
        self.unit.places[ref] = (self.community.id, where)
        return MessageRef(ref)

    @overload
    def send(self, to: Audience, content: Card | Rich) -> int: ...

    @overload
    def send(
        self, to: MemberRecord | Where | int, content: Card | Rich, *, priority: Priority = Priority.NORMAL
    ) -> MessageRef | None: ...

    def send(
        self, to: MemberRecord | Where | int | Audience, content: Card | Rich, *, priority: Priority = Priority.NORMAL
    ) -> MessageRef | int | None:
        """Say something elsewhere: to a member (direct chat), in a place, in a channel by id, or to an audience.

        ``None`` when a member has no direct chat that the bot could write to.  Raises :class:`LookupError` for an
        unknown channel.

        To an audience (``ctx.audience("tag:vip")``) it is a broadcast, a job that goes on by itself, and its id comes
        back.  Who is meant is settled right after the start.  Members who left, who want no news (``/quiet``) or who
        have no direct chat are passed over; each of the others gets the card once, whatever is restarted meanwhile.
        """
        if isinstance(to, Audience):
            from coterie.core.broadcasts import start  # loaded with the first broadcast

            return start(self, to, self.sealed(card_of(content)))
        if isinstance(to, Where):
            return self._send(to, content, priority)
        if isinstance(to, MemberRecord):
            place = self.dm_of(to)
            return None if place is None else self._send(place, content, priority)
        return self._send(self.place_of(to), content, priority)

    def dm_of(self, member: MemberRecord) -> Where | None:
        """A member's direct chat with the bot, that of the account heard last where there are several, if any."""
        account = self.reachable(member)
        return None if account is None else Where(account.adapter, account.dm, kind="dm")

    def reachable(self, member: MemberRecord) -> AccountRecord | None:
        """The account by which a member can be written to directly."""
        accounts = [account for account in self.accounts_of(member) if account.dm]
        return max(accounts, key=lambda account: (account.id == member.heard, account.id), default=None)

    def edit(self, ref: int, content: Card | Rich) -> None:
        """Show something else in a message that was sent; of several edits only the newest is carried out."""
        where = self.unit.locate(self.community.id, ref)
        if where is not None:
            action = EditMessage(where=where, ref=int(ref), card=self.sealed(card_of(content)))
            self.unit.post(self.community.id, self.plugin, action, priority=Priority.NORMAL, ref=int(ref), edit=True)

    def refresh(self, ref: int, render: Callable[[Context], Card]) -> None:
        """Show a message anew from the state at the end of the batch: ``render`` runs once, however often this was
        asked.

        The way for a card that many people change at once.  ``render`` gets a context without a member.
        """
        self.unit.writes += 1
        self.unit.refreshes[self.community.id, int(ref)] = (self.community, self.plugin, render)

    def delete(self, ref: int) -> None:
        """Take a message away."""
        where = self.unit.locate(self.community.id, ref)
        if where is not None:
            self._post(DeleteMessage(where=where, ref=int(ref)), Priority.NORMAL)

    def _send(self, where: Where, content: Card | Rich, priority: Priority) -> MessageRef:
        ref = self.unit.services.ids.next()
        self._post(SendMessage(where=where, ref=ref, card=self.sealed(card_of(content))), priority, ref)
        self.unit.places[ref] = (self.community.id, where)
        return MessageRef(ref)

    def _post(self, action: Any, priority: Priority, ref: int = 0) -> int:
        return self.unit.post(self.community.id, self.plugin, action, priority=priority, ref=ref)

    # -- buttons

    def sealed(self, card: Card) -> Card:
        """The card as it leaves: buttons carry signed tokens, pictures know their plugin."""
        if card.pictures:
            card = self._with_pictures(card)
        if not card.buttons:
            return card
        rows = tuple(tuple(self._sealed(button) for button in row) for row in card.buttons)
        return msgspec.structs.replace(card, buttons=rows)

    def _with_pictures(self, card: Card) -> Card:
        if len(card.pictures) > MOST_PICTURES:
            raise ValueError(f"a card has at most {MOST_PICTURES} pictures, not {len(card.pictures)}")
        first, *album = (
            each if each.plugin else msgspec.structs.replace(each, plugin=self.plugin) for each in card.pictures
        )
        return msgspec.structs.replace(card, picture=first, album=tuple(album))

    def _sealed(self, button: Button) -> Button:
        if not button.do:
            return button
        if self.unit.services.entry(self.plugin, "button", button.do) is None:
            raise LookupError(f"plugin {self.plugin} declares no @button({button.do!r})")
        token = self.token("button", button.do, button.args, expires=button.expires, only=button.only)
        return Button(label=button.label, style=button.style, token=token)

    def token(self, kind: str, name: str, args: dict[str, Any], *, expires: int = 0, only: int = 0) -> str:
        """A signed token for an action of this plugin; ``expires`` in seconds from now (0: never), ``only`` a member
        id.
        """
        packed, route = self._packed(kind, name, args)
        return self.unit.services.signer.sign(self.community.id, route, packed, expiry(self.unit.now, expires), only)

    def _packed(self, kind: str, name: str, args: dict[str, Any]) -> tuple[bytes, int]:
        """Arguments in the order of the method's parameters, or in a row of their own when they are too long for a
        token.
        """
        entry = self.unit.services.entry(self.plugin, kind, name)
        names = () if entry is None else entry.names
        if not args.keys() <= set(names):
            raise TypeError(
                f"{self.plugin}: the {kind} {name!r} takes {', '.join(names) or 'no arguments'}, not {', '.join(args)}"
            )
        values = tuple(args[each] for each in names if each in args)
        if names[: len(values)] == tuple(each for each in names if each in args):
            packed = pack(values)
            if len(packed) <= ARGS_LENGTH:
                return packed, route_of(self.plugin, f"{kind}:{name}")
        text = encode(args).decode()
        digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
        row = self.unit.journal.button_args(
            {
                "community_id": self.community.id,
                "id": self.new_id(),
                "digest": digest,
                "args": text,
                "created_at": self.unit.now,
            }
        )
        return pack((row,)), route_of(self.plugin, f"{kind}*:{name}")
