"""A network namespace of this thread's own, in which all ports are free and nothing touches the machine's addresses and rules."""

from __future__ import annotations

import ctypes
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEW_NETWORK: Final = 0x40000000  # CLONE_NEWNET of sched.h; the os module has it from Python 3.12 on
_libc = ctypes.CDLL(None, use_errno=True)


@contextmanager
def own_network(*addresses: str) -> Iterator[None]:
    """What this thread opens, and the processes that it starts, are in a new network namespace with `addresses` (IPv4) beside loopback, until it leaves.

    The namespace is gone with the last process in it. Raises OSError where there can be none.
    """
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
    try:
        _called(_libc.unshare(_NEW_NETWORK))
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True, timeout=10)
            for address in addresses:
                subprocess.run(["ip", "address", "add", f"{address}/32", "dev", "lo"], check=True, timeout=10)
            yield
        finally:
            _called(_libc.setns(before, _NEW_NETWORK))
    finally:
        os.close(before)


def _called(result: int) -> None:
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
