"""Words are taken out of waiting JSON; what programs read stays what it is."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coterie.core.people.privacy.scrubbing import Known, Scrubber


def scrubber(*names: str, texts: tuple[str, ...] = ()) -> Scrubber:
    return Scrubber(
        Known(
            pseudonym="Nobody",
            names=list(names),
            accounts=[("telegram", "4711")],
            dms=[("telegram", "dm-4711")],
            records=[77],
            texts=list(texts),
        )
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Al checked in", "Nobody checked in"),
        ("Also Alice, Al_2 and BalAl", "Also Alice, Al_2 and BalAl"),
        ("小明签到成功", "Nobody签到成功"),
        ("Al签到成功", "Nobody签到成功"),
        ('O"Neill\\ says', "Nobody says"),
        ("4711 and 47110, dm-4711", "… and 47110, …"),
    ],
)
def test_names_are_replaced_as_words(text: str, left: str) -> None:
    mine = scrubber("Al", "小明", 'O"Neill\\')
    assert mine.text(text) == left
    assert json.loads(mine.json(json.dumps({"text": text}))) == {"text": left}
    assert json.loads(mine.json(json.dumps({"text": text}, ensure_ascii=False))) == {"text": left}


def test_longer_texts_go_before_the_names_in_them() -> None:
    assert scrubber("Al", texts=("a word from Al",)).text("a word from Al, said Al") == "…, said Nobody"


def test_somebody_who_is_called_like_a_machines_word_changes_nothing() -> None:
    mine = scrubber("points", "telegram", "send")
    foreign = json.dumps({"currency": "points", "split": "points", "giver": 5})
    assert mine.json(foreign, machine=True) == foreign
    theirs = json.dumps({"currency": "points", "note": "points", "giver": 77})
    assert json.loads(mine.json(theirs, machine=True)) == {"currency": "points", "note": "Nobody", "giver": 77}
    action = json.dumps(
        {"type": "send", "where": {"adapter": "telegram", "kind": "dm"}, "card": {"text": "send points"}}
    )
    assert json.loads(mine.json(action))["type"] == "send"
    assert json.loads(mine.json(action))["where"] == {"adapter": "telegram", "kind": "dm"}
    assert json.loads(mine.json(action))["card"] == {"text": "Nobody Nobody"}


def test_who_and_where_are_known() -> None:
    mine = scrubber("Al")
    assert mine.is_them({"platform": "telegram", "id": "4711"})
    assert not mine.is_them({"platform": "discord", "id": "4711"})
    assert not mine.is_them(None)
    assert mine.is_their_chat({"adapter": "telegram", "channel": "dm-4711"})
    assert not mine.is_their_chat({"adapter": "telegram", "channel": "4711"})


def test_what_is_no_json_is_text() -> None:
    assert scrubber("Al").json("{Al") == "{Nobody"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(JSON, st.text(min_size=1, max_size=8))
def test_json_stays_json_of_the_same_shape(value: object, name: str) -> None:
    mine = scrubber(name)
    raw = json.dumps(value)
    found = json.loads(mine.json(raw))
    assert shape(found) == shape(value)
    assert mine.json(raw, machine=True) is not None


def shape(value: object) -> object:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [shape(inner) for inner in value]
    return type(value).__name__


@given(st.text(max_size=30), st.text(min_size=1, max_size=6))
def test_a_clean_text_stays_and_nothing_stays_of_a_name_on_its_own(text: str, name: str) -> None:
    mine = Scrubber(Known(pseudonym="", names=[name]))
    assert mine.text(name) == ""
    if name not in text:
        assert mine.text(text) == text


def test_texts_are_bounded() -> None:
    known = Known()
    known.add_texts(["abc", "x" * 5_000, None, 7, "long enough", "long enough", *(f"text {n}" for n in range(2_000))])
    assert known.texts[0] == "long enough"
    assert len(known.texts) == 500
