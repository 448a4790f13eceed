"""A command is declared once: its fields, its documentation, who may say it, the aggregate it goes to and what it says."""

from __future__ import annotations

import hashlib
import re
import typing
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Final, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from libs.commands.event_fields import CommandType
from libs.events.event import KINDS, Kind, Payload
from libs.events.values import PLAIN_ID, VISIBLE, Instant, Money, OverrideApprovalId, Text, hints_of, worded


class Private:
    """Marks a field that is stored apart from events: never relayed, erasable, left out of every answer."""


class Override(BaseModel):
    """Lifts one rule, never authority: an event of its own that stays among the warnings."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    rule: Annotated[str, StringConstraints(max_length=16), VISIBLE, Field(description="The id of the rule, such as S0-14.")]
    reason: Annotated[Text, Field(description="Why, for whoever reads the warnings.")]
    approval: Annotated[OverrideApprovalId | None, Field(description="The approval that it rests on: who cites one need not be an approver.")] = None


class Command(BaseModel, metaclass=CommandType):
    """What can be asked of an aggregate. A subclass adds its fields, or those of an event that it records; these four any command may carry."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    at: Annotated[
        Instant | None,
        Field(description="When it was true: a day (its start, by the clock of its organisation) or an instant; never in the future. Default: now."),
    ] = None
    known: Annotated[Instant | None, Field(description="When it was learned; importers only. Default: now.")] = None
    by: Annotated[
        Annotated[str, worded(rf"^{PLAIN_ID}(@(\*|{PLAIN_ID}))?$", "a role with its scope, such as cab@env, or an id")] | None,
        Field(description="Importers only: the role (`cab@env`) in whose name it is said and judged, or just who said it."),
    ] = None
    override: Annotated[Override | None, Field(description="Lifts a rule; for executives and steering groups, and whoever cites an approval of theirs.")] = None

    SPEC: ClassVar[Spec]
    RECORDS: ClassVar[tuple[type[Payload], ...]] = ()

    @model_validator(mode="after")
    def _in_minor_units(self) -> Self:
        """Every amount of every command, by whatever door it comes, is one that its currency has."""
        wrong = [
            InitErrorDetails(type=PydanticCustomError("minor_units", "{why}", {"why": why}), loc=(name, "amount"), input=value.amount)
            for name, value in self
            if isinstance(value, Money) and (why := value.beyond_units)
        ]
        if wrong:
            raise ValidationError.from_exception_data(type(self).__name__, wrong)
        return self

    @property
    def aggregate(self) -> str | None:
        """The aggregate it goes to, `kind:id`; None where the id is still to be made. One of no single kind names it by its global id."""
        id = getattr(self, self.SPEC.id_field)
        return f"{self.SPEC.kind.name}:{id}" if self.SPEC.kind and id is not None else id

    def digest(self) -> str:
        """Equal for equal commands: what an idempotency key is compared by."""
        return hashlib.sha256(self.SPEC.name.encode() + b"\0" + self.model_dump_json(exclude_none=True).encode()).hexdigest()


MADE: Final = Field(description="Its id; made where none is given.")
"""Describes the id of what a command creates."""

COMMON = frozenset({"at", "known", "by", "override"})
"""The fields that every command may carry."""


@dataclass(frozen=True, slots=True)
class Spec:
    """The declaration of a command."""

    name: str
    kind: Kind[Any] | None
    topic: str
    creates: bool | None
    says: tuple[type[Payload], ...]
    """What it records, then what else it may lead to."""
    id_field: str
    dated_by_importers_only: bool
    counts: bool
    private: frozenset[str]
    requirements: tuple[str, ...]
    defines: bool
    """Whether it says all of a thing, so that the thing's id names what it says, and said otherwise it is a correction; else it adds one more statement."""
    owner: str | None
    binds: tuple[str, ...]
    taken_back: bool

    @property
    def service(self) -> str:
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """The name within its service, as in the route and the GraphQL mutation."""
        return self.name.partition(".")[2]

    @property
    def route(self) -> str:
        return f"/commands/{self.verb}"


COMMANDS: dict[str, type[Command]] = {}
"""Every command by its name, `service.verb_noun`."""

NAMED = re.compile(r"\b(?:backlog|roadmap|portfolio)\.[a-z][a-z_]+\b")
"""How a text names a command; each door says it by its own name for it."""

C = TypeVar("C", bound=Command)


def command(
    name: str,
    kind: Kind[Any] | None,
    *,
    topic: str,
    says: tuple[type[Payload], ...] = (),
    creates: bool | None = False,
    id_field: str | None = None,
    dated_by_importers_only: bool = False,
    counts: bool = False,
    requirements: tuple[str, ...] = (),
    owner: str | None = None,
    binds: tuple[str, ...] = (),
    taken_back: bool = False,
) -> Callable[[type[C]], type[C]]:
    """Declares a command.

    `kind` is that of its aggregate (None for what goes to several: `retract`, and what names its `subject` by a global id); `topic` a row of the table of
    authority (`libs.rules.authority`); `says` the events it may lead to besides what it records; `creates` that its aggregate must not exist yet (False: it
    must; None: either); `id_field` the field with the aggregate's id, its kind's name unless said; `dated_by_importers_only` that nobody else gives `at` (a
    decision cannot be dated before the bid); `counts` that each saying is a fact of its own, also where it says the same as the one before (a reading, a
    judgement, an amount spent); `requirements` the ids it answers to.

    `owner` is the field of the state with the id of whose the aggregate is: nobody else speaks of it but who keeps the installation going. `binds` are the
    fields, of the command and of the events that it says, with what it binds besides its own aggregate: whoever says it must speak for the home of that too.
    `taken_back` says that it may also be said of an aggregate of which everything was taken back.
    """

    def declare(cls: type[C]) -> type[C]:
        if name in COMMANDS:
            raise ValueError(f"{name} is declared twice")
        service = name.partition(".")[0]
        if kind is not None and kind.service != service:
            raise ValueError(f"{name}: {kind.name} belongs to {kind.service}")
        private = frozenset(field for field, hint in hints_of(cls).items() if _is_private(hint))
        id_name = id_field or (kind.name if kind else "")
        # What may create and leaves its id to be made is about that thing alone; what must name it may say many things of it.
        defines = bool(creates) or (creates is None and not cls.model_fields[id_name].is_required())
        cls.SPEC = Spec(
            name,
            kind,
            topic,
            creates,
            (*cls.RECORDS, *says),
            id_name,
            dated_by_importers_only,
            counts,
            private,
            requirements,
            defines,
            owner,
            binds,
            taken_back,
        )
        COMMANDS[name] = cls
        return cls

    return declare


def _is_private(hint: Any) -> bool:
    if typing.get_origin(hint) is Annotated:
        return any(isinstance(m, Private) or m is Private for m in hint.__metadata__) or _is_private(hint.__origin__)
    return any(_is_private(a) for a in typing.get_args(hint) if typing.get_origin(a) is Annotated)


def of_service(service: str) -> list[type[Command]]:
    """The commands that a service answers, in order of declaration."""
    return [c for c in COMMANDS.values() if c.SPEC.service == service]


def creating(kind: Kind[Any]) -> list[type[Command]]:
    """The commands that bring an aggregate of a kind into being."""
    return [c for c in COMMANDS.values() if c.SPEC.kind is kind and c.SPEC.creates is not False]


def changing(kind: Kind[Any]) -> list[type[Command]]:
    """The commands that change an aggregate of a kind that is there."""
    return [c for c in COMMANDS.values() if c.SPEC.kind is kind and not c.SPEC.creates]


def kinds_of(service: str) -> frozenset[str]:
    """The kinds of aggregate that a service owns."""
    return frozenset(k.name for k in KINDS.values() if k.service == service)
