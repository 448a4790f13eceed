"""The digest of a stream, which a reader computes from its events to prove that it missed none."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

LINE: Final = re.compile(r"(([a-z_]+):[a-z0-9._-]+) ([1-9][0-9]{0,8}) \1@\3")
"""What counts as an event: `subject sequence id` of its CloudEvents attributes, in which the three agree. A record of which this does not hold is none."""

LARGEST_SEQUENCE: Final = 999_999_999


@dataclass(frozen=True, slots=True)
class Digest:
    """Of one kind of aggregate: how many distinct events there are, and the SHA-256 (hex) of their sorted lines, each with its line end."""

    kind: str
    count: int
    sha256: str


def identity(headers: Mapping[str, str]) -> tuple[str, int] | None:
    """The subject and the sequence of what is an event in form, whatever its data; None for what is none."""
    found = LINE.fullmatch(f"{headers.get('ce_subject')} {headers.get('ce_sequence')} {headers.get('ce_id')}")
    return (found[1], int(found[3])) if found else None


def digests(lines: Iterable[str]) -> list[Digest]:
    """Per kind, by its name, the digest of lines in any order, some perhaps more than once; this is all that a reader has to do."""
    kinds: dict[str, list[str]] = {}
    for line in sorted(set(lines)):
        if found := LINE.fullmatch(line):
            kinds.setdefault(found[2], []).append(line + "\n")
    return [Digest(kind, len(of), hashlib.sha256("".join(of).encode()).hexdigest()) for kind, of in sorted(kinds.items())]


def digest_of(kind: str, sequences: Mapping[str, Sequence[int]]) -> Digest:
    """The same of one kind from the distinct sequences of each subject, without making all lines at once."""
    count, digest = 0, hashlib.sha256()
    for subject in sorted(sequences):
        own = sequences[subject]
        count += len(own)
        # A blank sorts before all that ids and numbers are made of, so that this is the order of the whole lines.
        digest.update("".join([f"{subject} {n} {subject}@{n}\n" for n in sorted(map(str, own))]).encode())
    return Digest(kind, count, digest.hexdigest())
