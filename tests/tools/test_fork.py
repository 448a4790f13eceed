"""A process that tries a mutant ends with all that it started, and nothing of it is left."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.mutants.fork import Forked, end


@pytest.mark.parametrize("grouped", [True, False], ids=["in its group", "before it has made its group"])
def test_a_process_that_is_ended_is_reaped_and_its_folder_goes(tmp_path: Path, grouped: bool) -> None:
    folder = tmp_path / "of its own"
    folder.mkdir()
    read, write = os.pipe()
    os.close(write)
    started = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"], start_new_session=grouped)
    end(Forked(started.pid, read, time.monotonic(), str(folder)))
    with pytest.raises(ChildProcessError):
        os.waitpid(started.pid, os.WNOHANG)
    assert not folder.exists()
    started.returncode = 0  # it was reaped by another than the object that started it
