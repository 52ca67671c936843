"""What an operator can set."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from coterie.core.api import AttributeKind, Config, attribute_name

Name = Annotated[str, Field(min_length=1, max_length=32)]


class MembersConfig(Config):
    """What is known about members in one community."""

    attributes: dict[Name, AttributeKind] = Field(
        default={}, description='Attributes and what they are: "text", "int", "bool" or "date"'
    )
    free_attributes: bool = Field(default=True, description="Whether operators may use attributes that are not listed")
    bulk_max: Annotated[int, Field(ge=1, le=50_000)] = Field(
        default=20_000, description="The most members whom one command may tag or change at once"
    )

    def kind_of(self, name: str) -> AttributeKind | None:
        """What a listed attribute is."""
        return {attribute_name(each): kind for each, kind in self.attributes.items()}.get(name)
