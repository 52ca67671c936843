"""Exit codes, and whether somebody is looking for a mistake."""

from __future__ import annotations

import os
from typing import Final

CLEAN: Final = 0
FAILED: Final = 1
BROKEN: Final = 2
"""All went well; something failed; the configuration or the command line cannot be used."""
STOPPED: Final = 130
"""Stopped before the work was done, or by a second signal."""


def debugging() -> bool:
    """Whether tracebacks and a log of everything are wanted."""
    return os.environ.get("COTERIE_DEBUG", "0") not in ("", "0")
