"""Filters on Discord: rules of AutoMod's."""

from __future__ import annotations

import re
from typing import Any

import pytest

from coterie.core.actions import DropFilter, SetFilter
from coterie.core.platform import PlatformError, Refused
from tests.discord_extras_kit import DELIVERY, DIRECT, SPACE, Verbs, refused
from tests.discord_reading_kit import BOT, GUILD

pytestmark = pytest.mark.asyncio

RULES = f"/guilds/{GUILD}/auto-moderation/rules"


def rule(identifier: str, name: str = "ads", **fields: Any) -> dict[str, Any]:
    return {"id": identifier, "guild_id": GUILD, "name": name, "creator_id": BOT, "trigger_type": 1, **fields}


def asked(**fields: Any) -> SetFilter:
    return SetFilter(**{"where": SPACE, "name": "ads", "words": ("buy*", "cheap"), **fields})


async def test_a_filter_is_a_rule_that_blocks() -> None:
    platform = Verbs()
    platform.script.answer("GET", RULES, [])
    platform.script.answer("POST", RULES, rule("9"))
    filtered = asked(patterns=(r"t\.me/\w+",), mute=60, reply="No ads,\nplease")
    assert await platform.set_filter(filtered, DELIVERY) == ""
    assert platform.script.body(f"POST {RULES}") == {
        "name": "ads",
        "event_type": 1,
        "trigger_type": 1,
        "trigger_metadata": {"keyword_filter": ["buy*", "cheap"], "regex_patterns": [r"t\.me/\w+"]},
        "actions": [
            {"type": 1, "metadata": {"custom_message": "No ads, please"}},
            {"type": 3, "metadata": {"duration_seconds": 60}},
        ],
        "enabled": True,
    }
    assert platform.guilds.rule(GUILD, "9") == "ads"


async def test_a_filter_of_the_same_name_is_replaced_and_others_are_left_alone() -> None:
    platform = Verbs()
    others = [rule("5", creator_id="1"), rule("6", "spam"), rule("7", trigger_type=5), {"id": "x"}, None]
    platform.script.answer("GET", RULES, [*others, rule("9")])
    await platform.set_filter(asked(), DELIVERY)
    assert platform.script.asked == [f"GET {RULES}", f"PATCH {RULES}/9"]
    body = platform.script.body(f"PATCH {RULES}/9")
    assert body["actions"] == [{"type": 1}]
    assert not {"trigger_type", "exempt_roles", "exempt_channels"} & set(body)
    assert platform.guilds.rule(GUILD, "6") == "spam"


async def test_a_filter_is_dropped_wherever_it_stands_and_one_that_is_not_there_is_gone() -> None:
    platform = Verbs()
    there, left = [rule("8"), rule("9"), rule("5", creator_id="1")], [rule("9"), rule("5", creator_id="1")]
    platform.script.answer("GET", RULES, there, left, [])
    platform.script.answer("DELETE", f"{RULES}/8", refused(0))
    assert await platform.drop_filter(DropFilter(where=SPACE, name="ads"), DELIVERY) == ""
    assert await platform.drop_filter(DropFilter(where=SPACE, name="ads"), DELIVERY) == ""
    asked = [f"GET {RULES}", f"DELETE {RULES}/8", f"GET {RULES}", f"DELETE {RULES}/9", f"GET {RULES}"]
    assert platform.script.asked == asked


async def test_a_filter_that_may_not_be_dropped_stays_and_says_so() -> None:
    platform = Verbs()
    platform.script.answer("GET", RULES, [rule("8")], [rule("8")])
    platform.script.answer("DELETE", f"{RULES}/8", refused(50013))
    with pytest.raises(Refused, match="Manage Server"):
        await platform.drop_filter(DropFilter(where=SPACE, name="ads"), DELIVERY)


@pytest.mark.parametrize(
    ("word", "stopped", "passed"),
    [
        ("b*y", ["BUY now", "b y"[:1] + "y", "to bay it"], ["b y", "buying", "ruby"]),
        ("*b*y*", ["rubyz", "buying"], ["b-y"]),
        ("a.c*e", ["a.cde"], ["abcde"]),
    ],
)
async def test_a_star_inside_a_word_stands_for_letters(word: str, stopped: list[str], passed: list[str]) -> None:
    platform = Verbs()
    platform.script.answer("GET", RULES, [])
    await platform.set_filter(asked(words=(word,)), DELIVERY)
    found = platform.script.body(f"POST {RULES}")["trigger_metadata"]
    assert found["keyword_filter"] == []
    (pattern,) = found["regex_patterns"]
    assert all(re.search(pattern, text) for text in stopped)
    assert not any(re.search(pattern, text) for text in passed)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"words": ()}, "needs words or patterns"),
        ({"words": (" ", "")}, "needs words or patterns"),
        ({"words": ("x" * 61,)}, "at most 60 characters"),
        ({"words": tuple(map(str, range(1001)))}, "at most 1,000 words"),
        ({"patterns": tuple(map(str, range(11)))}, "10 patterns"),
        ({"patterns": ("x" * 261,)}, "1 to 260 characters"),
        ({"patterns": ("",)}, "1 to 260 characters"),
        ({"mute": 28 * 86_400 + 1}, "at most 28 days"),
        ({"mute": -1}, "at most 28 days"),
        ({"name": " "}, "1 to 100 characters"),
        ({"where": DIRECT}, "no Discord server"),
    ],
)
async def test_what_no_rule_can_be_is_refused_without_asking(fields: Any, why: str) -> None:
    platform = Verbs()
    with pytest.raises(Refused, match=why):
        await platform.set_filter(asked(**fields), DELIVERY)
    assert platform.script.log == []


async def test_a_long_reply_is_cut() -> None:
    platform = Verbs()
    platform.script.answer("GET", RULES, [])
    await platform.set_filter(asked(reply="x" * 151), DELIVERY)
    said = platform.script.body(f"POST {RULES}")["actions"][0]["metadata"]["custom_message"]
    assert (len(said), said[-1]) == (150, "…")


@pytest.mark.parametrize(("code", "why"), [(50013, "Manage Server"), (50035, "cannot read a pattern")])
async def test_a_filter_that_cannot_be_is_told_in_plain_words(code: int, why: str) -> None:
    platform = Verbs()
    platform.script.answer("GET", RULES, [])
    platform.script.answer("POST", RULES, refused(code))
    with pytest.raises(Refused, match=why):
        await platform.set_filter(asked(), DELIVERY)


async def test_an_answer_that_is_no_list_of_rules_is_trouble() -> None:
    platform = Verbs()
    platform.script.answer("GET", RULES, {"message": "?"})
    with pytest.raises(PlatformError, match="could not be read"):
        await platform.drop_filter(DropFilter(where=SPACE, name="ads"), DELIVERY)
