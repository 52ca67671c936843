"""Run the benchmarks named on the command line, or all of them; one JSON line a figure on standard output."""

from __future__ import annotations

import importlib
import json
import platform
import sys
import time
from typing import Any

MODULES = (
    "discord",
    "discord_broadcast",
    "discord_guild",
    "dispatch",
    "end_to_end",
    "growth",
    "importing",
    "levels",
    "packet",
    "packet_rooms",
    "peers",
    "segments",
    "sender",
    "startup",
    "store",
    "telegram",
    "telegram_broadcast",
    "telegram_requests",
)


def main(names: list[str]) -> int:
    """Print figures as they come; non-zero for an unknown name."""
    unknown = sorted(set(names) - set(MODULES))
    if unknown:
        print(f"unknown benchmark: {', '.join(unknown)}; there are: {', '.join(MODULES)}", file=sys.stderr)
        return 2
    machine = {"machine": platform.machine(), "python": platform.python_version(), "system": platform.system()}
    for name in names or MODULES:
        started = time.perf_counter()
        module: Any = importlib.import_module(f"benchmarks.{name}")
        for figure in module.run():
            print(json.dumps({"benchmark": name, **figure, **machine}, ensure_ascii=False), flush=True)
        print(f"{name}: {time.perf_counter() - started:.1f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
