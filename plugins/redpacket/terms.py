"""What a packet asks of those who want a share, as its row keeps it: JSON, empty for a packet that asks nothing."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from coterie.plugins.redpacket.wishes import fold


@dataclass(frozen=True, slots=True)
class Terms:
    """``named``: only for the invited. ``phrase`` and ``answers`` stand as typed; ``asked`` are conditions with their
    values. ``cover``: the cards have a picture.
    """

    named: bool = False
    phrase: str = ""
    question: str = ""
    answers: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    cover: bool = False

    @classmethod
    def read(cls, text: str) -> Terms:
        """What a row keeps."""
        if not text:
            return _NONE
        kept: dict[str, Any] = json.loads(text)
        kept["answers"] = tuple(kept.get("answers", ()))
        kept["asked"] = tuple((name, value) for name, value in kept.get("asked", ()))
        return cls(**kept)

    def written(self) -> str:
        """As the row keeps it: what is as usual is left out."""
        kept = {name: value for name, value in asdict(self).items() if value}
        return json.dumps(kept, ensure_ascii=False, separators=(",", ":")) if kept else ""

    @property
    def wants_words(self) -> bool:
        """Whether a tap alone is not enough."""
        return bool(self.phrase or self.question)

    def fits(self, words: str) -> bool:
        """Whether somebody said the phrase or a right answer."""
        said = fold(words)
        return said in map(fold, self.answers or (self.phrase,))


_NONE = Terms()
