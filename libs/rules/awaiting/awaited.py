"""One thing that waits for somebody: what it is about, what to do, who may, and the command that does it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from annotated_doc import Doc

from libs.events.choice import Choice, choice
from libs.events.event import Event, day_of
from libs.events.facts import Facts
from libs.rules.authority import AUTHORITY, Belonging, belonging


class AwaitedKind(Choice):
    """What is waited for from somebody."""

    DECIDE_INVESTMENT = choice("decide_investment", "The steering group's decision on an investment (S0-14).")
    RECORD_BID_OUTCOME = choice("record_bid_outcome", "What the deciding body said of a bid (S0-15).")
    RETURN_TEAM = choice("return_team", "Whether a team on loan is back (S4-15).")
    ENTER_SUSTAIN = choice("enter_sustain", "The entering of Sustain, whose pre-conditions are met (S4-02).")
    PREPARE_HANDOFF = choice("prepare_handoff", "The preparation of a hand-off with a function (S4-17).", words="Prepare hand-off")
    ACCEPT_HANDOFF = choice("accept_handoff", "The acceptance of a hand-off that is prepared (R-06).", words="Accept hand-off")
    ATTEST = choice("attest", "An executive's word that a team meets expectations (R-04).")
    TELL_STORY = choice("tell_story", "The story, with what failed (R-05).")
    HOLD_CEREMONY = choice("hold_ceremony", "The ceremony of a team that is ready (S4-18).")
    RAISE_CHANGE = choice("raise_change", "A change request for a release that changes what its product does (S0-16).")
    DECIDE_CHANGE = choice("decide_change", "The change advisory board's outcome (S0-16, S0-17).")
    SIGN_OFF_RELEASE = choice("sign_off_release", "The product owner's sign-off (S0-13).")
    PUBLISH_RELEASE = choice("publish_release", "The publishing of a release that nothing stands in the way of (S0-16).")
    READ_METRIC = choice("read_metric", "A reading that a target or a graduate waits for (S0-23, R-04).")


@dataclass(frozen=True, slots=True)
class Act:
    """How it is done: the rule that asks for it, the topic by which the table of authority says who may, and the command."""

    rule: str
    topic: str
    command: str


ACTS: Final[Mapping[AwaitedKind, Act]] = MappingProxyType(
    {
        AwaitedKind.DECIDE_INVESTMENT: Act("S0-14", "decisions", "portfolio.decide_investment"),
        AwaitedKind.RECORD_BID_OUTCOME: Act("S0-15", "bids", "portfolio.record_bid_outcome"),
        AwaitedKind.RETURN_TEAM: Act("S4-15", "loans", "portfolio.return_team"),
        AwaitedKind.ENTER_SUSTAIN: Act("S4-02", "sustain", "portfolio.enter_sustain"),
        AwaitedKind.PREPARE_HANDOFF: Act("S4-17", "preparations", "portfolio.prepare_handoff"),
        AwaitedKind.ACCEPT_HANDOFF: Act("R-06", "acceptances", "portfolio.accept_handoff"),
        AwaitedKind.ATTEST: Act("R-04", "attestations", "portfolio.attest"),
        AwaitedKind.TELL_STORY: Act("R-05", "stories", "portfolio.tell_story"),
        AwaitedKind.HOLD_CEREMONY: Act("S4-18", "ceremonies", "portfolio.hold_ceremony"),
        AwaitedKind.RAISE_CHANGE: Act("S0-16", "changes", "roadmap.raise_change_request"),
        AwaitedKind.DECIDE_CHANGE: Act("S0-16", "change decisions", "roadmap.decide_change"),
        AwaitedKind.SIGN_OFF_RELEASE: Act("S0-13", "sign-off", "roadmap.sign_off_release"),
        AwaitedKind.PUBLISH_RELEASE: Act("S0-16", "publishing", "roadmap.publish_release"),
        AwaitedKind.READ_METRIC: Act("S0-23", "readings", "roadmap.read_metric"),
    }
)
"""What is waited for -> how it is done. The topics are those of the commands themselves."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """Something that waits for somebody: about what (`subject_kind`, `subject_id`, `name` as people call it), and what to do, in words.

    `command` is said by whoever may speak on `topic` about what lies in `lies_in`, and `data` are the fields of it that are known already.
    """

    kind: Annotated[AwaitedKind, Doc("What is waited for.")]
    subject_kind: str
    subject_id: str
    name: str
    what: Annotated[str, Doc("What to do, in words.")]
    rule: Annotated[str, Doc("The id of the rule or requirement that asks for it.")]
    topic: str
    command: Annotated[str, Doc("The command that does it, as in a bulk import, such as portfolio.decide_investment.")]
    data: tuple[tuple[str, str], ...]
    since: Annotated[date | None, Doc("The day on which it began to wait; null where that is not known.")]
    due: Annotated[date | None, Doc("The day by the end of which it must be done; null where there is none.")]
    overdue: Annotated[bool, Doc("Whether that day is over.")]
    lies_in: Belonging = field(repr=False)
    began: Event | None = field(default=None, repr=False)
    """The event since which it waits, where there is one."""

    @property
    def id(self) -> str:
        """What no other has at the same moment."""
        return ":".join((self.kind, *(value for _, value in self.data), str(self.due or "")))

    @property
    def roles(self) -> Annotated[tuple[str, ...], Doc("The roles that may do it, each within its scope (S4-20).")]:
        """The names of the roles that may do it."""
        return tuple(name for name, topics in AUTHORITY.items() if self.topic in topics)


def waits(
    facts: Facts,
    kind: AwaitedKind,
    subject: tuple[str, str],
    name: str,
    what: str,
    since: Event | date | None,
    *,
    due: date | None = None,
    rule: str | None = None,
    **data: str,
) -> Awaited:
    """Something that waits, since an event or a day; the subject's own id is a field of the command under the name of its kind."""
    began = since if isinstance(since, Event) else None
    day = day_of(began) if isinstance(since, Event) else since
    act = ACTS[kind]
    fields = tuple(({subject[0]: subject[1]} | data).items())
    overdue = due is not None and facts.day > due
    return Awaited(kind, *subject, name, what, rule or act.rule, act.topic, act.command, fields, day, due, overdue, belonging(facts, *subject), began)
