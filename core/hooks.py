"""The table of hooks, as data: dispatch, documentation, tests, ``coterie hooks`` and the console all read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from coterie.core.events import (
    AccessBraked,
    AccessChanged,
    AccountModerated,
    AccountSeparated,
    DirectChanged,
    EntitlementChanged,
    Event,
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

Kind = Literal["on", "decide", "contribute", "around", "export", "erase"]
Fail = Literal["open", "closed"]


@dataclass(frozen=True, slots=True)
class Hook:
    """One hook: ``on_*`` notifies all, ``decide_*`` stops at the first answer, ``contribute_*`` collects, ``around_*``
    wraps, ``export_*`` and ``erase_*`` are for what is kept about one member.

    ``fail`` says what a broken implementation means: *open* goes on without it, *closed* refuses what was to be
    decided.
    """

    name: str
    kind: Kind
    does: str
    event: type[Event] | None = None
    parameters: tuple[str, ...] = ("event", "ctx")
    fail: Fail = "open"
    since: str = "0.1"


HOOKS: Final[tuple[Hook, ...]] = (
    Hook("on_message", "on", "Somebody wrote something that is not a command.", MessagePosted),
    Hook("on_message_edited", "on", "Somebody changed what they wrote.", MessageEdited),
    Hook("on_member_joined", "on", "Somebody came into a space (only when they were not in it before).", MemberJoined),
    Hook("on_member_left", "on", "Somebody left a space.", MemberLeft),
    Hook(
        "decide_join",
        "decide",
        'Somebody asks to be let into a space: answer "approve", "decline" or None for not mine.',
        JoinRequested,
        fail="closed",
    ),
    Hook("on_join_request", "on", "Somebody asks to be let into a space and no plugin decided at once.", JoinRequested),
    Hook("on_standing_changed", "on", "Somebody became, or is no longer, an operator.", StandingChanged),
    Hook("on_reaction", "on", "Somebody reacted to a message.", ReactionAdded),
    Hook("on_reaction_removed", "on", "Somebody took a reaction back.", ReactionRemoved),
    Hook("on_payment", "on", "A payment provider confirmed a payment for an invoice of this plugin.", PaymentReceived),
    Hook("on_refund", "on", "A payment provider gave back a payment for an invoice of this plugin.", PaymentRefunded),
    Hook(
        "on_entitlement",
        "on",
        "What somebody bought in the platform's own shop holds now, longer, or no more; may be told again.",
        EntitlementChanged,
    ),
    Hook(
        "on_delivery",
        "on",
        "What this plugin sent or asked for was not done, or may not be; or a topic that it wanted is open.",
        MessageDelivered,
    ),
    Hook("on_poll_answer", "on", "Somebody answered a poll of this plugin, or took the answer back.", PollAnswered),
    Hook(
        "on_direct_changed",
        "on",
        "Somebody opened the direct chat with the bot, or closed it (blocked the bot).",
        DirectChanged,
    ),
    Hook("on_moderated", "on", "Somebody moderated a member with the platform's own means.", AccountModerated),
    Hook("on_filter_hit", "on", "A filter of the platform's own stopped what somebody wrote.", FilterHit),
    Hook(
        "on_schedule_changed",
        "on",
        "A gathering in a space's calendar was put there, changed, began, ended or was called off.",
        ScheduleChanged,
    ),
    Hook("on_interest", "on", "Somebody wants to come to a gathering, or does not any more.", InterestChanged),
    Hook(
        "on_members_merged",
        "on",
        "Two records turned out to be one person; declared rows (`member_data`) have moved already.",
        MembersMerged,
    ),
    Hook("on_merge_undone", "on", "A merge was undone; declared rows are back already.", MergeUndone),
    Hook("on_account_separated", "on", "An account became a member of its own, who has nothing yet.", AccountSeparated),
    Hook("on_access_changed", "on", "A member got an access, or lost the last grant of it.", AccessChanged),
    Hook(
        "on_access_braked",
        "on",
        "A mass change of an access was stopped: ask the operators. Where no plugin does, the core tells them.",
        AccessBraked,
    ),
    Hook(
        "decide_erase",
        "decide",
        "A member is to be erased: answer with a reason why not yet, in words for operators, or None. Only read.",
        parameters=("member", "ctx"),
        fail="closed",
    ),
    Hook(
        "export_member",
        "export",
        "What else you keep about a member, as JSON can hold it; declared rows come by themselves.",
        parameters=("member", "ctx"),
        fail="closed",
    ),
    Hook(
        "erase_member",
        "erase",
        "A member is erased: end what they have open; declared rows are deleted or emptied right after it.",
        parameters=("member", "ctx"),
        fail="closed",
    ),
    Hook(
        "on_history_imported",
        "on",
        "`coterie import` found messages of a member from before Coterie counted: how many on which day.",
        HistoryImported,
    ),
    Hook(
        "contribute_checks",
        "contribute",
        "Problems with the plugin's surroundings, in plain words, for `coterie check`.",
        parameters=(),
    ),
    Hook(
        "contribute_profile",
        "contribute",
        "What a plugin knows of a member, for an operator who looks at the member's profile.",
        parameters=("member", "ctx"),
    ),
    Hook(
        "contribute_segment_fields",
        "contribute",
        "What filters for people may name: fields over the plugin's tables.",
        parameters=(),
    ),
    Hook(
        "contribute_conditions",
        "contribute",
        "What packets and prizes may ask of a member before they give anything.",
        parameters=(),
    ),
    Hook("contribute_platforms", "contribute", "Platforms that an adapter runs.", parameters=()),
    Hook("contribute_routes", "contribute", "Web routes as (method, path, aiohttp handler).", parameters=()),
    Hook(
        "on_app_ready",
        "contribute",
        "Everything is put together and about to start; for adapters that need the running app.",
        parameters=("app",),
    ),
    Hook(
        "around_send",
        "around",
        "Async: wraps the sending of one outbound action; call and await `proceed(job)`.",
        parameters=("job", "proceed"),
    ),
)
"""Every hook there is."""

KEPT: Final[tuple[type[Event], ...]] = (
    PaymentReceived,
    PaymentRefunded,
    EntitlementChanged,
    MembersMerged,
    MergeUndone,
    AccountSeparated,
)
"""Events that no plugin may miss: for one that fails or is paused they are put off until it has handled them."""

BY_NAME: Final[dict[str, Hook]] = {hook.name: hook for hook in HOOKS}
OBSERVERS: Final[dict[type[Event], Hook]] = {
    hook.event: hook for hook in HOOKS if hook.kind == "on" and hook.event is not None
}
