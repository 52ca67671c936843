"""Codes that people type."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from coterie.core.codes import CODE_ALPHABET, CODE_LENGTH, is_code, make_code, read_code


@given(st.integers())
def test_codes_have_no_letter_that_looks_like_another(seed: int) -> None:
    code = make_code(random.Random(seed))
    assert len(code) == CODE_LENGTH == 8
    assert set(code) <= set(CODE_ALPHABET)
    assert not set(CODE_ALPHABET) & set("0O1IL")
    assert read_code(f" {code[:4].lower()}-{code[4:]}\u3000") == code
    assert is_code(code)
    assert not is_code(code[1:])
    assert not is_code("0" + code[1:])


@given(st.integers(), st.sampled_from(["-", "\u2013", "\u2014", "\uff0d", " ", "\u3000", "\u200b", "\u2060"]))
def test_a_code_is_read_however_it_was_typed(seed: int, between: str) -> None:
    code = make_code(random.Random(seed))
    wide = "".join(chr(ord(each) - 0x21 + 0xFF01) for each in code)
    assert read_code(between.join(code)) == read_code(between.join(wide.lower())) == code
