"""Changed samples: a text where a word is repeated, an object with something else in one of its fields."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from random import Random
from typing import Any, Final

from tests.fuzz.target import Target, json_of
from tests.hostile import STRINGS

Step = str | int
_CHANGES: Final = 4
"""So many changes are made to a sample at once, at most."""
_LONGEST: Final = 64 * 1024
_NODES: Final = 4096
"""So many places of a tree are looked at."""
_TEXTS: Final = tuple(each for each in STRINGS if len(each) < 400)
_SCALARS: Final[tuple[Any, ...]] = (
    *(None, True, False, 0, 1, -1, 2, 63, 64, 255, 1 << 31, 1 << 32, (1 << 53) + 1, (1 << 63) - 1, 1 << 63, 1 << 64),
    *(10**400, 0.0, -0.5, 1.5, 1e300, float("inf"), float("nan"), "", "0", "-1", "1e9", "9" * 20, "9" * 5000, "\ud800"),
    *("٣", "²", "null", "true", "@x", "\0", "\u200b", "\ufeff", "2026-02-30", "2026-09-21T12:53:20+00:00"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", [], {}, [[]], [{}], {"": None}, [None], {"id": []}),
)


def mutated(target: Target, samples: Sequence[bytes], random: Random, sample: bytes | None = None) -> bytes:
    """A sample (any of them, unless one is given) with up to four changes."""
    data = random.choice(samples) if sample is None else sample
    if target.kind == "json" and random.random() < 0.9:
        value = json_of(data)
        with suppress(RecursionError):  # nested so deeply that it can be read, and not be copied
            for _ in range(random.randint(1, _CHANGES)):
                value = _other_tree(value, target.words, samples, random)
            return json.dumps(value).encode()[:_LONGEST]
    for _ in range(random.randint(1, _CHANGES)):
        data = _other_bytes(data, target, samples, random)
    return data[:_LONGEST]


# -- trees


def _other_tree(value: Any, words: Sequence[str], samples: Sequence[bytes], random: Random) -> Any:
    """A tree with one change somewhere."""
    changed = copy.deepcopy(value)
    places = list(_places(changed))
    if not places or random.random() < 0.02:
        return _junk(words, samples, random)
    holder, step = random.choice(places)
    deed = random.randrange(8)
    if deed == 0:
        del holder[step]
    elif deed == 1 and isinstance(holder, dict):
        holder[random.choice([*words, *map(str, holder)])] = holder[step]
    elif deed == 1:
        holder.insert(random.randint(0, len(holder)), copy.deepcopy(holder[step]))
    elif deed == 2:
        holder[step] = random.choice([[holder[step]], {"": holder[step]}, str(holder[step])])
    elif deed == 3 and isinstance(holder[step], str):
        holder[step] = _other_text(holder[step], words, random)
    elif deed == 3 and isinstance(holder[step], int):
        holder[step] += random.choice([-1, 1, 1 << 32])
    elif deed == 4:
        other = random.choice(places)
        holder[step] = copy.deepcopy(other[0][other[1]])
    else:
        holder[step] = _junk(words, samples, random)
    return changed


def _places(value: Any) -> Iterator[tuple[Any, Step]]:
    """Where every value inside a value stands: what holds it, and under which key."""
    waiting, seen = [value], 0
    while waiting and seen < _NODES:
        holder = waiting.pop()
        steps = range(len(holder)) if isinstance(holder, list) else list(holder) if isinstance(holder, dict) else ()
        for step in steps:
            seen += 1
            waiting.append(holder[step])
            yield holder, step


def _junk(words: Sequence[str], samples: Sequence[bytes], random: Random) -> Any:
    """Something that hardly ever belongs there."""
    deed = random.randrange(10)
    if deed == 0:
        places = list(_places(json_of(random.choice(samples))))
        if places:
            holder, step = random.choice(places)
            return copy.deepcopy(holder[step])
    if deed == 1:
        return random.choice(_TEXTS)
    if deed <= 3 and words:
        return random.choice(words)
    if deed == 4:
        return random.randint(-(1 << 65), 1 << 65)
    if deed == 5:
        return {random.choice([*words, "id"]): copy.deepcopy(random.choice(_SCALARS))}
    return copy.deepcopy(random.choice(_SCALARS))


# -- texts and bytes


def _other_text(text: str, words: Sequence[str], random: Random) -> str:
    start = random.randint(0, len(text))
    end = random.randint(start, min(len(text), start + 16))
    deed = random.randrange(5)
    if deed == 0:
        return text[:start] + text[end:]
    if deed == 1:
        return text[:end] + text[start:]
    if deed == 2 and words:
        return text[:start] + random.choice(words) + text[end:]
    if deed == 3:
        return text[:start] + random.choice(_TEXTS)[:200] + text[end:]
    return text[:start] + chr(random.choice([random.randrange(128), random.randrange(0x3100), 0x1F600])) + text[end:]


def _other_bytes(data: bytes, target: Target, samples: Sequence[bytes], random: Random) -> bytes:
    if target.kind == "text" and random.random() < 0.8:
        text = _other_text(data.decode("utf-8", "surrogateescape"), target.words, random)
        return text.encode("utf-8", "surrogatepass")
    start = random.randint(0, len(data))
    end = random.randint(start, min(len(data), start + 16))
    deed = random.randrange(5)
    if deed == 0:
        return data[:start] + data[end:]
    if deed == 1:
        other = random.choice(samples)
        return data[:start] + other[random.randint(0, len(other)) :]
    if deed == 2 and target.words:
        return data[:start] + random.choice(target.words).encode("utf-8", "surrogatepass") + data[end:]
    if deed == 3:
        return data[:end] + data[start:]
    return data[:start] + random.randbytes(random.randint(1, 4)) + data[end:]
