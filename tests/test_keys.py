"""Keys that fit their columns, and stay different from each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coterie.storage.keys import KEY_LENGTH, fitting


@given(st.text(max_size=400), st.integers(34, 300))
def test_a_key_fits_and_a_short_one_is_left_alone(key: str, length: int) -> None:
    found = fitting(key.encode("utf-8", "replace").decode(), length)
    assert len(found) <= length
    if len(key) <= length:
        assert found == key.encode("utf-8", "replace").decode()


def test_keys_that_begin_alike_stay_different() -> None:
    begin = "k" * KEY_LENGTH
    assert fitting(begin) == begin
    assert len({fitting(begin + end) for end in "abc"}) == 3
    assert fitting(begin + "a") == fitting(begin + "a")
