"""The root fields of queries, each at any moment (`asOf`, `knownAt`)."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Final, TypeVar

import strawberry
from strawberry.scalars import JSON

import services.gateway.graphql.types.catalog  # noqa: F401  (kinds have their types by being imported)
from libs.events.catalog.backlog.item import ITEM
from libs.events.catalog.portfolio.organisation import ORGANISATION
from libs.events.catalog.portfolio.product import PRODUCT
from libs.events.catalog.portfolio.program import PROGRAM
from libs.events.catalog.portfolio.team import TEAM
from libs.events.event import KINDS
from libs.rules.history.change_totals import Summary
from services.gateway.graphql.command_inputs import Said
from services.gateway.graphql.context import Info
from services.gateway.graphql.global_ids import chosen
from services.gateway.graphql.types.history import stream as streams
from services.gateway.graphql.types.history.changes import Kinds, Movement, moved, summary
from services.gateway.graphql.types.kinds.connection import PAGE, After, Connection, First
from services.gateway.graphql.types.kinds.decorators import told
from services.gateway.graphql.types.kinds.lists import one_of, plural_of
from services.gateway.graphql.types.kinds.node import Node
from services.gateway.graphql.types.kinds.node_lookup import node_at
from services.gateway.graphql.types.kinds.types import BY_KIND, every, single
from services.gateway.graphql.types.portfolio import Portfolio
from services.gateway.graphql.types.questions.blocked import Blocked, why_blocked
from services.gateway.graphql.types.questions.search import FindableKinds, SearchHit, Typed, found
from services.gateway.graphql.types.questions.tasks import AwaitedKinds, Awaiting, Me, waiting
from services.gateway.graphql.types.questions.viewer import Viewer, viewer

C = TypeVar("C", bound=type)

AsOf = Annotated[
    date | None, strawberry.argument(description="As of the end of this day, at the place of each thing. Default: today, where the caller has a role.")
]
KnownAt = Annotated[datetime | None, strawberry.argument(description="As known at this instant. Default: all that was heard.")]
CommandName = Annotated[str | None, strawberry.argument(description="Its name as in a bulk import, such as portfolio.form_team.")]
CommandData = Annotated[JSON | None, strawberry.argument(description="Its fields, as JSON.")]
AsRole = Annotated[
    str | None,
    strawberry.argument(
        name="as", description="A role with its scope, such as steering_group@env: why it would be refused to whoever has that. Default: the caller's."
    ),
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The global id, or the plain one that commands use.")]
GlobalId = Annotated[strawberry.ID, strawberry.argument(description="The global id, `kind:id`.")]
GlobalIds = Annotated[list[strawberry.ID], strawberry.argument(description="Global ids, at most a hundred.")]
Within = Annotated[strawberry.ID | None, strawberry.argument(description="Only what is at home there.")]
From = Annotated[
    datetime,
    strawberry.argument(name="from", description="The first moment: what was known at this instant as of the end of its day (UTC), as far as it was known."),
]
To = Annotated[datetime | None, strawberry.argument(description="The second moment, in the same way. Default: today, with all that was heard.")]


AT: Final = {"as_of": (AsOf, None), "known_at": (KnownAt, None)}
"""The arguments that name a moment."""


def with_kinds(cls: C) -> C:
    """Adds to a type one field with each kind that has a type in the schema, and one with all of that kind, where the class does not tell them itself."""
    for name in sorted(BY_KIND):  # in an order that does not depend on what was imported first
        kind = KINDS[name]
        for field, given in ((one_of(kind), single(kind, Id, AT)), (plural_of(kind), every(kind, AT))):
            if field not in vars(cls):
                setattr(cls, field, given)
    return cls


@strawberry.type(description="What can be asked. Every answer is from one state of the world.")
@with_kinds
class Query:
    @told("Everything, or all of one organisation.")
    def portfolio(
        self,
        info: Info,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        organisation: Within = None,
    ) -> Portfolio:
        scope = _scope(info, organisation)
        day = as_of or info.context.today
        return Portfolio(facts=info.context.facts(as_of, known_at), scope=scope, world=info.context.world.digest, as_of=day, known_at=known_at)

    team = single(TEAM, Id, AT)
    product = single(PRODUCT, Id, AT)
    organisation = single(ORGANISATION, Id, AT)
    program = single(PROGRAM, Id, AT)
    item = single(ITEM, Id, AT, "One backlog item with its long text; null on a day before its first event.")

    @told("Whatever has this global id, today (at another moment: `nodes`); null for what is no id of anything. Relay takes a `node` with no other argument.")
    def node(self, info: Info, id: GlobalId) -> Node | None:
        return node_at(info.context.facts(None, None), id)

    @told("Whatever has these global ids, at a moment, in the order of the ids; null in the place of one of which there is nothing.")
    def nodes(self, info: Info, ids: GlobalIds, as_of: AsOf = None, known_at: KnownAt = None) -> list[Node | None]:
        facts = info.context.facts(as_of, known_at)
        return [node_at(facts, id) for id in ids]

    @told("What fits a text best, at a moment: people, and whatever has a name, such as teams, products and items of roadmaps; at most 200 are found.")
    async def search(
        self,
        info: Info,
        text: Typed,
        kinds: FindableKinds = None,
        first: First = 20,
        after: After = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
    ) -> Connection[SearchHit]:
        return await found(info, text, kinds, first, after, as_of, known_at)

    @told("What waits for the reader, by its roles: decisions, hand-offs, sign-offs, readings; what is due first, then what has waited longest (S4-20).")
    def awaiting(
        self,
        info: Info,
        me: Me = True,
        kinds: AwaitedKinds = None,
        as_of: AsOf = None,
        known_at: KnownAt = None,
        first: First = PAGE,
        after: After = None,
    ) -> Connection[Awaiting]:
        return waiting(info, info.context.facts(as_of, known_at), me, kinds, first, after)

    @told("What moved between two moments: statuses, criteria, money, dates, horizons, members, phases, releases, by the time each came true.")
    def changes(
        self, info: Info, from_: From, to: To = None, organisation: Within = None, kinds: Kinds = None, first: First = PAGE, after: After = None
    ) -> Connection[Movement]:
        scope = _scope(info, organisation)
        return moved(info, from_, info.context.facts(to.date() if to else None, to), ("organisation", scope) if scope else None, kinds, first, after)

    @told("The same in numbers and sums, over all pages.")
    def changes_summary(self, info: Info, from_: From, to: To = None, organisation: Within = None, kinds: Kinds = None) -> Summary:
        return summary(info, from_, info.context.facts(to.date() if to else None, to), _scope(info, organisation), kinds)

    @told("Why a command would be refused, by its owner's own word, without doing it; null where nothing stands in the way.")
    async def why_blocked(self, info: Info, command: CommandName = None, data: CommandData = None, input: Said = None, as_: AsRole = None) -> Blocked | None:
        return await why_blocked(info, command, data, input, as_)

    @told("Who asks, with which roles, and what they may say of what (S4-20).")
    def viewer(self, info: Info) -> Viewer:
        return viewer(info)

    @told("The log, as `/events` has it: each event once, in order per aggregate, with what the caller may read of it.")
    async def events(
        self,
        info: Info,
        after: streams.After = None,
        types: streams.Types = None,
        subjects: streams.Subjects = None,
        from_: streams.TrueFrom = None,
        to: streams.TrueTo = None,
        first: First = PAGE,
    ) -> streams.StreamConnection:
        return await streams.stream(info, after, types, subjects, from_, to, first)

    @told("Count and digest per kind of what was published up to a cursor, for a reader to prove that it missed nothing.")
    async def stream_digest(self, info: Info, up_to: streams.UpTo = None) -> streams.StreamDigest:
        return await streams.stream_digest(info, up_to)


def _scope(info: Info, organisation: str | None) -> str | None:
    """The organisation that is asked about. Raises Invalid for what is none that is known."""
    return None if organisation is None else chosen(info.context.world, "organisation", organisation, "organisation")
