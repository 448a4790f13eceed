"""Preallocates call-stack space: CPython 3.11 keeps frames in 16 KiB chunks and asks the system for one each time a call crosses an edge.

A piece is given back when the call returns. Where an edge falls into a loop (and in a GraphQL answer nearly every depth is one), each turn maps and unmaps
memory: the same answer took up to ten times as long, by nothing but how deep its caller stood. A function with a large frame gets a large piece, and what
it calls shares it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")

SLOTS: Final = 70_000
"""Of eight bytes: a little over half a MiB, for which CPython takes a piece of one MiB. What is not touched takes no memory."""


def with_room(function: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
    """Calls the function; what it calls, an event loop and all that runs in it too, finds its frames' memory there. Returns and raises what that does."""
    return function(*args, **kwargs)


with_room.__code__ = with_room.__code__.replace(co_stacksize=SLOTS)
