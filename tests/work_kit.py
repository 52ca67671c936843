"""How much work something is, in lines of our own code: a measure that no other process or library disturbs."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from coterie import adapters, core

_OURS: Final = tuple(f"{Path(each.__path__[0]).resolve()}/" for each in (adapters, core))


def lines_run(function: Callable[[], object]) -> int:
    """How many lines of Coterie's a function runs; what the interpreter does beside it (collecting garbage, say) has
    none.
    """
    count = 0

    def trace(frame: FrameType, event: str, _about: object) -> Any:
        nonlocal count
        if event == "call" and not frame.f_code.co_filename.startswith(_OURS):
            return None
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function()
    finally:
        sys.settrace(before)
    return count
