"""A fast start: what takes long and needs no interpreter is done beside the rest."""

from __future__ import annotations

import asyncio  # noqa: F401 - both sides need it: it is whole before they part
import gc
import os
from importlib import import_module
from threading import Thread


def warm_up() -> None:
    """Get ready to import the application: call it first, then import.

    aiohttp reads the system's certificates when it is imported, on disk and in C, so another thread does that.  Until
    :func:`~coterie.core.cli.running.run_app` is ready, nothing becomes garbage, and nobody looks for any.
    """
    gc.disable()
    # Coterie uses none of pydantic's plugins, and looking for them reads every installed package's metadata.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    Thread(target=import_module, args=("aiohttp.web",), name="coterie-warm-up", daemon=True).start()
