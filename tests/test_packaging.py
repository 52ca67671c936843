"""The project as a package: what the wheel holds, what the locks pin, where the entry points lead."""

from __future__ import annotations

import ast
import importlib
import os
import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterable, Iterator
from importlib.metadata import packages_distributions, requires
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import coterie.core

ROOT = Path(__file__).resolve().parent.parent
FLOORS = ("adapters", "core", "plugins", "storage")
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT: dict[str, Any] = PYPROJECT["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]

# Written in parts, so that this file does not name what it looks for.
REGISTRY_HOSTS = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("security", "debian", "org"),
        ("crates", "io"),
        ("proxy", "golang", "org"),
        ("rubygems", "org"),
        ("repo1", "maven", "org"),
    )
)


def tree_files() -> Iterator[Path]:
    """Every file of the four floors, relative to the root, without caches and hidden files."""
    for floor in FLOORS:
        for path in sorted((ROOT / floor).rglob("*")):
            relative = path.relative_to(ROOT)
            if path.is_file() and not any(part.startswith((".", "__pycache__")) for part in relative.parts):
                yield relative


def entry_points() -> Iterator[tuple[str, str]]:
    """Each declared entry point as its name with the group, and its target."""
    groups = {"scripts": PROJECT["scripts"], **PROJECT["entry-points"]}
    for group, members in groups.items():
        for name, target in members.items():
            yield f"{group}:{name}", target


def pins(lock: str) -> dict[str, Version]:
    """The versions that a lock pins, by normalised name; fails on a line that pins nothing."""
    found: dict[str, Version] = {}
    for line in (ROOT / "requirements" / lock).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        requirement = Requirement(line)
        (specifier,) = requirement.specifier
        assert specifier.operator == "==", f"{lock} does not pin {line}"
        found[canonicalize_name(requirement.name)] = Version(specifier.version)
    return found


def unpinned(requirements: Iterable[str], lock: dict[str, Version]) -> list[str]:
    """Those requirements, for this Python and platform, that the lock leaves out or pins outside their range."""
    missing = []
    for text in requirements:
        wanted = Requirement(text)
        name = canonicalize_name(wanted.name)
        if name == "coterie" or (wanted.marker and not wanted.marker.evaluate({"extra": ""})):
            continue
        if name not in lock or lock[name] not in wanted.specifier:
            missing.append(text)
    return missing


def imported_libraries(source: Path) -> set[str]:
    """The top-level names that a file imports, without the standard library and Coterie."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"coterie"}


def test_the_packages_list_equals_the_tree() -> None:
    tree = sorted(".".join(("coterie", *path.parent.parts)) for path in tree_files() if path.name == "__init__.py")
    lines = "".join(f'    "{name}",\n' for name in tree)
    assert PYPROJECT["tool"]["setuptools"]["packages"] == tree, (
        f"[tool.setuptools] in pyproject.toml needs this list:\npackages = [\n{lines}]"
    )


def test_the_wheel_holds_the_tree_and_nothing_else(tmp_path: Path) -> None:
    """Builds the source archive, and the wheel from it, in a copy: an old build folder hides a missing file."""
    for path in (*tree_files(), Path("pyproject.toml"), Path("README.md"), Path("LICENSE")):
        copy = tmp_path / path
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes((ROOT / path).read_bytes())
    built = subprocess.run(
        [sys.executable, "-m", "build", "--no-isolation"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.startswith("coterie-")}
    tree = {f"coterie/{path.as_posix()}" for path in tree_files()}
    assert sorted(tree - names) == [], "missing in the wheel: see [tool.setuptools.package-data] in pyproject.toml"
    assert sorted(names - tree) == [], "in the wheel, but not in the tree"


@pytest.mark.parametrize(("name", "target"), [pytest.param(*point, id=point[0]) for point in entry_points()])
def test_entry_points_lead_to_something(name: str, target: str) -> None:
    module_name, _, attribute = target.partition(":")
    folder = ROOT.joinpath(*module_name.split(".")[1:])
    assert folder.with_suffix(".py").is_file() or (folder / "__init__.py").is_file(), f"{name}: no module {module_name}"
    module = importlib.import_module(module_name)
    assert not attribute or callable(getattr(module, attribute, None)), f"{name}: {module_name} has no {attribute}"


@pytest.mark.parametrize("floor", FLOORS)
def test_the_typings_link_to_the_floors(floor: str) -> None:
    link = ROOT / "typings" / "coterie" / floor
    assert link.readlink() == Path("..", "..", floor), "a relative link works wherever the project is"
    assert link.resolve() == ROOT / floor


def test_the_documents_name_make_targets_that_exist() -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    documents = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
    # A command stands in backquotes or begins a line of a code block; "make sure" in a sentence is not one.
    command = re.compile(r"(?:`|^\s*(?:\$ )?)make ([a-z][a-z-]*)(?=[\s`])", re.MULTILINE)
    named = {(doc.name, name) for doc in documents for name in command.findall(doc.read_text(encoding="utf-8"))}
    assert {("README.md", "demo"), ("README.md", "test")} <= named
    assert {(doc, name) for doc, name in named if name not in targets} == set()


def test_the_changelog_agrees_with_the_version() -> None:
    """What is not released yet makes a version higher than the newest released one."""
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## \[([^\]]+)\]", text, re.MULTILINE)
    assert headings[0] == "Unreleased"
    released = [Version(heading) for heading in headings[1:]]
    assert released == sorted(released, reverse=True)
    version = Version(coterie.core.__version__)
    unreleased = text.partition("## [Unreleased]")[2].partition("\n## [")[0].strip()
    if unreleased:
        assert all(version > old for old in released)
    else:
        assert released[:1] == [version]


def test_the_locks_pin_what_the_project_declares() -> None:
    run, dev = pins("run.txt"), pins("dev.txt")
    build = PYPROJECT["build-system"]["requires"]
    build_in = (ROOT / "requirements" / "build.in").read_text(encoding="utf-8").splitlines()
    assert [line for line in build_in if not line.startswith("#")] == build
    declared = PROJECT["dependencies"] + build
    assert unpinned(declared, run) == []
    assert unpinned([text for extra in EXTRAS.values() for text in extra] + declared, dev) == []
    assert {name: dev.get(name) for name in run} == run, "both locks pin the same versions"


def test_the_locks_pin_what_the_dependencies_need() -> None:
    """Follows the metadata of what is installed; what this Python or platform leaves out is passed over."""
    installed = {canonicalize_name(name) for names in packages_distributions().values() for name in names}
    for lock in (pins("run.txt"), pins("dev.txt")):
        missing = {name: unpinned(requires(name) or [], lock) for name in lock if name in installed}
        assert {name: texts for name, texts in missing.items() if texts} == {}


def test_every_imported_library_is_declared() -> None:
    """An extra counts, ``dev`` only for the test kit: its users have pytest already."""
    distributions = packages_distributions()
    undeclared = set()
    for path in tree_files():
        if path.suffix != ".py":
            continue
        in_kit = path.parts[:2] == ("core", "testing")
        texts = PROJECT["dependencies"] + [
            text for extra, texts in EXTRAS.items() if in_kit or extra != "dev" for text in texts
        ]
        declared = {canonicalize_name(Requirement(text).name) for text in texts}
        for library in imported_libraries(ROOT / path):
            if declared.isdisjoint(canonicalize_name(name) for name in distributions.get(library, [library])):
                undeclared.add(f"{path}: {library}")
    assert undeclared == set()


def test_no_file_names_a_package_registry() -> None:
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout
    paths = [ROOT / name for name in os.fsdecode(listing).split("\0") if name]
    assert ROOT / "pyproject.toml" in paths
    named = {
        f"{path.relative_to(ROOT)}: {host}"
        for path in paths
        if path.is_file()
        for content in [path.read_bytes()]
        for host in REGISTRY_HOSTS
        if host.encode() in content
    }
    assert named == set()


def test_ci_can_run() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert script.read_text(encoding="utf-8").startswith("#!/usr/bin/env bash\n")
