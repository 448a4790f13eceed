"""Describes why something failed, even where the exception has no message."""

from __future__ import annotations


def reason(error: BaseException) -> str:
    """What an error says; its name where it says nothing, as timeouts do."""
    return str(error) or type(error).__name__
