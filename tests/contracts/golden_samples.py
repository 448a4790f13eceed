"""The golden samples: one of every version of every event, as it travelled when that version was new."""

from __future__ import annotations

import json
from pathlib import Path

from libs.events.ports.log import Record

FILES = sorted((Path(__file__).parent / "golden").glob("*.json"))


def golden(path: Path) -> Record:
    """The record that a file holds."""
    held = json.loads(path.read_text())
    return Record(f"headway.{path.stem.split('.')[1]}", held["key"], held["headers"], held["value"].encode())
