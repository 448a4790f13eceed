"""Folders of data and their files are for their owner alone, also those that an earlier version left open."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from libs.runtime.private_files import private_folder
from libs.service.adapters import adapters_of
from libs.service.identity.issuer import Issuer, write_key_pair
from libs.service.settings import Settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture(autouse=True)
def generous() -> object:
    """A process that makes its files for everybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_a_folder_is_made_for_its_owner_alone(tmp_path: Path) -> None:
    assert mode(private_folder(tmp_path / "new")) == 0o700


def test_what_an_earlier_version_left_open_is_closed_at_the_start(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("headway.backlog.sqlite3", "headway.backlog.sqlite3-wal", "issuer.key"):
        (folder / name).write_text("")
    (folder / "issuer.key.pub").write_text("")
    (folder / "below").mkdir()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("")
    (folder / "link").symlink_to(elsewhere)
    adapters_of(Settings(data=folder))
    assert mode(folder) == 0o700 and mode(folder / "below") == 0o700
    assert {path.name: mode(path) for path in folder.iterdir() if path.is_file() and path.suffix != ".pub" and not path.is_symlink()} == {
        "headway.backlog.sqlite3": 0o600,
        "headway.backlog.sqlite3-wal": 0o600,
        "issuer.key": 0o600,
    }
    assert mode(folder / "issuer.key.pub") == 0o666 and mode(elsewhere) == 0o666


def test_keys_have_the_modes_they_need_whatever_the_process_allows(tmp_path: Path) -> None:
    Issuer.embedded(Settings(data=tmp_path / "data"))
    os.umask(0o077)
    private, public = write_key_pair(tmp_path / "key")
    assert (mode(private), mode(public)) == (0o600, 0o644)
