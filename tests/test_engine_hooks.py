"""The table of hooks is the truth: methods, documentation and dispatch follow it."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from coterie.core.api import (
    AccessBraked,
    AccessChanged,
    AccountModerated,
    AccountSeparated,
    Condition,
    Context,
    DirectChanged,
    EntitlementChanged,
    Field,
    FilterHit,
    HistoryImported,
    InterestChanged,
    JoinDecision,
    JoinRequested,
    Member,
    MemberJoined,
    MemberLeft,
    MembersMerged,
    MergeUndone,
    MessageDelivered,
    MessageEdited,
    MessagePosted,
    PaymentReceived,
    PaymentRefunded,
    Plugin,
    PollAnswered,
    ReactionAdded,
    ReactionRemoved,
    ScheduleChanged,
    SegmentField,
    StandingChanged,
    command,
)
from coterie.core.engine.breaker import THRESHOLD, Breaker
from coterie.core.engine.registry import PluginProblem, Registry
from coterie.core.hookdocs import page, signature_of
from coterie.core.hooks import BY_NAME, HOOKS, Hook
from coterie.core.platform import Refused
from coterie.core.testing.kit import TownFactory
from tests.plugin_kit import member_id
from tests.privacy_kit import erase, export, unpacked

PAGE = Path(__file__).parents[1] / "docs" / "hooks.md"
HEARD: list[str] = []
"""What the plugins of this module were called for; a plugin itself keeps nothing."""


@pytest.fixture(autouse=True)
def silence() -> None:
    HEARD.clear()


# -- the table


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook.name)
def test_a_hook_is_a_documented_method_of_plugin(hook: Hook) -> None:
    method = getattr(Plugin, hook.name)
    assert tuple(inspect.signature(method).parameters)[1:] == hook.parameters
    assert inspect.getdoc(method) == hook.does
    assert inspect.iscoroutinefunction(method) == (hook.kind == "around")
    if hook.event is not None:
        assert inspect.signature(method).parameters["event"].annotation == hook.event.__name__
    written = signature_of(hook).replace("|", "\\|")
    assert f"| `{hook.name}` | `{written}` | {hook.does} |" in PAGE.read_text(encoding="utf-8")


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8").strip() == page().strip(), "coterie hooks --markdown > docs/hooks.md"


def test_plugin_has_no_hook_that_is_not_in_the_table() -> None:
    verbs = ("on_", "decide_", "contribute_", "around_", "export_", "erase_")
    assert {name for name in vars(Plugin) if name.startswith(verbs)} == set(BY_NAME)


# -- every hook is called


class Everything(Plugin):
    """Implements every hook."""

    name = "everything"

    def on_message(self, event: MessagePosted, ctx: Context) -> None:
        """Say something, which makes ``around_send`` and a failed delivery possible."""
        HEARD.append("on_message")
        ctx.reply("heard")

    def on_message_edited(self, event: MessageEdited, ctx: Context) -> None:
        HEARD.append("on_message_edited")

    def on_member_joined(self, event: MemberJoined, ctx: Context) -> None:
        HEARD.append("on_member_joined")

    def on_member_left(self, event: MemberLeft, ctx: Context) -> None:
        HEARD.append("on_member_left")

    def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
        HEARD.append("decide_join")
        return None

    def on_join_request(self, event: JoinRequested, ctx: Context) -> None:
        HEARD.append("on_join_request")

    def on_standing_changed(self, event: StandingChanged, ctx: Context) -> None:
        HEARD.append("on_standing_changed")

    def on_reaction(self, event: ReactionAdded, ctx: Context) -> None:
        HEARD.append("on_reaction")

    def on_reaction_removed(self, event: ReactionRemoved, ctx: Context) -> None:
        HEARD.append("on_reaction_removed")
        ctx.set_filter("spoilers", words=["spoiler"])
        ctx.schedule(ctx.where, "Party", starts=ctx.now + timedelta(days=1), ends=ctx.now + timedelta(days=2))

    def on_entitlement(self, event: EntitlementChanged, ctx: Context) -> None:
        HEARD.append("on_entitlement")

    def on_moderated(self, event: AccountModerated, ctx: Context) -> None:
        HEARD.append("on_moderated")

    def on_filter_hit(self, event: FilterHit, ctx: Context) -> None:
        HEARD.append("on_filter_hit")

    def on_schedule_changed(self, event: ScheduleChanged, ctx: Context) -> None:
        HEARD.append("on_schedule_changed")

    def on_interest(self, event: InterestChanged, ctx: Context) -> None:
        HEARD.append("on_interest")

    def on_payment(self, event: PaymentReceived, ctx: Context) -> None:
        HEARD.append("on_payment")
        ctx.refund(event.charge, ctx.member)
        ctx.poll(ctx.where, "Tea?", ("Yes", "No"))

    def on_refund(self, event: PaymentRefunded, ctx: Context) -> None:
        HEARD.append("on_refund")

    def on_poll_answer(self, event: PollAnswered, ctx: Context) -> None:
        HEARD.append("on_poll_answer")

    def on_direct_changed(self, event: DirectChanged, ctx: Context) -> None:
        HEARD.append("on_direct_changed")

    def on_delivery(self, event: MessageDelivered, ctx: Context) -> None:
        HEARD.append("on_delivery")

    def on_history_imported(self, event: HistoryImported, ctx: Context) -> None:
        HEARD.append("on_history_imported")

    def on_members_merged(self, event: MembersMerged, ctx: Context) -> None:
        HEARD.append("on_members_merged")

    def on_merge_undone(self, event: MergeUndone, ctx: Context) -> None:
        HEARD.append("on_merge_undone")

    def on_account_separated(self, event: AccountSeparated, ctx: Context) -> None:
        HEARD.append("on_account_separated")

    def on_access_changed(self, event: AccessChanged, ctx: Context) -> None:
        HEARD.append("on_access_changed")

    def on_access_braked(self, event: AccessBraked, ctx: Context) -> None:
        HEARD.append("on_access_braked")

    def decide_erase(self, member: Member, ctx: Context) -> str | None:
        HEARD.append("decide_erase")
        return None

    def export_member(self, member: Member, ctx: Context) -> Mapping[str, Any] | None:
        HEARD.append("export_member")
        return {"moon": "full"}

    def erase_member(self, member: Member, ctx: Context) -> None:
        HEARD.append("erase_member")

    def contribute_checks(self) -> Sequence[str]:
        HEARD.append("contribute_checks")
        return ("the moon is full",)

    def contribute_profile(self, member: Member, ctx: Context) -> Sequence[Field]:
        HEARD.append("contribute_profile")
        return (Field("moon", "full"),)

    def contribute_segment_fields(self) -> Sequence[SegmentField]:
        HEARD.append("contribute_segment_fields")
        return ()

    def contribute_conditions(self) -> Sequence[Condition]:
        HEARD.append("contribute_conditions")
        return ()

    def contribute_platforms(self) -> Sequence[Any]:
        HEARD.append("contribute_platforms")
        return ()

    def contribute_routes(self) -> Sequence[Any]:
        HEARD.append("contribute_routes")
        return ()

    def on_app_ready(self, app: Any) -> None:
        HEARD.append("on_app_ready")

    async def around_send(self, job: Any, proceed: Callable[[Any], Awaitable[str]]) -> str:
        HEARD.append("around_send")
        return await proceed(job)

    @command("pay")
    def pay(self, ctx: Context) -> None:
        ctx.invoice(5, "XTR", title="Five", description="Five stars", name="five")


def test_every_hook_is_called(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[Everything])
    alice, bob = town.people("alice", "bob")
    alice.says("hello")
    bob.says("hello")
    stage = town.stage
    town.act(lambda: stage.edit_post(alice.persona, stage.room("general").messages[0], "changed"))
    bob.reacts("👍", "changed")
    bob.takes_back("👍", "changed")
    bob.says("here is a spoiler")
    bob.wants_to_come("Party")
    bob.buys("supporter")
    alice.moderates(bob, "mute")
    alice.moderates(bob, "unmute")
    town.people("carol")[0].joins()
    town.people("carol")[0].leaves()
    town.people("dave")[0].asks_to_join()
    alice.becomes("operator")
    alice.says("/pay")
    alice.pays(5, "XTR")
    bob.votes("Yes")
    bob.blocks()
    bob.unblocks()
    stage.faults.fail_next(Refused("no"), verb="send")
    alice.says("hello again")

    def merge(ctx: Context) -> None:
        kept, gone = (ctx.unit.members.account(ctx.community.id, "sandbox", name) for name in ("alice", "bob"))
        assert kept is not None
        assert gone is not None
        ctx.undo_merge(ctx.merge_members(kept.member, gone.member).id)
        ctx.merge_members(kept.member, gone.member)
        ctx.separate(gone)

    town.inside(merge)
    town.inside(lambda ctx: ctx.emit(AccessChanged(key="a", member=1, access="gold", active=True)))
    town.inside(lambda ctx: ctx.emit(AccessBraked(key="b", access="gold", act="take", wanted=9, allowed=5)))
    town.inside(lambda ctx: ctx.emit(HistoryImported(key="c", member=1, platform="sandbox", days={"2025-01-01": 1})))
    town.inside(lambda ctx: ctx.segments.count("not left"))
    assert "tag" in town.inside(lambda ctx: ctx.conditions.names())
    assert town.inside(lambda ctx: ctx.profile_of(ctx.operators()[0])) == [Field("moon", "full")]
    carol = member_id(town, town.people("carol")[0])
    assert '"moon": "full"' in unpacked(export(town, carol))["plugins/everything.json"]
    erase(town, carol)
    app = town._host.app
    assert app.registry.manager.hook.contribute_checks() == [("the moon is full",)]
    assert app.registry.manager.hook.contribute_routes() == [()]
    assert set(HEARD) == set(BY_NAME)


# -- what is wrong is told at the start


def problem(plugin: type[Plugin]) -> str:
    registry = Registry(Breaker(lambda: 0))
    with pytest.raises(PluginProblem) as caught:
        registry.add([plugin()])
    assert registry.plugins == {}
    assert not registry.manager.has_plugin(plugin.name)
    return str(caught.value)


def plugin_with(**methods: Any) -> type[Plugin]:
    return type("Wrong", (Plugin,), {"name": "wrong", **methods})


async def _async_event(self: Any, event: Any, ctx: Any) -> None: ...
def _other_names(self: Any, message: Any, context: Any) -> None: ...
def _other_order(self: Any, ctx: Any, event: Any) -> None: ...
def _too_few(self: Any, event: Any) -> None: ...
def _too_many(self: Any, event: Any, ctx: Any, more: int = 0) -> None: ...
def _not_async(self: Any, job: Any, proceed: Any) -> str: ...  # type: ignore[empty-body]


@pytest.mark.parametrize(
    ("name", "method", "said"),
    [
        ("on_message", _async_event, "Wrong.on_message must be def, not async def"),
        ("decide_join", _async_event, "Wrong.decide_join must be def, not async def"),
        ("around_send", _not_async, "Wrong.around_send must be async def"),
        ("on_message", _other_names, "must take (self, event, ctx), not (self, message, context)"),
        ("on_message", _other_order, "must take (self, event, ctx), not (self, ctx, event)"),
        ("on_message", _too_few, "must take (self, event, ctx), not (self, event)"),
        ("on_payment", _too_many, "must take (self, event, ctx), not (self, event, ctx, more)"),
        ("on_mesage", _too_few, "Wrong.on_mesage is not a hook; did you mean on_message?"),
        ("decide_joins", _too_few, "Wrong.decide_joins is not a hook; did you mean decide_join?"),
        ("on_full_moon", _too_few, "Wrong.on_full_moon is not a hook (see `coterie hooks`)"),
    ],
)
def test_a_wrong_hook_is_refused_by_name(name: str, method: Any, said: str) -> None:
    told = problem(plugin_with(**{name: method}))
    assert told.startswith("plugin wrong: ")
    assert said in told
    assert name in told


def test_a_misspelt_hook_of_a_base_class_is_found() -> None:
    base = type("Base", (Plugin,), {"on_mesage": _too_few})
    assert "did you mean on_message?" in problem(type("Wrong", (base,), {"name": "wrong"}))


# -- order and decisions


def teller(plugin: str, answer: Any = None, requires: tuple[str, ...] = ()) -> type[Plugin]:
    """A plugin that notes when it hears a message, and answers join requests."""

    class Teller(Plugin):
        def on_message(self, event: MessagePosted, ctx: Context) -> None:
            HEARD.append(plugin)

        def decide_join(self, event: JoinRequested, ctx: Context) -> JoinDecision | None:
            HEARD.append(plugin)
            if isinstance(answer, Exception):
                raise answer
            decision: JoinDecision | None = answer
            return decision

        def on_join_request(self, event: JoinRequested, ctx: Context) -> None:
            HEARD.append("people")

    Teller.name, Teller.requires = plugin, requires
    return Teller


def test_plugins_are_called_in_the_order_of_names_and_requirements(town_factory: TownFactory) -> None:
    plugins = [teller("c"), teller("a", requires=("d",)), teller("d"), teller("b")]
    for each in (plugins, plugins[::-1]):
        HEARD.clear()
        (alice,) = town_factory(plugins=each).people("alice")
        alice.says("hello")
        assert HEARD == ["b", "c", "d", "a"]


@pytest.mark.parametrize(
    ("answers", "outcome", "never"),
    [
        ((None, "approve", "decline"), "in", {"c", "people"}),
        ((None, "decline", "approve"), "out", {"c", "people"}),
        ((None, None, None), "waits", set()),
        (("approve", ZeroDivisionError()), "in", {"b", "people"}),
        ((ZeroDivisionError(), "approve"), "waits", set()),
        ((ZeroDivisionError(), "decline"), "out", {"people"}),
        (("aprove", "approve"), "waits", set()),
        ((True, None), "waits", set()),
    ],
)
def test_the_first_decision_counts_and_a_broken_one_lets_nobody_in(
    town_factory: TownFactory, answers: tuple[Any, ...], outcome: str, never: set[str]
) -> None:
    town = town_factory(plugins=[teller(name, answer) for name, answer in zip("abc", answers, strict=False)])
    (dave,) = town.people("dave")
    for _ in range(THRESHOLD + 1):  # broken first, paused in the end
        dave.persona.present = False
        HEARD.clear()
        with town.failures():
            dave.asks_to_join()
        assert not never & set(HEARD)
        assert ("people" in HEARD) == (outcome == "waits")
        assert dave.persona.present == (outcome == "in")
        declined = any(m.note == "declined" for m in town.stage.dm(dave.persona).messages)
        assert declined == (outcome == "out")


def test_a_decider_that_is_paused_still_lets_nobody_in_after_a_restart(town_factory: TownFactory) -> None:
    town = town_factory(plugins=[teller("a", ZeroDivisionError()), teller("b", "approve")])
    (dave,) = town.people("dave")
    with town.failures():
        for _ in range(THRESHOLD):
            dave.asks_to_join()
    town.restart()
    HEARD.clear()
    dave.asks_to_join()
    assert HEARD == ["b", "people", "people"], "the paused one is not asked"
    assert not dave.persona.present
