"""Decides in whose name a command is given and whether that role may give it here (domain.md, Authority): role, scope, owner, and whom it binds.

A retraction passes the same: it asks for what a command asks for that says such an event, as things stand when it is retracted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from libs.commands.command import COMMANDS, Command
from libs.commands.errors import Invalid, NotAllowed, NotFound
from libs.commands.retraction import Retract
from libs.events.event import KINDS, Actor, Event, Overridden, split
from libs.events.facts import Facts
from libs.events.values import Money, named, references
from libs.rules.authority import (
    AT_HOME,
    AUTHORITY,
    HOMELESS,
    OVERRIDES,
    RULE_OF_TOPIC,
    UNKNOWN,
    Belonging,
    answering,
    belonging,
    covers,
    itself,
    known,
    of_those_at_home,
    rests_on,
    speaking,
    through,
    who_may,
    within,
)
from libs.rules.roles import Principal, Role
from libs.rules.text import with_article

KEEPERS: Final = frozenset({"lab_ops", "importer"})
"""Who speaks also of what is somebody else's: whoever keeps the installation going, and who brings in what others have said."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """The actor that the command's events will bear, and the one of its override: who lifts a rule may do so by another role."""

    actor: Actor
    overriding: Actor


@dataclass(frozen=True, slots=True)
class Saying:
    """What saying something asks for: a topic, whose the aggregate must be (a field of its state), what is bound besides (fields of `said`)."""

    topic: str
    said: Any
    owner: str | None = None
    binds: tuple[str, ...] = ()
    dated_by_importers_only: bool = False


def speaker(command: Command, principal: Principal, revise: bool, current: Facts, aggregate: str, *, exists: bool, history: Sequence[Event]) -> Speaker:
    """Who says this command. Raises NotAllowed with the role that is missing, Invalid for a `by` that is no role and for a scope that would rest on nothing."""
    importing = principal.has("importer")
    if not importing:
        for name, given in (("known", command.known is not None), ("by", command.by is not None), ("revise", revise)):
            if given:
                raise NotAllowed(f"only an importer may give `{name}`", remedy=f"Leave `{name}` out, or ask for the role importer.")
    roles, said_by = _in_whose_name(command.by, principal)
    case = _Case(command, _in_order(roles), said_by, importing, current, aggregate, exists, history)
    role = case.role()
    lifting = case.lifting() if command.override is not None and command.override.approval is None else role
    return Speaker(Actor(said_by, str(role)), Actor(said_by, str(lifting)))


def sayings(command: Command, history: Sequence[Event]) -> list[Saying]:
    """What a command asks for; of a retraction what each command asks for that may say such an event (NotFound where there is none)."""
    if not isinstance(command, Retract):
        return [_of(type(command), command)]
    sequence = int(command.event.rpartition("@")[2])
    if sequence > len(history):
        raise NotFound(f"there is no event {command.event}", field="event")
    said = history[sequence - 1].data
    if isinstance(said, Overridden):
        return [Saying(OVERRIDES, said)]
    # What the system itself announces no command says: then nobody but an importer is left, who is told so.
    return [_of(of, said) for of in COMMANDS.values() if type(said) in of.SPEC.says] or [Saying("", said)]


def _of(command: type[Command], said: Any) -> Saying:
    spec = command.SPEC
    return Saying(spec.topic, said, spec.owner, spec.binds, spec.dated_by_importers_only)


@dataclass
class _Case:
    """One command, the roles in which it is said in the order in which they are tried, and what it is said of."""

    command: Command
    roles: list[Role]
    said_by: str
    importing: bool
    current: Facts
    aggregate: str
    exists: bool
    history: Sequence[Event]

    def role(self) -> Role:
        """The role that may say it. Raises NotAllowed, Invalid."""
        first, *others = sayings(self.command, self.history)
        try:
            return self._role(first)
        except NotAllowed:
            for other in others:
                with contextlib.suppress(NotAllowed):
                    return self._role(other)
            raise

    def lifting(self) -> Role:
        """The role that may lift a rule here. Raises NotAllowed."""
        role = speaking(self.roles, OVERRIDES, self._lies_in[0])
        if role is None:
            who = who_may(OVERRIDES, self._lies_in[0])
            raise NotAllowed(
                f"an override takes {who}; the caller has {self._held}",
                remedy=f"Leave the override out, or have {who} approve it (`portfolio.approve_override`) and cite that.",
            )
        return role

    def _role(self, saying: Saying) -> Role:
        if self.command.at is not None and saying.dated_by_importers_only and not self.importing:
            raise NotAllowed(f"only an importer may date {self.command.SPEC.verb}", remedy="Leave `at` out: it holds from now on.")
        # An importer in its own name may say anything: what the command lies in need not be found out, for the bulk of what comes in.
        if all(role.name == "importer" for role in self.roles) and self.roles:
            return self.roles[0]
        may = [role for role in self.roles if role.name == "importer" or saying.topic in AUTHORITY.get(role.name, ())]
        answers = answering(self.current, saying.topic, *split(self.aggregate))
        places = self._lies_in if answers is None else [answers]
        if not may:
            raise self._lacking(saying, places[0])
        may = self._owning(may, saying)
        self._demand_known(may, saying)
        whose = [lies_in | of_those_at_home(self.current, lies_in) for lies_in in places] if saying.topic in AT_HOME else places
        found = [(lies_in, self._covering(may, lies_in)) for lies_in in (*whose, *self._bound(saying)) if lies_in or saying.topic not in HOMELESS]
        if not found:
            return may[0]
        lacking = next((lies_in for lies_in, role in found if role is None), None)
        if lacking is not None:
            self._demand_there(lacking, saying)
            raise self._lacking(saying, lacking)
        return next(role for _, role in found if role is not None)

    def _covering(self, may: Sequence[Role], lies_in: Belonging) -> Role | None:
        """The first role with this in its scope. While no home is known, an importer's word is taken for the organisation's role in whose name it speaks."""
        in_its_name = self.importing and not any(role.name == "importer" for role in may) and any(of == UNKNOWN for of, _ in lies_in)
        return next((role for role in may if covers(role, lies_in) or (in_its_name and role.scope_kind == "organisation")), None)

    @cached_property
    def _lies_in(self) -> list[Belonging]:
        """What it is said of lies in these: that must be in the speaker's scope, each. What was said once and taken back is not for others to say anew."""
        if not self._begins:
            return [_where(self.current, self.aggregate, self.history)]
        new = itself(self.current, *split(self.aggregate)) | within(self.current, self.command, own=self._own)
        former = _where(self.current, self.aggregate, self.history) if self.history else None
        return [new, former] if former else [new]

    def _bound(self, saying: Saying) -> Iterator[Belonging]:
        """What is bound besides, by what is said now: each must be in the speaker's scope as well."""
        for _, kind, id in _named(saying):
            yield frozenset({(kind, id)}) if kind == "organisation" else through(self.current, kind, id)

    def _demand_there(self, lacking: Belonging, saying: Saying) -> None:
        """Says of an organisation that is bound and is none, rather than whom to ask there; its owner knows. Raises Invalid."""
        for field, kind, id in _named(saying):
            of = KINDS[kind]
            unknown = lacking == {("organisation", id)} and kind == "organisation" and not known(self.current, kind, id)
            if unknown and of.service == self.command.SPEC.service:
                raise Invalid(f"there is no organisation {id!r}", field=field, remedy="Check the id, or register it first: portfolio.register_organisation.")

    def _demand_known(self, may: Sequence[Role], saying: Saying) -> None:
        """Refuses what would rest on the home of something that nobody has said yet: whoever says that later would have a say in it, and read its money.

        A role that names the thing itself, or all there is, rests on nothing; but with money that is not enough, since its readers do. What no role can name,
        such as a channel, must be known to all. Importers and roles without a scope are exempt.
        """
        if isinstance(self.command, Retract) or self.importing or any(role.scope_kind is None for role in may):
            return
        money = has_money(self.command)
        first = rests_on(self.command, own=self._own) if self._begins else None
        for field, kind, id in (*([first] if first else ()), *_named(saying)):
            if kind == "organisation" or known(self.current, kind, id):
                continue
            covered = self._covering(may, through(self.current, kind, id)) is not None
            if money or (not covered and (kind not in ("product", "team") or any(role.scope_kind == "organisation" for role in may))):
                raise Invalid(
                    f"the {kind} {id!r} is not known here, and whose this is rests on it",
                    field=field,
                    remedy=f"Say the {kind} first, or send `after` with the position of what says it.",
                )

    def _owning(self, may: list[Role], saying: Saying) -> list[Role]:
        """The roles that may speak of it although it is somebody else's; all of them where it is the caller's, or nobody's."""
        if saying.owner is None:
            return may
        kind, id = split(self.aggregate)
        owner = getattr(self.current.get(KINDS[kind], id), saying.owner, "")
        if owner in ("", self.said_by):
            return may
        keeping = [role for role in may if role.name in KEEPERS]
        if not keeping:
            what = f"{id} belongs to somebody else, its {saying.owner}; the caller has {self._held}"
            raise NotAllowed(what, remedy=f"Ask them or lab_ops, or have {with_article(kind)} of your own.")
        return keeping

    def _lacking(self, saying: Saying, lies_in: Belonging) -> NotAllowed:
        may = who_may(saying.topic, lies_in)
        besides = "" if any(own <= lies_in for own in self._lies_in) else " as well, since it binds what lies there"
        unknown = next((name for of, name in lies_in if of == UNKNOWN), None)
        because = f"; it rests on {unknown}, which is not known here" if unknown else ""
        return NotAllowed(
            f"{self.command.SPEC.name} takes {may}{besides}; the caller has {self._held}{because}",
            rule=RULE_OF_TOPIC.get(saying.topic),
            remedy=f"Ask whoever is {may}.",
        )

    @property
    def _begins(self) -> bool:
        """Whether what it is said of lies from now on where the command says: that is not there, or nothing stands that says where it lies."""
        return not self.exists or (self.command.SPEC.creates is None and not _stands(self.current, self.aggregate))

    @property
    def _own(self) -> str | None:
        """The field with the id of what is made; None where the aggregate bears the id of what it is about."""
        spec = self.command.SPEC
        return spec.id_field if spec.kind and (spec.id_field, spec.kind.name) in references(type(self.command)) else None

    @property
    def _held(self) -> str:
        return ", ".join(map(str, self.roles)) or "no role"


def _where(current: Facts, aggregate: str, history: Sequence[Event]) -> Belonging:
    """The scopes of an aggregate: where it stands, else where it stood before what said so was taken back."""
    kind, id = split(aggregate)
    found = belonging(current, kind, id)
    if not _stands(current, aggregate):
        former = next((event.data for event in reversed(history) if rests_on(event.data) is not None), None)
        found |= within(current, former)
    return found


def has_money(command: Command) -> bool:
    """Whether amounts stand in a command: then who reads them rests on what it names."""
    return any(isinstance(getattr(command, field), Money) for field in type(command).model_fields)


def _stands(current: Facts, aggregate: str) -> bool:
    """Whether what says where an aggregate lies has been said, and was not taken back."""
    kind, id = split(aggregate)
    return known(current, kind, id) or rests_on(current.get(KINDS[kind], id)) is not None


def _named(saying: Saying) -> Iterator[tuple[str, str, str]]:
    """Field, kind and id of what is bound besides."""
    kinds = dict(references(type(saying.said)))
    for field in saying.binds:
        for id in named(getattr(saying.said, field, None)):
            yield field, kinds[field], id


def _in_whose_name(by: str | None, principal: Principal) -> tuple[frozenset[Role], str]:
    if by is None:
        return principal.roles, principal.id
    try:
        return frozenset({Role.parse(by)}), principal.id
    except ValueError as e:
        if "@" in by:
            raise Invalid(str(e), field="by") from e
        return principal.roles, by


def _in_order(roles: Iterable[Role]) -> list[Role]:
    """The importer's role last: whoever has another that suffices speaks by that one."""
    return sorted(roles, key=lambda r: (r.name == "importer", str(r)))
