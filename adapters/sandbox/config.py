"""What the playground may be told in ``[adapters.sandbox]``."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coterie.core.config import Config

Name = Annotated[str, Field(min_length=1, max_length=64)]


class SandboxConfig(Config):
    """The town that stands when the playground opens, and who may reach it."""

    people: tuple[Name, ...] = Field(
        default=("Alice", "Bob", "Carol", "Dave"),
        min_length=1,
        max_length=100,
        description="Who is there: names, or name@telegram and name@discord",
    )
    operators: tuple[Name, ...] = Field(default=("Alice",), description="Which of them are operators")
    rooms: tuple[Name, ...] = Field(default=("general", "market"), min_length=1, max_length=50, description="Rooms")
    state: str = Field(default="", description="File (JSON lines) that keeps rooms and messages; none if empty")
    hosts: tuple[Name, ...] = Field(default=(), description="Further host names under which the page may be opened")
    allow_public: bool = Field(
        default=False, description="Serve on an address that others can reach. Whoever opens the page can act as anyone"
    )
