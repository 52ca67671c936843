"""What hypothesis feeds a target with."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from hypothesis import strategies as st

from tests.fuzz.mutations import mutated
from tests.fuzz.target import Target


def inputs(target: Target) -> st.SearchStrategy[bytes]:
    """Changed samples mostly, and what has nothing to do with any."""
    changed = st.randoms(use_true_random=False).map(partial(mutated, target, target.samples()))
    return st.one_of(changed, changed, changed, _strange(target))


def _strange(target: Target) -> st.SearchStrategy[bytes]:
    words: st.SearchStrategy[str] = st.sampled_from(target.words) if target.words else st.just("")
    if target.kind == "json":
        scalars: Any = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | words
        trees = st.recursive(
            scalars,
            lambda inner: st.lists(inner, max_size=4) | st.dictionaries(words | st.text(max_size=8), inner, max_size=4),
            max_leaves=12,
        )
        return trees.map(lambda tree: json.dumps(tree).encode())
    if target.kind == "text":
        texts = st.lists(words | st.text(max_size=12), max_size=8).map("".join)
        return texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
    return st.binary(max_size=400)
