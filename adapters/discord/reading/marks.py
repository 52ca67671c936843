"""What stands in the ``custom_id`` of buttons and modals, written and read alike."""

from __future__ import annotations

from typing import Final

BUTTON: Final = "c:"
"""Before the token of a card's button."""
FORM: Final = "f:"
"""Before a form's token: of a modal, and of a button that opens one."""
CANCEL: Final = "x:"
"""Before a form's token on the button that gives the form up."""
