"""Finding who can read which exports: the entry points ``coterie.importers``."""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from coterie.core.importing.records import Importer

GROUP: Final = "coterie.importers"


@cache
def installed_importers() -> dict[str, EntryPoint]:
    """The entry points by name; of two with one name, the first on the path."""
    found: dict[str, EntryPoint] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        found.setdefault(point.name, point)
    return found


def load_importer(name: str) -> Importer:
    """One of them; raises :class:`LookupError` for a name that is not installed, and what its import raises."""
    point = installed_importers().get(name)
    if point is None:
        raise LookupError(f"no importer {name!r} is installed")
    found = point.load()
    if isinstance(found, type) and issubclass(found, Importer):
        return found()
    raise LookupError(f"{point.value} is not a class derived from Importer")
