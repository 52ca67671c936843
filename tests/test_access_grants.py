"""Grants as plugins give them: once for each source, until they end; access follows from them and the time alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest

from coterie.core.api import AccessChanged, Context, Grant, Plugin, command
from coterie.core.testing.kit import LiveTown

GOLD = {"gold": {"title": "Gold", "targets": [{"role": "r-gold"}]}, "vip": {"targets": [{"tag": "VIP"}]}}


class Shop(Plugin):
    """Gives and ends what it is told to, and writes what it hears."""

    name: ClassVar[str] = "shop"

    @command("buy")
    def buy(self, ctx: Context, access: str, source: str, days: int = 0) -> None:
        """Give."""
        until = timedelta(days=days) if days else None
        ctx.grants.give(ctx.member, access, source=source, until=until, reason="bought")

    @command("return")
    def give_back(self, ctx: Context, access: str, source: str) -> None:
        """End."""
        ctx.answer(str(ctx.grants.end(ctx.member, access, source=source, reason="returned")))

    def on_access_changed(self, event: AccessChanged, ctx: Context) -> None:
        member = ctx.find_member(event.member)
        assert member is not None
        ctx.send(member, f"{event.access} {'on' if event.active else 'off'}")


class Other(Plugin):
    """Another plugin."""

    name: ClassVar[str] = "other"


pytestmark = pytest.mark.coterie(plugins=[Shop, Other], access=GOLD)


def look(town: LiveTown, name: str = "alice") -> tuple[list[Grant], list[Grant], list[str]]:
    """Somebody's running grants, all grants, and the accesses that they have."""

    def inside(ctx: Context) -> Any:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", name)
        assert account is not None
        grants = ctx.grants
        has = [access for access in grants.accesses() if grants.has(account.member, access)]
        return grants.of(account.member), grants.history(account.member), has

    found: tuple[list[Grant], list[Grant], list[str]] = town.inside(inside)
    return found


def test_one_grant_a_source_and_the_second_moves_its_end(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/buy gold order-1 10")
    assert alice.sees("gold on")
    alice.says("/buy gold order-1 20")
    assert alice.sees_not("gold")
    running, history, has = look(town)
    assert len(running) == len(history) == 1
    start = datetime.fromtimestamp(town.stage.clock.now() / 1000, UTC)
    assert running[0].until == start + timedelta(days=20)
    assert (running[0].access, running[0].plugin, running[0].source, running[0].reason) == (
        "gold",
        "shop",
        "order-1",
        "bought",
    )
    assert has == ["gold"]
    town.wait(days=19)
    assert look(town)[2] == ["gold"]
    assert alice.sees_not("off")
    town.wait(days=1)
    assert alice.sees("gold off")
    running, history, has = look(town)
    assert (running, has) == ([], [])
    assert history[0].ended == start + timedelta(days=20)
    assert history[0].end_reason == "its time has passed"


def test_an_access_lasts_as_long_as_its_last_grant(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/buy gold one 5")
    alice.says("/buy gold two")
    alice.says("/return gold one")
    assert alice.sees("True")
    assert alice.sees_not("gold off")
    alice.says("/return gold one")
    assert alice.sees("False")
    town.wait(days=6)
    assert look(town)[2] == ["gold"]
    alice.says("/return gold two")
    assert alice.sees("gold off")
    assert look(town)[2] == []
    alice.says("/buy gold two")
    assert alice.sees("gold on")
    running, history, _ = look(town)
    assert (len(running), len(history)) == (1, 3)


def test_a_plugin_ends_only_its_own(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/buy gold one")

    def end(ctx: Context) -> bool:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
        assert account is not None
        return ctx.grants.end(account.member, "gold", source="one")

    assert not town.inside(end, plugin="other")
    assert look(town)[2] == ["gold"]
    assert town.inside(end, plugin="shop")


def test_what_has_no_time_left_is_not_given_and_ends(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/buy gold one 5")

    def late(source: str) -> Grant | None:
        def give(ctx: Context) -> Grant | None:
            account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
            assert account is not None
            return ctx.grants.give(account.member, "gold", source=source, until=ctx.now)

        return town.inside(give)

    assert late("never") is None
    assert len(look(town)[0]) == 1
    assert late("one") is None
    assert alice.sees("gold off")
    assert look(town)[0] == []


@pytest.mark.parametrize(
    ("access", "source", "until", "error", "words"),
    [
        ("silver", "x", None, LookupError, "no access 'silver'.*there are: gold, vip"),
        ("gold", "", None, ValueError, "1 to 128 characters"),
        ("gold", "x" * 129, None, ValueError, "1 to 128 characters"),
        ("gold", "x", datetime(2030, 1, 1), ValueError, "zone"),  # noqa: DTZ001 - that is the mistake
    ],
)
def test_mistakes_are_told(
    town: LiveTown, access: str, source: str, until: datetime | None, error: type[Exception], words: str
) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")

    def give(ctx: Context) -> None:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
        assert account is not None
        ctx.grants.give(account.member, access, source=source, until=until)

    with pytest.raises(error, match=words):
        town.inside(give)


def test_an_end_that_passed_while_nothing_ran_is_seen_at_the_start(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("/buy gold one 5")
    town.kill()
    town.wait(days=5)
    assert alice.sees("gold off")
    town.restart()
    assert look(town)[2] == []


def test_given_and_ended_in_one_moment_any_number_of_times(town: LiveTown) -> None:
    (alice,) = town.people("alice")
    alice.says("hello")

    def often(ctx: Context) -> int:
        account = ctx.unit.members.account(ctx.community.id, "sandbox", "alice")
        assert account is not None
        for _ in range(3):
            ctx.grants.give(account.member, "gold", source="one")
            assert ctx.grants.has(account.member, "gold")
            ctx.grants.end(account.member, "gold", source="one")
        return len(ctx.grants.history(account.member))

    assert town.inside(often) == 3
