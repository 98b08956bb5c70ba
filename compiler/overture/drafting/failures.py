"""Why there is no draft, in words for whoever asked for one."""

from __future__ import annotations


class DraftingError(Exception):
    """No answer that could be used. `message` says what is wrong, `help` what to do; neither holds a key."""

    def __init__(self, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.help = help
