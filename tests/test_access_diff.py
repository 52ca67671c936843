"""The comparison as a pure function: what it may never say, whatever is wanted, known and seen."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.access.diff import Applied, Step, compare
from coterie.core.config.communities import Slot
from coterie.core.platform import Holdings
from coterie.core.rights import Wanted

NOW = 10_000_000_000
SLOTS = [
    Slot("p", "s", "role", "r1"),
    Slot("p", "s", "role", "r2"),
    Slot("p", "s", "tag", ""),
    Slot("p", "t", "join", ""),
]
STATES = ["giving", "doubt", "invited", "given", "had", "absent", "left", "taking"]
OURS = {"given", "taking", "doubt"}
texts = st.sampled_from(["Gold", "Silver"])


@st.composite
def situations(draw: Any) -> tuple[dict[Slot, Wanted], list[Applied], dict[tuple[str, str], Holdings]]:
    """What is wanted, known and seen of one account."""
    wanted = {
        slot: Wanted(draw(st.sampled_from(["gold", "silver"])), draw(texts) if slot.kind == "tag" else "")
        for slot in draw(st.sets(st.sampled_from(SLOTS)))
    }
    known = [
        Applied(
            slot,
            draw(st.sampled_from([each for each in STATES if slot.kind == "join" or each not in ("invited", "left")])),
            draw(st.sampled_from(["gold", "silver", "gone"])),
            mark=draw(st.integers(0, 3)),
            value=draw(texts)
            if slot.kind == "tag"
            else draw(st.sampled_from(["", "link"]))
            if slot.kind == "join"
            else "",
            busy=draw(st.sampled_from([0, 0, 0, 7])),
            attempts=draw(st.integers(0, 4)),
            retry_at=draw(st.sampled_from([0, NOW - 5, NOW + 5])),
            since=draw(st.sampled_from([0, NOW - 5, NOW])),
        )
        for slot in draw(st.sets(st.sampled_from(SLOTS)))
    ]
    seen = {
        (platform, space): Holdings(
            draw(st.booleans()),
            frozenset(draw(st.sets(st.sampled_from(["r1", "r2", "r3"])))),
            draw(st.sampled_from(["", "Gold", "Silver", "Boss"])),
            draw(st.sampled_from([0, NOW - 1])),
        )
        for platform, space in draw(st.sets(st.sampled_from([("p", "s"), ("p", "t")])))
    }
    return wanted, known, seen


def steps_of(situation: Any, asked: int = 0) -> dict[Slot, Step]:
    """The steps by slot; there is at most one for each."""
    wanted, known, seen = situation
    steps = list(compare(wanted, known, seen, NOW, asked))
    assert len({step.slot for step in steps}) == len(steps)
    return {step.slot: step for step in steps}


@given(situations())
def test_only_what_is_coteries_is_taken(situation: Any) -> None:
    wanted, known, _ = situation
    before = {each.slot: each for each in known}
    for slot, step in steps_of(situation).items():
        if step.act == "take":
            assert slot not in wanted
            state, mark = before[slot].state, before[slot].mark
            ours = state in OURS or (state == "absent" and mark and slot.kind != "join")
            assert ours or (slot.kind == "join" and state in ("invited", "giving"))
        if step.act in ("give", "again"):
            assert slot in wanted


@given(situations())
def test_what_stands_there_is_not_given_again(situation: Any) -> None:
    wanted, _, seen = situation
    for slot, step in steps_of(situation).items():
        holds = seen.get((slot.platform, slot.space))
        if holds is None or step.known is not None:
            continue
        standing = {"role": slot.target in holds.roles, "tag": bool(holds.tag), "join": holds.present}[slot.kind]
        if standing:
            assert step.act == "note"
            assert step.becomes in ("had", "absent")
        if step.act in ("give", "again", "take"):
            assert holds.present or slot.kind == "join", "nothing is asked for where nobody is"
        assert slot in wanted


@given(situations())
def test_what_is_under_way_or_just_failed_is_left_alone(situation: Any) -> None:
    for step in steps_of(situation).values():
        if step.known is None:
            continue
        if step.known.busy:
            assert step.act == "wait"
        elif step.act == "take":
            assert step.known.retry_at <= NOW


@given(situations())
def test_silence_proves_nothing(situation: Any) -> None:
    """Without an answer nothing is taken for there, gone, or a person's doing."""
    wanted, known, _ = situation
    for step in steps_of((wanted, known, {})).values():
        assert step.act != "again"
        assert step.why not in ("not-there-any-more", "gone-already", "by-hand", "returned", "followed-link", "came-in")
        assert step.becomes in ("", "given")


@given(situations())
def test_an_old_answer_counts_like_none(situation: Any) -> None:
    wanted, known, seen = situation
    known = [each for each in known if each.since == NOW]
    wanted = {slot: want for slot, want in wanted.items() if slot in {each.slot for each in known}}
    assert steps_of((wanted, known, seen), asked=NOW - 1) == steps_of((wanted, known, {}))


@given(situations())
def test_a_second_look_after_carrying_out_finds_nothing(situation: Any) -> None:
    """On a platform that does what it is told, one round is enough (links and people apart)."""
    wanted, known, seen = situation
    known = [each for each in known if not each.busy and each.slot.kind != "join" and each.retry_at <= NOW]
    wanted = {slot: want for slot, want in wanted.items() if slot.kind != "join"}
    for _ in range(3):
        steps = [step for step in compare(wanted, known, seen, NOW) if step.act != "wait"]
        if not steps:
            return
        known, seen = carried_out(known, seen, steps)
    raise AssertionError(f"still to do: {steps}")


def carried_out(known: list[Applied], seen: dict[tuple[str, str], Holdings], steps: list[Step]) -> Any:
    """The situation after the platform has done all of it."""
    after, seen = {each.slot: each for each in known}, dict(seen)
    for step in steps:
        slot, place = step.slot, (step.slot.platform, step.slot.space)
        after.pop(slot, None)
        if step.act == "note":
            if step.becomes:
                value = step.known.value if step.known is not None else ""
                after[slot] = Applied(slot, step.becomes, step.access, value=value)
            continue
        gives = step.act != "take"
        if gives:
            after[slot] = Applied(slot, "given", step.access, value=step.value)
        holds = seen.get(place)
        if holds is None:
            continue
        if slot.kind == "tag":
            seen[place] = Holdings(holds.present, holds.roles, step.value if gives else "", holds.joined_at)
        else:
            changed = holds.roles | {slot.target} if gives else holds.roles - {slot.target}
            seen[place] = Holdings(holds.present, changed, holds.tag, holds.joined_at)
    return list(after.values()), seen
