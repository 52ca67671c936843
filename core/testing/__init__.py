"""Testing without any platform: an in-memory town with people, rooms, forms, payments and a clock that can be moved.

``from coterie.core.testing import Town`` gives the stage itself; plugin authors use the ``town`` fixture of
:mod:`coterie.core.testing.pytest_plugin`, a :class:`LiveTown`.  Names are loaded when they are asked for: pytest
imports this package in every run of an environment that has Coterie installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coterie.core.testing.kit import LiveTown
    from coterie.core.testing.people import (
        Faults,
        Message,
        NoInvoice,
        NoOpenForm,
        NoSuchButton,
        NoSuchPoll,
        NoSuchPurchase,
        NotConnected,
        NotPermitted,
        Persona,
        Room,
    )
    from coterie.core.testing.person import Person
    from coterie.core.testing.town import Town

__all__ = [
    "Faults",
    "LiveTown",
    "Message",
    "NoInvoice",
    "NoOpenForm",
    "NoSuchButton",
    "NoSuchPoll",
    "NoSuchPurchase",
    "NotConnected",
    "NotPermitted",
    "Person",
    "Persona",
    "Room",
    "Town",
]

_ELSEWHERE = {"LiveTown": "kit", "Person": "person", "Town": "town"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ELSEWHERE.get(name, 'people')}"), name)
