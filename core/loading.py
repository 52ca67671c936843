"""Finding plugins and adapters by their entry points, and loading those that a configuration asks for.

Nothing is imported that is not asked for, and what cannot be loaded is a record: it stops nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Any, Final, Literal, TypeVar

from coterie.core.config import Config
from coterie.core.config.problems import did_you_mean
from coterie.core.engine.registry import PluginProblem
from coterie.core.platform import Adapter
from coterie.core.plugin import Plugin
from coterie.core.unread import Unread

Kind = Literal["plugin", "adapter"]
Stage = Literal["find", "import", "class", "construct"]
T = TypeVar("T", bound=Plugin | Adapter)

GROUPS: Final[Mapping[Kind, str]] = {"plugin": "coterie.plugins", "adapter": "coterie.adapters"}
OWN_PACKAGE: Final = "coterie"
"""The distribution whose plugins are built in."""
_PATH: Final = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_][\w.]*")


@dataclass(frozen=True, slots=True)
class LoadProblem:
    """Why a plugin or adapter cannot be used: at which stage it failed, the error, and what to do about it."""

    kind: Kind
    name: str
    stage: Stage
    error: str
    hint: str = ""
    package: str = ""

    def __str__(self) -> str:
        text = f"{self.kind} {self.name}: {self.error}"
        return f"{text} ({self.hint})" if self.hint else text


class LoadFailed(PluginProblem):
    """A plugin or adapter cannot be loaded; ``problem`` says why."""

    def __init__(self, problem: LoadProblem) -> None:
        super().__init__(str(problem))
        self.problem = problem


# -- what is installed


@cache
def _installed() -> Mapping[Kind, tuple[EntryPoint, ...]]:
    """All entry points of both groups; read once, since every installed package has to be looked at."""
    found = entry_points()
    return {kind: tuple(found.select(group=group)) for kind, group in GROUPS.items()}


def forget_installed() -> None:
    """Look again at the next question (a package was installed meanwhile)."""
    _installed.cache_clear()


def installed_plugins() -> dict[str, EntryPoint]:
    """The entry points of all installed plugins by name; of two with one name, the first on the path."""
    return _by_name("plugin")


def installed_adapters() -> dict[str, EntryPoint]:
    """The entry points of all installed adapters by name."""
    return _by_name("adapter")


def _by_name(kind: Kind) -> dict[str, EntryPoint]:
    found: dict[str, EntryPoint] = {}
    for point in sorted(_installed()[kind], key=lambda point: point.name):
        found.setdefault(point.name, point)
    return found


def package_of(point: EntryPoint) -> tuple[str, str]:
    """Name and version of the package that declares an entry point; empty when nobody knows."""
    return (point.dist.name, point.dist.version) if point.dist is not None else ("", "")


def is_built_in(point: EntryPoint) -> bool:
    """Whether it comes with Coterie itself."""
    return package_of(point)[0] == OWN_PACKAGE


def clashes() -> list[LoadProblem]:
    """Names that two installed packages declare."""
    found = []
    for kind, points in _installed().items():
        used = _by_name(kind)
        for point in points:
            first = used[point.name]
            if point.value != first.value:
                error = f"{_told(first)} and {_told(point)} both declare this name; the first one is used"
                found.append(
                    LoadProblem(kind, point.name, "find", error, "uninstall one of them", package_of(point)[0])
                )
    return found


def _told(point: EntryPoint) -> str:
    return package_of(point)[0] or point.value


# -- loading one


def load_plugin(choice: str) -> type[Plugin]:
    """The class of an installed plugin, or the one that ``package.module:Class`` names; raises :class:`LoadFailed`."""
    return _load("plugin", choice, Plugin)


def load_adapter(choice: str) -> type[Adapter]:
    """The class of an installed adapter, or the one that ``package.module:Class`` names; raises :class:`LoadFailed`."""
    return _load("adapter", choice, Adapter)


def _load(kind: Kind, choice: str, base: type[T]) -> type[T]:
    point = _find(kind, choice)
    package = package_of(point)[0]

    def failed(stage: Stage, error: str, hint: str) -> LoadFailed:
        return LoadFailed(LoadProblem(kind, choice, stage, error, hint, package))

    again = f"install {package} again" if package else "see that its package is complete"
    try:
        found: object = point.load()
    except ModuleNotFoundError as error:
        raise failed("import", f"it cannot be imported: {error}", f"{again}, with what it needs") from error
    except (Exception, SystemExit) as error:  # whatever a foreign module does when it is imported
        said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise failed("import", f"it cannot be imported: {said}", again) from error
    if not (isinstance(found, type) and issubclass(found, base)):
        raise failed(
            "class", f"{point.value} is not a class derived from {base.__name__}", "its entry point must name one"
        )
    if ":" not in choice and found.name != choice:
        said = f"the class calls itself {found.name!r}" if found.name else "the class has no name"
        raise failed("class", f"{said}, the entry point {choice!r}", "both must be the same")
    if not (isinstance(found.config, type) and issubclass(found.config, Config)):
        raise failed("class", f"{found.__name__}.config is not a class derived from Config", "")
    return found


def _find(kind: Kind, choice: str) -> EntryPoint:
    points = _by_name(kind)
    if choice in points:
        return points[choice]
    if _PATH.fullmatch(choice):
        return EntryPoint(choice, choice, GROUPS[kind])
    listed = f"installed: {', '.join(points)}" if points else "none are installed"
    error = f"no {kind} of this name is installed"
    raise LoadFailed(LoadProblem(kind, choice, "find", error, did_you_mean(choice, points, listed)))


def make(kind: Kind, name: str, build: Callable[[], T]) -> T:
    """An instance of a plugin or adapter; raises :class:`LoadFailed` for whatever its constructor raises."""
    try:
        return build()
    except (Exception, SystemExit) as error:
        said = f"it cannot be set up: {type(error).__name__}: {error}"
        raise LoadFailed(LoadProblem(kind, name, "construct", said)) from error


# -- loading those of a configuration


class Models(Mapping[str, type[Config]]):
    """The configuration models of everything installed; each class is imported when its model is first looked at.

    ``wanted`` says whether a name is to be loaded at all.  ``classes`` holds what was loaded, ``failures`` what could
    not be; its settings count as unread.
    """

    def __init__(self, kind: Kind, wanted: Callable[[str], bool]) -> None:
        self.kind: Final = kind
        self.classes: dict[str, type[Any]] = {}
        self.failures: dict[str, LoadFailed] = {}
        self._points = _by_name(kind)
        self._wanted = wanted

    def __getitem__(self, name: str) -> type[Config]:
        if name not in self._points:
            raise KeyError(name)
        if name not in self.classes and name not in self.failures and self._wanted(name):
            try:
                self.classes[name] = load_plugin(name) if self.kind == "plugin" else load_adapter(name)
            except LoadFailed as failure:
                self.failures[name] = failure
        model: type[Config] = self.classes[name].config if name in self.classes else Unread
        return model

    def __contains__(self, name: object) -> bool:
        return name in self._points

    def __iter__(self) -> Iterator[str]:
        return iter(self._points)

    def __len__(self) -> int:
        return len(self._points)


__all__ = [
    "LoadFailed",
    "LoadProblem",
    "Models",
    "Unread",
    "clashes",
    "forget_installed",
    "installed_adapters",
    "installed_plugins",
    "is_built_in",
    "load_adapter",
    "load_plugin",
    "make",
    "package_of",
]
