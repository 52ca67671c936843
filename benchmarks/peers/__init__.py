"""Other frameworks at the same work, each in an environment of its own under ``build/peers``.

What runs in such an environment (``on_*``, and what they import from here) knows nothing of Coterie; so nothing is
imported here.
"""

from __future__ import annotations

from collections.abc import Iterator


def run() -> Iterator[dict[str, object]]:
    """Every figure beside every peer that this machine can have."""
    from benchmarks.peers.figures import figures

    yield from figures()
