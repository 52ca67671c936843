"""The scenario language: every way to write a step, every mistake with its place, steps that survive being written."""

from __future__ import annotations

import pytest

from coterie.core.testing.play import braces
from coterie.core.testing.play.grammar import Mistake, ScenarioError, parse
from coterie.core.testing.play.showing import show
from coterie.core.testing.play.steps import (
    Buy,
    Duplicate,
    Enter,
    ExpectBalance,
    ExpectIs,
    ExpectLedger,
    ExpectPins,
    ExpectRoom,
    ExpectSees,
    Fill,
    Give,
    Link,
    Move,
    Pay,
    Person,
    Post,
    Press,
    Regex,
    Restart,
    SetStanding,
    Step,
    Vote,
    Wait,
    Words,
)
from coterie.core.testing.play.values import compiled, milliseconds

ALICE, BOB, CAROL = Person("alice"), Person("bob"), Person("carol", "telegram")

# Word for word what the language promises.
CONTRACT = r"""
# a packet of 100 for three
alice is operator                 # also: is member
give alice 1000                   # an operator's grant of points (give alice 5 GEM for another currency)
alice: /packet 100 3              # post text as alice in the current channel (created on first use)
in #market                        # change the current channel
bob: [Grab]                       # press the newest button whose label contains the text
carol@telegram: [Grab]            # the same room seen from another platform persona; also @discord
bob in dm: /balance               # in a direct chat with the bot
dave joins                        # also: leaves, asks to join
link alice@telegram alice@discord # shortcut for the whole /link exchange
alice fills: "Why?" = "Curious", "Age" = "30"     # answer an open form
pay bob 500 XTR                   # the sandbox payment provider confirms the open invoice
wait 24h                          # virtual time; timers fire in order
restart                           # drop the process, start again from the database
duplicate bob: [Grab]             # deliver the same platform event twice
expect bob sees "100"             # in anything visible to bob since his last step; /regex/ works; also: not sees
expect bob sees /code (\w+)/ as code      # later steps may write {code}
expect room shows "Empty"         # newest state of the channel, edits applied
expect balance bob 100
expect ledger balanced
"""
STEPS: list[Step] = [
    SetStanding(ALICE, "operator"),
    Give(ALICE, 1000),
    Post(ALICE, "/packet 100 3"),
    Enter("market"),
    Press(BOB, "Grab"),
    Press(CAROL, "Grab"),
    Post(BOB, "/balance", dm=True),
    Move(Person("dave"), "joins"),
    Link(Person("alice", "telegram"), Person("alice", "discord")),
    Fill(ALICE, (("Why?", "Curious"), ("Age", "30"))),
    Pay(BOB, 500, "XTR"),
    Wait("24h"),
    Restart(),
    Duplicate(Press(BOB, "Grab")),
    ExpectSees(BOB, Words("100")),
    ExpectSees(BOB, Regex(r"code (\w+)"), capture="code"),
    ExpectRoom(Words("Empty")),
    ExpectBalance(BOB, 100),
    ExpectLedger(),
]


def steps(text: str) -> list[Step]:
    return [line.step for line in parse(text).lines]


def mistakes(text: str) -> tuple[Mistake, ...]:
    with pytest.raises(ScenarioError) as caught:
        parse(text, "a.play")
    return caught.value.mistakes


def test_contract() -> None:
    scenario = parse(CONTRACT)
    assert [line.step for line in scenario.lines] == STEPS
    assert scenario.lines[0].number == 3
    assert scenario.lines[0].source == "alice is operator                 # also: is member"


@pytest.mark.parametrize(
    ("line", "step"),
    [
        ("  alice   is   member", SetStanding(ALICE, "member")),
        ("\talice@discord is operator\t# boss", SetStanding(Person("alice", "discord"), "operator")),
        ("give alice 5 GEM", Give(ALICE, 5, "GEM")),
        ("give carol@telegram 5", Give(CAROL, 5)),
        ("give alice 5 points #five", Give(ALICE, 5)),
        ("alice:hello", Post(ALICE, "hello")),
        ("alice : hello  ", Post(ALICE, "hello")),
        ("alice@sandbox: hello", Post(ALICE, "hello")),
        ("alice in dm: /balance", Post(ALICE, "/balance", dm=True)),
        ("alice@telegram in dm : /link", Post(Person("alice", "telegram"), "/link", dm=True)),
        ("alice in dm: [Yes]", Press(ALICE, "Yes", dm=True)),
        ("小明: 抢红包 🧧", Post(Person("小明"), "抢红包 🧧")),
        ("bob-2_x.y: hi", Post(Person("bob-2_x.y"), "hi")),
        ("José: hi", Post(Person("José"), "hi")),
        ("7: hi", Post(Person("7"), "hi")),
        ("alice: it's 5: \"six\" and 'seven'", Post(ALICE, "it's 5: \"six\" and 'seven'")),
        ("bob: [ Grab ]", Press(BOB, "Grab")),
        ("bob:[Grab]   # now", Press(BOB, "Grab")),
        ("bob: [Grab] #now", Press(BOB, "Grab")),
        ("bob: [Buy # 1 [red]]", Press(BOB, "Buy # 1 [red]")),
        ("bob: [hello] world", Post(BOB, "[hello] world")),
        ("bob: [a] and [b]", Post(BOB, "[a] and [b]")),
        ("in #market", Enter("market")),
        ("in #小市场   #talk here", Enter("小市场")),
        ("dave leaves", Move(Person("dave"), "leaves")),
        ("dave@telegram asks  to join # please", Move(Person("dave", "telegram"), "asks to join")),
        ("link alice bob@discord", Link(ALICE, Person("bob", "discord"))),
        (r'alice fills:"Say \"hi\""="a, b = c" , "2" = ""', Fill(ALICE, (('Say "hi"', "a, b = c"), ("2", "")))),
        ('alice fills: "#1" = "# 2" # three', Fill(ALICE, (("#1", "# 2"),))),
        ("pay carol@telegram 500 XTR", Pay(CAROL, 500, "XTR")),
        ('bob votes "Tea"  # please', Vote(BOB, ("Tea",))),
        ('bob votes "Tea" , "Cake"', Vote(BOB, ("Tea", "Cake"))),
        ("carol@telegram votes nothing", Vote(CAROL, ())),
        ('bob buys "boost"', Buy(BOB, "boost")),
        ('bob buys "boost" for 1h 30m  # please', Buy(BOB, "boost", "1h30m")),
        ('bob loses "boost"', Buy(BOB, "boost", lost=True)),
        ('duplicate bob buys "boost"', Duplicate(Buy(BOB, "boost"))),
        ("bob blocks", Move(BOB, "blocks")),
        ("bob unblocks # again", Move(BOB, "unblocks")),
        ("wait 1h30m", Wait("1h30m")),
        ("wait 1h 30m   # a while", Wait("1h30m")),
        ("restart  # now", Restart()),
        ("duplicate bob in dm: /balance", Duplicate(Post(BOB, "/balance", dm=True))),
        ("duplicate alice: text # twice", Duplicate(Post(ALICE, "text"))),
        ("duplicate pay bob 5 XTR", Duplicate(Pay(BOB, 5, "XTR"))),
        ("duplicate dave joins", Duplicate(Move(Person("dave"), "joins"))),
        ('duplicate bob fills: "a" = "b"', Duplicate(Fill(BOB, (("a", "b"),)))),
        ('duplicate bob votes "Tea"', Duplicate(Vote(BOB, ("Tea",)))),
        ("expect bob muted", ExpectIs(BOB, "muted")),
        ("expect carol@telegram not banned  # any more", ExpectIs(CAROL, "banned", negated=True)),
        ('expect room pins "Rules"', ExpectPins(Words("Rules"))),
        ("expect room not pins /rules/i", ExpectPins(Regex("rules", "i"), negated=True)),
        ('expect bob not sees "100"', ExpectSees(BOB, Words("100"), negated=True)),
        ('expect carol@telegram sees "x"', ExpectSees(CAROL, Words("x"))),
        (r'expect bob sees "a \"b\" # c \\ \d\n"  # d', ExpectSees(BOB, Words('a "b" # c \\ \\d\n'))),
        ("expect bob not sees /a # b/i", ExpectSees(BOB, Regex("a # b", "i"), negated=True)),
        ("expect bob sees /a/b/  # c/d", ExpectSees(BOB, Regex("a/b"))),
        (r"expect bob sees /a\/b[/]\\/six as x1", ExpectSees(BOB, Regex(r"a/b[/]\\", "isx"), capture="x1")),
        ('expect room not shows "Empty"', ExpectRoom(Words("Empty"), negated=True)),
        ("expect room shows /(\\d+) left/ as left", ExpectRoom(Regex(r"(\d+) left"), capture="left")),
        ("expect balance bob 100 GEM", ExpectBalance(BOB, 100, "GEM")),
        ("expect balance carol@telegram 0", ExpectBalance(CAROL, 0)),
        ("expect ledger balanced # always", ExpectLedger()),
    ],
)
def test_ways_to_write_a_step(line: str, step: Step) -> None:
    assert steps(line) == [step]
    assert steps(show(step)) == [step]


@pytest.mark.parametrize(
    ("post", "text"),
    [
        ("see #market", "see #market"),
        ("#market is open", "#market is open"),
        ("see #market # a comment", "see #market"),
        ("hello #", "hello"),
        ("no comment#here", "no comment#here"),
        ("price\t#\t5", "price"),
        (r"item \# 5", "item # 5"),
        (r"item \\# 5", r"item \# 5"),
        (r"tail \#", "tail #"),
        (r"c:\#x \d", r"c:\#x \d"),
        ('say "a # b" # c', 'say "a # b"'),
        ('a 5" nail # the "good" one', 'a 5" nail'),
        ('an open "quote # comment', 'an open "quote'),
    ],
)
def test_comments_after_a_post(post: str, text: str) -> None:
    assert steps(f"alice: {post}") == [Post(ALICE, text)]


def test_file_shapes() -> None:
    assert steps("") == []
    assert steps("\ufeff# only a comment\n\n   \n\t#indented") == []
    assert steps("\ufeffalice: a\r\nalice: b\ralice: c\u2028d\x0ce\n") == [
        Post(ALICE, "a"),
        Post(ALICE, "b"),
        Post(ALICE, "c\u2028d\x0ce"),
    ]


def test_captured_text_may_stand_anywhere() -> None:
    text = """
    expect alice sees /(\\w+)/ as x
    {x}: {x} [{x}]
    {x}@telegram in dm: [{x}]
    alice fills: "{x}" = "{x}"
    give {x} {x} {x}
    pay {x} {x} XTR
    wait {x}
    wait {x}h
    in #{x}
    expect {x} not sees "{x}"
    expect balance {x} {x}
    """
    found = steps(text)
    assert found[1] == Post(Person("{x}"), "{x} [{x}]")
    assert found[5] == Pay(Person("{x}"), "{x}", "XTR")
    assert [steps("expect room shows /./ as x\n" + show(step))[1] for step in found] == found


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("{a}", "1"),
        ("{{a}}", "{a}"),
        ("{{{a}}}", "{{a}}"),
        ('{"k": {a}}', '{"k": 1}'),
        ("{ a } {} { {1} {a", "{ a } {} { {1} {a"),
    ],
)
def test_braces(text: str, result: str) -> None:
    assert braces.replaced(text, {"a": "1"}.__getitem__) == result


def test_braces_in_a_pattern() -> None:
    pattern = r"\{a} \d{2} \N{DASH} {{a}} {a}"
    replaced = braces.replaced_in_pattern(pattern, {"a": "1+1"}.__getitem__)
    assert replaced == r"\{a} \d{2} \N{DASH} \{a\} 1\+1"
    assert list(braces.references(pattern, pattern=True)) == ["a"]


def test_a_name_must_be_captured_before() -> None:
    (mistake,) = mistakes("alice: {code}\nexpect alice sees /(.)/ as code\nalice: {code} {{cod}}")
    assert (mistake.line, mistake.column, mistake.message) == (1, 8, "nothing above captures `code`")
    assert "{{code}} is the plain text {code}" in mistake.allowed
    (mistake,) = mistakes("alice: known as code\nalice: {code}")
    assert mistake.line == 2
    # A line that cannot be read is one mistake, not two.
    (mistake,) = mistakes("expect alice seees /(.)/ as code  # x\nalice: {code}")
    assert mistake.line == 1


def test_all_mistakes_at_once_with_line_column_and_caret() -> None:
    with pytest.raises(ScenarioError) as caught:
        parse('alice: fine\nrestrat\n\t小明 is  king\nexpct bob sees "x"\n', "dir/a.play")
    assert str(caught.value) == "\n".join(
        [
            "dir/a.play:2:8: what restrat does is missing; did you mean `restart`?",
            "    restrat",
            "           ^",
            "    allowed here: `: text`, `: [Label]`, `in dm: …`, `is operator`, `is member`, `joins`, `leaves`, "
            "`asks to join`, `fills: …`, `votes …`, `buys …`, `loses …`, `blocks` or `unblocks`",
            "dir/a.play:3:9: `king` cannot stand here",
            "    \t小明 is  king",
            "    \t         ^",
            "    allowed here: operator or member",
            "dir/a.play:4:7: `bob` is not something that a person does; did you mean `expect`?",
            '    expct bob sees "x"',
            "          ^",
            "    allowed here: `: text`, `: [Label]`, `in dm: …`, `is operator`, `is member`, `joins`, `leaves`, "
            "`asks to join`, `fills: …`, `votes …`, `buys …`, `loses …`, `blocks` or `unblocks`",
        ]
    )


@pytest.mark.parametrize(
    ("line", "column", "message"),
    [
        ("alice", 6, "what alice does is missing"),
        ("alice:", 7, "there is nothing to post"),
        ("alice: # hello", 8, "there is nothing to post"),
        ("alice：hello", 1, "a plain colon"),
        ("alice hello", 7, "`hello` is not something that a person does"),
        ("alice in #market: hi", 10, "`dm` is missing"),
        ("alice in dms: hi", 10, "did you mean `dm`"),
        ("alice in dm hi", 13, "`:` is missing"),
        ("alice@telegarm: hi", 7, "did you mean `telegram`"),
        ("alice@: hi", 7, "is not a platform"),
        ("-alice: hi", 1, "is not a name"),
        ("bot: hi", 1, "word of the language"),
        ("wait: 24h", 1, "word of the language"),
        ("expect pay sees /x/", 8, "word of the language"),
        ("alice: [Grab", 8, "not closed"),
        ("alice: []", 8, "the label is empty"),
        (": hi", 1, "a step is missing"),
        ("in market", 4, "a channel is missing before `market`"),
        ("in # market", 4, "a channel is missing"),
        ("in #a/b", 4, "is not a channel"),
        ("in #a b", 7, "the step should be over"),
        ("give alice", 11, "an amount is missing"),
        ("give alice 0", 12, "more than nothing"),
        ("give alice -5", 12, "`-5` is not a whole number"),
        ("give alice 1,000", 12, "`1,000` is not a whole number"),
        ("give alice ٣", 12, "is not a whole number"),
        ("give alice 9223372036854775808", 12, "too large"),
        ("give alice " + "9" * 9999, 12, "too large"),
        ("give alice 5 G!M", 14, "is not a currency"),
        ("give alice 5 GEM now", 18, "the step should be over"),
        ("pay bob 500", 12, "a currency is missing"),
        ("pay bob XTR", 9, "`XTR` is not a whole number"),
        ("link alice", 11, "a persona's name is missing"),
        ("wait", 5, "a duration is missing"),
        ("wait 24", 6, "is not a duration"),
        ("wait 24 hours # long", 6, "`24 hours` is not a duration"),
        ("wait -1h", 6, "is not a duration"),
        ("wait 99999999w", 6, "is not a duration"),
        ("restart now", 9, "the step should be over"),
        ("alice joins#market", 7, "is not something"),
        ("alice asks join", 12, "`join` cannot stand here"),
        ("alice asks to", 14, "`join` is missing"),
        ('alice fills "a" = "b"', 13, "`:` is missing"),
        ("alice fills:", 13, "text in quotes is missing"),
        ('alice fills: "a" "b"', 18, "`=` is missing"),
        ('alice fills: "a" = b', 20, "text in quotes is missing"),
        ('alice fills: "a" = "b",', 24, "text in quotes is missing"),
        ('alice fills: "a" = "b", "a" = "c"', 25, "answered twice"),
        ("bob votes", 10, '"an option" or `nothing` is missing'),
        ("bob votes Tea", 11, "`Tea` cannot stand here"),
        ('bob votes " "', 11, "the option is empty"),
        ('bob votes "a", "a"', 16, "this option is chosen twice"),
        ('bob votes "a",', 15, "text in quotes is missing"),
        ("expect bob mutd", 12, "did you mean `muted`"),
        ("expect bob muted now", 18, "the step should be over"),
        ("expect room pins /x/ as y", 22, "the step should be over"),
        ("duplicate", 10, "what is delivered twice is missing"),
        ("duplicate restart", 11, "not something that a platform could deliver twice"),
        ("duplicate duplicate bob: hi", 11, "not something that a platform could deliver twice"),
        ("expect", 7, "what is expected is missing"),
        ("expect bob", 11, "`sees` is missing"),
        ("expect bob sees", 16, "what to look for is missing"),
        ("expect bob see /x/", 12, "did you mean `sees`"),
        ("expect bob sees x", 17, "`x` should stand in quotes"),
        ('expect bob sees not "x"', 17, "`not` stands in another place"),
        ('expect bob sees "x', 17, "not closed"),
        ("expect bob sees 'x'", 17, "straight and double"),
        ("expect bob sees “x”", 17, "straight and double"),
        ('expect bob sees " "', 17, "nothing to look for"),
        ('expect bob sees "x" y', 21, "the step should be over before `y`"),
        ("expect bob sees /x", 17, "not closed"),
        ("expect bob sees //", 17, "it is empty"),
        ("expect bob sees /x/ig", 21, "there is no flag `g`"),
        ("expect bob sees /a(/", 17, "cannot be used"),
        ("expect bob sees /a{99999999999999999999}/", 17, "cannot be used"),
        ('expect bob sees "x" as y', 21, "plain text cannot be captured"),
        ("expect bob not sees /x/ as y", 25, "what must not be there cannot be captured"),
        ("expect bob sees /x/ as", 23, "a name is missing"),
        ("expect bob sees /x/ as 1x", 24, "cannot be a name"),
        ("expect room sees /x/", 13, "`sees` cannot stand here"),
        ("expect room not", 16, "`shows` is missing"),
        ("expect balance bob", 19, "an amount is missing"),
        ("expect ledger", 14, "`balanced` is missing"),
    ],
)
def test_mistakes(line: str, column: int, message: str) -> None:
    (mistake,) = mistakes(line)
    assert message in mistake.message
    assert (mistake.line, mistake.column) == (1, column)
    assert mistake.allowed


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        ("24h", 86_400_000),
        ("90m", 5_400_000),
        ("1h30m", 5_400_000),
        ("2d", 172_800_000),
        ("10s", 10_000),
        ("1w", 604_800_000),
    ],
)
def test_durations(length: str, expected: int) -> None:
    assert milliseconds(length) == expected


def test_patterns_match_lines_and_keep_their_flags() -> None:
    assert compiled(Regex("^b$")).search("a\nb\nc")
    assert not compiled(Regex("a.b")).search("a\nb")
    assert compiled(Regex("A.b", "is")).search("a\nb")
    assert compiled(Regex(r"\Aa  b", "x")).search("ab")
