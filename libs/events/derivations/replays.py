"""What rules that replay a long course of events keep from one question to the next."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Any


class Replays:
    """What rules that replay a long course of events keep from one question to the next, to go on from. Each holds it against what it finds."""

    KEPT = 200

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable) -> Any:
        """What was kept; None where nothing is."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    def keep(self, key: Hashable, value: Any) -> None:
        """Keeps it; what was not asked for longest goes."""
        self._kept[key] = value
        self._kept.move_to_end(key)
        if len(self._kept) > self.KEPT:
            self._kept.popitem(last=False)
