"""Judges the reader of CloudEvents by a folder of the CloudEvents project's conformance vectors: `python -m tools.cloudevents FOLDER`.

Its `*.json` hold events and batches that must be read, or refused (`testType` begins `Valid` or `Invalid`); its `*.feature` messages of Kafka and HTTP
with the attributes and the data that they hold. Exit 1 where the reader differs from one of them, 2 where there is nothing to judge by.
"""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from libs.events.cloudevents import MalformedCloudEvent, read_batch, read_cloudevent, read_message


@dataclass
class Scenario:
    """One message of a feature: what arrives, and what must be found in it."""

    name: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    attributes: dict[str, str] = field(default_factory=dict)
    data: Any = None


def judged(folder: Path) -> Iterator[tuple[str, str | None]]:
    """(name of the vector, in what the reader differs from it, or None) for every vector of a folder."""
    for path in sorted(folder.glob("*.json")):
        vectors = json.loads(path.read_text())
        valid = vectors["testType"].startswith("Valid")
        for test in vectors["tests"]:
            yield f"{path.name} {test['id']}", _judge(test, valid)
    for path in sorted(folder.glob("*.feature")):
        for scenario in scenarios(path.read_text()):
            yield f"{path.name} {scenario.name}", _judge_message(scenario)


def scenarios(feature: str) -> list[Scenario]:
    """The messages of a feature, an outline once for each of its examples."""
    found = []
    for part in re.split(r"^\s*Scenario(?: Outline)?: ", feature, flags=re.MULTILINE)[1:]:
        outline, _, examples = part.partition("Examples:")
        rows = _table(examples) or [{}]
        for row in rows:
            text = outline
            for name, value in row.items():
                text = text.replace(f"<{name}>", value)
            found.append(_scenario(text))
    return found


def main(arguments: Sequence[str]) -> int:
    """Prints the vectors from which the reader differs, and how many there are."""
    if len(arguments) != 1 or not Path(arguments[0]).is_dir():
        print("usage: python -m tools.cloudevents FOLDER", file=sys.stderr)
        return 2
    results = list(judged(Path(arguments[0])))
    wrong = [f"{name}: {why}" for name, why in results if why is not None]
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{len(results) - len(wrong)} of {len(results)} vectors hold")
    return 1 if wrong else 0 if results else 2


def _judge(test: dict[str, Any], valid: bool) -> str | None:
    try:
        if "batch" in test:
            read_batch(test["batch"])
        else:
            read_cloudevent(test["event"])
    except MalformedCloudEvent as e:
        return f"is refused: {e}" if valid else None
    return None if valid else "is read"


def _judge_message(scenario: Scenario) -> str | None:
    try:
        (event,) = read_message(scenario.headers, scenario.body)
    except MalformedCloudEvent as e:
        return f"is refused: {e}"
    data = event.pop("data", None)
    if event != scenario.attributes:
        return f"has the attributes {event}"
    return None if data == scenario.data else f"holds {data!r}"


def _scenario(text: str) -> Scenario:
    made = Scenario(text.partition("\n")[0].strip())
    for step in re.split(r"^\s*(?:Given|When|Then|And) ", text, flags=re.MULTILINE)[1:]:
        words, block = step.partition("\n")[0].strip(), _block(step)
        if words == "an HTTP request":
            head, _, body = block.partition("\n\n")
            made.headers = {name: value.strip() for name, _, value in (line.partition(":") for line in head.splitlines()[1:])}
            made.body = body.encode()
        elif words == "a Kafka message with payload:":
            made.body = block.encode()
        elif words == "Kafka headers:":
            made.headers = _pairs(step)
        elif words == "the attributes are:":
            made.attributes = _pairs(step)
        elif words == "the data is equal to the following JSON:":
            made.data = json.loads(block)
    return made


def _block(step: str) -> str:
    found = re.search(r'^\s*"""\n(.*?)^\s*"""', step, re.MULTILINE | re.DOTALL)
    return textwrap.dedent(found.group(1)).strip() if found else ""


def _table(text: str) -> list[dict[str, str]]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in text.splitlines() if line.strip().startswith("|")]
    return [dict(zip(rows[0], row, strict=True)) for row in rows[1:]]


def _pairs(text: str) -> dict[str, str]:
    return {row["key"]: row["value"] for row in _table(text)}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
