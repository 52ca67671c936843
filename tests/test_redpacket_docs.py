"""The page about red packets: each example is played, each setting and each word is told."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from coterie.core.api import Plugin
from coterie.core.cli.play import run_play
from coterie.core.commands import CommandSpec
from coterie.core.declarations import declarations_of
from coterie.core.testing.kit import TownFactory
from coterie.plugins.redpacket import RedPacket
from coterie.plugins.redpacket.config import RedPacketConfig
from coterie.plugins.redpacket.fairness import Draws, new_seed
from coterie.plugins.redpacket.rules import Pool, divide
from coterie.plugins.redpacket.wishes import OPTIONS, read
from tests.plugin_kit import member_id
from tests.test_docs import ROOT, block, plugin_of

__all__ = ["plugin_of"]

PAGE = (ROOT / "docs" / "red-packets.md").read_text(encoding="utf-8")
README = (ROOT / "plugins" / "redpacket" / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^#+ ([^\n]+)\n(?:(?!^#+ ).)*?^```play\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", [text for _, text in EXAMPLES], ids=[title for title, _ in EXAMPLES])
def test_example(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "packet.play"
    file.write_text(text, encoding="utf-8")
    code = run_play(file)
    assert code == 0, capsys.readouterr().out


def test_every_block_is_an_example() -> None:
    assert len(EXAMPLES) == PAGE.count("```play") >= 11


def _commands() -> list[CommandSpec]:
    return [spec for spec, _ in declarations_of(RedPacket()).commands]


def test_every_command_is_told() -> None:
    assert [spec.name for spec in _commands() if f"`/{spec.name} " not in PAGE and f"`/{spec.name}`" not in PAGE] == []


def test_every_setting_is_told() -> None:
    assert [name for name in RedPacketConfig.model_fields if f"`{name}`" not in README] == []


def test_every_wish_is_told() -> None:
    assert [name for name in set(OPTIONS.values()) if f"`{name}=" not in PAGE and f"with `{name}=" not in PAGE] == []
    told = re.findall(r"`([^\s`]+=[^\s`]*)`", PAGE.partition("## Conditions")[0])
    conditions = {"level": "level", "tag": "tag"}
    for wish in told:
        if not wish.endswith("…"):
            read(wish, conditions)


def test_the_condition_of_the_authors_example(
    plugin_of: Callable[[str, str], type[Plugin]], town_factory: TownFactory
) -> None:
    town = town_factory(plugins=[plugin_of(block("docs/red-packets.md", "python", "class Choir"), "Choir"), RedPacket])
    alice, bob = town.people("alice", "bob")
    bob.says("hi")
    town.grant(alice, 100)
    alice.says("/packet 10 1 voice=tenor need=solo Sing")
    bob.taps("Grab")
    assert not town.balance(bob)
    identifier = member_id(town, bob)

    def sing(ctx: object) -> None:
        member = ctx.find_member(identifier)  # type: ignore[attr-defined]
        ctx.tags.add(member, "solo")  # type: ignore[attr-defined]
        ctx.attributes.set(member, "voice", "Tenor")  # type: ignore[attr-defined]

    town.inside(sing)
    bob.taps("Grab")
    assert town.balance(bob) == 10


def test_the_page_tells_how_to_divide() -> None:
    """The page's words, followed by somebody who has never seen the code."""
    rng = random.Random(5)
    for _ in range(50):
        seed, count = new_seed(rng), rng.randint(1, 20)
        least, most = rng.choice(((1, 0), (1, 30), (5, 0), (5, 20)))
        total = rng.randint(least * count, (most or 50) * count)
        draws, shares, left = Draws(seed), [], total
        for people in range(count, 1, -1):
            above = most or total
            low, high = max(least, left - (people - 1) * above), min(above, left - (people - 1) * least)
            if 2 * left // people - least > above:
                low = max(low, -(-2 * left // people) - above)
            else:
                high = min(high, 2 * left // people - least)
            shares.append(low + draws.below(high - low + 1))
            left -= shares[-1]
        shares.append(left)
        for place in range(count - 1, 0, -1):
            other = draws.below(place + 1)
            shares[place], shares[other] = shares[other], shares[place]
        assert divide(Pool("bounded", total, count, least, most), Draws(seed)) == shares
