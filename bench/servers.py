"""The servers that benchmarks run on: those that HEADWAY_TEST_KAFKA and HEADWAY_TEST_MONGO name, as for the tests, else private ones."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools.servers import KafkaServer, MongoServer, NotHere


@contextlib.contextmanager
def address_of(kind: type[KafkaServer] | type[MongoServer]) -> Iterator[str]:
    """The address of a server of this kind; a private one is gone at the end. Ends the run, and says why, where there can be none."""
    named = os.environ.get(f"HEADWAY_TEST_{kind.name.upper()}", "").strip()
    if named:
        yield named
        return
    server = kind(Path(tempfile.mkdtemp(prefix="headway-bench-")))
    try:
        try:
            address = server.start()
        except NotHere as e:
            print(f"not measured: {e}")
            raise SystemExit(0) from e
        yield address
    finally:
        server.remove()
