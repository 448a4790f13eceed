"""The actions that a reader is offered on a page: tasks that wait, commands that their roles allow, and what they have just done."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from libs.commands.command import COMMANDS, Command
from libs.commands.permissions import OF_PROGRAMS, field_about, permitted_about, speaking_roles
from libs.commands.retraction import Retract
from libs.commands.routes import positions
from libs.events.catalog.portfolio.investment import INVESTMENT
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.team import TEAM
from libs.events.catalog.roadmap.roadmap_item import Horizon
from libs.events.event import KINDS, split
from libs.events.event import position as position_of
from libs.events.facts import Facts
from libs.events.references import thing_of
from libs.events.values import among, references
from libs.events.world import World, WorldSnapshot
from libs.rules.authority import SUBJECT, belonging, speaking
from libs.rules.history.stories import called
from libs.rules.money.warnings import Warning
from libs.rules.roles import Principal
from libs.rules.tasks import Awaited, awaiting
from libs.rules.warnings import warnings_for
from services.gateway.pages.actions.forms import has_form, title_of
from services.gateway.pages.kit import words
from services.gateway.pages.kit.page import Visit
from services.gateway.pages.kit.tables.event_rows import what_of

HEARD, SAME, NEXT = "heard", "same", "next"
HORIZONS: Final = tuple(one for one in Horizon if one is not Horizon.DONE)
"""Of a roadmap, what comes first first."""


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that the reader may do: in words, the address of its form, and, for a button that does it at once, the command with its fields."""

    words: str
    href: str
    command: str
    data: tuple[tuple[str, str], ...] = ()
    overdue: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """Something that was said: what, about whom, where it shows (None: nowhere), whether nothing changed by it, and what should be looked at about it now."""

    what: str
    about: str
    href: str | None
    unchanged: bool = False
    warnings: tuple[Warning, ...] = ()


class Offers:
    """What a reader may do from a page, to which each form leads back. On a page of another moment nothing is offered: what is said holds from now on."""

    def __init__(self, facts: Facts, reader: Principal, back: str, *, is_open: bool = True) -> None:
        self.facts, self.reader, self.back, self.is_open = facts, reader, back, is_open

    @cached_property
    def _awaited(self) -> tuple[Awaited, ...]:
        return awaiting(self.facts, self.reader.roles) if self.is_open else ()

    def waiting(self, subject: str, anchor: str = "") -> tuple[Offer, ...]:
        """What waits for the reader about a thing, by its global id."""
        return tuple(self._of(one, anchor) for one in self._awaited if f"{one.subject_kind}:{one.subject_id}" == subject)

    def waiting_within(self, subject: str, anchor: str = "") -> tuple[Offer, ...]:
        """What waits for the reader about a thing and all that lies in it: of a team its investments and its way, of a product its releases and changes."""
        kind, id = split(subject)
        return tuple(self._of(one, anchor) for one in self._awaited if (kind, id) in one.lies_in)

    def waiting_for(self, kinds: Sequence[str], organisation: str | None = None) -> tuple[Offer, ...]:
        """What waits for the reader about things of some kinds; with an organisation (its id, plain or global) only what lies in it."""
        within = ("organisation", (organisation or "").removeprefix("organisation:"))
        return tuple(self._of(one, "") for one in self._awaited if one.subject_kind in kinds and (not organisation or within in one.lies_in))

    def begins(self, command: str) -> tuple[Offer, ...]:
        """A command about nothing yet, for whoever may say it of something."""
        of = COMMANDS[command]
        return (Offer(title_of(of), act_address(command, (), self.back), command),) if self.is_open and may_anywhere(self.reader, of) else ()

    def possible(self, subject: str, anchor: str = "") -> tuple[Offer, ...]:
        """All that the reader's roles may say about a thing; its rules are judged when it is said."""
        if not self.is_open:
            return ()
        kind, id = split(subject)
        found = []
        for command, _ in permitted_about(self.facts, self.reader.roles, subject):
            field, name = field_about(command, kind), command.SPEC.name
            if field is not None and command.SPEC.topic not in OF_PROGRAMS and has_form(command):
                data = ((field, subject if field in among(command) else id),)
                found.append(Offer(title_of(command), act_address(name, data, self.back + anchor), name, data))
        return tuple(found)

    def form(self, command: str, subject: str, given: Mapping[str, str]) -> str | None:
        """The address of the form of a command about a thing, with what is given filled in; None where the reader may not say it."""
        kind, id = split(subject)
        field = field_about(COMMANDS[command], kind)
        if field is None or not has_form(COMMANDS[command]) or not self.may(command, subject):
            return None
        about = subject if field in among(COMMANDS[command]) else id
        return act_address(command, ((field, about), *given.items()), self.back)

    def may(self, command: str, subject: str) -> bool:
        """Whether the reader's roles may say a command about a thing."""
        topic = COMMANDS[command].SPEC.topic
        return self.is_open and speaking(self.reader.roles, topic, belonging(self.facts, *split(subject))) is not None

    def moves(self, item: str, horizon: str, anchor: str = "") -> tuple[Offer, ...]:
        """Where a roadmap item (its global id) may be moved from its horizon (as commands have it), earlier or later."""
        id = split(item)[1]
        if horizon not in HORIZONS or not self.may("roadmap.move_item", item):
            return ()
        command, found = "roadmap.move_item", []
        for other in HORIZONS:
            if other != horizon:
                data = (("item", id), ("horizon", other.value))
                found.append(Offer(f"Move to {other.spoken}", act_address(command, data, self.back + anchor), command, data))
        return tuple(found)

    def _of(self, one: Awaited, anchor: str) -> Offer:
        return Offer(words.readable(one.what).rstrip("."), act_address(one.command, one.data, self.back + anchor), one.command, one.data, one.overdue)


class NoOffers(Offers):
    """Nothing: for a page that stands in a document."""

    def __init__(self) -> None:
        self.is_open = False


def acting_on(facts: Facts, world: World | WorldSnapshot, visit: Visit, heard: str, same: str) -> dict[str, Any]:
    """What every page is given for acting, by the facts of now: `act`, and `heard`, what was said by the form that led here."""
    said = (*_heard(world, facts, heard), *_unchanged(facts, same))
    last, roles = dict(said), visit.reader.roles  # of several events of one thing its warnings stand at the last
    found = tuple(replace(one, warnings=warnings_for(facts, roles, thing)) if last[thing] is one else one for thing, one in said)
    return {"act": Offers(facts, visit.reader, visit.here(), is_open=visit.moment.is_now), "heard": found}


def act_address(command: str, data: Sequence[tuple[str, str]], back: str) -> str:
    """The address of the form of a command, with what is known filled in, and where it leads when it is done."""
    return f"/act/{command}?{urlencode([*data, (NEXT, back)])}"


def with_heard(back: str, name: str, position: str) -> str:
    """The address to go to once a command is stored, which says what was."""
    parts = urlsplit(back)
    query = [(key, value) for key, value in parse_qsl(parts.query) if key not in (HEARD, SAME)]
    return urlunsplit(("", "", parts.path, urlencode([*query, (name, position)]), parts.fragment))


def may_anywhere(reader: Principal, command: type[Command]) -> bool:
    """Whether the reader's roles may say a command about anything at all; about what exactly, its owner judges."""
    return bool(speaking_roles(reader.roles, command))


def subject_of(command: type[Command], values: Mapping[str, str]) -> str | None:
    """The global id of what a command is about: what it changes, else the first thing that it names; None for neither."""
    spec = command.SPEC
    if issubclass(command, Retract):
        return None
    if spec.kind is not None and not spec.creates and values.get(spec.id_field):
        return ":".join(thing_of(spec.kind.key(values[spec.id_field])))
    if spec.kind is None:
        return values.get(spec.id_field)
    named = [f"{kind}:{values[field]}" for field, kind in references(command) if values.get(field) and field != spec.id_field]
    return next(iter((*named, *(values[field] for field in among(command) if values.get(field)))), None)


def page_about(facts: Facts, aggregate: str) -> str | None:
    """The page that tells most of an aggregate: its own, that of its team or its product, its organisation's portfolio."""
    kind, id = thing_of(aggregate)
    if kind in ("team", "product"):
        return f"/{KINDS[kind].plural}/{id}"
    if kind == "organisation":
        return f"/?{urlencode({'organisation': id})}"
    state = facts.get(KINDS[kind], id) if kind in KINDS else None
    if subject := getattr(state, SUBJECT, None):
        return page_about(facts, subject)
    team, product = getattr(state, "team", None), getattr(state, "product", None)
    return f"/teams/{team}" if team else f"/products/{product}" if product else None


def presumed(facts: Facts, subject: str | None, values: Mapping[str, str]) -> dict[str, str]:
    """What is most likely meant where a link says nothing: a hand-off is accepted by the team's home organisation."""
    kind, id = split(subject) if subject else ("", "")
    team = facts.get(TEAM, id) if kind == "team" else None
    return {"accepted_by": team.home} if team is not None and team.home and "accepted_by" not in values else {}


def currency_about(facts: Facts, subject: str | None) -> str:
    """The currency in which money about a thing is most likely meant; empty where nothing says one."""
    if subject is None:
        return ""
    kind, id = split(subject)
    investment = facts.get(INVESTMENT, id) if kind == "investment" else None
    if investment is not None:
        for money in (investment.amount, investment.enhance, investment.support):
            if money is not None:
                return money.currency
    homes = (facts.get(ORGANISATION, scope) for of, scope in sorted(belonging(facts, kind, id)) if of == "organisation")
    return next((home.currency for home in homes if home is not None and home.currency), "")


def _heard(world: World | WorldSnapshot, facts: Facts, text: str) -> Iterator[tuple[str, Heard]]:
    for position in positions(text or None):
        aggregate, sequence = position_of(position)
        history = world.events(aggregate)
        if 0 < sequence <= len(history):
            yield aggregate, Heard(what_of(history[sequence - 1].type), called(facts, aggregate), page_about(facts, aggregate))


def _unchanged(facts: Facts, text: str) -> Iterator[tuple[str, Heard]]:
    for position in positions(text or None):
        aggregate = position_of(position)[0]
        yield aggregate, Heard("Nothing changed: it was so already", called(facts, aggregate), page_about(facts, aggregate), unchanged=True)
