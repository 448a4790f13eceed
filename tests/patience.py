"""How long a test waits for what must come: so long that no loaded machine fails it, and not for ever."""

from __future__ import annotations

from typing import Final

GIVE_UP: Final = 120.0
"""Seconds. What is waited for comes within a moment on a quiet machine; how soon is measured in `bench/` and the fault table, never judged by a test."""
