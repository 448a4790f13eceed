"""Holds the schemas and the golden samples of the events against the catalogue, and against what was committed: a version of an event is for ever.

`python -m tools.schemas` names what is stale or breaks a reader and exits 1; `--write` writes what is stale, and nothing where something breaks.
`--against REVISION` (again and again) names the commits whose schemas hold; without it those of HEAD and of the commit before.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tools.compatibility import breaks

ROOT = Path(__file__).resolve().parent.parent
SCHEMAS, GOLDEN = "schemas", "tests/contracts/golden"
SHOWN = 20
REMEDY = "declare the next version beside it, and how the older one is read as it (@upcasts): see CONTRIBUTING.md"


def generated() -> dict[str, str]:
    """Path from the root -> text of every schema, by the catalogue of today."""
    from headway.contracts.schemas import events, owner

    return {f"{SCHEMAS}/{owner(name)}/{name}.json": _text(schema) for name, schema in events().items()}


def golden() -> dict[str, str]:
    """Path from the root -> text of a sample of every event as it travels today: its key, its headers, and its value to the byte."""
    from headway.contracts.samples import sample
    from headway.contracts.schemas import published
    from libs.events.envelope import to_record

    found = {}
    for name in published():
        record = to_record("headway", sample(name))
        found[f"{GOLDEN}/{name}.json"] = _text({"key": record.key, "headers": record.headers, "value": record.value.decode()})
    return found


def committed(root: Path, revisions: Sequence[str]) -> list[dict[str, str]] | None:
    """For each of these commits what it holds of schemas and samples (nothing, where there is no such commit); None where this is no checkout of git."""
    inside = subprocess.run(["git", "rev-parse", "--show-toplevel"], cwd=root, capture_output=True, text=True, check=False)
    if inside.returncode or Path(inside.stdout.strip()) != root.resolve():
        return None
    return [_archived(root, revision, SCHEMAS) | _archived(root, revision, GOLDEN) for revision in revisions]


def on_disk(root: Path) -> dict[str, str]:
    """Path from the root -> text of the schemas and samples that lie there."""
    return {path.relative_to(root).as_posix(): path.read_text() for part in (SCHEMAS, GOLDEN) for path in sorted((root / part).rglob("*.json"))}


def broken(promised: Mapping[str, str], now: Mapping[str, str], disk: Mapping[str, str]) -> list[str]:
    """What breaks a promise: a version that is gone or is another, a golden sample that is not as it was."""
    found = []
    for path, text in promised.items():
        if path.startswith(GOLDEN):
            if disk.get(path) != text:
                found.append(f"{path}: a golden sample is for ever: put it back as it was")
        elif path not in now:
            found.append(f"{path}: the event is gone, and it is stored and published already: {REMEDY}")
        else:
            found += [f"{path}: {why}: {REMEDY}" for why in breaks(json.loads(text), json.loads(now[path]))]
    return found


def check(root: Path, revisions: Sequence[str], *, write: bool) -> tuple[list[str], int]:
    """(what is wrong, how many files were written). Where something is broken nothing is written."""
    disk, now = on_disk(root), generated()
    samples = golden()
    promises = committed(root, revisions)
    wrong: dict[str, None] = {}
    for promised in [disk] if promises is None else promises:
        wrong.update(dict.fromkeys(broken(promised, now, disk)))
    if wrong:
        return list(wrong), 0
    stale = {path: text for path, text in now.items() if disk.get(path) != text}
    # What no commit holds yet may still change; on disk alone it cannot be told from what was published.
    kept = disk.keys() if promises is None else {path for promised in promises for path in promised}
    stale |= {path: text for path, text in samples.items() if path not in kept and disk.get(path) != text}
    needless = [path for path in disk if path not in now and path not in samples]
    if not write:
        told = [f"{path}: {'is stale' if path in disk else 'is missing'}: python -m tools.schemas --write" for path in stale]
        return told + [f"{path}: belongs to no event: python -m tools.schemas --write" for path in needless], 0
    for path, text in stale.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    for path in needless:
        (root / path).unlink()
    return [], len(stale) + len(needless)


def main(arguments: Sequence[str], root: Path = ROOT) -> int:
    """Prints what is wrong, or how many files were written; 0 where all is well, 1 where it is not, 2 for arguments that mean nothing."""
    revisions, write, rest = [], False, list(arguments)
    while rest:
        match rest:
            case ["--write", *rest]:
                write = True
            case ["--against", revision, *rest] if not revision.startswith("-"):
                revisions.append(revision)
            case _:
                print("usage: python -m tools.schemas [--write] [--against REVISION]...", file=sys.stderr)
                return 2
    try:
        wrong, written = check(root, revisions or ["HEAD", "HEAD~1"], write=write)
    except (KeyError, ValueError) as e:  # of a new event or field, before its examples are written
        wrong, written = [f"headway/contracts/samples.py: the example does not fit its event: {' '.join(str(e.args[0] if e.args else e).split())}"], 0
    for line in wrong[:SHOWN]:
        print(line, file=sys.stderr)
    if len(wrong) > SHOWN:
        print(f"... and {len(wrong) - SHOWN} more", file=sys.stderr)
    if written:
        print(f"{written} files written")
    return 1 if wrong else 0


def _archived(root: Path, revision: str, path: str) -> dict[str, str]:
    done = subprocess.run(["git", "archive", revision, "--", path], cwd=root, capture_output=True, check=False)
    if done.returncode:
        return {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        files = [(member.name, archive.extractfile(member)) for member in archive if member.isfile()]
        return {name: content.read().decode() for name, content in files if content is not None}


def _text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
