"""The file of a snapshot: chapters, one behind the other, each with a digest of all that comes before it; one process at a time has it."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from libs.runtime.failure_reason import reason

logger = logging.getLogger(__name__)

DIGEST: Final = 16
LENGTH: Final = 8


class SnapshotFile:
    """`of` names what it is a snapshot of, and by which code: a file that begins otherwise is none. Nothing here raises: without a file a start takes longer.

    A chapter that is cut off or damaged ends what can be read; what is appended then takes its place.
    """

    def __init__(self, path: Path, of: str) -> None:
        self.path = path
        self._begin = of.encode() + b"\n"
        self._lock: int | None = None
        self._at, self._digest = 0, b""

    def open(self) -> bool:
        """Whether it is this process's own, from now until it is closed."""
        if self._lock is None:
            try:
                lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    os.close(lock)
                    raise
            except OSError as e:
                logger.info("snapshot: %s is not used: %s", self.path.name, reason(e))
                return False
            self._lock = lock
        return True

    def close(self) -> None:
        """Leaves it to the next process."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def chapters(self) -> Iterator[bytes]:
        """What was appended, as far as it is whole; once only, and before anything is appended."""
        self._at, self._digest = 0, self._first
        try:
            with self.path.open("rb") as file:
                if file.read(len(self._begin)) != self._begin:
                    return
                self._at = len(self._begin)
                while (head := file.read(LENGTH + DIGEST)) and len(head) == LENGTH + DIGEST:
                    length = int.from_bytes(head[:LENGTH])
                    if length > os.fstat(file.fileno()).st_size - file.tell():
                        return
                    body = file.read(length)
                    digest = _behind(self._digest, body)
                    if digest != head[LENGTH:]:
                        return
                    yield body
                    self._at, self._digest = file.tell(), digest
        except OSError as e:
            if not isinstance(e, FileNotFoundError):
                logger.warning("snapshot: %s cannot be read: %s", self.path.name, reason(e))

    def append(self, chapter: bytes) -> bool:
        """Adds a chapter behind those that were read or added; whether it is there, also after a power cut."""
        digest = _behind(self._digest, chapter)
        try:
            if not self._at:
                self._begin_anew()
            with self.path.open("r+b") as file:
                file.truncate(self._at)
                file.seek(self._at)
                file.write(len(chapter).to_bytes(LENGTH) + digest + chapter)
                file.flush()
                os.fsync(file.fileno())
                self._at, self._digest = file.tell(), digest
        except OSError as e:
            logger.warning("snapshot: %s cannot be written: %s", self.path.name, reason(e))
            if self._at:  # where the disk is full, half a chapter would take what room there was from the log and the stores
                with contextlib.suppress(OSError):
                    os.truncate(self.path, self._at)
            return False
        return True

    def forget(self) -> None:
        """What is appended next is the first chapter."""
        self._at, self._digest = 0, self._first
        try:
            self.path.unlink(missing_ok=True)
        except OSError as e:
            logger.warning("snapshot: %s cannot be deleted: %s", self.path.name, reason(e))

    @property
    def _first(self) -> bytes:
        return _behind(b"", self._begin)

    def _begin_anew(self) -> None:
        """An empty file takes the place of another at once."""
        beside = self.path.with_suffix(".new")
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600), "wb") as file:
            file.write(self._begin)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self.path)
        folder = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._at, self._digest = len(self._begin), self._first


def _behind(digest: bytes, body: bytes) -> bytes:
    found = hashlib.blake2b(digest, digest_size=DIGEST)
    found.update(body)
    return found.digest()
