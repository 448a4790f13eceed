"""Searches everything that has a name, ignoring case, accents and small mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from types import MappingProxyType
from typing import Any, Final, get_args, get_origin, get_type_hints

from rapidfuzz import fuzz, process

from libs.events.catalog.backlog.backlog import BACKLOG
from libs.events.catalog.backlog.item import Item
from libs.events.catalog.portfolio.people.accountable import ACCOUNTABLE
from libs.events.catalog.portfolio.people.person import PERSON
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.team import TEAM
from libs.events.choice import Choice, choice
from libs.events.event import KINDS, Event, began_by
from libs.events.facts import Facts
from libs.events.references import name_field
from libs.events.values import hints_of
from libs.rules.products.homes import home_of_product
from libs.rules.text import fold

MOST: Final = 200
"""How many are found at most: who wants more wants a list, not a search."""
LONGEST: Final = 200
"""Characters of a search that are looked at."""
ALIKE: Final = 80.0
"""How alike (0 to 100) a text must be to what was typed, where nothing holds it as it was typed."""
MOST_RANKED: Final = 20_000
"""Texts that hold what was typed and are ranked, at most, beside those that are just that: so a search takes a bounded time, however little was typed."""
MOST_COMPARED: Final = 100_000
"""Texts that are compared for likeness at most, a second's tenth. Of both, teams come first, items last."""


class Findable(Choice):
    """What can be searched. Of what fits equally well, the earlier comes first: teams before all others, items last."""

    TEAM = choice("team", "Teams, by name and id.")
    PRODUCT = choice("product", "Products, by name and id.")
    ORGANISATION = choice("organisation", "Organisations, by name and id.")
    PROGRAM = choice("program", "Programs, by name and id.")
    PERSON = choice(
        "person", "People who are registered, are or were on a team, own a backlog or answer for something, by id, and by name for whoever may see it."
    )
    LIFECYCLE = choice("lifecycle", "Lifecycles of products, by name and id.")
    METRIC = choice("metric", "Metrics, by name and id.")
    RELEASE = choice("release", "Releases, by title and id.")
    CHANGE = choice("change", "Change requests, by title and id.", words="Change request")
    INITIATIVE = choice("initiative", "Initiatives, by title and id.")
    CANDIDATE = choice("candidate", "Candidates for onboarding, by name and id.")
    OPPORTUNITY = choice("opportunity", "Opportunities beyond a team's program, by text and id.")
    SUBMISSION = choice("submission", "Submissions to the Treasury Board, by text and id.")
    CHANGE_CLASS = choice("change_class", "Classes of changes, by name and id.")
    PIPELINE_RUN = choice("pipeline_run", "Runs of pipelines, by name and id.")
    ROADMAP_ITEM = choice("roadmap_item", "Items of roadmaps, by title and id.")
    IMPROVEMENT = choice("improvement", "Improvements, by title and id.")
    EXPERIMENT = choice("experiment", "Experiments, by what they suppose and by id.")
    AGREEMENT = choice("agreement", "Agreements, by what they say and by id.")
    PRECEDENT = choice("precedent", "Precedents, by title and id.")
    CHANNEL = choice("channel", "Channels of feedback, by name and id.")
    THEME = choice("theme", "Themes of feedback, by text and id.")
    FINDING = choice("finding", "Findings, by text and id.")
    RECOMMENDATION = choice("recommendation", "Recommendations, by text and id.")
    VISION = choice("vision", "Visions, by text and id.")
    TARGET_CONDITION = choice("target_condition", "Target conditions, by text and id.")
    RECORD = choice("record", "Records of training, reports, problems and ways of managing change, by text and id.")
    NEED = choice("need", "Needs of users, by text and id.", words="User need")
    INVESTMENT = choice("investment", "Investments, by id.")
    BID = choice("bid", "Bids, by id.")
    LOAN = choice("loan", "Loans of teams and people, by id.")
    EVALUATION = choice("evaluation", "Evaluations of products, by id.")
    MONITORING = choice("monitoring", "What is looked at after a change, by id.")
    ITEM = choice("item", "Backlog items, by title, id, and what their source calls them.", words="Backlog item")


@dataclass(frozen=True, slots=True)
class Hit:
    """Something found: its kind and plain id, what it is called, and where it belongs (the product of an item, the home of a team; None: nowhere)."""

    kind: Findable
    key: str
    name: str
    within: str | None

    @property
    def id(self) -> str:
        """`kind:id`."""
        return f"{self.kind}:{self.key}"


@dataclass(frozen=True, slots=True)
class Index:
    """What can be found of one kind (of one product, where it is of one): the hits, and in the same order the texts that are looked through.

    A text is the folded name, and, each behind a line feed, the id and what else it is known by.
    """

    hits: tuple[Hit, ...]
    texts: tuple[str, ...]


def search(facts: Facts, text: str, kinds: Iterable[Findable] = (), names: Mapping[str, str] = MappingProxyType({})) -> tuple[Hit, ...]:
    """What fits best first, at most 200: the very name or id, what begins so, what has a word that begins so, what holds every word; else what is alike.

    Without kinds all are searched. Nothing is found by less than one letter or digit. `names` are those of people, by id, by which whoever searches may find
    them: no fact holds one.
    """
    sought = fold(text[:LONGEST])
    if not any(c.isalnum() for c in sought):
        return ()
    chosen = frozenset(kinds) or frozenset(Findable)
    indexes = [_with_names(index, names) if names and index.hits and index.hits[0].kind is Findable.PERSON else index for index in parts(facts, chosen)]
    words = sought.split()
    holding = [(index, n) for index in indexes for n in _holding(index.texts, words)]
    if len(holding) > MOST_RANKED:
        holding = [one for one in holding if _is(one[0].texts[one[1]], sought)] + holding[:MOST_RANKED]
        holding = list({(id(index), n): (index, n) for index, n in holding}.values())
    return _ranked(holding, sought, words) if holding else _alike(indexes, sought)


def may_mean(text: str, name: str) -> bool:
    """Whether what was typed may mean somebody of this name, so that it is worth asking who may see that."""
    sought, folded = fold(text[:LONGEST]), fold(name)
    return any(word in folded for word in sought.split()) or fuzz.partial_ratio(sought, folded) >= ALIKE


def _with_names(people: Index, names: Mapping[str, str]) -> Index:
    """People with the names that are given as well."""
    return _made((replace(hit, name=names[hit.key]) if hit.key in names else hit, ()) for hit in people.hits)


def _holding(texts: Sequence[str], words: Sequence[str]) -> list[int]:
    """Those that hold every word."""
    first, *others = sorted(words, key=len, reverse=True)
    found = [n for n, text in enumerate(texts) if first in text]
    for word in others:
        found = [n for n in found if word in texts[n]]
    return found


def _ranked(holding: list[tuple[Index, int]], sought: str, words: Sequence[str]) -> tuple[Hit, ...]:
    """Tier by tier, until there are enough: looking whether a text begins so costs little, sorting all of them by it much."""
    tiers = (
        lambda text: _is(text, sought),
        lambda text: text.startswith(sought),
        lambda text: all(_begins(text, word) for word in words),
        lambda text: True,
    )
    found: list[Hit] = []
    for fits in tiers:
        tier: list[tuple[Index, int]] = []
        rest: list[tuple[Index, int]] = []
        for one in holding:
            (tier if fits(one[0].texts[one[1]]) else rest).append(one)
        if len(tier) <= 10 * MOST:
            tier.sort(key=lambda one: len(one[0].hits[one[1]].name))
            tier.sort(key=lambda one: _ORDER[one[0].hits[one[1]].kind])
        found += [index.hits[n] for index, n in tier[: MOST - len(found)]]
        if len(found) >= MOST or not rest:
            break
        holding = rest
    return tuple(found)


def _is(text: str, sought: str) -> bool:
    """Whether a name, an id or what else it is known by is just that."""
    return sought in text and sought in text.split("\n")


def _begins(text: str, word: str) -> bool:
    return text.startswith(word) or any(before + word in text for before in (" ", "\n", "-", "_", "."))


def _alike(indexes: Sequence[Index], sought: str) -> tuple[Hit, ...]:
    """What is nearly so, the most alike first."""
    hits: list[Hit] = []
    texts: list[str] = []
    for index in indexes:
        room = MOST_COMPARED - len(texts)
        hits += index.hits[:room]
        texts += index.texts[:room]
    found = process.extract(sought, texts, scorer=fuzz.partial_ratio, processor=None, score_cutoff=ALIKE, limit=MOST)
    long_enough = [(score, n) for text, score, n in found if len(text) >= len(sought) - 2]
    return tuple(hits[n] for _, n in long_enough)


_ORDER = {kind: n for n, kind in enumerate(Findable)}


def parts(facts: Facts, kinds: frozenset[Findable]) -> Iterator[Index]:
    """The parts in which these kinds are kept, what is of a product by that, so that an event makes few of them anew.

    The first time takes long where there are many items: whoever must not stop for so long makes them beforehand, one after the other.
    """
    for kind in Findable:
        if kind not in kinds:
            continue
        if kind is not Findable.PERSON and _is_of_a_product(KINDS[kind].state):
            for product in facts.derive(_products):
                yield facts.derive(_of_product, kind, product)
        else:
            yield facts.derive(_of_kind, kind)


def _products(facts: Facts) -> tuple[str, ...]:
    """The products that have items: those registered, and those whose backlog was opened."""
    return tuple(sorted({state.id for state in facts.every(PRODUCT)} | {state.id for state in facts.every(BACKLOG)}))


def _of_product(facts: Facts, kind: Findable, product: str) -> Index:
    """In the order in which they began, so that of equal hits the one that was said first comes first."""
    of = KINDS[kind]
    began = _field(of.state, _is_event)
    found = sorted(facts.related(of, "product", product), key=lambda one: began_by(getattr(one, began), one.id))
    return _made((_hit(facts, kind, one), _known_as(one)) for one in found)


def _of_kind(facts: Facts, kind: Findable) -> Index:
    if kind is Findable.PERSON:
        return _made((Hit(kind, person, person, team), ()) for person, team in sorted(_people(facts).items()))
    return _made((_hit(facts, kind, one), ()) for one in facts.every(KINDS[kind]))


def _hit(facts: Facts, kind: Findable, state: Any) -> Hit:
    within = home_of_product(facts, state) if kind is Findable.PRODUCT else getattr(state, "product", None) or getattr(state, "home", None)
    called = name_field(KINDS[kind]) or "text"
    return Hit(kind, state.id, getattr(state, called, "") or state.id, within)


def _known_as(state: Any) -> tuple[str, ...]:
    return (state.source.reference,) if isinstance(state, Item) and state.source else ()


def _is_event(hint: Any) -> bool:
    return get_origin(hint) is not tuple and any(one is Event or _is_event(one) for one in get_args(hint))


@cache
def _is_of_a_product(state: type) -> bool:
    """Whether each thing with such a state is a product's; what may be of none is looked for as a whole."""
    return get_type_hints(state).get("product") is str


@cache
def _field(state: type, fits: Callable[[Any], bool]) -> str:
    return next((name for name, hint in hints_of(state).items() if fits(hint)), "")


def _people(facts: Facts) -> dict[str, str | None]:
    """Who is registered, is or was on a team, owns a backlog or answers for something; with the team where they are now, or were last."""
    found: dict[str, str | None] = {state.id: None for state in facts.every(PERSON)}
    found |= {state.owner: None for state in facts.every(BACKLOG) if state.owner}
    found |= {state.person: None for state in facts.every(ACCOUNTABLE) if state.person}
    teams = facts.every(TEAM)
    found |= {member.person: team.id for team in teams for member in team.members}
    return found | {member.person: team.id for team in teams for member in team.present}


def _made(entries: Iterable[tuple[Hit, tuple[str, ...]]]) -> Index:
    both = list(entries)
    texts = tuple("\n".join((fold(hit.name), hit.key, *(fold(one) for one in more))) for hit, more in both)
    return Index(tuple(hit for hit, _ in both), texts)
