"""Checks this machine: Python, the clock, the data folders, and the key of an issuer of our own."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from headway.doctor.check_result import OUR_FAULT, WRONG_SETTING, CheckResult, good, mend
from headway.doctor.installation import Installation
from libs.service.identity.issuer import KEY_NAME, Issuer, read_public_key
from libs.service.settings import Settings, SettingsError

SANE: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""No clock that is right shows an earlier instant."""
ROOM: Final = 16 << 20
"""Bytes that must be free where something is kept."""


async def machine(there: Installation) -> list[CheckResult]:
    """Nothing is asked of anybody else."""
    settings = there.settings
    issuer = "embedded" if not settings.issuer else "key file" if settings.issuer.startswith("file:") else "external"
    python = f"Python {sys.version.split()[0]}"
    return [
        good(python) if sys.version_info >= (3, 11) else mend(f"{python}; 3.11 or later is needed"),
        good(f"settings: namespace {settings.namespace}, {issuer} issuer, audience {settings.audience}"),
        _clock(),
        *(_folder(folder, option) for folder, option in _folders(settings).items()),
        _key(settings),
    ]


def _clock() -> CheckResult:
    now = datetime.now(UTC)
    said = f"clock: {now:%Y-%m-%d %H:%M:%S} UTC"
    return good(said) if now >= SANE else mend(f"{said}; set it: nothing may be said in the future")


def _folders(settings: Settings) -> dict[Path, str]:
    """The folders that something is kept in, and what names another."""
    found = {settings.data: "--data"} if settings.on_data_folder else {}
    if not settings.on_mongodb and settings.store_url:
        found[settings.store_folder] = "HEADWAY_STORE_URL"
    if not settings.on_kafka and settings.log_url:
        found[settings.log_folder] = "HEADWAY_LOG_URL"
    return found


def _folder(folder: Path, option: str) -> CheckResult:
    """Whether a folder can be written, by what the system says of it: nothing is written to find out."""
    what, remedy = f"data folder {folder}", f"name another with {option}"
    try:
        nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        if not nearest.is_dir():
            return mend(f"{what}: {nearest} is no folder; {remedy}")
        if not os.access(nearest, os.W_OK | os.X_OK):
            return mend(f"{what}: {'' if nearest == folder else f'not there, and {nearest} '}cannot be written by this user; {remedy}")
        free = os.statvfs(nearest)
    except OSError as e:
        return mend(f"{what}: {e.strerror or e}; {remedy}")
    if (left := free.f_bavail * free.f_frsize) < ROOM:
        return mend(f"{what}: {left >> 20} MiB are free; make room, or {remedy}")
    return good(f"{what}: can be written") if nearest == folder else good(f"{what}: not there yet, made when Headway starts")


def _key(settings: Settings) -> CheckResult:
    """The key of an issuer that is ours; a provider's keys are its own."""
    if settings.issuer.startswith("https://"):
        return good(f"issuer: {settings.issuer}")
    path = settings.issuer_file if settings.issuer else settings.data / KEY_NAME
    if not settings.issuer and not path.exists():
        return good(f"issuer: {path.name} is not there yet, made when Headway starts or by 'headway token'")
    try:
        if settings.issuer:
            read_public_key(path)
        else:
            Issuer.from_key_file(path)
    except SettingsError as e:
        return mend(f"issuer: {e}", WRONG_SETTING if settings.issuer else OUR_FAULT)
    return good(f"issuer: {path.name} can be read")
