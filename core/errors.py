"""Errors that the parts of the core agree on; a refusal is an expected "no" that the member reads."""

from __future__ import annotations

from collections.abc import Mapping

from coterie.core.i18n.formats import Money


class Refusal(Exception):
    """An expected "no": the handler's changes are undone and the member reads the message named by ``key``.

    ``namespace`` tells whose message it is: ``""`` for the plugin's own, ``"core"`` for the core's.  ``args`` are the
    message's arguments by name.
    """

    # A slot, because Exception keeps its own args as a tuple and would turn the mapping into one.
    __slots__ = ("args",)

    args: Mapping[str, object]  # type: ignore[assignment]

    def __init__(self, key: str, /, *, namespace: str = "", **args: object) -> None:
        super().__init__(key)
        self.key = key
        self.namespace = namespace
        self.args = args

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.args.items())
        return f"{self.key} ({details})" if details else self.key


class UsageError(Refusal):
    """A command or a form was filled in wrongly; the message is the core's."""

    def __init__(self, key: str, /, **args: object) -> None:
        super().__init__(key, namespace="core", **args)


class NotAllowed(Refusal):
    """The member lacks the standing for this; the message is the core's ``not-allowed`` unless another one is named."""

    def __init__(self, key: str = "not-allowed", /, *, namespace: str = "core", **args: object) -> None:
        super().__init__(key, namespace=namespace, **args)


class InsufficientFunds(Refusal):
    """A wallet holds less than what is needed; both amounts are minor units of ``currency``."""

    def __init__(self, balance: int, needed: int, currency: str) -> None:
        amounts = {"balance": Money(balance, currency), "needed": Money(needed, currency)}
        super().__init__("insufficient-funds", namespace="core", **amounts, currency=currency)
        self.balance = balance
        self.needed = needed
        self.currency = currency


class HandlerTimeout(BaseException):
    """The watchdog ends a handler that takes too long; not an Exception, so that no plugin swallows it by accident."""

    def __init__(self, said: str = "it took too long and was ended") -> None:
        super().__init__(said)


class QuotaExceeded(Exception):
    """A plugin queued more in one event than it may."""


class ReadOnly(Exception):
    """What may only read wanted to change something."""


class EmitLoop(Exception):
    """Events that were emitted by handlers of emitted events went on too long."""
