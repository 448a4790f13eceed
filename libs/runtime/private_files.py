"""Keeps data folders private to the user who runs Headway: folders 0700 and files 0600, also where an earlier version was more open."""

from __future__ import annotations

import logging
import os
import stat
from pathlib import Path
from typing import Final

logger = logging.getLogger("headway.files")

FOLDER: Final = 0o700
FILE: Final = 0o600
PUBLIC: Final = ".pub"
"""What a file ends with that everybody may read: the public half of a key."""


def private_folder(folder: Path) -> Path:
    """The folder, made where it is not there, which nobody else may look into; its files are closed to others too. Raises OSError where it cannot be made.

    What belongs to somebody else is left as it is, with a word: a mounted volume may be the cluster's.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=FOLDER)
    for path, mode in ((folder, FOLDER), *((path, FILE) for path in sorted(folder.iterdir()) if path.suffix != PUBLIC)):
        _close(path, mode)
    return folder


def create_privately() -> None:
    """From now on, whatever this process makes is for its own user alone, SQLite's files beside a database included."""
    os.umask(0o077)


def _close(path: Path, mode: int) -> None:
    try:
        found = path.lstat().st_mode
        if stat.S_IMODE(found) & 0o077 and not stat.S_ISLNK(found):
            path.chmod(FOLDER if stat.S_ISDIR(found) else mode)
    except OSError as e:
        logger.warning("files: %s stays open to others: %s", path.name, e.strerror, extra={"file": path.name})
