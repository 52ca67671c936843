"""Names in braces: each has to be captured by an earlier line."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from coterie.core.testing.play import braces
from coterie.core.testing.play.steps import Regex
from coterie.core.testing.play.values import Wrong


def check_references(step: object, source: str, captured: set[str]) -> None:
    """Raise :class:`Wrong` for a name that nothing above captures."""
    for name in _references(step):
        if name not in captured:
            column = max(0, source.find("{" + name + "}"))
            known = "; captured so far: " + ", ".join(sorted(captured)) if captured else ""
            allowed = f"a name from an earlier `expect … as NAME`{known}; {{{{{name}}}}} is the plain text {{{name}}}"
            raise Wrong(column, f"nothing above captures `{name}`", allowed)


def _references(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from braces.references(value)
    elif isinstance(value, Regex):
        yield from braces.references(value.pattern, pattern=True)
    elif isinstance(value, tuple):
        for item in value:
            yield from _references(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _references(getattr(value, field.name))
