"""``coterie plugin new``: a plugin of one's own, as a package that can be installed and a test that passes."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from coterie.core.cli.codes import CLEAN
from coterie.core.cli.output import Failure, Unusable, say

TEMPLATE: Final = Path(__file__).parent / "template"
NAME: Final = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*")
LONGEST: Final = 32
RESERVED: Final = frozenset({"core", "coterie"})


@click.command("new")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    help="Folder in which the plugin's own folder is made; this one if left out.",
)
def new(name: str, into: Path) -> int:
    """Begin a plugin called NAME (small letters, digits, "-" and "_"), with a table, texts and a test that passes."""
    words = _words(name)
    folder = into / words["DIST"]
    if folder.exists():
        raise Failure(f"{folder} exists already: choose another name, or another folder with --into.")
    for path, text in files(words):
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    say(f"The plugin {name} is in {folder}. Its README.md says how to go on; for a first look:\n")
    say(f"  cd {folder}\n  pip install -e .\n  python -m pytest\n  coterie demo --enable {name}")
    return CLEAN


def files(words: Mapping[str, str]) -> Iterator[tuple[Path, str]]:
    """Path and text of every file of a new plugin."""
    for source in sorted(TEMPLATE.rglob("*.txt")):
        path = source.relative_to(TEMPLATE).with_suffix("")
        if path.parts[0] == "package":
            path = Path(words["MODULE"], *path.parts[1:])
        if path.name == "gitignore":
            path = path.with_name(".gitignore")
        text = source.read_text(encoding="utf-8")
        yield path, re.sub(r"@([A-Z]+)@", lambda match: words[match[1]], text)


def _words(name: str) -> dict[str, str]:
    """What stands for the marks in the templates; raises :class:`Failure` for a name that cannot be one."""
    from coterie.core import __version__
    from coterie.core.loading import installed_plugins, package_of

    if not NAME.fullmatch(name) or len(name) > LONGEST:
        wanted = f"up to {LONGEST} small letters, digits, '-' and '_', a letter first"
        raise Unusable(f"{name!r} cannot be a plugin's name: take {wanted}.")
    if name in RESERVED or keyword.iskeyword(name):
        raise Unusable(f"The name {name!r} is taken: choose another one.")
    if name in (known := installed_plugins()):
        package = package_of(known[name])[0] or "unknown"
        raise Unusable(f"A plugin called {name!r} is installed already (package {package}): choose another name.")
    plain = name.replace("-", "_")
    return {
        "NAME": name,
        "COMMAND": name.replace("_", "-"),
        "DIST": f"coterie-{name.replace('_', '-')}",
        "MODULE": f"coterie_{plain}",
        "TABLE": plain,
        "CLASS": "".join(part.capitalize() for part in plain.split("_")),
        "VERSION": __version__,
    }
