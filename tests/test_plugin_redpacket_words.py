"""Red packets, on both databases: what people read, and what they are refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from coterie.core.api import Context
from coterie.core.testing.kit import LiveTown, TownFactory
from coterie.plugins.redpacket import RedPacket
from tests.plugin_kit import language_problems, table_differences
from tests.redpacket_kit import DATABASES, card, proved, rich, states

pytestmark = pytest.mark.coterie(plugins=[RedPacket])


@pytest.fixture(params=DATABASES)
def town(request: pytest.FixtureRequest, town_factory: TownFactory) -> Iterator[LiveTown]:
    """A town on either database, proved in the end."""
    yield from proved(request, town_factory)


def forget_the_newest(ctx: Context) -> None:
    """Remove the rows of the newest packet, as somebody might by hand."""
    for table, column in (("shares", "packet_id"), ("packets", "id")):
        newest = "SELECT max(id) FROM redpacket_packets"
        ctx.unit.db.connection.execute(text(f"DELETE FROM redpacket_{table} WHERE {column} = ({newest})"))


def test_what_old_buttons_say(town: LiveTown) -> None:
    """Of a packet that is empty, one that expired, one whose rows are gone, and one that never was."""
    alice, bob, carol = rich(town, "alice", "bob", "carol")
    tokens = []
    for number in range(3):
        alice.says("/packet 10 1")
        message = card(town)
        assert message.card is not None
        tokens.append(message.card.buttons[0][0].token)
        if number != 1:
            bob.taps("Grab")
    town.inside(forget_the_newest)
    town.wait(hours=25)
    said = ["Too late: every share", "This red packet has expired", "doesn\u2019t exist any more", "not"]
    for token, words in zip([*tokens, tokens[0][:-4] + "AAAA"], said, strict=True):
        town.act(lambda token=token: town.stage.tap_token(carol.persona, "general", token))  # type: ignore[misc]
        assert carol.sees(words)
    assert town.balance(carol) == 0


@pytest.mark.coterie(config={"redpacket": {"sender_may_claim": False}})
def test_the_sender_may_be_kept_out(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/packet 100 2")
    alice.taps("Grab")
    assert alice.sees("You can\u2019t take a share of your own red packet here")
    bob.taps("Grab")
    assert states(town) == [("open", 1)]


def test_equal_shares(town: LiveTown) -> None:
    alice, *others = rich(town, "alice", "bob", "carol", "dave")
    alice.says("/packet 100 3 equal for the team")
    assert town.shows("equal shares")
    assert town.shows("for the team")
    for person in others:
        person.taps("Grab")
    assert sorted(town.balance(person) for person in others) == [33, 33, 34]
    assert town.shows_not("luckiest")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("/packet 2 3", "For 3 people a red packet needs at least 3 points"),
        ("/packet 1000001 3", "can hold at most 1,000,000 points"),
        ("/packet 900 201", "can be for at most 200 people"),
        ("/packet 1001 2", "1,001"),
        ("/packet 0 1", "/packet"),
        ("/packet -5 1", "/packet"),
        ("/packet 5 0", "/packet"),
        ("/packet much 3", "/packet"),
        ("/packet", "/packet"),
    ],
)
def test_what_is_refused(town_factory: TownFactory, words: str, answer: str) -> None:
    town = town_factory(plugins=[RedPacket])
    (alice,) = rich(town, "alice")
    alice.says(words)
    assert alice.sees(answer)
    assert (town.balance(alice), states(town)) == (1000, [])


def test_only_in_rooms(town: LiveTown) -> None:
    (alice,) = rich(town, "alice")
    alice.in_dm("/packet 100 2")
    assert alice.sees_not("Grab")
    assert (town.balance(alice), states(town)) == (1000, [])


@pytest.mark.coterie(locale="zh-Hans")
def test_in_chinese(town: LiveTown) -> None:
    alice, bob = rich(town, "alice", "bob")
    alice.says("/红包 100 1 大吉大利")
    assert town.shows("🧧 Alice 的拼手气红包")
    assert town.shows("大吉大利")
    assert town.shows("已领: 0/1 个")
    bob.taps("抢红包")
    assert bob.sees("你从红包里抢到了")
    assert town.shows("红包已被领完")


def test_words_in_every_language() -> None:
    assert language_problems(RedPacket) == []


def test_tables_are_what_the_migrations_make(tmp_path: Path) -> None:
    assert table_differences(RedPacket, tmp_path) == []
