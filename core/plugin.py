"""What a plugin is: a class with a name, a configuration, and methods that say what they are for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from coterie.core.config import Config
from coterie.core.events import (
    AccessBraked,
    AccessChanged,
    AccountModerated,
    AccountSeparated,
    DirectChanged,
    EntitlementChanged,
    FilterHit,
    HistoryImported,
    InterestChanged,
    JoinRequested,
    MemberJoined,
    MemberLeft,
    MembersMerged,
    MergeUndone,
    MessageDelivered,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    PaymentRefunded,
    PollAnswered,
    ReactionAdded,
    ReactionRemoved,
    ScheduleChanged,
    StandingChanged,
)
from coterie.core.simulated import simulation_of

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from coterie.core.cards import Field
    from coterie.core.conditions import Condition
    from coterie.core.context import Context, Member
    from coterie.core.memberdata import MemberTable
    from coterie.core.segments.model import SegmentField
    from coterie.core.simulated import SimulatedView

JoinDecision = Literal["approve", "decline"]


class Plugin:
    """The base of every plugin; hook methods here do nothing and are never called unless overridden.

    A plugin keeps no state of its own: state is rows, since a handler may run again for the same event.
    """

    name: ClassVar[str] = ""
    config: ClassVar[type[Config]] = Config
    requires: ClassVar[tuple[str, ...]] = ()
    """Names of plugins that must be installed and whose migrations run first."""
    metadata: ClassVar[MetaData | None] = None
    """The plugin's tables; their migrations are in the folder ``migrations`` beside the plugin's module."""
    member_data: ClassVar[tuple[MemberTable, ...]] = ()
    """Every column of those tables that names a member; merging, undoing, export and erasure follow from it."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name}: a plugin keeps no state of its own, keep it in its tables")

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Somebody wrote something that is not a command."""

    def on_message_edited(self, event: MessageEdited, ctx: Context) -> None:
        """Somebody changed what they wrote."""

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        """Somebody came into a space (only when they were not in it before)."""

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        """Somebody left a space."""

    def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
        """Somebody asks to be let into a space: answer "approve", "decline" or None for not mine."""

    def on_join_request(self, event: JoinRequested, ctx: Context) -> None:
        """Somebody asks to be let into a space and no plugin decided at once."""

    def on_standing_changed(self, event: StandingChanged, ctx: Context) -> None:
        """Somebody became, or is no longer, an operator."""

    def on_reaction(self, event: ReactionAdded, ctx: Context) -> None:
        """Somebody reacted to a message."""

    def on_reaction_removed(self, event: ReactionRemoved, ctx: Context) -> None:
        """Somebody took a reaction back."""

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        """A payment provider confirmed a payment for an invoice of this plugin."""

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        """A payment provider gave back a payment for an invoice of this plugin."""

    def on_entitlement(self, event: EntitlementChanged, ctx: Context) -> None:
        """What somebody bought in the platform's own shop holds now, longer, or no more; may be told again."""

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        """What this plugin sent or asked for was not done, or may not be; or a topic that it wanted is open."""

    def on_poll_answer(self, event: PollAnswered, ctx: Context) -> None:
        """Somebody answered a poll of this plugin, or took the answer back."""

    def on_direct_changed(self, event: DirectChanged, ctx: Context) -> None:
        """Somebody opened the direct chat with the bot, or closed it (blocked the bot)."""

    def on_moderated(self, event: AccountModerated, ctx: Context) -> None:
        """Somebody moderated a member with the platform's own means."""

    def on_filter_hit(self, event: FilterHit, ctx: Context) -> None:
        """A filter of the platform's own stopped what somebody wrote."""

    def on_schedule_changed(self, event: ScheduleChanged, ctx: Context) -> None:
        """A gathering in a space's calendar was put there, changed, began, ended or was called off."""

    def on_interest(self, event: InterestChanged, ctx: Context) -> None:
        """Somebody wants to come to a gathering, or does not any more."""

    def on_history_imported(self, event: HistoryImported, ctx: Context) -> None:
        """`coterie import` found messages of a member from before Coterie counted: how many on which day."""

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        """Two records turned out to be one person; declared rows (`member_data`) have moved already."""

    def on_merge_undone(self, event: MergeUndone, ctx: Context) -> None:
        """A merge was undone; declared rows are back already."""

    def on_account_separated(self, event: AccountSeparated, ctx: Context) -> None:
        """An account became a member of its own, who has nothing yet."""

    def on_access_changed(self, event: AccessChanged, ctx: Context) -> None:
        """A member got an access, or lost the last grant of it."""

    def on_access_braked(self, event: AccessBraked, ctx: Context) -> None:
        """A mass change of an access was stopped: ask the operators. Where no plugin does, the core tells them."""

    def decide_erase(self, member: Member, ctx: Context) -> str | None:
        """A member is to be erased: answer with a reason why not yet, in words for operators, or None. Only read."""
        return None

    def export_member(self, member: Member, ctx: Context) -> Mapping[str, Any] | None:
        """What else you keep about a member, as JSON can hold it; declared rows come by themselves."""
        return None

    def erase_member(self, member: Member, ctx: Context) -> None:
        """A member is erased: end what they have open; declared rows are deleted or emptied right after it."""

    def contribute_checks(self) -> Sequence[str]:
        """Problems with the plugin's surroundings, in plain words, for `coterie check`."""
        return ()

    def contribute_profile(self, member: Member, ctx: Context) -> Sequence[Field]:
        """What a plugin knows of a member, for an operator who looks at the member's profile."""
        return ()

    def contribute_segment_fields(self) -> Sequence[SegmentField]:
        """What filters for people may name: fields over the plugin's tables."""
        return ()

    def contribute_conditions(self) -> Sequence[Condition]:
        """What packets and prizes may ask of a member before they give anything."""
        return ()

    def contribute_platforms(self) -> Sequence[Any]:
        """Platforms that an adapter runs."""
        return ()

    def contribute_routes(self) -> Sequence[Any]:
        """Web routes as (method, path, aiohttp handler)."""
        return ()

    def on_app_ready(self, app: Any) -> None:
        """Everything is put together and about to start; for adapters that need the running app."""

    async def around_send(self, job: Any, proceed: Callable[[Any], Awaitable[str]]) -> str:
        """Async: wraps the sending of one outbound action; call and await `proceed(job)`."""
        return await proceed(job)

    def simulate_actions(self, view: SimulatedView) -> Iterable[str]:
        """Lines of a scenario that somebody might do next, for `coterie simulate`, which chooses one of them: such as
        ``bob: /packet 100 3``, ``ann: [Grab]`` or ``erin fills: "Why?" = "Curious"``. May give what is not possible.

        Without a method of its own, a plugin has what ``actions(view)`` in its module ``simulation`` gives.
        """
        part = simulation_of(type(self))
        return () if part is None else part.actions(view)

    def invariants(self, ctx: Context) -> Iterable[str]:
        """What is wrong with this plugin's rows, a sentence each; asked after every step of a simulation. Only reads.

        It must hold after every commit, whatever failed or crashed before it; ``ctx`` has no member and no place.
        Without a method of its own, a plugin has what ``invariants(ctx)`` in its module ``simulation`` gives.
        """
        part = simulation_of(type(self))
        return () if part is None else part.invariants(ctx)
