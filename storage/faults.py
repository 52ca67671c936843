"""Whose fault a database error is: the store's, the data's, or the code's."""

from __future__ import annotations

from typing import Final, NoReturn

from sqlalchemy.exc import DBAPIError


class StoreUnavailable(Exception):
    """The database cannot be reached or cannot write (connection lost, disk full, locked); nothing was committed."""


class StoreMismatch(Exception):
    """The database does not fit this program; the message says what to do."""


def is_conflict(error: BaseException) -> bool:
    """Whether a driver error is a broken constraint (unique, check, foreign key): the data's fault, not the store's."""
    return type(error).__name__ in _CONFLICTS


_CONFLICTS: Final = frozenset(
    {"IntegrityError", "UniqueViolation", "CheckViolation", "ForeignKeyViolation", "NotNullViolation"}
)
_STORE_FAULTS: Final = frozenset({"InterfaceError", "AdminShutdown", "DiskFull", "ConnectionFailure"})
_SQLITE_FAULTS: Final = frozenset({5, 6, 7, 8, 10, 11, 13, 14, 15, 26})
"""SQLite's primary result codes for busy, locked, no memory, read-only, I/O, corrupt, full, cannot open, protocol and
not a database (https://sqlite.org/rescode.html)."""
_POSTGRES_FAULTS: Final = ("08", "25006", "40", "53", "55", "57P", "58", "XX")
"""Classes of SQLSTATE for connection, read-only, serialisation, resources, object in use, operator intervention,
system and internal errors (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""

_SQLITE_EXHAUSTED: Final = frozenset({7, 13})
"""SQLite's result codes for no memory and full."""
_POSTGRES_EXHAUSTED: Final = frozenset({"53100", "53200"})
"""SQLSTATE for disk full and out of memory."""
_SQLITE_READ_ONLY: Final = frozenset({8})
_POSTGRES_READ_ONLY: Final = frozenset({"25006"})


def _is_fault(error: BaseException) -> bool:
    if any(kind.__name__ in _STORE_FAULTS for kind in type(error).__mro__):
        return True
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None:
        return code & 0xFF in _SQLITE_FAULTS
    state = getattr(error, "sqlstate", None)
    if state is not None:
        return str(state).startswith(_POSTGRES_FAULTS)
    # Without a state the connection itself is gone.
    return any(kind.__name__ == "OperationalError" for kind in type(error).__mro__)


def exhausted(error: BaseException) -> bool:
    """Whether a statement failed because the store has no more space or memory, which one plugin can use up alone."""
    return _caused_by(error, _SQLITE_EXHAUSTED, _POSTGRES_EXHAUSTED)


def refused_to_write(error: BaseException) -> bool:
    """Whether a statement failed because nothing may be changed."""
    return _caused_by(error, _SQLITE_READ_ONLY, _POSTGRES_READ_ONLY)


def _caused_by(error: BaseException, codes: frozenset[int], states: frozenset[str]) -> bool:
    found: BaseException | None = error
    seen: set[int] = set()
    while found is not None and id(found) not in seen:  # a chain of causes may run in a circle
        seen.add(id(found))
        original = found.orig if isinstance(found, DBAPIError) else found
        code, state = getattr(original, "sqlite_errorcode", None), getattr(original, "sqlstate", None)
        if code is not None and code & 0xFF in codes:
            return True
        if state is not None and str(state) in states:
            return True
        found = found.__cause__
    return False


def raise_translated(error: Exception) -> NoReturn:
    """Raise what a driver's error means: :class:`StoreUnavailable` for the store's faults, else the error itself."""
    if _is_fault(error):
        raise StoreUnavailable(str(error).strip() or type(error).__name__) from error
    raise error


def store_fault(error: BaseException) -> bool:
    """Whether the store itself failed, as opposed to the data or the code."""
    if isinstance(error, StoreUnavailable):
        return True
    original = error.orig if isinstance(error, DBAPIError) else error
    return original is not None and _is_fault(original)
