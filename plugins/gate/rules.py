"""The states of an application. Pure.

``new`` (asked) → ``applied`` (answered, waits for an operator) → ``approved`` or ``declined``.  No way leads back;
whoever asks again after a decision makes a new application.
"""

from __future__ import annotations

from typing import Literal

State = Literal["new", "applied", "approved", "declined"]
Decision = Literal["approved", "declined"]
