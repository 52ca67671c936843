"""What an operator can set."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field

from coterie.core.api import UNDO_WITHIN, Duration, TriesConfig


class IdentityConfig(TriesConfig):
    """How accounts are linked in one community."""

    code_expires: Duration = Field(
        default=timedelta(minutes=10),
        ge=timedelta(minutes=1),
        le=timedelta(hours=24),
        description="How long a code can be used",
    )
    unlink: bool = Field(default=True, description="Whether members can separate their own accounts again")
    unlink_after: Duration = Field(
        default=timedelta(hours=24),
        ge=timedelta(hours=24),
        le=timedelta(days=365),
        description="How long accounts stay linked at least",
    )
    unlink_every: Duration = Field(
        default=timedelta(days=7),
        ge=timedelta(hours=24),
        le=timedelta(days=365),
        description="The time between two accounts that a member separates",
    )
    undo_within: Duration = Field(
        default=UNDO_WITHIN,
        ge=timedelta(minutes=1),
        le=UNDO_WITHIN,
        description="How long operators can undo a merge",
    )
    same_platform: bool = Field(default=False, description="Whether two accounts of one platform can be linked")
