"""In whose name a command is said, and whether that role may say it here (domain.md, Authority)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from libs.commands.command import COMMANDS, Command
from libs.commands.errors import Invalid, NotAllowed, NotFound
from libs.commands.retracting import Retract
from libs.events.event import Actor, Event, Overridden, Payload, split
from libs.events.facts import Facts
from libs.rules.authority import OVERRIDES, RULE_OF_TOPIC, Belonging, belonging, speaking, who_may, within
from libs.rules.roles import Principal, Role


@dataclass(frozen=True, slots=True)
class Speaker:
    """The actor that the command's events will bear, and the one of its override: who lifts a rule may do so by another role."""

    actor: Actor
    overriding: Actor


def speaker(command: Command, principal: Principal, revise: bool, current: Facts, aggregate: str, *, exists: bool, history: Sequence[Event]) -> Speaker:
    """Who says this command. Raises NotAllowed with the missing role, Invalid for a `by` that is no role."""
    importing = principal.has("importer")
    if not importing:
        for name, given in (("known", command.known is not None), ("by", command.by is not None), ("revise", revise)):
            if given:
                raise NotAllowed(f"only an importer may give `{name}`", remedy=f"Leave `{name}` out, or ask for the role importer.")
        if command.at is not None and command.SPEC.dated_by_importers_only:
            raise NotAllowed(f"only an importer may date {command.SPEC.verb}", remedy="Leave `at` out: it holds from now on.")
    roles, said_by = _in_whose_name(command.by, principal)
    # An importer in its own name may say anything: what the command lies in need not be found out, for the bulk of what comes in.
    lies_in = frozenset() if all(r.name == "importer" for r in roles) else belonging_of(command, current, aggregate, exists)
    role = next((r for topic in topics(command, history) if (r := speaking(_in_order(roles), topic, lies_in))), None)
    if role is None:
        topic = topics(command, history)[0]
        raise NotAllowed(
            f"{command.SPEC.name} takes {who_may(topic)}; the caller has {', '.join(map(str, _in_order(roles))) or 'no role'}",
            rule=RULE_OF_TOPIC.get(topic),
            remedy=f"Ask whoever is {who_may(topic)}.",
        )
    lifting = speaking(_in_order(roles), OVERRIDES, lies_in) if command.override is not None else role
    if lifting is None:
        raise NotAllowed("only an executive or a steering group may override a rule", remedy="Leave the override out and ask one of them.")
    return Speaker(Actor(said_by, str(role)), Actor(said_by, str(lifting)))


def belonging_of(command: Command, current: Facts, aggregate: str, exists: bool) -> Belonging:
    """The scopes in which a command speaks: its aggregate's, or, where that does not exist yet, those of what it names."""
    return belonging(current, *split(aggregate)) if exists else within(current, command)


def topics(command: Command, history: Sequence[Event]) -> tuple[str, ...]:
    """What a command speaks on; a retraction on what the retracted event spoke on (NotFound where there is none)."""
    if not isinstance(command, Retract):
        return (command.SPEC.topic,)
    event = command.event
    sequence = int(event.rpartition("@")[2])
    if not 0 < sequence <= len(history):
        raise NotFound(f"there is no event {event}", field="event")
    return tuple(topics_of(type(history[sequence - 1].data)))


def topics_of(payload: type[Payload]) -> list[str]:
    """The topics of the commands that may lead to such an event; that of nobody but importers for what the system itself announces."""
    if payload is Overridden:
        return [OVERRIDES]
    return list(dict.fromkeys(c.SPEC.topic for c in COMMANDS.values() if payload in c.SPEC.says)) or [""]


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
