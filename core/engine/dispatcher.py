"""The dispatcher: finds who an event belongs to and runs the plugins' calls for it, each fenced."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable
from typing import Any, Final

import msgspec

from coterie.core.commands import parse_options, parse_text, split_command, suggest, usage
from coterie.core.commands.values import shown
from coterie.core.community import Community
from coterie.core.context import FORM_ROUTE, Context
from coterie.core.days import Days
from coterie.core.engine import comings, followups, platforms
from coterie.core.engine.fence import Fence
from coterie.core.engine.registry import NO_CALLS, Call, Registry, Table
from coterie.core.errors import NotAllowed, Refusal
from coterie.core.events import (
    AccessBraked,
    AccountModerated,
    AccountSeparated,
    ButtonTapped,
    CommandCalled,
    DirectChanged,
    Event,
    FormSubmitted,
    InterestChanged,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MembersMerged,
    MergeUndone,
    MessageDelivered,
    MessagePosted,
    PaymentReceived,
    PaymentRefunded,
    PollAnswered,
    ScheduleChanged,
    SpaceMoved,
    StandingChanged,
    TaskEnded,
    TimerDue,
    Who,
)
from coterie.core.hooks import BY_NAME, KEPT, OBSERVERS
from coterie.core.text import clean_name, join
from coterie.core.tokens import Opened, TokenError, unpack
from coterie.core.unit import Unit
from coterie.storage.journal import READ_ARGS
from coterie.storage.members import AccountRecord

log = logging.getLogger(__name__)

ABSENT: Final = 600_000
"""Milliseconds until an event is offered again to a plugin that is paused or not there."""
PAID: Final = frozenset({PaymentReceived, PaymentRefunded})
"""Events about an invoice, which belongs to one plugin."""


class Dispatcher(Fence):
    """Runs events on one lane."""

    def __init__(self, unit: Unit, registry: Registry) -> None:
        super().__init__(unit, registry)
        self._days: dict[int, Days] = {}
        self.since: Final[dict[tuple[int, str, str], int]] = {}
        """Since when each space is known (community, adapter, native id), in milliseconds, as far as that was asked."""
        self._kinds: Final[dict[type[Event], Callable[[Table, Context, Any], None]]] = {
            MessagePosted: self._message,
            CommandCalled: self._command_called,
            ButtonTapped: self._tap,
            FormSubmitted: self._form,
            MemberJoined: self._joined,
            MemberLeft: self._left,
            JoinRequested: self._join_request,
            StandingChanged: self._standing,
            PaymentReceived: self._payment,
            PaymentRefunded: self._payment,
            PollAnswered: self._poll_answered,
            DirectChanged: self._direct_changed,
            AccountModerated: self._moderated,
            ScheduleChanged: self._gathering,
            InterestChanged: self._gathering,
            SpaceMoved: self._space_moved,
            MessageDelivered: self._delivered,
            MembersMerged: self._moved,
            MergeUndone: self._moved,
            AccountSeparated: self._moved,
            AccessBraked: self._braked,
            TimerDue: self._timer,
            TaskEnded: self._task,
        }

    def handle(self, community: Community, event: Event) -> None:
        """Handle one event; raises :class:`CallFailed` or :class:`CallRefused` when it must be handled again."""
        table = self.registry.table(community.enabled)
        account = None if event.who is None else self._account(community, event, event.who)
        ctx = Context(self.unit, community, event, account)
        if account is not None and account.bot and type(event) is not MemberLeft:
            return  # bots are never answered, and never paid
        if table.waiting and self.only is None and isinstance(event, KEPT):
            self._put_off(table, ctx, event)
        kind = self._kinds.get(type(event))
        if kind is None or (self.only is not None and self.only[1] in BY_NAME and type(event) not in PAID):
            self.notify(table.observers.get(type(event), NO_CALLS), ctx, event)
        else:
            kind(table, ctx, event)

    def _put_off(self, table: Table, ctx: Context, event: Event) -> None:
        """Keep an event that nobody may miss for those who are paused."""
        for plugin, hook in table.waiting.get(type(event), ()):
            invoice = event.invoice if isinstance(event, PaymentReceived | PaymentRefunded) else None
            if invoice is None or invoice.startswith(f"{plugin}:"):
                self.unit.put_off(ctx.community.id, event, plugin, hook, ABSENT)

    # -- who

    def _account(self, community: Community, event: Event, who: Who) -> AccountRecord:
        members = self.unit.members
        account = members.account(community.id, who.platform, who.id)
        if account is None:
            name = clean_name(who.name, f"member {who.id[-4:]}")
            locale = self.unit.services.translator.negotiate(who.locale) if who.locale else ""
            account = members.enrol(
                community.id, who.platform, who.id, name, locale=locale, bot=who.bot, now=self.unit.now
            )
        elif who.name and who.name != account.name:
            name = clean_name(who.name, account.name)
            if name != account.name:
                members.rename(account, name)
        if who.locale and not account.member.locale:  # not all that a platform tells of somebody names their language
            members.set_locale(account.member, self.unit.services.translator.negotiate(who.locale))
        if event.where is not None and not account.dm:
            where = event.where
            if where.kind == "dm":
                members.set_dm(account, where.adapter, where.channel)
            elif not account.closed:
                members.set_dm(account, where.adapter, self.unit.services.direct(where.adapter, who))
        if account.member.heard != account.id:
            members.set_heard(account)
        if (
            community.operators
            and account.member.standing != "operator"
            and (who.platform, who.id) in community.operators
        ):
            members.set_standing(account.member, "operator")
        return account

    # -- what people do

    def _message(self, table: Table, ctx: Context, event: MessagePosted) -> None:
        comings.wrote(self, ctx, event)
        if event.text[:1] == "/":
            split = split_command(event.text)
            if split is not None:
                name, rest = split
                self._command(table, ctx, name.partition("@")[0], lambda spec: parse_text(spec, rest))
                return
        if ctx.account is not None and self.only is None:
            self._count(ctx.community, ctx.account, event)
        self.notify(table.observers[MessagePosted], ctx, event)

    def _count(self, community: Community, account: AccountRecord, event: MessagePosted) -> None:
        """Count a message for its writer's day; commands and direct chats are not counted."""
        where = event.where
        if where is None or where.kind == "dm":
            return
        now = self.unit.now
        at = event.at if 0 < event.at < now else now
        days = self._days.get(community.id)
        if days is None:
            days = self._days[community.id] = Days(community)
        self.unit.activity.count(account, days.of(at), (community.id, where.adapter, where.space, where.channel), at)

    def _command_called(self, table: Table, ctx: Context, event: CommandCalled) -> None:
        comings.wrote(self, ctx, event)
        self._command(table, ctx, event.name, lambda spec: parse_options(spec, event.options))

    def _command(self, table: Table, ctx: Context, name: str, parse: Callable[[Any], dict[str, Any]]) -> None:
        if ctx.account is None:
            return  # a channel that writes as itself has no member who could use anything
        call = table.commands.get(name)
        if call is None or call.spec is None:
            ctx.plugin = "core"
            close = suggest(name, (spec.name for spec in table.specs))
            key = "unknown-command" if close is None else "unknown-command-suggest"
            self.say(ctx, key, name=shown(name), suggestion=close or "")
            return
        ctx.plugin = call.plugin
        spec = call.spec
        try:
            if spec.level == "operator" and ctx.member.standing != "operator":
                raise NotAllowed(level="operator")
            if spec.where != "any" and (spec.where == "dm") != ctx.in_dm:
                raise NotAllowed(f"here-only-in-{spec.where}")
            args = parse(spec)
        except Refusal as refusal:
            self._refuse_usage(ctx, refusal, call)
            return
        self.respond(call, ctx, **args)

    def _refuse_usage(self, ctx: Context, refusal: Refusal, call: Call) -> None:
        said = ctx.t_core(refusal.key, **refusal.args)
        if refusal.key.startswith("arg-") and call.spec is not None:
            said = join((said, ctx.t_core("usage", usage=usage(call.spec))), "\n")
        ctx.answer(said)

    def _tap(self, table: Table, ctx: Context, event: ButtonTapped) -> None:
        if ctx.account is None:
            return
        ctx.plugin = "core"
        try:
            opened = self._open(ctx, event.token)
        except TokenError as error:
            self.refuse(ctx, error)
            return
        found = table.routes.get(opened.route)
        if found is None or found[0].entry is None:
            self.say(ctx, "button-gone")
            return
        call, stored = found
        args = self._button_args(ctx, call, opened.args, stored)
        if args is None:
            self.say(ctx, "button-gone")
        else:
            self.respond(call, ctx, **args)

    def _open(self, ctx: Context, token: str) -> Opened:
        """What a token says to the acting member; one for a record that was merged into theirs is for them."""
        open_token, community, now = self.unit.services.signer.open, ctx.community.id, self.unit.now
        try:
            return open_token(community, token, now, ctx.member.id)
        except TokenError as error:
            if error.kind == "foreign":
                for record in ctx.records_of(ctx.member)[1:]:
                    with contextlib.suppress(TokenError):
                        return open_token(community, token, now, record)
            raise

    def _button_args(self, ctx: Context, call: Call, packed: bytes, stored: bool) -> dict[str, Any] | None:
        assert call.entry is not None
        names = call.entry.names
        try:
            values = unpack(packed)
        except ValueError:
            return None
        if not stored:
            return dict(zip(names, values, strict=False))
        row = self.unit.db.one(READ_ARGS, {"community_id": ctx.community.id, "id": values[0]})
        if row is None:
            return None
        kept: dict[str, Any] = msgspec.json.decode(row[0])
        return {name: kept[name] for name in names if name in kept}

    def _form(self, table: Table, ctx: Context, event: FormSubmitted) -> None:
        if ctx.account is None:
            return
        ctx.plugin = "core"
        try:
            opened = self.unit.services.signer.open(ctx.community.id, event.token, self.unit.now, ctx.member.id)
            if opened.route != FORM_ROUTE:
                raise TokenError("forged")
            followups.form_submitted(self, table, ctx, event, int(unpack(opened.args)[0]))
        except TokenError as error:
            self.refuse(ctx, error)

    # -- comings and goings

    def _joined(self, table: Table, ctx: Context, event: MemberJoined) -> None:
        comings.joined(self, table, ctx, event)

    def _left(self, table: Table, ctx: Context, event: MemberLeft) -> None:
        comings.left(self, table, ctx, event)

    def _join_request(self, table: Table, ctx: Context, event: JoinRequested) -> None:
        comings.asked_to_join(self, table, ctx, event)

    def _standing(self, table: Table, ctx: Context, event: StandingChanged) -> None:
        comings.stands(self, table, ctx, event)

    def _payment(self, table: Table, ctx: Context, event: PaymentReceived | PaymentRefunded) -> None:
        plugin, _, name = event.invoice.partition(":")
        kind, hook = type(event), OBSERVERS[type(event)].name
        calls = tuple(call for call in table.observers[kind] if call.plugin == plugin)
        if not calls and self.only is None and (plugin, hook) not in table.waiting.get(kind, ()):
            log.error("%s came for %r, but no plugin %r is on to take it: it waits", hook, event.invoice, plugin)
            self.unit.put_off(ctx.community.id, event, plugin[:64], hook, ABSENT)
        self.notify(calls, ctx, msgspec.structs.replace(event, invoice=name))

    def _poll_answered(self, table: Table, ctx: Context, event: PollAnswered) -> None:
        platforms.poll_answered(self, table, ctx, event)

    def _direct_changed(self, table: Table, ctx: Context, event: DirectChanged) -> None:
        platforms.direct_changed(self, table, ctx, event)

    def _moderated(self, table: Table, ctx: Context, event: AccountModerated) -> None:
        platforms.moderated(self, table, ctx, event)

    def _gathering(self, table: Table, ctx: Context, event: ScheduleChanged | InterestChanged) -> None:
        platforms.gathering_told(self, table, ctx, event)

    def _space_moved(self, table: Table, ctx: Context, event: SpaceMoved) -> None:
        platforms.space_moved(self, table, ctx, event)

    def _delivered(self, table: Table, ctx: Context, event: MessageDelivered) -> None:
        calls = tuple(call for call in table.observers[MessageDelivered] if call.plugin == event.plugin)
        self.notify(calls, ctx, event)

    def _moved(self, table: Table, ctx: Context, event: MembersMerged | MergeUndone | AccountSeparated) -> None:
        from coterie.core.access import moves  # loaded with the first two records that become one

        match event:
            case MembersMerged():
                moves.merged(ctx, event)
            case MergeUndone():
                moves.unmerged(ctx, event)
            case AccountSeparated():
                moves.separated(ctx, event)
        self.notify(table.observers[type(event)], ctx, event)

    def _braked(self, table: Table, ctx: Context, event: AccessBraked) -> None:
        calls = table.observers[AccessBraked]
        if any((call.plugin, call.hook) not in self.failed for call in calls):
            self.notify(calls, ctx, event)
        else:
            from coterie.core.access.moves import braked

            braked(ctx, event)

    def _timer(self, table: Table, ctx: Context, event: TimerDue) -> None:
        followups.timer_due(self, table, ctx, event)

    def _task(self, table: Table, ctx: Context, event: TaskEnded) -> None:
        followups.task_ended(self, table, ctx, event)
