"""Font families one at a time: a fontconfig file under which a browser that is started finds the files of one family and no others."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Final

from tests.patience import GIVE_UP

FAMILIES: Final = {"DejaVu Sans": "fonts-dejavu-core", "Liberation Sans": "fonts-liberation", "DejaVu Serif": "fonts-dejavu-core"}
"""Family -> the Debian package that brings it: a broad one, one as narrow as what most systems have, and a broad one with serifs."""

_FILE: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>{folder}</dir>
  <cachedir>{folder}/cache</cachedir>
  <match target="pattern"><edit name="family" mode="assign" binding="strong"><string>{family}</string></edit></match>
</fontconfig>
"""


class NotHere(RuntimeError):
    """The family cannot be had on this machine; the text says which package brings it."""


def only(family: str, folder: Path) -> dict[str, str]:
    """The environment of a browser that draws everything in one family. Raises NotHere where it is not installed."""
    files = _files(family)
    if not files:
        raise NotHere(f"the font {family} is not installed ({FAMILIES[family]} of Debian; python -m tools.debian installs it): pages are not looked at with it")
    for path in files:
        (folder / path.name).symlink_to(path)
    (folder / "fonts.conf").write_text(_FILE.format(folder=folder, family=family), "utf-8")
    return {"FONTCONFIG_FILE": str(folder / "fonts.conf")}


def _files(family: str) -> list[Path]:
    if shutil.which("fc-list") is None:
        return []
    said = subprocess.run(["fc-list", "--format", "%{file}\t%{family[0]}\n", f":family={family}"], capture_output=True, text=True, timeout=GIVE_UP, check=False)
    found = (line.partition("\t") for line in said.stdout.splitlines())
    return sorted({Path(file) for file, _, name in found if name == family})
