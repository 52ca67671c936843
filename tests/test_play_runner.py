"""Scenarios acted out: what each step does, what counts as seen, and what is printed."""

from __future__ import annotations

import pytest

from coterie.core.testing.play import captures, seen
from coterie.core.testing.play.steps import Person, Post, Regex, Words
from coterie.core.testing.play.values import Wrong
from tests.play_kit import Play, fails, passes, play

__all__ = ["play"]


def test_transcript(play: Play) -> None:
    out = passes(
        play,
        """\
alice is operator
give alice 1000   # to begin with
alice: /stand 300
bob: [take]
in #market
wait 1h30m
alice: /remind
wait 2h
wait 1h
carol@telegram in dm: hello
alice: /boom
expect alice sees "wrong"
""",
    )
    assert (
        out
        == """\
a.play, from 2026-01-01 00:00:00 UTC

2026-01-01 00:00:00  alice is operator
2026-01-01 00:00:00  give alice 1000
2026-01-01 00:00:00  #general  alice: /stand 300
    #general  Coterie: Stand
        300 for the first
        State: open
        [Take it] [Rules]

2026-01-01 00:00:00  #general  bob: [take]
    #general  Coterie (only bob): You got 300 points.
    #general  Coterie: Taken by Bob
        [take it again]

2026-01-01 00:00:00  in #market
2026-01-01 01:30:00 (+1h30m)  wait 1h30m
2026-01-01 01:30:00  #market  alice: /remind
    #market  Coterie: Round 0

2026-01-01 03:30:00 (+2h)  wait 2h
    2026-01-01 02:30:00  #market  Coterie (edited): Round 1
    #market  Coterie (edited): Round 2

2026-01-01 04:30:00 (+1h)  wait 1h
    #market  Coterie (deleted): Round 2

2026-01-01 04:30:00  carol@telegram in dm: hello
    dm carol@telegram  Coterie: Hello, Carol: hello

2026-01-01 04:30:00  #market  alice: /boom
    #market  Coterie (only alice): Something went wrong on our side; nothing was lost. The operators can see it.
    warning: plugin fair failed in command:boom: RuntimeError: the fair burnt down
    ok: expect alice sees "wrong"

ok: 12 steps, 1 expectations
"""
    )


def test_first_failure(play: Play) -> None:
    out = fails(play, 'alice: hello\nbob: hello 1\nalice: hello\n   expect bob sees "hello 2"  # not so')
    assert (
        out
        == """\
expected bob to see "hello 2"
    expect bob sees "hello 2"  # not so
    since their last step (line 2), bob saw:
        #general  bob: hello 1
        #general  Coterie: Hello, Bob: hello 1
        #general  alice: hello
        #general  Coterie: Hello, Alice: hello
"""
    )


def test_only_the_last_lines_of_many_are_quoted(play: Play) -> None:
    out = fails(play, "\n".join(f"alice: text {number}" for number in range(30)) + '\nexpect bob sees "x9"')
    lines = out.splitlines()
    assert lines[2:5] == [
        "    since the beginning, bob saw:",
        "        … 10 earlier lines",
        "        #general  alice: text 10",
    ]
    assert len(lines) == 4 + seen.MOST_LINES


SEEN = r"""
alice: hi
expect bob sees "hi"
expect alice sees "hi"

# Whoever did nothing sees from the beginning; give and is are not their steps.
alice: hello 1
bob is operator
give bob 5
expect bob sees "hello 1"

alice: hello 1
bob: hello 2
expect bob not sees "hello 1"
expect bob sees "hello 2"
expect alice sees "hello 2"

alice: hello
bob in dm: hello
expect bob not sees /^Hello, A/
expect alice not sees "Hello, Bob"

# An answer for one is not for others, and not public.
alice: /word
expect alice sees /code is W\d{4}\./
expect bob not sees "code"
expect room not shows "code"

alice: /word
expect alice sees /CODE\sis/i
expect alice not sees /CODE\sis/
expect alice not sees "the code"

# Newest state only.
alice: /remind
wait 1h
expect bob sees "Round 1"
expect bob not sees "Round 0"
expect room not shows "Round 0"

alice: /remind
wait 3h
expect bob not sees "Round"
expect room not shows /Round/

alice: /remind
bob: x
expect bob not sees "Round"
wait 1h
expect bob sees "Round 1"

# The room is the current channel, and everything in it.
alice: hello
in #b
expect room not shows "Hello"
in #general
bob: x
expect room shows "Hello"

give alice 5
alice: /stand 5
expect room shows "State: open"
expect room shows "[Take it]"

expect bob not sees "x"
expect room not shows /./
expect balance bob 0
expect ledger balanced

# Large and small letters are one name; another platform is another person.
give ALICE 5
expect balance alice 5
expect balance alice@discord 0
give alice 5 GEM
expect balance alice 5 GEM

alice: hello 小明 "
expect bob sees "小明 \""
"""


@pytest.mark.parametrize("text", SEEN.split("\n\n"))
def test_what_is_seen(play: Play, text: str) -> None:
    passes(play, text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('alice: hi\nexpect bob not sees "hi"', 'expected bob not to see "hi"'),
        ("alice: hi\nexpect bob sees /HI/s", "expected bob to see /HI/s"),
        ('alice: hi\nexpect room shows "ho"', 'expected #general to show "ho"'),
        ('alice: hi\nexpect room not shows "hi"', 'expected #general not to show "hi"'),
        ("give bob 5\nexpect balance bob 6", "expected bob to have 6 points, but it is 5 points"),
        ("give bob 5 GEM\nexpect balance bob 5", "expected bob to have 5 points, but it is 0 points"),
        ("give bob 9223372036854775807", "9223372036854775807 points cannot be given"),
        ("alice: [Take]", "alice could press: no button at all"),
        ("give alice 5\nalice: /stand 5\nbob: [Grab]", "bob could press: [Take it], [Rules]"),
        ("give alice 5\nalice: /stand 5\nbob in dm: [Take]", "bob sees no button [Take] in dm;"),
        ("give alice 5\nalice: /stand 5\nbob: [Rules]", "[Rules] opens https://example.org"),
        ('alice fills: "Why?" = "x"', "Alice has no open form"),
        ('erin asks to join\nerin fills: "Who?" = "x"', "does not ask 'Who?'; it asks 'Why?', 'Age'"),
        ("pay bob 5 XTR", "Bob has no open invoice over 5 XTR; open: none"),
        ("bob: /tip 7\npay bob 5 XTR", "Bob has no open invoice over 5 XTR; open: 7 XTR"),
        ("dave leaves\ndave: hi", "dave is not in the town"),
        ("erin asks to join\nerin: [x]", "erin is not in the town"),
        ("link alice bob@telegram", "alice got no code from /link"),
    ],
)
def test_what_fails(play: Play, text: str, words: str) -> None:
    assert words in fails(play, text)


def test_which_button_is_pressed(play: Play) -> None:
    stand = "give alice 900\nalice: /stand 300\n"
    # "take it" is in small letters only on the newer message; "TAKE" is nowhere, so any case will do.
    assert "You got 300" in passes(play, stand + "bob: [Take]\n")
    assert "Too late" in passes(play, stand + 'bob: [Take it]\ncarol: [take it]\nexpect carol sees "Too late"')
    assert "Too late" in passes(play, stand + "bob: [Take it]\ncarol: [TAKE]\n")
    # In this channel if it is there, anywhere otherwise.
    passes(play, stand + 'in #market\nbob: [Take]\nexpect bob sees "You got 300"')
    passes(
        play,
        "give alice 900\nin #one\nalice: /stand 1\nin #two\nalice: /stand 2\n"
        "in #one\nbob: [Take]\nexpect balance bob 1",
    )


def test_people_can_be_mentioned_before_they_do_anything(play: Play) -> None:
    passes(
        play,
        """
        give alice 100
        alice: /pass bob 10
        alice: /pass @Carol 20
        alice: /pass dave 30
        alice: /pass 小明 5
        dave joins
        expect balance bob 10
        expect balance carol@telegram 20
        expect balance dave 0
        expect balance 小明 5
        expect balance 小明@telegram 0
        """,
    )


def test_duplicates_do_nothing(play: Play) -> None:
    passes(
        play,
        "give alice 600\nalice: /stand 300\nalice: /stand 300\nduplicate bob: [Take]\nexpect balance bob 300\n"
        "duplicate alice: hello\nduplicate alice in dm: hello\n"
        "duplicate bob: /tip 5\nduplicate pay bob 5 XTR\nexpect balance bob 305\nexpect ledger balanced\n"
        "duplicate dave joins\nduplicate dave leaves\nduplicate erin asks to join\n"
        'duplicate erin fills: "Why?" = "x", "Age" = "20"\nexpect erin sees "Welcome"',
    )


def test_forms_and_joins(play: Play) -> None:
    out = passes(
        play,
        """
        erin asks to join
        expect erin sees "Why?: ____"
        expect alice not sees "Why?"
        erin fills: "Why?" = "I say \\"please\\"", "Age" = "abc"
        expect erin sees "whole number"
        erin fills: "Age" = "30"
        expect erin sees "please"
        expect erin not sees "____"
        dave joins
        expect alice sees "Dave is new here"
        dave leaves
        expect dave not sees "Dave"
        """,
    )
    assert "dm erin  Coterie (closed): Application" in out


def test_restart_forgets_nothing(play: Play) -> None:
    passes(
        play,
        """
        give alice 900
        alice: /stand 300
        alice: /remind
        erin asks to join
        bob: /tip 5
        restart
        wait 1h
        expect room shows "Round 1"
        restart
        bob: [Take]
        erin fills: "Why?" = "x", "Age" = "20"
        expect erin sees "Welcome"
        pay bob 5 XTR
        restart
        expect balance bob 305
        expect ledger balanced
        """,
    )


def test_captured_text(play: Play) -> None:
    out = passes(
        play,
        """
        alice: /word
        expect alice sees /code is (\\w+)/ as code
        bob in dm: hello {code} {{code}}
        expect bob sees /hello {code} \\{code\\}$/
        expect bob sees "hello {code} {{code}}"
        give alice 1300
        alice: /stand 1300
        bob: [Take]
        expect room shows /Taken by (.*)/ as winner
        expect bob sees /got (\\S+)/ as prize
        expect balance {winner} {prize}
        {winner}: hello
        expect room shows "Hello, Bob"
        alice: go to #market in 2 h
        expect room shows /#\\w+/ as place
        expect room shows /(?:x|in (\\d) h)/ as hours
        in #{place}
        wait {hours}h
        expect room not shows "Hello"
        """,
    )
    assert "(+2h)  wait 2h" in out
    assert "in #market" in out
    for text, words in [
        ("expect alice sees /code (is)/ as n\ngive bob {n}", "`is` is not a whole number"),
        ("expect alice sees /code (is)/ as n\nwait {n}", "`is` is not a duration"),
        ("expect alice sees /code is/ as n\n{n}: hi", "`code is` is not a name"),
        ('expect alice sees /The code()/ as n\nexpect alice sees "{n}"', "what was captured is empty"),
    ]:
        assert words in fails(play, "alice: /word\n" + text)


def test_captures_are_literal_in_patterns() -> None:
    filled = captures.filled(Post(Person("{a}"), "{a} {{a}}"), {"a": "@bob"})
    assert filled == Post(Person("bob"), "@bob {a}")
    assert captures._filled(Regex("^{a}$", "i"), {"a": "1+1"}) == Regex(r"^1\+1$", "i")
    assert captures.whole("1,234\u202f567") == 1234567
    with pytest.raises(Wrong):
        captures.whole("1,23")


def test_what_cannot_be_seen_is_not_compared(play: Play) -> None:
    assert seen.plain("\u2068Bob\u2069\u200f has\u00a01\u202f000") == "Bob has 1 000"
    passes(play, 'alice: hello 1\u00a0000\nexpect bob sees "hello 1 000"\nexpect bob sees "hello 1\u00a0000"')
    assert seen.find([], Words("x")) is None
