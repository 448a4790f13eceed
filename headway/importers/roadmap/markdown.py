"""Format `roadmap-markdown`: the dated versions of one product's roadmap, as the history of its items."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from headway.importers.line import ImportLine, Rejected
from headway.importers.roadmap.document import PassedOver, entries
from headway.importers.roadmap.items import ItemStatement, Version, statements
from headway.importers.roadmap.prior_imports import TOLD_ANEW, PriorImports, PriorStatement, merged, row, speaker, told, version_name

NOTES = (
    "Of several versions of one day the last by its file's name counts.",
    "A quarter, half or year is now, next, later or done as it lies to the version's day; fiscal years (2024-25) begin in April.",
)


def lines(
    product: str,
    files: Sequence[tuple[str, str]],
    known: bool = False,
    events: Iterable[Mapping[str, Any]] = (),
    ignored: Collection[str] = (),
) -> Iterator[ImportLine | Rejected]:
    """What each version changed, so that on the day of each the roadmap is exactly what that version says.

    `files` are (name, text) pairs, in any order: the name begins with the day, and of several of one day the last by name counts. A version whose name has no
    day, or without a heading that is a horizon, is refused and changes nothing; so is one in which something would be passed over (`ignored` are headings that
    may be). Headings that are no horizon end the one before.

    An item of the same title is the same item; one under another heading has moved (to done: is finished); one whose title is nearly the same is retitled, if
    the figures in it do not contradict (version 4.1 is not a rewording of 4.2); one that vanishes is dropped, unless it was done: that stays. What was dropped
    and comes back is placed as a new item, since a drop is not undone. What was done comes back under an open heading only under its very title.

    `events` are what Headway has been told so far (`EVENTS`): the versions of earlier imports are read from them, and all together, with those at hand, come to
    what they would have come to in one import, whichever came first. Of what was told before only that is told anew which another version changes; what no
    version says any more is taken back. Where the product is not there yet (`known` False) it is registered first, from the day of the first version.
    """
    given: dict[str, Version] = {}
    for name, text in sorted(files, key=lambda file: _stem(file[0])):
        version = _version(name, text, ignored)
        if isinstance(version, Rejected):
            yield version
        elif version.name in given:
            yield Rejected(name, "another version has the same name")
        else:
            given[version.name] = version
    if not given:
        return
    before = told(product, events)
    versions = merged(list(given.values()), before.versions())
    first = versions[0]
    if not known or (before.registered is not None and first.day < before.registered):
        registered = {"product": product, "name": product.replace("-", " ").replace("_", " ").capitalize()}
        yield ImportLine("portfolio.register_product", f"md:{product}:register", registered, at=first.day, by=speaker(first.name), revise=True)
    yield from _lines(product, statements(product, versions), before)


def _version(name: str, text: str, ignored: Collection[str]) -> Version | Rejected:
    try:
        day = date.fromisoformat(_stem(name)[:10])
    except ValueError:
        return Rejected(name, "the file's name does not begin with a day such as 2022-03-10")
    try:
        found = entries(text, day, ignored)
    except PassedOver as passed:
        return Rejected(name, str(passed))
    if found is None:
        return Rejected(name, "no horizon heading (such as Now, Coming up next, Future plans, Shipped, Q3 2024): the version changes nothing")
    return Version(version_name(_stem(name)), day.isoformat(), tuple(found))


def _lines(product: str, said: Sequence[ItemStatement], before: PriorImports) -> Iterator[ImportLine]:
    """The lines of these statements: what stands already under its old key, what stands otherwise taken back and told anew, the rest taken back."""
    standing = {row(one.item, one.verb, one.day): one for of in before.standing.values() for one in of}
    superseded = [one for of in before.standing.values() for one in of if standing[row(one.item, one.verb, one.day)] is not one]
    for statement in said:
        of = row(statement.item.id, statement.verb, statement.version.day)
        there = standing.pop(of, None)
        again = before.anew.get(of, 0)
        if there is not None and not there.says(statement):
            yield _back(product, there)
            yield _line(product, statement, again + 1)
        elif there is None or statement.version.given:
            yield _line(product, statement, again)
    yield from (_back(product, one) for one in (*superseded, *standing.values()))


def _line(product: str, statement: ItemStatement, again: int) -> ImportLine:
    item, version = statement.item.id, statement.version
    of = f"{item}:place" if statement.verb == "place" else f"{version.day}:{item}:{statement.verb}"
    data: dict[str, Any] = {"item": item, "product": product} if statement.verb == "place" else {"item": item}
    data |= {name: value for name in ("title", "horizon") if (value := getattr(statement, name)) is not None}
    if statement.verb == "drop":
        data["reason"] = "No longer on the published roadmap"
    key = f"md:{product}:{of}" + (f"#{again}" if again else "")
    return ImportLine(f"roadmap.{statement.verb}_item", key, data, at=version.day, by=speaker(version.name), revise=True)


def _back(product: str, said: PriorStatement) -> ImportLine:
    return ImportLine("roadmap.retract", f"md:{product}:retract:{said.event}", {"event": said.event, "reason": TOLD_ANEW})


def _stem(name: str) -> str:
    return re.sub(r"\.[^.]*$", "", name.replace("\\", "/").rsplit("/", 1)[-1])
