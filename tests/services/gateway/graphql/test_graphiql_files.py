"""GraphiQL is carried whole: its page runs under a strict policy and loads nothing from outside."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FILES = Path(__file__).resolve().parents[4] / "services" / "gateway" / "static" / "graphiql"
PAGE = (FILES / "index.html").read_text(encoding="utf-8")


def test_the_page_loads_only_files_that_are_carried() -> None:
    loaded = re.findall(r'(?:src|href)="([^"]+)"', PAGE)
    assert "/static/graphiql/ide.js" in loaded
    for address in loaded:
        assert address == "data:," or (FILES / address.removeprefix("/static/graphiql/")).is_file(), address


def test_the_page_needs_no_inline_script_or_style() -> None:
    assert re.findall(r"<script(?![^>]*\bsrc=)", PAGE) == []
    assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", PAGE) == []


@pytest.mark.parametrize("name", sorted(file.name for file in FILES.iterdir() if file.suffix in {".js", ".css"}))
def test_no_file_points_to_a_source_map(name: str) -> None:
    assert "sourceMappingURL" not in (FILES / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(file.name for file in FILES.glob("*.css")))
def test_fonts_and_pictures_lie_inside_the_style_sheet(name: str) -> None:
    style = (FILES / name).read_text(encoding="utf-8")
    assert "@import" not in style
    assert {address[:5] for address in re.findall(r"url\(([^)]*)\)", style)} <= {"data:"}


def test_every_file_of_others_is_named_with_its_licence() -> None:
    licences = (FILES / "LICENSES.txt").read_text(encoding="utf-8")
    assert [file.name for file in FILES.glob("*.min.*") if file.name not in licences] == []
