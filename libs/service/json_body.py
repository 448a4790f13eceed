"""Parses JSON bodies strictly where Python's parser is lenient, so that no command holds what a store or a response cannot."""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from libs.commands.errors import Invalid
from libs.service.problems import Malformed

DEPTH: Final = 64
_LONE = re.compile(r"[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _NotFinite(Exception):
    """A number is NaN, infinite, or beyond all that are finite; in which field is for the walk to say."""


def parse_json(raw: bytes | str) -> Any:
    """The value that `raw` is the JSON of.

    Raises Malformed (the field is `body`) where it is not UTF-8, no JSON or nested deeper than 64, and Invalid, naming the field by its
    dotted path, for a lone surrogate, and for NaN, Infinity and a number beyond all that are finite (1e400), all of which Python would take.
    """
    # Not orjson: it names no field, and rounds whole numbers of more than 64 bits; with Python's reader behind it for these, it takes more lines than this.
    try:
        text = raw if isinstance(raw, str) else raw.decode("utf-8")
        try:
            value, finite = json.loads(text, parse_float=_finite, parse_constant=_not_finite), True
        except _NotFinite:
            value, finite = json.loads(text), False
    except UnicodeDecodeError:
        raise Malformed("The body is not UTF-8.") from None
    except json.JSONDecodeError as error:
        raise Malformed(f"The body is not valid JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise _too_deep() from None
    except ValueError:
        raise Malformed("The body holds a number that is too long.") from None
    # Few bodies hold what the walk looks for, and these looks cost less than the walk. What was read as UTF-8 has no lone surrogates of its own.
    lone = _ESCAPED_SURROGATE.search(text) or (isinstance(raw, str) and _LONE.search(text))
    if not finite or lone or text.count("[") + text.count("{") > DEPTH:
        _walk(value)
    return value


class StrictRequest(Request):
    """A request whose JSON is read by `parse_json`."""

    async def body(self) -> bytes:
        """The whole body, which most often comes in one piece. Raises ClientDisconnect."""
        if not hasattr(self, "_body"):
            pieces, more = list[bytes](), True
            while more:
                message = await self.receive()
                if message["type"] == "http.disconnect":
                    raise ClientDisconnect
                pieces.append(message.get("body", b""))
                more = message.get("more_body", False)
            self._body = pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return self._body

    async def json(self) -> Any:
        """The body's value. Raises Malformed and Invalid as `parse_json`."""
        if not hasattr(self, "_json"):
            self._json = parse_json(await self.body())
        return self._json


def _finite(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise _NotFinite
    return found


def _not_finite(_: str) -> float:
    raise _NotFinite


def _walk(value: Any) -> None:
    # By hand and not by recursion: what comes in must not decide how deep our stack gets.
    waiting: list[tuple[Any, tuple[str, ...]]] = [(value, ())]
    while waiting:
        one, path = waiting.pop()
        if len(path) > DEPTH:
            raise _too_deep()
        if isinstance(one, dict):
            for key in one:
                _check_text(key, (*path, key))
            waiting += [(below, (*path, key)) for key, below in one.items()]
        elif isinstance(one, list):
            waiting += [(below, (*path, str(index))) for index, below in enumerate(one)]
        elif isinstance(one, str):
            _check_text(one, path)
        elif isinstance(one, float) and not math.isfinite(one):
            raise Invalid("A number must be finite: NaN and Infinity are not.", field=".".join(path) or "body")


def _check_text(text: str, path: tuple[str, ...]) -> None:
    if _LONE.search(text):
        raise Invalid("The text holds half of a character (a lone surrogate).", field=".".join(path) or "body")


def _too_deep() -> Malformed:
    return Malformed(f"The body is nested deeper than {DEPTH}.")
