"""The proof: what holds after every step of a simulation, and what holds once all is quiet."""

from __future__ import annotations

from coterie.core.testing.proof.proof import EVERY, Proof

__all__ = ["EVERY", "Proof"]
