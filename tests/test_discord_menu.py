"""The menu of commands: what Discord is told, when it is told, and what is proposed while somebody types."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coterie.adapters.discord.commands import SIZE, entries, is_name, size
from coterie.adapters.discord.fake.validation import Field as Body
from coterie.adapters.discord.fake.validation_commands import choices as validate_choices
from coterie.adapters.discord.fake.validation_commands import commands as validate
from coterie.adapters.discord.menu import Menu
from coterie.adapters.discord.proposals import choices
from coterie.core.platform import CommandMenu, CommandOption, Refused, RetryLater, Suggestion
from tests.hostile import STRINGS

WORDS = {"en": "What it does", "zh-Hans": "做什么", "zh-Hant": "做什麼"}


def command(name: str, *options: CommandOption, level: str = "member", where: str = "any") -> CommandMenu:
    return CommandMenu(name, WORDS, f"/{name} <x>", level, options, where)


def option(name: str, kind: str = "str", **more: Any) -> CommandOption:
    return CommandOption(name, kind, {"en": f"The {name}"}, **more)


def check(listed: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The commands, which the rules of the API let pass."""
    field = Body(listed)
    validate(field)
    field.finish()
    return listed


class Register:
    """Commands as Discord keeps them: it adds what is its own, and leaves out what is the default."""

    def __init__(self) -> None:
        self.kept: list[dict[str, Any]] = []
        self.asked: list[str] = []
        self.failing: list[Exception] = []

    async def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        ids: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
    ) -> Any:
        assert path == "/applications/{application_id}/commands"
        assert ids == {"application_id": "77"}
        self.asked.append(method)
        if self.failing:
            raise self.failing.pop(0)
        if method == "GET":
            assert params == {"with_localizations": "true"}
            return copy.deepcopy(self.kept)
        assert method == "PUT"
        self.kept = [self._keep(number, each) for number, each in enumerate(check(copy.deepcopy(json)))]
        return copy.deepcopy(self.kept)

    def _keep(self, number: int, given: dict[str, Any]) -> dict[str, Any]:
        kept = {"id": str(number), "application_id": "77", "version": "1", "name_localizations": None, **given}
        kept["description_localizations"] = given.get("description_localizations") or None
        for each in kept.get("options", ()):
            if not each.get("required"):
                each.pop("required", None)
        return kept


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def menu(register: Register) -> Menu:
    return Menu(register, "77")


@pytest.mark.asyncio
async def test_commands_are_made_once(register: Register, menu: Menu) -> None:
    assert await menu.sync([command("tip", option("amount", "int")), command("ban", level="operator")])
    assert register.asked == ["GET", "PUT"]
    assert [each["name"] for each in register.kept] == ["tip", "ban"]
    assert await menu.sync([command("tip", option("amount", "int")), command("ban", level="operator")])
    assert register.asked == ["GET", "PUT"], "what is shown is not asked for again"


@pytest.mark.asyncio
async def test_a_restart_writes_nothing_that_is_there(register: Register, menu: Menu) -> None:
    given = [
        command("tip", option("to", "member", suggests=True), option("amount", "int", minimum=1, required=False)),
        command("packet", option("kind", "choice", choices=("even", "lucky")), option("open", "bool"), where="room"),
        command("ban", level="operator"),
    ]
    await menu.sync(given)
    register.kept.reverse()
    assert await Menu(register, "77").sync(given)
    assert register.asked == ["GET", "PUT", "GET"]


@pytest.mark.parametrize(
    "changed",
    [
        CommandMenu("tip", {"en": "Other words"}, "/tip", "member", (option("a"),)),
        CommandMenu("tip", {**WORDS, "zh-Hant": "別的"}, "/tip", "member", (option("a"),)),
        command("tip", option("b")),
        command("tip", option("a", "int")),
        command("tip", option("a", required=False)),
        command("tip", option("a", length=5)),
        command("tip", option("a", suggests=True)),
        command("tip", option("a"), option("b")),
        command("tip", option("a"), level="operator"),
        command("tip", option("a"), where="dm"),
        command("tap", option("a")),
    ],
    ids=range(11),
)
@pytest.mark.asyncio
async def test_every_difference_is_written(register: Register, menu: Menu, changed: CommandMenu) -> None:
    await menu.sync([command("tip", option("a"))])
    assert await menu.sync([changed])
    assert register.asked == ["GET", "PUT", "GET", "PUT"]
    assert await Menu(register, "77").sync([changed])
    assert register.asked[4:] == ["GET"]


@pytest.mark.asyncio
async def test_nothing_wanted_is_nothing_asked(register: Register, menu: Menu) -> None:
    assert await menu.sync([])
    assert register.asked == []


@pytest.mark.asyncio
async def test_after_a_failure_the_next_call_tries_again(
    register: Register, menu: Menu, caplog: pytest.LogCaptureFixture
) -> None:
    register.failing = [RetryLater(3, "away", down=True), Refused("no")]
    assert not await menu.sync([command("tip")])
    assert "could not be shown: away" in caplog.text
    assert not await menu.sync([command("tip")])
    assert await menu.sync([command("tip")])
    assert register.asked == ["GET", "GET", "GET", "PUT"]


@pytest.mark.asyncio
async def test_commands_of_other_types_stay(register: Register, menu: Menu) -> None:
    register.kept = [
        {"id": "5", "type": 2, "name": "Look up", "description": "", "application_id": "77", "version": "3"},
        {"id": "6", "type": 1, "name": "old", "description": "x", "application_id": "77", "version": "3"},
    ]
    await menu.sync([command("tip")])
    assert [(each["type"], each["name"]) for each in register.kept] == [(1, "tip"), (2, "Look up")]


@pytest.mark.asyncio
async def test_an_answer_without_sense_is_no_menu(register: Register, menu: Menu) -> None:
    register.kept = [None, "x", {"name": 5}]  # type: ignore[list-item]
    assert await menu.sync([command("tip")])
    assert [each["name"] for each in register.kept] == ["tip"]


def test_a_whole_command() -> None:
    given = command(
        "packet",
        option("note", required=False, length=200),
        option("total", "int", minimum=1, maximum=10**15),
        option("mode", "choice", choices=("even", "lucky")),
        level="operator",
        where="room",
    )
    languages = {"en-US": "What it does", "en-GB": "What it does", "zh-CN": "做什么", "zh-TW": "做什麼"}
    assert check(entries([given])) == [
        {
            "type": 1,
            "name": "packet",
            "description": "What it does",
            "description_localizations": languages,
            "options": [
                {
                    "type": 4,
                    "name": "total",
                    "description": "The total",
                    "description_localizations": {"en-US": "The total", "en-GB": "The total"},
                    "required": True,
                    "min_value": 1,
                    "max_value": 10**15,
                },
                {
                    "type": 3,
                    "name": "mode",
                    "description": "The mode",
                    "description_localizations": {"en-US": "The mode", "en-GB": "The mode"},
                    "required": True,
                    "choices": [{"name": "even", "value": "even"}, {"name": "lucky", "value": "lucky"}],
                },
                {
                    "type": 3,
                    "name": "note",
                    "description": "The note",
                    "description_localizations": {"en-US": "The note", "en-GB": "The note"},
                    "required": False,
                    "max_length": 200,
                },
            ],
            "default_member_permissions": "32",
            "contexts": [0],
            "integration_types": [0],
            "nsfw": False,
        }
    ]


@pytest.mark.parametrize(
    ("given", "made"),
    [
        (option("x", "bool"), {"type": 5}),
        (option("x", "int"), {"type": 4}),
        (option("x", "int", minimum=-(10**30), maximum=10**30), {"type": 4, "min_value": -(2**53), "max_value": 2**53}),
        (option("x", "int", minimum=0, suggests=True), {"type": 3, "autocomplete": True, "max_length": 100}),
        (option("x", "duration"), {"type": 3, "max_length": 100}),
        (option("x", "member", suggests=True), {"type": 3, "autocomplete": True, "max_length": 100}),
        (option("x"), {"type": 3, "max_length": 4000}),
        (option("x", length=30, suggests=True), {"type": 3, "autocomplete": True, "max_length": 30}),
        (option("x", "choice", choices=tuple(map(str, range(26)))), {"type": 3, "autocomplete": True}),
        (option("x", "choice", choices=("y" * 101,)), {"type": 3, "autocomplete": True}),
    ],
)
def test_options(given: CommandOption, made: dict[str, Any]) -> None:
    (found,) = check(entries([command("a", given)]))[0]["options"]
    assert {key: value for key, value in found.items() if key not in ("name", "required") and "desc" not in key} == made


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("tip", True), ("red-packet", True), ("红包", True), ("もらう", True), ("받기", True), ("a_b", True),
        ("x" * 32, True), ("नमस्ते", True), ("ทิป", True), ("", False), ("x" * 33, False), ("Tip", False),
        ("two words", False), ("a.b", False), ("😀", False), ("é́", False), ("/tip", False),
    ],
)  # fmt: skip
def test_names(name: str, fits: bool) -> None:
    assert is_name(name) is fits


def test_what_discord_would_refuse_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    crowded = command("crowded", *(option(f"o{number}") for number in range(26)))
    listed = check(entries([command("two words"), crowded, command("tip"), command("tip", level="operator")]))
    assert [(each["name"], each["default_member_permissions"]) for each in listed] == [("tip", None)]
    assert "/two words is not among Discord's commands" in caplog.text
    assert "/crowded is not among Discord's commands" in caplog.text


def test_at_most_a_hundred(caplog: pytest.LogCaptureFixture) -> None:
    assert len(check(entries([command(f"c{number}") for number in range(101)]))) == 100
    assert "/c100 is not among Discord's commands: there are 100 already" in caplog.text


def test_options_that_need_not_be_told_give_way() -> None:
    options = [option(f"o{number}", required=number % 2 == 0) for number in range(40)]
    (listed,) = check(entries([command("a", *options)]))
    assert [each["name"] for each in listed["options"]] == [f"o{n}" for n in range(0, 40, 2)] + [
        "o1",
        "o3",
        "o5",
        "o7",
        "o9",
    ]


def test_descriptions_are_never_empty_nor_too_long() -> None:
    given = [
        CommandMenu("a", {"en": ""}, "/a <x>", "member"),
        CommandMenu("b", {"en": "  two\n lines "}, "", "member"),
        CommandMenu("c", {"en": "w" * 300, "zh-Hans": "字" * 300, "zh-Hant": " "}, "", "member"),
        CommandMenu("d", {}, "", "member"),
        CommandMenu("e", {"zh-Hans": "做"}, "/e", "member", (CommandOption("x", "str", {}),)),
    ]
    found = check(entries(given))
    assert [each["description"] for each in found] == ["/a <x>", "two lines", "w" * 99 + "…", "d", "/e"]
    assert found[2]["description_localizations"] == {
        "en-US": "w" * 99 + "…", "en-GB": "w" * 99 + "…", "zh-CN": "字" * 99 + "…",
    }  # fmt: skip
    assert found[4]["options"][0]["description"] == "x"


def test_a_command_that_is_too_large_proposes_its_choices() -> None:
    many = tuple(f"{number:02}" + "x" * 90 for number in range(25))
    (listed,) = check(entries([command("a", *(option(f"o{number}", "choice", choices=many) for number in range(10)))]))
    assert size(listed) <= SIZE
    assert all(each["autocomplete"] and "choices" not in each for each in listed["options"])


menus = st.builds(
    CommandMenu,
    name=st.one_of(st.text(max_size=33), st.sampled_from(["tip", "红包", "a-b"])),
    description=st.dictionaries(st.sampled_from(["en", "zh-Hans", "zh-Hant", "fr"]), st.text(max_size=150)),
    usage=st.text(min_size=1, max_size=150).map(lambda usage: f"/{usage}"),
    level=st.sampled_from(["member", "operator"]),
    options=st.lists(
        st.builds(
            CommandOption,
            name=st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True),
            kind=st.sampled_from(["int", "str", "bool", "choice", "duration", "member"]),
            description=st.dictionaries(st.sampled_from(["en", "zh-Hans"]), st.text(max_size=150)),
            required=st.booleans(),
            minimum=st.one_of(st.none(), st.integers()),
            length=st.one_of(st.none(), st.integers(1, 4000)),
            choices=st.lists(st.text(min_size=1, max_size=110).filter(str.strip), max_size=30, unique=True).map(tuple),
            suggests=st.booleans(),
        ),
        max_size=30,
        unique_by=lambda each: each.name,
    ).map(tuple),
    where=st.sampled_from(["any", "room", "dm"]),
)


@settings(deadline=None)
@given(st.lists(menus, max_size=4))
def test_whatever_is_declared_discord_takes_it(given: list[CommandMenu]) -> None:
    check(entries(given))


class TestProposals:
    """What is shown below a command while somebody types."""

    def test_as_the_core_has_them(self) -> None:
        given = [Suggestion("Bob (@bob)", "@17"), Suggestion("Ann", "@18")]
        assert choices(given) == [{"name": "Bob (@bob)", "value": "@17"}, {"name": "Ann", "value": "@18"}]

    def test_at_most_twenty_five(self) -> None:
        assert len(choices(Suggestion(f"n{number}", f"v{number}") for number in range(40))) == 25

    def test_what_shows_nothing_or_stands_there_is_left_out(self) -> None:
        given = [Suggestion(" ", "a"), Suggestion("b", ""), Suggestion("\u200b", "c"), Suggestion("d", "d")]
        assert choices([*given, Suggestion("again", "d"), Suggestion("d", "e")]) == [
            {"name": "d", "value": "d"}, {"name": "d", "value": "e"},
        ]  # fmt: skip

    def test_a_label_is_shortened_and_a_value_is_not(self) -> None:
        given = [Suggestion("x" * 101, "y" * 100), Suggestion("too long", "y" * 101)]
        assert choices(given) == [{"name": "x" * 99 + "…", "value": "y" * 100}]

    @pytest.mark.parametrize("value", STRINGS, ids=range(len(STRINGS)))
    def test_hostile_names(self, value: str) -> None:
        field = Body({"choices": choices([Suggestion(value, value), Suggestion(value, "v"), Suggestion("n", value)])})
        validate_choices(field, 3)
        field.finish()
        str(field.value).encode()
