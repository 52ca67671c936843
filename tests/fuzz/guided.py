"""Fuzzing with atheris, which keeps the inputs that reach new lines and changes those further."""

from __future__ import annotations

import importlib
from pathlib import Path
from random import Random
from typing import Any, Final

from tests.fuzz.mutations import mutated
from tests.fuzz.target import Target

_SLOW: Final = 10
"""Seconds after which an input counts as one that hangs the parser."""
_MEMORY: Final = 2048
"""Megabytes."""
_LONGEST: Final = 16 * 1024


def fuzz(target: Target, home: Path, seconds: int) -> bool:
    """Fuzz a target; does not come back: libFuzzer ends the process, with an exit code for what it found."""
    atheris = importlib.import_module("atheris")
    words = home / "words.dict"
    words.write_text("".join(f'"{_escaped(word)}"\n' for word in target.words if word))
    found = home / "found"
    arguments = [
        "fuzz",
        f"-max_total_time={seconds}",
        f"-timeout={_SLOW}",
        f"-rss_limit_mb={_MEMORY}",
        f"-max_len={_LONGEST}",
        f"-artifact_prefix={home}/",
        f"-dict={words}",
        "-print_final_stats=1",
        str(found),
        str(target.corpus),
    ]
    samples = target.samples()

    def changed(data: bytes, most: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.3:
            return bytes(atheris.Mutate(data, most))
        return mutated(target, samples, random, data)[:most]

    atheris.Setup(arguments, target.run, custom_mutator=changed)
    atheris.Fuzz()
    raise AssertionError("libFuzzer has ended the process")


def _escaped(word: str) -> str:
    """A word as libFuzzer's dictionaries have it."""
    data: Any = word.encode("utf-8", "surrogatepass")[:64]
    return "".join(chr(each) if chr(each).isalnum() and each < 128 else f"\\x{each:02X}" for each in data)
