"""The fields of states are promised: read routes show a thing as JSON by them, and whoever reads one by REST finds what was there before."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from headway.stack import SERVICES
from libs.events.event import KINDS

PROMISED = {
    kind: names.split() for kind, _, names in (line.partition(": ") for line in (Path(__file__).parent / "views.txt").read_text("utf-8").splitlines() if line)
}


@pytest.mark.parametrize("kind", sorted(name for name, kind in KINDS.items() if kind.service in SERVICES))
def test_a_view_has_the_fields_that_were_promised_and_new_ones_are_promised_by_a_line_of_views_txt(kind: str) -> None:
    assert PROMISED.get(kind) == [field.name for field in fields(KINDS[kind].state)]


def test_no_kind_goes_away() -> None:
    assert PROMISED.keys() <= KINDS.keys()
