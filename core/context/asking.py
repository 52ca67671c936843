"""What a handler asks people for: answers to a form, a payment, a decision about an applicant."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from coterie.core.actions import (
    ApproveJoin,
    CloseForm,
    DeclineJoin,
    OpenForm,
    Priority,
    SendInvoice,
)
from coterie.core.cards import Question, encode
from coterie.core.context.knowing import who_of
from coterie.core.context.saying import MessageRef, Saying
from coterie.core.events import Where
from coterie.core.forms import questions_of
from coterie.core.text import Rich
from coterie.core.tokens import pack, route_of
from coterie.storage.journal import ADD_FORM
from coterie.storage.members import AccountRecord, MemberRecord

if TYPE_CHECKING:
    pass


FORM_LIFE: Final = timedelta(days=7)
"""How long an unanswered form stays open."""
FORM_ROUTE: Final = route_of("core", "form")


class Asking(Saying):
    """The part of the context that asks."""

    __slots__ = ()

    def ask(self, form: str, *, to: MemberRecord | None = None, **args: str | int | bool) -> int:
        """Open a form for the acting member here, or for the one named by ``to`` in their direct chat.

        The answers come to its ``@form`` method with ``args`` as keyword arguments.  The form survives restarts and
        half-given
        answers.  What is returned comes to ``on_delivery`` as ``ref`` if the form cannot be shown.  Raises
        :class:`LookupError`
        for a member without a direct chat (see :meth:`dm_of`).
        """
        entry = self.unit.services.entry(self.plugin, "form", form)
        if entry is None:
            raise LookupError(f"plugin {self.plugin} declares no @form({form!r})")
        account, where = self._form_target(to)
        identifier = self.new_id()
        self.unit.writes += 1
        self.unit.db.run(
            ADD_FORM,
            {
                "community_id": self.community.id,
                "id": identifier,
                "plugin": self.plugin,
                "form": form,
                "member_id": account.member.id,
                "place": encode(where).decode(),
                "account": encode(who_of(account)).decode(),
                "args": encode(args).decode(),
                "answers": "{}",
                "expires_at": self.unit.now + round(FORM_LIFE.total_seconds() * 1000),
                "created_at": self.unit.now,
            },
        )
        handle = self.event.handle if to is None else ""
        self.show_form(form, identifier, account, where, {}, {}, handle)
        return identifier

    def _form_target(self, to: MemberRecord | None) -> tuple[AccountRecord, Where]:
        if to is None:
            if self.account is None:
                raise LookupError("this event belongs to no member: say whom to ask")
            return self.account, self.where
        account = self.reachable(to)
        if account is None:
            raise LookupError(f"member {to.id} has no direct chat to ask in")
        return account, Where(account.adapter, account.dm, kind="dm")

    def show_form(
        self,
        form: str,
        identifier: int,
        account: AccountRecord,
        where: Where,
        answers: dict[str, str],
        errors: dict[str, str],
        handle: str,
    ) -> None:
        """Show an open form as it stands."""
        entry = self.unit.services.entry(self.plugin, "form", form)
        questions: Sequence[Question] = (
            questions_of(entry.parameters, lambda name: self.form_label(account.member, form, name)) if entry else ()
        )
        token = self.form_token(identifier)
        self._post(
            OpenForm(
                where=where,
                ref=identifier,
                token=token,
                to=who_of(account),
                title=str(self.t_for(account.member, f"form-{form}")),
                questions=tuple(questions),
                answers=answers,
                errors=errors,
                handle=handle,
            ),
            Priority.ANSWER,
        )

    def form_label(self, member: MemberRecord, form: str, name: str) -> str:
        """The label of a form's question in a member's language."""
        return str(self.t_for(member, f"form-{form}-{name.replace('_', '-')}"))

    def form_token(self, identifier: int) -> str:
        """The token under which a form's answers come back."""
        return self.unit.services.signer.sign(self.community.id, FORM_ROUTE, pack((identifier,)), 0)

    def close_form(self, identifier: int, account: AccountRecord, where: Where) -> None:
        """Put a form away at the member's side."""
        self._post(
            CloseForm(where=where, token=self.form_token(identifier), to=who_of(account)),
            Priority.ANSWER,
        )

    def invoice(
        self,
        amount: int,
        currency: str,
        *,
        title: Rich,
        description: Rich,
        name: object,
        every: timedelta | None = None,
    ) -> MessageRef:
        """Ask the acting member for a payment in real money or Stars; the payment comes to ``on_payment`` with
        ``name``.

        With ``every`` it is a subscription: the platform takes the amount again after each such time, and each payment
        comes to ``on_payment``, with ``until``.  Telegram has subscriptions of 30 days, in Stars.  Where a platform has
        none like this, ``on_delivery`` hears that the invoice failed.  Raises :class:`LookupError` for an event that
        belongs to no member, :class:`ValueError` for a time that is not above zero.
        """
        if self.account is None:
            raise LookupError("this event belongs to no member")
        period = 0 if every is None else round(every.total_seconds())
        if every is not None and period <= 0:
            raise ValueError(f"a subscription is renewed after some time, not after {every}")
        ref = self.new_id()
        self._post(
            SendInvoice(
                where=self.where,
                ref=ref,
                to=who_of(self.account),
                invoice=f"{self.plugin}:{name}",
                title=str(title),
                description=str(description),
                amount=amount,
                currency=currency,
                handle=self.event.handle,
                period=period,
            ),
            Priority.ANSWER,
            ref,
        )
        return MessageRef(ref)

    def approve_join(self, account: AccountRecord, where: Where) -> None:
        """Let an applicant into a space."""
        self._post(ApproveJoin(where=where, to=who_of(account)), Priority.MODERATION)

    def decline_join(self, account: AccountRecord, where: Where) -> None:
        """Refuse an applicant."""
        self._post(DeclineJoin(where=where, to=who_of(account)), Priority.MODERATION)
