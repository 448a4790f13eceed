"""Why something failed, where an error may say nothing of itself."""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """What an error says; its name where it says nothing, as timeouts do."""
    return str(error) or type(error).__name__
