"""Decodes the text of a file in the encoding that it or its user declares, never by guessing."""

from __future__ import annotations

import codecs
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How a file begins that says its encoding; the longer mark before the shorter one that it begins with."""


class NotText(ValueError):
    """The bytes are no text in this encoding; as text, why, and what to do."""


def text_of(content: bytes, encoding: str | None = None) -> str:
    """The text of a file: as its byte-order mark says, else as `encoding` does, else UTF-8. Raises NotText."""
    marked = next((name for mark, name in _MARKS if content.startswith(mark)), None)
    if not (marked or encoding) and content.count(0) * 4 > len(content):
        order = "le" if content[1:2] == b"\0" else "be"
        raise NotText(f"every other byte of the file is NUL: it is no text, or else UTF-16 without its mark: then say --encoding utf-16-{order}")
    try:
        return content.decode(marked or encoding or "utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise NotText(f"the file is not {_called(marked or encoding)} from its byte {error.start} on{_remedy(marked or encoding)}") from error


def _called(encoding: str | None) -> str:
    return "UTF-8" if encoding in (None, "utf-8-sig") else str(encoding)


def _remedy(encoding: str | None) -> str:
    return ": save it as UTF-8, or say how it is encoded, as by --encoding windows-1252" if encoding is None else ""
