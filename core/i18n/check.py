"""What is wrong in a ``.ftl`` file, said so that a translator can mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from coterie.core.i18n.catalogs import Catalog, nodes_of
from coterie.core.i18n.wording import OPEN, SHUT, TAGS

if TYPE_CHECKING:
    from fluent.syntax import ast

_TAG: Final = re.compile(rf"<({'|'.join(TAGS)})>|</([a-z]+)>")


def problems_of(catalog: Catalog, reference: Catalog | None = None) -> list[str]:
    """Faults of a file, each as ``path:line: what``; variables are compared with the same file in another language."""
    from fluent.syntax import FluentParser, ast

    broken = catalog.source.find("\ufffd")
    found = [(broken, "the file is not valid UTF-8")] if broken >= 0 else []
    known = _variables(reference.source) if reference is not None else {}
    body = FluentParser(with_spans=True).parse(catalog.source).body
    entries = [entry for entry in body if isinstance(entry, (ast.Message, ast.Term))]
    names = [_name(entry) for entry in entries]
    for entry in body:
        if isinstance(entry, ast.Junk):
            found += [(note.span.start if note.span else 0, str(note.message)) for note in entry.annotations or ()]
    for index, entry in enumerate(entries):
        at = _start(entry.id)
        if names[index] in names[:index]:
            found.append((at, f"{names[index]} stands in this file twice"))
        if isinstance(entry, ast.Message):
            if entry.attributes:
                found.append((at, f"{names[index]} has attributes, which are never shown; make them messages"))
            if entry.id.name in known:
                extra = sorted(_variables_in(entry) - known[entry.id.name])
                found += [(at, f"{entry.id.name} uses ${name}, which the reference text does not") for name in extra]
        found += _faults(entry, set(names))
    return [f"{catalog.path}:{catalog.line(offset)}: {what}" for offset, what in sorted(found)]


def _faults(entry: ast.Message | ast.Term, names: set[str]) -> Iterator[tuple[int, str]]:
    from fluent.syntax import ast

    for node in nodes_of(entry):
        at = _start(node)
        if isinstance(node, (ast.MessageReference, ast.TermReference)) and _name(node) not in names:
            yield at, f"{_name(entry)} refers to {_name(node)}, which this file does not have"
        elif isinstance(node, ast.FunctionReference) and node.id.name != "NUMBER":
            yield at, f"{_name(entry)} calls {node.id.name}(); only NUMBER() is available"
        elif isinstance(node, ast.Pattern):
            text = "".join(part.value if isinstance(part, ast.TextElement) else " " for part in node.elements)
            yield from ((at, f"{_name(entry)}: {what}") for what in _markup_faults(text))


def _markup_faults(text: str) -> Iterator[str]:
    if OPEN in text or SHUT in text:
        yield "the characters U+E000 and U+E001 are reserved"
    open_tags: list[str] = []
    for begins, ends in _TAG.findall(text):
        if begins:
            open_tags.append(begins)
        elif ends not in TAGS:
            yield f"there is no markup <{ends}>; use one of {', '.join(f'<{tag}>' for tag in TAGS)}"
        elif not open_tags or open_tags.pop() != ends:
            yield f"</{ends}> closes nothing that was opened last"
    for tag in open_tags:
        yield f"<{tag}> is never closed"


def _name(node: ast.Message | ast.Term | ast.MessageReference | ast.TermReference) -> str:
    return f"-{node.id.name}" if type(node).__name__.startswith("Term") else node.id.name


def _start(node: ast.BaseNode) -> int:
    span = getattr(node, "span", None)
    return int(span.start) if span is not None else 0


def _variables(source: str) -> dict[str, set[str]]:
    from fluent.syntax import FluentParser, ast

    body = FluentParser(with_spans=False).parse(source).body
    return {entry.id.name: _variables_in(entry) for entry in body if isinstance(entry, ast.Message)}


def _variables_in(entry: ast.Message) -> set[str]:
    from fluent.syntax import ast

    return {node.id.name for node in nodes_of(entry) if isinstance(node, ast.VariableReference)}
